"""A code too small, soft or stained to be read as it is: enlarged, lit evenly, sharpened; one view after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

_LARGEST_PX = 900
"""No enlarged view is larger than this on either side: what is that large as it is has no need of it."""

_RECIPES: tuple[tuple[int, int, bool, float, float], ...] = (
    # plane, enlargement, evenly lit, radius of sharpening in pixels of the page, its strength (-1: softened instead,
    # which closes the holes that toner leaves)
    (0, 1, False, 0.0, 0.0),
    (0, 2, False, 0.0, 0.0),
    (0, 3, False, 0.7, -1.0),
    (1, 2, False, 0.0, 0.0),
    (0, 2, False, 1.3, 2.0),
    (0, 3, True, 0.9, 1.5),
    (2, 2, False, 0.9, 3.0),
    (0, 4, True, 0.9, 1.5),
    (1, 3, True, 0.6, 3.0),
    (0, 3, False, 0.9, 3.0),
    (2, 4, True, 0.9, 1.5),
)
"""In the order of how often each of them was the first to help on cards scanned at 150–300 dpi and photocopied."""


def enlargements(planes: Sequence[np.ndarray]) -> Iterator[tuple[np.ndarray, float]]:
    """Views of one patch, (H, W) uint8 each, with their scale; `planes`: grey, and red and green where there is colour."""
    for plane, scale, even, radius, strength in _RECIPES:
        if plane >= len(planes) or (scale > 1 and scale * max(planes[plane].shape) > _LARGEST_PX):
            continue
        yield _view(planes[plane], scale, even, radius, strength), float(scale)


def _view(grey: np.ndarray, scale: int, even: bool, radius: float, strength: float) -> np.ndarray:
    if scale == 1 and not even and not strength:
        return np.ascontiguousarray(grey)
    values = evenly_lit(grey) if even else grey.astype(np.float32)
    large = cv2.resize(values, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    if strength:
        large = large + strength * (large - cv2.GaussianBlur(large, (0, 0), radius * scale))
    return np.asarray(np.clip(large, 0, 255).astype(np.uint8))


def evenly_lit(grey: np.ndarray) -> np.ndarray:
    """The patch as float32 0–255 with its paper at 255 everywhere."""
    side = max(9, min(grey.shape) // 8 | 1)
    paper = cv2.blur(cv2.dilate(grey, np.ones((9, 9), np.uint8)), (side, side)).astype(np.float32)
    return np.asarray(np.clip(grey / np.maximum(paper, 1.0) * 255.0, 0, 255), dtype=np.float32)
