"""Adds to a page's words the colour of their ink, measured on the picture that came in, whatever engine read them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from imaging.ink_colour import ink_colours
from models.reading import InkColour, Line, PageReading


def with_ink(reading: PageReading, image: np.ndarray, dpi: float) -> PageReading:
    """`reading` with each word's `ink`; `image` is the upright RGB (H, W, 3) or grey (H, W) page it was made of."""
    words = [word for line in reading.lines() for word in line.words]
    inks = ink_colours(image, dpi, [word.box for word in words])
    if not any(inks):
        return reading
    following = iter(inks)
    regions = tuple(
        region.model_copy(update={"lines": tuple(_inked(line, following) for line in region.lines)})
        for region in reading.regions
    )
    return reading.model_copy(update={"regions": regions})


def _inked(line: Line, inks: Iterator[InkColour | None]) -> Line:
    words = tuple(word.model_copy(update={"ink": next(inks)}) for word in line.words)
    return line.model_copy(update={"words": words})
