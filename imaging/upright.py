"""A prepared page as pixels that stand upright, in full or just large enough for the task."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from imaging.decoding import opened
from models.pages import PagePicture, SourceKind

_KINDS = {"jpeg": SourceKind.JPEG, "png": SourceKind.PNG}


def orient(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Apply an EXIF orientation (CIPA DC-008, 1–8) to (H, W) or (H, W, 3) pixels; a view where possible."""
    if orientation in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def composed(first: int, second: int) -> int:
    """The EXIF orientation that does what `first` does and then what `second` does."""
    shape = np.arange(6).reshape(2, 3)
    wanted = orient(orient(shape, first), second)
    return next(o for o in range(1, 9) if np.array_equal(orient(shape, o), wanted))


def turned(orientation: int, degrees: int) -> int:
    """The EXIF orientation that turns what `orientation` shows by `degrees` (0, 90, 180, 270) clockwise."""
    return composed(orientation, {0: 1, 90: 6, 180: 3, 270: 8}[degrees])


def load_upright(path: Path, picture: PagePicture) -> np.ndarray:
    """The whole page as (H, W, 3) uint8 RGB, upright. `form` must be jpeg or png.

    Raises TruncatedFile when the file has been damaged since it was prepared.
    """
    with opened(path, _KINDS[picture.form]) as image:
        image.load()
        rgb = image.convert("RGB")
    return np.ascontiguousarray(orient(np.asarray(rgb), picture.orientation))


def load_upright_grey(path: Path, picture: PagePicture, *, dpi: float) -> tuple[np.ndarray, float]:
    """The page as (H, W) uint8 grey, upright, reduced to `dpi` or a little above it, and its exact dpi.

    A JPEG is scaled while it is decoded, four times faster than in full. Raises TruncatedFile.
    """
    scale = max(1.0, picture.dpi / dpi)
    with opened(path, _KINDS[picture.form]) as image:
        width, height = image.size
        image.draft("L", (round(width / scale), round(height / scale)))
        image.load()
        grey: Image.Image = image.convert("L")
    factor = int(grey.width / width * scale)
    if factor > 1 and min(grey.size) >= factor:
        grey = grey.reduce(factor)
    pixels = np.ascontiguousarray(orient(np.asarray(grey), picture.orientation))
    return pixels, picture.dpi * grey.width / width
