"""Pen strokes that no line has claimed: large, thin, all of one piece, as signatures are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr.linefinder.fitting import Line, unclaimed
from ocr.linefinder.ink import Pieces

_HEIGHT_MM = (6.0, 38.0)
_WIDTH_MM = (10.0, 110.0)
_ASPECT = (0.8, 8.0)
_FILL = (0.015, 0.25)
_PALER = 90.0
"""Show-through of the other side's signature is at least this much paler than the page's print."""
_INNER, _INNER_SHARE = 0.2, 0.3
"""A frame's or seal's ink lies along the rim of its box, a signature's across its middle."""
_SCORE = 0.5


def strokes(lines: Sequence[Line], pieces: Pieces, mm: float, darkest: float) -> list[Line]:
    """Loose pieces with the shape of a signature; `darkest` is what the page's print has, `mm` pixels a millimetre."""
    wide, tall = pieces.width, pieces.height
    fill = pieces.area / np.maximum(1.0, wide * tall)
    rows, columns = pieces.labels.shape
    loose = (
        (tall >= _HEIGHT_MM[0] * mm)
        & (tall <= _HEIGHT_MM[1] * mm)
        & (wide >= _WIDTH_MM[0] * mm)
        & (wide <= _WIDTH_MM[1] * mm)
        & (wide >= _ASPECT[0] * tall)
        & (wide <= _ASPECT[1] * tall)
        & (fill >= _FILL[0])
        & (fill <= _FILL[1])
        & (pieces.darkest <= darkest + _PALER)
        & (pieces.x0 > 1)
        & (pieces.y0 > 1)
        & (pieces.x1 < columns - 1)
        & (pieces.y1 < rows - 1)
    )
    return [
        Line.of_piece(pieces, int(i), _SCORE)
        for i in np.flatnonzero(loose & unclaimed(lines, pieces))
        if _crosses_its_middle(pieces, int(i))
    ]


def _crosses_its_middle(pieces: Pieces, i: int) -> bool:
    x0, y0, x1, y1 = (int(v[i]) for v in (pieces.x0, pieces.y0, pieces.x1, pieces.y1))
    own = pieces.labels[y0:y1, x0:x1] == i + 1
    dy, dx = int(_INNER * (y1 - y0)), int(_INNER * (x1 - x0))
    inner = own[dy : own.shape[0] - dy, dx : own.shape[1] - dx]
    return float(inner.sum()) >= _INNER_SHARE * float(own.sum())
