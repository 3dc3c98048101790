"""Finds room for the agency's signature block in the top right margin, where it covers no ink."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.ink import ink_mask, without_speckles
from imaging.scaling import reduced
from models.geometry import Box

_LOOK_DPI = 75.0
_EDGES_PT = (14.0, 8.0, 5.0)
"""Distance to the sheet's edge: 5 mm where there is room, not quite 2 mm at the least."""
_CLEARANCE_PT = 2.0
_DEEPEST = 0.2
"""Share of the page's height that still counts as its top margin."""


def free_stamp_area(
    grey: np.ndarray, *, page_width_pt: float, page_height_pt: float, width_pt: float, height_pt: float
) -> Box | None:
    """A place of `width_pt` × `height_pt` on the upright page, as far up and right as free paper allows.

    `grey` is the upright page (H, W) uint8 at any resolution. The block keeps 3 pt from ink and at least 8 pt
    from the edges, stays in the top fifth and in the right half of its centre (ND30 Annex I: top right of the
    first page). Specks smaller than a full stop don't count as ink. None where no such place exists.
    """
    if width_pt + 2 * _EDGES_PT[-1] > page_width_pt or height_pt + 2 * _EDGES_PT[-1] > page_height_pt:
        return None
    dpi = grey.shape[1] / page_width_pt * 72.0
    look, look_dpi = reduced(grey, dpi, _LOOK_DPI)
    top = look[: max(1, int(look.shape[0] * (_DEEPEST + 0.02)))]
    ink = without_speckles(ink_mask(top, look_dpi), max(2, round((0.4 / 25.4 * look_dpi) ** 2)))
    px_x, px_y = look.shape[1] / page_width_pt, look.shape[0] / page_height_pt
    clear = round(_CLEARANCE_PT * px_x)
    ink = cv2.dilate(ink, np.ones((2 * clear + 1, 2 * clear + 1), np.uint8))
    for edge in _EDGES_PT:
        found = _first_place(ink, width_pt * px_x, height_pt * px_y, edge * px_x, edge * px_y, look.shape)
        if found is not None:
            x, y = found[0] / px_x, found[1] / px_y
            return Box.clipped(
                x / page_width_pt,
                y / page_height_pt,
                (x + width_pt) / page_width_pt,
                (y + height_pt) / page_height_pt,
            )
    return None


def _first_place(
    ink: np.ndarray, width: float, height: float, edge_x: float, edge_y: float, page: tuple[int, ...]
) -> tuple[int, int] | None:
    """Top left pixel of the free place with the smallest distance to the top right corner."""
    w, h = int(np.ceil(width)), int(np.ceil(height))
    total = cv2.integral(ink)
    if ink.shape[0] < h or ink.shape[1] < w:
        return None
    covered = total[h:, w:] - total[:-h, w:] - total[h:, :-w] + total[:-h, :-w]
    ys, xs = np.nonzero(covered == 0)
    allowed = (
        (ys >= edge_y)
        & (ys + h <= page[0] * _DEEPEST)
        & (xs >= edge_x)
        & (xs + w <= page[1] - edge_x)
        & (xs + w / 2 >= page[1] / 2)
    )
    ys, xs = ys[allowed], xs[allowed]
    if not len(xs):
        return None
    # Rows weigh more than columns: the block belongs into the margin above the text, not between its columns.
    best = int(np.argmin(3.0 * ys + (page[1] - xs - w)))
    return int(xs[best]), int(ys[best])
