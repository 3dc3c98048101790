"""Work on files that strangers made: every function here runs in a child process under limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import Unreadable
from models.geometry import Box
from models.pages import PageFacts, PagePicture, SourceKind
from models.reading import EngineVersion, MachineCode, PageReading

PicturePair = tuple[tuple[Path, PagePicture], tuple[Path, PagePicture]]
"""Two page pictures, each with what is known of it."""

COMPARE_DPI = 75.0
"""Resolution at which two sheets are laid over each other."""
LOOK_DPI = 150.0
"""Resolution of the reduced copy that the measures are taken on."""
DETAIL_DPI = 300.0
"""Resolution at which the picture's real detail is judged."""

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from models.signatures import VerificationReport
    from ocr.engines import EngineChoice
    from pdf.embedded import EmbeddedData
    from pdf.revisions import RevisionShown
    from pdf.scan_pages import ScanPage
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
    from imaging.quality import measure
    from imaging.standing import stood_upright

    prepared = []
    for page in pages:
        picture, path, grey, dpi, detail = _taken(source, kind, page, out, max_pixels)
        picture, grey, flags = stood_upright(picture, grey, dpi)
        facts = PageFacts(
            page=page,
            picture=picture,
            quality=measure(grey, dpi=dpi, detail_dpi=detail),
            stamp_area=_stamp_area(grey, picture, stamp_size) if page == 1 and stamp_size else None,
            flags=flags,
        )
        prepared.append((facts, path))
    return prepared


def draw_pages(
    source: Path, pages: list[int], out: Path, *, max_pixels: int, dpi: int
) -> list[tuple[PagePicture, Path]]:
    """`pages` (1-based) of a PDF as a reader shows them, for printing. Raises TooManyPixels or Unreadable."""
    from pdf.pages import draw_page

    return [draw_page(source, page, out, max_pixels=max_pixels, dpi=dpi) for page in pages]


def bind_scan(target: Path, pages: list[ScanPage], *, max_pixels: int) -> None:
    """The pictures of one scan as one PDF at `target`. Raises what `pdf.scan_pages.bind_pages` raises."""
    from pdf.scan_pages import bind_pages

    bind_pages(target, pages, max_pixels=max_pixels)


def count_pages(source: Path) -> int:
    """How many pages a PDF has. Raises Unreadable."""
    from pdf.reading_pdf import opened

    with opened(source) as pdf:
        return len(pdf.pages)


def _taken(
    source: Path, kind: SourceKind, page: int, out: Path, max_pixels: int
) -> tuple[PagePicture, Path, NDArray[np.uint8], float, float | None]:
    """Picture, its file, a reduced grey copy with its resolution, and what the picture's detail is worth in dpi."""
    from imaging.resolution import effective_dpi
    from imaging.scaling import reduced
    from imaging.sources import prepare_page
    from pdf.pages import extract_page

    if kind is not SourceKind.PDF:
        prepared = prepare_page(source, kind, page, out, max_pixels=max_pixels)
        return prepared.picture, prepared.path, prepared.grey, prepared.grey_dpi, prepared.detail_dpi
    picture, path = extract_page(source, page, out, max_pixels=max_pixels)
    grey, dpi = _grey(path, picture, DETAIL_DPI)
    return picture, path, *reduced(grey, dpi, LOOK_DPI), effective_dpi(grey, dpi)


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


def stamp_areas(pages: list[tuple[Path, PagePicture]], stamp_size: tuple[float, float]) -> list[Box | None]:
    """A free place for the agency's block on each of some page pictures: the first pages of documents of one scan."""
    return [_stamp_area(_grey(path, picture, LOOK_DPI)[0], picture, stamp_size) for path, picture in pages]


def same_sheet(one: Path, picture: PagePicture, other: Path, other_picture: PagePicture) -> bool:
    """Whether two page pictures show the same sheet of paper, scanned twice."""
    from imaging.quality import same_page

    first, dpi = _grey(one, picture, COMPARE_DPI)
    second, _ = _grey(other, other_picture, COMPARE_DPI)
    return same_page(first, second, dpi=dpi)


def same_sheets(pairs: list[PicturePair]) -> list[bool]:
    """`same_sheet` of each pair."""
    from imaging.quality import same_page

    return [same_page(first, second, dpi=dpi) for first, second, dpi in _greys(pairs)]


def noted_sheets(pairs: list[PicturePair]) -> list[bool]:
    """Of each pair of page pictures, whether they show the same sheet of paper, once with a note stuck on it."""
    from imaging.noted import note_share

    return [note_share(first, second, dpi=dpi) is not None for first, second, dpi in _greys(pairs)]


def _greys(pairs: list[PicturePair]) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8], float]]:
    """Both pictures of each pair and the resolution of the first; one that several pairs have is decoded once."""
    known: dict[Path, tuple[NDArray[np.uint8], float]] = {}
    for pair in pairs:
        for path, picture in pair:
            if path not in known:
                known[path] = _grey(path, picture, COMPARE_DPI)
        (first, dpi), (second, _) = (known[path] for path, _ in pair)
        yield first, second, dpi


def _grey(path: Path, picture: PagePicture, dpi: float) -> tuple[NDArray[np.uint8], float]:
    from imaging import upright
    from pdf import pages as pdf_pages

    load = pdf_pages.load_upright_grey if picture.form == "pdf" else upright.load_upright_grey
    return load(path, picture, dpi=dpi)


def read_picture(path: Path, picture: PagePicture, page: int, engine: EngineChoice) -> PageReading:
    """Read one page picture with the chosen engine, and the codes on it. Raises EngineFault or EngineMissing."""
    from imaging.codes import find_codes

    image = _upright(path, picture)
    reading = engine.create().read_page(image, dpi=picture.dpi, page=page)
    return reading.model_copy(update={"codes": find_codes(image, picture.dpi)})


def codes_of_picture(path: Path, picture: PagePicture) -> tuple[MachineCode, ...]:
    """The machine-readable codes on one page picture: of a page whose words came from elsewhere."""
    from imaging.codes import find_codes

    return find_codes(_upright(path, picture), picture.dpi)


def _upright(path: Path, picture: PagePicture) -> NDArray[np.uint8]:
    from imaging.upright import load_upright
    from pdf import pages as pdf_pages

    load = pdf_pages.load_upright if picture.form == "pdf" else load_upright
    return load(path, picture)


def read_text_pages(source: Path, pages: list[int]) -> list[PageReading]:
    """Read the text layer of a born-digital PDF's pages."""
    from pdf.textlayer import read_text_layers

    return list(read_text_layers(source, pages))


def engine_version(engine: EngineChoice) -> EngineVersion:
    """Version of the chosen engine and its models. Raises EngineMissing."""
    return engine.create().version


def verify_file(
    path: Path, trust: TrustStore, record: bytes | None = None
) -> tuple[VerificationReport, EmbeddedData | None]:
    """Judge the signatures of a PDF, with its evidence record where there is one, and take out the data it carries."""
    from pdf.embedded import read_embedded
    from signing.judging.verify import verify_pdf

    report = verify_pdf(path, trust, record=record)
    try:
        data = read_embedded(path)
    except Unreadable:
        data = None  # the verdict speaks for itself; there is just nothing sound to show
    return report, data


def show_revisions(path: Path, ends: list[int], *, changed_after: list[bool]) -> list[RevisionShown]:
    """Draw a PDF as it was when each signature was made; `ends` are the lengths that the signatures cover."""
    from pdf import revisions

    return revisions.show_revisions(path, ends, changed_after=changed_after)
