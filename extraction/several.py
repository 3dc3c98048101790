"""Two papers on one glass: several state headers or titles on one page send it to a person; nothing is cut apart here."""

from __future__ import annotations

from collections.abc import Sequence

from extraction.classify import Classification
from extraction.layout import Sheet
from extraction.page_signs import state_headers
from extraction.phrases import Runs
from models.extraction import UNKNOWN_TYPE
from models.geometry import Box

FLAG = "several_papers_on_page"
_APART = 0.3
"""Titles of two papers stand so far apart, as a part of the page's height."""


def flags_of(sheets: Sequence[Sheet], runs: Sequence[Runs], found: Classification) -> tuple[str, ...]:
    """The flag when a page shows more than one paper."""
    return (FLAG,) if _two_headers(sheets, runs) or _two_titles(sheets, found) else ()


def _two_headers(sheets: Sequence[Sheet], runs: Sequence[Runs]) -> bool:
    """Every Vietnamese paper has the quốc hiệu once, side by side or one under another."""
    headers: dict[int, list[Box]] = {}
    for sheet, its_runs in zip(sheets, runs, strict=True):
        headers.setdefault(sheet.page, []).extend(state_headers(sheet, its_runs))
    return any(len(boxes) > 1 for boxes in headers.values())


def _two_titles(sheets: Sequence[Sheet], found: Classification) -> bool:
    """Titles of two different types far apart on one page."""
    places = [
        (sheets[at].page, sheets[at].rows[row].y0)
        for code, (at, row) in found.titles.items()
        if code != UNKNOWN_TYPE
    ]
    return any(one[0] == other[0] and abs(one[1] - other[1]) > _APART for one in places for other in places)
