"""Parts of a page that are read one after the other: halves of a spread, two persons side by side in two columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from rapidfuzz.distance import Levenshtein

from extraction.layout import Row, Sheet, Token, capital_share, text_edges, whole_sheet
from extraction.levelling import levelled
from models.reading import Reading

_LABEL_WORDS = 8
"""A label's colon stands behind at most so many words."""
_TWINS = 0.6
"""Labels of two columns are the same but for a word: «Họ, chữ đệm, tên chồng», «Họ, chữ đệm, tên vợ»."""
_SPREAD_ASPECT = 1.15
"""Only print wider than this is two pages or the two sides of a card: a sheet's own lines fill its height."""
_CROSSING_SHARE = 0.12
"""So many rows of a spread may run across it: a watermark, a stamp."""
_LEAST_SIDE = 4
_NEXT_ROW = 1.7
_BEFORE = 1.5
"""The gutter runs so many characters before the right column, still inside the gap between cells."""
_DRIFT, _ALIGNED = 2.5, 1.2
"""So many characters a column may drift on a bent sheet; so exactly a word begins it where no wide gap precedes."""
_COLON = re.compile(r".*[:：][.,]?$")


def lay_out(reading: Reading) -> tuple[Sheet, ...]:
    """The pages laid out, in reading order: one sheet per page, several where parts of a page are read one by one."""
    return tuple(part for page in reading.pages for part in panels(whole_sheet(page)))


def panels(sheet: Sheet) -> tuple[Sheet, ...]:
    """The sheet itself, or its parts in reading order; every token is in exactly one part.

    A form that asks the same of two persons side by side is read column by column, and so are the halves of a
    spread: read row by row, what one side says would go on with what the other says.
    """
    at = _spread_gutter(sheet)
    if at is None:
        return tuple(_columns(levelled(sheet)))
    return tuple(part for rows in _pages(sheet, at) for part in _columns(levelled(_part(sheet, rows))))


def _part(sheet: Sheet, rows: Sequence[Row], *, whole_width: bool = False) -> Sheet:
    """Some rows as a sheet of their own; its edges are its own unless it runs over the whole width."""
    if whole_width:
        return replace(sheet, rows=tuple(rows))
    left, right = text_edges(rows)
    return replace(sheet, rows=tuple(rows), left=left, right=right)


def _halves(rows: Iterable[Row], at: float) -> tuple[list[Row], list[Row]]:
    """What of the rows is left and right of a line."""
    left: list[Row] = []
    right: list[Row] = []
    for row in rows:
        sides = _sides(row, at)
        for side, part in zip((left, right), sides, strict=True):
            if part:
                side.append(Row(part))
    return left, right


def _sides(row: Row, at: float) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    return tuple(t for t in row.tokens if t.middle < at), tuple(t for t in row.tokens if t.middle >= at)


# ── spreads ──────────────────────────────────────────────────────────────────────────────────────────


def _spread_gutter(sheet: Sheet) -> float | None:
    """Where the white line between two pages or two sides of a card runs; None on a single page."""
    if len(sheet.rows) < _LEAST_SIDE:
        return None
    cells = [(c.x0, c.x1) for row in sheet.rows for c in sheet.cells(row)]
    steps = [0.36 + 0.005 * i for i in range(57)]
    crossed = [sum(x0 < x < x1 for x0, x1 in cells) for x in steps]
    least = min(crossed)
    if least > _CROSSING_SHARE * len(sheet.rows):
        return None
    at = _middle_of_longest(steps, [c == least for c in crossed])
    inside = [row for row in sheet.rows if not any(c.x0 < at < c.x1 for c in sheet.cells(row))]
    left, right = _halves(inside, at)
    if min(len(left), len(right)) < _LEAST_SIDE or not _side_by_side(left, right):
        return None
    wide = max(row.x1 for row in inside) - min(row.x0 for row in inside)
    if wide * sheet.aspect < _SPREAD_ASPECT * (inside[-1].y1 - inside[0].y0):
        return None
    if _in_pairs(inside, at):
        return None
    # A column of labels with its values on the right is no page of its own.
    own_values = sum(_label(row.tokens) is not None and not _is_colon(row.tokens[-1]) for row in left)
    return at if own_values >= 3 else None


def _pages(sheet: Sheet, at: float) -> tuple[list[Row], list[Row]]:
    """The rows of a spread's two pages; what runs across stays whole, on the side where its middle is."""
    left: list[Row] = []
    right: list[Row] = []
    for row in sheet.rows:
        cells = sheet.cells(row)
        for side, chosen in (
            (left, [c for c in cells if _centre(c) < at]),
            (right, [c for c in cells if _centre(c) >= at]),
        ):
            if chosen:
                side.append(Row(tuple(t for cell in chosen for t in cell.tokens)))
    return left, right


def _centre(cell: Row) -> float:
    return (cell.x0 + cell.x1) / 2


def _middle_of_longest(steps: Sequence[float], chosen: Sequence[bool]) -> float:
    best, begin = (0, 0), None
    for at, good in enumerate([*chosen, False]):
        if good and begin is None:
            begin = at
        elif not good and begin is not None:
            best, begin = max(best, (at - begin, begin)), None
    return steps[best[1] + best[0] // 2]


def _in_pairs(rows: Sequence[Row], at: float) -> bool:
    """A form that asks two things on each row: «Dân tộc: Kinh ‖ Quốc tịch: Việt Nam»."""
    both = [(left, right) for row in rows for left, right in [_sides(row, at)] if left and right]
    asked = sum(_label(left) is not None and _label(right) is not None for left, right in both)
    return 2 * asked > sum(bool(_sides(row, at)[1]) for row in rows)


def _side_by_side(left: Sequence[Row], right: Sequence[Row]) -> bool:
    """Whether both sides fill the better part of the same height."""
    tops, ends = [rows[0].y0 for rows in (left, right)], [rows[-1].y1 for rows in (left, right)]
    shared = min(ends) - max(tops)
    return shared > 0.5 * (max(ends) - min(tops))


# ── the same questions side by side ──────────────────────────────────────────────────────────────────


def _columns(sheet: Sheet) -> Iterator[Sheet]:
    """The sheet with every stretch of two columns taken apart: what is above, left, right, and what is below."""
    rows, done, at = sheet.rows, 0, 0
    while at < len(rows):
        gutter = _twin_gutter(sheet, rows[at])
        end = _zone_end(sheet, at, gutter) if gutter is not None else at
        if gutter is None or end == at:
            at += 1
            continue
        begin = at - 1 if at > done and _heads_columns(sheet, rows[at - 1], rows[at], gutter) else at
        if begin > done:
            yield _part(sheet, rows[done:begin], whole_width=True)
        for side in _halves(rows[begin:end], gutter):
            yield _part(sheet, side)
        at = done = end
    if done < len(rows) or not rows:
        yield _part(sheet, rows[done:], whole_width=True) if done else sheet


def _twin_gutter(sheet: Sheet, row: Row) -> float | None:
    """Where the right one of two cells begins that ask the same; None where a row asks nothing twice."""
    cells = sheet.cells(row)
    first = _label(cells[0].tokens)
    if first is None or len(cells) < 2:
        return None
    for cell in cells[1:]:
        second = _label(cell.tokens)
        if second is not None and Levenshtein.normalized_similarity(first, second) >= _TWINS:
            return cell.x0 - _BEFORE * sheet.character
    return None


def _zone_end(sheet: Sheet, start: int, gutter: float) -> int:
    """The row behind a stretch of two columns; `start` where fewer than two questions are asked twice.

    The columns' lines need not lie side by side: where one has a longer name, the other is a line ahead.
    """
    rows, end = sheet.rows, start + 1
    asked = _Asked(rows[start], gutter)
    for at in range(start + 1, len(rows)):
        row = rows[at]
        if row.y0 - rows[at - 1].y0 > _NEXT_ROW * sheet.pitch or not _in_columns(sheet, row, gutter):
            break
        if _goes_on(row, gutter) or asked.on_the_right(row):
            end = at + 1
        asked.add(row)
    return end if asked.twice >= 2 else start


class _Asked:
    """What the columns of a stretch have asked so far."""

    def __init__(self, first: Row, gutter: float) -> None:
        self._gutter = gutter
        self._left: list[str] = []
        self._right: list[str] = []
        self.add(first)

    def add(self, row: Row) -> None:
        for labels, side in zip((self._left, self._right), _sides(row, self._gutter), strict=True):
            if (label := _label(side)) is not None:
                labels.append(label)

    @property
    def twice(self) -> int:
        """How many questions of the right column the left one asks too."""
        return sum(_alike(label, self._left) > 0 for label in self._right)

    def on_the_right(self, row: Row) -> bool:
        """A question of the left column alone that the right one, with shorter values, has asked further up."""
        label = _label(_sides(row, self._gutter)[0])
        return label is not None and _alike(label, self._right) > _alike(label, self._left)


def _alike(label: str, labels: Iterable[str]) -> int:
    return sum(Levenshtein.normalized_similarity(label, other) >= _TWINS for other in labels)


def _in_columns(sheet: Sheet, row: Row, gutter: float) -> bool:
    """Whether no words run across the gutter: a gap is there, or a word begins where the column does."""
    character = sheet.character
    if any(t.x0 < gutter - character and t.x1 > gutter + character for t in row.tokens):
        return False
    cells = sheet.cells(row)
    column = gutter + _BEFORE * character
    if any(abs(c.x0 - column) <= _DRIFT * character for c in cells[1:]):
        return True
    if not any(c.x0 < gutter < c.x1 for c in cells):
        return True
    return _begins_column(row, gutter, column, character)


def _begins_column(row: Row, gutter: float, column: float, character: float) -> bool:
    """Whether a word begins the right column on a row whose left part leaves no wide gap before it."""
    left, right = _sides(row, gutter)
    if not left or not right or abs(right[0].x0 - column) > _ALIGNED * character:
        return False
    gaps = [after.x0 - before.x1 for side in (left, right) for before, after in pairwise(side)]
    # In a line over the whole width a word begins there by chance, but its gap is like the others.
    return _label(right) is not None or right[0].x0 - left[-1].x1 > 1.5 * median(gaps or [character])


def _goes_on(row: Row, gutter: float) -> bool:
    """Whether a row below two questions belongs to their columns: words in the right one, or the end of a value."""
    left, right = _sides(row, gutter)
    if right:
        return True
    return _label(left) is None and capital_share(Row(left).text) < 0.7


def _heads_columns(sheet: Sheet, row: Row, first: Row, gutter: float) -> bool:
    """«BÊN NAM ‖ BÊN NỮ» right above the columns."""
    cells = sheet.cells(row)
    near = first.y0 - row.y0 <= 2 * _NEXT_ROW * sheet.pitch
    return near and len(cells) == 2 and cells[0].x1 < gutter <= cells[1].x0 + 1e-6 and len(row.tokens) <= 12


def _label(tokens: Sequence[Token]) -> str | None:
    """The key of the words before the colon that a cell begins with; None where there is no label."""
    for at, token in enumerate(tokens[:_LABEL_WORDS]):
        if _is_colon(token):
            key = "".join(t.key for t in tokens[: at + 1])
            return key or None
    return None


def _is_colon(token: Token) -> bool:
    return _COLON.fullmatch(token.text) is not None
