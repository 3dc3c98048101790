"""The number that a page gives itself: «Trang 2/3», «2/3», «- 2 -», a lone figure at its head or foot (ND30 Annex I)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extraction.layout import Row, Sheet
from models.text import flattened

_EDGE = 0.12
"""Page numbers stand within this part of the page's height from its upper or lower edge."""
_FAR = 0.2
"""With the word «Trang» they may stand this far inside."""
_MOST = 999
_NAMED = re.compile(
    r"(?:trang|tr|page|p)\s*[.:]?\s*(\d{1,3})(?:\s*(?:/|of|tren|trong so)\s*(\d{1,3}))?(?:\s*trang)?"
)
_BARE = re.compile(r"(\d{1,3})(?:\s*(?:/|of)\s*(\d{1,3}))?")


@dataclass(frozen=True)
class PageNumber:
    """The number printed on a page, from 1, and how many pages there are where the paper says it."""

    number: int
    total: int | None = None

    @property
    def last(self) -> bool:
        return self.number == self.total


def page_number(sheet: Sheet) -> PageNumber | None:
    """The page's own number: one that says «Trang» before others, the foot before the head."""
    rows = [row for row in sheet.rows if row.y0 > 1 - _FAR or row.y1 < _FAR]
    cells = [cell for row in sorted(rows, key=lambda row: -row.y0) for cell in sheet.cells(row)]
    named = (_read(_NAMED, cell) for cell in cells)
    found = next((number for number in named if number is not None), None)
    if found is not None:
        return found
    bare = (_read(_BARE, row) for row in rows[::-1] if row.y0 > 1 - _EDGE or row.y1 < _EDGE)
    return next((number for number in bare if number is not None), None)


def _read(pattern: re.Pattern[str], cell: Row) -> PageNumber | None:
    match = pattern.fullmatch(flattened(cell.text).strip(" .,-–—_~|()[]"))
    if match is None:
        return None
    number, total = int(match[1]), int(match[2]) if match[2] else None
    if not 1 <= number <= _MOST or (total is not None and not number <= total <= _MOST):
        return None
    return PageNumber(number, total)
