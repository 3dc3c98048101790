"""Scans of several papers for the tests: sample papers, separator sheets and blank pages bound into one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image

from models.separator import SeparatorSheet, payload_of
from samples.formats import scanned_pdf
from samples.generate import Sample, SamplePage, fonts, generate, scan_paper
from samples.papers.decision import decision
from samples.randomness import seeded

A4 = (2480, 3508)


def card(seed: int, layout: str = "2024-card") -> Sample:
    """Both sides of a card, each on a page of its own."""
    return generate("can_cuoc", seed, "clean", layout=layout)


def two_page_decision(seed: int) -> Sample:
    """A decision whose second page bears its number (ND30 Annex I)."""
    return scan_paper(decision(fonts(), seeded("batch", seed), "province", pages=2), seed, "clean", fonts())


def separator_sheet(sheet: SeparatorSheet | None = None) -> SamplePage:
    """A sheet with nothing but the code that parts two papers."""
    code = zxingcpp.create_barcode(payload_of(sheet or SeparatorSheet()), zxingcpp.BarcodeFormat.QRCode)
    page = Image.new("RGB", A4, "white")
    page.paste(Image.fromarray(np.array(code.to_image(scale=16))).convert("RGB"), (900, 1200))
    return SamplePage(page, 300, 90)


def blank_page() -> SamplePage:
    """The empty back of a sheet."""
    return SamplePage(Image.new("RGB", A4, (252, 252, 250)), 300, 90)


def bound(path: Path, *papers: Sample | SamplePage) -> Path:
    """All pages, in order, as one scanned PDF."""
    pages = [page for paper in papers for page in _pages(paper)]
    scanned_pdf([(page.jpeg(), page.picture.size, page.dpi) for page in pages], path)
    return path


def _pages(paper: Sample | SamplePage) -> Sequence[SamplePage]:
    return paper.pages if isinstance(paper, Sample) else (paper,)
