"""Pages of one scan, each a picture of its own, bound into one PDF: device bytes untouched, paper in its size. For use inside the
sandbox.

What comes of it is a received file like any other scanner's, no e-copy: no text, no profile, nothing declared.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pikepdf
from pikepdf import Dictionary, Name, unparse_content_stream

from imaging.decoding import opened, orientation_of, resolution_of, within_budget
from imaging.jpeg import read_jpeg_header
from imaging.paper import physical_size
from imaging.sources import prepare_page
from models.errors import Unreadable
from models.pages import PagePicture, SourceKind
from pdf.assembly import add_page, deflated, save
from pdf.pictures import image_object, is_plain_png
from pdf.placement import POINTS_PER_MM, Placement

_IMAGE = "/Im1"
_COLOURS: dict[str, Literal["bilevel", "grey", "rgb"]] = {"1": "bilevel", "L": "grey", "RGB": "rgb"}


@dataclass(frozen=True)
class ScanPage:
    """One page's picture; `dpi` that it was scanned with, 0 where only the picture says so."""

    path: Path
    kind: SourceKind
    dpi: int = 0


def bind_pages(target: Path, pages: Iterable[ScanPage], *, max_pixels: int) -> None:
    """Write `pages` to `target`; the same pages give the same bytes, and memory does not grow with them.

    A plain JPEG or PNG goes in as it is, undecoded; what PDF readers would not show as it is becomes lossless pixels. The pictures
    are read last, so they have to stay. Raises TruncatedFile, TooManyPixels, DecompressionBomb, Unreadable; no file is left then.
    """
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder, pikepdf.new() as pdf:
            for number, page in enumerate(pages, start=1):
                place = Path(folder) / f"{number:05d}"
                place.mkdir()
                _add(pdf, page, place, max_pixels)
            save(pdf, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _add(pdf: pikepdf.Pdf, page: ScanPage, folder: Path, max_pixels: int) -> None:
    picture, path = _picture(page, folder, max_pixels)
    width, height = (side * POINTS_PER_MM for side in (picture.size.width_mm, picture.size.height_mm))
    whole = Placement(width, height, 0.0, 0.0, width, height)
    matrix = whole.image_matrix(picture.orientation)
    drawn = unparse_content_stream([([], "q"), (matrix, "cm"), ([Name(_IMAGE)], "Do"), ([], "Q")])
    resources = {"/XObject": Dictionary({_IMAGE: image_object(pdf, picture, path, folder)})}
    add_page(pdf, width, height, resources, deflated(pdf, drawn))


def _picture(page: ScanPage, folder: Path, max_pixels: int) -> tuple[PagePicture, Path]:
    """What the picture is, by its headers alone where its bytes can stay."""
    with opened(page.path, page.kind) as image:
        width, height = image.size
        within_budget(width, height, max_pixels)
        colour, told, orientation = _COLOURS.get(image.mode), resolution_of(image), orientation_of(image)
    if page.dpi:
        told = (float(page.dpi), float(page.dpi))
    size = physical_size(width, height, told)
    if page.kind is SourceKind.JPEG and read_jpeg_header(page.path).keeps:
        form: Literal["jpeg", "png"] = "jpeg"
    elif page.kind is SourceKind.PNG and orientation == 1 and is_plain_png(page.path):
        form = "png"
    else:
        made = prepare_page(page.path, page.kind, 1, folder, max_pixels=max_pixels)
        if not page.dpi:
            return made.picture, made.path
        picture = made.picture
        size = physical_size(picture.width_px, picture.height_px, told)
        return picture.model_copy(update={"size": size.upright(1), "dpi": size.dpi}), made.path
    if colour is None:
        raise Unreadable(reason="colours")
    picture = PagePicture(
        form=form,
        width_px=width,
        height_px=height,
        colour=colour,
        orientation=orientation,
        size=size.upright(orientation),
        dpi=size.dpi,
        dpi_assumed=size.assumed,
    )
    return picture, page.path
