"""Room for the agency's block in the top right margin."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageDraw

from imaging.stamp_area import free_stamp_area
from models.geometry import Box
from tests.imaging.support import grey, noisy, text_page, turned

A4 = {"page_width_pt": 595.0, "page_height_pt": 842.0}


def find(pixels: np.ndarray, width: float = 170, height: float = 30) -> Box | None:
    return free_stamp_area(pixels, **A4, width_pt=width, height_pt=height)


def ink_inside(pixels: np.ndarray, box: Box) -> int:
    h, w = pixels.shape
    piece = pixels[int(box.y0 * h) : int(np.ceil(box.y1 * h)), int(box.x0 * w) : int(np.ceil(box.x1 * w))]
    return int((piece < 128).sum())


@pytest.mark.parametrize("dpi", [72, 150, 300])
def test_a_normal_letter_has_room_above_its_header(dpi: int) -> None:
    pixels = grey(noisy(text_page(dpi=dpi, top_mm=20), 3))
    box = find(pixels)
    assert box is not None
    assert box.width * 595 == pytest.approx(170, abs=0.5)
    assert box.height * 842 == pytest.approx(30, abs=0.5)
    assert box.x1 > 0.9
    assert box.y1 < 0.08
    assert ink_inside(pixels, box) == 0


def test_the_block_moves_aside_for_ink_in_the_corner() -> None:
    page = text_page(top_mm=40)
    ImageDraw.Draw(page).rectangle((1000, 20, 1230, 120), fill=(20, 20, 20))
    pixels = grey(page)
    box = find(pixels)
    assert box is not None
    assert ink_inside(pixels, box) == 0
    assert (box.x0 + box.x1) / 2 >= 0.5


def test_a_full_page_has_no_room() -> None:
    page = text_page(lines=60, top_mm=2)
    draw = ImageDraw.Draw(page)
    for y in range(10, 400, 24):
        draw.text((20, y), "x" * 200, fill=(0, 0, 0))
    assert find(grey(page)) is None


def test_specks_do_not_count_as_ink() -> None:
    page = text_page(top_mm=20)
    draw = ImageDraw.Draw(page)
    for i in range(60):
        draw.point((620 + 10 * i, 30 + (i * 37) % 60), fill=(0, 0, 0))
    assert find(grey(page)) is not None


def test_a_page_smaller_than_the_block_has_no_room() -> None:
    assert find(grey(text_page()), width=600) is None
    pixels = np.full((300, 200), 255, np.uint8)
    assert free_stamp_area(pixels, page_width_pt=100, page_height_pt=150, width_pt=170, height_pt=30) is None


def test_a_turned_sheet_with_a_dark_rim_keeps_the_block_on_paper() -> None:
    page = turned(text_page(top_mm=25), 2.0)
    ImageDraw.Draw(page).rectangle((0, 0, page.width, 12), fill=(0, 0, 0))
    pixels = grey(page)
    box = find(pixels)
    assert box is not None
    assert ink_inside(pixels, box) == 0
