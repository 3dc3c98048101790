"""Seals, stamps and signatures become layers; what is printed in colour stays text."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from imaging.cleaning import clean_for_reading
from imaging.coloured_ink import PixelBox
from tests.imaging.support import FONT, noisy, text_page, turned

RED, BLUE = (205, 35, 45), (35, 55, 165)


def signed_page(dpi: int = 200) -> Image.Image:
    """Print with a red seal, a blue framed stamp and a blue signature over it."""
    page = text_page(dpi=dpi)
    ink = Image.new("RGB", page.size, (255, 255, 255))
    draw, mm = ImageDraw.Draw(ink), dpi / 25.4
    draw.ellipse((90 * mm, 150 * mm, 126 * mm, 186 * mm), outline=RED, width=round(0.9 * mm))
    draw.regular_polygon((108 * mm, 168 * mm, 7 * mm), 5, fill=RED)
    draw.rectangle((30 * mm, 40 * mm, 80 * mm, 62 * mm), outline=BLUE, width=round(0.7 * mm))
    draw.text((36 * mm, 46 * mm), "ĐẾN", font=ImageFont.truetype(FONT, round(8 * mm)), fill=BLUE)
    points = [((130 + 40 * i / 30) * mm, (215 + 9 * np.sin(i * 1.3) * (1 - i / 40)) * mm) for i in range(31)]
    draw.line([(float(x), float(y)) for x, y in points], fill=BLUE, width=round(0.7 * mm))
    return ImageChops.multiply(page, ink)


def test_each_layer_has_its_kind_colour_and_place() -> None:
    page = signed_page()
    layers = clean_for_reading(np.asarray(noisy(page, 3)), 200).layers
    assert {(layer.kind, layer.colour) for layer in layers} == {
        ("seal", "red"),
        ("stamp", "blue"),
        ("signature", "blue"),
    }
    mm = 200 / 25.4
    seal = next(layer for layer in layers if layer.kind == "seal")
    assert _corners(seal.on_page) == pytest.approx([90 * mm, 150 * mm, 126 * mm, 186 * mm], abs=1.5 * mm)
    signature = next(layer for layer in layers if layer.kind == "signature")
    assert _corners(signature.on_page) == pytest.approx([130 * mm, 206 * mm, 170 * mm, 224 * mm], abs=3 * mm)


def _corners(box: PixelBox) -> list[int]:
    return [box.x0, box.y0, box.x1, box.y1]


def test_a_layers_mask_is_its_ink_and_not_the_print_below() -> None:
    page = signed_page()
    pixels = np.asarray(page)
    seal = next(layer for layer in clean_for_reading(pixels, 200).layers if layer.kind == "seal")
    mask = seal.mask(pixels)
    assert mask.shape == (seal.on_page.y1 - seal.on_page.y0, seal.on_page.x1 - seal.on_page.x0)
    piece = pixels[seal.on_page.y0 : seal.on_page.y1, seal.on_page.x0 : seal.on_page.x1]
    red = np.abs(piece.astype(int) - RED).max(axis=2) < 8
    assert mask[red].mean() > 0.99
    assert mask[(piece < 60).all(axis=2)].mean() < 0.02


def test_a_layers_place_on_the_cleaned_page_follows_the_straightening() -> None:
    cleaned = clean_for_reading(np.asarray(turned(signed_page(), 1.5)), 200)
    seal = next(layer for layer in cleaned.layers if layer.kind == "seal")
    middle = ((seal.box.x0 + seal.box.x1) / 2, (seal.box.y0 + seal.box.y1) / 2)
    x, y = cleaned.on_page(np.array(middle[0]), np.array(middle[1]))
    there = ((seal.on_page.x0 + seal.on_page.x1) / 2, (seal.on_page.y0 + seal.on_page.y1) / 2)
    assert (float(x), float(y)) == pytest.approx(there, abs=6)


def test_print_below_a_stamp_reads_as_if_the_stamp_were_not_there() -> None:
    page = signed_page()
    stamped = clean_for_reading(np.asarray(page), 200).grey
    bare = clean_for_reading(np.asarray(text_page(dpi=200)), 200).grey
    assert ((bare < 100) & (stamped > 170)).sum() < 0.002 * (bare < 100).sum()
    assert ((stamped < 128) & (bare > 200)).sum() < 0.01 * (bare < 100).sum()


@pytest.mark.parametrize("colour", [(200, 30, 40), (40, 45, 130), (35, 55, 165)])
@pytest.mark.parametrize("degrees", [0.0, 2.5])
def test_titles_printed_in_colour_keep_every_mark(colour: tuple[int, int, int], degrees: float) -> None:
    dpi, words = 200, "GIẤY CHỨNG NHẬN ĐỂ Ở KỸ THUẬT"
    font = ImageFont.truetype(FONT, 58)
    place = (300, 330)
    page, black = (text_page(dpi=dpi, lines=8, top_mm=90) for _ in range(2))
    ImageDraw.Draw(page).text(place, words, font=font, fill=colour)
    ImageDraw.Draw(black).text(place, words, font=font, fill=(25, 25, 30))
    title = np.s_[450:630, 420:2250]
    read = clean_for_reading(np.asarray(noisy(turned(page, degrees), 2)), dpi)
    wanted = clean_for_reading(np.asarray(turned(black, degrees)), dpi)
    assert read.layers == ()
    strokes = wanted.grey[title] < 90
    assert (read.grey[title][strokes] < 150).mean() > 0.97


def test_a_faded_picture_keeps_its_coloured_title() -> None:
    page = text_page(dpi=200, lines=10, top_mm=80)
    ImageDraw.Draw(page).text(
        (420, 330), "BIÊN LAI THU PHÍ", font=ImageFont.truetype(FONT, 58), fill=(200, 30, 40)
    )
    faded = np.asarray(page).astype(np.float32) * 0.55 + 100
    cleaned = clean_for_reading(np.clip(faded, 0, 255).astype(np.uint8), 200).grey
    assert (cleaned[495:615, 630:1500] < 110).mean() > 0.08
    assert np.percentile(cleaned[cleaned < 190], 20) < 90
