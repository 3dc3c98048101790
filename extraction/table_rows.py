"""Lines of cells become rows: each row has one place, and the white or a rule between two places parts them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from extraction import values
from extraction.definitions import Kind
from extraction.layout import Row, Token
from extraction.table_head import Column, Head

_LINE_STEP = 1.75
"""The next line of the same cell begins within so many heights of a letter."""
SAME_LINE = 0.55
"""Words whose middles differ by no more than this part of their height stand on one line."""
_INK = 0.42
"""How much of its height a line fills above and below its middle, when the white between lines is looked for."""
_TIE = 0.15
"""White stripes that differ by no more than this part of a letter's height are as wide as each other."""
_RULED = 0.6
"""A rule that was seen makes a white stripe count as so much wider, in heights of a letter."""
_LONG_ROW = 0.25
"""Rows at least so long, in widths of the page, tell how the table slopes."""
_UNCLEAR_ROW = 0.75
_STROKE = re.compile(r"[1Il|!\[\]ijJ()/\\]")
_NEAR_RULE = 0.006
"""So near to a rule, in widths of the page, a lone stroke is the rule itself."""
_TOTAL = re.compile(r"tong(cong|so|von|gop|vongop|giatri|cacphan)?|tong(cong|so|von|giatri)\w{0,24}|cong")
ROW_NUMBER = re.compile(r"\(?\d{1,3}[.)/|]{0,2}")

_ANCHORS: frozenset[Kind] = frozenset(
    {
        "date", "year", "sex", "personal_id", "holder_id", "identity", "old_id", "tax_code", "money", "area",
        "short_number", "phone", "land_serial", "document_number",
    }
)  # fmt: skip
"""Kinds that stand on one line, once in every row."""


@dataclass(frozen=True)
class Record:
    """One row of a table: the words of each column, by its place in the heading."""

    cells: dict[int, list[Token]]
    clear: float
    """0–1: how clear it is which lines belong to it."""


# ── lines of cells ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Line:
    """One line of one cell; y is its middle as if the table were not askew."""

    column: int
    y: float
    height: float
    tokens: list[Token]


def lines_of(rows: Sequence[Row], edges: Sequence[float]) -> list[Line]:
    """All lines of all cells from top to bottom."""
    slope = _slope(rows)
    by_column: dict[int, list[tuple[float, Token]]] = {}
    for row in rows:
        for token in row.tokens:
            column = sum(token.middle > edge for edge in edges)
            y = (token.y0 + token.y1) / 2 - slope * (token.middle - 0.5)
            by_column.setdefault(column, []).append((y, token))
    height = max(median([t.y1 - t.y0 for row in rows for t in row.tokens]), 1e-4) if rows else 0.01
    found = [
        Line(
            column,
            sum(y for y, _ in line) / len(line),
            height,
            sorted((t for _, t in line), key=lambda t: t.x0),
        )
        for column, placed in by_column.items()
        for line in _bundled(placed, height)
    ]
    return sorted(found, key=lambda line: line.y)


def _slope(rows: Sequence[Row]) -> float:
    """By how much the table's own lines fall over the page's width: what is left of a warp where it stands."""
    falls = [
        ((b.y0 + b.y1) - (a.y0 + a.y1)) / 2 / (b.middle - a.middle)
        for row in rows
        if (b := row.tokens[-1]).middle - (a := row.tokens[0]).middle > _LONG_ROW
    ]
    return median(falls) if falls else 0.0


def _bundled(placed: Iterable[tuple[float, Token]], height: float) -> list[list[tuple[float, Token]]]:
    """Words of one column by lines."""
    lines: list[list[tuple[float, Token]]] = []
    for y, token in sorted(placed, key=lambda p: p[0]):
        if lines and y - lines[-1][0][0] <= SAME_LINE * height:
            lines[-1].append((y, token))
        else:
            lines.append([(y, token)])
    return lines


# ── lines to rows ────────────────────────────────────────────────────────────────────────────────────


def row_places(lines: Sequence[Line], columns: Sequence[Column]) -> list[float]:
    """The middle of every row: where its number stands, else where the values of one column stand.

    A row whose number OCR lost is made up for by the values on its line: those of two columns, or one far from
    every other row, for a second line of a cell may hold a value too.
    """
    if not lines:
        return []
    height = lines[0].height
    valued = [line for line in lines if holds_value(line.tokens, columns[line.column])]
    numbered = [line for line in lines if columns[line.column].numbers and _has_number(line)]
    places = _merged([line.y for line in numbered or _of_fullest_column(valued)], height)
    step = min((b - a for a, b in pairwise(places)), default=0.0)
    near = 0.8 * step if len(places) > 1 else _LINE_STEP * height
    missing = []
    for y, count in _bundles(valued, height):
        away = min(abs(y - place) for place in places[max(bisect_left(places, y) - 1, 0) :][:2])
        if away > near or (count > 1 and away > SAME_LINE * height):
            missing.append(y)
    return sorted([*places, *missing])


def _has_number(line: Line) -> bool:
    return any(ROW_NUMBER.fullmatch(t.text) for t in line.tokens)


def _of_fullest_column(valued: Sequence[Line]) -> list[Line]:
    """The lines of the column that has most of them."""
    counts: dict[int, list[Line]] = {}
    for line in valued:
        counts.setdefault(line.column, []).append(line)
    return max(counts.values(), key=len, default=[])


def _bundles(lines: Sequence[Line], height: float) -> list[tuple[float, int]]:
    """Where lines stand side by side, and in how many columns."""
    found: list[tuple[float, int]] = []
    bundle: list[Line] = []
    for line in [*lines, None]:
        if line is not None and (not bundle or line.y - bundle[-1].y <= SAME_LINE * height):
            bundle.append(line)
            continue
        if bundle:
            found.append((sum(b.y for b in bundle) / len(bundle), len({b.column for b in bundle})))
        bundle = [line] if line is not None else []
    return found


def holds_value(tokens: Sequence[Token], column: Column) -> bool:
    """Whether words are a value of the kind that stands on one line in this column of every row."""
    wanted = column.wanted
    if wanted is None or wanted.kind not in _ANCHORS or not tokens:
        return False
    parsed = values.parse(wanted.kind, tokens, wanted.pattern)
    return parsed is not None and bool(set(parsed.passed) or any(c.isdigit() for c in parsed.value))


def _merged(ys: Iterable[float], height: float) -> list[float]:
    """One place for all that stand on one line."""
    bundles: list[list[float]] = []
    for y in sorted(ys):
        if bundles and y - bundles[-1][-1] <= SAME_LINE * height:
            bundles[-1].append(y)
        else:
            bundles.append([y])
    return [sum(bundle) / len(bundle) for bundle in bundles]


def before_the_end(lines: Sequence[Line], rows_at: Sequence[float], bottom: float) -> list[Line]:
    """The lines down to the last row's last one: one far below it, or below the grid's `bottom`, is none of its."""
    if not rows_at:
        return list(lines)
    kept: list[Line] = []
    reach = last = rows_at[-1]
    for line in lines:
        below_grid = line.y > last + SAME_LINE * line.height and last <= bottom < line.tokens[0].box.centre[1]
        if below_grid or line.y > reach + _LINE_STEP * line.height:
            break
        reach = max(reach, line.y)
        kept.append(line)
    return kept


def filled_places(lines: Sequence[Line]) -> list[float]:
    """Where nothing stands once in every row: the lines that more than one column has words on."""
    height = lines[0].height if lines else 0.01
    places = _merged([line.y for line in lines], height)
    ys, near = [line.y for line in lines], SAME_LINE * height
    return [
        place
        for place in places
        if len(
            {lines[at].column for at in range(bisect_left(ys, place - near), bisect_right(ys, place + near))}
        )
        > 1
    ]


def records_of(
    lines: Sequence[Line], rows_at: Sequence[float], head: Head, sure_places: bool
) -> list[Record]:
    """The rows: parted between their places where the white is widest, or where a rule runs."""
    if not lines or not rows_at:
        return []
    height = lines[0].height
    from_top = lines[0].y > rows_at[0] - SAME_LINE * height
    rules = head.grid.rows if head.grid is not None else ()
    ys = [line.y for line in lines]
    cuts = [_cut(ys, above, below, height, from_top, rules) for above, below in pairwise(rows_at)]
    bounds = [0, *(bisect_right(ys, y) for y, _ in cuts), len(ys)]
    sure = [True, *(clear for _, clear in cuts), True]
    return [
        Record(
            _cells(lines[bounds[at] : bounds[at + 1]]),
            1.0 if sure_places and sure[at] and sure[at + 1] else _UNCLEAR_ROW,
        )
        for at in range(len(rows_at))
    ]


def _cut(
    ys: Sequence[float], above: float, below: float, height: float, from_top: bool, rules: Sequence[float]
) -> tuple[float, bool]:
    """Where a row ends that stands at `above` and the next at `below`, and whether that is clear.

    `ys` are the middles of all lines from top to bottom.
    """
    near = SAME_LINE * height
    inside = ys[bisect_left(ys, above - near) : bisect_right(ys, below + near)]
    gaps: list[tuple[float, float]] = []
    for upper, lower in pairwise(inside):
        white = lower - upper - 2 * _INK * height
        middle = (upper + lower) / 2
        if white > 0 and above < middle < below:
            ruled = any(upper < rule < lower for rule in rules)
            gaps.append((white + (_RULED * height if ruled else 0.0), middle))
    if not gaps:
        return (above + below) / 2, False
    widest = max(white for white, _ in gaps)
    likely = [middle for white, middle in gaps if white >= widest - _TIE * height]
    if len(likely) == 1:
        return likely[0], True
    if from_top:
        return likely[-1], True  # every row begins with the line its number stands on
    centre = (above + below) / 2
    return min(likely, key=lambda y: abs(y - centre)), False


def drop_strokes(record: Record, edges: Sequence[float]) -> None:
    """Take out what OCR makes of the rules between cells: a lone stroke at the edge of a cell that says more."""
    for column, tokens in record.cells.items():
        sides = [*edges[max(column - 1, 0) : column], *edges[column : column + 1]]
        strokes = [
            t
            for t in tokens
            if _STROKE.fullmatch(t.text)
            and any(min(abs(t.x0 - x), abs(t.x1 - x)) <= _NEAR_RULE for x in sides)
        ]
        if len(strokes) < len(tokens):
            record.cells[column] = [t for t in tokens if t not in strokes]


def _cells(lines: Iterable[Line]) -> dict[int, list[Token]]:
    cells: dict[int, list[Token]] = {}
    for line in lines:
        cells.setdefault(line.column, []).extend(line.tokens)
    return cells


def is_total(line: Line) -> bool:
    """«Tổng cộng», «Cộng»: the line sums a column up and is nobody's row."""
    return _TOTAL.fullmatch("".join(t.key for t in line.tokens)) is not None
