"""Reading order of Vietnamese official papers: header columns, body and tables row by row, signature block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.text import folded
from ocr.lines import PlacedLine

_MOTTO = re.compile(r"cong hoa xa hoi|doc lap\W+tu do|hanh phuc$")
_RECIPIENTS = re.compile(r"^noi nhan\b")
_SIGNER = re.compile(
    r"^(tm|kt|tl|tuq|q)\b\.?|^(pho )?(chu tich|giam doc|truong phong|bo truong|thu truong|cuc truong)\b"
    r"|^nguoi (ky|thuc hien|di khai)|\(ky|^thay mat\b"
)
_CORRIDOR = (0.28, 0.68)
"""Where the white corridor between two columns of a page may lie, as a share of the text's width."""


@dataclass(frozen=True)
class Block:
    """Lines that belong together, in reading order."""

    kind: Literal["text", "table"]
    lines: tuple[PlacedLine, ...]


def arrange(lines: Sequence[PlacedLine]) -> list[Block]:
    """Put the lines of one straightened page into reading order.

    A zone whose lines leave a common corridor free is read column by column where it is the national header,
    the signature block, or two columns that keep no common rows; everything else row by row, left to right.
    """
    rest = sorted(lines, key=lambda line: line.middle)
    if not rest:
        return []
    left, right = min(line.x0 for line in rest), max(line.x1 for line in rest)
    blocks: list[Block] = []
    body: list[PlacedLine] = []
    at = 0
    while at < len(rest):
        zone, corridor = _zone(rest[at:], left, right)
        if corridor is not None and _columns(zone, corridor):
            blocks.extend(_rows_as_blocks(body))
            body = []
            for side in _sides(zone, corridor):
                blocks.append(Block("text", tuple(side)))
            at += len(zone)
        else:
            body.append(rest[at])
            at += 1
    return blocks + _rows_as_blocks(body)


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
        # A corridor must keep what stands on its left and right apart, so it may not leave one side empty.
        if not narrower:
            break
        free = narrower
        zone.append(line)
    best: tuple[int, float] | None = None
    for a, b in free:
        middle = (a + b) / 2
        lefts = sum(line.x1 <= middle for line in zone)
        score = min(lefts, len(zone) - lefts)
        if score and (best is None or score > best[0]):
            best = (score, middle)
    return zone, best[1] if best else None


def _sides(zone: Sequence[PlacedLine], corridor: float) -> tuple[list[PlacedLine], list[PlacedLine]]:
    left = [line for line in zone if line.x1 <= corridor]
    right = [line for line in zone if line.x1 > corridor]
    return _rows_flat(left), _rows_flat(right)


def _columns(zone: Sequence[PlacedLine], corridor: float) -> bool:
    """True where the zone's two sides are texts of their own rather than rows of a form or table."""
    left, right = _sides(zone, corridor)
    if not left or not right:
        return False
    if any(_MOTTO.search(folded(line.text)) for line in right):
        return True
    if any(_RECIPIENTS.search(folded(line.text)) for line in left):
        return True
    if any(_SIGNER.search(folded(line.text)) for line in (*left, *right)) and len(zone) <= 16:
        return True
    partners = sum(any(_same_row(a, b) for b in right) for a in left)
    return min(len(left), len(right)) >= 3 and partners < 0.4 * len(left)


def _same_row(a: PlacedLine, b: PlacedLine) -> bool:
    return abs(a.middle - b.middle) <= 0.5 * min(a.height, b.height)


def _rows(lines: Sequence[PlacedLine]) -> list[list[PlacedLine]]:
    rows: list[list[PlacedLine]] = []
    for line in sorted(lines, key=lambda x: x.middle):
        if rows and any(_same_row(line, other) for other in rows[-1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda x: x.x0) for row in rows]


def _rows_flat(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    return [line for row in _rows(lines) for line in row]


def _rows_as_blocks(lines: Sequence[PlacedLine]) -> list[Block]:
    """Body lines as paragraphs and tables: a new block at a wide white band and where a table starts or ends."""
    blocks: list[tuple[Literal["text", "table"], list[PlacedLine]]] = []
    rows = _rows(lines)
    table = _table_rows(rows)
    bottom = 0.0
    for row, in_table in zip(rows, table, strict=True):
        kind: Literal["text", "table"] = "table" if in_table else "text"
        height = max(line.height for line in row)
        top = min(line.y0 for line in row)
        if blocks and blocks[-1][0] == kind and (in_table or top - bottom <= 1.1 * height):
            blocks[-1][1].extend(row)
        else:
            blocks.append((kind, list(row)))
        bottom = max(line.y1 for line in row)
    return [Block(kind, tuple(members)) for kind, members in blocks]


def _table_rows(rows: Sequence[Sequence[PlacedLine]]) -> list[bool]:
    """Rows of three and more cells whose left edges recur, at least three such rows in sequence."""
    marked = [False] * len(rows)
    start = 0
    while start < len(rows):
        end = start
        while (
            end < len(rows) and len(rows[end]) >= 3 and (end == start or _aligned(rows[end - 1], rows[end]))
        ):
            end += 1
        if end - start >= 3:
            marked[start:end] = [True] * (end - start)
        start = max(end, start + 1)
    return marked


def _aligned(above: Sequence[PlacedLine], below: Sequence[PlacedLine]) -> bool:
    close = sum(any(abs(a.x0 - b.x0) <= 1.5 * a.height for a in above) for b in below)
    return close >= 2
