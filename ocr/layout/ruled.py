"""Tables drawn with rules: the grid, its merged cells, and which lines stand in which cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from imaging.rules import PixelRule
from ocr.layout.blocks import Block, TableCell, row_by_row
from ocr.lines import PlacedLine

_DRAWN = 0.6
"""A border is there when this share of it is drawn."""
_FEWEST_CELLS = 3
_FEWEST_FILLED = 2
_MOST_RULES = 600
"""More straight strokes than any table of one page has: a hatching."""


@dataclass(frozen=True)
class _Grid:
    """Borders from left to right and from top to bottom."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    across: tuple[PixelRule, ...]
    down: tuple[PixelRule, ...]
    reach: float
    """How far ends of rules may miss each other, pixels."""


def ruled_tables(lines: Sequence[PlacedLine], rules: Sequence[PixelRule], reach: float) -> list[Block]:
    """Tables whose borders are drawn, top to bottom; `reach` is how far rules may miss each other, in pixels.

    Frames around a page, underlines and boxes with a single cell are no tables.
    """
    if not lines or len(rules) > _MOST_RULES:
        return []
    blocks = []
    taken: set[int] = set()
    for group in _crossing(rules, reach):
        grid = _grid(group, reach)
        if grid is None:
            continue
        block = _filled(grid, [line for line in lines if id(line) not in taken])
        if block is not None:
            taken.update(id(line) for line in block.lines)
            blocks.append(block)
    return sorted(blocks, key=lambda b: b.cells[0].y0)


def _crossing(rules: Sequence[PixelRule], reach: float) -> list[list[PixelRule]]:
    """Rules that touch or cross one another, directly or through others."""
    groups: list[list[PixelRule]] = []
    for rule in rules:
        touched = [g for g in groups if any(_touch(rule, other, reach) for other in g)]
        groups = [g for g in groups if not any(g is t for t in touched)]
        groups.append([rule, *(r for g in touched for r in g)])
    return groups


def _touch(a: PixelRule, b: PixelRule, reach: float) -> bool:
    if a.horizontal == b.horizontal:
        return False
    across, down = (a, b) if a.horizontal else (b, a)
    x, y = (down.x0 + down.x1) / 2, (across.y0 + across.y1) / 2
    return (
        across.x0 - reach <= x <= across.x1 + reach
        and min(down.y0, down.y1) - reach <= y <= max(down.y0, down.y1) + reach
    )


def _grid(group: Sequence[PixelRule], reach: float) -> _Grid | None:
    across = tuple(r for r in group if r.horizontal)
    down = tuple(r for r in group if not r.horizontal)
    if len(across) < 2 or not down:
        return None
    ys = _levels([(r.y0 + r.y1) / 2 for r in across], reach)
    # Tables open at their sides end where their rules across do.
    ends = [min(r.x0 for r in across), max(r.x1 for r in across)]
    xs = _levels([(r.x0 + r.x1) / 2 for r in down] + ends, reach)
    if len(xs) < 2 or len(ys) < 2:
        return None
    return _Grid(tuple(xs), tuple(ys), across, down, reach)


def _levels(values: Sequence[float], reach: float) -> list[float]:
    """Values that lie within reach of each other, as one."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= reach:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [float(np.mean(g)) for g in groups]


def _filled(grid: _Grid, lines: Sequence[PlacedLine]) -> Block | None:
    """The table with its lines; None for a frame with nothing or a whole page in it."""
    cells = _cells(grid)
    inside: list[list[PlacedLine]] = [[] for _ in cells]
    for line in lines:
        x, y = (line.x0 + line.x1) / 2, line.middle
        for i, cell in enumerate(cells):
            if cell.x0 <= x < cell.x1 and cell.y0 <= y < cell.y1:
                inside[i].append(line)
                break
    if len(cells) < _FEWEST_CELLS or sum(bool(members) for members in inside) < _FEWEST_FILLED:
        return None
    ordered: list[PlacedLine] = []
    filled = []
    for cell, members in zip(cells, inside, strict=True):
        start = len(ordered)
        ordered.extend(row_by_row(members))
        filled.append(replace(cell, lines=tuple(range(start, len(ordered)))))
    return Block("table", tuple(ordered), tuple(filled))


def _cells(grid: _Grid) -> list[TableCell]:
    """The cells by rows; what no drawn border parts is one cell, as long as that makes a rectangle."""
    rows, columns = len(grid.ys) - 1, len(grid.xs) - 1
    owner = np.arange(rows * columns).reshape(rows, columns)
    for row in range(rows):
        for column in range(columns):
            if column + 1 < columns and not _border_down(grid, row, column + 1):
                owner[owner == owner[row, column + 1]] = owner[row, column]
            if row + 1 < rows and not _border_across(grid, row + 1, column):
                owner[owner == owner[row + 1, column]] = owner[row, column]
    found = []
    for name in dict.fromkeys(owner.ravel().tolist()):
        places = np.argwhere(owner == name)
        (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0)
        parts = (
            [(int(top), int(left), int(bottom), int(right))]
            if len(places) == (bottom - top + 1) * (right - left + 1)
            else [(int(r), int(c), int(r), int(c)) for r, c in places]
        )
        for r0, c0, r1, c1 in parts:
            found.append(
                TableCell(
                    row=r0,
                    column=c0,
                    x0=grid.xs[c0],
                    y0=grid.ys[r0],
                    x1=grid.xs[c1 + 1],
                    y1=grid.ys[r1 + 1],
                    row_span=r1 - r0 + 1,
                    column_span=c1 - c0 + 1,
                )
            )
    return sorted(found, key=lambda cell: (cell.row, cell.column))


def _border_down(grid: _Grid, row: int, column: int) -> bool:
    """True where a rule parts the cells left and right of border `column` in `row`."""
    x, top, bottom = grid.xs[column], grid.ys[row], grid.ys[row + 1]
    drawn = sum(
        max(0.0, min(max(r.y0, r.y1), bottom) - max(min(r.y0, r.y1), top))
        for r in grid.down
        if abs((r.x0 + r.x1) / 2 - x) <= grid.reach
    )
    return drawn >= _DRAWN * (bottom - top)


def _border_across(grid: _Grid, row: int, column: int) -> bool:
    """True where a rule parts the cells above and below border `row` in `column`."""
    y, left, right = grid.ys[row], grid.xs[column], grid.xs[column + 1]
    drawn = sum(
        max(0.0, min(r.x1, right) - max(r.x0, left))
        for r in grid.across
        if abs((r.y0 + r.y1) / 2 - y) <= grid.reach
    )
    return drawn >= _DRAWN * (right - left)


def bars_of(rules: Sequence[PixelRule]) -> list[tuple[float, float, float]]:
    """Upright rules as (x, upper end, lower end): what stands on two sides of one is never joined."""
    return [((r.x0 + r.x1) / 2, min(r.y0, r.y1), max(r.y0, r.y1)) for r in rules if not r.horizontal]
