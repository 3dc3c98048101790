"""Lines cut out of the page: the right pixels, levelled, with a way back that leads home."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.crops import HEIGHT, MARGIN_BESIDE, MOST_ASPECT, cut
from ocr.linefinder import FoundLine


def page_with_bar(angle: float = 0.0) -> tuple[np.ndarray, FoundLine]:
    """A dark bar of 600 × 40 pixels with a notch at three quarters, and the box a finder would give."""
    page = np.full((400, 900), 255, np.uint8)
    page[180:220, 150:750] = 0
    page[180:220, 600:610] = 255
    turn = cv2.getRotationMatrix2D((450, 200), -angle, 1.0)
    turned = cv2.warpAffine(page, turn, (900, 400), borderValue=255)
    ys, xs = np.nonzero(turned < 128)
    return turned, FoundLine(xs.min(), ys.min(), xs.max() + 1, ys.max() + 1, slope=angle)


def test_a_crop_is_as_high_as_asked_with_its_margins() -> None:
    page, line = page_with_bar()
    crop = cut(page, line)
    assert crop.pixels.shape[0] == HEIGHT
    assert crop.pixels.dtype == np.uint8
    assert cut(page, line, 32).pixels.shape[0] == 32
    rows = np.flatnonzero(crop.pixels.mean(axis=1) < 128)
    assert rows[0] == pytest.approx(crop.ink[0], abs=1.5)
    assert rows[-1] + 1 == pytest.approx(crop.ink[1], abs=1.5)
    columns = np.flatnonzero(crop.pixels.min(axis=0) < 128)
    assert columns[0] == pytest.approx(MARGIN_BESIDE * 40 * HEIGHT / 49.6, abs=2)


@pytest.mark.parametrize("angle", [0.0, 0.4, 2.0, -1.5])
def test_a_sloping_line_is_levelled_and_the_way_back_leads_to_its_ink(angle: float) -> None:
    page, line = page_with_bar(angle)
    crop = cut(page, line)
    columns = np.flatnonzero(crop.pixels.min(axis=0) < 128)
    top = crop.pixels[:, columns[5] : columns[40]].mean(axis=1)
    far = crop.pixels[:, columns[-40] : columns[-5]].mean(axis=1)
    assert np.abs(np.flatnonzero(top < 128)[0] - np.flatnonzero(far < 128)[0]) <= 2
    notch = np.flatnonzero(crop.pixels[HEIGHT // 2, columns[0] : columns[-1]] > 128) + columns[0]
    x0, y0, x1, y1 = crop.place(notch[0] / crop.width, (notch[-1] + 1) / crop.width)
    centre = ((x0 + x1) / 2, (y0 + y1) / 2)
    radians = np.radians(angle)
    true = (450 + 155 * np.cos(radians), 200 + 155 * np.sin(radians))
    assert centre == pytest.approx(true, abs=2.5)


def test_paper_continues_where_the_page_ends() -> None:
    page = np.zeros((60, 300), np.uint8)
    crop = cut(page, FoundLine(0, 0, 300, 60))
    assert crop.pixels[:2].min() == 255
    assert crop.pixels[:, :3].min() == 255
    assert crop.pixels[HEIGHT // 2, crop.width // 2] == 0


def test_a_rule_taken_for_a_line_stays_within_bounds() -> None:
    page = np.full((100, 20_000), 255, np.uint8)
    page[50:52] = 0
    crop = cut(page, FoundLine(0, 50, 20_000, 52))
    assert crop.width <= MOST_ASPECT * HEIGHT
    assert crop.place(0.0, 1.0)[2] == pytest.approx(20_000, abs=10)


@given(
    x=st.floats(-50, 350),
    y=st.floats(-50, 150),
    width=st.floats(0, 400),
    height=st.floats(0, 120),
    slope=st.floats(-10, 10),
)
def test_any_box_gives_a_crop(x: float, y: float, width: float, height: float, slope: float) -> None:
    page = np.full((100, 300), 200, np.uint8)
    crop = cut(page, FoundLine(x, y, x + width, y + height, slope=slope))
    assert crop.pixels.shape[0] == HEIGHT
    assert 1 <= crop.width <= MOST_ASPECT * HEIGHT
    assert np.isfinite(crop.to_page).all()
