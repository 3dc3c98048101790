"""Kernels: the net's strips along the middle of each line, with their slope and the nearest one to any place."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.pieces import Pieces
from ocr.linefinder.detector import TextMap

_LIKELY = 0.3
_LEAST_SCORE = 0.6
_LEAST_SIDE = 2
_SLOPE_ASPECT = 3.0
"""Shorter strips say nothing about a line's slope."""
_STEEP = 0.12
"""Text is level once the page has been straightened; the rim of a seal is not."""
_FULL = 0.62


@dataclass(frozen=True)
class Kernels:
    """Strips in pixels of the picture the map was made of, one entry an array each."""

    x0: np.ndarray
    y0: np.ndarray
    x1: np.ndarray
    y1: np.ndarray
    cx: np.ndarray
    cy: np.ndarray
    slope: np.ndarray
    """Rise of y for each step of x."""
    score: np.ndarray
    nearest: np.ndarray
    """(H, W) of the map: index of the nearest strip, -1 where there is none at all."""
    scale: tuple[float, float]

    def __len__(self) -> int:
        return len(self.score)

    def middle(self, k: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Height of strip k's middle line at x."""
        return self.cy[k] + self.slope[k] * (x - self.cx[k])

    def nearest_to(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Index of the strip nearest to each place."""
        rows, columns = self.nearest.shape
        column = np.clip((x / self.scale[0]).astype(np.intp), 0, columns - 1)
        row = np.clip((y / self.scale[1]).astype(np.intp), 0, rows - 1)
        return self.nearest[row, column]


def kernels_of(found: TextMap) -> Kernels:
    """The strips whose probability is high on the whole, each only as far as it runs straight and level."""
    mask = (found.probability > _LIKELY).astype(np.uint8)
    pieces = Pieces.of(mask)
    labels, stats = pieces.labels, pieces.stats
    for i in np.flatnonzero(_bent(stats)):
        if i:
            _straighten(labels, stats, int(i))
    rows, columns = np.nonzero(labels)
    label = labels[rows, columns]
    count = len(stats)
    weight = np.maximum(np.bincount(label, minlength=count), 1).astype(np.float64)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(label, weights=values, minlength=count) / weight

    score = mean(found.probability[rows, columns])
    x, y = columns + 0.5, rows + 0.5
    cx, cy = mean(x), mean(y)
    dx = x - cx[label]
    across, along = mean(dx * dx), mean(dx * (y - cy[label]))
    left, top, width, height = (stats[:, c].astype(np.float64) for c in range(4))
    steep = along / np.maximum(across, 1e-6)
    long = width >= _SLOPE_ASPECT * height
    slope = np.where(long, steep, 0.0)
    level = ~long | (np.abs(steep) <= _STEEP)
    keep = (score >= _LEAST_SCORE) & (height >= _LEAST_SIDE) & (width >= _LEAST_SIDE) & level
    keep[0] = False
    sx, sy = found.scale
    return Kernels(
        x0=left[keep] * sx,
        y0=top[keep] * sy,
        x1=(left + width)[keep] * sx,
        y1=(top + height)[keep] * sy,
        cx=cx[keep] * sx,
        cy=cy[keep] * sy,
        slope=slope[keep] * sy / sx,
        score=score[keep],
        nearest=_nearest(labels, keep),
        scale=found.scale,
    )


def _bent(stats: np.ndarray) -> np.ndarray:
    """True for strips that fill little of their box: curved ones, and straight ones with something hanging on."""
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    bent: np.ndarray = (stats[:, cv2.CC_STAT_AREA] < _FULL * width * height) & (height >= 2 * _LEAST_SIDE)
    return bent & (width >= height)


def _straighten(labels: np.ndarray, stats: np.ndarray, i: int) -> None:
    """Take from strip `i`, in place, the columns that leave its straight course: the text of a seal's rim."""
    x, y, w, h = (int(v) for v in stats[i, :4])
    own = labels[y : y + h, x : x + w] == i
    thick = own.sum(axis=0)
    centre = (own * np.arange(h)[:, None]).sum(axis=0) / np.maximum(thick, 1)
    usual = float(np.median(thick))
    columns = np.arange(w)
    slope, level = 0.0, float(np.median(centre))
    for _ in range(3):
        near = np.abs(centre - slope * columns - level) <= usual
        if int(near.sum()) < max(_LEAST_SIDE, 0.3 * w):
            return
        slope, level = np.polyfit(columns[near], centre[near], 1) if near.sum() > 4 else (0.0, level)
    stays = (np.abs(centre - slope * columns - level) <= usual) & (thick <= 2.5 * usual)
    if stays.all() or not stays.any():
        return
    gone = own & ~stays[None, :]
    # What bulges out of the columns that stay goes as well.
    course = slope * columns + level
    gone |= own & (np.abs(np.arange(h)[:, None] - course[None, :]) > 1.5 * usual)
    labels[y : y + h, x : x + w][gone] = 0
    rows, across = np.nonzero(own & ~gone)
    stats[i, :4] = (
        x + int(across.min()),
        y + int(rows.min()),
        int(np.ptp(across)) + 1,
        int(np.ptp(rows)) + 1,
    )


def _nearest(labels: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """For every place the index, among those kept, of the strip nearest to it."""
    number = np.full(len(keep), -1, np.int32)
    number[keep] = np.arange(int(keep.sum()))
    own = number[labels]
    if not keep.any():
        return own
    away = (own < 0).astype(np.uint8)
    _, regions = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP)
    # OpenCV numbers the strips anew: the number a strip's own pixels got tells which is which.
    inside = own >= 0
    renamed = np.full(int(regions.max()) + 1, -1, np.int32)
    renamed[regions[inside]] = own[inside]
    nearest: np.ndarray = renamed[regions]
    return nearest
