"""Work on files that strangers made: every function here runs in a child process under limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import Unreadable
from models.geometry import Box
from models.pages import PageFacts, PagePicture, PageSize, SourceKind
from models.reading import EngineVersion, PageReading

COMPARE_DPI = 75.0
"""Resolution at which two sheets are laid over each other."""
LOOK_DPI = 150.0
"""Resolution of the reduced copy that the measures are taken on."""

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from imaging.ink import Look
    from models.signatures import VerificationReport
    from pdf.embedded import EmbeddedData
    from signing.trust import TrustStore


def prepare_pages(
    source: Path,
    kind: SourceKind,
    pages: list[int],
    out: Path,
    *,
    max_pixels: int,
    stamp_size: tuple[float, float] | None,
) -> list[tuple[PageFacts, Path]]:
    """Take the pictures of `pages` (1-based) out of `source` and measure them.

    `stamp_size` is the width and height in points that the agency's block will need on page 1; None: don't look.
    Returns facts and picture file per page. Raises InputRefused for damaged or oversized content.
    """
    from imaging.ink import Look
    from imaging.quality import measure

    prepared = []
    for page in pages:
        picture, path, grey, dpi = _taken(source, kind, page, out, max_pixels)
        look = Look(grey, dpi)
        picture, upright = _turned_upright(picture, grey, look)
        if upright is not grey:
            grey, look = upright, Look(upright, dpi)
        facts = PageFacts(
            page=page,
            picture=picture,
            quality=measure(grey, dpi=dpi, look=look),
            stamp_area=_stamp_area(grey, picture, stamp_size) if page == 1 and stamp_size else None,
        )
        prepared.append((facts, path))
    return prepared


def _taken(
    source: Path, kind: SourceKind, page: int, out: Path, max_pixels: int
) -> tuple[PagePicture, Path, NDArray[np.uint8], float]:
    """Picture, its file, and a reduced grey copy with its resolution."""
    from imaging.sources import prepare_page
    from pdf.pages import extract_page

    if kind is not SourceKind.PDF:
        prepared = prepare_page(source, kind, page, out, max_pixels=max_pixels)
        return prepared.picture, prepared.path, prepared.grey, prepared.grey_dpi
    picture, path = extract_page(source, page, out, max_pixels=max_pixels)
    return picture, path, *_grey(path, picture, LOOK_DPI)


def _turned_upright(
    picture: PagePicture, grey: NDArray[np.uint8], look: Look
) -> tuple[PagePicture, NDArray[np.uint8]]:
    """A page fed sideways or upside down is shown upright; its bytes stay as they are. Only when sure."""
    import numpy as np

    from imaging.rotation import CONFIDENT, detect_rotation
    from imaging.upright import orient, turned

    found = detect_rotation(grey, look.dpi, look)
    if picture.rendered or found.degrees == 0 or found.confidence < CONFIDENT:
        return picture, grey
    size = picture.size
    if found.degrees in (90, 270):
        size = PageSize(width_mm=size.height_mm, height_mm=size.width_mm)
    orientation = turned(picture.orientation, found.degrees)
    upright = picture.model_copy(update={"orientation": orientation, "size": size})
    return upright, np.ascontiguousarray(orient(grey, turned(1, found.degrees)))


def _stamp_area(grey: NDArray[np.uint8], picture: PagePicture, stamp_size: tuple[float, float]) -> Box | None:
    """A free place for the agency's block on the finished page; a card's sheet is free all around it."""
    from imaging.stamp_area import free_stamp_area
    from pdf.placement import page_placement

    place = page_placement(picture)
    page = {"page_width_pt": place.page_width, "page_height_pt": place.page_height}
    if not place.fills_page:
        import numpy as np

        grey = np.full((round(place.page_height), round(place.page_width)), 255, dtype=np.uint8)
    return free_stamp_area(grey, **page, width_pt=stamp_size[0], height_pt=stamp_size[1])


def same_sheet(one: Path, picture: PagePicture, other: Path, other_picture: PagePicture) -> bool:
    """Whether two page pictures show the same sheet of paper, scanned twice."""
    from imaging.quality import same_page

    first, dpi = _grey(one, picture, COMPARE_DPI)
    second, _ = _grey(other, other_picture, COMPARE_DPI)
    return same_page(first, second, dpi=dpi)


def _grey(path: Path, picture: PagePicture, dpi: float) -> tuple[NDArray[np.uint8], float]:
    from imaging import upright
    from pdf import pages as pdf_pages

    load = pdf_pages.load_upright_grey if picture.form == "pdf" else upright.load_upright_grey
    return load(path, picture, dpi=dpi)


def read_picture(
    path: Path, picture: PagePicture, page: int, engine: str, language: str, timeout_seconds: float
) -> PageReading:
    """Read one page picture with the named engine. Raises EngineFault or EngineMissing."""
    from imaging.upright import load_upright
    from ocr.engines import create_engine
    from pdf import pages as pdf_pages

    load = pdf_pages.load_upright if picture.form == "pdf" else load_upright
    image = load(path, picture)
    reader = create_engine(engine, language=language, timeout_s=timeout_seconds)
    return reader.read_page(image, dpi=picture.dpi, page=page)


def read_text_pages(source: Path, pages: list[int]) -> list[PageReading]:
    """Read the text layer of a born-digital PDF's pages."""
    from pdf.textlayer import read_text_layers

    return list(read_text_layers(source, pages))


def engine_version(engine: str, language: str, timeout_seconds: float) -> EngineVersion:
    """Version of the named engine and its model. Raises EngineMissing."""
    from ocr.engines import create_engine

    return create_engine(engine, language=language, timeout_s=timeout_seconds).version


def verify_file(path: Path, trust: TrustStore) -> tuple[VerificationReport, EmbeddedData | None]:
    """Judge the signatures of a PDF and take out the data it carries."""
    from pdf.embedded import read_embedded
    from signing.verify import verify_pdf

    report = verify_pdf(path, trust)
    try:
        data = read_embedded(path)
    except Unreadable:
        data = None  # the verdict speaks for itself; there is just nothing sound to show
    return report, data
