"""Round seals in black: on photocopies nothing but their shape tells them from print."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.pieces import PixelBox
from imaging.scaling import reduced

_LOOK_DPI = 75.0
_RADIUS_MM = (14.0, 23.0)
"""Seals of Vietnamese agencies and companies measure 32 to 42 millimetres across; copies shrink and swell."""
_INK = 190
_VOTES = 22.0
_EDGE = 160.0
_SLACK_PX = 1
_ANGLES = 180
_LEAST_ROUND = 0.62
"""Share of the rim that shows ink; print, emblems and letters drawn large show less of any circle."""
_LEAST_SECTOR = 0.25
_SECTORS = 6
_MOST_SEALS = 6
_LETTERS = 0.58
"""Inside this share of the radius stands the seal's device, outside it its lettering."""


@dataclass(frozen=True)
class RoundSeal:
    """Centre and outer radius in pixels of the picture it was found in."""

    x: float
    y: float
    radius: float

    @classmethod
    def within(cls, box: PixelBox) -> RoundSeal:
        """The seal that fills a box."""
        return cls((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, max(box.x1 - box.x0, box.y1 - box.y0) / 2)

    @property
    def box(self) -> PixelBox:
        return PixelBox(
            max(0, int(self.x - self.radius)),
            max(0, int(self.y - self.radius)),
            int(self.x + self.radius) + 1,
            int(self.y + self.radius) + 1,
        )

    def letters_at(self, x: float, y: float) -> bool:
        """True where the seal's own lettering runs."""
        away = float(np.hypot(x - self.x, y - self.y))
        return _LETTERS * self.radius <= away <= self.radius


def find_round_seals(grey: np.ndarray, dpi: float) -> list[RoundSeal]:
    """The round seals on a cleaned (H, W) uint8 page (paper 255), surest first; half hidden ones are not found."""
    small, small_dpi = reduced(grey, dpi, _LOOK_DPI)
    if min(small.shape) < 2 * _RADIUS_MM[0] / 25.4 * small_dpi:
        return []
    mm = small_dpi / 25.4
    found = cv2.HoughCircles(
        small,
        cv2.HOUGH_GRADIENT,
        dp=1.0,
        minDist=_RADIUS_MM[0] * mm,
        param1=_EDGE,
        param2=_VOTES,
        minRadius=round(_RADIUS_MM[0] * mm),
        maxRadius=round(_RADIUS_MM[1] * mm),
    )
    if found is None:
        return []
    rims = np.asarray(found, np.float64).reshape(-1, 3)
    dark = (small < _INK).astype(np.uint8)
    near = cv2.dilate(dark, np.ones((2 * _SLACK_PX + 1, 2 * _SLACK_PX + 1), np.uint8))
    scale = grey.shape[1] / small.shape[1]
    seals: list[tuple[float, RoundSeal]] = []
    for x, y, radius in rims[: 8 * _MOST_SEALS]:
        best = max((_rim(near, x, y, r), r) for r in (radius - 1, radius, radius + 1))
        if best[0] >= _LEAST_ROUND:
            seals.append((best[0], RoundSeal(x * scale, y * scale, best[1] * scale)))
    seals.sort(key=lambda pair: -pair[0])
    return [seal for _, seal in seals[:_MOST_SEALS]]


def _rim(near: np.ndarray, x: float, y: float, radius: float) -> float:
    """Share of a circle that lies on ink; 0 where a sixth of it has hardly any, or where its inside is all ink."""
    angles = np.linspace(0, 2 * np.pi, _ANGLES, endpoint=False)
    height, width = near.shape

    def inked(r: float) -> np.ndarray:
        columns = np.rint(x + r * np.cos(angles)).astype(np.intp)
        rows = np.rint(y + r * np.sin(angles)).astype(np.intp)
        inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        on = np.zeros(_ANGLES, bool)
        on[inside] = near[rows[inside], columns[inside]] > 0
        return on

    on = inked(radius)
    if on.reshape(_SECTORS, -1).mean(axis=1).min() < _LEAST_SECTOR:
        return 0.0
    beside = max(inked(radius - 4).mean(), inked(radius + 4).mean())
    return float(on.mean()) if on.mean() > beside + 0.15 else 0.0
