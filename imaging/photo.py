"""A sheet of paper photographed on a table: its edges found, the sheet cut out and set straight as if it had been scanned.

How large the sheet is nobody can see in a photograph, so the caller says it (the profile does), and that gives the resolution.
Where its four edges can't be made out nothing is guessed: the caller keeps the whole picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.card import find_card
from imaging.paper import ID1_MM, MM_PER_INCH
from imaging.quads import find_quad, lies_inside, rim_is_paper, true_ratio

_LOOK_PX = 800
_SHARES = (0.08, 0.985)
_RATIO_TOLERANCE = 0.1
"""By how much a sheet's proportions may be off, with what an unknown lens and a curled edge do to them."""
_SMALLEST_PX = 200
_SAME_MM = 1.5
_SKIPS = 1.6
"""From so many photo pixels to one of the page on, cubic interpolation would pass some over."""


@dataclass(frozen=True)
class SheetFound:
    """A sheet in a photograph."""

    corners: np.ndarray
    """(4, 2): clockwise in photo pixels from the one that became the upper left corner."""
    picture: np.ndarray
    """The sheet alone, (h, w, 3) or (h, w) uint8, as it lay: on its side where it lay so."""
    dpi: float
    """Of `picture`; at most what the photo resolves."""
    taken_dpi: float
    """What the photo itself resolves on the sheet, in the poorer direction."""


def find_sheet(image: np.ndarray, size_mm: tuple[float, float], *, most_dpi: float) -> SheetFound | None:
    """Look for a sheet of `size_mm` on a ground that is not its own paper, in an upright RGB (H, W, 3) or grey (H, W) photo.

    It is drawn at what the photo resolves, never more, and at `most_dpi` where that is less. None where no four straight
    edges of these proportions can be made out: a sheet that fills the photo, or has a corner outside, or lies on white.
    """
    if min(image.shape[:2]) < _SMALLEST_PX:
        return None
    if all(abs(a - b) < _SAME_MM for a, b in zip(sorted(size_mm), sorted(ID1_MM), strict=True)):
        card = find_card(image)
        return (
            None if card is None else _straightened(image, _upper_left_first(card.corners), size_mm, most_dpi)
        )
    if rim_is_paper(image):
        return None
    wanted = max(size_mm) / min(size_mm)

    def plausible(corners: np.ndarray, shape: tuple[int, ...]) -> bool:
        if not lies_inside(corners, shape, _SHARES):
            return False
        ratio = true_ratio(corners, (shape[1], shape[0]))
        return abs(max(ratio, 1 / ratio) / wanted - 1) <= _RATIO_TOLERANCE

    corners = find_quad(image, plausible, look_px=_LOOK_PX)
    return None if corners is None else _straightened(image, _upper_left_first(corners), size_mm, most_dpi)


def _upper_left_first(corners: np.ndarray) -> np.ndarray:
    """Clockwise from the corner nearest to the picture's own upper left one."""
    middle = corners.mean(axis=0)
    ordered = corners[np.argsort(np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0]))]
    turned: np.ndarray = np.roll(ordered, -int(ordered.sum(axis=1).argmin()), axis=0)
    return turned


def _straightened(
    image: np.ndarray, corners: np.ndarray, size_mm: tuple[float, float], most_dpi: float
) -> SheetFound:
    ratio = true_ratio(corners, (image.shape[1], image.shape[0]))
    size = tuple(sorted(size_mm, reverse=ratio > 1))
    sides = [float(np.hypot(*(corners[(i + 1) % 4] - corners[i]))) for i in range(4)]
    taken = min((sides[0] + sides[2]) / 2 / size[0], (sides[1] + sides[3]) / 2 / size[1]) * MM_PER_INCH
    dpi = float(int(min(most_dpi, taken)))
    pixels = tuple(round(side / MM_PER_INCH * dpi) for side in size)
    flat = np.array([(0, 0), (pixels[0], 0), pixels, (0, pixels[1])], np.float32) - 0.5
    source, shrunk = image, 1.0
    if taken > _SKIPS * dpi:
        shrunk = 1.2 * dpi / taken
        source = cv2.resize(image, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA)
    there = cv2.getPerspectiveTransform(flat, ((corners + 0.5) * shrunk - 0.5).astype(np.float32))
    picture = cv2.warpPerspective(
        source, there, pixels, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return SheetFound(corners, picture, dpi, round(taken, 1))
