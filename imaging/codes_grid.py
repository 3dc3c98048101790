"""A QR code found but not read: its modules measured one by one, with the blur between neighbours taken out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

LARGEST_VERSION = 25
"""117 × 117 modules; the time goes with their number, and larger codes are rare on paper."""
_UNKNOWN = -1
_ROUNDS = 4
_PASSES = 2
_STEPS_PX = (0.6, 0.3, 0.15)
_DEBLUR_ROUNDS = 12
_PIXELS, _QUIET = 4, 4
_LEAST_AGREEMENT = 0.5
"""Correlation of the measured modules with those every code of its size has; below it the grid lies wrong."""


def redrawn(patch: np.ndarray, corners: np.ndarray, version: int) -> Iterator[np.ndarray]:
    """The code as clean pictures, (h, w) uint8 with quiet zone, one better than the other; none where no grid fits.

    `patch` is (H, W) grey, float or uint8; `corners` (4, 2) are those of the symbol in its pixels from the top left
    one clockwise, known to a pixel or two; `version` gives the number of modules (ISO/IEC 18004).
    """
    if not 1 <= version <= LARGEST_VERSION:
        return
    known = _known(version)
    fixed = known != _UNKNOWN
    values = patch.astype(np.float32)
    fitted, agreement = _fitted(values, corners.astype(np.float64), known == 1, fixed)
    if agreement < _LEAST_AGREEMENT:
        return
    dark = _deblurred(_measured(values, fitted, len(known)), known) > 0.5
    for _ in range(_PASSES):
        dark = _settled(_measured(values, fitted, len(known)), np.where(fixed, known == 1, dark), fixed)
        yield _drawn(dark)
        fitted, _ = _fitted(values, fitted, dark, np.ones_like(fixed))


def _drawn(dark: np.ndarray) -> np.ndarray:
    framed = np.pad(dark, _QUIET)
    return np.kron(np.where(framed, 0, 255), np.ones((_PIXELS, _PIXELS))).astype(np.uint8)


@cache
def _known(version: int) -> np.ndarray:
    """What is the same in every code of a version, (n, n): 1 dark, 0 light, _UNKNOWN for data and format."""
    n = 17 + 4 * version
    grid = np.full((n, n), _UNKNOWN, np.int8)
    finder = np.zeros((8, 8), np.int8)
    finder[:7, :7] = 1
    finder[1:6, 1:6] = 0
    finder[2:5, 2:5] = 1
    grid[:8, :8] = finder
    grid[:8, n - 8 :] = finder[:, ::-1]
    grid[n - 8 :, :8] = finder[::-1]
    track = (np.arange(8, n - 8) + 1) % 2
    grid[6, 8 : n - 8] = track
    grid[8 : n - 8, 6] = track
    alignment = np.ones((5, 5), np.int8)
    alignment[1:4, 1:4] = 0
    alignment[2, 2] = 1
    places = _alignment_places(version)
    for row in places:
        for column in places:
            inside = grid[row - 2 : row + 3, column - 2 : column + 3]
            near_finder = (
                (row < 9 and column < 9) or (row < 9 and column > n - 10) or (row > n - 10 and column < 9)
            )
            if not near_finder:
                inside[:] = alignment
    grid.setflags(write=False)
    return grid


def _alignment_places(version: int) -> list[int]:
    """Rows (and columns) of the centres of the alignment patterns, ISO/IEC 18004 Annex E."""
    if version == 1:
        return []
    count, last = version // 7 + 2, 4 * version + 10
    step = 26 if version == 32 else (version * 4 + count * 2 + 1) // (2 * count - 2) * 2
    return [6, *(last - step * back for back in range(count - 2, -1, -1))]


def _measured(values: np.ndarray, corners: np.ndarray, n: int) -> np.ndarray:
    """Grey value at the middle of each module, (n, n) float32."""
    square = np.array([(0, 0), (n, 0), (n, n), (0, n)], np.float32)
    to_patch = cv2.getPerspectiveTransform(square, corners.astype(np.float32))
    middle = np.arange(n) + 0.5
    grid = np.stack(np.meshgrid(middle, middle), axis=-1).reshape(1, -1, 2)
    there = cv2.perspectiveTransform(grid, to_patch)[0].astype(np.float32).reshape(n, n, 2)
    return np.asarray(
        cv2.remap(values, there[..., 0], there[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    )


def _fitted(
    values: np.ndarray, corners: np.ndarray, dark: np.ndarray, sure: np.ndarray
) -> tuple[np.ndarray, float]:
    """The corners moved to where the modules one is sure of agree best with the picture, and how well they do."""
    wanted = np.where(dark[sure], 0.0, 1.0)

    def agreement(at: np.ndarray) -> float:
        return float(np.corrcoef(_measured(values, at, len(dark))[sure], wanted)[0, 1])

    best, score = corners, agreement(corners)
    for step in _STEPS_PX:
        for _ in range(_ROUNDS):
            before = score
            for corner in range(4):
                for dx, dy in ((step, 0), (-step, 0), (0, step), (0, -step)):
                    moved = best.copy()
                    moved[corner] += (dx, dy)
                    if (found := agreement(moved)) > score:
                        best, score = moved, found
            if score <= before:
                break
    return best, score


def _settled(measured: np.ndarray, dark: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """Black and white that explain the measures best, (n, n) bool: blur and light are learned, modules then flipped.

    Each module's measure is a sum of itself and its eight neighbours, weighed alike all over the code, on paper whose
    light changes slowly. Weights follow from the modules by least squares, and modules from the weights one by one
    (iterated conditional modes, Besag 1986), in turns until nothing changes.
    """
    n = len(dark)
    modules, measures = dark.astype(np.float64), measured.astype(np.float64)
    y, x = (axis.ravel() / n - 0.5 for axis in np.mgrid[0:n, 0:n])
    light = np.stack([np.ones(n * n), x, y, x * y, x * x, y * y], axis=1)
    for _ in range(_ROUNDS):
        around = sliding_window_view(np.pad(modules, 1), (3, 3)).reshape(n * n, 9)
        weights, *_ = np.linalg.lstsq(np.concatenate([around, light], axis=1), measures.ravel(), rcond=None)
        blur, paper = weights[:9].reshape(3, 3), (light @ weights[9:]).reshape(n, n)
        if not _flipped(modules, measures - paper, blur, fixed):
            break
    return modules > 0.5


def _flipped(modules: np.ndarray, target: np.ndarray, blur: np.ndarray, fixed: np.ndarray) -> bool:
    """Turn every module, in place, whose other colour explains `target` better; whether there was any."""
    power, anything = float((blur**2).sum()), False
    for _ in range(_ROUNDS):
        turned = False
        for at in range(9):  # every third row and column: modules turned at a time have no common neighbours
            left = target - cv2.filter2D(modules, -1, blur, borderType=cv2.BORDER_CONSTANT)
            pull = 2 * cv2.filter2D(left, -1, blur[::-1, ::-1].copy(), borderType=cv2.BORDER_CONSTANT)
            better = np.where(modules == 0, pull, -pull) > power
            mine = np.zeros_like(fixed)
            mine[at // 3 :: 3, at % 3 :: 3] = True
            turn = better & mine & ~fixed
            modules[turn] = 1 - modules[turn]
            turned = turned or bool(turn.any())
        anything = anything or turned
        if not turned:
            break
    return anything


def _deblurred(measured: np.ndarray, known: np.ndarray) -> np.ndarray:
    """How dark each module is, about 0–1, with its neighbours' part in it taken out again.

    How much neighbours blur into each other is learned from the known modules that have known neighbours only.
    """
    paper = cv2.blur(cv2.dilate(measured, np.ones((5, 5), np.uint8)), (9, 9))
    darkness = paper - measured
    side, corner = (
        np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0.0]]),
        np.array([[1, 0, 1], [0, 0, 0], [1, 0, 1.0]]),
    )
    padded = np.pad(known, 1)  # the quiet zone is light
    sure = cv2.erode((padded != _UNKNOWN).astype(np.uint8), np.ones((3, 3), np.uint8))[1:-1, 1:-1] == 1
    dark = (padded == 1).astype(np.float64)
    beside = cv2.filter2D(dark, -1, side)[1:-1, 1:-1]
    across = cv2.filter2D(dark, -1, corner)[1:-1, 1:-1]
    columns = np.stack([(known == 1)[sure], beside[sure], across[sure], np.ones(int(sure.sum()))], axis=1)
    (own, by_side, by_corner, base), *_ = np.linalg.lstsq(columns, darkness[sure], rcond=None)
    if own <= 0:
        return darkness / max(float(np.ptp(darkness)), 1e-6)
    by_side, by_corner = max(by_side, 0.0) / own, max(by_corner, 0.0) / own
    kernel = by_side * side + by_corner * corner
    target = ((darkness - base) / own).astype(np.float64)
    fixed = np.where(known == _UNKNOWN, np.nan, known == 1)
    modules = np.clip(target, 0, 1)
    for _ in range(_DEBLUR_ROUNDS):
        modules = np.where(np.isnan(fixed), modules, fixed)
        others = cv2.filter2D(modules, -1, kernel, borderType=cv2.BORDER_CONSTANT)
        modules = np.clip(0.5 * modules + 0.5 * (target - others), 0, 1)
    return np.asarray(modules)
