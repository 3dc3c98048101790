"""One sheet captured twice, once with a note stuck on it: a page that is the other one but for a patch of other paper."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.ink import paper_level
from imaging.quality import hamming, placed, rough_place, strong_ink
from imaging.scaling import reduced

_LOOK_DPI = 75.0
_LIKELY_BITS = 56
"""A note of 76 × 76 mm changes fewer bits of the difference hash; two pages of running text differ in more."""
_STEP = 5.0
"""Grey levels by which the note's paper differs from the sheet's."""
_SIDE_MM = 18.0
_MOST_SHARE = 0.45
_FILL = 0.7
"""Share of its upright frame that a note fills, stuck on askew."""
_EDGE_MM = 10.0
"""The paper's level is known no more exactly than this from an edge."""
_STRAY_PX = 60.0
"""Of ink that is on one of the two only, in any square of 8 mm. Two scans of a sheet have up to 40 there (seals and fine
lines come out differently), two papers of one form 190 and more."""


def likely_noted(one: str, other: str) -> bool:
    """Whether two perceptual hashes are close enough for one sheet with and without a note."""
    return hamming(one, other) <= _LIKELY_BITS


def note_share(a: np.ndarray, b: np.ndarray, *, dpi: float) -> float | None:
    """Share of the page that a note covers on one of two upright grey pictures of the same sheet; None for all others.

    Both are laid over each other. Somewhere the paper is lighter or darker than on the other, in one compact patch with
    an edge; everywhere else the ink of each lies on the ink of the other. A white slip on white paper is not seen.
    """
    if max(abs(a.shape[i] / b.shape[i] - 1) for i in (0, 1)) > 0.04:
        return None
    first, at_dpi = reduced(a, dpi, _LOOK_DPI)
    second = cv2.resize(b, (first.shape[1], first.shape[0]), interpolation=cv2.INTER_AREA)
    guess = rough_place(first, second, at_dpi)
    # Most pairs that are no pair show it at once: no place where the paper is another one.
    if guess is None or _patch(first, placed(second, guess), at_dpi) is None:
        return None
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-4)
    try:
        _, found = cv2.findTransformECC(first, second, guess, cv2.MOTION_EUCLIDEAN, stop)
    except cv2.error:  # no convergence: the two are no pictures of one thing
        return None
    second = placed(second, found)
    patch = _patch(first, second, at_dpi)
    if patch is None or _stray_outside(first, second, patch, at_dpi) > _STRAY_PX:
        return None
    return float(patch.mean())


def _patch(first: np.ndarray, second: np.ndarray, dpi: float) -> np.ndarray | None:
    """(H, W) bool: the frame around the one place where the paper differs; None where there is none, or another kind."""
    mm = dpi / 25.4
    difference = paper_level(first, dpi).astype(np.float32) - paper_level(second, dpi)
    difference = np.abs(difference - np.median(difference))
    _, labels, stats, _ = cv2.connectedComponentsWithStats((difference > _STEP).astype(np.uint8))
    if len(stats) < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    x, y, width, height, area = (int(v) for v in stats[largest])
    if min(width, height) < _SIDE_MM * mm or area < _FILL * width * height:
        return None
    patch = np.zeros(first.shape, bool)
    patch[y : y + height, x : x + width] = True
    if patch.mean() > _MOST_SHARE:
        return None
    inside = float(np.median(difference[labels == largest]))
    reach = int(_EDGE_MM * mm)
    ring = _grown(patch, reach + int(4 * mm)) & ~_grown(patch, reach)
    # light that falls off goes on outside; a note ends
    if not ring.any() or float(np.median(difference[ring])) > 0.4 * inside:
        return None
    return patch


def _stray_outside(first: np.ndarray, second: np.ndarray, patch: np.ndarray, dpi: float) -> float:
    """As `imaging.quality.same_page` has it, of everything but the patch and its shadow."""
    one, two = strong_ink(first, dpi), strong_ink(second, dpi)
    near = np.ones((3, 3), np.uint8)
    stray = (one & ~cv2.dilate(two, near)) | (two & ~cv2.dilate(one, near))
    stray[_grown(patch, int(6 * dpi / 25.4))] = 0
    window = max(3, int(8 * dpi / 25.4))
    return float(cv2.blur(stray.astype(np.float32), (window, window)).max()) * window * window


def _grown(mask: np.ndarray, by: int) -> np.ndarray:
    grown: np.ndarray = cv2.dilate(mask.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)).astype(
        bool
    )
    return grown
