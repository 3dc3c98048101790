"""Scan variants change the picture as named, and the truth moves along."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from models.geometry import Box
from samples.generate import DPI, Sample, draw_paper, fonts, generate, scan_paper
from samples.papers import KINDS, Paper
from samples.randomness import seeded
from samples.scan import RECIPES, VARIANTS, Scan, _geometry, _relative, scan
from tests.samples.support import contrast

ONE_A_KIND = list(zip(KINDS, itertools.cycle(VARIANTS), strict=False))
"""Every kind and every variant occurs; the slow test has them all."""


def _check(sample: Sample) -> None:
    for page, truth in zip(sample.pages, sample.truth.pages, strict=True):
        assert page.picture.mode == "RGB"
        assert page.picture.size == (truth.width_px, truth.height_px)
        assert abs(truth.width_px / truth.dpi * 25.4 - truth.width_mm) < 0.5
        # A faded, blurred line is still darker than its paper; the bleakest variant sets the limit.
        weak = [line.text for line in truth.lines if contrast(page.picture, line.box) < 25]
        assert not weak


@pytest.mark.parametrize(("kind", "variant"), ONE_A_KIND)
def test_boxes_follow_the_ink_through_the_scan(kind: str, variant: str) -> None:
    _check(generate(kind, 6, variant))


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_goes_through_every_variant(kind: str, variant: str) -> None:
    for layout in KINDS[kind].layouts:
        _check(scan_paper(_drawn(kind, layout), 7, variant, fonts()))


@lru_cache(maxsize=4)
def _drawn(kind: str, layout: str) -> Paper:
    """What `generate` puts through the scanner, with its sheets drawn once for all variants."""
    paper = draw_paper(kind, 7, layout)
    for sheet in paper.sheets:
        picture = sheet.render(DPI)
        sheet.render = lambda dpi, picture=picture: picture.copy()  # type: ignore[method-assign]
    return paper


def test_papers_drawn_once_come_out_as_ever() -> None:
    drawn = scan_paper(_drawn("can_cuoc", "2024-card"), 7, "uneven", fonts())
    generated = generate("can_cuoc", 7, "uneven", layout="2024-card")
    assert [page.jpeg() for page in drawn.pages] == [page.jpeg() for page in generated.pages]
    assert drawn.truth == generated.truth


@pytest.mark.parametrize("variant", ["scanned", "uneven", "bad"])
def test_a_spot_is_found_where_its_box_went_and_not_where_it_was(variant: str) -> None:
    for seed, (x, y) in enumerate([(0.1, 0.1), (0.85, 0.12), (0.5, 0.9), (0.9, 0.93)]):
        page = Image.new("RGB", (1240, 1754), (255, 255, 255))
        box = Box(x0=x, y0=y, x1=x + 0.03, y1=y + 0.02)
        page.paste((0, 0, 0), tuple(round(v * s) for v, s in zip(box.as_list(), page.size * 2, strict=True)))
        recipe = replace(RECIPES[variant], speckle=0, folds=0, showthrough=(0.0, 0.0))
        scanned = scan(page, recipe, seeded(variant, seed), fonts(), feed=seeded("feed"), dpi=150)
        grey = np.asarray(scanned.picture.convert("L"), dtype=np.float64)
        rows, columns = np.nonzero(grey < grey.min() + 60)
        found = (columns.mean() / grey.shape[1], rows.mean() / grey.shape[0])
        assert scanned.moved(box).centre == pytest.approx(found, abs=0.0015)
        assert box.centre != pytest.approx(found, abs=0.0015)


def test_a_photocopy_has_no_colour_and_a_scan_has() -> None:
    def chroma(variant: str) -> float:
        pixels = np.asarray(
            generate("can_cuoc", 9, variant, layout="2024-card").pages[0].picture, dtype=np.int16
        )
        return float(np.percentile(pixels.max(axis=2) - pixels.min(axis=2), 99.5))

    assert chroma("photocopy") < 8
    assert chroma("scanned") > 50


def test_a_bad_scan_has_less_than_300_dpi_on_all_its_pages_alike() -> None:
    sample = generate("can_cuoc", 3, "bad", layout="2021-card")
    assert len(sample.pages) == 2
    assert {p.dpi for p in sample.pages} in ({150}, {200})


def test_the_other_side_shows_through_mirrored() -> None:
    white, back = (Image.new("RGB", (1240, 1754), (255, 255, 255)) for _ in range(2))
    back.paste((0, 0, 0), (100, 700, 400, 1000))
    recipe = replace(RECIPES["showthrough"], skew=0.0)
    scanned = scan(
        white, recipe, seeded("back"), fonts(), feed=seeded("feed"), back=back, dpi=300
    ).picture.convert("L")
    mirrored, straight = (
        np.asarray(scanned.crop(area)).mean() for area in ((890, 750, 1090, 950), (150, 750, 350, 950))
    )
    assert 20 < straight - mirrored < 90


def test_uneven_light_darkens_one_part_of_the_page() -> None:
    def spread(variant: str) -> float:
        grey = np.asarray(generate("bien_lai", 11, variant).pages[0].picture.convert("L"))
        rows = np.array_split(grey, 5)
        blocks = [np.percentile(part, 90) for row in rows for part in np.array_split(row, 4, axis=1)]
        return float(max(blocks) - min(blocks))

    assert spread("uneven") > 40
    assert spread("scanned") < 20


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_seed_gives_the_same_bytes(variant: str) -> None:
    one, other = (generate("bien_lai", 12, variant) for _ in range(2))
    assert one.pages[0].jpeg() == other.pages[0].jpeg()
    assert one.truth == other.truth
    assert generate("bien_lai", 13, variant).pages[0].jpeg() != one.pages[0].jpeg()


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(ValueError, match="no variant"):
        generate("bien_lai", 1, "perfect")


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.floats(0.05, 0.9), st.floats(0.05, 0.9))
def test_a_moved_box_stays_near_and_holds_its_corners(seed: int, x: float, y: float) -> None:
    matrix = _relative(_geometry(2480, 3508, RECIPES["bad"], seeded(seed)), 2480, 3508)
    moved = Scan(Image.new("RGB", (1, 1)), 300, 90, matrix).moved(Box.clipped(x, y, x + 0.05, y + 0.01))
    assert abs(moved.centre[0] - (x + 0.025)) < 0.09
    assert abs(moved.centre[1] - (y + 0.005)) < 0.09
    assert moved.width >= 0.045
