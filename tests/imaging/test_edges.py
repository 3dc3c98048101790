"""Black edges and punch holes are neither text nor ink."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from imaging.cleaning import clean_for_reading
from imaging.edges import beyond_the_paper
from imaging.quality import measure
from tests.imaging.support import FONT, grey, noisy, text_page, turned


def copied(page: Image.Image, degrees: float = 1.5) -> Image.Image:
    """Turned on a black lid, with a black strip down one side."""
    shown = page.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=(28, 28, 30))
    ImageDraw.Draw(shown).rectangle((0, 0, round(0.012 * page.width), page.height), fill=(24, 24, 24))
    return noisy(shown, 4)


def punched(page: Image.Image, dpi: int, *, top_mm: float = 108) -> Image.Image:
    draw, mm = ImageDraw.Draw(page), dpi / 25.4
    for y in (top_mm, top_mm + 80):
        draw.ellipse((9 * mm, (y - 3) * mm, 15 * mm, (y + 3) * mm), fill=(35, 33, 30))
    return page


@pytest.mark.parametrize("dpi", [150, 300])
def test_black_edges_turn_to_paper_and_the_print_stays(dpi: int) -> None:
    page = text_page(dpi=dpi)
    plain = clean_for_reading(np.asarray(turned(page, 1.5)), dpi)
    edged = clean_for_reading(np.asarray(copied(page)), dpi)
    assert edged.skew == pytest.approx(1.5, abs=0.12)
    assert (edged.grey < 128).sum() == pytest.approx((plain.grey < 128).sum(), rel=0.04)
    rim = round(3 * 300 / 25.4)
    assert (edged.grey[:, :rim] > 230).mean() > 0.98


@pytest.mark.parametrize("dpi", [150, 300])
def test_punch_holes_turn_to_paper_and_full_letters_of_their_size_stay(dpi: int) -> None:
    page = punched(text_page(dpi=dpi), dpi)
    mm = dpi / 25.4
    ImageDraw.Draw(page).text(
        (10 * mm, 15 * mm), "O8", font=ImageFont.truetype(FONT, round(9 * mm)), fill=(20, 20, 20)
    )
    cleaned = clean_for_reading(np.asarray(noisy(page, 3)), dpi).grey
    mm = 300 / 25.4
    assert (cleaned[round(100 * mm) : round(195 * mm), : round(18 * mm)] < 150).sum() == 0
    assert (cleaned[round(15 * mm) : round(26 * mm), round(9 * mm) : round(24 * mm)] < 128).mean() > 0.1


def test_edges_and_holes_are_no_trouble_for_the_measures() -> None:
    page = text_page()
    clean, edged = (
        measure(grey(noisy(p, 4)), dpi=150) for p in (turned(page, 1.5), copied(punched(page.copy(), 150)))
    )
    assert edged.skew_degrees == pytest.approx(clean.skew_degrees, abs=0.15)
    assert edged.ink_share == pytest.approx(clean.ink_share, rel=0.1)
    assert edged.contrast == pytest.approx(clean.contrast, abs=0.05)
    assert edged.cut_lines == 0


def test_a_blank_sheet_on_a_black_lid_is_blank() -> None:
    sheet = Image.new("RGB", (1240, 1754), (248, 246, 240))
    assert measure(grey(copied(punched(sheet, 150))), dpi=150).blank


def test_white_print_on_a_dark_band_at_the_rim_is_no_edge() -> None:
    page = text_page(dpi=150)
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, page.width, 110), fill=(30, 40, 60))
    font = ImageFont.truetype(FONT, 34)
    draw.text((120, 30), "CÔNG BÁO NƯỚC CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", font=font, fill=(250, 250, 250))
    assert beyond_the_paper(grey(page), 150) is None


def test_a_clean_page_and_a_dark_picture_have_no_edges() -> None:
    assert beyond_the_paper(grey(noisy(text_page(), 4)), 150) is None
    assert beyond_the_paper(np.full((1754, 1240), 20, np.uint8), 150) is None
    assert beyond_the_paper(np.zeros((3, 3), np.uint8), 150) is None
