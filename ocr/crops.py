"""A found line is cut out of the cleaned page, levelled and scaled to one height, with the way back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from ocr.linefinder import FoundLine

HEIGHT = 48
"""Pixels, margins included: what our own net reads."""
MARGIN_ABOVE = 0.12
"""Paper above and below the ink, as a share of the line's height."""
MARGIN_BESIDE = 0.3
MOST_ASPECT = 100.0
"""A crop is at most this many times wider than high; anything longer is no line and gets squeezed."""
_LEAST_SLOPE = 0.05
_PAPER = 255


@dataclass(frozen=True)
class LineCrop:
    """One line, dark on light."""

    pixels: np.ndarray
    """(height, W) uint8 grey, paper about 255."""
    to_page: np.ndarray
    """2 × 3 affine matrix from crop coordinates (pixel edges, 0 to W) to those of the cleaned page."""
    ink: tuple[float, float]
    """Upper and lower edge of the line without its margins, in crop pixels."""

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    def place(self, x0: float, x1: float) -> tuple[float, float, float, float]:
        """The upright box (x0, y0, x1, y1) on the cleaned page of what stands between two shares (0–1) of the width."""
        corners = [(x * self.width, y) for x in (x0, x1) for y in self.ink]
        xs, ys = self.to_page @ np.array([(x, y, 1.0) for x, y in corners]).T
        return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


def cut(grey: np.ndarray, line: FoundLine, height: int = HEIGHT) -> LineCrop:
    """Cut `line` out of a cleaned (H, W) uint8 page, `height` pixels high with its margins; never wholly empty."""
    slope = math.radians(line.slope) if abs(line.slope) >= _LEAST_SLOPE else 0.0
    width = max(1.0, line.x1 - line.x0)
    tall = line.y1 - line.y0
    # The box of a sloping line is higher than its letters by what it falls from end to end.
    text = max(1.0, tall - width * abs(math.tan(slope)), 0.4 * tall)
    above, beside = MARGIN_ABOVE * text, MARGIN_BESIDE * text
    size = (width / math.cos(slope) + 2 * beside, text + 2 * above)
    centre = ((line.x0 + line.x1) / 2, (line.y0 + line.y1) / 2)
    native, back = _levelled(grey, centre, size, slope)
    rows, columns = native.shape
    scale = height / rows
    wanted = max(1, min(round(columns * scale), round(MOST_ASPECT * height)))
    shrinking = scale < 1 or wanted < columns
    pixels = cv2.resize(
        native, (wanted, height), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    )
    unscaled = np.diag([columns / wanted, rows / height, 1.0])
    return LineCrop(
        pixels=pixels,
        to_page=back @ unscaled,
        ink=(MARGIN_ABOVE * text / size[1] * height, (MARGIN_ABOVE + 1) * text / size[1] * height),
    )


def widest_run(columns: np.ndarray) -> tuple[int, int] | None:
    """First and last place of the longest run of True in (W,) bool; None where there is none."""
    places = np.flatnonzero(columns)
    if not len(places):
        return None
    runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    run = max(runs, key=len)
    return int(run[0]), int(run[-1])


def _levelled(
    grey: np.ndarray, centre: tuple[float, float], size: tuple[float, float], slope: float
) -> tuple[np.ndarray, np.ndarray]:
    """The rectangle of `size` (width, height) about `centre`, turned by `slope` radians, and the matrix back."""
    columns, rows = max(1, round(size[0])), max(1, round(size[1]))
    if not slope:
        left, top = round(centre[0] - columns / 2), round(centre[1] - rows / 2)
        return _piece(grey, left, top, columns, rows), np.array([[1.0, 0.0, left], [0.0, 1.0, top]])
    cos, sin = math.cos(slope), math.sin(slope)
    back = np.array(
        [
            [cos, -sin, centre[0] - (cos * columns - sin * rows) / 2],
            [sin, cos, centre[1] - (sin * columns + cos * rows) / 2],
        ]
    )
    # Pixel centres, which the warp speaks of, lie half a pixel inside the edges.
    centres = back.copy()
    centres[:, 2] += back[:, :2] @ (0.5, 0.5) - 0.5
    turned = cv2.warpAffine(
        grey,
        centres,
        (columns, rows),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_PAPER,
    )
    return turned, back


def _piece(grey: np.ndarray, left: int, top: int, columns: int, rows: int) -> np.ndarray:
    """A window of the page; white where it sticks out."""
    inside = grey[max(0, top) : max(0, top + rows), max(0, left) : max(0, left + columns)]
    if inside.shape == (rows, columns):
        return inside
    piece = np.full((rows, columns), _PAPER, np.uint8)
    y, x = max(0, -top), max(0, -left)
    piece[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
    return piece
