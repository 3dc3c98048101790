"""The rows below a table's heading: where columns part, which lines make one row, which words stand in which cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from extraction.grids import Grid
from extraction.layout import Row, Sheet, Token
from extraction.levelling import step_between
from extraction.table_head import Column, Head, continues, grid_at
from extraction.table_rows import (
    ROW_NUMBER,
    SAME_LINE,
    Record,
    before_the_end,
    drop_strokes,
    filled_places,
    holds_value,
    is_total,
    lines_of,
    records_of,
    row_places,
)  # fmt: skip

_WORD_GAP = 1.15
"""Words with no more than this many widths of a letter between them are one piece."""
_EVEN, _WIDEST_GAP = 1.6, 1.6
"""A gap so many times a row's usual one is white between columns; one so many letters wide always is."""
_ROW_STEP = 4.0
"""The next row begins within so many."""
_LABEL_WORDS = 9
_ON_RULE = 0.003
"""A word stands on a rule that is inside it by more than this, in widths of the page."""
_MOST_LINES = 400


@dataclass
class Body:
    """What stands below a heading on one sheet."""

    head: Head
    edges: tuple[float, ...]
    """Where columns part."""
    gutters: tuple[float, ...]
    """0–1 for each edge: how clear it is."""
    records: list[Record] = field(default_factory=list)
    claimed: set[Token] = field(default_factory=set)
    """Every word of the table, its heading too."""
    last: int = 0
    """The last row of the sheet that belongs to it."""

    def clearness(self, column: int) -> float:
        """How sure it is that a word stands in this column and not beside it."""
        return min([1.0, *self.gutters[max(column - 1, 0) : column + 1]])


def body(sheet: Sheet, head: Head, *, above: Body | None = None, start: int | None = None) -> Body:
    """The rows from `start` (below the heading) on; `above` is the part on the sheet before, whose columns go on."""
    first = head.last + 1 if start is None else start
    while above is None and first < len(sheet.rows) and continues(sheet.rows[first], head):
        first += 1
    rows = _extent(sheet, head, first)
    pieces = [piece for row in rows for piece in _pieces(row)]
    if above is None:
        edges, gutters = _edges(head, pieces)
    else:
        edges, gutters = above.edges, above.gutters
    found = Body(head, edges, gutters, last=first + len(rows) - 1)
    if above is None:
        found.claimed.update(t for row in sheet.rows[head.first : first] for t in row.tokens)
    lines = lines_of(rows, edges)
    rows_at = row_places(lines, head.columns)
    if above is not None and not rows_at:
        found.last = first - 1
        return found  # nothing says that the table goes on here
    sure = bool(rows_at)
    rows_at = rows_at or filled_places(lines)
    kept = before_the_end(lines, rows_at, _bottom(head))
    total = next((line for line in kept if is_total(line)), None)
    body_lines = [line for line in kept if total is None or line.y < total.y - SAME_LINE * line.height]
    end = body_lines[-1].y + SAME_LINE * body_lines[-1].height if body_lines else float("-inf")
    rows_at = [y for y in rows_at if y <= end]
    found.records = records_of(body_lines, rows_at, head, sure)
    if found.records:
        found.claimed.update(t for line in kept for t in line.tokens)
    if head.grid is not None:
        for record in found.records:
            drop_strokes(record, edges)
    found.last = _last_row(sheet, first, len(rows), found.claimed)
    return found


def _bottom(head: Head) -> float:
    """Where the grid ends that the heading stands in."""
    return head.grid.box.y1 if head.grid is not None else 1.0


def _last_row(sheet: Sheet, first: int, count: int, claimed: set[Token]) -> int:
    inside = [at for at in range(first, first + count) if any(t in claimed for t in sheet.rows[at].tokens)]
    return inside[-1] if inside else first - 1


# ── how far down ─────────────────────────────────────────────────────────────────────────────────────


def _extent(sheet: Sheet, head: Head, first: int) -> list[Row]:
    """The sheet's rows that may belong to the table: down to the first that runs across, asks or stands far below.

    A grid may end too early, for its last rule gets lost like every other; inside it only what runs across ends.
    """
    kept: list[Row] = []
    last = sheet.rows[first - 1] if first else None
    for row in sheet.rows[first : first + _MOST_LINES]:
        inside = head.grid is not None and grid_at(row, (head.grid,)) is not None
        if inside and head.grid is not None and len(head.grid.columns) > 1:
            if _stands_on_rules(row, head.grid):
                break
        elif _runs_across(row, head.columns):
            break
        if not inside and (_asks(row, head.columns) or _far_below(last, row, head.slope)):
            break
        kept.append(row)
        last = row
    return kept


def _far_below(last: Row | None, row: Row, slope: float) -> bool:
    return last is not None and step_between(last, row, slope) > _ROW_STEP * max(last.height, row.height)


def _asks(row: Row, columns: Sequence[Column]) -> bool:
    """Whether a row begins in the first column with a label: the form goes on below the table."""
    for token in row.tokens[:_LABEL_WORDS]:
        if token.text.endswith((":", "：")):
            return row.tokens[0].x0 <= columns[0].x1 and any(c.isalpha() for c in token.text)
    return False


def _stands_on_rules(row: Row, grid: Grid) -> bool:
    """Whether words of a row stand on two rules, as those of a paragraph do that the grid's box reaches into."""
    return sum(any(t.x0 + _ON_RULE < x < t.x1 - _ON_RULE for t in row.tokens) for x in grid.columns) > 1


def _runs_across(row: Row, columns: Sequence[Column]) -> bool:
    """A heading or a paragraph below the table: its words go on over the middles of three columns.

    Two are enough behind the rows' numbers where it begins among these, or where there are no more.
    """
    gaps = [max(b.x0 - a.x1, 0.0) for a, b in pairwise(row.tokens)]
    usual = _EVEN * median(gaps) if gaps else 0.0
    first = columns[0]
    for piece in _pieces(row, usual):
        covered = sum(piece.x0 < _centre(c) < piece.x1 for c in columns)
        from_numbers = first.numbers and piece.x0 < first.x0 + 0.75 * (first.x1 - first.x0)
        others = covered - (piece.x0 < _centre(first))
        if covered >= min(3, len(columns)) or (from_numbers and others >= 2):
            return _values_below(row, columns) < 2  # cells that are full stand as close as words
    return False


def _values_below(row: Row, columns: Sequence[Column]) -> int:
    """Under how many headings a row has a value of the column's kind."""
    return sum(holds_value([t for t in row.tokens if t.x0 < c.x1 and t.x1 > c.x0], c) for c in columns)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of words that stand together in a row."""

    x0: float
    x1: float
    number: bool
    """It is a row's number and nothing else."""


def _pieces(row: Row, usual: float = 0.0) -> list[_Piece]:
    """The runs of words of a row; `usual` is a gap that its words may have."""
    found: list[_Piece] = []
    width = 0.0
    for token in row.tokens:
        own = (token.x1 - token.x0) / max(len(token.text), 1)
        wide = max(width, own)
        if found and token.x0 - found[-1].x1 <= max(_WORD_GAP * wide, min(usual, _WIDEST_GAP * wide)):
            found[-1] = _Piece(found[-1].x0, max(found[-1].x1, token.x1), False)
        else:
            found.append(_Piece(token.x0, token.x1, ROW_NUMBER.fullmatch(token.text) is not None))
        width = own
    return found


# ── where columns part ───────────────────────────────────────────────────────────────────────────────


def _edges(head: Head, pieces: Sequence[_Piece]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Between each two headings: a rule, else the white that no piece below covers; and how clear that is."""
    edges, clear = [], []
    for left, right in pairwise(head.columns):
        rules = [x for x in (head.grid.columns if head.grid else ()) if _centre(left) < x < _centre(right)]
        between = [x for x in rules if left.x1 - 1e-3 <= x <= right.x0 + 1e-3] or rules
        if len(between) == 1:
            edges.append(between[0])
            clear.append(1.0)
            continue
        edge, sure = _white(left, right, pieces)
        edges.append(edge)
        clear.append(sure)
    return tuple(edges), tuple(clear)


def _centre(column: Column) -> float:
    return (column.x0 + column.x1) / 2


def _white(left: Column, right: Column, pieces: Sequence[_Piece]) -> tuple[float, float]:
    """The middle of the white between two columns, and 0–1 how clear it is.

    A piece belongs to the heading that it overlaps most, or that is nearest, but words never to the rows' numbers;
    where the two columns' pieces overlap, something runs across and the edge is a guess.
    """
    low, high = left.x1, right.x0
    crossing = 0
    for piece in pieces:
        x0, x1 = piece.x0, piece.x1
        if x1 <= _centre(left) or x0 >= _centre(right):
            continue
        if x0 < left.x1 and x1 > right.x0:
            crossing += 1
        elif _distance(x0, x1, left) < _distance(x0, x1, right) and (piece.number or not left.numbers):
            low = max(low, x1)
        else:
            high = min(high, x0)
    if low < high:
        return (low + high) / 2, 0.8 if crossing else 0.97
    return (left.x1 + right.x0) / 2, 0.6


def _distance(x0: float, x1: float, column: Column) -> float:
    """How far a piece is from a heading; below 0 by how much they overlap."""
    return max(column.x0 - x1, x0 - column.x1)
