"""Blank and noisy pages are told from pages with little or much text."""

from __future__ import annotations

import numpy as np
import pytest

from imaging.cleaning import clean_for_reading
from ocr.emptiness import no_text
from tests.ocr.support import EVERY_LETTER, Printed, page_of, pixels


def cleaned_says_no(page: np.ndarray, dpi: float = 200) -> bool:
    return no_text(clean_for_reading(page, dpi))


def test_blank_paper_and_noise_hold_no_text() -> None:
    rng = np.random.default_rng(3)
    assert cleaned_says_no(np.full((900, 700), 240, np.uint8))
    assert cleaned_says_no(rng.integers(0, 256, (900, 700), dtype=np.uint8))
    assert cleaned_says_no((rng.random((900, 700)) < np.linspace(0, 1, 700)).astype(np.uint8) * 255)


@pytest.mark.parametrize("size", [7.0, 13.0])
def test_dense_and_sparse_print_is_text(size: float) -> None:
    dense = [Printed(5, 4 + 0.42 * size * i, EVERY_LETTER[i % 8], size) for i in range(int(640 / size))]
    assert not cleaned_says_no(pixels(page_of(dense)))
    assert not cleaned_says_no(pixels(page_of([Printed(100, 280, "2", size)])))


def test_a_coarse_photograph_on_a_printed_page_does_not_hide_the_text() -> None:
    page = pixels(page_of([Printed(20, 120 + 7 * i, EVERY_LETTER[i % 8]) for i in range(18)])).copy()
    rng = np.random.default_rng(4)
    page[150:650, 150:550] = (rng.random((500, 400, 1)) < 0.6) * 255
    assert not cleaned_says_no(page)
