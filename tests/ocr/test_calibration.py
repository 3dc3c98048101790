"""The fitted tables are whole, and fitting finds the shares it should."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from pydantic import ValidationError

from bench.calibration import auc, rising
from ocr.decoding.calibration import Curve, calibration_of, second_opinion_of, tables
from ocr.engines import LINE_ENGINES, SECOND_OPINIONS


def test_every_line_engine_and_every_way_through_the_others_has_its_tables() -> None:
    for name in LINE_ENGINES:
        assert set(calibration_of(name).words) == {"syllable", "number", "code", "other"}
    for first, others in SECOND_OPINIONS.items():
        for count in range(1, len(others) + 1):
            for chain in combinations(others, count):
                assert 0 <= second_opinion_of(first, *chain).doubtful_below <= 1.01
    assert "seeds" in tables().fitted["papers"]


def test_curves_rise_and_have_a_point_for_each_share() -> None:
    with pytest.raises(ValidationError):
        Curve(says=(0.1, 0.2), right=(0.5, 0.4))
    with pytest.raises(ValidationError):
        Curve(says=(0.1,), right=(0.5, 0.6))
    assert Curve(says=(0.2, 0.8), right=(0.3, 0.9))(0.5) == pytest.approx(0.6)
    assert Curve(says=(0.2, 0.8), right=(0.3, 0.9))(0.0) == 0.3


def test_fitting_finds_how_often_an_engine_is_right() -> None:
    rng = np.random.default_rng(1)
    says = rng.random(20_000)
    right = rng.random(20_000) < says**2  # an engine that boasts
    curve = rising([(float(s), bool(r)) for s, r in zip(says, right, strict=True)])
    for at in (0.3, 0.5, 0.7, 0.9):
        assert curve(at) == pytest.approx(at**2, abs=0.05)


def test_an_engine_that_is_always_right_is_not_believed_wholly() -> None:
    curve = rising([(0.99, True)] * 500)
    assert 0.99 < curve(1.0) < 1.0


def test_what_tells_right_from_wrong_best_has_the_largest_area() -> None:
    assert auc([(0.9, True), (0.8, True), (0.2, False)]) == 1.0
    assert auc([(0.2, True), (0.9, False)]) == 0.0
    assert auc([(0.5, True), (0.5, False)]) == 0.5
