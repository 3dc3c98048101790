"""The pieces of ink of a cleaned page: connected components with what the finder asks of each."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.pieces import Pieces as Components

_INK = (185.0, 215.0)
"""On a cleaned page (paper 255) everything darker than this is ink; the paler the page's print, the higher."""
_INK_SHARE = 0.28
"""How deep into the way from paper to the page's own black a pixel must be to count as ink."""
_LEAST_CONTRAST = 24.0


@dataclass(frozen=True)
class Pieces:
    """Pieces of ink, one entry an array each; coordinates in pixels of the look, edges half open."""

    x0: np.ndarray
    y0: np.ndarray
    x1: np.ndarray
    y1: np.ndarray
    area: np.ndarray
    cx: np.ndarray
    cy: np.ndarray
    """Centre of mass."""
    darkest: np.ndarray
    """Grey value of the darkest pixel."""
    labels: np.ndarray
    """(H, W): 0 for paper, i + 1 where piece i is."""
    at: tuple[int, int]
    """Where the corner of `labels` lies (x, y)."""
    threshold: float
    """Darker than this counted as ink."""

    def __len__(self) -> int:
        return len(self.area)

    @property
    def width(self) -> np.ndarray:
        return self.x1 - self.x0

    @property
    def height(self) -> np.ndarray:
        return self.y1 - self.y0


def pieces_of_ink(look: np.ndarray, threshold: float | None = None, at: tuple[int, int] = (0, 0)) -> Pieces:
    """The pieces of a (H, W) uint8 picture of cleaned paper, darker than `threshold` or what suits the picture.

    `at` is the place (x, y) of the picture's corner in the coordinates the pieces shall have.
    """
    if threshold is None:
        threshold = _threshold(look)
    mask = cv2.compare(look, threshold, cv2.CMP_LT)
    found = Components.of(mask)
    labels, centres = found.labels, found.centres
    darkest = np.full(len(found.stats), 255, np.uint8)
    where = np.flatnonzero(mask)
    np.minimum.at(darkest, labels.ravel()[where], look.ravel()[where])
    boxes = found.stats[1:].astype(np.float64)
    left, top = boxes[:, cv2.CC_STAT_LEFT] + at[0], boxes[:, cv2.CC_STAT_TOP] + at[1]
    return Pieces(
        x0=left,
        y0=top,
        x1=left + boxes[:, cv2.CC_STAT_WIDTH],
        y1=top + boxes[:, cv2.CC_STAT_HEIGHT],
        area=boxes[:, cv2.CC_STAT_AREA],
        cx=centres[1:, 0] + at[0],
        cy=centres[1:, 1] + at[1],
        darkest=darkest[1:],
        labels=labels,
        at=at,
        threshold=threshold,
    )


def _threshold(look: np.ndarray) -> float:
    """Midway between paper and print would lose thin strokes; this lies nearer to the paper."""
    counts = np.bincount(look[::2, ::2].ravel(), minlength=256)[: int(_INK[1])]
    total = int(counts.sum())
    if not total:
        return _INK[0]
    black = int(np.searchsorted(np.cumsum(counts), 0.1 * total))
    return float(np.clip(255.0 - _INK_SHARE * (255.0 - black), *_INK))


def pale_threshold(patch: np.ndarray) -> float | None:
    """What counts as ink in a patch of paler print than the page's; None where there is no print at all."""
    dark, paper = (float(v) for v in np.percentile(patch, (5, 90)))
    return (dark + paper) / 2 if paper - dark >= _LEAST_CONTRAST else None
