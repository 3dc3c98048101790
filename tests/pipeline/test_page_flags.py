"""What is odd about a page's picture is said by a flag that a person can read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageOps

from models.pages import PageFacts, PagePicture, PageQuality, PageSize, SourceKind
from models.rulesets import rule_set_on
from pipeline.child import prepare_pages
from pipeline.stages.flags import FLAGS, Weight
from pipeline.stages.pages import _page_flags
from samples.generate import generate

RULES = rule_set_on(date(2026, 1, 1))
GOOD = PageQuality(
    skew_degrees=0.2,
    sharpness=0.7,
    contrast=0.7,
    ink_share=0.06,
    blank=False,
    effective_dpi=290,
    perceptual_hash="0" * 64,
)
PICTURE = PagePicture(
    form="jpeg",
    width_px=2480,
    height_px=3508,
    colour="rgb",
    size=PageSize(width_mm=210, height_mm=297),
    dpi=300,
)


def flags(**measures: object) -> list[str]:
    return _page_flags(PageFacts(page=1, picture=PICTURE, quality=GOOD.model_copy(update=measures)), RULES)


def test_a_good_page_has_no_flag() -> None:
    assert flags() == []


@pytest.mark.parametrize(
    ("measure", "value", "flag"),
    [
        ("contrast", 0.1, "low_contrast"),
        ("effective_dpi", 110.0, "detail_too_low"),
        ("cut_lines", 1, "cut_off"),
        ("glare_share", 0.03, "glare"),
        ("negative", True, "negative"),
        ("sharpness", 0.1, "blurred"),
        ("skew_degrees", -3.5, "skewed"),
        ("paper_light", 0.4, "too_dark"),
    ],
)
def test_each_measure_beyond_its_threshold_asks_for_a_look(measure: str, value: object, flag: str) -> None:
    assert flags(**{measure: value}) == [flag]
    assert FLAGS[flag].weight is Weight.REVIEW


def test_print_is_washed_out_only_where_the_paper_is_blown_out_too() -> None:
    assert flags(paper_light=1.0, ink_light=0.6, blown_share=0.95) == ["too_light"]
    assert flags(paper_light=0.9, ink_light=0.6, blown_share=0.1) == [], "pencil on paper"
    assert flags(paper_light=1.0, ink_light=0.2, blown_share=1.0) == [], "a bilevel scan"
    assert flags(paper_light=None, ink_light=None, blown_share=None) == [], "of an earlier release"
    assert flags(paper_light=0.2, negative=True) == ["negative"]
    assert flags(paper_light=0.2, glare_share=0.0) == [], "a card on a dark table"


def test_a_picture_without_print_or_card_is_not_judged_by_them() -> None:
    assert flags(effective_dpi=None, glare_share=None) == []


def test_a_mirrored_page_is_shown_as_it_should_be_and_flagged(tmp_path: Path) -> None:
    page = generate("cong_van", 5501, "scanned").pages[0]
    path = tmp_path / "mirrored.jpg"
    ImageOps.mirror(page.picture).save(path, dpi=(page.dpi, page.dpi), quality=88)
    ((facts, _),) = prepare_pages(
        path, SourceKind.JPEG, [1], tmp_path, max_pixels=20_000_000, stamp_size=None
    )
    assert facts.flags == ("mirrored",)
    assert facts.picture.orientation == 2
    assert facts.quality.effective_dpi is not None
    assert facts.quality.effective_dpi > 150
    assert np.isclose(facts.picture.size.width_mm, 210, atol=1)
