"""From what a scanner gave to what is kept: the device's JPEG byte for byte, raw pixels encoded once by the signed profile."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal

from PIL import Image, PpmImagePlugin

from imaging.decoding import damage_refused, opened, plain_pixels, resolution_of, within_budget
from models.pages import SourceKind
from models.scanners import ScannedPage

Encoding = Literal["device", "jpeg", "png"]
"""As in `models.wire.profiles`: `device` keeps the scanner's JPEG, and makes a JPEG of what came as raw pixels."""
MOST_PIXELS = 150_000_000
"""A0 at 300 dpi, or A4 at 1200; the server takes no more either."""
_JPEG_QUALITY = 85
_FULL_COLOUR = 0
"""4:4:4. Halving the colour (4:2:0) saves a sixth of the bytes, and smears red seals and blue ink over the black print they
cross, which is what a copy's reader looks at."""
_PNG_LEVEL = 1
"""A page is on the disk a second earlier than at the usual level, and a tenth larger."""


@dataclass(frozen=True)
class EncodedPage:
    """A page's picture as it is kept, sealed and sent."""

    content: bytes
    media_type: Literal["image/jpeg", "image/png"]
    dpi: int
    as_it_came: bool
    """True where these are the device's own bytes."""


def encoded(page: ScannedPage, encoding: Encoding = "device", *, quality: int = _JPEG_QUALITY) -> EncodedPage:
    """What is kept of `page`.

    A JPEG of the device's is kept under every profile: decoding and encoding it again would only lose. Pixels of one bit
    become PNG, which is smaller than JPEG then and exact. Raises TruncatedFile, TooManyPixels, DecompressionBomb for
    pixels that are not whole.
    """
    if page.media_type == "image/jpeg":
        return EncodedPage(page.content, "image/jpeg", page.dpi, as_it_came=True)
    if page.media_type == "image/png":
        with opened(page.content, SourceKind.PNG) as image:
            within_budget(image.width, image.height, MOST_PIXELS)
            image.load()
            claimed = resolution_of(image)
            bare = plain_pixels(image)
        told = claimed is not None and all(abs(one - page.dpi) < 1 for one in claimed)
        if told and (encoding == "png" or bare.mode == "1"):
            return EncodedPage(page.content, "image/png", page.dpi, as_it_came=True)
    else:
        bare = _from_portable(page.content)
    return _written(bare, page.dpi, encoding, quality)


def _written(image: Image.Image, dpi: int, encoding: Encoding, quality: int) -> EncodedPage:
    target = io.BytesIO()
    if encoding == "png" or image.mode == "1":
        image.save(target, "PNG", dpi=(dpi, dpi), compress_level=_PNG_LEVEL)
        return EncodedPage(target.getvalue(), "image/png", dpi, as_it_came=False)
    image.save(target, "JPEG", quality=quality, subsampling=_FULL_COLOUR, dpi=(dpi, dpi))
    return EncodedPage(target.getvalue(), "image/jpeg", dpi, as_it_came=False)


def portable(image: Image.Image) -> bytes:
    """Pixels of one bit, grey or RGB as PNM, what a scanner without a format of its own gives."""
    target = io.BytesIO()
    image.save(target, "PPM")
    return target.getvalue()


def _from_portable(content: bytes) -> Image.Image:
    """The pixels of a PNM file (P4, P5, P6), 8 bits or one."""
    with damage_refused(), PpmImagePlugin.PpmImageFile(io.BytesIO(content)) as image:
        within_budget(image.width, image.height, MOST_PIXELS)
        image.load()
        return plain_pixels(image)
