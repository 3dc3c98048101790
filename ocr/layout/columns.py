"""Texts side by side: the national header, the signature block, columns that keep no common rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.text import folded
from ocr.layout.blocks import row_by_row, same_row
from ocr.lines import PlacedLine

_MOTTO = re.compile(r"cong hoa xa hoi|doc lap\W+tu do|hanh phuc$")
_RECIPIENTS = re.compile(r"^noi nhan\b")
_SIGNER = re.compile(
    r"^(tm|kt|tl|tuq|q)\b\.?|^(pho )?(chu tich|giam doc|truong phong|bo truong|thu truong|cuc truong)\b"
    r"|^nguoi (ky|thuc hien|di khai|lam don|lap)|^(ben|dai dien) |^ke toan|^thu quy|\(ky|^thay mat\b"
)
_CORRIDOR = (0.28, 0.68)
"""Where the white corridor between two columns of a page may lie, as a share of the text's width."""
_LONGEST_SIGNATURE = 16
"""Lines; a longer zone is a text that only mentions who signs."""
_FEWEST_LINES = 3
_MOST_PARTNERS = 0.4


def side_by_side(lines: Sequence[PlacedLine]) -> tuple[int, list[list[PlacedLine]]]:
    """How many of `lines` (top to bottom), from the first one on, are set in columns, and the columns' lines.

    0 and nothing where the first line starts no columns. Columns stand from left to right, each row by row.
    """
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    zone, corridor = _zone(lines, left, right)
    if corridor is None or not _apart(zone, corridor):
        return 0, []
    return len(zone), [column for side in _sides(zone, corridor) for column in _narrower(side)]


def signs(lines: Sequence[PlacedLine]) -> bool:
    """True where the lines name who signs: what stands side by side there is no table."""
    return any(_SIGNER.search(folded(line.text)) for line in lines)


def _narrower(side: list[PlacedLine]) -> list[list[PlacedLine]]:
    """A side that is set in columns itself, as where three people sign."""
    lines = sorted(side, key=lambda line: line.middle)
    zone, corridor = _zone(lines, min(x.x0 for x in lines), max(x.x1 for x in lines))
    if corridor is None or len(zone) < len(lines) or not signs(zone):
        return [side]
    return [column for part in _sides(zone, corridor) for column in _narrower(part)]


def _zone(lines: Sequence[PlacedLine], left: float, right: float) -> tuple[list[PlacedLine], float | None]:
    """The longest run of lines from the first one on that keeps one corridor free, and the corridor's middle."""
    width = right - left
    free = [(left + _CORRIDOR[0] * width, left + _CORRIDOR[1] * width)]
    zone: list[PlacedLine] = []
    for line in lines:
        narrower = [
            part
            for a, b in free
            for part in ((a, min(b, line.x0)), (max(a, line.x1), b))
            if part[1] - part[0] >= 0.2 * line.height
        ]
        if not narrower:
            break
        free = narrower
        zone.append(line)
    best: tuple[int, float] | None = None
    for a, b in free:
        middle = (a + b) / 2
        lefts = sum(line.x1 <= middle for line in zone)
        # A corridor keeps what stands on its left and right apart, so it may not leave one side empty.
        score = min(lefts, len(zone) - lefts)
        if score and (best is None or score > best[0]):
            best = (score, middle)
    return zone, best[1] if best else None


def _sides(zone: Sequence[PlacedLine], corridor: float) -> tuple[list[PlacedLine], list[PlacedLine]]:
    left = [line for line in zone if line.x1 <= corridor]
    right = [line for line in zone if line.x1 > corridor]
    return row_by_row(left), row_by_row(right)


def _apart(zone: Sequence[PlacedLine], corridor: float) -> bool:
    """True where the zone's two sides are texts of their own rather than rows of a form or table."""
    left, right = _sides(zone, corridor)
    if not left or not right:
        return False
    if any(_MOTTO.search(folded(line.text)) for line in right):
        return True
    if any(_RECIPIENTS.search(folded(line.text)) for line in left):
        return True
    if len(zone) <= _LONGEST_SIGNATURE and signs((*left, *right)):
        return True
    partners = sum(any(same_row(a, b) for b in right) for a in left)
    return min(len(left), len(right)) >= _FEWEST_LINES and partners < _MOST_PARTNERS * len(left)
