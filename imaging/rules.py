"""Straight rules (table lines, underlines, form lines): found for the layout, wiped without hurting letters."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.pieces import Pieces
from imaging.scaling import reduced

_LOOK_DPI = 150.0
_INK = 190
"""Hairlines of a blurred scan are paler than letters; on a cleaned picture paper is 255."""
_TOUCHING = 150
_SHORTEST_MM = 9.0
"""Longer than the bar of any letter of text size."""
_SHORTEST_UPRIGHT_MM = 10.0
_THICKEST_MM = 1.1
_STEEPEST = 0.06
_SLENDER = 20
"""How many times its thickness a rule is long: the strokes of a signature are shorter."""
_WOBBLE_MM = 0.4
_SHADED = 0.25
_GAP_MM = 3.0
_MOST_PIECES = 4000
"""A picture with more long straight strokes is a hatching or a photograph, no table."""
_BARS, _BAR_REACH_MM = 4, 5.0


@dataclass(frozen=True)
class PixelRule:
    """The centre line of a straight printed rule, in pixels; from left to right or from top to bottom."""

    x0: float
    y0: float
    x1: float
    y1: float
    thickness: float

    @property
    def horizontal(self) -> bool:
        """True for a rule that runs across the page, False for one that runs down."""
        return abs(self.x1 - self.x0) >= abs(self.y1 - self.y0)

    @property
    def length(self) -> float:
        return max(abs(self.x1 - self.x0), abs(self.y1 - self.y0))


@dataclass(frozen=True)
class _Trace:
    """A rule's course: its centre `across` for each of the pixels `start`, `start` + 1, … along it."""

    start: int
    across: np.ndarray
    thickness: float

    @property
    def end(self) -> int:
        return self.start + len(self.across)


def wipe_rules(grey: np.ndarray, dpi: float) -> list[PixelRule]:
    """Paint straight rules of a cleaned, straightened (H, W) picture white, in place; return where they ran.

    A rule is at least 9 mm long (10 mm upright), at most 1.1 mm thick and straight. Where a letter, a mark or
    another stroke touches it, the pixels of that stroke stay. The bars of a barcode are no rules and stay too.
    """
    look, look_dpi = reduced(grey, dpi, _LOOK_DPI)
    ink = cv2.threshold(look, _INK - 1, 1, cv2.THRESH_BINARY_INV)[1]
    across = _traces(ink, look_dpi, _SHORTEST_MM)
    down = _traces(cv2.transpose(ink), look_dpi, _SHORTEST_UPRIGHT_MM)
    scale = (grey.shape[1] / look.shape[1], grey.shape[0] / look.shape[0])
    rules: list[PixelRule] = []
    for trace in across:
        fine = _wiped(grey, _enlarged(trace, scale[0], scale[1], grey.shape[1]), dpi)
        if fine is not None:
            rules.append(
                PixelRule(fine.start, float(fine.across[0]), fine.end, float(fine.across[-1]), fine.thickness)
            )
    turned = grey.T
    upright = []
    for trace in down:
        fine = _wiped(turned, _enlarged(trace, scale[1], scale[0], grey.shape[0]), dpi)
        if fine is not None:
            upright.append(
                PixelRule(float(fine.across[0]), fine.start, float(fine.across[-1]), fine.end, fine.thickness)
            )
    return rules + upright


def _traces(ink: np.ndarray, dpi: float, shortest_mm: float) -> list[_Trace]:
    """Rules that run from left to right in a 0/1 picture, at its own resolution."""
    mm = dpi / 25.4
    length = max(8, round(shortest_mm * mm))
    if ink.shape[1] < length or not ink.any():
        return []
    # A rule that falls by a pixel here and there is still one run once every pixel reaches its neighbour rows.
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    pieces = Pieces.of(runs)
    if len(pieces.stats) - 1 > _MOST_PIECES:
        return []
    found = []
    for i in range(1, len(pieces.stats)):
        x, y, w, h, area = (int(v) for v in pieces.stats[i])
        if area / w > _THICKEST_MM * mm + 2 or h > w * _STEEPEST + (_THICKEST_MM + 2 * _WOBBLE_MM) * mm + 2:
            continue
        piece = (pieces.labels[y : y + h, x : x + w] == i) & (ink[y : y + h, x : x + w] > 0)
        trace = _traced(piece, x, y, mm)
        if trace is not None:
            found.append(trace)
    return [trace for trace in _joined(found, mm) if not _is_bar(ink, trace, mm)]


def _traced(piece: np.ndarray, x: int, y: int, mm: float) -> _Trace | None:
    """The course of one run of ink; None where it isn't straight."""
    filled = piece.sum(axis=0)
    columns = np.flatnonzero(filled)
    if len(columns) < 8:
        return None
    rows = np.arange(piece.shape[0], dtype=np.float64)
    centres = (piece * rows[:, None]).sum(axis=0)[columns] / filled[columns]
    thickness = float(np.median(filled[columns]))
    # Strokes that touch the rule pull the centre aside in their columns: those columns say nothing.
    bare = filled[columns] <= thickness + 1
    slope, level = np.polyfit(columns[bare], centres[bare], 1)
    off = np.abs(centres[bare] - (slope * columns[bare] + level))
    if abs(slope) > _STEEPEST or float(np.percentile(off, 95)) > max(1.5, _WOBBLE_MM * mm):
        return None
    every = np.arange(columns[0], columns[-1] + 1)
    course = np.interp(every, columns[bare], centres[bare])
    return _Trace(x + int(columns[0]), course + y, thickness)


def _joined(traces: list[_Trace], mm: float) -> list[_Trace]:
    """Pieces of one line with small gaps between them become one, as copied rules break."""
    joined: list[_Trace] = []
    for trace in sorted(traces, key=lambda t: t.start):
        for i, left in enumerate(joined):
            gap = trace.start - left.end
            if (
                -2 <= gap <= _GAP_MM * mm
                and abs(float(left.across[-1]) - float(trace.across[0])) <= 2
                and max(left.thickness, trace.thickness) <= 2 * min(left.thickness, trace.thickness)
            ):
                bridge = np.linspace(left.across[-1], trace.across[0], max(0, gap))
                across = np.concatenate([left.across, bridge, trace.across[max(0, -gap) :]])
                joined[i] = _Trace(left.start, across, (left.thickness + trace.thickness) / 2)
                break
        else:
            joined.append(trace)
    return joined


def _is_bar(ink: np.ndarray, trace: _Trace, mm: float) -> bool:
    """True for a bar of a barcode: many strokes beside it, the same ones all along it."""
    reach = int(_BAR_REACH_MM * mm)
    rows = []
    for share in (0.3, 0.5, 0.7):
        at = int(share * (len(trace.across) - 1))
        middle = round(float(trace.across[at]))
        rows.append(ink[max(0, middle - reach) : middle + reach, trace.start + at])
    one, two, three = (row[: min(map(len, rows))] for row in rows)
    alike = min(float((one == two).mean()), float((two == three).mean()))
    return alike >= 0.85 and int((np.diff(two.astype(np.int8)) != 0).sum()) >= 2 * _BARS


def _enlarged(trace: _Trace, along: float, across: float, limit: int) -> _Trace:
    """The same course in a picture that is larger by the two factors."""
    start, end = round(trace.start * along), min(limit, round(trace.end * along))
    places = (np.arange(start, end) + 0.5) / along - 0.5
    course = np.interp(places, np.arange(trace.start, trace.end), trace.across)
    return _Trace(start, (course + 0.5) * across - 0.5, trace.thickness * across)


def _wiped(grey: np.ndarray, trace: _Trace, dpi: float) -> _Trace | None:
    """Paint a rule white between the strokes that touch it; its exact course, or None where there is no rule."""
    mm = dpi / 25.4
    reach = int(np.ceil(_THICKEST_MM * mm / 2 + 4))
    offsets = np.arange(-reach, reach + 1)
    columns = np.arange(trace.start, trace.end)
    strip = _strip(grey, columns, trace.across, offsets)
    depth = 255 - np.median(strip, axis=1)
    deepest = int(depth[reach - 3 : reach + 4].argmax()) + reach - 3
    band = np.flatnonzero(depth >= 0.5 * depth[deepest])
    inside = _around(band, deepest)
    thickness = float(len(inside))
    if depth[deepest] < 40 or thickness > min(_THICKEST_MM * mm + 1, len(columns) / _SLENDER):
        return None
    low, high = int(inside[0]), int(inside[-1])
    beside = float(np.median(np.delete(depth, np.arange(max(0, low - 3), min(len(depth), high + 4)))))
    if beside > _SHADED * depth[deepest]:
        return None  # the shadow of a fold
    above, below = max(0, low - 3), min(len(offsets), high + 4)
    # Two rows away from the rule nothing of it is left, so ink there belongs to a stroke that meets it.
    touched = (strip[above : max(1, low - 1)].min(axis=0) < _TOUCHING) | (
        strip[min(high + 2, len(offsets) - 1) : below].min(axis=0) < _TOUCHING
    )
    if float(touched.mean()) > 0.6:
        return None
    keep = cv2.dilate(touched.astype(np.uint8)[None], np.ones((1, 3), np.uint8))[0].astype(bool)
    rows = np.rint(trace.across).astype(np.intp)
    for k in range(max(0, low - 2), min(len(offsets), high + 3)):
        at = rows + int(offsets[k])
        good = ~keep & (at >= 0) & (at < grey.shape[0])
        grey[at[good], columns[good]] = 255
    shift = float(offsets[low] + offsets[high]) / 2
    return _Trace(trace.start, trace.across + shift, thickness)


def _strip(grey: np.ndarray, columns: np.ndarray, across: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    rows = np.rint(across).astype(np.intp)[None, :] + offsets[:, None]
    inside = (rows >= 0) & (rows < grey.shape[0])
    strip: np.ndarray = np.where(inside, grey[np.clip(rows, 0, grey.shape[0] - 1), columns[None, :]], 255)
    return strip


def _around(band: np.ndarray, middle: int) -> np.ndarray:
    """The unbroken stretch of `band` that holds `middle`."""
    pieces = np.split(band, np.flatnonzero(np.diff(band) > 1) + 1)
    return next(p for p in pieces if p[0] <= middle <= p[-1])
