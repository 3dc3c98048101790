"""Tables without rules: rows of cells whose edges recur from row to row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ocr.layout.blocks import Block, TableCell
from ocr.layout.columns import signs
from ocr.lines import PlacedLine

_LEAST_CELLS = 3
_LEAST_ROWS = 3
_MANY_CELLS = 4
"""Rows of this many cells make a table by twos already."""
_EDGE = 1.5
"""How far edges that recur may lie apart, in line heights."""
_LARGEST_STEP = 4.0
"""Rows further apart than this many line heights belong to different tables."""

Row = Sequence[PlacedLine]


def table_rows(rows: Sequence[Row]) -> list[bool]:
    """For each row (top to bottom) whether it belongs to a table; rows with few filled cells inside it do too."""
    marked = [False] * len(rows)
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and len(rows[end]) >= _LEAST_CELLS and (end == start or _follows(rows, end)):
            end += 1
        members = [line for row in rows[start:end] for line in row]
        enough = end - start >= (_LEAST_ROWS if len(rows[start]) < _MANY_CELLS else 2)
        if enough and not signs(members):
            end = _with_last(rows, end)
            marked[start:end] = [True] * (end - start)
        start = max(end, start + 1)
    return marked


def _follows(rows: Sequence[Row], at: int) -> bool:
    """True where row `at` lines up with the row above, close enough to belong to it."""
    above, row = rows[at - 1], rows[at]
    return _near(above, row) and _aligned(above, row)


def _with_last(rows: Sequence[Row], end: int) -> int:
    """A sum or a half-empty row just below, two cells of which line up, closes the table."""
    while (
        end < len(rows)
        and len(rows[end]) >= 2
        and _near(rows[end - 1], rows[end])
        and _in_columns(rows[end - 1], rows[end])
    ):
        end += 1
    return end


def _near(above: Row, below: Row) -> bool:
    step = min(x.y0 for x in below) - max(x.y1 for x in above)
    return step <= _LARGEST_STEP * max(x.height for x in (*above, *below))


def _aligned(above: Row, below: Row) -> bool:
    """Two and more cells of the row below have an edge or their middle where one above has its own."""
    return sum(any(_share_edge(a, b) for a in above) for b in below) >= 2


def _in_columns(above: Row, below: Row) -> bool:
    return all(any(min(a.x1, b.x1) > max(a.x0, b.x0) for a in above) for b in below)


def _share_edge(a: PlacedLine, b: PlacedLine) -> bool:
    reach = _EDGE * max(a.height, b.height)
    return (
        abs(a.x0 - b.x0) <= reach or abs(a.x1 - b.x1) <= reach or abs((a.x0 + a.x1) - (b.x0 + b.x1)) <= reach
    )


def aligned_table(rows: Sequence[Row]) -> Block:
    """The table that rows of cells make: every printed row is one, columns are where cells lie above each other."""
    columns = _columns(rows)
    lines: list[PlacedLine] = []
    cells = []
    for r, row in enumerate(rows):
        for line in row:
            first, last = _span(line, columns)
            cells.append(
                TableCell(
                    row=r,
                    column=first,
                    x0=line.x0,
                    y0=line.y0,
                    x1=line.x1,
                    y1=line.y1,
                    column_span=last - first + 1,
                    lines=(len(lines),),
                )
            )
            lines.append(line)
    return Block("table", tuple(lines), tuple(cells))


def _columns(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Columns as (left, right): cells of the fullest rows, widened by the cells that lie in one column only."""
    fullest = max(rows, key=len)
    columns = [(line.x0, line.x1) for line in fullest]
    for row in rows:
        for line in row:
            touched = [i for i, (a, b) in enumerate(columns) if min(b, line.x1) > max(a, line.x0)]
            if len(touched) == 1:
                i = touched[0]
                left = columns[i - 1][1] if i else float("-inf")
                right = columns[i + 1][0] if i + 1 < len(columns) else float("inf")
                columns[i] = (
                    max(min(columns[i][0], line.x0), left),
                    min(max(columns[i][1], line.x1), right),
                )
    return columns


def _span(line: PlacedLine, columns: Sequence[tuple[float, float]]) -> tuple[int, int]:
    touched = [i for i, (a, b) in enumerate(columns) if min(b, line.x1) > max(a, line.x0)]
    if touched:
        return touched[0], touched[-1]
    middle = (line.x0 + line.x1) / 2
    nearest = min(range(len(columns)), key=lambda i: abs((columns[i][0] + columns[i][1]) / 2 - middle))
    return nearest, nearest


def runs_of(marked: Sequence[bool]) -> list[tuple[bool, int, int]]:
    """Stretches of equal marks as (mark, start, end)."""
    edges = [0, *(i for i in range(1, len(marked)) if marked[i] != marked[i - 1]), len(marked)]
    return [(marked[a], a, b) for a, b in pairwise(edges) if b > a]
