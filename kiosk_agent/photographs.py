"""Photographs of paper become pages: the sheet cut out and set straight, the photograph itself kept beside it.

The page that is sent is the sheet; the photograph goes with it as `ScannedPage.photo` for a spool that keeps photographs too.
Where no edges are found the photograph is the page, whole and byte for byte, and says so.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from imaging.decoding import opened, plain_pixels, within_budget
from imaging.paper import physical_size
from imaging.photo import find_sheet
from kiosk_agent.encoding import MOST_PIXELS, portable
from models.pages import SourceKind
from models.scanners import ScannedPage, ScanOrder

EDGE_NOT_FOUND = "edge_not_found"


def pixels_of(content: bytes, kind: SourceKind) -> Image.Image:
    """A picture file's pixels, upright, grey or RGB. Raises TruncatedFile, TooManyPixels, DecompressionBomb."""
    with opened(content, kind) as image:
        within_budget(image.width, image.height, MOST_PIXELS)
        image.load()
        return plain_pixels(image)


def page_of_photo(content: bytes, kind: SourceKind, order: ScanOrder) -> ScannedPage:
    """The page of a photograph that came as a JPEG, PNG or HEIC file. Raises as `pixels_of` does."""
    image = pixels_of(content, kind)
    cut = _sheet(image, order, content)
    if cut is not None:
        return cut
    dpi = _assumed_dpi(image)
    if kind is SourceKind.JPEG:
        return ScannedPage(content, "image/jpeg", dpi, told=(EDGE_NOT_FOUND,))
    if kind is SourceKind.PNG:
        return ScannedPage(content, "image/png", dpi, told=(EDGE_NOT_FOUND,))
    return ScannedPage(portable(image), "image/x-portable-anymap", dpi, photo=content, told=(EDGE_NOT_FOUND,))


def page_of_frame(frame: np.ndarray, order: ScanOrder) -> ScannedPage:
    """The page of a camera's picture, (H, W, 3) uint8 RGB; it came as no file, so what is kept beside it is a JPEG made here."""
    image = Image.fromarray(frame)
    cut = _sheet(image, order, _frame_file(image))
    if cut is not None:
        return cut
    return ScannedPage(
        portable(image), "image/x-portable-anymap", _assumed_dpi(image), told=(EDGE_NOT_FOUND,)
    )


def _sheet(image: Image.Image, order: ScanOrder, photo: bytes) -> ScannedPage | None:
    grey_or_colour = image.convert("L") if image.mode == "1" else image
    found = find_sheet(np.asarray(grey_or_colour), order.size_mm, most_dpi=order.dpi)
    if found is None:
        return None
    sheet = Image.fromarray(found.picture)
    if order.colour != "rgb":
        sheet = sheet.convert("L")
    return ScannedPage(portable(sheet), "image/x-portable-anymap", int(found.dpi), photo=photo)


def _assumed_dpi(image: Image.Image) -> int:
    return int(physical_size(image.width, image.height, None).dpi)


def _frame_file(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=95, subsampling=0)
    return target.getvalue()
