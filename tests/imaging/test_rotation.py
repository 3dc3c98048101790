"""Pages fed upside down or on their side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from imaging.rotation import CONFIDENT, detect_rotation
from imaging.sources import prepare_page
from imaging.upright import load_upright
from imaging.upright import turned as turned_orientation
from models.pages import SourceKind
from tests.imaging.support import FONT, grey, noisy, saved, turned

SENTENCES = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
    "Theo đề nghị của Trưởng phòng Kinh tế, Hạ tầng và Đô thị tại tờ trình",
    "Giao Chánh Văn phòng, thủ trưởng các đơn vị và cá nhân có liên quan",
    "chịu trách nhiệm thi hành quyết định này kể từ ngày ký ban hành.",
    "Những người có tên dưới đây được công nhận đạt chuẩn trong đợt xét",
)


def letter(dpi: int = 150) -> Image.Image:
    mm = dpi / 25.4
    page = Image.new("RGB", (round(210 * mm), round(297 * mm)), (250, 249, 246))
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, round(13 * dpi / 72))
    for i in range(30):
        draw.text((25 * mm, (25 + 7.5 * i) * mm), SENTENCES[i * 3 % 5], font=font, fill=(25, 25, 30))
    return noisy(turned(page, 0.8), 4)


@pytest.mark.parametrize("needed", [0, 90, 180, 270])
@pytest.mark.parametrize("dpi", [100, 200])
def test_a_letter_is_set_right_from_every_side(needed: int, dpi: int) -> None:
    fed = np.ascontiguousarray(np.rot90(grey(letter(dpi)), needed // 90))
    found = detect_rotation(fed, dpi)
    assert found.degrees == needed
    assert found.confidence >= CONFIDENT


def test_what_has_no_lines_is_never_turned() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (900, 700), dtype=np.uint8)
    gradient = np.tile(np.linspace(0, 255, 700).astype(np.uint8), (900, 1))
    for page in (noise, gradient, np.full((900, 700), 255, np.uint8), np.zeros((1, 1), np.uint8)):
        assert detect_rotation(page, 100).confidence < CONFIDENT


def test_one_line_repeated_does_not_pass_for_columns() -> None:
    page = Image.new("L", (1240, 1754), 255)
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 27)
    for i in range(40):
        draw.text((125, 125 + i * 36), SENTENCES[0], font=font, fill=20)
    found = detect_rotation(np.asarray(page), 150)
    assert found.degrees == 0 or found.confidence < CONFIDENT


@pytest.mark.parametrize("kind", [SourceKind.JPEG, SourceKind.PNG])
@pytest.mark.parametrize("needed", [90, 180, 270])
def test_the_small_grey_page_is_enough_to_set_a_page_right(
    kind: SourceKind, needed: int, tmp_path: Path
) -> None:
    upright = letter()
    fed = upright.rotate(needed, expand=True)  # counter-clockwise, so that a clockwise turn sets it right
    path = saved(fed, tmp_path / f"fed.{kind.value}", dpi=(150, 150))
    prepared = prepare_page(path, kind, 1, tmp_path, max_pixels=10_000_000)

    found = detect_rotation(prepared.grey, prepared.grey_dpi)

    assert found.confidence >= CONFIDENT
    orientation = turned_orientation(prepared.picture.orientation, found.degrees)
    assert orientation == found.orientation
    picture = prepared.picture.model_copy(update={"orientation": orientation})
    pixels = load_upright(prepared.path, picture)
    assert np.abs(pixels.astype(int) - np.asarray(upright)).mean() < 4
