"""Marks that another line's strip lies nearer to come back to the letter they stand on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr.linefinder.fitting import ABOVE, BELOW, LETTER_SHARE, Line, unclaimed
from ocr.linefinder.ink import Pieces

_MARK_HIGH, _MARK_WIDE = 0.5, 0.9
_TOUCH = 0.3
"""How far into the height of the letters a mark may reach from above."""
_ASIDE = 0.12
_FAINT = 0.55
"""A mark is at least this share as dark as its line."""


def adopt_marks(lines: Sequence[Line], pieces: Pieces) -> None:
    """Widen `lines` in place by the marks among `pieces` that no line has and that stand over or under a letter.

    In narrow settings the mark on a bold capital is nearer to the strip of the line above than to its own; a
    line without it would be read as another word, and nobody would see why.
    """
    mine = [line for line in lines if line.pieces is pieces]
    orphans = np.flatnonzero(unclaimed(mine, pieces))
    best = np.full(len(orphans), -1)
    nearest = np.full(len(orphans), np.inf)
    for k, line in enumerate(mine):
        distance = _distances(line, pieces, orphans)
        closer = distance < nearest
        best[closer], nearest[closer] = k, distance[closer]
    for k, line in enumerate(mine):
        adopted = orphans[best == k]
        if len(adopted):
            shift = line.slope * (pieces.cx[adopted] - line.x)
            line.members = np.concatenate([line.members, adopted])
            line.top = min(line.top, float((pieces.y0[adopted] - shift).min()))
            line.bottom = max(line.bottom, float((pieces.y1[adopted] - shift).max()))


def _distances(line: Line, pieces: Pieces, orphans: np.ndarray) -> np.ndarray:
    """How far each orphan is from the letters it would mark; infinite where it can't be a mark of this line."""
    shift = line.slope * (pieces.cx[line.members] - line.x)
    top, bottom = pieces.y0[line.members] - shift, pieces.y1[line.members] - shift
    letters = line.members[bottom - top >= LETTER_SHARE * line.height]
    found = np.full(len(orphans), np.inf)
    if not len(letters) or not len(orphans):
        return found
    floor = float(np.median(pieces.y1[letters] - line.slope * (pieces.cx[letters] - line.x)))
    ceiling = floor - line.height
    shift = line.slope * (pieces.cx[orphans] - line.x)
    top, bottom = pieces.y0[orphans] - shift, pieces.y1[orphans] - shift
    dark = 255.0 - float(np.percentile(pieces.darkest[letters], 30))
    mark = (bottom - top <= _MARK_HIGH * line.height) & (255.0 - pieces.darkest[orphans] >= _FAINT * dark)
    mark &= pieces.x1[orphans] - pieces.x0[orphans] <= _MARK_WIDE * line.height
    over = (bottom <= ceiling + _TOUCH * line.height) & (top >= ceiling - ABOVE * line.height - 1)
    under = (top >= floor - 1) & (bottom <= floor + BELOW * line.height + 1)
    candidates = np.flatnonzero(mark & (over | under))
    aside = _ASIDE * line.height
    for i in candidates:
        x = pieces.cx[orphans[i]]
        if np.any((pieces.x0[letters] - aside <= x) & (x <= pieces.x1[letters] + aside)):
            found[i] = max(0.0, ceiling - bottom[i]) if over[i] else max(0.0, top[i] - floor)
    return found
