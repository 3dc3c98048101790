"""Text that runs off the picture: lines the scanner or the photographer cut."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.pieces import Pieces

_LETTER_MM = (1.0, 8.0)
_NEIGHBOUR_MM = 4.0
_LETTERS_OF_A_LINE = 4
_DENSEST_PER_CM2, _FULLEST = 50, 0.25
"""Letters and marks of the densest print, and the share of the page that their ink covers."""


def cut_lines(ink: Pieces, dpi: float) -> int:
    """Number of text lines that touch the rim of a page's ink picture at `dpi`.

    At the left and right rim a line counts when a letter at the rim has a neighbour of its size beside it, at the
    top and bottom when several letters side by side touch it. Rules, frames and scanner edges are no letters.
    """
    mm = dpi / 25.4
    height, width = ink.labels.shape
    dense = len(ink.stats) > _DENSEST_PER_CM2 * height * width / (10 * mm) ** 2 + 50
    if dense or ink.stats[1:, cv2.CC_STAT_AREA].sum() > _FULLEST * height * width:
        return 0  # noise
    x0, y0, w, h = ink.stats[:, :4].T
    x1, y1 = x0 + w, y0 + h
    letter = (h >= _LETTER_MM[0] * mm) & (h <= _LETTER_MM[1] * mm) & (w <= 2.5 * h + 2) & (w >= 2)
    letter[0] = False
    cut = 0
    for touching, gap in (
        (letter & (x0 <= 1), lambda i: x0 - x1[i]),
        (letter & (x1 >= width - 1), lambda i: x0[i] - x1),
    ):
        for i in np.flatnonzero(touching):
            overlap = np.minimum(y1, y1[i]) - np.maximum(y0, y0[i])
            beside = (
                letter
                & (gap(i) >= -1)
                & (gap(i) <= _NEIGHBOUR_MM * mm)
                & (overlap >= 0.5 * np.minimum(h, h[i]))
            )
            beside[i] = False
            cut += bool(beside.any())
    # Letters cut at the top or bottom may be any height; what makes them a line is that they stand in a row.
    flat = (w >= 2) & (w <= _LETTER_MM[1] * mm) & (h <= _LETTER_MM[1] * mm)
    flat[0] = False
    for touching in (flat & (y0 <= 0), flat & (y1 >= height)):
        cut += _longest_row(np.sort(x0[touching]), _NEIGHBOUR_MM * 1.5 * mm) >= _LETTERS_OF_A_LINE
    return int(cut)


def _longest_row(starts: np.ndarray, reach: float) -> int:
    longest = run = min(1, len(starts))
    for gap in np.diff(starts):
        run = run + 1 if gap <= reach else 1
        longest = max(longest, run)
    return longest
