"""Specks and dotted leaders: wiped out, with a memory of where leaders ran."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.coloured_ink import PixelBox

_INK = 150
"""On a cleaned picture (paper 255) everything darker counts as a dot's ink."""
_MIN_DOTS = 6
_SPECK_MM = 0.2
_STREWN_PER_CM2 = 0.5


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
    for run in _runs(grey, centres[dots], np.sqrt(area[dots]), mm):
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
        _wipe_specks(grey, labels, speck, mm)
    if runs:
        _paint(grey, labels, wiped, runs)
    return runs


def _wipe_specks(grey: np.ndarray, labels: np.ndarray, speck: np.ndarray, mm: float) -> None:
    """White out specks that stand alone; all of them on a sheet strewn with specks, as photocopies are.

    On a clean sheet a speck beside a letter is a piece of its thin diacritic.
    """
    specks = speck[labels]
    solid = ((labels > 0) & ~specks).astype(np.uint8)
    reach = 2 * int(0.5 * mm) + 1
    alone = specks & ~cv2.dilate(solid, np.ones((reach, reach), np.uint8)).astype(bool)
    lonely = len(np.unique(labels[alone]))
    strewn = lonely > _STREWN_PER_CM2 * labels.size / (10 * mm) ** 2
    grey[specks if strewn else alone] = 255


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


def _runs(grey: np.ndarray, centres: np.ndarray, sizes: np.ndarray, mm: float) -> list[np.ndarray]:
    """Leaders as index arrays into `centres`: chains of six dots and more, with the short chains on their line."""
    chains = _chains(centres, sizes, mm)
    leaders = [
        c
        for c in chains
        if len(c) >= _MIN_DOTS and _dotted(centres[c], sizes[c], mm) and _white_between(grey, centres[c])
    ]
    levels = [(float(np.median(centres[c, 1])), float(np.median(sizes[c]))) for c in leaders]
    for chain in chains:
        if 2 <= len(chain) < _MIN_DOTS:
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


def _dotted(centres: np.ndarray, sizes: np.ndarray, mm: float) -> bool:
    """True for marks of one size on one level at whole multiples of one step (text may hide some in between).

    Fragments of thin small print can chain up as well, but not so regularly.
    """
    steps = np.diff(centres[:, 0])
    usual = float(np.median(steps))
    off_grid = np.abs(steps / usual - np.rint(steps / usual)) * usual
    return (
        float((off_grid <= 0.2 * usual + 0.5).mean()) >= 0.8
        and float(np.std(centres[:, 1])) <= max(0.7, 0.12 * mm)
        and float(np.std(sizes)) <= 0.25 * float(np.mean(sizes))
    )


def _white_between(grey: np.ndarray, centres: np.ndarray) -> bool:
    """True where the paper shows half-way between neighbours: pieces of a pale letter have grey between them."""
    columns = np.rint(centres[:, 0]).astype(np.intp)
    rows = np.rint(centres[:, 1]).astype(np.intp)
    dots = grey[rows, columns].astype(np.float32)
    middles = grey[(rows[1:] + rows[:-1]) // 2, (columns[1:] + columns[:-1]) // 2].astype(np.float32)
    return float((middles - dots[1:] >= 0.5 * (255 - dots[1:])).mean()) >= 0.8
