"""What a picture's detail is worth, whatever its file says."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from imaging.resolution import effective_dpi
from tests.imaging.support import grey, noisy, text_page


def scanned(dpi: int = 300) -> np.ndarray:
    return cv2.GaussianBlur(grey(noisy(text_page(dpi=dpi), 3)), (0, 0), 0.5)


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_a_sharp_scan_is_worth_what_it_claims(dpi: int) -> None:
    found = effective_dpi(scanned(dpi), dpi)
    assert found is not None
    assert 0.75 * dpi <= found <= dpi


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("way", [cv2.INTER_LINEAR, cv2.INTER_CUBIC])
def test_an_enlarged_picture_gives_itself_away(times: int, way: int) -> None:
    page = scanned(300)
    small = cv2.resize(page, (page.shape[1] // times, page.shape[0] // times), interpolation=cv2.INTER_AREA)
    found = effective_dpi(cv2.resize(small, (page.shape[1], page.shape[0]), interpolation=way), 300)
    assert found is not None
    # Linear interpolation leaves false detail of its own behind.
    assert 300 / times * 0.85 <= found <= 300 / times * (1.4 if way == cv2.INTER_CUBIC else 1.7)


def test_blur_lowers_it_step_by_step() -> None:
    page = scanned()
    found = [effective_dpi(cv2.GaussianBlur(page, (0, 0), s), 300) or 0 for s in (0.5, 1.5, 3, 5)]
    assert found == sorted(found, reverse=True)
    assert found[2] < 110


def test_without_print_there_is_nothing_to_say() -> None:
    assert effective_dpi(np.full((2000, 1500), 240, np.uint8), 300) is None
    assert effective_dpi(np.zeros((1, 1), np.uint8), 300) is None
