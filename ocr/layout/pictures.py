"""What stands on a page and is no text: photographs, machine-readable codes, signatures, handwriting, stamps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from imaging.cleaning import CleanedPage
from imaging.pieces import Pieces
from imaging.scaling import reduced
from ocr.linefinder.found import FoundLine

_LOOK_DPI = 75.0
_DARK = 205
_SURROUNDINGS_MM = 2.6
_DENSE = 0.3
"""Share of ink around a place inside a code; between the letters of bold print it is lower."""
_LEAST_MM = 9.0
_LARGEST = 0.6
"""Of the page; more is the page itself, dark or turned round."""
_PRINT_SHARE = 0.25
_LARGEST_PRINT_MM = 15.0
_CODE_CONTRAST = 70.0
_CODE_DARK = (0.25, 0.65)
_CODE_CHANGES = 0.45
"""Changes between black and white for each millimetre."""
_PHOTO_DPI = 60.0
_PHOTO_MM = (14.0, 17.0)
_PAPER_MM = 45.0
"""Wider than a portrait on a form: the paper is seen beside it."""
_SHADE = 0.86
_SOLID = 0.6
_FILLED = 0.7
_PHOTO_RANGE = 40.0
_SIGNATURE_MM = 7.0
"""Pen strokes at least this high are a signature, lower ones handwriting."""

UnreadKind = Literal["photo", "code", "signature", "handwriting", "stamp"]


@dataclass(frozen=True)
class Unread:
    """A part of the cleaned page, in its pixels, that is boxed and left unread."""

    kind: UnreadKind
    x0: float
    y0: float
    x1: float
    y1: float

    def share_in(self, other: Unread) -> float:
        """How much of it lies inside `other`."""
        across = min(self.x1, other.x1) - max(self.x0, other.x0)
        down = min(self.y1, other.y1) - max(self.y0, other.y0)
        area = (self.x1 - self.x0) * (self.y1 - self.y0)
        return max(0.0, across) * max(0.0, down) / area if area > 0 else 0.0


def unread_parts(
    cleaned: CleanedPage, found: Sequence[FoundLine], image: np.ndarray | None = None
) -> list[Unread]:
    """Everything on the page that is no print, each place once, top to bottom.

    `found` are all its lines; `image` is the picture before it was cleaned, (H, W) or (H, W, 3): photographs are
    only looked for where it is given, since cleaning washes them out.
    """
    parts = [
        Unread(
            "signature" if layer.kind == "signature" else "stamp",
            float(layer.box.x0),
            float(layer.box.y0),
            float(layer.box.x1),
            float(layer.box.y1),
        )
        for layer in cleaned.layers
    ]
    for box in (seal.box for seal in cleaned.black_seals):
        parts.append(Unread("stamp", float(box.x0), float(box.y0), float(box.x1), float(box.y1)))
    mm = cleaned.dpi / 25.4
    for line in found:
        if line.kind == "handwriting":
            kind: UnreadKind = "signature" if line.height >= _SIGNATURE_MM * mm else "handwriting"
            parts.append(Unread(kind, line.x0, line.y0, line.x1, line.y1))
    # Blotches of a photograph may pass for giant letters; print that large stands on no photograph.
    printed = [line for line in found if line.kind == "print" and line.height < _LARGEST_PRINT_MM * mm]
    parts.extend(_codes(cleaned, printed))
    if image is not None:
        parts.extend(_photographs(image, cleaned, printed))
    kept: list[Unread] = []
    for part in parts:
        pen = part.kind in ("signature", "handwriting")
        if not any(
            part.share_in(k) > 0.5 and (pen == (k.kind in ("signature", "handwriting"))) for k in kept
        ):
            kept.append(part)
    return sorted(kept, key=lambda part: (part.y0, part.x0))


def _codes(cleaned: CleanedPage, lines: Sequence[FoundLine]) -> list[Unread]:
    """Squares densely covered with black and white modules."""
    look, dpi = reduced(cleaned.grey, cleaned.dpi, _LOOK_DPI)
    mm = dpi / 25.4
    size = max(3, round(_SURROUNDINGS_MM * mm) | 1)
    ink = cv2.threshold(look, _DARK, 1.0, cv2.THRESH_BINARY_INV)[1].astype(np.float32)
    dense = (cv2.blur(ink, (size, size)) > _DENSE).astype(np.uint8)
    sx, sy = cleaned.grey.shape[1] / look.shape[1], cleaned.grey.shape[0] / look.shape[0]
    found = []
    for x, y, w, h in _regions(dense, _LEAST_MM * mm, _LEAST_MM * mm):
        part = Unread("code", x * sx, y * sy, (x + w) * sx, (y + h) * sy)
        patch = cleaned.grey[int(part.y0) : int(part.y1), int(part.x0) : int(part.x1)]
        square = 0.7 <= w / h <= 1.4
        if square and _modules(patch, cleaned.dpi / 25.4) and _print_on(part, lines) < _PRINT_SHARE:
            found.append(part)
    return found


def _regions(dense: np.ndarray, least_width: float, least_height: float) -> list[tuple[int, int, int, int]]:
    """Boxes (x, y, width, height) of the pieces of a 0/1 picture that are large, but not the page itself."""
    stats = Pieces.of(dense).stats
    return [
        (x, y, w, h)
        for x, y, w, h, _ in stats[1:].tolist()
        if w >= least_width and h >= least_height and w * h <= _LARGEST * dense.size
    ]


def _photographs(image: np.ndarray, cleaned: CleanedPage, lines: Sequence[FoundLine]) -> list[Unread]:
    """Places where shades of grey or colour leave no paper free, as large as a portrait on a form."""
    step = max(1, round(cleaned.dpi / cleaned.enlarged / _PHOTO_DPI))
    small = image[::step, ::step, 1] if image.ndim == 3 else image[::step, ::step]
    mm = cleaned.dpi / cleaned.enlarged / step / 25.4
    wide = max(3, round(_PAPER_MM * mm) | 1)
    paper = cv2.blur(cv2.dilate(np.ascontiguousarray(small), np.ones((wide, wide), np.uint8)), (wide, wide))
    shade = (small < _SHADE * paper).astype(np.float32)
    near = max(3, round(_SURROUNDINGS_MM * mm) | 1)
    dense = (cv2.blur(shade, (near, near)) > _SOLID).astype(np.uint8)
    inverse = np.linalg.inv(cleaned.to_page)
    found = []
    for x, y, w, h in _regions(dense, _PHOTO_MM[0] * mm, _PHOTO_MM[1] * mm):
        tones = np.percentile(small[y : y + h, x : x + w], (10, 90))
        if float(dense[y : y + h, x : x + w].mean()) < _FILLED or tones[1] - tones[0] < _PHOTO_RANGE:
            continue  # a bent or flat thing: a shadow, a fold, a tinted field
        corners = np.array([[(x, y), (x + w, y), (x + w, y + h), (x, y + h)]], np.float64) * step
        there = cv2.perspectiveTransform(corners, inverse)[0]
        (x0, y0), (x1, y1) = there.min(axis=0), there.max(axis=0)
        part = Unread("photo", float(x0), float(y0), float(x1), float(y1))
        if _print_on(part, lines) < _PRINT_SHARE:
            found.append(part)
    return found


def _modules(patch: np.ndarray, mm: float) -> bool:
    """True for a square code: black and white change as often down as across, on nearly every row and column."""
    low, high = (float(v) for v in np.percentile(patch, (10, 90)))
    if high - low < _CODE_CONTRAST:
        return False
    dark = patch < (low + high) / 2
    across = np.count_nonzero(dark[:, 1:] != dark[:, :-1], axis=1) / (patch.shape[1] / mm)
    down = np.count_nonzero(dark[1:] != dark[:-1], axis=0) / (patch.shape[0] / mm)
    return (
        _CODE_DARK[0] <= float(dark.mean()) <= _CODE_DARK[1]
        and float(np.percentile(across, 15)) >= _CODE_CHANGES
        and float(np.percentile(down, 15)) >= _CODE_CHANGES
    )


def _print_on(part: Unread, lines: Sequence[FoundLine]) -> float:
    """Share of the part covered by printed lines."""
    covered = sum(
        max(0.0, min(part.x1, line.x1) - max(part.x0, line.x0))
        * max(0.0, min(part.y1, line.y1) - max(part.y0, line.y0))
        for line in lines
    )
    return covered / max(1.0, (part.x1 - part.x0) * (part.y1 - part.y0))
