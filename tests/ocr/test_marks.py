"""Marks in narrow settings stay with their letters."""

from __future__ import annotations

import numpy as np
import pytest

from imaging.cleaning import clean_for_reading
from ocr.linefinder import find_lines
from samples.generate import generate


@pytest.mark.parametrize("seed", [10, 12])
def test_marks_on_the_capitals_of_a_card_are_inside_their_lines(seed: int) -> None:
    """On cards the mark on a bold name is nearer to the label above than to the name."""
    sample = generate("can_cuoc", seed, "clean", layout="2024-card")
    page, truth = sample.pages[0], sample.truth
    height, width = page.picture.height, page.picture.width
    (name,) = [line for line in truth.pages[0].lines if line.text == truth.fields["full_name"]]
    cleaned = clean_for_reading(np.asarray(page.picture), page.dpi)
    boxes = []
    for line in find_lines(cleaned):
        xs, ys = cleaned.on_page(np.array([line.x0, line.x1]), np.array([line.y0, line.y1]))
        boxes.append((xs[0], ys[0], xs[1], ys[1]))
    middle = (name.box.y0 + name.box.y1) / 2 * height
    (found,) = [
        b
        for b in boxes
        if b[1] < middle < b[3] and b[0] < name.box.x0 * width + 20 and b[2] > name.box.x1 * width - 20
    ]
    assert found[1] <= name.box.y0 * height + 2.5
    assert found[3] >= name.box.y1 * height - 2.5
