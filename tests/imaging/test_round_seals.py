"""Round seals in black are found by their shape; print, rules and portraits are none."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from imaging.cleaning import clean_for_reading
from imaging.pieces import PixelBox
from imaging.round_seals import RoundSeal, find_round_seals
from samples.generate import generate

DPI = 200
MM = DPI / 25.4
FONT = "/usr/share/fonts/truetype/croscore/Tinos-Bold.ttf"


def page(*, seal_mm: float | None = None, arc: tuple[int, int] = (0, 360)) -> Image.Image:
    sheet = Image.new("L", (round(210 * MM), round(140 * MM)), 255)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(FONT, round(13 * DPI / 72))
    for row in range(12):
        draw.text(
            (25 * MM, (12 + 9 * row) * MM), "Ủy ban nhân dân xã Mẫu, tỉnh Mẫu. CÔNG BÁO", fill=20, font=font
        )
    draw.line((20 * MM, 100 * MM, 190 * MM, 100 * MM), 20, 3)
    if seal_mm is not None:
        x, y, r = 130 * MM, 80 * MM, seal_mm / 2 * MM
        for share in (1.0, 0.66):
            box = (x - share * r, y - share * r, x + share * r, y + share * r)
            draw.arc(box, *arc, fill=40, width=5)
    return sheet


@pytest.mark.parametrize("size_mm", [30, 36, 42])
def test_a_seal_over_print_is_found_where_it_is(size_mm: float) -> None:
    (seal,) = find_round_seals(np.asarray(page(seal_mm=size_mm)), DPI)
    assert (seal.x / MM, seal.y / MM, 2 * seal.radius / MM) == pytest.approx((130, 80, size_mm), abs=1.5)


def test_print_rules_and_half_a_circle_are_no_seal() -> None:
    assert find_round_seals(np.asarray(page()), DPI) == []
    assert find_round_seals(np.asarray(page(seal_mm=36, arc=(0, 170))), DPI) == []


@pytest.mark.parametrize("shape", [(1, 1), (5, 4000), (40, 40)])
def test_tiny_pictures_hold_no_seal(shape: tuple[int, int]) -> None:
    assert find_round_seals(np.zeros(shape, np.uint8), DPI) == []


def test_lettering_runs_between_rim_and_device() -> None:
    seal = RoundSeal.within(PixelBox(100, 200, 300, 400))
    assert (seal.x, seal.y, seal.radius) == (200, 300, 100)
    assert seal.letters_at(280, 300)
    assert not seal.letters_at(200, 300)
    assert not seal.letters_at(310, 300)


def test_the_seal_on_a_photocopy_is_black_and_the_red_one_of_the_original_a_layer() -> None:
    found = {}
    for variant in ("photocopy", "clean"):
        sample = generate("cong_van", 5404, variant)
        found[variant] = clean_for_reading(np.asarray(sample.pages[0].picture), sample.pages[0].dpi)
    assert len(found["photocopy"].black_seals) == 1
    assert found["clean"].black_seals == ()
    assert any(layer.kind == "seal" for layer in found["clean"].layers)
