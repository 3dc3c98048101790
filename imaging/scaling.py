"""Pictures made smaller: quickly, by averaging, never enlarged."""

from __future__ import annotations

import cv2
import numpy as np

_SMALLEST_TO_HALVE = 64
_CARD_MM = 110.0


def reduced(grey: np.ndarray, dpi: float, target_dpi: float) -> tuple[np.ndarray, float]:
    """`grey` (H, W) or (H, W, 3) shrunk by area averaging to `target_dpi`, never enlarged, and its exact dpi."""
    if dpi <= target_dpi * 1.05 or min(grey.shape[:2]) < 8:
        return grey, dpi
    scale = target_dpi / dpi
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    exact = dpi * size[0] / grey.shape[1]
    # Halving costs a tenth of averaging over any other factor.
    halved = False
    while grey.shape[1] >= 2 * size[0] and min(grey.shape[:2]) >= _SMALLEST_TO_HALVE:
        height, width = grey.shape[0] // 2, grey.shape[1] // 2
        grey = cv2.resize(grey[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
        halved = True
    if (grey.shape[1], grey.shape[0]) == size:
        return grey, exact
    return cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR if halved else cv2.INTER_AREA), exact


def card_sized(shape: tuple[int, ...], dpi: float) -> bool:
    """True for a picture (H, W, …) as small as a card, whose print is half as large as a sheet's."""
    return max(shape[:2]) / dpi * 25.4 <= _CARD_MM
