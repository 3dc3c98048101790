"""Dotted leaders go, and the dots that belong to letters stay."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from imaging.cleaning import clean_for_reading
from imaging.leaders import wipe_leaders
from tests.imaging.support import FONT, noisy, turned

SIZE = 54


def form_line(text: str, *, shift: float, step: float = 16.3, lower: int = 8) -> tuple[Image.Image, int]:
    """`text` over a leader whose first dot is `shift` steps to the right; the leader's dots lie `lower` pixels below."""
    page = Image.new("RGB", (2480, 400), (250, 250, 248))
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, SIZE)
    base = 200
    draw.text((300, base), text, font=font, fill=(20, 20, 20), anchor="ls")
    x = 250 + shift * step
    while x < 2300:
        draw.ellipse((x - 3, base + lower - 3, x + 3, base + lower + 3), fill=(20, 20, 20))
        x += step
    return page, base


def dark_below(grey: np.ndarray, base: int) -> int:
    """Dark pixels where dots below letters stand, right of the text and left of it excluded."""
    return int((grey[base + 3 : base + 20, 290:1800] < 128).sum())


@pytest.mark.parametrize("shift", [0.0, 0.2, 0.4, 0.6, 0.8])
def test_dots_below_letters_survive_a_leader_that_runs_through_them(shift: float) -> None:
    text = "Phạm Thị Huệ, xã Lạc Hợp, huyện Mộc Hạ"
    bare = Image.new("RGB", (2480, 400), (250, 250, 248))
    font = ImageFont.truetype(FONT, SIZE)
    ImageDraw.Draw(bare).text((300, 200), text, font=font, fill=(20, 20, 20), anchor="ls")
    alone = clean_for_reading(np.asarray(bare), 300).grey
    page, base = form_line(text, shift=shift)
    cleaned = clean_for_reading(np.asarray(noisy(page, 3)), 300)
    assert cleaned.leaders
    # What is left of the leader, where its dots melt into a mark or a descender.
    assert dark_below(cleaned.grey, base) <= 2.0 * dark_below(alone, base)
    lost = (alone < 100) & (cleaned.grey > 200)
    # A dot below has about 40 such pixels: at most one of nine may lie just on a leader's dot and go with it.
    assert lost.sum() <= 60


def test_the_leader_leaves_nothing_beside_the_words() -> None:
    page, base = form_line("Lạc Hợp", shift=0.5)
    cleaned = clean_for_reading(np.asarray(noisy(page, 3)), 300).grey
    assert (cleaned[base : base + 20, 900:2250] < 128).sum() == 0


@pytest.mark.parametrize("degrees", [0.0, 0.9])
def test_full_stops_before_a_leader_stay(degrees: float) -> None:
    page = Image.new("RGB", (2480, 900), (250, 250, 248))
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, SIZE)
    for row in range(4):
        y = 150 + 180 * row
        draw.text((200, y), "TP. Đà Nẵng. ", font=font, fill=(20, 20, 20), anchor="ls")
        for i in range(60):
            x = 640 + 15.7 * i
            draw.ellipse((x - 3, y - 5, x + 3, y + 1), fill=(20, 20, 20))
    cleaned = clean_for_reading(np.asarray(noisy(turned(page, degrees), 3)), 300)
    bare = page.copy()
    ImageDraw.Draw(bare).rectangle((600, 0, 2480, 900), fill=(250, 250, 248))
    alone = clean_for_reading(np.asarray(turned(bare, degrees)), 300)
    assert (cleaned.grey < 128).sum() == pytest.approx((alone.grey < 128).sum(), rel=0.04)


def test_pale_small_print_keeps_the_dots_of_its_letters() -> None:
    page = Image.new("RGB", (1517, 956), (226, 236, 230))
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 38)
    for row in range(8):
        draw.text(
            (80, 60 + 100 * row), "Họ tên: Nơi sinh: Dị, Full name: i j i", font=font, fill=(105, 118, 112)
        )
    for y in (20, 900):
        draw.text((900, y), "SỐ 012345678", font=font, fill=(10, 10, 10))
    cleaned = clean_for_reading(np.asarray(noisy(page, 2)), 450).grey
    untouched = clean_for_reading(
        np.asarray(page.convert("L").point(lambda v: 0 if v < 170 else 255)), 450
    ).grey
    solid = untouched < 60
    assert (cleaned[solid] > 230).mean() < 0.002


def test_what_is_darkest_in_a_row_of_pale_letters_is_no_leader() -> None:
    page = np.full((956, 1517), 255, np.uint8)
    for x in range(300, 900, 30):  # dark bits at even distances, each between two pale strokes
        page[470:500, x - 8 : x - 3] = 165
        page[470:500, x + 5 : x + 10] = 165
        page[482:487, x - 2 : x + 4] = 90
    free = page.copy()
    free[free == 165] = 255
    assert wipe_leaders(page.copy(), 450) == []
    assert len(wipe_leaders(free, 450)) == 1


def test_a_page_of_dots_costs_no_more_than_its_dots() -> None:
    page = np.full((3508, 2480), 255, np.uint8)
    page[::9, ::9] = 0
    page[1::9, ::9] = 0
    page[::9, 1::9] = 0
    page[1::9, 1::9] = 0
    assert clean_for_reading(page, 300).grey.shape == page.shape
