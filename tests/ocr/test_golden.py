"""How well generated papers are read: thresholds a little above what was measured, so that a loss shows."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from models.ports import OcrEngine
from ocr.accuracy import Accuracy, compare, invented_words
from ocr.engines import create_engine
from samples.fonts import STAND_INS
from samples.generate import Sample, fonts, generate

slow = pytest.mark.slow


@cache
def engine(name: str, profile: str) -> OcrEngine:
    return create_engine(name, profile=profile)


def read_first_page(sample: Sample, name: str, profile: str) -> tuple[Accuracy, float, str]:
    """How the first page was read, the share of words that it doesn't have, and the text."""
    page, truth = sample.pages[0], [line.text for line in sample.truth.pages[0].lines]
    text = engine(name, profile).read_page(np.asarray(page.picture), dpi=page.dpi, page=1).text
    invented, words = invented_words(truth, text)
    return compare(truth, text), invented / max(words, 1), text


@pytest.mark.parametrize(
    ("kind", "layout", "variant", "most", "exact"),
    [
        ("quyet_dinh", "commune", "scanned", 0.008, 0.85),
        ("giay_khai_sinh", "form-2015", "uneven", 0.025, 0.7),
        ("bang_bieu", "ruled", "scanned", 0.01, 0.9),
        ("don", "petition", "stamped", 0.02, 0.7),
        pytest.param("bang_bieu", "unruled", "clean", 0.008, 0.9, marks=slow),
        pytest.param("giay_khai_sinh", "form-2020", "stamped", 0.03, 0.6, marks=slow),
        pytest.param("trich_luc_khai_sinh", None, "photocopy", 0.05, 0.5, marks=slow),
        pytest.param("cong_van", None, "showthrough", 0.02, 0.7, marks=slow),
        pytest.param("can_cuoc", "2024-card", "clean", 0.07, 0.45, marks=slow),
    ],
)
def test_generated_papers_are_read_well(
    kind: str, layout: str | None, variant: str, most: float, exact: float
) -> None:
    found, invented, text = read_first_page(generate(kind, 7, variant, layout=layout), "auto", "fast")
    assert found.cer <= most, f"CER {found.cer:.2%}\n{text}"
    assert found.exact_rate >= exact, f"{found.exact_rate:.0%} of the lines\n{text}"
    assert invented <= 0.15, f"{invented:.0%} of the words\n{text}"


@pytest.mark.parametrize(
    ("kind", "layout", "variant", "most"),
    [
        ("giay_uy_quyen", "personal", "photocopy", 0.02),
        pytest.param("cong_van_dai", "department", "showthrough", 0.012, marks=slow),
    ],
)
def test_type_that_no_recogniser_was_trained_on_is_read_too(
    kind: str, layout: str, variant: str, most: float
) -> None:
    sample = generate(kind, 7, variant, layout=layout, book=fonts().replaced(STAND_INS))
    found, _, text = read_first_page(sample, "auto", "fast")
    assert found.cer <= most, f"CER {found.cer:.2%}\n{text}"


@pytest.mark.parametrize(
    ("kind", "layout", "variant", "most"),
    [
        ("bien_lai", None, "scanned", 0.02),
        pytest.param("bang_bieu", "ruled", "scanned", 0.02, marks=slow),
        pytest.param("quyet_dinh", "commune", "scanned", 0.02, marks=slow),
    ],
)
def test_the_fallback_that_always_works_reads_well(
    kind: str, layout: str | None, variant: str, most: float
) -> None:
    found, _, text = read_first_page(generate(kind, 7, variant, layout=layout), "tesseract", "fast")
    assert found.cer <= most, f"CER {found.cer:.2%}\n{text}"


@slow
@pytest.mark.parametrize(
    ("kind", "layout", "variant"),
    [("don", "petition", "stamped"), ("bang_bieu", "ruled", "bad"), ("quyet_dinh", "province", "photocopy")],
)
def test_the_best_profile_is_no_worse_than_the_fast_one(kind: str, layout: str, variant: str) -> None:
    sample = generate(kind, 7, variant, layout=layout)
    (best, _, text), (fast, _, _) = (read_first_page(sample, "auto", p) for p in ("best", "fast"))
    assert best.cer <= fast.cer + 0.002, f"{best.cer:.2%} against {fast.cer:.2%}\n{text}"


def test_an_official_letter_is_read_in_order() -> None:
    sample = generate("quyet_dinh", 11, "scanned", layout="commune")
    truth = [line.text for line in sample.truth.pages[0].lines]
    scanned = sample.pages[0]
    text = engine("auto", "fast").read_page(np.asarray(scanned.picture), dpi=scanned.dpi, page=1).text
    places = [text.find(line[:18]) for line in truth]
    found = [p for p in places if p >= 0]
    assert len(found) >= 0.8 * len(truth)
    in_order = sum(a < b for a, b in pairwise(found))
    assert in_order >= 0.9 * (len(found) - 1)
