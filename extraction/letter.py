"""What an official letter has in place of a title: «V/v …» under its number and «Kính gửi» above its text."""

from __future__ import annotations

import re
from dataclasses import replace

from extraction import values
from extraction.definitions import FieldDefinition
from extraction.finding import Found, Search, right_of
from extraction.heading import head_of
from extraction.labels import Anchor
from extraction.layout import Row, Sheet, Token
from extraction.parsed import trimmed
from models.text import flattened

_ABOUT = re.compile(r"^\W*(?:v\s*/\s*v|vv|ve viec)\b[\s:.]*")
_POINT = re.compile(r"[-–•+*]|\d{1,2}[.)]")
_MOST_RECEIVERS = 14


def header_subject(search: Search, wanted: FieldDefinition) -> Found | None:
    """Trích yếu: «V/v …» under the number, to the end of the head's left column."""
    head = head_of(search)
    rows = list(head.left) if head else []
    start = next((at for at, row in enumerate(rows) if _ABOUT.match(flattened(row.text))), None)
    if start is None:
        return None
    about = [rows[start]]
    for row in rows[start + 1 :]:
        if row.y0 - about[-1].y1 > 1.5 * row.height or not row.key:
            break
        about.append(row)
    parsed = values.parse("text", [t for row in about for t in row.tokens])
    match = _ABOUT.match(flattened(parsed.value)) if parsed else None
    value = trimmed(parsed.value[match.end() :]) if parsed and match else ""
    return Found(replace(parsed, value=value), 0.95) if parsed and value else None


def recipients(search: Search, wanted: FieldDefinition) -> Found | None:
    """Kính gửi: one receiver beside the label, or several below each other, each behind a dash."""
    for anchor in search.anchors_of(wanted.name):
        beside = [t for t in right_of(search, anchor) if t.key]
        tokens = _with_rest(search, anchor, right_of(search, anchor)) if beside else _listed(search, anchor)
        parsed = values.parse("text", tokens) if tokens else None
        if parsed is not None:
            return Found(parsed, anchor.quality)
    return None


def _with_rest(search: Search, anchor: Anchor, beside: list[Token]) -> list[Token]:
    """A receiver's name that runs on: the lines below that begin further right than the letter's text."""
    sheet = search.sheets[anchor.sheet]
    if _POINT.fullmatch(beside[0].text):
        return [*beside, *_listed(search, anchor)]
    return beside + [t for row in _rows_below(sheet, anchor) for t in row.tokens]


def _listed(search: Search, anchor: Anchor) -> list[Token]:
    """The points below the label, each over as many lines as it needs."""
    found: list[Token] = []
    for row in _rows_below(search.sheets[anchor.sheet], anchor):
        found.extend(row.tokens)
    return found


def _rows_below(sheet: Sheet, anchor: Anchor) -> list[Row]:
    """The lines that still name receivers: set in from the text's margin, close together."""
    found: list[Row] = []
    last = sheet.rows[anchor.row]
    for row in sheet.rows[anchor.row + 1 : anchor.row + 1 + _MOST_RECEIVERS]:
        set_in = row.x0 > sheet.left + 4 * sheet.character
        point = _POINT.fullmatch(row.tokens[0].text) is not None
        indented_text = row.x0 < anchor.x0 and not point
        if not set_in or indented_text or row.y0 - last.y1 > 1.6 * max(sheet.height, last.height):
            break
        if found and _ends(found[-1]) and not point:
            break
        found.append(row)
        last = row
    return found


def _ends(row: Row) -> bool:
    """A full stop closes the list; a semicolon or nothing does not."""
    return row.text.rstrip().endswith(".")
