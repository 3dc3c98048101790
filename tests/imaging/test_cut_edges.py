"""Text lines that the picture's edge cuts."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from imaging.quality import measure
from tests.imaging.support import grey, noisy, text_page, turned


def cut(page: Image.Image, *, left: float = 0, top: float = 0, right: float = 1, bottom: float = 1) -> int:
    box = (int(left * page.width), int(top * page.height), int(right * page.width), int(bottom * page.height))
    return measure(np.ascontiguousarray(grey(page.crop(box))), dpi=150).cut_lines


@pytest.mark.parametrize("degrees", [0.0, 1.5])
def test_whole_pages_have_no_cut_lines(degrees: float) -> None:
    assert cut(noisy(turned(text_page(), degrees), 4)) == 0


@pytest.mark.parametrize("side", ["left", "right"])
def test_lines_cut_at_a_side_are_counted(side: str) -> None:
    page = noisy(text_page(), 4)
    found = cut(page, left=0.2) if side == "left" else cut(page, right=0.35)
    assert 6 <= found <= 24


def test_a_line_cut_along_its_length_is_counted_once() -> None:
    page = noisy(text_page(dpi=150, lines=10), 4)
    # The first line's letters stand about 32 mm below the sheet's upper edge.
    assert cut(page, top=32.5 / 297) == 1


def test_frames_bands_and_lone_marks_at_the_rim_are_no_lines() -> None:
    page = text_page()
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, page.width - 1, page.height - 1), outline=(30, 30, 30), width=4)
    draw.line((0, 900, page.width, 900), fill=(20, 20, 20), width=3)
    assert cut(noisy(page, 3)) == 0
    spotted = text_page()
    ImageDraw.Draw(spotted).rectangle((0, 700, 12, 716), fill=(20, 20, 20))
    assert cut(noisy(spotted, 3)) == 0
