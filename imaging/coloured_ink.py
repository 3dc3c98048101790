"""Red and blue ink: finds seals and stamps, and tells printed coloured text from what was stamped or penned."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.ink import paper_level, reduced

_LOOK_DPI = 100.0
_COLOUR_DEPTH = 40
_BLACK_DEPTH = 90
_LEAST_PAPER = 0.7


@dataclass(frozen=True)
class PixelBox:
    """A half-open rectangle in pixels: columns x0..x1, rows y0..y1."""

    x0: int
    y0: int
    x1: int
    y1: int

    def holds(self, x: float, y: float) -> bool:
        """True where the point lies inside."""
        return self.x0 <= x < self.x1 and self.y0 <= y < self.y1


@dataclass(frozen=True)
class ColouredInk:
    """Places in pixels of the picture they were found in."""

    stamps: tuple[PixelBox, ...]
    """Round seals and framed stamps, only where the shape leaves no doubt."""
    text_lines: tuple[PixelBox, ...]
    """Lines of print in coloured ink with hardly any black in them, as the red titles of forms and cards."""


def find_coloured_ink(rgb: np.ndarray, dpi: float) -> ColouredInk:
    """Look for coloured ink on an (H, W, 3) uint8 picture; grey pictures have none."""
    small, small_dpi = reduced(rgb, dpi, _LOOK_DPI)
    lightest, darkest = channel_extremes(small)
    black = cv2.subtract(paper_level(lightest, small_dpi), lightest)
    all_ink = cv2.subtract(paper_level(darkest, small_dpi), darkest)
    coloured = (cv2.subtract(all_ink, black) > _COLOUR_DEPTH).astype(np.uint8)
    if int(coloured.sum()) < 40:
        return ColouredInk((), ())
    scale = (rgb.shape[1] / small.shape[1], rgb.shape[0] / small.shape[0])
    # Red and blue apart: a signature that crosses a seal would join the two into one shapeless thing.
    reddish = small[..., 0] >= small[..., 2]
    stamps = [
        *_stamps(coloured & reddish, darkest, small_dpi / 25.4),
        *_stamps(coloured & ~reddish, darkest, small_dpi / 25.4),
    ]
    lines = _printed_lines(coloured, black > _BLACK_DEPTH, stamps, small_dpi / 25.4)
    return ColouredInk(
        stamps=tuple(_scaled(b, scale, rgb.shape, 0) for b in stamps),
        text_lines=tuple(_scaled(b, scale, rgb.shape, 2) for b in lines),
    )


def channel_extremes(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per pixel the lightest and the darkest of the three channels, (H, W) uint8 each."""
    red, green, blue = cv2.split(rgb)
    return cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)


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
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    w, h = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    fits = (w >= width[0]) & (w <= width[1]) & (h >= height[0]) & (h <= height[1])
    fits[0] = False
    return [PixelBox(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats[fits]]


def _stamps(coloured: np.ndarray, darkest: np.ndarray, mm: float) -> list[PixelBox]:
    """Seals (round, 20–50 mm) and framed stamps: the outline must be there nearly all the way round."""
    gap = max(3, int(1.2 * mm) | 1)
    joined = cv2.morphologyEx(coloured, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    found = []
    paper = float(np.median(darkest[::5, ::5]))
    for box in _components(joined, width=(15 * mm, 90 * mm), height=(8 * mm, 60 * mm)):
        width, height = (box.x1 - box.x0) / mm, (box.y1 - box.y0) / mm
        piece = joined[box.y0 : box.y1, box.x0 : box.x1]
        if float(np.median(darkest[box.y0 : box.y1, box.x0 : box.x1])) < _LEAST_PAPER * paper:
            continue  # a photograph or a printed surface: a stamp is mostly the paper it stands on
        round_enough = 0.85 <= width / height <= 1.18 and 20 <= width <= 55
        if (round_enough and _ring_share(piece) >= 0.75) or _frame_share(piece, mm) >= 0.85:
            found.append(box)
    # The inner ring of a seal is no second seal.
    return [
        b
        for b in found
        if not any(o is not b and o.x0 <= b.x0 and o.x1 >= b.x1 and o.y0 <= b.y0 <= o.y1 for o in found)
    ]


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
    for line in _components(joined, width=(4 * mm, np.inf), height=(1.4 * mm, 20 * mm)):
        members = [
            b for b in letters if line.holds((b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2) and b.y1 - b.y0 > 1.4 * mm
        ]
        if len(members) < 4 or line.x1 - line.x0 < 2.5 * (line.y1 - line.y0):
            continue
        bottoms = np.array([b.y1 for b in members])
        heights = np.array([b.y1 - b.y0 for b in members])
        base, height = float(np.median(bottoms)), float(np.median(heights))
        on_line = np.abs(bottoms - base) <= max(1.5, 0.15 * height)
        alike = np.abs(heights - height) <= max(2.0, 0.35 * height)
        area = coloured[line.y0 : line.y1, line.x0 : line.x1]
        mixed = black[line.y0 : line.y1, line.x0 : line.x1]
        if (on_line & alike).mean() >= 0.6 and mixed.sum() <= 0.2 * area.sum():
            lines.append(line)
    return lines


def _letter_boxes(coloured: np.ndarray, mm: float) -> list[PixelBox]:
    boxes = _components(coloured, width=(max(2.0, 0.2 * mm), 30 * mm), height=(max(2.0, 0.4 * mm), 14 * mm))
    return [b for b in boxes if b.x1 - b.x0 <= 8 * (b.y1 - b.y0)]
