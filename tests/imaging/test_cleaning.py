"""A page made ready for reading, and the way back to the picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from imaging.cleaning import clean_for_reading
from imaging.coloured_ink import find_coloured_ink
from tests.imaging.support import FONT, noisy, text_page, turned


@pytest.mark.parametrize("degrees", [0.0, 1.3, -2.4])
@pytest.mark.parametrize("dpi", [150, 300, 450])
def test_cleaned_coordinates_lead_back_to_the_picture(degrees: float, dpi: int) -> None:
    page = turned(text_page(dpi=dpi, lines=20), degrees)
    mark = (page.width * 3 // 4, page.height * 9 // 10)
    ImageDraw.Draw(page).ellipse((mark[0] - 9, mark[1] - 9, mark[0] + 9, mark[1] + 9), fill=(0, 0, 0))

    cleaned = clean_for_reading(np.asarray(page), dpi)

    assert cleaned.skew == pytest.approx(degrees, abs=0.12)
    assert cleaned.dpi == pytest.approx(300, rel=0.02)
    lower = cleaned.grey.copy()
    lower[: int(lower.shape[0] * 0.8)] = 255
    ys, xs = np.nonzero(lower < 100)
    x, y = cleaned.on_page(xs.mean(), ys.mean())
    assert (float(x), float(y)) == pytest.approx(mark, abs=0.06 / 25.4 * dpi * 5)


def test_a_card_is_enlarged_and_still_leads_back() -> None:
    page = text_page(dpi=300, size_mm=(85.6, 54), lines=4, top_mm=6)
    ImageDraw.Draw(page).rectangle((900, 560, 920, 580), fill=(0, 0, 0))
    cleaned = clean_for_reading(np.asarray(page), 300)
    assert cleaned.enlarged == 1.5
    assert cleaned.grey.shape[1] == pytest.approx(page.width * 1.5, abs=1)
    lower = cleaned.grey[750:, 1200:]
    ys, xs = np.nonzero(lower < 100)
    x, y = cleaned.on_page(xs.mean() + 1200, ys.mean() + 750)
    assert (float(x), float(y)) == pytest.approx((910, 570), abs=1)


def test_shadow_and_yellow_paper_turn_white() -> None:
    page = np.asarray(noisy(text_page(paper=(225, 205, 160)), 3)).astype(np.float32)
    page *= np.linspace(0.45, 1.0, page.shape[1])[None, :, None]
    cleaned = clean_for_reading(page.astype(np.uint8), 150)
    assert np.median(cleaned.grey[:, :200]) > 235
    assert np.median(cleaned.grey[:, -200:]) > 235
    assert (cleaned.grey[:, 150:700] < 100).mean() > 0.01


def test_white_print_on_black_is_turned_over() -> None:
    page = np.asarray(text_page())
    straight, negative = clean_for_reading(page, 150), clean_for_reading(255 - page, 150)
    assert negative.negative
    assert not straight.negative
    assert np.abs(straight.grey.astype(int) - negative.grey).mean() < 6


def seal(page: Image.Image, centre: tuple[int, int], radius: int) -> None:
    draw, (x, y) = ImageDraw.Draw(page), centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(205, 35, 45), width=5)
    draw.regular_polygon((x, y, radius // 3), 5, fill=(205, 35, 45))
    draw.line((x - radius - 60, y + 40, x + radius + 80, y - 50), fill=(30, 40, 160), width=5)


def test_a_seal_is_found_and_its_ink_fades_while_the_print_below_stays() -> None:
    page = text_page(dpi=200)
    seal(page, (800, 900), 140)
    cleaned = clean_for_reading(np.asarray(page), 200)
    assert len(cleaned.stamps) == 1
    box = cleaned.stamps[0]
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((660, 760, 941, 1041), abs=12)
    bare = clean_for_reading(np.asarray(text_page(dpi=200)), 200)
    assert (cleaned.grey < 110).sum() == pytest.approx((bare.grey < 110).sum(), rel=0.05)


def test_a_circle_of_print_a_photograph_or_handwriting_is_no_stamp() -> None:
    page = text_page(dpi=200)
    draw = ImageDraw.Draw(page)
    draw.ellipse((900, 900, 1180, 1180), outline=(20, 20, 20), width=5)
    points = [(300 + 6 * i, 1500 + int(40 * np.sin(i / 3))) for i in range(60)]
    draw.line(points, fill=(30, 40, 160), width=5)
    draw.rectangle((1200, 300, 1400, 560), fill=(180, 90, 60))
    assert find_coloured_ink(np.asarray(page), 200).stamps == ()


def test_a_title_printed_in_red_stays_readable() -> None:
    page = text_page(dpi=200, lines=10, top_mm=80)
    font = ImageFont.truetype(FONT, 60)
    ImageDraw.Draw(page).text((520, 300), "GIẤY KHAI SINH", font=font, fill=(200, 30, 40))
    cleaned = clean_for_reading(np.asarray(noisy(page, 3)), 200)
    title = cleaned.grey[450:570, 780:1575]
    assert (title < 110).mean() > 0.08
    assert cleaned.stamps == ()


def leader_page() -> Image.Image:
    page = Image.new("RGB", (1654, 2339), (250, 250, 248))
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 36)
    for i in range(10):
        y = 200 + 90 * i
        draw.text((200, y), "Họ và tên:" + "." * 30 + " ", font=font, fill=(20, 20, 20))
        draw.text((700, y - 4), "Nguyễn Thị Mẫu", font=font, fill=(20, 20, 20))
    draw.text((200, 1300), "Điều 1. Công nhận. Ông, bà có tên. Hết.", font=font, fill=(20, 20, 20))
    return page


@pytest.mark.parametrize("degrees", [0.0, 0.7])
def test_leaders_vanish_and_are_remembered_while_full_stops_stay(degrees: float) -> None:
    page = noisy(turned(leader_page(), degrees), 3)
    cleaned = clean_for_reading(np.asarray(page), 200)
    assert len(cleaned.leaders) >= 10
    run = cleaned.leaders[len(cleaned.leaders) // 2]
    inside = cleaned.grey[run.y0 : run.y1, run.x0 + 4 : run.x0 + 200]
    assert (inside < 150).mean() < 0.03

    sentence = clean_for_reading(np.asarray(leader_page()), 200).grey[1935:2025, 285:1350]
    count, _, stats, _ = cv2.connectedComponentsWithStats((sentence < 150).astype(np.uint8))
    stops = sum(h <= 9 and w <= 9 for w, h in stats[1:count, 2:4])
    assert stops >= 4


def test_small_thin_print_is_not_taken_for_leaders() -> None:
    page = Image.new("RGB", (1011, 638), (225, 238, 230))
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 24)
    for i in range(12):
        draw.text(
            (60, 30 + 48 * i),
            "Independence - Freedom - Happiness / Nationality",
            font=font,
            fill=(120, 135, 130),
        )
    cleaned = clean_for_reading(np.asarray(noisy(page, 3)), 300)
    assert cleaned.leaders == ()


def test_specks_of_a_photocopy_vanish_and_diacritics_stay() -> None:
    page = np.asarray(text_page(dpi=200).convert("L")).copy()
    page = np.where(page < 128, 0, 255).astype(np.uint8)
    clean = clean_for_reading(page, 200).grey
    rng = np.random.default_rng(2)
    strewn = page.copy()
    strewn[rng.random(page.shape) < 0.0008] = 0
    cleaned = clean_for_reading(strewn, 200).grey
    empty = round(0.85 * len(cleaned))
    assert np.count_nonzero(cleaned[empty:] < 128) < 0.0001 * cleaned[empty:].size
    assert np.count_nonzero(cleaned < 128) == pytest.approx(np.count_nonzero(clean < 128), rel=0.06)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2, 3), (9, 400, 3)])
def test_the_smallest_pictures_are_cleaned_too(shape: tuple[int, ...]) -> None:
    for value in (0, 128, 255):
        cleaned = clean_for_reading(np.full(shape, value, np.uint8), 300)
        assert cleaned.grey.ndim == 2
        assert cleaned.grey.dtype == np.uint8
