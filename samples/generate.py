"""One call makes one sample: a paper of some kind, put through a scan variant, with its exact truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PIL import Image

from samples.fonts import FontBook
from samples.papers import KINDS, Paper
from samples.randomness import seeded
from samples.scan import RECIPES, VARIANTS, Recipe, Scan, jpeg_bytes, scan
from samples.truth import FieldPlace, Truth, TruthLine, TruthPage

DPI = 300


@dataclass(frozen=True)
class SamplePage:
    """One page as a picture, with what a scanner would store along."""

    picture: Image.Image
    """24-bit RGB."""
    dpi: int
    jpeg_quality: int

    def jpeg(self) -> bytes:
        """The page as the device's JPEG file."""
        return jpeg_bytes(self.picture, self.jpeg_quality, self.dpi)


@dataclass(frozen=True)
class Sample:
    """Pages and truth of one invented paper."""

    pages: tuple[SamplePage, ...]
    truth: Truth

    @property
    def stem(self) -> str:
        truth = self.truth
        return f"{truth.kind}-{truth.layout}-{truth.variant}-{truth.seed}"


@cache
def fonts() -> FontBook:
    """The fonts of this machine. Raises NoFont."""
    return FontBook.find()


def draw_paper(kind: str, seed: int, layout: str | None = None, book: FontBook | None = None) -> Paper:
    """The paper before scanning. Raises KeyError for an unknown kind, ValueError for an unknown layout."""
    known = KINDS[kind]
    chosen = layout or seeded("layout", kind, seed).choice(known.layouts)
    if chosen not in known.layouts:
        raise ValueError(f"{kind} has no layout {chosen}: {', '.join(known.layouts)}")
    return known.draw(book or fonts(), seeded("paper", kind, chosen, seed), chosen)


def generate(
    kind: str,
    seed: int,
    variant: str = "clean",
    *,
    layout: str | None = None,
    book: FontBook | None = None,
) -> Sample:
    """One sample; the same arguments give the same pixels and truth on the same fonts.

    `kind` is one of KINDS, `variant` one of VARIANTS, `layout` one of the kind's (chosen by the seed when left
    out). Raises KeyError or ValueError for unknown ones.
    """
    if variant not in VARIANTS:
        raise ValueError(f"no variant {variant}: {', '.join(VARIANTS)}")
    used = book or fonts()
    return scan_paper(draw_paper(kind, seed, layout, used), seed, variant, used)


def scan_paper(
    paper: Paper, seed: int, variant: str, book: FontBook, *, recipe: Recipe | None = None
) -> Sample:
    """Render a paper and put every page through `variant`; `recipe` replaces the variant's own."""
    rendered = [sheet.render(DPI) for sheet in paper.sheets]
    scans = []
    for index, picture in enumerate(rendered):
        rng = seeded("scan", paper.kind, paper.layout, variant, seed, index)
        back = rendered[(index + 1) % len(rendered)]
        scans.append(
            scan(
                picture,
                recipe or RECIPES[variant],
                rng,
                book,
                feed=seeded("feed", paper.kind, paper.layout, variant, seed),
                back=back,
                dpi=DPI,
            )
        )
    pages = tuple(SamplePage(s.picture, s.dpi, s.jpeg_quality) for s in scans)
    return Sample(pages, _truth(paper, seed, variant, scans))


def _truth(paper: Paper, seed: int, variant: str, scans: list[Scan]) -> Truth:
    pages = []
    places: dict[str, FieldPlace] = {}
    for number, (sheet, scanned) in enumerate(zip(paper.sheets, scans, strict=True), start=1):
        lines = tuple(TruthLine(text=line.text, box=scanned.moved(line.box)) for line in sheet.truth_lines())
        for name, place in sheet.field_places(number).items():
            places.setdefault(name, FieldPlace(page=number, box=scanned.moved(place.box)))
        width, height = scanned.picture.size
        pages.append(
            TruthPage(
                page=number,
                width_px=width,
                height_px=height,
                dpi=scanned.dpi,
                width_mm=round(sheet.width * 25.4 / 72, 2),
                height_mm=round(sheet.height * 25.4 / 72, 2),
                lines=lines,
            )
        )
    return Truth(
        document_type=paper.document_type,
        kind=paper.kind,
        layout=paper.layout,
        variant=variant,
        seed=seed,
        fields=dict(sorted(paper.fields.items())),
        places={n: p for n, p in sorted(places.items()) if n in paper.fields},
        doubtful=paper.doubtful,
        pages=tuple(pages),
    )
