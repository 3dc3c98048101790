"""Measures of one page's picture on a reduced copy: skew, sharpness, contrast, ink, blankness, likeness."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from imaging.card import find_card
from imaging.cut_edges import cut_lines
from imaging.ink import Look, ink_mask, is_negative, paper_level, skew_degrees
from imaging.pieces import Pieces
from imaging.scaling import reduced
from models.pages import PageQuality

_LOOK_DPI = 75.0
_EDGE_DPI = 150.0
_BLANK_INK_MM2 = 1.5
"""A page with less ink than two printed letters is blank; a lone page number has more."""
_LIKELY_DUPLICATE_BITS = 24
_STRAY_PX = 12.0
_BLOWN_OUT = 253
"""Grey level from which on nothing of the paper's own texture is left."""


def measure(
    grey: np.ndarray, *, dpi: float, look: Look | None = None, detail_dpi: float | None = None
) -> PageQuality:
    """Measure an upright (H, W) uint8 picture of `dpi`; `look` saves work where the caller has one of it.

    Anything from about 100 dpi up will do; 150 dpi (what `prepare_page` hands out) costs least. `detail_dpi` is
    what `imaging.resolution.effective_dpi` said about the picture in full, which a reduced copy can't tell.
    """
    look = look or Look(grey, dpi)
    negative = is_negative(look.grey)
    if negative:
        grey, look = 255 - grey, Look(255 - grey, dpi)
    card = find_card(grey)
    mask = look.pieces.only(look.pieces.area >= 3)
    paper, ink, blown = _lights(look.grey, mask)
    ink_mm2 = float(_inner(mask, look.dpi).sum()) * (25.4 / look.dpi) ** 2
    blank = ink_mm2 < _BLANK_INK_MM2
    return PageQuality(
        skew_degrees=0.0 if blank else look.skew,
        sharpness=0.0 if blank else _sharpness(*reduced(grey, dpi, _EDGE_DPI)),
        contrast=0.0 if ink is None else round(min(1.0, max(0.0, paper - ink)), 4),
        paper_light=paper,
        ink_light=ink,
        blown_share=blown,
        ink_share=float(mask.mean()) if mask.size else 0.0,
        blank=blank,
        effective_dpi=None if blank else detail_dpi,
        negative=negative,
        glare_share=card.glare_share if card else None,
        cut_lines=0 if blank else cut_lines(look.pieces, look.dpi),
        perceptual_hash=difference_hash(look.grey),
    )


def difference_hash(grey: np.ndarray) -> str:
    """The 256-bit difference hash: is each cell of a 17 × 16 thumbnail clearly brighter than its left neighbour.

    Clearly, because the paper's own unevenness would throw a coin for each empty cell.
    """
    small = cv2.resize(grey, (17, 16), interpolation=cv2.INTER_AREA).astype(np.int16)
    bits = (small[:, 1:] > small[:, :-1] + 2).flatten()
    return f"{int(''.join('1' if b else '0' for b in bits), 2):064x}"


def hamming(a: str, b: str) -> int:
    """Number of differing bits between two perceptual hashes."""
    return (int(a, 16) ^ int(b, 16)).bit_count()


def likely_duplicates(perceptual_hash: str, earlier: Sequence[str]) -> list[int]:
    """Indices of `earlier` hashes close enough to deserve `same_page`, nearest first.

    A hash of 256 bits knows the layout of a page, not its words: two birth certificates on the same form are a
    few bits apart. It only says where a real comparison is worth its time.
    """
    distances = [(hamming(perceptual_hash, other), i) for i, other in enumerate(earlier)]
    return [i for distance, i in sorted(distances) if distance <= _LIKELY_DUPLICATE_BITS]


def same_page(a: np.ndarray, b: np.ndarray, *, dpi: float) -> bool:
    """True where two upright grey pictures of about the same `dpi` show the same sheet, scanned twice.

    Both are brought to 75 dpi and laid over each other; the ink of each must lie on the ink of the other, give
    or take a pixel, everywhere: one form filled in for two people differs in its few filled-in words.
    """
    if max(abs(a.shape[i] / b.shape[i] - 1) for i in (0, 1)) > 0.04:
        return False
    first, at_dpi = reduced(a, dpi, _LOOK_DPI)
    second = cv2.resize(b, (first.shape[1], first.shape[0]), interpolation=cv2.INTER_AREA)
    guess = rough_place(first, second, at_dpi)
    # Most pairs that are no pair show it at once; only the others are worth the fine search.
    if guess is None or _stray(first, placed(second, guess), at_dpi, reach=3) > 3 * _STRAY_PX:
        return False
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-4)
    try:
        _, found = cv2.findTransformECC(first, second, guess, cv2.MOTION_EUCLIDEAN, stop)
    except cv2.error:  # no convergence: the two are no pictures of one thing
        return False
    return _stray(first, placed(second, found), at_dpi, reach=1) <= _STRAY_PX


def _stray(first: np.ndarray, second: np.ndarray, dpi: float, *, reach: int) -> float:
    """Pixels of ink of the one that lie farther than `reach` pixels from any of the other.

    The densest square of about 8 mm decides, so that one changed word weighs as much on a full page.
    """
    one, two = strong_ink(first, dpi), strong_ink(second, dpi)
    near = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    stray = (one & ~cv2.dilate(two, near)) | (two & ~cv2.dilate(one, near))
    window = max(3, int(8 * dpi / 25.4))
    return float(cv2.blur(stray.astype(np.float32), (window, window)).max()) * window * window


def rough_place(first: np.ndarray, second: np.ndarray, dpi: float) -> np.ndarray | None:
    """How `second` is turned and shifted against `first`, to about a pixel or two; None where they don't meet."""
    height, width = first.shape
    angle = _skew(second, dpi) - _skew(first, dpi)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(second, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    shift, _ = cv2.phaseCorrelate(_soft(first), _soft(turned))
    if max(abs(s) for s in shift) > 0.1 * min(first.shape):
        return None
    turn[:, 2] -= shift
    place: np.ndarray = cv2.invertAffineTransform(turn).astype(np.float32)
    return place


def _skew(grey: np.ndarray, dpi: float) -> float:
    return skew_degrees(Pieces.of(ink_mask(grey, dpi)), dpi)


def placed(page: np.ndarray, place: np.ndarray) -> np.ndarray:
    return cv2.warpAffine(
        page,
        place,
        (page.shape[1], page.shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def strong_ink(grey: np.ndarray, dpi: float) -> np.ndarray:
    """Ink at least a third as deep as the page's deepest: the same edge at any noise."""
    depth = cv2.subtract(paper_level(grey, dpi), grey)
    return (depth > max(24.0, float(np.percentile(depth, 99.5)) / 3)).astype(np.uint8)


def _soft(grey: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.float32)


def _inner(mask: np.ndarray, dpi: float) -> np.ndarray:
    """Without the outer 4 mm, where scanners leave the shadow of the sheet's edge."""
    edge = min(int(4 * dpi / 25.4), min(mask.shape) // 8)
    return mask[edge : mask.shape[0] - edge, edge : mask.shape[1] - edge]


def _sharpness(grey: np.ndarray, dpi: float) -> float:
    """Steepest step of an edge as a share of the edge's whole height, averaged over strong edges.

    An ideal edge climbs within one pixel (1.0), one blurred by σ pixels climbs 1 / (σ √2π) of its height a
    pixel. Measured at 150 dpi; below that the picture is as blurred as its resolution is low.
    """
    if min(grey.shape) < 8:
        return 0.0
    near = np.ones((1, 7), np.uint8)
    rise = cv2.subtract(cv2.dilate(grey, near), cv2.erode(grey, near))
    least = max(32.0, 0.6 * float(np.percentile(rise[::4, ::4], 99.5)))
    strong = cv2.compare(rise, least, cv2.CMP_GT)
    if cv2.countNonZero(strong) < 16:
        return 0.0
    step = np.zeros_like(grey)
    cv2.absdiff(grey[:, 1:], grey[:, :-1], step[:, 1:])
    steepest = cv2.dilate(step, near)
    share = cv2.mean(steepest, strong)[0] / cv2.mean(rise, strong)[0]
    return round(share * min(1.0, dpi / _EDGE_DPI), 4)


def _lights(grey: np.ndarray, mask: np.ndarray) -> tuple[float, float | None, float]:
    """Brightness of the paper and of the darkest tenth of the ink (None on a blank page), and the share of the paper that
    is blown out to white; all 0–1."""
    levels = np.arange(256)
    ink = np.cumsum(cv2.calcHist([grey], [0], mask, [256], [0, 256]))
    paper = np.cumsum(cv2.calcHist([grey], [0], 1 - mask, [256], [0, 256]))
    light = levels[np.searchsorted(paper, paper[-1] / 2)] if paper[-1] else 255
    dark = levels[np.searchsorted(ink, ink[-1] / 10)] if ink[-1] else None
    blown = 1 - float(paper[_BLOWN_OUT - 1] / paper[-1]) if paper[-1] else 0.0
    return (
        round(float(light) / 255, 4),
        None if dark is None else round(float(dark) / 255, 4),
        round(blown, 4),
    )
