"""Rows of a page that was scanned askew, put together again as if it were straight; words keep their places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import median

from extraction.layout import Row, Sheet, Token

_ENOUGH = 0.006
"""From this slope on (heights of the page for its whole width) ends of a row meet their neighbour's."""
_PIECE_GAP = 1.6
"""Words with a wider gap, in characters, may belong to different lines."""
_LEAST_RUN = 0.08
"""A shorter run of words says nothing about the slope."""
_SAME_ROW = 0.5


@dataclass
class _Open:
    """A row that pieces are still put into."""

    pieces: list[tuple[Token, ...]]
    y: float


def slope_of(rows: Iterable[Row], character: float) -> float:
    """By how much lines fall over the whole width of the page, in heights of the page; 0 without long lines."""
    falls = [
        ((b.y0 + b.y1) - (a.y0 + a.y1)) / 2 / (b.middle - a.middle)
        for row in rows
        for piece in _pieces(row, character)
        if (b := piece[-1]).middle - (a := piece[0]).middle > _LEAST_RUN
    ]
    return median(falls) if len(falls) >= 3 else 0.0


def levelled(sheet: Sheet) -> Sheet:
    """The same words in rows that follow the slope of the lines; the sheet itself where it is straight."""
    slope = slope_of(sheet.rows, sheet.character)
    if abs(slope) < _ENOUGH:
        return sheet
    pieces = [piece for row in sheet.rows for piece in _pieces(row, sheet.character)]
    placed = sorted(((_level(piece, slope), piece) for piece in pieces), key=lambda p: (p[0], p[1][0].x0))
    rows: list[_Open] = []
    for y, piece in placed:
        height = median(t.y1 - t.y0 for t in piece)
        last = rows[-1] if rows else None
        if last is not None and y - last.y <= _SAME_ROW * height and not _covered(last, piece):
            last.pieces.append(piece)
        else:
            rows.append(_Open([piece], y))
    joined = (sorted((t for piece in row.pieces for t in piece), key=lambda t: t.x0) for row in rows)
    return replace(sheet, rows=tuple(Row(tuple(tokens)) for tokens in joined))


def step_between(above: Row, below: Row, slope: float) -> float:
    """How far below one row another begins, where lines fall by `slope`."""
    return _top(below, slope) - _top(above, slope)


def _top(row: Row, slope: float) -> float:
    return median(t.y0 - slope * (t.middle - 0.5) for t in row.tokens)


def _level(piece: tuple[Token, ...], slope: float) -> float:
    """The middle of a piece, where it would be on the page's middle line."""
    return sum((t.y0 + t.y1) / 2 - slope * (t.middle - 0.5) for t in piece) / len(piece)


def _pieces(row: Row, character: float) -> list[tuple[Token, ...]]:
    """The runs of words of a row that stand close together and on one line."""
    found: list[list[Token]] = []
    for token in row.tokens:
        last = found[-1][-1] if found else None
        if (
            last is not None
            and token.x0 - last.x1 <= _PIECE_GAP * character
            and abs(token.y0 + token.y1 - last.y0 - last.y1) <= 0.8 * (last.y1 - last.y0)
        ):
            found[-1].append(token)
        else:
            found.append([token])
    return [tuple(piece) for piece in found]


def _covered(row: _Open, piece: tuple[Token, ...]) -> bool:
    """Whether a piece lies over one that the row has."""
    x0, x1 = piece[0].x0, piece[-1].x1
    return any(min(other[-1].x1, x1) - max(other[0].x0, x0) > 0.25 * (x1 - x0) for other in row.pieces)
