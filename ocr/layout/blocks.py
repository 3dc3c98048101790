"""What the layout says: blocks of lines in reading order, tables with their cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ocr.lines import PlacedLine

BlockKind = Literal["text", "table", "form", "page_number"]


@dataclass(frozen=True)
class TableCell:
    """One cell of a table; rows and columns count from 0, the box is in pixels of the cleaned page."""

    row: int
    column: int
    x0: float
    y0: float
    x1: float
    y1: float
    row_span: int = 1
    column_span: int = 1
    lines: tuple[int, ...] = ()
    """Places of its lines among the block's."""


@dataclass(frozen=True)
class Block:
    """Lines that belong together, in reading order."""

    kind: BlockKind
    lines: tuple[PlacedLine, ...]
    cells: tuple[TableCell, ...] = ()
    """For tables, by rows; empty cells too where rules show them."""


def same_row(a: PlacedLine, b: PlacedLine) -> bool:
    """True where two lines stand at one height."""
    return abs(a.middle - b.middle) <= 0.5 * min(a.height, b.height)


def rows_of(lines: Sequence[PlacedLine]) -> list[list[PlacedLine]]:
    """Lines at one height, from left to right; rows from top to bottom."""
    rows: list[list[PlacedLine]] = []
    for line in sorted(lines, key=lambda x: x.middle):
        if rows and any(same_row(line, other) for other in rows[-1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda x: x.x0) for row in rows]


def row_by_row(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """Lines in the order of `rows_of`."""
    return [line for row in rows_of(lines) for line in row]
