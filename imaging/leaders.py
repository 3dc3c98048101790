"""Specks and dotted leaders: wiped out, with a memory of where leaders ran."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.coloured_ink import PixelBox

_INK = 150
"""On a cleaned picture (paper 255) everything darker counts as a dot's ink."""
_MIN_DOTS = 6
_SPECK_MM = 0.2


def wipe_leaders(grey: np.ndarray, dpi: float) -> list[PixelBox]:
    """Paint specks and dotted leaders of a cleaned (H, W) picture white, in place; return where leaders ran.

    A speck is smaller than a fifth of a millimetre square, less than the dot of an i. A leader is a row of at
    least six small marks of one size at even distances on one base line, and what continues it beyond a filled-in
    word. Full stops and diacritics stand alone; dots that touch a letter can't be told from it and stay.
    """
    mm = dpi / 25.4
    mask = (grey < _INK).astype(np.uint8)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    width, height, area = (stats[:, c] for c in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    speck = area <= max(1.0, (_SPECK_MM * mm) ** 2)
    speck[0] = False
    small = (width <= 0.8 * mm) & (height <= 0.75 * mm) & ~speck
    small[0] = False
    dots = np.flatnonzero(small)
    wiped = np.zeros(count, bool)
    runs: list[PixelBox] = []
    for run in _runs(centres[dots], np.sqrt(area[dots]), mm):
        members = dots[run]
        boxes = stats[members]
        runs.append(
            PixelBox(
                int(boxes[:, 0].min()),
                int(boxes[:, 1].min()),
                int((boxes[:, 0] + boxes[:, 2]).max()),
                int((boxes[:, 1] + boxes[:, 3]).max()),
            )
        )
        wiped[members] = True
    if speck.any():
        grey[cv2.dilate(speck[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) & (grey >= 60) > 0] = 255
        grey[speck[labels]] = 255
    if runs:
        _paint(grey, labels, wiped, runs)
    return runs


def _paint(grey: np.ndarray, labels: np.ndarray, wiped: np.ndarray, runs: list[PixelBox]) -> None:
    """White out the wiped components with their soft rims, run by run to save the rest of the page."""
    rim = np.ones((5, 5), np.uint8)
    for run in runs:
        rows = slice(max(0, run.y0 - 3), run.y1 + 3)
        columns = slice(max(0, run.x0 - 3), run.x1 + 3)
        piece = labels[rows, columns]
        gone = cv2.dilate(wiped[piece].astype(np.uint8), rim)
        kept = cv2.dilate(((piece > 0) & ~wiped[piece]).astype(np.uint8), np.ones((3, 3), np.uint8))
        grey[rows, columns][(gone & ~kept).astype(bool)] = 255


def _runs(centres: np.ndarray, sizes: np.ndarray, mm: float) -> list[np.ndarray]:
    """Leaders as index arrays into `centres`: chains of six dots and more, with the short chains on their line."""
    chains = _chains(centres, sizes, mm)
    leaders = [c for c in chains if len(c) >= _MIN_DOTS and _even(centres[c, 0])]
    levels = [(float(np.median(centres[c, 1])), float(np.median(sizes[c]))) for c in leaders]
    for chain in chains:
        if 2 <= len(chain) < _MIN_DOTS and _even(centres[chain, 0]):
            y, size = float(np.median(centres[chain, 1])), float(np.median(sizes[chain]))
            if any(abs(y - at) <= 0.2 * mm and 0.7 <= size / usual <= 1.4 for at, usual in levels):
                leaders.append(chain)
    return leaders


def _chains(centres: np.ndarray, sizes: np.ndarray, mm: float) -> list[np.ndarray]:
    """Dots of like size in sequence, each 0.3–2.2 mm to the right and at most 0.25 mm higher or lower.

    Followed left to right through an index by rows, so a page of noise costs no more than its dots.
    """
    row_height = 0.25 * mm
    last_in_row: dict[int, int] = {}
    chain_of = np.full(len(centres), -1)
    chains: list[list[int]] = []
    for i in np.argsort(centres[:, 0], kind="stable"):
        x, y = centres[i]
        row = int(y // row_height)
        best, best_x = -1, -1.0
        for near in (row, row - 1, row + 1):
            j = last_in_row.get(near, -1)
            fits = (
                j >= 0
                and abs(centres[j, 1] - y) <= row_height
                and 0.3 * mm <= x - centres[j, 0] <= 2.2 * mm
                and 0.6 <= sizes[i] / sizes[j] <= 1.7
            )
            if fits and centres[j, 0] > best_x:
                best, best_x = j, float(centres[j, 0])
        if best >= 0:
            chain_of[i] = chain_of[best]
            chains[chain_of[i]].append(int(i))
        else:
            chain_of[i] = len(chains)
            chains.append([int(i)])
        last_in_row[row] = int(i)
    return [np.array(c) for c in chains]


def _even(xs: np.ndarray) -> bool:
    """True where most steps equal the usual one or, where text stands between, are longer."""
    steps = np.diff(xs)
    usual = float(np.median(steps))
    return float((np.abs(steps - usual) <= 0.3 * usual + 1).mean()) >= 0.6
