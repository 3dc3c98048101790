"""What isn't paper: black scanner and copier edges around the sheet, and punch holes in it."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.pieces import Pieces
from imaging.scaling import reduced

_LOOK_DPI = 75.0
_BLACK = 0.38
_DARK = 0.6
_NEVER_BLACK = 110
_THINNEST_MM = 2.0
_MOST_OF_THE_PICTURE = 0.6
_HOLE_MM = (3.5, 8.5)
"""ISO 838 punches 6 mm; worn and slanted ones look a little smaller or larger."""
_HOLE_FROM_EDGE_MM = 24.0


def beyond_the_paper(grey: np.ndarray, dpi: float) -> np.ndarray | None:
    """Black edges and punch holes of an (H, W) uint8 picture: (h, w) uint8 of 0 and 1 at about 75 dpi.

    An edge is a solid black area that reaches the picture's rim and is at least 2 mm deep or lies along it; one
    with something light inside (print on a dark band) is none. A hole is a solid dark disc of about 6 mm within
    24 mm of the rim, with white around it. None where there is neither.
    """
    look, look_dpi = reduced(grey, dpi, _LOOK_DPI)
    mm = look_dpi / 25.4
    if min(look.shape) < 10 * mm:
        return None
    paper = float(np.percentile(look[::3, ::3], 80))
    edges = _black_edges(look, min(_BLACK * paper, _NEVER_BLACK), mm)
    found = edges | _holes(look, _DARK * paper, edges, mm)
    return found if found.any() else None


def whiten(grey: np.ndarray, beyond: np.ndarray, value: int) -> None:
    """Paint what `beyond_the_paper` found with `value`, in place, on a picture of any resolution."""
    scale = (grey.shape[1] / beyond.shape[1], grey.shape[0] / beyond.shape[0])
    pieces = Pieces.of(beyond)
    for i in range(1, len(pieces.stats)):
        box = pieces.box(i)
        x0, x1 = int(box.x0 * scale[0]), min(grey.shape[1], int(np.ceil(box.x1 * scale[0])))
        y0, y1 = int(box.y0 * scale[1]), min(grey.shape[0], int(np.ceil(box.y1 * scale[1])))
        piece = (pieces.labels[box.y0 : box.y1, box.x0 : box.x1] == i).astype(np.uint8)
        mask = cv2.resize(piece, (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST)
        grey[y0:y1, x0:x1][mask > 0] = value


def _black_edges(look: np.ndarray, black_below: float, mm: float) -> np.ndarray:
    black = (look < black_below).astype(np.uint8)
    size = max(3, round(_THINNEST_MM * mm) | 1)  # odd, or else opening shifts what it keeps
    rim = size + 1
    # With a black rim around it, a thin band along the edge is as thick as any; a letter that touches it isn't.
    framed = cv2.copyMakeBorder(black, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=1)
    solid = cv2.morphologyEx(framed, cv2.MORPH_OPEN, np.ones((size, size), np.uint8))
    pieces = Pieces.of(solid)
    joined = (pieces.labels == pieces.labels[0, 0]).astype(np.uint8)[rim:-rim, rim:-rim]
    found = np.zeros_like(black)
    parts = Pieces.of(joined)
    for i in range(1, len(parts.stats)):
        part = (parts.labels == i).astype(np.uint8)
        # Only the rim itself is left of a spot where a letter touches it.
        if parts.area[i] >= (3 * mm) ** 2 and _is_solid(part, look, black_below, mm):
            found |= part
    if not found.any() or found.mean() > _MOST_OF_THE_PICTURE:
        return np.zeros_like(black)
    # The soft slope between black and paper is darker than paper still.
    soft = (look < 2 * black_below).astype(np.uint8)
    near = cv2.dilate(found, np.ones((3, 3), np.uint8), iterations=max(1, round(0.8 * mm)))
    grown: np.ndarray = found | (near & soft) | cv2.dilate(found, np.ones((3, 3), np.uint8))
    return grown


def _is_solid(part: np.ndarray, look: np.ndarray, black_below: float, mm: float) -> bool:
    """True where hardly anything light is enclosed by the black: letters in a dark band would be."""
    reach = max(3, round(5 * mm) | 1)
    closed = cv2.morphologyEx(part, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    light = ((closed > part) & (look > black_below)).sum()
    return bool(light <= 0.04 * part.sum())


def _holes(look: np.ndarray, dark_below: float, edges: np.ndarray, mm: float) -> np.ndarray:
    dark = ((look < dark_below) & (edges == 0)).astype(np.uint8)
    pieces = Pieces.of(dark)
    w, h, area = pieces.width, pieces.height, pieces.area
    fill = area / (w * h)
    centre = pieces.centres
    from_edge = np.minimum(
        np.minimum(centre[:, 0], look.shape[1] - centre[:, 0]),
        np.minimum(centre[:, 1], look.shape[0] - centre[:, 1]),
    )
    low, high = (v * mm for v in _HOLE_MM)
    fits = (
        (np.minimum(w, h) >= low)
        & (np.maximum(w, h) <= high)
        & (np.abs(w - h) <= 0.2 * np.maximum(w, h))
        & (fill >= 0.7)
        & (fill <= 0.88)
        & (from_edge <= _HOLE_FROM_EDGE_MM * mm)
    )
    fits[0] = False
    found = np.zeros_like(dark)
    for i in np.flatnonzero(fits):
        if _alone(dark, pieces, int(i), mm):
            found |= (pieces.labels == i).astype(np.uint8)
    return cv2.dilate(found, np.ones((5, 5), np.uint8)) if found.any() else found


def _alone(dark: np.ndarray, pieces: Pieces, piece: int, mm: float) -> bool:
    box, reach = pieces.box(piece), max(2, round(1.5 * mm))
    rows = slice(max(0, box.y0 - reach), box.y1 + reach)
    columns = slice(max(0, box.x0 - reach), box.x1 + reach)
    return int(dark[rows, columns].sum()) <= int(pieces.area[piece]) + 3
