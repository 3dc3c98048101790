"""Pages of a received PDF come out one by one, each as it will stand in the e-copy. For use inside the sandbox."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from imaging.upright import orient
from models.errors import TooManyPixels, TruncatedFile, Unreadable
from models.pages import PagePicture
from pdf.kept_picture import keep_picture
from pdf.png import write_png
from pdf.reading_pdf import PageBox, opened, page_box
from pdf.sole_picture import sole_picture

RENDER_DPI = 300
_POINTS_PER_INCH = 72


def extract_page(
    path: Path, page: int, out_dir: Path, *, max_pixels: int, render_dpi: int = RENDER_DPI
) -> tuple[PagePicture, Path]:
    """Write page `page` (from 1) into `out_dir` and say what it is.

    A page that is one picture keeps the picture's bytes: a JPEG file, or a one-page PDF around a CCITT, JBIG2,
    Flate or JPX stream. Anything else is drawn at `render_dpi` into a lossless PNG. Raises TooManyPixels before
    a pixel is decoded, DecompressionBomb, TruncatedFile, Unreadable.
    """
    with opened(path) as pdf:
        if not 1 <= page <= len(pdf.pages):
            raise Unreadable(reason=f"no page {page}")
        leaf = pdf.pages[page - 1]
        box = page_box(leaf)
        sole = sole_picture(leaf, box)
        if sole is not None:
            kept = keep_picture(sole, box, page, out_dir, max_pixels=max_pixels)
            if kept is not None:
                return kept
    return _drawn(path, page, box, out_dir, max_pixels, render_dpi)


def draw_page(
    path: Path, page: int, out_dir: Path, *, max_pixels: int, dpi: int = RENDER_DPI
) -> tuple[PagePicture, Path]:
    """Draw page `page` (from 1) as a reader shows it, visible signatures and all, into a PNG at `dpi`.

    Raises TooManyPixels before a pixel is drawn, or Unreadable.
    """
    with opened(path) as pdf:
        if not 1 <= page <= len(pdf.pages):
            raise Unreadable(reason=f"no page {page}")
        box = page_box(pdf.pages[page - 1])
    return _drawn(path, page, box, out_dir, max_pixels, dpi)


def _drawn(
    path: Path, page: int, box: PageBox, out_dir: Path, max_pixels: int, dpi: int
) -> tuple[PagePicture, Path]:
    import pypdfium2

    size = box.upright_mm(box.width, box.height)
    width, height = (math.ceil(v / 25.4 * dpi - 0.01) for v in (size.width_mm, size.height_mm))
    if width * height > max_pixels:
        raise TooManyPixels(width=width, height=height, limit=max_pixels)
    try:
        with pypdfium2.PdfDocument(path) as document:
            document.init_forms()
            leaf = document[page - 1]
            bitmap = leaf.render(
                scale=dpi / _POINTS_PER_INCH * box.unit, rev_byteorder=True, prefer_bgrx=False
            )
            rgb = np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])
            bitmap.close()
            leaf.close()
    except pypdfium2.PdfiumError as e:
        raise Unreadable(reason=f"page {page}: {e}") from e
    target = out_dir / f"page-{page:05d}.png"
    write_png(target, rgb, dpi)
    picture = PagePicture(
        form="png",
        width_px=rgb.shape[1],
        height_px=rgb.shape[0],
        colour="rgb",
        size=size,
        dpi=float(dpi),
        rendered=True,
    )
    return picture, target


def load_upright(path: Path, picture: PagePicture) -> np.ndarray:
    """The pixels of a picture of form `pdf`, upright: (H, W, 3) uint8 RGB at its own resolution.

    Raises TruncatedFile when the stream can't be decoded.
    """
    rgb = _pixels(path, 1.0, grey=False)
    if rgb.shape[:2] != (picture.height_px, picture.width_px):
        raise TruncatedFile(reason=f"{rgb.shape[1]}×{rgb.shape[0]} pixels")
    return np.ascontiguousarray(orient(rgb, picture.orientation))


def load_upright_grey(path: Path, picture: PagePicture, *, dpi: float) -> tuple[np.ndarray, float]:
    """A picture of form `pdf` as (H, W) uint8 grey, upright, reduced to about `dpi`, and its exact dpi.

    Never enlarged. Raises TruncatedFile.
    """
    grey = _pixels(path, min(1.0, dpi / picture.dpi), grey=True)
    exact = picture.dpi * grey.shape[1] / picture.width_px
    return np.ascontiguousarray(orient(grey, picture.orientation)), exact


def _pixels(path: Path, scale: float, *, grey: bool) -> np.ndarray:
    """The one page of a held picture; at scale 1 a unit of the page is a pixel."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as document:
            leaf = document[0]
            bitmap = leaf.render(scale=scale, rev_byteorder=True, grayscale=grey)
            pixels = bitmap.to_numpy()
            taken = np.array(pixels.reshape(*pixels.shape[:2]) if grey else pixels[:, :, :3])
            bitmap.close()
            leaf.close()
    except pypdfium2.PdfiumError as e:
        raise TruncatedFile(reason=str(e)) from e
    return taken
