"""Lines fitted to their ink: which pieces belong to a kernel, and the box that holds them and no neighbour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from ocr.linefinder.ink import Pieces, pale_threshold, pieces_of_ink
from ocr.linefinder.kernels import Kernels

_MOST_TO_STRIP, _LEAST_TO_STRIP = 4.5, 0.4
"""Letters are about twice as high as their strip; pieces far off that are no letters of the line."""
_LETTER = 75.0
"""The percentile of the heights of a line's letters taken as the height of its capitals."""
ABOVE, BELOW = 0.62, 0.42
"""How far stacked marks reach above the capitals and tails below the base line, in heights of capitals."""
_BESIDE = 1.0
"""How far beyond its strip a line's ink may begin or end, in heights."""
LETTER_SHARE = 0.45
_DOT, _DOT_GAP = 0.3, 0.35
_FAINT = 0.4
"""Ink less than this share as dark as the line's own is show-through or a stain."""
_LITTLE = 0.35
"""A strip less of which is covered by the line's letters than this is looked at again."""
_AROUND = 1.1
_PALE_DEPTH = 110.0
_SOME = 0.35
_TALLEST = 2.0


@dataclass
class Line:
    """A line in the making, in pixels of the look; its top and bottom as if its slope were taken out about `x`."""

    x0: float
    x1: float
    top: float
    bottom: float
    x: float
    slope: float
    score: float
    height: float
    """Of its capitals."""
    pieces: Pieces
    members: np.ndarray = field(repr=False)
    """Which of the pieces are its ink."""

    @classmethod
    def of_piece(cls, pieces: Pieces, i: int, score: float) -> Line:
        """A single piece of ink as a line of its own."""
        top, bottom = float(pieces.y0[i]), float(pieces.y1[i])
        return cls(
            x0=float(pieces.x0[i]),
            x1=float(pieces.x1[i]),
            top=top,
            bottom=bottom,
            x=float(pieces.cx[i]),
            slope=0.0,
            score=score,
            height=bottom - top,
            pieces=pieces,
            members=np.array([i]),
        )

    @property
    def middle(self) -> float:
        """Height of the levelled line's middle."""
        return (self.top + self.bottom) / 2

    def inked(self, x0: float, x1: float) -> float:
        """Share of the columns between x0 and x1 in which ink stands on the line, be it the line's own or not."""
        shift = self.level((x0 + x1) / 2)
        left, top = self.pieces.at
        rows = slice(max(0, round(self.top + shift) - top), max(0, round(self.bottom + shift) - top))
        columns = slice(max(0, round(x0) - left), max(0, round(x1) - left))
        inked = (self.pieces.labels[rows, columns] > 0).any(axis=0)
        return float(inked.mean()) if inked.size else 0.0

    def level(self, x: float) -> float:
        """By how much the line is lower at x than it is at its own `x`."""
        return self.slope * (x - self.x)


def unclaimed(lines: Iterable[Line], pieces: Pieces) -> np.ndarray:
    """(N,) bool: which of `pieces` are in no line."""
    free = np.ones(len(pieces), bool)
    for line in lines:
        if line.pieces is pieces:
            free[line.members] = False
    return free


def fitted(kernels: Kernels, pieces: Pieces, look: np.ndarray) -> list[Line]:
    """One line for each kernel that has ink on the (H, W) picture."""
    owner = kernels.nearest_to(pieces.cx, pieces.cy)
    lines = []
    for k, own in _grouped(owner, len(kernels)):
        line = _fit(kernels, k, pieces, own)
        if line is None or _covered(line) < _LITTLE * (kernels.x1[k] - kernels.x0[k]):
            line = _fit_closely(kernels, k, look, pieces.threshold) or line
        if line is not None:
            lines.append(line)
    return lines


def _grouped(owner: np.ndarray, count: int) -> Iterator[tuple[int, np.ndarray]]:
    order = np.argsort(owner, kind="stable")
    ends = np.searchsorted(owner[order], np.arange(count + 1))
    for k in range(count):
        yield k, order[ends[k] : ends[k + 1]]


def _covered(line: Line) -> float:
    return float((line.pieces.x1[line.members] - line.pieces.x0[line.members]).sum())


def _fit_closely(kernels: Kernels, k: int, look: np.ndarray, usual: float) -> Line | None:
    """The line of a strip whose letters are paler than the page's print, or joined to a seal or a frame.

    Only the strip's surroundings are looked at: by their own idea of ink, and what sticks out is cut off.
    """
    strip = max(4.0, float(kernels.y1[k] - kernels.y0[k]))
    x0, x1 = max(0, int(kernels.x0[k] - strip)), int(kernels.x1[k] + strip)
    y0, y1 = max(0, int(kernels.y0[k])), int(kernels.y1[k]) + 1
    threshold = max(usual, pale_threshold(look[y0:y1, x0:x1]) or usual)
    y0, y1 = max(0, int(kernels.y0[k] - _AROUND * strip)), int(kernels.y1[k] + _AROUND * strip) + 1
    # Pale strokes break into grains, which a little blur brings together.
    patch = look[y0:y1, x0:x1]
    if threshold > usual:
        patch = cv2.GaussianBlur(patch, (3, 3), 0)
    pieces = pieces_of_ink(patch, threshold, (x0, y0))
    own = np.flatnonzero(kernels.nearest_to(pieces.cx, pieces.cy) == k)
    return _fit(kernels, k, pieces, own)


def _fit(kernels: Kernels, k: int, pieces: Pieces, own: np.ndarray) -> Line | None:
    slope, x, middle = float(kernels.slope[k]), float(kernels.cx[k]), float(kernels.cy[k])
    first, last = float(kernels.x0[k]), float(kernels.x1[k])
    strip = max(2.0, float(kernels.y1[k] - kernels.y0[k]) - abs(slope) * (last - first))
    shift = slope * (pieces.cx[own] - x)
    top, bottom = pieces.y0[own] - shift, pieces.y1[own] - shift
    left, right = pieces.x0[own], pieces.x1[own]
    tall = bottom - top
    body = (top <= middle) & (bottom >= middle)
    body &= (tall <= _MOST_TO_STRIP * strip) & (tall >= _LEAST_TO_STRIP * strip)
    body &= (right >= first - strip) & (left <= last + strip)
    if not body.any():
        return None
    height = float(np.percentile(tall[body], _LETTER))
    floor = float(np.median(bottom[body]))
    ceiling = floor - height
    dark = 255.0 - float(np.percentile(pieces.darkest[own][body], 30))
    fits = (
        (top >= ceiling - ABOVE * height - 1)
        & (bottom <= floor + BELOW * height + 1)
        & (right >= first - _BESIDE * height)
        & (left <= last + _BESIDE * height)
        & (255.0 - pieces.darkest[own] >= _FAINT * dark)
    )
    # A stroke of a signature that hangs into the line is no letter of it.
    fits |= body & (tall <= _TALLEST * height)
    fits &= ~_leader_dots(left, right, top, bottom, fits & (tall >= LETTER_SHARE * height), height)
    line = Line(
        x0=max(float(left[fits].min()), first - _BESIDE * height),
        x1=min(float(right[fits].max()), last + _BESIDE * height),
        top=max(float(top[fits].min()), ceiling - ABOVE * height),
        bottom=min(float(bottom[fits].max()), floor + BELOW * height),
        x=x,
        slope=slope,
        score=float(kernels.score[k]),
        height=height,
        pieces=pieces,
        members=own[fits],
    )
    if dark < _PALE_DEPTH:
        # The rims of pale letters are too pale to count as ink.
        line = replace(line, x0=line.x0 - 1, x1=line.x1 + 1, top=line.top - 1, bottom=line.bottom + 1)
    # Where the strip goes on beyond the last letter there is another one, joined to a seal or a frame.
    if first < line.x0 - 0.3 * height and line.inked(first, line.x0) > _SOME:
        line.x0 = first - 0.4 * height
    if last > line.x1 + 0.3 * height and line.inked(line.x1, last) > _SOME:
        line.x1 = last + 0.4 * height
    return line


def _leader_dots(
    left: np.ndarray,
    right: np.ndarray,
    top: np.ndarray,
    bottom: np.ndarray,
    letters: np.ndarray,
    height: float,
) -> np.ndarray:
    """Remains of a leader before and behind the letters: dots further from them than a full stop."""
    if not letters.any():
        return np.zeros(len(left), bool)
    dots = (right - left <= _DOT * height) & (bottom - top <= _DOT * height)
    gap = _DOT_GAP * height
    outside: np.ndarray = dots & ((left > right[letters].max() + gap) | (right < left[letters].min() - gap))
    return outside
