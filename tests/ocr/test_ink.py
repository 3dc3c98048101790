"""Words get their ink's colour, and nothing else of a reading changes."""

from __future__ import annotations

import numpy as np
import pytest

from models.reading import Line, PageReading, Reading
from ocr.ink import with_ink
from tests.ocr.support import rich_reading

COLOURS = {None: (20, 20, 25), "red": (205, 35, 45), "blue": (28, 44, 150)}


def strokes(reading: Reading, colour_of: dict[str, str | None]) -> np.ndarray:
    """A picture with a few thick strokes in each word's place, in the colour that `colour_of` names for its text."""
    page = np.full((1400, 1000, 3), (248, 244, 236), np.uint8)
    for line in reading.pages[0].lines():
        for word in line.words:
            x0, x1, y0, y1 = (round(v) for v in (word.box.x0 * 1000, word.box.x1 * 1000, word.box.y0 * 1400, word.box.y1 * 1400))  # fmt: skip
            for x in range(x0 + 2, x1 - 2, 8):
                page[y0 + 4 : y1 - 4, x : x + 3] = COLOURS[colour_of.get(word.text)]
    return page


def bare(reading: Reading) -> PageReading:
    page = reading.pages[0]
    regions = tuple(
        region.model_copy(update={"lines": tuple(_without_ink(line) for line in region.lines)})
        for region in page.regions
    )
    return page.model_copy(update={"regions": regions})


def _without_ink(line: Line) -> Line:
    return line.model_copy(update={"words": tuple(w.model_copy(update={"ink": None}) for w in line.words)})


def test_every_word_has_the_colour_that_stands_in_its_box() -> None:
    said = {"thị": "blue", "Bản": "red", "giấy": "blue"}
    page = bare(rich_reading())
    found = with_ink(page, strokes(rich_reading(), said), 150)
    words = [word for line in found.lines() for word in line.words]
    assert {word.text: word.ink for word in words if word.ink} == said
    assert len(words) >= 9
    assert bare(Reading(engine=rich_reading().engine, pages=(found,))) == page


@pytest.mark.parametrize("shape", ["grey", "black"])
def test_a_page_without_colour_is_left_as_it_is(shape: str) -> None:
    page = bare(rich_reading())
    picture = strokes(rich_reading(), {"thị": "blue"} if shape == "grey" else {})
    assert with_ink(page, picture[..., 1] if shape == "grey" else picture, 150) is page


def test_a_page_without_words_needs_no_picture() -> None:
    empty = PageReading(page=1, regions=())
    assert with_ink(empty, np.zeros((0, 0, 3), np.uint8), 300) is empty
