"""Inputs of the core bench, made by a process of its own so that drawing them counts for nothing.

python -m bench.inputs FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

ONE_PAGE_RUNS = 9
WARM_UP = 2
PDF_RUNS = 5
MANY_PAGES = 11
LONG_PAGES = 200


def singles(folder: Path) -> list[Path]:
    """One-page JPEGs; the first WARM_UP of them warm the process up."""
    return [folder / f"one-{seed}.jpg" for seed in range(ONE_PAGE_RUNS + WARM_UP)]


def scans(folder: Path, pages: int) -> list[Path]:
    """Scanned PDFs of so many pages."""
    return [folder / f"scan-{pages}-{run}.pdf" for run in range(1 if pages == LONG_PAGES else PDF_RUNS)]


def make(folder: Path) -> None:
    """Draw everything."""
    for seed, path in enumerate(singles(folder)):
        path.write_bytes(_page(seed)[0])
    following = _following_pages(PDF_RUNS * (MANY_PAGES - 1))
    for run, (short, long) in enumerate(zip(scans(folder, 1), scans(folder, MANY_PAGES), strict=True)):
        first = _page(100 + run)
        _scanned(short, [first])
        _scanned(long, [first, *following[run::PDF_RUNS]])
    _scanned(scans(folder, LONG_PAGES)[0], [_page(99), *(following * LONG_PAGES)[: LONG_PAGES - 1]])


def _following_pages(count: int) -> list[tuple[bytes, tuple[int, int], int]]:
    """Second and later pages of long decisions, each another one."""
    from samples.generate import generate

    found: list[tuple[bytes, tuple[int, int], int]] = []
    seed = 200
    while len(found) < count:
        sample = generate("quyet_dinh", seed, "scanned", layout="commune")
        found += [(page.jpeg(), page.picture.size, page.dpi) for page in sample.pages[1:]]
        seed += 1
    return found[:count]


def _page(seed: int) -> tuple[bytes, tuple[int, int], int]:
    """A page of a decision at 300 dpi in colour, as an office scanner would deliver it."""
    from samples.generate import generate

    page = generate("quyet_dinh", seed, "scanned", layout="commune").pages[0]
    return page.jpeg(), page.picture.size, page.dpi


def _scanned(path: Path, pages: list[tuple[bytes, tuple[int, int], int]]) -> None:
    from samples.formats import scanned_pdf

    scanned_pdf(pages, path)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
