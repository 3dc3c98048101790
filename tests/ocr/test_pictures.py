"""Photographs, codes, stamps and pen strokes are boxed; print is none of them."""

from __future__ import annotations

import random

import cv2
import numpy as np
from PIL import Image

from imaging.cleaning import clean_for_reading
from ocr.layout import Unread, unread_parts
from ocr.linefinder import find_lines
from samples.fonts import FontBook
from samples.ink import Seal
from tests.ocr.support import EVERY_LETTER, Printed, page_of, pixels

DPI = 300
MM = DPI / 25.4
TEXT = [Printed(25, 30 + 8 * i, text) for i, text in enumerate(EVERY_LETTER)]


def parts_of(page: Image.Image) -> list[Unread]:
    cleaned = clean_for_reading(pixels(page), DPI)
    return unread_parts(cleaned, find_lines(cleaned), pixels(page))


def pasted(patch: np.ndarray, x_mm: float, y_mm: float) -> Image.Image:
    page = page_of(TEXT, dpi=DPI)
    page.paste(Image.fromarray(patch).convert("RGB"), (round(x_mm * MM), round(y_mm * MM)))
    return page


def modules(count: int, size: int) -> np.ndarray:
    rng = np.random.default_rng(8)
    return np.kron((rng.random((count, count)) < 0.5).astype(np.uint8) * 255, np.ones((size, size), np.uint8))


def portrait() -> np.ndarray:
    """Soft shades with darker and lighter parts, 25 × 33 mm."""
    rng = np.random.default_rng(4)
    rough = rng.integers(40, 230, (7, 5)).astype(np.uint8)
    return cv2.resize(rough, (round(25 * MM), round(33 * MM)), interpolation=cv2.INTER_CUBIC)


def test_a_page_of_print_has_nothing_unread() -> None:
    items = [*TEXT, Printed(40, 110, "GIẤY CHỨNG NHẬN", 30), Printed(25, 140, "In đậm và rất lớn", 44)]
    assert parts_of(page_of(items, dpi=DPI)) == []


def test_a_square_code_is_called_a_code_and_boxed() -> None:
    (code,) = parts_of(pasted(modules(33, 5), 150, 120))
    assert code.kind == "code"
    side = 33 * 5
    assert abs(code.x0 - 150 * MM) < 3 * MM
    assert abs((code.x1 - code.x0) - side) < 6 * MM


def test_a_photograph_is_called_a_photograph() -> None:
    parts = parts_of(pasted(portrait(), 30, 120))
    assert [part.kind for part in parts] == ["photo"]


def test_a_red_seal_is_called_a_stamp_and_boxed_once() -> None:
    page = page_of(TEXT, dpi=DPI)
    seal = Seal(x=400, y=560, upper="ỦY BAN NHÂN DÂN XÃ MẪU")
    seal.painter(FontBook.find(), random.Random(3))(page, DPI / 72)
    assert [part.kind for part in parts_of(page)] == ["stamp"]
