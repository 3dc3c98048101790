"""What an image file holds, by its headers; and its pages, one by one, each as it will stand in the e-copy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageFile

from imaging.decoding import (
    damage_refused,
    opened,
    orientation_of,
    plain_pixels,
    resolution_of,
    within_budget,
)
from imaging.jpeg import read_jpeg_header
from imaging.paper import PhysicalSize, physical_size
from imaging.resolution import effective_dpi
from imaging.tiff import TiffDirectory, read_directories
from imaging.upright import orient
from models.errors import TooManyPages, TruncatedFile, Unreadable
from models.pages import PagePicture, SourceFacts, SourceKind

_PNG_IHDR = slice(16, 29)
_CHECK_DPI = 150.0
"""Resolution of the grey picture that comes along for the quality measures."""
_DETAIL_DPI = 300.0
"""Resolution at which the picture's real detail is judged."""


@dataclass(frozen=True)
class PageLook:
    """What a picture is as a page, with a small upright grey copy for quality, duplicates and free space."""

    picture: PagePicture
    grey: np.ndarray
    """(H, W) uint8, upright, about 150 dpi (never enlarged)."""
    grey_dpi: float
    detail_dpi: float | None
    """What the picture's detail is worth, see `imaging.resolution`; None without print."""


@dataclass(frozen=True)
class PreparedPage(PageLook):
    """A page ready for capture."""

    path: Path


def image_facts(path: Path, kind: SourceKind, *, max_pixels: int, max_pages: int) -> SourceFacts:
    """Judge an image file by its headers alone: nothing is decoded, whatever the header promises.

    Thumbnails inside a TIFF and previews inside a JPEG (MPO) are no pages. Raises TooManyPixels, TooManyPages,
    TruncatedFile, DecompressionBomb, Unreadable.
    """
    if kind is SourceKind.TIFF:
        pages = _tiff_pages(path, max_pages)
        for page in pages:
            within_budget(page.width, page.height, max_pixels)
            within_budget(page.tile_width, page.tile_height, max_pixels)
        count = len(pages)
    elif kind is SourceKind.JPEG:
        header = read_jpeg_header(path)
        if not header.width or not header.height:
            raise TruncatedFile(reason="JPEG without dimensions")
        within_budget(header.width, header.height, max_pixels)
        count = 1
    else:
        count = 1
    with opened(path, kind) as image:
        within_budget(image.width, image.height, max_pixels)
        if kind is SourceKind.HEIC:
            count = int(getattr(image, "n_frames", 1))
    if count > max_pages:
        raise TooManyPages(pages=count, limit=max_pages)
    return SourceFacts(kind=kind, size=path.stat().st_size, page_count=count)


def extract_page(
    path: Path, kind: SourceKind, page: int, out_dir: Path, *, max_pixels: int
) -> tuple[PagePicture, Path]:
    """`prepare_page` without the grey picture."""
    prepared = prepare_page(path, kind, page, out_dir, max_pixels=max_pixels)
    return prepared.picture, prepared.path


def prepare_page(path: Path, kind: SourceKind, page: int, out_dir: Path, *, max_pixels: int) -> PreparedPage:
    """Write page `page` (from 1) into `out_dir`: the device's own JPEG bytes, or lossless PNG.

    A JPEG keeps its bytes and its EXIF orientation is recorded, not applied, unless PDF readers would not show
    it as it is (CMYK, arithmetic coding, 12 bits, unmarked RGB): then it becomes PNG like everything else. PNG
    files that are plain already keep their bytes too. Everything is decoded once to the end on the way.
    Raises TruncatedFile, TooManyPixels, DecompressionBomb, Unreadable.
    """
    if kind is SourceKind.JPEG and page == 1 and read_jpeg_header(path).keeps:
        look = _kept_jpeg(path, max_pixels, None)
        target = out_dir / "page-00001.jpg"
        shutil.copyfile(path, target)
        return _prepared(look, target)
    with opened(path, kind) as image:
        _seek(image, path, kind, page)
        plain, resolution = _bare(image, kind, max_pixels)
        keep = kind is SourceKind.PNG and _plain_png(path, image)
    target = out_dir / f"page-{page:05d}.png"
    if keep:
        shutil.copyfile(path, target)
    else:
        plain.save(target, "PNG", compress_level=1)
    return _prepared(_plain_look(plain, resolution, None), target)


def look_at(content: bytes, kind: SourceKind, *, max_pixels: int, dpi: float | None = None) -> PageLook:
    """What the first page of an image file in memory is as `prepare_page` would make it, and nothing is written.

    `dpi`: where the file itself says nothing that can be believed. Raises as `prepare_page` does.
    """
    if kind is SourceKind.JPEG and read_jpeg_header(content).keeps:
        return _kept_jpeg(content, max_pixels, dpi)
    with opened(content, kind) as image:
        plain, resolution = _bare(image, kind, max_pixels)
    return _plain_look(plain, resolution, dpi)


def _bare(
    image: ImageFile.ImageFile, kind: SourceKind, max_pixels: int
) -> tuple[Image.Image, tuple[float, float] | None]:
    """The upright pixels of the current page, and their resolution as the file claims it."""
    within_budget(image.width, image.height, max_pixels)
    if kind is not SourceKind.TIFF:  # a PNG's tags may follow its pixels, a TIFF forgets its own with them
        image.load()
    resolution = resolution_of(image)
    if resolution and orientation_of(image) >= 5:
        resolution = (resolution[1], resolution[0])
    image.load()
    return plain_pixels(image), resolution


def _prepared(look: PageLook, path: Path) -> PreparedPage:
    return PreparedPage(look.picture, look.grey, look.grey_dpi, look.detail_dpi, path)


def _plain_look(
    plain: Image.Image, resolution: tuple[float, float] | None, told_dpi: float | None
) -> PageLook:
    size = _size(plain.width, plain.height, resolution, told_dpi)
    colour: Literal["bilevel", "grey", "rgb"] = (
        "bilevel" if plain.mode == "1" else "grey" if plain.mode == "L" else "rgb"
    )
    grey, grey_dpi, detail_dpi = _reduced(plain, size.dpi)
    picture = PagePicture(
        form="png",
        width_px=plain.width,
        height_px=plain.height,
        colour=colour,
        size=size.upright(1),
        dpi=size.dpi,
        dpi_assumed=size.assumed,
    )
    return PageLook(picture, grey, grey_dpi, detail_dpi)


def _size(
    width: int, height: int, resolution: tuple[float, float] | None, told_dpi: float | None
) -> PhysicalSize:
    size = physical_size(width, height, resolution)
    return physical_size(width, height, (told_dpi, told_dpi)) if size.assumed and told_dpi else size


def _kept_jpeg(source: Path | bytes, max_pixels: int, told_dpi: float | None) -> PageLook:
    with opened(source, SourceKind.JPEG) as image:
        width, height = image.size
        within_budget(width, height, max_pixels)
        size = _size(width, height, resolution_of(image), told_dpi)
        orientation = orientation_of(image)
        colour: Literal["grey", "rgb"] = "grey" if image.mode == "L" else "rgb"
        # The decoder may scale while it decodes: it still reads every byte, so a cut file still shows.
        scale = max(1.0, size.dpi / _DETAIL_DPI)
        image.draft("L", (round(width / scale), round(height / scale)))
        image.load()
        grey, grey_dpi, detail_dpi = _reduced(image.convert("L"), size.dpi * image.width / width)
    picture = PagePicture(
        form="jpeg",
        width_px=width,
        height_px=height,
        colour=colour,
        orientation=orientation,
        size=size.upright(orientation),
        dpi=size.dpi,
        dpi_assumed=size.assumed,
    )
    upright = np.ascontiguousarray(orient(grey, orientation))
    return PageLook(picture, upright, grey_dpi, detail_dpi)


def _reduced(image: Image.Image, dpi: float) -> tuple[np.ndarray, float, float | None]:
    """8-bit grey at about 150 dpi by whole-number box averaging, its exact dpi, and what the detail is worth."""
    factor = max(1, round(dpi / _CHECK_DPI))
    grey = image if image.mode == "L" else image.convert("L")
    detail = effective_dpi(np.asarray(grey), dpi)
    if factor > 1 and min(grey.size) >= factor:
        grey = grey.reduce(factor)
    return np.asarray(grey), dpi * grey.width / image.width, detail


def _tiff_pages(path: Path, limit: int) -> list[TiffDirectory]:
    pages = [d for d in read_directories(path, limit=limit) if not d.reduced]
    if not pages:
        raise Unreadable(reason="a TIFF of thumbnails only")
    return pages


def _seek(image: ImageFile.ImageFile, path: Path, kind: SourceKind, page: int) -> None:
    if kind is SourceKind.TIFF:
        image.seek(_tiff_pages(path, limit=1 << 20)[page - 1].index)
    elif page > 1:
        image.seek(page - 1)


def _plain_png(path: Path, image: Image.Image) -> bool:
    """True where the file itself is what we would write: 1-bit or 8-bit grey or RGB, upright, nothing else."""
    with damage_refused(), path.open("rb") as file:
        header = file.read(_PNG_IHDR.stop)[_PNG_IHDR]
    depth, colour_type, interlaced = header[8], header[9], header[12]
    return (
        (depth, colour_type) in ((1, 0), (8, 0), (8, 2))
        and not interlaced
        and not {"transparency", "icc_profile", "exif"} & image.info.keys()
        and not getattr(image, "is_animated", False)
    )
