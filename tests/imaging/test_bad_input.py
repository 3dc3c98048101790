"""Pictures that are no pages: a sensible result in bounded work, never an exception."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from imaging.cleaning import CleanedPage, clean_for_reading
from imaging.quality import measure
from imaging.rotation import CONFIDENT, detect_rotation
from imaging.sources import prepare_page
from imaging.upright import load_upright
from models.pages import SourceKind
from tests.imaging.support import grey, noisy, saved, text_page


def wall() -> np.ndarray:
    rng = np.random.default_rng(3)
    soft = cv2.resize(
        rng.normal(0, 12, (60, 45, 3)).astype(np.float32), (1500, 2000), interpolation=cv2.INTER_CUBIC
    )
    return np.clip(np.array([200, 190, 170]) + soft + rng.normal(0, 4, (2000, 1500, 1)), 0, 255).astype(
        np.uint8
    )


def barcodes() -> np.ndarray:
    rng, page = np.random.default_rng(4), np.full((1754, 1240, 3), 255, np.uint8)
    for y in range(100, 1600, 200):
        x = 100
        while x < 1120:
            width = int(rng.integers(2, 7))
            page[y : y + 130, x : x + width] = 0
            x += width + int(rng.integers(2, 7))
    return page


def noise() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (1754, 1240, 3), dtype=np.uint8)


def strewn() -> np.ndarray:
    return np.where(np.random.default_rng(6).random((1754, 1240)) < 0.04, 0, 255).astype(np.uint8)


def hatched() -> np.ndarray:
    return np.tile(np.where(np.arange(1240) % 12 < 3, 0, 255).astype(np.uint8), (1754, 1))


def strip(height: int, width: int) -> np.ndarray:
    return np.where(np.random.default_rng(7).random((height, width)) < 0.1, 0, 255).astype(np.uint8)


PICTURES: dict[str, Callable[[], np.ndarray]] = {
    "wall": wall,
    "barcodes": barcodes,
    "noise": noise,
    "strewn": strewn,
    "hatched": hatched,
    "black": lambda: np.zeros((1754, 1240, 3), np.uint8),
    "white": lambda: np.full((1754, 1240), 255, np.uint8),
    "long strip": lambda: strip(60, 20_000),
    "tall strip": lambda: strip(20_000, 60),
    "thread": lambda: np.full((20_000, 1, 3), 90, np.uint8),
}


@pytest.mark.parametrize("name", list(PICTURES))
def test_what_is_no_page_has_no_leaders_stamps_signatures_cards_or_side_that_is_up(name: str) -> None:
    picture = PICTURES[name]()
    cleaned = clean_for_reading(picture, 150)
    assert cleaned.grey.shape == pytest.approx([cleaned.enlarged * side for side in picture.shape[:2]], abs=1)
    assert cleaned.grey.size <= 20_100_000
    assert cleaned.leaders == ()
    assert cleaned.layers == ()
    assert cleaned.card is None
    assert len(cleaned.rules) <= 12
    one = picture if picture.ndim == 2 else np.ascontiguousarray(picture[..., 1])
    assert detect_rotation(one, 150).confidence < CONFIDENT
    quality = measure(one, dpi=150)
    assert quality.cut_lines == 0
    assert quality.glare_share is None


def test_walls_noise_and_strewn_specks_leave_hardly_any_ink() -> None:
    for name, most in (("wall", 0.0001), ("strewn", 0.02), ("noise", 0.2)):
        cleaned = clean_for_reading(PICTURES[name](), 150)
        assert (cleaned.grey < 128).mean() < most
    assert measure(PICTURES["wall"]()[..., 1], dpi=150).blank


def reads_like(cleaned: CleanedPage, other: CleanedPage) -> bool:
    """The same strokes, give or take what a format loses."""
    a, b = cleaned.grey < 110, other.grey < 110
    return float((a ^ b).sum()) < 0.06 * float(b.sum())


def _stored(page: Image.Image, name: str, folder: Path) -> tuple[Path, SourceKind]:
    if name == "16 bit":
        deep = Image.fromarray((np.asarray(page.convert("L")).astype(np.uint16) << 8) | 0x7F)
        return saved(deep, folder / "p.png"), SourceKind.PNG
    if name == "cmyk":
        return saved(page.convert("CMYK"), folder / "p.tif"), SourceKind.TIFF
    if name == "palette":
        return saved(page.quantize(32), folder / "p.png"), SourceKind.PNG
    if name == "alpha":
        clear = page.convert("RGBA")
        clear.putalpha(page.convert("L").point(lambda v: 255 if v < 200 else 0))
        return saved(clear, folder / "p.png"), SourceKind.PNG
    turned = page.rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(turned, folder / "p.jpg", exif=exif, quality=95), SourceKind.JPEG


@pytest.mark.parametrize("name", ["16 bit", "cmyk", "palette", "alpha", "exif"])
def test_every_storage_of_one_page_reads_alike(name: str, tmp_path: Path) -> None:
    page = text_page(dpi=150)
    path, kind = _stored(page, name, tmp_path)
    prepared = prepare_page(path, kind, 1, tmp_path, max_pixels=10_000_000)
    pixels = load_upright(prepared.path, prepared.picture)
    assert pixels.shape == (page.height, page.width, 3)
    assert reads_like(clean_for_reading(pixels, 150), clean_for_reading(np.asarray(page), 150))


def test_a_negative_is_measured_as_the_page_it_shows_and_says_so() -> None:
    page = grey(noisy(text_page(), 3))
    straight, negative = measure(page, dpi=150), measure(255 - page, dpi=150)
    assert negative.negative
    assert not straight.negative
    assert not negative.blank
    assert negative.skew_degrees == pytest.approx(straight.skew_degrees, abs=0.1)
    assert negative.contrast == pytest.approx(straight.contrast, abs=0.05)
