"""A confidence is a probability that can be explained, never falls with better evidence, and is fitted the same way twice."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from extraction.calibration import (
    GROUPS,
    Calibration,
    Sample,
    calibration_in_force,
    explain,
    fit,
    group_of,
    in_force,
    packaged,
    probability,
    put_in_force,
    signs,
)
from extraction.confidence import field_confidence
from extraction.definitions import Kind, packaged_types
from extraction.logistic import Problem, fitted, gradient, loss
from models.extraction import Evidence
from models.rulesets import all_rule_sets

KINDS: tuple[Kind, ...] = ("name", "place", "date", "personal_id", "sex", "text", "money")
PASSED = sorted(w.removeprefix("passed.") for w in packaged().weights if w.startswith("passed."))
FAILED = sorted(w.removeprefix("failed.") for w in packaged().weights if w.startswith("failed."))

units = st.floats(0, 1)
evidences = st.builds(
    Evidence,
    weakest=units,
    mean=units,
    place=units,
    passed=st.lists(st.sampled_from([*PASSED, "never_heard_of"]), unique=True, max_size=4).map(tuple),
    failed=st.lists(st.sampled_from([*FAILED, "never_heard_of"]), unique=True, max_size=3).map(tuple),
)
kinds = st.sampled_from(KINDS)


def evidence(weakest: float = 0.9, *, passed: tuple[str, ...] = (), failed: tuple[str, ...] = ()) -> Evidence:
    return Evidence(weakest=weakest, mean=max(weakest, 0.95), place=0.95, passed=passed, failed=failed)


def sample(found: Evidence, right: bool, kind: Kind = "name") -> Sample:
    return Sample(kind=kind, evidence=found, right=right, document_type="quyet_dinh", field="signer_name")


def drawn(count: int, seed: int = 7, honest: float = 1.0) -> list[Sample]:
    """Values that are right as often as the engine's weakest word says; less often with the check `bad`, always with
    `good`. `honest` below 1 makes them wrong more often than that."""
    dice = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        weakest = float(np.round(dice.uniform(0.5, 0.995), 3))
        passed = ("good",) if dice.random() < 0.3 else ()
        failed = ("bad",) if dice.random() < 0.2 else ()
        share = honest * (1.0 if passed else weakest) * (0.3 if failed else 1.0)
        found.append(sample(evidence(weakest, passed=passed, failed=failed), bool(dice.random() < share)))
    return found


# ── what it promises ─────────────────────────────────────────────────────────────────────────────────


@given(kinds, evidences)
def test_every_value_has_a_probability(kind: Kind, found: Evidence) -> None:
    assert 0 < probability(kind, found) <= packaged().ceiling < 1
    assert probability(kind, found) == probability(kind, found)


@given(kinds, evidences, units, st.sampled_from(["weakest", "mean", "place"]))
def test_surer_words_never_make_a_value_less_likely(
    kind: Kind, found: Evidence, other: float, what: str
) -> None:
    low, high = sorted((getattr(found, what), other))
    below, above = (found.model_copy(update={what: value}) for value in (low, high))
    assert probability(kind, below) <= probability(kind, above)
    assert field_confidence(kind, below) <= field_confidence(kind, above)


@given(kinds, evidences, st.sampled_from([*PASSED, "never_heard_of"]))
def test_another_check_passed_never_makes_a_value_less_likely(
    kind: Kind, found: Evidence, check: str
) -> None:
    more = found.model_copy(update={"passed": tuple(dict.fromkeys((*found.passed, check)))})
    assert probability(kind, more) >= probability(kind, found)


@given(kinds, evidences, st.sampled_from([*FAILED, "never_heard_of"]))
def test_another_check_failed_never_makes_a_value_more_likely(
    kind: Kind, found: Evidence, check: str
) -> None:
    more = found.model_copy(update={"failed": tuple(dict.fromkeys((*found.failed, check)))})
    assert probability(kind, more) <= probability(kind, found)
    assert field_confidence(kind, more) <= field_confidence(kind, found)


def test_a_check_nobody_knows_helps_nothing_when_passed_and_counts_like_the_worst_when_failed() -> None:
    plain = probability("text", evidence())
    assert probability("text", evidence(passed=("of_some_province",))) == plain
    worst = min(probability("text", evidence(failed=(check,))) for check in FAILED)
    assert probability("text", evidence(failed=("of_some_province",))) == pytest.approx(worst)


def test_every_kind_of_the_packaged_types_belongs_to_a_group() -> None:
    used = {field.kind for definition in packaged_types().types for field in definition.fields}
    assert {group_of(kind) for kind in used} <= set(GROUPS)
    assert group_of("sex") == "word"


# ── what is packaged ─────────────────────────────────────────────────────────────────────────────────


def test_the_packaged_calibration_says_what_it_was_fitted_on_and_how_good_it_is() -> None:
    found = packaged()
    assert found.version.startswith("bench-")
    assert {"command", "papers", "fields"} <= found.fitted.keys()
    assert found.figures["layouts.calibration_error"] <= 0.03
    assert found.figures["layouts.right_at_least"] >= 0.995
    assert found.figures["layouts.accepted"] >= 3000
    assert found.figures["layouts.accepted_share"] >= 0.7


def test_the_rules_accept_from_the_confidence_that_was_chosen_with_the_calibration() -> None:
    assert all_rule_sets()[-1].review.accept_confidence.value == packaged().figures["accept_confidence"]


def test_a_calibration_survives_being_written_down() -> None:
    found = fit(drawn(400), version="7")
    again = Calibration.model_validate_json(found.model_dump_json())
    assert again == found
    assert again.probability("name", evidence()) == found.probability("name", evidence())


@pytest.mark.parametrize(
    ("sign", "weight"),
    [("failed.marks", 0.1), ("passed.calendar", -0.1), ("weakest.2", -1), ("place.0", math.inf), ("group.name", math.nan)],
)  # fmt: skip
def test_a_calibration_that_breaks_its_promises_is_refused(sign: str, weight: float) -> None:
    weights = {**packaged().weights, sign: weight}
    with pytest.raises(ValidationError, match=sign.replace(".", r"\.")):
        Calibration(version="x", weights=weights)


def test_a_calibration_without_a_group_is_refused() -> None:
    weights = {name: w for name, w in packaged().weights.items() if name != "group.place"}
    with pytest.raises(ValidationError, match=r"group\.place"):
        Calibration(version="x", weights=weights)


def test_another_calibration_is_in_force_for_the_time_it_is_given() -> None:
    cautious = packaged().model_copy(update={"version": "cautious", "ceiling": 0.3})
    with in_force(cautious):
        assert calibration_in_force() is cautious
        assert field_confidence("date", evidence(1.0)) <= 0.3
    assert calibration_in_force() is packaged()
    put_in_force(cautious)
    try:
        assert probability("date", evidence(1.0, passed=("calendar",))) == 0.3
    finally:
        put_in_force(None)
    assert calibration_in_force() is packaged()


# ── what it explains ─────────────────────────────────────────────────────────────────────────────────


def test_an_explanation_names_what_lowers_and_what_raises_the_weightiest_first() -> None:
    reasons = explain("name", evidence(0.7, passed=("name_role",), failed=("two_people",)))
    found = {reason.code: reason.log_odds for reason in reasons}
    assert found["failed.two_people"] < 0 < found["passed.name_role"]
    assert found["weakest"] < 0
    assert [abs(r.log_odds) for r in reasons] == sorted((abs(r.log_odds) for r in reasons), reverse=True)


@given(kinds, evidences)
def test_the_reasons_add_up_to_the_difference_from_a_perfect_reading_without_checks(
    kind: Kind, found: Evidence
) -> None:
    def odds(of: Evidence) -> float:
        return sum(number * packaged().weight(sign) for sign, number in signs(kind, of).items())

    perfect = Evidence(weakest=1, mean=1, place=1)
    told = sum(reason.log_odds for reason in explain(kind, found))
    assert told == pytest.approx(odds(found) - odds(perfect), abs=0.05)


def test_a_perfectly_read_value_without_checks_has_nothing_to_explain() -> None:
    assert explain("text", Evidence(weakest=1, mean=1, place=1)) == ()


# ── how it is fitted ─────────────────────────────────────────────────────────────────────────────────


def log_loss(calibration: Calibration, samples: Sequence[Sample]) -> float:
    said = [(calibration.probability(s.kind, s.evidence), s.right) for s in samples]
    return -sum(math.log(p if right else 1 - p) for p, right in said) / len(said)


def test_a_fit_learns_what_the_checks_are_worth_and_how_much_to_believe_the_engine() -> None:
    found = fit(drawn(6000), version="1")
    for weakest in (0.6, 0.8, 0.9):
        assert found.probability("name", evidence(weakest)) == pytest.approx(weakest, abs=0.06)
    assert found.probability("name", evidence(0.6, passed=("good",))) > 0.9
    assert found.probability("name", evidence(0.8, failed=("bad",))) == pytest.approx(0.24, abs=0.08)


def test_no_value_is_likelier_than_the_surest_have_been_right() -> None:
    found = fit(drawn(6000, honest=0.95), version="1")
    assert 0.9 < found.ceiling < 0.96
    assert found.probability("name", evidence(1.0, passed=("good",))) <= found.ceiling


def test_a_check_never_seen_to_fail_still_speaks_against_a_value() -> None:
    few = [sample(evidence(failed=("harmless",)), right=True) for _ in range(2)]
    found = fit([*drawn(300), *few], version="1")
    assert found.weights["failed.harmless"] < -0.5


def test_the_order_of_the_samples_makes_no_difference() -> None:
    samples = drawn(500)
    assert fit(samples, version="1") == fit(samples[::-1], version="1")


def test_few_samples_move_a_base_little_and_many_move_it_far() -> None:
    base = fit(drawn(6000), version="1")
    others = drawn(3000, seed=8, honest=0.8)
    few, many = (fit(others[:count], version="2", base=base) for count in (15, 3000))
    probe = evidence(0.9)
    start = base.probability("name", probe)
    assert abs(few.probability("name", probe) - start) < 0.03
    assert many.probability("name", probe) < start - 0.1
    assert log_loss(many, drawn(2000, seed=9, honest=0.8)) < log_loss(base, drawn(2000, seed=9, honest=0.8))


def test_what_no_sample_shows_keeps_the_weight_of_the_base() -> None:
    adjusted = fit([sample(evidence(0.9), right=False)] * 5, version="2", base=packaged())
    assert adjusted.weights["failed.two_people"] == packaged().weights["failed.two_people"]
    assert adjusted.weights["group.date"] == pytest.approx(packaged().weights["group.date"])
    assert adjusted.weights["group.name"] < packaged().weights["group.name"]
    assert adjusted.version == "2"


def test_nothing_is_fitted_to_nothing() -> None:
    with pytest.raises(ValueError, match="samples"):
        fit([], version="1")


# ── the regression below it ──────────────────────────────────────────────────────────────────────────


def problem(seed: int = 3, count: int = 4000, true: Sequence[float] = (0.5, 1.5, -1.0)) -> Problem:
    dice = np.random.default_rng(seed)
    rows = np.column_stack([np.ones(count), dice.normal(size=(count, len(true) - 1))])
    right = (dice.random(count) < 1 / (1 + np.exp(-rows @ np.array(true)))).astype(float)
    wide = np.full(len(true), np.inf)
    return Problem(rows, right, np.ones(count), np.zeros(len(true)), np.full(len(true), 1e-3), -wide, wide)


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    given_problem = problem(count=50)
    for at in range(3):
        weights = np.array([0.2, -0.4, 0.9])
        step = np.zeros(3)
        step[at] = 1e-6
        slope = (loss(given_problem, weights + step) - loss(given_problem, weights - step)) / 2e-6
        assert gradient(given_problem, weights)[at] == pytest.approx(slope, rel=1e-4)


def test_known_weights_are_found_again() -> None:
    assert fitted(problem(count=40000)) == pytest.approx([0.5, 1.5, -1.0], abs=0.06)


def test_a_weight_stays_on_its_side_of_zero_and_the_others_make_the_best_of_it() -> None:
    plain = problem()
    bound = Problem(
        plain.rows, plain.right, plain.count, plain.centre, plain.pull,
        np.array([-np.inf, 0.0, 0.0]), np.array([np.inf, np.inf, np.inf]),
    )  # fmt: skip
    weights = fitted(bound)
    assert weights[2] == 0
    slope = gradient(bound, weights)
    assert slope[:2] == pytest.approx([0, 0], abs=1e-2)
    assert slope[2] > 0  # it would go below zero if it could


@given(st.integers(0, 50), st.floats(0.1, 5))
def test_no_small_step_from_the_result_is_better(seed: int, pull: float) -> None:
    given_problem = problem(seed=seed, count=60)
    given_problem = Problem(
        given_problem.rows, given_problem.right, given_problem.count, np.array([0.0, 1.0, 0.0]), np.full(3, pull),
        np.array([-np.inf, 0.0, -np.inf]), np.array([np.inf, np.inf, 0.0]),
    )  # fmt: skip
    weights = fitted(given_problem)
    best = loss(given_problem, weights)
    dice = np.random.default_rng(seed)
    for _ in range(20):
        near = np.clip(weights + dice.normal(scale=0.05, size=3), given_problem.lowest, given_problem.highest)
        assert loss(given_problem, near) >= best - 1e-6


def test_a_row_that_counts_twice_is_two_rows() -> None:
    plain = problem(count=100)
    doubled = Problem(
        np.vstack([plain.rows, plain.rows]), np.tile(plain.right, 2), np.ones(200), plain.centre, plain.pull,
        plain.lowest, plain.highest,
    )  # fmt: skip
    counted = Problem(
        plain.rows, 2 * plain.right, 2 * plain.count, plain.centre, plain.pull, plain.lowest, plain.highest
    )
    assert fitted(counted) == pytest.approx(fitted(doubled), abs=1e-6)
