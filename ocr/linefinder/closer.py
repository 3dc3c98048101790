"""Where a page deserves a closer look: small print, found or overlooked, in zones that cut through no line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from imaging.pieces import Pieces as Connected
from ocr.linefinder.fitting import Line, unclaimed
from ocr.linefinder.found import FoundLine
from ocr.linefinder.ink import Pieces

_SMALL_PRINT_MM = 1.45
"""Capitals lower than this are print of 6 points and less."""
_MARGIN_MM = 6.0
_LETTER_MM = (0.55, 1.9)
_WIDEST_MM = 3.0
_WORD_GAP_MM = 1.4
_ROW_MM = (5.0, 3.2)
"""A row of overlooked letters is at least this wide and at most this high."""
_MOST_STRAY = 6000
"""Noise leaves more pieces than that over; nobody looks at it more closely."""

Row = tuple[float, float, float, float]


@dataclass(frozen=True)
class Zone:
    """A part of the page in its pixels."""

    x0: int
    y0: int
    x1: int
    y1: int

    def meets(self, line: FoundLine) -> bool:
        return line.x0 < self.x1 and line.x1 > self.x0 and line.y0 < self.y1 and line.y1 > self.y0

    def touches(self, other: Zone) -> bool:
        return self.x0 <= other.x1 and other.x0 <= self.x1 and self.y0 <= other.y1 and other.y0 <= self.y1

    def joined(self, others: Sequence[Zone]) -> Zone:
        every = (self, *others)
        return Zone(
            min(z.x0 for z in every),
            min(z.y0 for z in every),
            max(z.x1 for z in every),
            max(z.y1 for z in every),
        )


def small_rows(lines: Sequence[Line], pieces: Pieces, mm: float) -> list[Row]:
    """Boxes (x0, y0, x1, y1) of small print on a look of `mm` pixels a millimetre: lines, and what is in no line."""
    limit = _SMALL_PRINT_MM * mm
    rows = [
        (line.x0, line.top + line.level(line.x0), line.x1, line.bottom + line.level(line.x1))
        for line in lines
        if line.height < limit and line.x1 - line.x0 > 4 * line.height
    ]
    return rows + _overlooked(lines, pieces, mm)


def _overlooked(lines: Sequence[Line], pieces: Pieces, mm: float) -> list[Row]:
    """Rows of letter-like pieces that no line has taken."""
    stray = (
        (pieces.height >= _LETTER_MM[0] * mm)
        & (pieces.height <= _LETTER_MM[1] * mm)
        & (pieces.width <= _WIDEST_MM * mm)
    )
    chosen = np.flatnonzero(stray & unclaimed(lines, pieces))
    if not 4 <= len(chosen) <= _MOST_STRAY:
        return []
    canvas = np.zeros(pieces.labels.shape, np.uint8)
    boxes = np.stack([pieces.x0, pieces.y0, pieces.x1, pieces.y1], axis=1)[chosen].astype(int)
    for x0, y0, x1, y1 in boxes:
        canvas[y0:y1, x0:x1] = 1
    reach = max(3, round(_WORD_GAP_MM * mm) | 1)
    joined = cv2.morphologyEx(canvas, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    stats = Connected.of(joined).stats
    return [
        (float(x), float(y), float(x + w), float(y + h))
        for x, y, w, h, _ in stats[1:]
        if w >= _ROW_MM[0] * mm and h <= _ROW_MM[1] * mm and w >= 4 * h
    ]


def zones_of(
    rows: Sequence[Row], lines: Sequence[FoundLine], shape: tuple[int, ...], mm: float
) -> list[Zone]:
    """Zones with some margin around `rows`; a line of the page (H, W) that reaches into one lies in it wholly."""
    margin = _MARGIN_MM * mm
    zones: list[Zone] = []
    for row in rows:
        zone = _around(row, margin, shape)
        crossed: set[int] = set()
        while True:
            touching = [z for z in zones if z.touches(zone)]
            more = [i for i, f in enumerate(lines) if i not in crossed and zone.meets(f)]
            if not touching and not more:
                break
            crossed.update(more)
            zones = [z for z in zones if z not in touching]
            reached = [_around((f.x0, f.y0, f.x1, f.y1), 2.0, shape) for f in (lines[i] for i in more)]
            zone = zone.joined([*touching, *reached])
        zones.append(zone)
    return zones


def _around(row: Row, margin: float, shape: tuple[int, ...]) -> Zone:
    return Zone(
        max(0, int(row[0] - margin)),
        max(0, int(row[1] - margin)),
        min(shape[1], int(row[2] + margin)),
        min(shape[0], int(row[3] + margin)),
    )
