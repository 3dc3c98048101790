"""Measures of one page, and whether two pages are the same sheet."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from imaging.quality import hamming, likely_duplicates, measure, same_page
from tests.imaging.support import grey, noisy, text_page, turned


@pytest.mark.parametrize("degrees", [-6.0, -2.0, -0.5, 0.0, 0.4, 1.5, 5.0])
@pytest.mark.parametrize("dpi", [100, 150, 300])
def test_skew_is_found_and_is_positive_when_lines_fall_to_the_right(degrees: float, dpi: int) -> None:
    page = noisy(turned(text_page(dpi=dpi), degrees), 4)
    assert measure(grey(page), dpi=dpi).skew_degrees == pytest.approx(degrees, abs=0.15)


def test_sharpness_falls_with_blur_and_does_not_depend_on_resolution() -> None:
    crisp = text_page(dpi=300)
    values = [
        measure(grey(crisp.filter(ImageFilter.GaussianBlur(radius))), dpi=300).sharpness
        for radius in (0.6, 2, 4, 8)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.5
    assert values[3] < 0.25 < values[1]
    half = crisp.resize((crisp.width // 2, crisp.height // 2), Image.Resampling.BOX)
    assert measure(grey(half), dpi=150).sharpness == pytest.approx(values[0], abs=0.25)


def test_an_empty_sheet_is_blank_in_every_kind_of_light() -> None:
    sheet = Image.new("RGB", (1240, 1754), (248, 246, 240))
    shade = np.linspace(0.6, 1.0, 1240)[None, :, None]
    shadowed = Image.fromarray((np.asarray(noisy(sheet, 4)) * shade).astype(np.uint8))
    through = text_page().filter(ImageFilter.GaussianBlur(3)).point(lambda v: 235 + v // 16)
    for page in (sheet, noisy(sheet, 6), shadowed, through):
        quality = measure(grey(page), dpi=150)
        assert quality.blank
        assert quality.skew_degrees == 0
        assert quality.ink_share < 0.001


def test_one_line_or_a_lone_page_number_is_not_blank() -> None:
    assert not measure(grey(text_page(lines=1)), dpi=150).blank
    number = noisy(text_page(lines=1, first="12", top_mm=270), 4)
    assert not measure(grey(number), dpi=150).blank


def test_contrast_tells_strong_print_from_faded() -> None:
    strong = grey(text_page(dpi=300))
    faded = (200 + strong.astype(int) // 5).astype(np.uint8)
    assert measure(strong, dpi=300).contrast > 0.6
    assert measure(faded, dpi=300).contrast < 0.2


def test_light_is_measured_on_paper_and_ink_apart() -> None:
    page = grey(noisy(text_page(dpi=150), 3)).astype(int)
    good, dark, light = (
        measure(np.clip(values, 0, 255).astype(np.uint8), dpi=150)
        for values in (page, page * 0.4, page + 130)
    )
    assert good.paper_light == pytest.approx(0.97, abs=0.02)
    assert dark.paper_light == pytest.approx(0.39, abs=0.02)
    assert good.ink_light is not None
    assert light.ink_light is not None
    assert good.ink_light < 0.3 < 0.5 < light.ink_light
    assert (light.blown_share or 0) > 0.9 > 0.1 > (dark.blown_share or 0)
    assert measure(np.full((300, 200), 250, np.uint8), dpi=150).ink_light is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3, 3), (40, 9)])
def test_the_smallest_pictures_are_measured_too(shape: tuple[int, int]) -> None:
    quality = measure(np.zeros(shape, np.uint8), dpi=72)
    assert 0 <= quality.ink_share <= 1
    assert len(quality.perceptual_hash) == 64


def test_the_same_sheet_scanned_twice_is_the_same_page() -> None:
    page = text_page(dpi=150)
    first, second = noisy(turned(page, 0.5), 4, 1), noisy(turned(page, -0.7), 4, 2)
    a, b = grey(first), np.roll(grey(second), (5, -4), (0, 1))
    hashes = [measure(a, dpi=150).perceptual_hash, measure(b, dpi=150).perceptual_hash]
    assert likely_duplicates(hashes[1], ["ffffffffffffffff", hashes[0]]) == [1]
    assert same_page(a, b, dpi=150)


def test_two_forms_filled_in_for_two_people_are_not_the_same_page() -> None:
    a = grey(noisy(text_page(first="Họ, chữ đệm, tên: Nguyễn Văn Mẫu"), 3, 1))
    b = grey(noisy(text_page(first="Họ, chữ đệm, tên: Trần Thị Thử"), 3, 2))
    assert hamming(measure(a, dpi=150).perceptual_hash, measure(b, dpi=150).perceptual_hash) <= 6
    assert not same_page(a, b, dpi=150)


def test_sheets_of_different_size_are_not_the_same_page() -> None:
    assert not same_page(grey(text_page()), grey(text_page(size_mm=(148, 210), lines=12)), dpi=150)


def test_hamming_counts_bits() -> None:
    assert hamming("0000000000000000", "0000000000000000") == 0
    assert hamming("0000000000000000", "ffffffffffffffff") == 64
    assert hamming("8000000000000001", "0000000000000001") == 1
