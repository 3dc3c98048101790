"""What a line's ink looks like: print, a signature or other pen strokes, or no text at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ocr.linefinder.fitting import Line

# Measured on a thousand printed lines of generated papers in seven conditions, faint and broken ones among them,
# and on the seals, signatures, frames and specks of the same papers and of real letters. Print keeps well away
# from every bound: its largest capitals are 2.4 times as high as the usual ones, its heights scatter by 0.3.
_HUGE = 2.6
_HUGE_MM = 9.0
"""Where a page has too little print to say what is usual."""
_THIN_STROKES = 0.25
"""Share of its own box that a signature's largest stroke fills; large letters fill more."""
_FEW_STROKES = 1.05
"""Pieces for each height of width: letters stand closer than the strokes of a signature."""
_LARGE = 1.6
"""Strokes this large inside a signature's place are the signature; a name below it is as high as other print."""
_STROKE_WIDTH = 1.5
_STROKE_SHARE = 0.6
_ARC = 0.12
_BLOT, _BLOT_WIDTH = 4.0, 2.0
_LONG = 9.0
_SCATTERED = 0.4
_UPRIGHT = 0.35
_SPECK = 0.55
_SPECK_SCORE = 0.85
_EMPTY = 0.1
_SPARSE = 0.65
_FEW = 6
_TALL = 1.3
_INSIDE = 0.5
_FAINT = 90.0
_USUAL_LINES = 3

Verdict = Literal["print", "handwriting", "nothing"]


@dataclass(frozen=True)
class Place:
    """A part of the look that holds a seal, a stamp or pen strokes."""

    x0: float
    y0: float
    x1: float
    y1: float
    penned: bool
    """True for signatures and handwriting, False for seals and stamps."""

    def share_of(self, line: Line) -> float:
        """How much of the line's box lies inside."""
        shift = line.level((line.x0 + line.x1) / 2)
        across = min(self.x1, line.x1) - max(self.x0, line.x0)
        down = min(self.y1, line.bottom + shift) - max(self.y0, line.top + shift)
        area = (line.x1 - line.x0) * (line.bottom - line.top)
        return max(0.0, across) * max(0.0, down) / area if area > 0 else 0.0


@dataclass(frozen=True)
class Usual:
    """What most print of the page is like."""

    height: float
    """Of capitals, in pixels of the look; of nine millimetres where there is hardly any print."""
    darkest: float
    known: bool


@dataclass(frozen=True)
class _Ink:
    """Measures of one line's ink in heights of its capitals."""

    letters: int
    width: float
    largest_fill: float
    largest_share: float
    """Width of the largest piece as a share of the line's."""
    longest: float
    scatter: float
    density: float
    coverage: float
    """Widths of the letters taken together, as a share of the line's."""
    darkest: float


def usual_print(lines: Sequence[Line], mm: float) -> Usual:
    """The height and blackness that most of the ink in lines of several letters has."""
    solid = [(line, ink) for line in lines if (ink := _ink_of(line)).letters >= 4]
    if len(solid) < _USUAL_LINES:
        return Usual(_HUGE_MM / _HUGE * mm, 0.0, known=False)
    heights = np.array([line.height for line, _ in solid])
    widths = np.array([line.x1 - line.x0 for line, _ in solid])
    order = np.argsort(heights)
    passed = np.cumsum(widths[order])
    middle = int(np.searchsorted(passed, passed[-1] / 2))
    return Usual(
        float(heights[order][middle]), float(np.median([ink.darkest for _, ink in solid])), known=True
    )


def verdict(line: Line, usual: Usual, places: Sequence[Place], *, on_edge: bool) -> Verdict:
    """What the line is, which may stand along an edge of the page; printed text is called print in every doubt."""
    ink = _ink_of(line)
    relative = line.height / usual.height
    if relative >= _HUGE and ink.largest_fill < _THIN_STROKES:
        if ink.largest_fill < _ARC and relative > 2 * _HUGE:
            return "nothing"  # the rim of a seal
        if ink.letters < _FEW_STROKES * ink.width or ink.letters <= 2:
            return "handwriting"
    if relative >= _BLOT and (ink.letters <= 2 or ink.width < _BLOT_WIDTH):
        return "nothing"  # a part of a picture, a fingerprint
    if (
        relative >= _LARGE
        and ink.letters <= 3
        and ink.width >= _STROKE_WIDTH
        and ink.largest_share >= _STROKE_SHARE
        and ink.largest_fill < _THIN_STROKES
    ):
        return "handwriting"
    if ink.longest > _LONG and (ink.scatter > _SCATTERED or on_edge):
        return "nothing"  # the ornament of a frame
    if relative >= _HUGE and ink.width < _UPRIGHT:
        return "nothing"  # the ornament down a side
    if usual.known and relative < _SPECK and ink.letters <= 2 and line.score < _SPECK_SCORE:
        return "nothing"
    if ink.letters <= 2 and ink.density < _EMPTY and ink.largest_fill < _THIN_STROKES:
        return "nothing"
    sparse = ink.coverage < _SPARSE
    if ink.letters <= 3 and ink.coverage < _SPARSE / 2 and relative > _TALL and ink.width < _LONG:
        return "handwriting"
    faint = usual.known and ink.darkest > usual.darkest + _FAINT
    for place in places:
        if place.share_of(line) < _INSIDE:
            continue
        if faint:
            return "handwriting" if place.penned else "nothing"
        if (sparse and ink.letters <= _FEW) or (place.penned and relative > _LARGE):
            return "handwriting"
    return "print"


def _ink_of(line: Line) -> _Ink:
    pieces, members = line.pieces, line.members
    tall = pieces.y1[members] - pieces.y0[members]
    wide = pieces.x1[members] - pieces.x0[members]
    letter = tall >= 0.45 * line.height
    if not letter.any():
        return _Ink(0, (line.x1 - line.x0) / line.height, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 255.0)
    largest = int(np.argmax(tall * wide))
    box = max(1.0, (line.x1 - line.x0) * (line.bottom - line.top))
    return _Ink(
        letters=int(letter.sum()),
        width=(line.x1 - line.x0) / line.height,
        largest_fill=float(pieces.area[members][largest] / (tall[largest] * wide[largest])),
        largest_share=float(wide[largest]) / max(1.0, line.x1 - line.x0),
        longest=float(wide.max()) / line.height,
        scatter=float(np.std(tall[letter])) / line.height,
        coverage=float(wide[letter].sum()) / max(1.0, line.x1 - line.x0),
        density=float(pieces.area[members].sum()) / box,
        darkest=float(np.median(pieces.darkest[members][letter])),
    )
