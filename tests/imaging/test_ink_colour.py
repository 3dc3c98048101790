"""Each word's ink has its colour, on any paper and after any scanner; black print stays black."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from imaging.ink_colour import ink_colours
from models.geometry import Box
from tests.imaging.support import FONT, TEXT, noisy, turned

BLACK, RED, PEN, TYPED_BLUE = (25, 25, 30), (205, 35, 45), (28, 44, 150), (30, 50, 110)
GREEN, VIOLET = (20, 110, 60), (95, 30, 140)
WHITE, YELLOWED, PINK = (250, 248, 244), (240, 222, 168), (250, 214, 216)
DPI = 200
WORDS = TEXT.replace(";", "").split()


@dataclass
class Written:
    """A page with the place of each of its words, by line."""

    page: Image.Image
    lines: list[list[Box]]

    def colours(self, dpi: float = DPI) -> list[list[str | None]]:
        found = iter(ink_colours(np.asarray(self.page), dpi, [box for line in self.lines for box in line]))
        return [[next(found) for _ in line] for line in self.lines]

    def changed(self, change: Callable[[Image.Image], Image.Image]) -> Written:
        return Written(change(self.page), self.lines)


def written(*inks: tuple[int, int, int], paper: tuple[int, int, int] = WHITE, points: float = 13) -> Written:
    """One line of words in each of `inks`, drawn onto the paper as ink that takes of its light."""
    mm = DPI / 25.4
    ink = Image.new("RGB", (round(210 * mm), round((30 + 14 * len(inks)) * mm)), (255, 255, 255))
    draw, font = ImageDraw.Draw(ink), ImageFont.truetype(FONT, round(points * DPI / 72))
    lines = []
    for number, colour in enumerate(inks):
        x, y, boxes = 15 * mm, (15 + 14 * number) * mm, []
        for word in WORDS:
            draw.text((x, y), word, font=font, fill=colour)
            x0, y0, x1, y1 = draw.textbbox((x, y), word, font=font)
            boxes.append(Box(x0=x0 / ink.width, y0=y0 / ink.height, x1=x1 / ink.width, y1=y1 / ink.height))
            x = x1 + 4 * mm
        lines.append(boxes)
    return Written(ImageChops.multiply(Image.new("RGB", ink.size, paper), ink), lines)


def in_long_words(page: Written) -> list[str | None]:
    """The ink of words that are longer than what is stamped across them is wide."""
    return [c for line in page.colours() for word, c in zip(WORDS, line, strict=True) if len(word) >= 4]


def lit(page: Image.Image) -> Image.Image:
    """A shadow over half the sheet, yellower where it is darker."""
    across = np.linspace(1.0, 0.45, page.width)[None, :, None] ** np.array([1.0, 1.05, 1.2])
    return Image.fromarray((np.asarray(page) * across).astype(np.uint8))


def faded(page: Image.Image) -> Image.Image:
    return Image.fromarray((np.asarray(page) * 0.4 + 140).clip(0, 255).astype(np.uint8))


def compressed(page: Image.Image) -> Image.Image:
    """Colour at half the resolution and coarsely kept, as cheap scanners send it."""
    buffer = io.BytesIO()
    noisy(page, 4).save(buffer, "JPEG", quality=42, subsampling=2)
    return Image.open(buffer).convert("RGB")


def shifted(page: Image.Image) -> Image.Image:
    """The sensor's three rows a pixel apart: print has coloured rims."""
    pixels = np.asarray(page)
    return Image.fromarray(np.dstack([pixels[..., i].take(range(i, i + page.height), 0, mode="clip") for i in range(3)]))  # fmt: skip


@pytest.mark.parametrize("paper", [WHITE, YELLOWED, PINK])
@pytest.mark.parametrize("spoil", [None, lit, faded, compressed, shifted])
def test_print_pen_and_titles_are_told_apart(
    paper: tuple[int, int, int], spoil: Callable[[Image.Image], Image.Image] | None
) -> None:
    page = written(BLACK, PEN, BLACK, RED, PEN, paper=paper)
    found = (page.changed(spoil) if spoil else page).colours()
    for line, wanted in zip(found, (None, "blue", None, "red", "blue"), strict=True):
        assert set(line) == {wanted}


@pytest.mark.parametrize(
    ("ink", "wanted"),
    [
        (GREEN, "blue"),
        (VIOLET, "blue"),
        (TYPED_BLUE, "blue"),
        ((95, 115, 205), "blue"),
        ((170, 60, 20), "red"),
    ],
)
def test_every_ink_that_is_not_reddish_counts_as_blue(ink: tuple[int, int, int], wanted: str) -> None:
    assert [set(line) for line in written(ink, BLACK).changed(compressed).colours()] == [{wanted}, {None}]


def test_greys_and_inks_that_are_nearly_black_have_no_colour() -> None:
    inks = ((90, 90, 90), (140, 140, 140), (20, 22, 38), (40, 32, 30))
    assert {colour for line in written(*inks).changed(shifted).colours() for colour in line} == {None}


def test_a_form_printed_in_one_colour_has_it_in_every_word() -> None:
    assert {c for line in written(*[TYPED_BLUE] * 12).colours() for c in line} == {"blue"}


@pytest.mark.parametrize(
    ("ink", "wanted", "spoil"),
    [(BLACK, None, None), (BLACK, None, faded), (BLACK, None, compressed), (PEN, "blue", None), (PEN, "blue", faded)],
)  # fmt: skip
def test_a_red_seal_across_words_does_not_change_their_ink(
    ink: tuple[int, int, int], wanted: str | None, spoil: Callable[[Image.Image], Image.Image] | None
) -> None:
    page = written(*[ink] * 5)
    seal, mm = Image.new("RGB", page.page.size, (255, 255, 255)), DPI / 25.4
    draw = ImageDraw.Draw(seal)
    draw.ellipse((80 * mm, 20 * mm, 116 * mm, 56 * mm), outline=RED, width=round(1.1 * mm))
    draw.regular_polygon((98 * mm, 38 * mm, 5.5 * mm), 5, fill=RED)
    page = page.changed(lambda clean: ImageChops.multiply(clean, seal))
    assert set(in_long_words(page.changed(spoil) if spoil else page)) == {wanted}


@pytest.mark.parametrize(("top", "bottom"), [(15, 20), (10, 26)])
def test_black_print_on_a_red_ground_is_black_and_red_print_beside_it_red(top: float, bottom: float) -> None:
    page = written(BLACK, BLACK, RED)
    ground, mm = Image.new("RGB", page.page.size, (255, 255, 255)), DPI / 25.4
    ImageDraw.Draw(ground).rectangle((10 * mm, top * mm, 200 * mm, bottom * mm), fill=RED)
    page = page.changed(lambda clean: ImageChops.multiply(clean, ground))
    assert [set(line) for line in page.colours()] == [{None}, {None}, {"red"}]


def test_a_blue_stamp_s_frame_across_words_does_not_make_them_blue() -> None:
    page = written(*[BLACK] * 5)
    stamp, mm = Image.new("RGB", page.page.size, (255, 255, 255)), DPI / 25.4
    frame = (41 * mm, 25 * mm, 112 * mm, 67 * mm)
    ImageDraw.Draw(stamp).rectangle(frame, outline=PEN, width=round(0.7 * mm))
    stamped = page.changed(lambda clean: ImageChops.multiply(clean, stamp)).changed(compressed)
    assert set(in_long_words(stamped)) == {None}


def test_a_pale_pattern_on_security_paper_is_no_ink() -> None:
    page = written(BLACK, PEN, paper=PINK)
    x, y = np.meshgrid(np.arange(page.page.width), np.arange(page.page.height))
    waves = (np.sin(x / 3 + 4 * np.sin(y / 11)) > 0.5)[..., None] * np.array([60, 30, 0])
    patterned = page.changed(
        lambda clean: Image.fromarray((np.asarray(clean) - np.minimum(waves, np.asarray(clean))).astype(np.uint8))
    )  # fmt: skip
    assert [set(line) for line in patterned.colours()] == [{None}, {"blue"}]


def test_a_skewed_page_of_low_resolution_is_measured_too() -> None:
    page = written(BLACK, PEN, RED)
    small = page.page.resize((page.page.width // 2, page.page.height // 2), Image.Resampling.BOX)
    assert [set(line) for line in Written(small, page.lines).colours(DPI / 2)] == [{None}, {"blue"}, {"red"}]
    assert [set(line) for line in page.changed(lambda p: turned(p, 0.25)).colours()] == [
        {None}, {"blue"}, {"red"},
    ]  # fmt: skip


def test_grey_pictures_negatives_and_bare_paper_have_no_coloured_ink() -> None:
    page = written(PEN, PEN)
    boxes = [box for line in page.lines for box in line]
    assert set(ink_colours(np.asarray(page.page.convert("L")), DPI, boxes)) == {None}
    full = written(*[BLACK, PEN] * 12, points=9)
    white_on_black = Written(ImageChops.invert(full.page), full.lines)
    assert {c for line in white_on_black.colours() for c in line} == {None}
    bare = np.full((400, 300, 3), (244, 226, 180), np.uint8)
    corners = [Box(x0=0, y0=0, x1=0.001, y1=0.001), Box(x0=0.5, y0=0.5, x1=1, y1=1)]
    assert ink_colours(bare, DPI, corners) == [None, None]
    assert ink_colours(bare, DPI, []) == []
