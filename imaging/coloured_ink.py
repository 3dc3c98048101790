"""Red and blue ink: finds seals and stamps, and tells printed coloured text from what was stamped or penned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from imaging.ink import paper_level
from imaging.pieces import Pieces, PixelBox
from imaging.scaling import card_sized, reduced
from models.reading import InkColour

_LOOK_DPI = 100.0
_CARD_LOOK_DPI = 200.0
_LEAST_LETTER_MM = 1.1
_COLOUR_DEPTH = 40
_PALEST = 0.6
_MOST_COLOUR = 0.12
_BLACK_DEPTH = 90
_LEAST_PAPER = 0.7
_MARKS_ABOVE, _MARKS_BELOW = 0.6, 0.35
"""How far marks reach beyond capitals, as a share of the capitals' height."""
_PRINT_BELOW, _PRINT_FADES = 85.0, 60.0

_SIGNATURE_MM = ((12.0, 110.0), (7.0, 60.0))
_STEEPEST = 0.12
"""Slope of a line of print on a page that is not straight yet."""
_SPARSE = 0.35
"""Ink covers less of a signature's box than this; a printed surface is fuller."""

InkKind = Literal["seal", "stamp", "signature"]


@dataclass(frozen=True)
class FoundInk:
    """A seal, stamp or signature in coloured ink, in pixels of the picture it was found in."""

    kind: InkKind
    colour: InkColour
    box: PixelBox


@dataclass(frozen=True)
class InkLayer:
    """What was stamped or penned onto the print in coloured ink; kept apart from the text, not thrown away."""

    kind: InkKind
    colour: InkColour
    box: PixelBox
    """In pixels of the cleaned page."""
    on_page: PixelBox
    """In pixels of the picture that came in."""

    def mask(self, rgb: np.ndarray) -> np.ndarray:
        """Where its ink is: (h, w) uint8 of 0 and 1 over `on_page` of the (H, W, 3) picture that came in."""
        place = self.on_page
        return _ink_of_colour(rgb[place.y0 : place.y1, place.x0 : place.x1], self.colour)


@dataclass(frozen=True)
class ColouredInk:
    """Places in pixels of the picture they were found in."""

    layers: tuple[FoundInk, ...]
    """Round seals and framed stamps, only where the shape leaves no doubt, and large pen strokes."""
    text_lines: tuple[PixelBox, ...]
    """Lines of print in coloured ink with hardly any black in them, as the red titles of forms and cards."""

    @property
    def stamps(self) -> tuple[PixelBox, ...]:
        """The boxes of seals and stamps."""
        return tuple(layer.box for layer in self.layers if layer.kind != "signature")


def find_coloured_ink(rgb: np.ndarray, dpi: float) -> ColouredInk:
    """Look for coloured ink on an (H, W, 3) uint8 picture; grey pictures have none."""
    small, small_dpi = reduced(rgb, dpi, _CARD_LOOK_DPI if card_sized(rgb.shape, dpi) else _LOOK_DPI)
    lightest, darkest = channel_extremes(small)
    black = cv2.subtract(paper_level(lightest, small_dpi), lightest)
    all_ink = cv2.subtract(paper_level(darkest, small_dpi), darkest)
    # On a faded picture colours are as faded as the print.
    strength = min(1.0, max(_PALEST, float(np.percentile(all_ink[::2, ::2], 99.5)) / 200))
    colour = cv2.subtract(all_ink, black)
    coloured = cv2.threshold(colour, _COLOUR_DEPTH * strength, 1, cv2.THRESH_BINARY)[1]
    if not 40 <= cv2.countNonZero(coloured) <= _MOST_COLOUR * coloured.size:
        return ColouredInk((), ())  # none, or a photograph or noise
    scale, mm = (rgb.shape[1] / small.shape[1], rgb.shape[0] / small.shape[0]), small_dpi / 25.4
    # Red and blue apart: a signature that crosses a seal would join the two into one shapeless thing.
    reddish = cv2.compare(small[..., 0], small[..., 2], cv2.CMP_GE) & 1
    paper = float(np.median(darkest[::5, ::5]))
    by_colour: dict[InkColour, np.ndarray] = {"red": coloured & reddish, "blue": coloured & ~reddish}
    found = [
        FoundInk(kind, colour, box)
        for colour, ink in by_colour.items()
        for kind, box in _stamps(ink, darkest, paper, mm)
    ]
    # Dark blue is as deep as black in every channel, but not equally deep in all.
    print_black = (black > _BLACK_DEPTH * strength) & (black // 3 > colour)
    lines = _printed_lines(coloured, print_black, [f.box for f in found], mm)
    taken = [f.box for f in found] + lines
    pen = by_colour["blue"] & cv2.compare(small[..., 2], small[..., 1], cv2.CMP_GT)
    found += [FoundInk("signature", "blue", box) for box in _signatures(pen, taken, darkest, paper, mm)]
    return ColouredInk(
        layers=tuple(replace(f, box=_scaled(f.box, scale, rgb.shape, 0)) for f in found),
        text_lines=tuple(_scaled(b, scale, rgb.shape, 2) for b in lines),
    )


def fade(white: np.ndarray, lightest: np.ndarray, darkest: np.ndarray, box: PixelBox) -> None:
    """Lighten the coloured ink inside `box` of the cleaned picture `white`, in place; black print stays.

    `lightest` and `darkest` are the channel extremes of the same pixels. Colour is what sets the two apart; where
    even the lightest channel is dark there is print below the ink, tinted by it or by the compression of colour.
    """
    place = np.s_[box.y0 : box.y1, box.x0 : box.x1]
    piece = white[place]
    if piece.size == 0:
        return
    colour = cv2.subtract(lightest[place], darkest[place])
    colour = cv2.subtract(colour, np.full_like(colour, int(np.median(colour[::3, ::3]))))
    lift = np.clip((piece.astype(np.float32) - _PRINT_BELOW) / _PRINT_FADES, 0.0, 1.0) * colour
    white[place] = np.minimum(255.0, piece + lift).astype(np.uint8)


def channel_extremes(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per pixel the lightest and the darkest of the three channels, (H, W) uint8 each."""
    red, green, blue = cv2.split(rgb)
    return cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)


def _ink_of_colour(rgb: np.ndarray, colour: InkColour) -> np.ndarray:
    lightest, darkest = channel_extremes(rgb)
    reddish = rgb[..., 0] >= rgb[..., 2]
    deep = cv2.subtract(lightest, darkest) > _COLOUR_DEPTH
    mask: np.ndarray = (deep & (reddish if colour == "red" else ~reddish)).astype(np.uint8)
    return mask


def _scaled(box: PixelBox, scale: tuple[float, float], shape: tuple[int, ...], margin: int) -> PixelBox:
    return PixelBox(
        x0=max(0, int((box.x0 - margin) * scale[0])),
        y0=max(0, int((box.y0 - margin) * scale[1])),
        x1=min(shape[1], int((box.x1 + margin) * scale[0]) + 1),
        y1=min(shape[0], int((box.y1 + margin) * scale[1]) + 1),
    )


def _components(
    mask: np.ndarray, *, width: tuple[float, float], height: tuple[float, float]
) -> list[PixelBox]:
    """Connected components whose width and height in pixels lie within bounds."""
    pieces = Pieces.of(mask)
    w, h = pieces.width, pieces.height
    fits = (w >= width[0]) & (w <= width[1]) & (h >= height[0]) & (h <= height[1])
    fits[0] = False
    return [PixelBox(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in pieces.stats[fits]]


def _stamps(
    coloured: np.ndarray, darkest: np.ndarray, paper: float, mm: float
) -> list[tuple[InkKind, PixelBox]]:
    """Seals (round, 20–50 mm) and framed stamps: the outline must be there nearly all the way round."""
    gap = max(3, int(1.2 * mm) | 1)
    joined = cv2.morphologyEx(coloured, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    found: list[tuple[InkKind, PixelBox]] = []
    for box in _components(joined, width=(15 * mm, 90 * mm), height=(8 * mm, 60 * mm)):
        width, height = (box.x1 - box.x0) / mm, (box.y1 - box.y0) / mm
        piece = joined[box.y0 : box.y1, box.x0 : box.x1]
        if float(np.median(darkest[box.y0 : box.y1, box.x0 : box.x1])) < _LEAST_PAPER * paper:
            continue  # a photograph or a printed surface: a stamp is mostly the paper it stands on
        round_enough = 0.85 <= width / height <= 1.18 and 20 <= width <= 55
        if round_enough and _ring_share(piece) >= 0.75:
            found.append(("seal", box))
        elif _frame_share(piece, mm) >= 0.85:
            found.append(("stamp", box))
    # The inner ring of a seal is no second seal.
    return [
        (kind, b)
        for kind, b in found
        if not any(o is not b and o.x0 <= b.x0 and o.x1 >= b.x1 and o.y0 <= b.y0 <= o.y1 for _, o in found)
    ]


def _signatures(
    coloured: np.ndarray, taken: list[PixelBox], darkest: np.ndarray, paper: float, mm: float
) -> list[PixelBox]:
    """Large thin strokes in one colour: taller than print, mostly the paper they stand on, off the rim."""
    free = coloured.copy()
    for box in taken:
        free[box.y0 : box.y1, box.x0 : box.x1] = 0
    strokes = cv2.dilate(free, np.ones((3, 3), np.uint8))
    height, width = coloured.shape
    found = []
    for box in _components(strokes, width=_mm(_SIGNATURE_MM[0], mm), height=_mm(_SIGNATURE_MM[1], mm)):
        inside = np.s_[box.y0 : box.y1, box.x0 : box.x1]
        on_rim = box.x0 <= 1 or box.y0 <= 1 or box.x1 >= width - 1 or box.y1 >= height - 1
        sparse = free[inside].mean() <= _SPARSE and float(np.median(darkest[inside])) >= _LEAST_PAPER * paper
        if not on_rim and sparse and _frame_share(free[inside], mm) < 0.8:
            found.append(box)
    return found


def _mm(bounds: tuple[float, float], mm: float) -> tuple[float, float]:
    return bounds[0] * mm, bounds[1] * mm


def _ring_share(piece: np.ndarray) -> float:
    """Share of directions from the centre in which ink stands at the rim of the inscribed ellipse."""
    ys, xs = np.nonzero(piece)
    half_h, half_w = piece.shape[0] / 2, piece.shape[1] / 2
    dy, dx = (ys - half_h) / half_h, (xs - half_w) / half_w
    rim = np.abs(np.hypot(dx, dy) - 0.95) < 0.1
    sectors = ((np.arctan2(dy[rim], dx[rim]) + np.pi) / (2 * np.pi) * 48).astype(int) % 48
    return len(np.unique(sectors)) / 48


def _frame_share(piece: np.ndarray, mm: float) -> float:
    """The worst covered side of the frame: share of its length with ink within 1.5 mm of the box's edge."""
    band = max(2, int(1.5 * mm))
    sides = (piece[:band].any(0), piece[-band:].any(0), piece[:, :band].any(1), piece[:, -band:].any(1))
    return float(min(side.mean() for side in sides))


def _printed_lines(
    coloured: np.ndarray, black: np.ndarray, stamps: list[PixelBox], mm: float
) -> list[PixelBox]:
    """Rows of letters of one height on one base line. Handwriting has neither, a seal's text runs in a ring."""
    letters = _letter_boxes(coloured, mm)
    letters = [b for b in letters if not any(s.holds((b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2) for s in stamps)]
    if len(letters) < 4:
        return []
    canvas = np.zeros_like(coloured)
    for b in letters:
        canvas[b.y0 : b.y1, b.x0 : b.x1] = 1
    reach = max(3, int(5.0 * mm) | 1)
    lines = []
    joined = cv2.morphologyEx(canvas, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    for line in _components(joined, width=(4 * mm, np.inf), height=(_LEAST_LETTER_MM * mm, 20 * mm)):
        members = [
            b
            for b in letters
            if line.holds((b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2) and b.y1 - b.y0 > _LEAST_LETTER_MM * mm
        ]
        if len(members) < 4 or line.x1 - line.x0 < 2.5 * (line.y1 - line.y0):
            continue
        heights = np.array([b.y1 - b.y0 for b in members])
        height = float(np.median(heights))
        on_line = np.abs(_above_base_line(members)) <= max(1.5, 0.15 * height)
        alike = np.abs(heights - height) <= max(2.0, 0.35 * height)
        area = coloured[line.y0 : line.y1, line.x0 : line.x1]
        mixed = black[line.y0 : line.y1, line.x0 : line.x1]
        if (on_line & alike).mean() >= 0.6 and mixed.sum() <= 0.2 * area.sum():
            lines.append(_with_marks(line, members, coloured, height))
    return lines


def _above_base_line(letters: list[PixelBox]) -> np.ndarray:
    """How far each letter's foot stands off the line through most of them, which may be skewed (Theil and Sen)."""
    x, y = np.array([b.x0 for b in letters], float), np.array([b.y1 for b in letters], float)
    apart = x[None, :] - x[:, None]
    far = apart > 0.25 * (x.max() - x.min())
    slopes = (y[None, :] - y[:, None])[far] / apart[far]
    slope = float(np.clip(np.median(slopes), -_STEEPEST, _STEEPEST)) if len(slopes) else 0.0
    level: np.ndarray = y - slope * x
    return level - np.median(level)


def _with_marks(line: PixelBox, letters: list[PixelBox], coloured: np.ndarray, height: float) -> PixelBox:
    """The line grown by the marks above and below its letters: capitals carry theirs apart, as the Ấ in GIẤY."""
    up, down = round(_MARKS_ABOVE * height), round(_MARKS_BELOW * height)
    top, low = max(0, line.y0 - up), min(coloured.shape[0], line.y1 + down)
    columns = np.zeros(coloured.shape[1], bool)
    for letter in letters:
        columns[letter.x0 : letter.x1] = True
    around = coloured[top:low].astype(bool) & columns
    inked = np.flatnonzero(around.any(axis=1)) + top
    return replace(line, y0=min(line.y0, int(inked[0])), y1=max(line.y1, int(inked[-1]) + 1))


def _letter_boxes(coloured: np.ndarray, mm: float) -> list[PixelBox]:
    boxes = _components(coloured, width=(max(2.0, 0.2 * mm), 30 * mm), height=(max(2.0, 0.4 * mm), 14 * mm))
    return [b for b in boxes if b.x1 - b.x0 <= 8 * (b.y1 - b.y0)]
