"""Characters that stand alone in a table's column, which the net overlooks: found where row and column cross."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr.linefinder.fitting import Line, unclaimed
from ocr.linefinder.ink import Pieces
from ocr.linefinder.judging import Usual

_HEIGHT = (0.7, 1.3)
"""In heights of the page's usual capitals."""
_WIDTH = (0.12, 1.1)
_PALER = 60.0
_NARROW = 5.0
"""Lines at most this many capitals' heights wide make a column of short entries."""
_COLUMN = 1.2
_NEIGHBOURS = 2
_MOST = 400
"""More loose pieces of that size than this are noise."""
_SCORE = 0.6


def lonely(lines: Sequence[Line], pieces: Pieces, usual: Usual) -> list[Line]:
    """A line for each loose piece the size of a digit that has short lines above or below and a line beside it."""
    if not usual.known:
        return []
    height = usual.height
    loose = (
        (pieces.height >= _HEIGHT[0] * height)
        & (pieces.height <= _HEIGHT[1] * height)
        & (pieces.width >= _WIDTH[0] * height)
        & (pieces.width <= _WIDTH[1] * height)
        & (pieces.darkest <= usual.darkest + _PALER)
    )
    chosen = np.flatnonzero(loose & unclaimed(lines, pieces))
    if not 0 < len(chosen) <= _MOST or not lines:
        return []
    x0, x1 = np.array([line.x0 for line in lines]), np.array([line.x1 for line in lines])
    top = np.array([line.top + line.level((line.x0 + line.x1) / 2) for line in lines])
    bottom = np.array([line.bottom + line.level((line.x0 + line.x1) / 2) for line in lines])
    short = x1 - x0 <= _NARROW * height
    found = []
    for i in chosen:
        cx, cy = float(pieces.cx[i]), float(pieces.cy[i])
        over = (x0 < cx) & (cx < x1) & (top < cy) & (cy < bottom)
        beside = (top < cy) & (cy < bottom)
        column = short & (np.abs((x0 + x1) / 2 - cx) <= _COLUMN * height)
        if not over.any() and beside.any() and int(column.sum()) >= _NEIGHBOURS:
            found.append(Line.of_piece(pieces, int(i), _SCORE))
    return found
