"""Where the ink is: the one definition of ink that quality, free space and skew share."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np

from imaging.edges import beyond_the_paper, whiten
from imaging.pieces import Pieces
from imaging.scaling import reduced

_MIN_DEPTH = 24
_NOISE_FACTOR = 6.0


def paper_level(grey: np.ndarray, dpi: float) -> np.ndarray:
    """The paper's own brightness at every pixel, (H, W) uint8: what it would be with the ink taken away.

    Estimated on a picture of about 25 dpi, where a letter is a few pixels: the brightest of each
    neighbourhood, smoothed over about 15 mm, so a shadow is paper and a stroke is not.
    """
    small, small_dpi = reduced(grey, dpi, 25.0)
    size = max(3, int(small_dpi / 25.4 * 6) | 1)
    small = cv2.dilate(small, np.ones((size, size), np.uint8))
    small = cv2.erode(small, np.ones((size, size), np.uint8))
    small = cv2.blur(small, (size, size))
    return cv2.resize(small, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)


def noise_level(grey: np.ndarray) -> float:
    """Standard deviation of the pixel noise in grey levels, by the median step between neighbours."""
    if grey.shape[1] < 2:
        return 0.0
    rows = grey[::3]
    return float(np.median(cv2.absdiff(rows[:, 1:], rows[:, :-1]))) / 0.954


def is_negative(grey: np.ndarray) -> bool:
    """Most of the picture lies near its dark end, with something much lighter on it: white print on black."""
    low, middle, high = (float(v) for v in np.percentile(grey[::7, ::7], (2, 50, 98)))
    return high - low > 80 and middle - low < 0.25 * (high - low) and middle < 110


def ink_mask(grey: np.ndarray, dpi: float) -> np.ndarray:
    """(H, W) uint8 of 0 and 1: clearly darker than the paper around it, above the noise of this scan.

    Show-through and paper texture stay out (they are less than a tenth of the way to black), pencil stays in.
    """
    depth = cv2.subtract(paper_level(grey, dpi), grey)
    threshold = max(_MIN_DEPTH, _NOISE_FACTOR * noise_level(grey))
    return (depth > threshold).astype(np.uint8)


class Look:
    """A page at 75 dpi with its ink and the ink's pieces, worked out once for all who ask about it.

    Black scanner edges and punch holes are no ink.
    """

    DPI = 75.0

    def __init__(self, grey: np.ndarray, dpi: float) -> None:
        self.grey, self.dpi = reduced(grey, dpi, self.DPI)
        beyond = beyond_the_paper(self.grey, self.dpi)
        if beyond is not None:
            self.grey = self.grey.copy()
            whiten(self.grey, beyond, int(np.median(self.grey[beyond == 0])))
        self.beyond = beyond
        """Where edges and holes were, (H, W) uint8 of 0 and 1; None where there were none."""

    @cached_property
    def ink(self) -> np.ndarray:
        """(H, W) uint8 of 0 and 1, speckles included."""
        return ink_mask(self.grey, self.dpi)

    @cached_property
    def pieces(self) -> Pieces:
        """The connected pieces of the ink."""
        return Pieces.of(self.ink)

    @cached_property
    def skew(self) -> float:
        """Slope of the text lines in degrees; see `skew_degrees`."""
        return skew_degrees(self.pieces, self.dpi)


def without_speckles(mask: np.ndarray, smallest_px: int) -> np.ndarray:
    """`mask` without connected components of fewer than `smallest_px` pixels."""
    pieces = Pieces.of(mask)
    return pieces.only(pieces.area >= smallest_px)


def skew_degrees(ink: Pieces, dpi: float, *, limit: float = 12.0) -> float:
    """Slope of the text lines of a page's ink, in degrees, positive when lines fall to the right.

    The angle at which the row profile is sharpest (Postl 1986): the lower edges of letter-sized ink (rules, scan
    edges and pictures would vote with their own slope) are projected along every candidate slope, first in steps
    of half a degree up to `limit`, then of a twentieth. 0 where there is too little ink.
    """
    points = _lower_edges(ink.only(_letter_sized(ink, dpi)))
    ys, xs = np.nonzero(points)
    if len(xs) < 60:
        return 0.0
    x, y = xs.astype(np.float32) - points.shape[1] / 2, ys.astype(np.float32)
    coarse = np.arange(-limit, limit + 0.25, 0.5)
    scores = _sharpness_by_angle(*_thinned(x, y, 4000), coarse)
    if scores.max() < 1.3 * np.median(scores):
        return 0.0  # no angle stands out: not text
    fine = coarse[int(scores.argmax())] + np.arange(-0.5, 0.51, 0.05)
    scores = _sharpness_by_angle(*_thinned(x, y, 12000), fine)
    # Neighbouring angles are nearly as sharp, and the best one is in the middle of them.
    weights = np.maximum(0.0, scores - 0.9 * scores.max())
    best = float((fine * weights).sum() / weights.sum())
    return 0.0 if abs(best) < 0.04 else round(best, 2)


def _thinned(x: np.ndarray, y: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    if len(x) <= most:
        return x, y
    chosen = np.linspace(0, len(x) - 1, most).astype(np.intp)
    return x[chosen], y[chosen]


def _sharpness_by_angle(x: np.ndarray, y: np.ndarray, angles: np.ndarray) -> np.ndarray:
    scores = np.empty(len(angles))
    for i, slope in enumerate(np.tan(np.radians(angles))):
        rows = np.rint(y - x * np.float32(slope)).astype(np.int32)
        scores[i] = np.square(np.diff(np.bincount(rows - rows.min()).astype(np.float64))).sum()
    return scores


def _letter_sized(ink: Pieces, dpi: float) -> np.ndarray:
    """0.7–12 mm high; wide components are joined letters, up to 40 mm when they are not flat like a rule."""
    height, width, mm = ink.height, ink.width, dpi / 25.4
    sized: np.ndarray = (
        (height >= max(2.0, 0.7 * mm)) & (height <= 12 * mm) & (width <= 40 * mm) & (width <= 12 * height)
    )
    return sized


def _lower_edges(letters: np.ndarray) -> np.ndarray:
    solid = letters.astype(bool)
    lower = np.zeros_like(solid)
    lower[:-1] = solid[:-1] & ~solid[1:]
    return lower
