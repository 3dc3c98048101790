"""What every OCR engine promises, run against every engine there is."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.errors import EngineMissing
from models.ports import OcrEngine
from models.reading import PageReading
from models.text import nfc
from ocr.accuracy import compare
from ocr.engines import best_installed, create_engine, engine_names
from tests.ocr.support import EVERY_LETTER, Printed, page_of, pixels

LINES = (
    "Căn cứ Luật Hộ tịch ngày 20 tháng 11 năm 2014;",
    "Xét đề nghị của ông Trần Văn Mẫu",
    "Số: 123/QĐ-UBND",
)


def runnable() -> list[str]:
    """Every engine whose parts are installed here; the optional ones may be missing."""
    found = []
    for name in engine_names():
        try:
            create_engine(name)
        except EngineMissing:
            continue
        found.append(name)
    return found


def variants() -> list[str]:
    """Engine and profile; the second opinions are another way through the engine."""
    found = [f"{name}-fast" for name in runnable() if name != "auto"]
    return [*found, f"{best_installed()}-best"]


@pytest.fixture(scope="module", params=variants())
def engine(request: pytest.FixtureRequest) -> OcrEngine:
    name, profile = request.param.split("-")
    return create_engine(name, profile=profile)


def letter(dpi: int = 200) -> Image.Image:
    return page_of(
        [Printed(25, 30 + 12 * i, text) for i, text in enumerate(LINES)], dpi=dpi, size_mm=(150, 90)
    )


def well_formed(reading: PageReading) -> None:
    for region in reading.regions:
        for line in region.lines:
            assert line.words
            for word in line.words:
                assert word.text == nfc(word.text).strip() != ""
                assert not any(c.isspace() for c in word.text)
                assert 0 <= word.box.x0 <= word.box.x1 <= 1
                assert 0 <= word.box.y0 <= word.box.y1 <= 1
                assert 0 <= word.confidence <= 1
                assert line.box.x0 <= word.box.x0
                assert word.box.x1 <= line.box.x1


def test_it_says_who_it_is(engine: OcrEngine) -> None:
    assert engine.version.name in engine_names()
    assert engine.version.version
    assert engine.version == engine.version


def test_printed_lines_come_back_word_for_word_with_their_places(engine: OcrEngine) -> None:
    page = letter()
    reading = engine.read_page(pixels(page), dpi=200, page=7)
    well_formed(reading)
    assert reading.page == 7
    assert (reading.width_px, reading.height_px) == page.size
    assert [line.text for line in reading.lines()] == list(LINES)
    first = next(reading.lines())
    assert first.box.x0 * 150 == pytest.approx(25, abs=1)
    assert first.box.y0 * 90 == pytest.approx(31, abs=2)
    assert first.confidence > 0.8


def test_grey_and_colour_are_read_alike(engine: OcrEngine) -> None:
    page = letter()
    grey = engine.read_page(np.asarray(page.convert("L")), dpi=200, page=1)
    assert grey.text.splitlines() == list(LINES)


def test_words_in_a_pen_s_colour_say_so(engine: OcrEngine) -> None:
    colours = ((22, 22, 26), (28, 44, 150), (22, 22, 26))
    lines = [
        Printed(25, 30 + 12 * i, t, colour=c) for i, (t, c) in enumerate(zip(LINES, colours, strict=True))
    ]
    reading = engine.read_page(pixels(page_of(lines, size_mm=(150, 90))), dpi=200, page=1)
    assert reading.text.splitlines() == list(LINES)
    inks = [{word.ink for word in line.words} for line in reading.lines()]
    assert inks == [{None}, {"blue"}, {None}]


def test_every_vietnamese_letter_survives(engine: OcrEngine) -> None:
    page = page_of(
        [Printed(15, 12 + 9 * i, t) for i, t in enumerate(EVERY_LETTER)], dpi=300, size_mm=(210, 95)
    )
    reading = engine.read_page(pixels(page), dpi=300, page=1)
    well_formed(reading)
    marks = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    letters = {unicodedata.normalize("NFC", base + mark) for base in "aăâeêioôơuưy" for mark in marks} | {"đ"}
    assert letters <= set("".join(EVERY_LETTER).lower())
    assert letters - set(reading.text.lower()) <= {"ỵ"}  # the rarest of all, in a handful of words
    assert compare(EVERY_LETTER, reading.text).cer < 0.01


@pytest.mark.parametrize("degrees", [-2.0, 1.5])
def test_boxes_of_a_crooked_page_lie_on_the_crooked_words(engine: OcrEngine, degrees: float) -> None:
    page = letter(200)
    crooked = page.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=(250, 249, 246))
    reading = engine.read_page(pixels(crooked), dpi=200, page=1)
    lines = list(reading.lines())
    assert [line.text for line in lines] == list(LINES)
    grey = np.asarray(crooked.convert("L"))
    height, width = grey.shape
    for line in lines:
        assert line.angle == pytest.approx(degrees, abs=0.3)
        for word in line.words:
            piece = grey[
                int(word.box.y0 * height) : int(word.box.y1 * height) + 1,
                int(word.box.x0 * width) : int(word.box.x1 * width) + 1,
            ]
            assert piece.min() < 110, f"no ink where {word.text} was read"


def test_blank_paper_and_pages_of_no_text_read_as_nothing(engine: OcrEngine) -> None:
    rng = np.random.default_rng(5)
    pages = {
        "white": np.full((900, 700, 3), 255, np.uint8),
        "black": np.zeros((900, 700, 3), np.uint8),
        "paper": rng.normal(235, 4, (900, 700)).clip(0, 255).astype(np.uint8),
        "noise": rng.integers(0, 256, (900, 700, 3), dtype=np.uint8),
        "specks": np.where(rng.random((900, 700)) < 0.004, 0, 255).astype(np.uint8),
        "gradient": np.tile(np.linspace(0, 255, 700).astype(np.uint8), (900, 1)),
        "photograph": _photograph(900, 700),
    }
    for name, page in pages.items():
        reading = engine.read_page(page, dpi=150, page=1)
        assert reading.text == "", name


def test_codes_and_patterns_are_no_text(engine: OcrEngine) -> None:
    rng = np.random.default_rng(3)
    bars = np.repeat(np.where(rng.random(300) < 0.5, 0, 255).astype(np.uint8), 2)
    barcodes = np.full((900, 700), 255, np.uint8)
    for y in range(60, 800, 200):
        barcodes[y : y + 120, 50:650] = bars
    matrix = np.full((900, 700), 255, np.uint8)
    for y in (60, 480):
        block = np.kron(rng.integers(0, 2, (33, 33)), np.ones((9, 9))).astype(np.uint8) * 255
        matrix[y : y + 297, 60:357] = block
    rows, columns = np.indices((900, 700))
    pages = {
        "barcodes": barcodes,
        "matrix codes": matrix,
        "ruled paper": np.where(rows % 50 < 3, 0, 255).astype(np.uint8),
        "graph paper": np.where((rows % 60 < 3) | (columns % 60 < 3), 0, 255).astype(np.uint8),
        "chequers": ((rows // 8 + columns // 8) % 2 * 255).astype(np.uint8),
        "halftone": (rng.random((900, 700)) < np.linspace(0, 1, 700)).astype(np.uint8) * 255,
    }
    for name, page in pages.items():
        assert engine.read_page(page, dpi=200, page=1).text == "", name


@pytest.mark.parametrize(
    "words", ["Свидетельство о рождении", "الجمهورية وزارة الداخلية", "Ελληνική Δημοκρατία"]
)
def test_other_scripts_are_empty_or_plainly_doubtful(engine: OcrEngine, words: str) -> None:
    picture = Image.new("L", (1100, 400), 255)
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 46)
    for y in (60, 160, 260):
        ImageDraw.Draw(picture).text((60, y), words, font=font, fill=20)
    reading = engine.read_page(np.asarray(picture), dpi=300, page=1)
    assert all(line.confidence < 0.8 for line in reading.lines())


def test_a_page_of_twenty_thousand_pixels_is_read_in_bounded_memory(engine: OcrEngine) -> None:
    page = pixels(page_of([Printed(10, 10, LINES[2])], size_mm=(100, 25))).min(axis=2)
    strip = np.full((20_000, page.shape[1]), 250, np.uint8)
    strip[9_000 : 9_000 + page.shape[0]] = page
    reading = engine.read_page(strip, dpi=200, page=1)
    well_formed(reading)
    assert reading.text == LINES[2]


def _photograph(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(9)
    layers = [
        np.asarray(
            Image.fromarray(
                rng.integers(0, 256, (height // k + 1, width // k + 1, 3), dtype=np.uint8)
            ).resize((width, height), Image.Resampling.BICUBIC),
            dtype=np.float32,
        )
        * weight
        for k, weight in ((160, 0.6), (40, 0.3), (10, 0.1))
    ]
    return sum(layers).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (13, 13, 3), (40, 3000), (2, 2, 3)])
def test_the_oddest_pictures_are_no_fault(engine: OcrEngine, shape: tuple[int, ...]) -> None:
    for value in (0, 127, 255):
        reading = engine.read_page(np.full(shape, value, np.uint8), dpi=300, page=1)
        assert reading.text == ""


@pytest.mark.parametrize("dpi", [10, 40, 1200])
def test_a_wrong_resolution_spoils_nothing_but_the_reading(engine: OcrEngine, dpi: float) -> None:
    well_formed(engine.read_page(pixels(letter(100)), dpi=dpi, page=1))


def test_a_view_of_a_larger_array_is_read_too(engine: OcrEngine) -> None:
    page = pixels(letter())
    turned = np.rot90(np.ascontiguousarray(np.rot90(page)), -1)
    assert not turned.flags.c_contiguous
    assert engine.read_page(turned, dpi=200, page=1).text.splitlines() == list(LINES)
    assert np.array_equal(turned, page)


def test_the_picture_is_left_as_it_was(engine: OcrEngine) -> None:
    page = pixels(letter()).copy()
    before = page.copy()
    engine.read_page(page, dpi=200, page=1)
    assert np.array_equal(page, before)
