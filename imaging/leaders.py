"""Specks and dotted leaders: wiped out, with a memory of where leaders ran and without harm to the marks of letters."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.pieces import Pieces, PixelBox

_INK = 150
"""On a cleaned picture (paper 255) everything darker counts as a dot's ink."""
_PALE_INK = 205
_MIN_DOTS = 6
_SPECK_MM = 0.2
_STREWN_PER_CM2 = 0.5
_MOST_DOTS_PER_CM2 = 50
"""A page full of leaders has a third as many; more small marks than this are noise or a halftone."""
_MOST_LEADERS = 400
_ONE_BY_ONE = 1500
_ON_GRID = 0.22
"""How far from its place a leader's dot may lie, as a share of the step from dot to dot."""
_LARGER = 1.4
"""How much more ink than a dot a mark has that swallowed one: the dot below an ị, a full stop."""
_FREE, _MOSTLY_FREE = 0.2, 0.5
"""How much of the ring around a dot may hold ink, and the share of a leader's dots that stand so."""
_REACH_MM = 60.0
_MISSES = 3
"""A leader's places are followed beyond its free dots, under the letters, until so many have no ink."""


def wipe_leaders(grey: np.ndarray, dpi: float) -> list[PixelBox]:
    """Paint specks and dotted leaders of a cleaned (H, W) picture white, in place; return where leaders ran.

    A speck is smaller than a fifth of a millimetre square, less than the dot of an i. A leader is a row of at
    least six small marks of one size at even distances on one base line, and what continues it beyond a filled-in
    word. What stands off the leader's even places below or beside a letter is that letter's own dot and stays;
    so does a mark that swallowed a dot of the leader. Dots that touch a letter from one side are taken off it.
    """
    mm = dpi / 25.4
    pieces = Pieces.of(cv2.threshold(grey, _INK - 1, 1, cv2.THRESH_BINARY_INV)[1])
    width, height, area = pieces.width, pieces.height, pieces.area
    speck = area <= max(1.0, (_SPECK_MM * mm) ** 2)
    speck[0] = False
    _only_whole(speck, grey, pieces)
    small = (width <= 0.8 * mm) & (height <= 0.75 * mm) & ~speck
    small[0] = False
    dots = np.flatnonzero(small)
    runs: list[PixelBox] = []
    if _MIN_DOTS <= len(dots) <= _MOST_DOTS_PER_CM2 * grey.size / (10 * mm) ** 2:
        runs = _wipe_dots(grey, pieces, dots, mm)
    if speck.any():
        _wipe_specks(grey, pieces, speck, mm)
    return runs


def _wipe_dots(grey: np.ndarray, pieces: Pieces, dots: np.ndarray, mm: float) -> list[PixelBox]:
    wiped = np.zeros(len(pieces.stats), bool)
    runs: list[PixelBox] = []
    touching: list[np.ndarray] = []
    for members, grid in _leaders(grey, pieces, dots, mm):
        usual = float(np.median(pieces.area[members]))
        members = np.union1d(members, _continued(pieces, dots, grid, usual, mm))
        marks = _letters_own(pieces, members, grid, usual, mm)
        wiped[members[~marks]] = True
        runs += _stretches(pieces, members[~marks], mm)
        places = _Places.along(pieces, grid, mm)
        marked = np.union1d(members[marks], places.pieces[places.medium(pieces, usual, mm)])
        touching += [places.attached(pieces, usual, mm), _swallowed(pieces, marked, grid, usual)]
    if runs:
        _paint(grey, pieces.labels, wiped, runs)
    for discs in touching:
        _take_off(grey, discs)
    return runs


def _leaders(grey: np.ndarray, pieces: Pieces, dots: np.ndarray, mm: float) -> list[tuple[np.ndarray, _Grid]]:
    """Chains of six dots and more that are leaders beyond doubt, as pieces, each with its grid."""
    centres, sizes = pieces.centres[dots], np.sqrt(pieces.area[dots])
    found = []
    for chain in _chains(centres, sizes, mm):
        if (
            len(chain) >= _MIN_DOTS
            and _dotted(centres[chain], sizes[chain], mm)
            and _white_between(grey, centres[chain])
            and _standing_free(grey, centres[chain], sizes[chain], mm)
        ):
            grid = _Grid.through(centres[chain])
            if grid is not None:
                found.append((dots[chain], grid))
    return found if len(found) <= _MOST_LEADERS else []


def _continued(pieces: Pieces, dots: np.ndarray, grid: _Grid, usual: float, mm: float) -> np.ndarray:
    """Those of `dots` that lie on the leader's level on either side of its sure part, between letters and marks."""
    x, y = pieces.centres[dots].T
    area = pieces.area[dots]
    start, end = grid.x0, grid.x0 + grid.step * grid.last
    near = (
        (x >= start - _REACH_MM * mm)
        & (x <= end + _REACH_MM * mm)
        & (np.abs(y - (grid.y0 + grid.slope * (x - grid.x0))) <= 0.2 * mm)
        & (area >= 0.4 * usual)
        & (area <= _LARGER * usual)
    )
    found: np.ndarray = dots[near]
    return found


def _stretches(pieces: Pieces, members: np.ndarray, mm: float) -> list[PixelBox]:
    """Boxes around what of a leader stands together: a word that hides more than a few dots parts it."""
    if not len(members):
        return []
    order = members[np.argsort(pieces.centres[members, 0])]
    parts = np.split(order, np.flatnonzero(np.diff(pieces.centres[order, 0]) > 2.2 * mm) + 1)
    return [pieces.around(part) for part in parts if len(part) >= 2]


@dataclass(frozen=True)
class _Grid:
    """The even places of a leader's dots: x = x0 + k · step, y = y0 + slope · (x − x0)."""

    x0: float
    y0: float
    step: float
    slope: float
    first: int
    last: int

    @classmethod
    def through(cls, centres: np.ndarray) -> _Grid | None:
        """The grid of a chain of dots (N, 2) from left to right; None where they keep no step."""
        x, y = centres[:, 0], centres[:, 1]
        gaps = np.diff(x)
        usual = float(np.median(gaps[gaps <= 1.4 * np.median(gaps)]))
        # Counting from dot to dot: over a long row the error of one step would add up to a whole one.
        count = np.concatenate([[0], np.cumsum(np.maximum(1, np.rint(gaps / usual)))])
        step, x0 = np.polyfit(count, x, 1)
        near = np.abs(x - (x0 + step * count)) <= _ON_GRID * step
        if step <= 2 or near.sum() < _MIN_DOTS - 1:
            return None
        step, x0 = np.polyfit(count[near], x[near], 1)
        slope, y0 = np.polyfit(x[near] - x0, y[near], 1)
        return cls(float(x0), float(y0), float(step), float(slope), 0, int(count[-1]))

    def off(self, x: np.ndarray) -> np.ndarray:
        """Distance to the nearest place as a share of the step, 0–0.5."""
        k = (x - self.x0) / self.step
        distance: np.ndarray = np.abs(k - np.rint(k))
        return distance

    def places(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = self.x0 + self.step * numbers
        return x, self.y0 + self.slope * (x - self.x0)


def _letters_own(pieces: Pieces, members: np.ndarray, grid: _Grid, usual: float, mm: float) -> np.ndarray:
    """Which of a leader's supposed dots are a letter's dot below or a full stop: larger, or off the even places."""
    x, y = pieces.centres[members, 0], pieces.centres[members, 1]
    area = pieces.area[members]
    off_line = np.abs(y - (grid.y0 + grid.slope * (x - grid.x0)))
    odd = (grid.off(x) > _ON_GRID) | (area > 1.2 * usual + 4) | (off_line > max(0.9, 0.1 * mm))
    marks = np.zeros(len(members), bool)
    for i in np.flatnonzero(odd):
        left, top = int(x[i] - 0.9 * mm), int(y[i] - 1.5 * mm)
        right, low = int(x[i] + 0.6 * mm) + 1, int(y[i] + 0.4 * mm)
        around = pieces.labels[max(0, top) : max(0, low), max(0, left) : right]
        near = np.unique(around)
        tall = pieces.height[near] >= 1.0 * mm
        marks[i] = bool(tall[near > 0].any())
    return marks


def _swallowed(pieces: Pieces, marks: np.ndarray, grid: _Grid, usual: float) -> np.ndarray:
    """Discs (x, y, radius) of the leader's dots that a mark touches, where enough of the mark is left without them."""
    radius = float(np.sqrt(usual / np.pi))
    discs = []
    for i in marks:
        left, top, w, h, area = (int(v) for v in pieces.stats[i])
        first, last = (int(np.rint((x - grid.x0) / grid.step)) for x in (left, left + w - 1))
        ys, xs = np.nonzero(pieces.labels[top : top + h, left : left + w] == i)
        for x, y in zip(*grid.places(np.arange(first, last + 1)), strict=True):
            covered = np.hypot(xs + left - x, ys + top - y) <= radius + 1.0
            if covered.sum() >= 0.6 * usual and area - covered.sum() >= usual:
                discs.append((x, y, radius))
    return np.array(discs).reshape(-1, 3)


@dataclass(frozen=True)
class _Places:
    """The places of a leader's dots, inside its run and on both sides up to where its ink ends."""

    x: np.ndarray
    y: np.ndarray
    pieces: np.ndarray
    """Which piece of ink each place lies in; 0 where it is paper."""

    @classmethod
    def along(cls, pieces: Pieces, grid: _Grid, mm: float) -> _Places:
        height, width = pieces.labels.shape
        reach = int(_REACH_MM * mm / grid.step)
        numbers = np.arange(grid.first - reach, grid.last + reach + 1)
        x, y = grid.places(numbers)
        inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
        numbers, x, y = numbers[inside], x[inside], y[inside]
        at = pieces.labels[np.rint(y).astype(np.intp), np.rint(x).astype(np.intp)]
        near = _unbroken(at > 0, numbers, grid)
        return cls(x[near], y[near], at[near])

    def medium(self, pieces: Pieces, usual: float, mm: float) -> np.ndarray:
        """True where the ink is more than a dot and less than a letter: a mark and a dot that met."""
        stats = pieces.stats[self.pieces]
        medium: np.ndarray = (
            (self.pieces > 0)
            & (stats[:, cv2.CC_STAT_AREA] > _LARGER * usual)
            & (stats[:, cv2.CC_STAT_HEIGHT] <= 1.3 * mm)
            & (stats[:, cv2.CC_STAT_WIDTH] <= 2.0 * mm)
        )
        return medium

    def attached(self, pieces: Pieces, usual: float, mm: float) -> np.ndarray:
        """Discs (x, y, radius) of the dots that touch a letter from one side."""
        stats, (height, width) = pieces.stats[self.pieces], pieces.labels.shape
        larger = (stats[:, cv2.CC_STAT_HEIGHT] > 0.75 * mm) & (stats[:, cv2.CC_STAT_AREA] > 2.2 * usual)
        letter = (self.pieces > 0) & larger & ~self.medium(pieces, usual, mm)
        x, y, radius = self.x[letter], self.y[letter], float(np.sqrt(usual / np.pi))
        # A stroke that runs through the place leaves it on two sides, a dot at a letter's foot meets it on one.
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        ring_x = np.rint(x[:, None] + (radius + 1.8) * np.cos(angles)).astype(np.intp).clip(0, width - 1)
        ring_y = np.rint(y[:, None] + (radius + 1.8) * np.sin(angles)).astype(np.intp).clip(0, height - 1)
        ring = pieces.labels[ring_y, ring_x] > 0
        arcs = (ring & ~np.roll(ring, 1, axis=1)).sum(axis=1)
        one_side = (arcs <= 1) & (ring.mean(axis=1) <= 0.4)
        return np.stack([x[one_side], y[one_side], np.full(int(one_side.sum()), radius)], axis=1)


def _unbroken(inked: np.ndarray, numbers: np.ndarray, grid: _Grid) -> np.ndarray:
    """The places of the run itself and those beyond its ends up to where several in a row have no ink."""
    near: np.ndarray = (numbers >= grid.first) & (numbers <= grid.last)
    for order in (np.flatnonzero(numbers > grid.last), np.flatnonzero(numbers < grid.first)[::-1]):
        missed = 0
        for i in order:
            missed = 0 if inked[i] else missed + 1
            if missed >= _MISSES:
                break
            near[i] = True
    return near


def _take_off(grey: np.ndarray, discs: np.ndarray) -> None:
    for x, y, radius in discs:
        cv2.circle(grey, (round(x * 16), round(y * 16)), round((radius + 0.6) * 16), 255, -1, cv2.LINE_AA, 4)


def _only_whole(speck: np.ndarray, grey: np.ndarray, pieces: Pieces) -> None:
    """Unmark, in place, what is but the darkest part of a pale mark, such as the dot of an i in grey print.

    A speck has a rim of a pixel or so around it, a mark of which only the middle is dark has a wide one.
    """
    found = np.flatnonzero(speck)
    if len(found) > _ONE_BY_ONE:
        return
    for i in found:
        x, y, w, h = (int(v) for v in pieces.stats[i, :4])
        around = grey[max(0, y - 3) : y + h + 3, max(0, x - 3) : x + w + 3]
        speck[i] = np.count_nonzero(around < _PALE_INK) <= (float(pieces.area[i]) ** 0.5 + 2.5) ** 2


def _wipe_specks(grey: np.ndarray, pieces: Pieces, speck: np.ndarray, mm: float) -> None:
    """White out specks that stand alone; all of them on a sheet strewn with specks, as photocopies are.

    On a clean sheet a speck beside a letter is a piece of its thin diacritic.
    """
    labels, stats = pieces.labels, pieces.stats
    found = np.flatnonzero(speck)
    reach = int(0.5 * mm)
    strewn_from = _STREWN_PER_CM2 * labels.size / (10 * mm) ** 2
    if len(found) > _ONE_BY_ONE:
        specks = pieces.only(speck)
        solid = cv2.compare(labels, 0, cv2.CMP_GT) & (1 - specks)
        apart = cv2.dilate(solid, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) == 0
        alone = specks.astype(bool) & apart
        grey[specks > 0 if len(np.unique(labels[alone])) > strewn_from else alone] = 255
        return
    lonely = []
    for i in found:
        x, y, w, h = (int(v) for v in stats[i, :4])
        around = labels[max(0, y - reach) : y + h + reach, max(0, x - reach) : x + w + reach]
        if not (~speck[around] & (around > 0)).any():
            lonely.append(i)
    for i in found if len(lonely) > strewn_from else lonely:
        x, y, w, h = (int(v) for v in stats[i, :4])
        grey[y : y + h, x : x + w][labels[y : y + h, x : x + w] == i] = 255


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


def _standing_free(grey: np.ndarray, centres: np.ndarray, sizes: np.ndarray, mm: float) -> bool:
    """True where paper shows all around most dots: the dark bits of a faded small line have pale strokes beside them."""
    height, width = grey.shape
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    reach = sizes / np.pi**0.5 + 0.3 * mm
    x = np.rint(centres[:, :1] + reach[:, None] * np.cos(angles)).astype(np.intp).clip(0, width - 1)
    y = np.rint(centres[:, 1:] + reach[:, None] * np.sin(angles)).astype(np.intp).clip(0, height - 1)
    dots = grey[tuple(np.rint(centres[:, ::-1]).astype(np.intp).T)].astype(np.float32)
    pale = grey[y, x] - dots[:, None] < 0.5 * (255 - dots[:, None])
    return float((pale.mean(axis=1) <= _FREE).mean()) >= _MOSTLY_FREE
