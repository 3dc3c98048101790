"""Born-digital PDFs carry the truth's very text, with embedded fonts."""

from __future__ import annotations

import io

import pdfplumber
import pikepdf
import pytest
from pypdf import PdfReader

from models.text import squeeze
from samples.digital import born_digital
from samples.truth import Truth


@pytest.fixture(scope="module", params=[1, 2])
def made(request: pytest.FixtureRequest) -> tuple[bytes, Truth]:
    return born_digital(request.param)


def test_pypdf_reads_every_line_of_the_truth(made: tuple[bytes, Truth]) -> None:
    data, truth = made
    reader = PdfReader(io.BytesIO(data), strict=True)
    assert len(reader.pages) == len(truth.pages)
    for page, expected in zip(reader.pages, truth.pages, strict=True):
        text = squeeze(page.extract_text())
        for line in expected.lines:
            assert line.text.replace(" ", "") in text.replace(" ", ""), line.text


def test_pdfplumber_finds_the_words_where_the_truth_says(made: tuple[bytes, Truth]) -> None:
    data, truth = made
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0]
        words = page.extract_words()
        for line in truth.pages[0].lines:
            first = line.text.split()[0]
            near = [
                w
                for w in words
                if w["text"] == first
                and abs(w["x0"] / float(page.width) - line.box.x0) < 0.005
                and w["top"] / float(page.height) < line.box.centre[1] < w["bottom"] / float(page.height)
            ]
            assert near, line.text


def test_all_fonts_are_embedded_with_a_way_back_to_unicode(made: tuple[bytes, Truth]) -> None:
    with pikepdf.open(io.BytesIO(made[0])) as pdf:
        for page in pdf.pages:
            fonts = page.resources.Font
            assert len(fonts) >= 1
            for font in fonts.values():
                assert "/ToUnicode" in font
                assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor
            assert not page.get_images()


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert born_digital(4)[0] == born_digital(4)[0]
