"""Pages that were fed sideways, upside down or mirrored are shown upright; their bytes stay as they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imaging.rotation import CONFIDENT, SURELY_MIRRORED, detect_rotation
from imaging.upright import composed, orient
from models.pages import PagePicture, PageSize


def stood_upright(
    picture: PagePicture, grey: NDArray[np.uint8], dpi: float
) -> tuple[PagePicture, NDArray[np.uint8], tuple[str, ...]]:
    """A page and its (H, W) grey picture of `dpi`, turned where that is sure; with `mirrored` where that is to be told."""
    found = detect_rotation(grey, dpi)
    if picture.rendered or found.orientation == 1 or found.confidence < CONFIDENT:
        return picture, grey, ()
    flags = ("mirrored",) if found.mirrored else ()
    if found.mirrored and found.confidence < SURELY_MIRRORED:
        return picture, grey, flags
    size = picture.size
    if found.degrees in (90, 270):
        size = PageSize(width_mm=size.height_mm, height_mm=size.width_mm)
    orientation = composed(picture.orientation, found.orientation)
    upright = picture.model_copy(update={"orientation": orientation, "size": size})
    return upright, np.ascontiguousarray(orient(grey, found.orientation)), flags
