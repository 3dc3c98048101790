"""The pages of the OCR bench: a fixed list of generated ones that nothing was tuned on, or a folder of own scans.

python -m bench.ocr_pages FOLDER --first-seed N [--quick]   draws generated ones
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

FIRST_SEED, LAST_SEED = 9000, 9999
"""Kept for the bench: no threshold, no weight and no test was ever chosen by looking at them."""
TRIAL_SEED = 5000
"""For trying the bench out and for tuning."""
KNOWN_KINDS = ("giay_khai_sinh", "trich_luc_khai_sinh", "quyet_dinh", "can_cuoc", "cong_van", "bien_lai")
NEW_KINDS = ("cong_van_dai", "bang_bieu", "don", "giay_uy_quyen")
VARIANTS = ("clean", "scanned", "uneven", "stamped", "showthrough", "photocopy", "bad")
MOST_PAGES = 2
"""Of each paper, so that long letters don't outweigh everything else."""
PICTURES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")


@dataclass(frozen=True)
class Paper:
    """One paper to draw. Groups: `known` layouts, `new` layouts, `type` held out from training."""

    group: str
    kind: str
    seed: int
    variant: str


@dataclass(frozen=True)
class Page:
    """One page on disk with its true lines."""

    name: str
    path: str
    group: str
    kind: str
    variant: str
    dpi: float
    lines: tuple[str, ...]


def page_set(first: int = FIRST_SEED) -> list[Paper]:
    """The fixed list: every kind in every variant, and in held-out type every kind in three variants.

    Another `first` seed gives other pages of the same make, to tune on.
    """
    papers = [
        Paper(group, kind, first + 10 * v + k, variant)
        for group, kinds, offset in (("known", KNOWN_KINDS, 0), ("new", NEW_KINDS, len(KNOWN_KINDS)))
        for k, kind in enumerate(kinds, start=offset)
        for v, variant in enumerate(VARIANTS)
    ]
    turns = cycle(VARIANTS)
    for k, kind in enumerate((*KNOWN_KINDS, *NEW_KINDS)):
        papers += [Paper("type", kind, first + 500 + 10 * k + n, v) for n, v in enumerate(islice(turns, 3))]
    return papers


def quick_set(first: int = TRIAL_SEED) -> list[Paper]:
    """Two papers, to see that the bench runs."""
    return [Paper("known", "bien_lai", first, "scanned"), Paper("type", "don", first + 8, "scanned")]


def draw(papers: list[Paper], folder: Path) -> None:
    """Write the pages as a scanner's JPEG files with `pages.json` beside them."""
    from samples.fonts import STAND_INS
    from samples.generate import fonts, generate

    usual = fonts()
    here = {a: b for a, b in STAND_INS.items() if a in usual.families and b in usual.families}
    pages: list[Page] = []
    for paper in papers:
        book = usual.replaced(here) if paper.group == "type" else usual
        sample = generate(paper.kind, paper.seed, paper.variant, book=book)
        for number in range(min(MOST_PAGES, len(sample.pages))):
            page, truth = sample.pages[number], sample.truth.pages[number]
            name = f"{paper.group}-{paper.kind}-{paper.variant}-{paper.seed}-{number + 1}"
            path = folder / f"{name}.jpg"
            path.write_bytes(page.jpeg())
            lines = tuple(line.text for line in truth.lines)
            made = (name, str(path), paper.group, paper.kind, paper.variant, float(page.dpi), lines)
            pages.append(Page(*made))
    (folder / "pages.json").write_text(json.dumps([asdict(p) for p in pages], ensure_ascii=False))


def drawn(folder: Path) -> list[Page]:
    """The pages that `draw` left in `folder`."""
    rows = json.loads((folder / "pages.json").read_text())
    return [Page(**{**row, "lines": tuple(row["lines"])}) for row in rows]


def own_pages(folder: Path) -> list[Page]:
    """Pictures in `folder` with `NAME.txt` beside them: the page's lines, UTF-8, one a row.

    Raises FileNotFoundError where there are none, or one has no transcription.
    """
    pages = list(_own(folder))
    if not pages:
        raise FileNotFoundError(f"no pictures ({', '.join(PICTURES)}) in {folder}")
    return pages


def _own(folder: Path) -> Iterator[Page]:
    from PIL import Image

    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURES):
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        with Image.open(path) as picture:
            dpi = float(picture.info.get("dpi", (300, 300))[0]) or 300.0
        lines = tuple(line for line in text.splitlines() if line.strip())
        yield Page(path.stem, str(path.resolve()), "own", "scan", f"{round(dpi)} dpi", dpi, lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.ocr_pages")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--first-seed", type=int, required=True)
    given = parser.parse_args()
    draw((quick_set if given.quick else page_set)(given.first_seed), given.folder)
