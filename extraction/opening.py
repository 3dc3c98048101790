"""The sentence that opens a private paper: «Hôm nay, ngày … tháng … năm …, tại …, chúng tôi gồm:»."""

from __future__ import annotations

import re

from extraction import values
from extraction.articles import Flow
from extraction.definitions import FieldDefinition
from extraction.finding import Found, Search
from extraction.layout import Token

_TODAY = re.compile(r"\bhom nay\W{0,3}(?=ngay\b)")
_LONGEST_DATE, _LONGEST_PLACE = 60, 160
_AT = re.compile(r"\b(?:tai|o)\b\W*")
_PARTIES = re.compile(
    r"[,;:.]?\s*\b(?:chung toi|chung to|hai ben|cac ben|toi la|toi ten|ben [ab]|nguoi uy quyen)\b"
)


def _opening(search: Search) -> tuple[Flow, int] | None:
    """The words below the title and where the day begins in them; None without such a sentence."""
    flow = Flow.of(search)
    found = _TODAY.search(flow.flat)
    return (flow, found.end()) if found else None


def _day(search: Search) -> tuple[Flow, int, Found] | None:
    opening = _opening(search)
    if opening is None:
        return None
    flow, start = opening
    parsed = values.parse("date", flow.between(start, start + _LONGEST_DATE))
    return (flow, start, Found(parsed, 0.95)) if parsed else None


def opening_date(search: Search, wanted: FieldDefinition) -> Found | None:
    """The day on which the paper says that it was made."""
    day = _day(search)
    return day[2] if day else None


def opening_place(search: Search, wanted: FieldDefinition) -> Found | None:
    """The place that the sentence names behind the day, up to who is there."""
    day = _day(search)
    if day is None:
        return None
    flow, start, date = day
    behind = _end_of(flow, date.tokens[-1], start)
    at = _AT.search(flow.flat, behind, behind + 12)
    end = _PARTIES.search(flow.flat, at.end(), at.end() + _LONGEST_PLACE) if at else None
    if at is None or end is None or end.start() <= at.end():
        return None
    parsed = values.parse("place", flow.between(at.end(), end.start()))
    return Found(parsed, 0.9) if parsed else None


def _end_of(flow: Flow, token: Token, start: int) -> int:
    """Where a token of the flow ends, looked for from a letter on."""
    index = next(i for i in range(flow.index_at(start), len(flow.tokens)) if flow.tokens[i] is token)
    return flow.starts[index] + len(token.text)
