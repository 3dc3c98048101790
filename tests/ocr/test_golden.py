"""How well generated papers are read: thresholds a little above what was measured, so that a loss shows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ocr.accuracy import compare
from ocr.engines import create_engine
from samples.generate import generate


@pytest.mark.parametrize(
    ("kind", "layout", "variant", "most"),
    [
        ("quyet_dinh", "commune", "scanned", 0.015),
        ("giay_khai_sinh", "form-2015", "uneven", 0.025),
        pytest.param("giay_khai_sinh", "form-2020", "stamped", 0.03, marks=pytest.mark.slow),
        pytest.param("trich_luc_khai_sinh", None, "photocopy", 0.05, marks=pytest.mark.slow),
        pytest.param("cong_van", None, "showthrough", 0.02, marks=pytest.mark.slow),
        pytest.param("can_cuoc", "2024-card", "clean", 0.07, marks=pytest.mark.slow),
    ],
)
def test_generated_papers_are_read_well(kind: str, layout: str | None, variant: str, most: float) -> None:
    sample = generate(kind, 7, variant, layout=layout)
    engine = create_engine()
    for scanned, truth in zip(sample.pages, sample.truth.pages, strict=True):
        picture = np.asarray(scanned.picture)
        reading = engine.read_page(picture, dpi=scanned.dpi, page=truth.page)
        found = compare([line.text for line in truth.lines], reading.text)
        assert found.cer <= most, f"CER {found.cer:.2%}\n{reading.text}"


def test_an_official_letter_is_read_in_order() -> None:
    sample = generate("quyet_dinh", 11, "scanned", layout="commune")
    truth = [line.text for line in sample.truth.pages[0].lines]
    scanned = sample.pages[0]
    text = create_engine().read_page(np.asarray(scanned.picture), dpi=scanned.dpi, page=1).text
    places = [text.find(line[:18]) for line in truth]
    found = [p for p in places if p >= 0]
    assert len(found) >= 0.8 * len(truth)
    in_order = sum(a < b for a, b in pairwise(found))
    assert in_order >= 0.9 * (len(found) - 1)
