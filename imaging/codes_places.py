"""Where a square code may stand that was not read: patches as full of edges down as across, the fullest first."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.scaling import reduced

_LOOK_DPI = 150.0
_STEP = 4
"""Edges are counted pixel by pixel and summed up in squares of so many."""
_WINDOW_MM = 3.0
"""Wider than the gap between two lines of print, so that print is never as dense as a code."""
_OPENING_MM = 1.5
_LEAST_MM, _MOST_MM = 6.0, 90.0
_EDGES = 0.05
"""Mean step from pixel to pixel as a share of the page's contrast; a 150-dpi scan of a card's code has 0.09."""
_LEAST_CONTRAST = 40.0
_EVEN = 0.6
"""The weaker direction has so much of the stronger one's edges: print and rules run one way."""
_RATIO = (0.55, 1.8)
_FILLED = 0.5
_MARGIN = 0.25


@dataclass(frozen=True)
class Place:
    """A patch of the page in pixels."""

    x0: float
    y0: float
    x1: float
    y1: float
    edges: float
    """Mean step in its weaker direction as a share of the page's contrast."""

    def with_margin(self, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1 with room for the quiet zone, inside the page."""
        margin = _MARGIN * max(self.x1 - self.x0, self.y1 - self.y0)
        x1, y1 = min(shape[1], self.x1 + margin), min(shape[0], self.y1 + margin)
        return int(max(0.0, self.x0 - margin)), int(max(0.0, self.y0 - margin)), int(x1), int(y1)


def likely_places(grey: np.ndarray, dpi: float) -> list[Place]:
    """Patches of a grey page (H, W) that look like a square code, the largest and fullest first; print, portraits and
    seals may be among them."""
    look, look_dpi = reduced(grey, dpi, _LOOK_DPI)
    height, width = look.shape[0] // _STEP, look.shape[1] // _STEP
    if min(height, width) < 2:
        return []
    mm = look_dpi / 25.4 / _STEP
    across, down = (_density(look, axis, (width, height), mm) for axis in (1, 0))
    weaker, stronger = np.minimum(across, down), np.maximum(across, down)
    contrast = max(_LEAST_CONTRAST, float(np.ptp(np.percentile(look[::4, ::4], (0.5, 95)))))
    dense = ((weaker > _EDGES * contrast) & (weaker > _EVEN * stronger)).astype(np.uint8)
    opening = max(3, round(_OPENING_MM * mm) | 1)
    dense = cv2.morphologyEx(dense, cv2.MORPH_OPEN, np.ones((opening, opening), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(dense)
    sx, sy = grey.shape[1] / width, grey.shape[0] / height
    places = []
    for x, y, w, h, area in stats[1:].tolist():
        small, large = min(w, h) < _LEAST_MM * mm, max(w, h) > _MOST_MM * mm
        if small or large or not _RATIO[0] <= w / h <= _RATIO[1] or area < _FILLED * w * h:
            continue
        edges = float(weaker[y : y + h, x : x + w].mean()) / contrast
        places.append(Place(x * sx, y * sy, (x + w) * sx, (y + h) * sy, edges))
    return sorted(places, key=lambda place: -place.edges * min(place.x1 - place.x0, place.y1 - place.y0))


def _density(look: np.ndarray, axis: int, size: tuple[int, int], mm: float) -> np.ndarray:
    """Mean difference of neighbouring pixels around each place, float32, on a grid of `size` (width, height)."""
    one, other = (look[:-1], look[1:]) if axis == 0 else (look[:, :-1], look[:, 1:])
    coarse = cv2.resize(cv2.absdiff(one, other), size, interpolation=cv2.INTER_AREA)
    window = max(3, round(_WINDOW_MM * mm) | 1)
    return np.asarray(cv2.blur(coarse.astype(np.float32), (window, window)))
