"""A label's place on the paper."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from extraction.layout import Token

Place = tuple[int, int, int]
"""Sheet, row and token: the reading order."""

NUMBERING = re.compile(r"[\[(]?(?:\d{1,2}|[IVX]{1,4}|[a-zđA-ZĐ])[.)\]/]{1,2}|[-–•+*]")
"""What may stand before a label: «1.», «a)», «II.», a dash."""
_COLON = re.compile(r".*[:：]$")
_COLON_TOKEN = re.compile(r"[.,]?[:：;][.,]?")


@dataclass(frozen=True)
class Anchor:
    """A label on the paper. Its value begins at `end`."""

    sheet: int
    row: int
    start: int
    end: int
    quality: float
    """0–1: how well the words match and how much the place looks like a label's."""
    fields: tuple[str, ...]
    """Candidates before sections are known; one name or none afterwards."""
    section: str | None
    """The section that this label opens."""
    x0: float
    colon: bool
    column: tuple[float, float] | None = None
    """Where the value's column begins and ends, where one label has a value in each of several columns."""
    share: tuple[int, int] = (0, 1)
    """Which part of the value is this label's, of how many: «Dân tộc / Quốc tịch: Kinh / Việt Nam»."""

    @property
    def place(self) -> Place:
        return (self.sheet, self.row, self.start)


def anchors_by_row(anchors: Sequence[Anchor]) -> dict[tuple[int, int], list[Anchor]]:
    """Anchors of each row from left to right."""
    by_row: dict[tuple[int, int], list[Anchor]] = defaultdict(list)
    for anchor in anchors:
        by_row[(anchor.sheet, anchor.row)].append(anchor)
    return dict(by_row)


def is_colon(token: Token) -> bool:
    """Whether a token ends a label: a colon on a word, or alone as engines read it."""
    return _COLON.fullmatch(token.text) is not None or is_lone_colon(token)


def is_lone_colon(token: Token) -> bool:
    """A colon that stands by itself, or what engines read for it."""
    return _COLON_TOKEN.fullmatch(token.text) is not None
