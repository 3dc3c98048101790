"""What a scanner gave is kept as the profile says: the device's JPEG untouched, pixels encoded once and no detail guessed."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, JpegImagePlugin

from kiosk_agent.encoding import Encoding, encoded
from kiosk_agent.scanners.sane import SaneScanner
from models.errors import TooManyPixels, TruncatedFile
from models.scanners import ScannedPage, ScanOrder
from tests.kiosk_agent.pages import jpeg

PNM = "image/x-portable-anymap"
COLOURS = np.random.default_rng(1).integers(0, 256, (40, 30, 3), np.uint8)


def pnm(pixels: np.ndarray) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PPM")
    return target.getvalue()


def png(pixels: np.ndarray, dpi: int | None) -> bytes:
    target = io.BytesIO()
    said = {} if dpi is None else {"dpi": (dpi, dpi)}
    Image.fromarray(pixels).save(target, "PNG", **said)  # type: ignore[arg-type]
    return target.getvalue()


def shown(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("encoding", ["device", "jpeg", "png"])
def test_the_devices_jpeg_is_kept_byte_for_byte(encoding: Encoding) -> None:
    content = jpeg(COLOURS)
    kept = encoded(ScannedPage(content, "image/jpeg", 300), encoding, quality=50)
    assert (kept.content, kept.media_type, kept.dpi, kept.as_it_came) == (content, "image/jpeg", 300, True)


@pytest.mark.parametrize("encoding", ["device", "jpeg"])
def test_raw_pixels_become_a_jpeg_in_full_colour_with_their_resolution(encoding: Encoding) -> None:
    red_on_black = np.zeros((64, 64, 3), np.uint8)
    red_on_black[:, ::2, 0] = 255
    kept = encoded(ScannedPage(pnm(red_on_black), PNM, 240), encoding, quality=90)
    image = shown(kept.content)
    assert (kept.media_type, kept.as_it_came) == ("image/jpeg", False)
    assert image.info["dpi"] == (240, 240)
    assert JpegImagePlugin.get_sampling(image) == 0, "4:4:4"
    assert np.abs(np.asarray(image).astype(int) - red_on_black).max() < 60, (
        "lines a pixel wide keep their colour"
    )
    assert len(encoded(ScannedPage(pnm(COLOURS), PNM, 240), quality=50).content) < len(
        encoded(ScannedPage(pnm(COLOURS), PNM, 240), quality=95).content
    )


def test_grey_stays_grey_and_one_bit_is_exact_under_every_profile() -> None:
    grey = COLOURS[..., 0]
    assert shown(encoded(ScannedPage(pnm(grey), PNM, 300)).content).mode == "L"
    bits = grey > 127
    for encoding in ("device", "jpeg", "png"):
        kept = encoded(ScannedPage(pnm(bits), PNM, 300), encoding)
        image = shown(kept.content)
        assert (kept.media_type, image.mode) == ("image/png", "1")
        assert (np.asarray(image) == bits).all()
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_sixteen_bits_become_eight() -> None:
    wide = b"P5 2 1 65535\n" + np.array([0x1234, 0xFEDC], ">u2").tobytes()
    image = shown(encoded(ScannedPage(wide, PNM, 300), "png").content)
    assert np.asarray(image).tolist() == [[0x12, 0xFE]]


@settings(max_examples=30, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_as_png_no_pixel_is_changed(pixels: np.ndarray) -> None:
    kept = encoded(ScannedPage(pnm(pixels), PNM, 300), "png")
    assert (np.asarray(shown(kept.content)) == pixels).all()


def test_the_devices_png_is_kept_where_png_is_asked_for_and_it_names_its_resolution() -> None:
    said, silent = png(COLOURS, 300), png(COLOURS, None)
    assert encoded(ScannedPage(said, "image/png", 300), "png").content == said
    rewritten = encoded(ScannedPage(silent, "image/png", 300), "png")
    assert not rewritten.as_it_came
    assert (np.asarray(shown(rewritten.content)) == COLOURS).all()
    assert shown(rewritten.content).info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert encoded(ScannedPage(said, "image/png", 300), "device").media_type == "image/jpeg"


def test_what_a_sane_scanner_gives_can_be_kept() -> None:
    order = ScanOrder(dpi=75, feed="flatbed", size_mm=(30, 30))
    (page,) = SaneScanner("test:0").pages(order)
    image = shown(encoded(page).content)
    assert (image.format, image.info["dpi"]) == ("JPEG", (75, 75))


def test_half_the_pixels_are_no_page() -> None:
    content = pnm(COLOURS)
    with pytest.raises(TruncatedFile):
        encoded(ScannedPage(content[:500], PNM, 300))
    with pytest.raises(TruncatedFile):
        encoded(ScannedPage(b"", PNM, 300))
    with pytest.raises(TooManyPixels):
        encoded(ScannedPage(b"P6 100000 100000 255\n", PNM, 300))
