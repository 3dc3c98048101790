"""Pictures on which no engine should brood: too small, blank, or nothing but noise."""

from __future__ import annotations

import numpy as np

from imaging.cleaning import CleanedPage
from imaging.pieces import Pieces

SMALLEST_PX = 12
"""A picture lower or narrower than this holds no text."""
_DARK = 160
_LEAST_DARK_MM2 = 0.3
_LEAST_PIECES = 1000
_MOST_IN_A_CM2 = 80
"""The densest print has half as many letters and marks."""
_NOISY_SHARE = 0.3
"""A printed photograph covers less of a sheet than this, or of a card."""


def no_text(cleaned: CleanedPage) -> bool:
    """True for blank paper, and for noise, over which an engine would brood until its time is up."""
    dark = (cleaned.grey < _DARK).astype(np.uint8)
    cm = cleaned.dpi / 2.54
    if np.count_nonzero(dark) / cm**2 * 100 < _LEAST_DARK_MM2:
        return True
    centres = Pieces.of(dark).centres
    return len(centres) > _LEAST_PIECES and _is_noise(centres[1:] / cm)


def _is_noise(centres: np.ndarray) -> bool:
    """Most pieces of ink lie where they are too dense for letters, and that is much of the inked sheet."""
    _, counts = np.unique(centres.astype(np.int64), axis=0, return_counts=True)
    dense = counts[counts > _MOST_IN_A_CM2]
    return bool(len(dense) >= _NOISY_SHARE * len(counts) and dense.sum() >= 0.5 * counts.sum())
