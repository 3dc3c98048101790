"""Which way up a page was fed: 0, 90, 180 or 270 degrees, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import cv2
import numpy as np

from imaging.ink import Look, skew_degrees

Quarter = Literal[0, 90, 180, 270]
CONFIDENT = 0.7
_LEAST_LINES = 6
_LEAST_JOINS = 1.05
_LEAST_TOP = 0.01
_USUAL_TOP = 0.03


@dataclass(frozen=True)
class Rotation:
    """The clockwise turn that makes the page upright."""

    degrees: Quarter
    confidence: float
    """0–1; below CONFIDENT nothing should be turned."""

    @property
    def orientation(self) -> int:
        """The same turn as an EXIF orientation."""
        return {0: 1, 90: 6, 180: 3, 270: 8}[self.degrees]


def detect_rotation(grey: np.ndarray, dpi: float, look: Look | None = None) -> Rotation:
    """Look at the line structure of an (H, W) uint8 page of `dpi`; `look` saves work where there is one of it.

    Lines run where letters stand closest, and their profile must be the sharper one. In Vietnamese text more
    ink rises above the letters' bodies (tone marks, ascenders, capitals) than hangs below them (descenders,
    dots below), about a twentieth of a line's ink more, so each line votes for its top side. Tables of short
    repeated words and digits say little, and then the confidence is low.
    """
    look = look or Look(grey, dpi)
    mask = look.pieces(partial(_no_larger_than_letters, dpi=look.dpi))
    if int(mask.sum()) < 200:
        return Rotation(0, 0.0)
    joins = _joins(mask)
    lying = joins < 1
    # np.rot90 turns counter-clockwise: a lying page is first brought to one of its two readable positions.
    page = np.ascontiguousarray(np.rot90(mask)) if lying else mask
    page = _straight(page, skew_degrees(page, look.dpi) if lying else look.skew)
    axis = _line_strength(page) / max(1e-6, _line_strength(page.T))
    tops = _tops(page, look.dpi)
    up, down = int((tops > _LEAST_TOP).sum()), int((tops < -_LEAST_TOP).sum())
    if up + down < _LEAST_LINES or max(joins, 1 / joins) < _LEAST_JOINS:
        return Rotation(0, 0.0)
    margin = abs(up - down) / (up + down) ** 0.5
    confidence = (
        _share((axis - 1.0) / 0.25) * _share(margin / 3.0) * _share(abs(float(np.median(tops))) / _USUAL_TOP)
    )
    if not lying:
        return Rotation(0 if up >= down else 180, round(confidence, 3))
    return Rotation(270 if up >= down else 90, round(confidence, 3))


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def _joins(mask: np.ndarray) -> float:
    """How many more pieces remain when ink is joined downwards than sideways: letters stand closer than lines."""
    sideways = cv2.connectedComponents(cv2.dilate(mask, np.ones((1, 3), np.uint8)), connectivity=8)[0]
    downwards = cv2.connectedComponents(cv2.dilate(mask, np.ones((3, 1), np.uint8)), connectivity=8)[0]
    return downwards / sideways


def _straight(mask: np.ndarray, angle: float) -> np.ndarray:
    if not angle:
        return mask
    height, width = mask.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cv2.warpAffine(mask, turn, (width, height), flags=cv2.INTER_NEAREST)


def _no_larger_than_letters(stats: np.ndarray, dpi: float) -> np.ndarray:
    """Neither rules, frames, pictures nor seals."""
    longer = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    small: np.ndarray = longer <= 12 * dpi / 25.4
    return small


def _line_strength(mask: np.ndarray) -> float:
    """Variation of the row profile from row to row as a share of its mass."""
    profile = mask.sum(axis=1, dtype=np.float64)
    return float(np.abs(np.diff(profile)).sum()) / max(1.0, float(profile.sum()))


def _tops(mask: np.ndarray, dpi: float) -> np.ndarray:
    """Per line the ink above the letters' bodies less that below them, as a share of the line's ink."""
    tops = []
    for strip in np.array_split(mask, 2, axis=1):
        for line in _line_bands(strip, dpi):
            profile = line.sum(axis=1, dtype=np.float64)
            body = np.flatnonzero(profile >= 0.5 * np.percentile(profile, 90))
            above, below = profile[: body[0]].sum(), profile[body[-1] + 1 :].sum()
            tops.append((above - below) / profile.sum())
    return np.array(tops)


def _line_bands(strip: np.ndarray, dpi: float) -> list[np.ndarray]:
    """Stretches of rows with ink that are as high as a line of 9 to 20 points and hold several letters."""
    mm = dpi / 25.4
    inked = (strip.sum(axis=1) > 0).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], inked, [0]))))
    bands = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if 2.2 * mm <= end - start <= 9 * mm and strip[start:end].any(axis=0).sum() >= 12 * mm:
            bands.append(strip[start:end])
    return bands
