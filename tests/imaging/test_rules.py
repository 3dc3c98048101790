"""Straight rules are found and leave; letters, marks and signatures that touch them stay whole."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from imaging.cleaning import clean_for_reading
from imaging.rules import PixelRule, wipe_rules
from tests.imaging.support import FONT, noisy, text_page, turned


def sheet(dpi: int = 300, height_mm: float = 150) -> tuple[Image.Image, ImageDraw.ImageDraw, float]:
    mm = dpi / 25.4
    page = Image.new("RGB", (round(210 * mm), round(height_mm * mm)), (250, 250, 248))
    return page, ImageDraw.Draw(page), mm


def table(dpi: int) -> Image.Image:
    page, draw, mm = sheet(dpi)
    font = ImageFont.truetype(FONT, round(12 * dpi / 72))
    for row in range(5):
        draw.line(
            (20 * mm, (20 + 15 * row) * mm, 190 * mm, (20 + 15 * row) * mm),
            fill=(30, 30, 30),
            width=max(1, dpi // 120),
        )
        for column in range(3):
            if row < 4:
                draw.text(
                    ((22 + 60 * column) * mm, (24 + 15 * row) * mm),
                    f"Thửa đất {row}{column}",
                    font=font,
                    fill=(20, 20, 20),
                )
    for x in (20, 80, 140, 190):
        draw.line((x * mm, 20 * mm, x * mm, 80 * mm), fill=(30, 30, 30), width=max(1, dpi // 120))
    return page


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize("degrees", [0.0, 1.4])
def test_a_tables_lines_are_found_and_its_words_stay(dpi: int, degrees: float) -> None:
    cleaned = clean_for_reading(np.asarray(noisy(turned(table(dpi), degrees), 3)), dpi)
    mm = cleaned.dpi / 25.4
    across = [r for r in cleaned.rules if r.horizontal]
    down = [r for r in cleaned.rules if not r.horizontal]
    assert len(across) == 5
    assert len(down) == 4
    assert all(r.length == pytest.approx(170 * mm, rel=0.03) for r in across)
    assert all(r.length == pytest.approx(60 * mm, rel=0.05) for r in down)
    assert all(r.thickness < 1.0 * mm for r in cleaned.rules)
    gaps = np.diff(sorted((r.y0 + r.y1) / 2 for r in across)) / mm
    assert gaps == pytest.approx([15] * 4, abs=0.4)
    assert _dark(cleaned.grey) == pytest.approx(_words_only(dpi), rel=0.12)


def _dark(grey: np.ndarray) -> int:
    return int((grey < 128).sum())


def _words_only(dpi: int) -> int:
    page, draw, mm = sheet(dpi)
    font = ImageFont.truetype(FONT, round(12 * dpi / 72))
    for row in range(4):
        for column in range(3):
            draw.text(
                ((22 + 60 * column) * mm, (24 + 15 * row) * mm),
                f"Thửa đất {row}{column}",
                font=font,
                fill=(20, 20, 20),
            )
    return _dark(clean_for_reading(np.asarray(page), dpi).grey)


def test_letters_that_stand_on_a_form_line_keep_their_strokes() -> None:
    page, draw, mm = sheet()
    font = ImageFont.truetype(FONT, 54)
    text, at = "Nguyễn Thị Mẫu, phường Hạ Long", (30 * mm, 60 * mm)
    draw.text(at, text, font=font, fill=(20, 20, 20))
    alone = clean_for_reading(np.asarray(page), 300).grey.copy()
    base = round(60 * mm + 54 * 0.9) + 5
    draw.line((20 * mm, base, 190 * mm, base), fill=(20, 20, 20), width=3)
    cleaned = clean_for_reading(np.asarray(page), 300)
    assert len(cleaned.rules) == 1
    lost = (alone < 128) & (cleaned.grey > 160)
    assert lost.sum() < 0.01 * (alone < 128).sum()
    left = (cleaned.grey < 128) & (alone > 160)
    assert left.sum() < 0.25 * 170 * mm * 3


def test_a_broken_line_of_a_copy_is_one_rule() -> None:
    page, draw, mm = sheet()
    for start in range(20, 180, 20):
        draw.line((start * mm, 50 * mm, (start + 18.5) * mm, 50 * mm), fill=(40, 40, 40), width=3)
    rules = clean_for_reading(np.asarray(page), 300).rules
    assert len(rules) == 1
    assert rules[0].length == pytest.approx(158.5 * mm, rel=0.02)


def test_print_barcodes_photographs_and_pen_strokes_are_no_rules() -> None:
    assert clean_for_reading(np.asarray(noisy(text_page(dpi=200), 4)), 200).rules == ()
    page, draw, mm = sheet()
    rng = np.random.default_rng(4)
    x = 30 * mm
    while x < 120 * mm:
        width = int(rng.integers(3, 10))
        draw.rectangle((x, 20 * mm, x + width, 40 * mm), fill=(0, 0, 0))
        x += width + int(rng.integers(3, 10))
    draw.rectangle((140 * mm, 20 * mm, 170 * mm, 60 * mm), fill=(60, 60, 60))
    points = [(40 * mm + 9 * i, 100 * mm + 90 * np.sin(i / 4)) for i in range(90)]
    draw.line([(float(a), float(b)) for a, b in points], fill=(20, 20, 20), width=8)
    assert clean_for_reading(np.asarray(page), 300).rules == ()


def test_the_shadow_of_a_fold_is_no_rule() -> None:
    page = np.asarray(text_page(dpi=200)).astype(np.float32)
    rows = np.arange(page.shape[0]) - 1400
    page *= (1 - 0.3 * np.exp(-((rows / 14.0) ** 2)))[:, None, None]
    assert clean_for_reading(page.astype(np.uint8), 200).rules == ()


def test_a_rule_knows_its_direction_and_length() -> None:
    assert PixelRule(10, 20, 110, 21, 2).horizontal
    down = PixelRule(10, 20, 11, 220, 2)
    assert not down.horizontal
    assert down.length == 200


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (40, 40)])
def test_the_smallest_pictures_have_no_rules(shape: tuple[int, int]) -> None:
    assert wipe_rules(np.full(shape, 255, np.uint8), 300) == []
    wipe_rules(np.zeros(shape, np.uint8), 300)
