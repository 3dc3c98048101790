"""One sheet captured with a note on it and without, told from everything that only looks like it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from imaging.noted import likely_noted, note_share
from imaging.quality import measure, same_page
from tests.imaging.support import NOTES, grey, noisy, text_page, turned, with_note

PAGE = text_page()


def scans(one: Image.Image, other: Image.Image) -> tuple[np.ndarray, np.ndarray]:
    return grey(noisy(turned(one, 0.4), 4, 1)), np.roll(
        grey(noisy(turned(other, -0.5), 4, 2)), (6, -5), (0, 1)
    )


@pytest.mark.parametrize("colour", NOTES.values(), ids=NOTES)
@pytest.mark.parametrize("first", [True, False])
def test_a_sheet_with_a_note_and_without_it_is_one_sheet(colour: tuple[int, int, int], first: bool) -> None:
    a, b = scans(with_note(PAGE, colour), PAGE) if first else scans(PAGE, with_note(PAGE, colour))
    assert note_share(a, b, dpi=150) == pytest.approx(0.065, abs=0.03)
    assert likely_noted(*(measure(page, dpi=150).perceptual_hash for page in (a, b)))
    assert not same_page(a, b, dpi=150)


def test_what_only_looks_like_it_is_not() -> None:
    an, binh = (
        text_page(first="Họ, chữ đệm, tên: Nguyễn Văn Mẫu"),
        text_page(first="Họ, chữ đệm, tên: Trần Thị Thử"),
    )
    shade = np.linspace(0.7, 1.0, PAGE.width)[None, :]
    shadowed = Image.fromarray((np.asarray(PAGE) * shade[..., None]).astype(np.uint8))
    for one, other in (
        (PAGE, PAGE),
        (an, binh),
        (an, with_note(binh, NOTES["yellow"])),
        (PAGE, shadowed),
        (PAGE, text_page(lines=10)),
        (PAGE, with_note(PAGE, NOTES["yellow"], mm=170, at=(20, 20))),
    ):
        assert note_share(*scans(one, other), dpi=150) is None
    assert note_share(grey(PAGE), grey(text_page(size_mm=(148, 210), lines=12)), dpi=150) is None
