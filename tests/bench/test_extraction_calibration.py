"""The fit of confidences sees no paper that it is measured on, chooses its threshold by rule and writes the same twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import extraction_calibration as bench
from bench.calibration_docs import calibration_section
from bench.extraction_calibration import (
    Case,
    Gathered,
    Measured,
    chosen,
    held_out,
    main,
    measured,
    write,
    wrong_lines,
)
from bench.extraction_pages import PERFECT
from extraction.calibration import Calibration, Sample, packaged
from extraction.definitions import packaged_types
from models.extraction import Evidence


def case(
    document: str, right: bool, *, failed: tuple[str, ...] = (), weakest: float = 0.95, **more: object
) -> Case:
    evidence = Evidence(weakest=weakest, mean=0.99, place=1, passed=("surname",), failed=failed)
    sample = Sample(
        kind="name", evidence=evidence, right=right, document_type="quyet_dinh", field="signer_name"
    )
    return Case(document, document.split("-")[0], sample, "Lê An", "Lê An" if right else "Lê Ân", **more)  # type: ignore[arg-type]


def told(accepted: dict[float, tuple[int, int]], shares: dict[float, float]) -> Measured:
    return Measured(0.1, 0.01, accepted, shares)


# ── what the fit may see ─────────────────────────────────────────────────────────────────────────────


def test_no_case_is_judged_by_a_fit_that_saw_its_paper() -> None:
    cases = [case(f"a-{at}", True) for at in range(60)] + [
        case("b-odd", True, failed=("only_here",)) for _ in range(50)
    ]
    said = held_out(cases, lambda one: one.document, folds=3)
    assert min(said[:60]) > 0.5
    assert max(said[60:]) < 0.5  # to every other fold the check is unknown, and so the worst there is


def test_papers_of_the_report_can_not_be_fitted_on(capsys: pytest.CaptureFixture[str]) -> None:
    for papers in ("20000:10", "19995:10", "9000:5"):
        with pytest.raises(SystemExit):
            main(["--papers", papers, "--dry"])
        assert "10000" in capsys.readouterr().err


# ── the threshold ────────────────────────────────────────────────────────────────────────────────────


def test_the_strictest_threshold_is_chosen_that_still_accepts_enough() -> None:
    accepted = dict.fromkeys(bench.THRESHOLDS, (10000, 10))
    shares = {t: 0.8 if t <= 0.97 else 0.5 for t in bench.THRESHOLDS}
    assert chosen(told(accepted, shares)) == 0.97


def test_where_the_goal_leaves_too_few_the_goal_counts_more() -> None:
    accepted = {t: (10000, 10 if t >= 0.98 else 90) for t in bench.THRESHOLDS}
    shares = {t: 0.8 if t <= 0.97 else 0.5 for t in bench.THRESHOLDS}
    assert chosen(told(accepted, shares)) == 0.98


def test_where_the_goal_holds_nowhere_the_nearest_threshold_is_chosen() -> None:
    accepted = {t: (1000, 30 if t != 0.955 else 8) for t in bench.THRESHOLDS}
    assert chosen(told(accepted, dict.fromkeys(bench.THRESHOLDS, 0.8))) == 0.955


def test_what_is_held_or_has_a_threshold_of_its_own_is_not_accepted_by_the_common_one() -> None:
    cases = (
        case("a-1", True),
        case("a-2", False),
        case("a-3", True, failed=("spelling",)),
        case("a-4", True, accept=0.999),
        case("a-5", True, accept=0.5),
        case("a-6", True, handwritten=True),
    )
    found = measured(Gathered(cases, printed=10), [0.96, 0.96, 0.96, 0.96, 0.6, 0.96])
    assert found.accepted[0.95] == (4, 1)  # the first two, the one that asks for less, the one by pen
    assert found.shares[0.95] == pytest.approx(0.3)  # by pen counts neither way
    assert found.accepted[0.97] == (1, 0)


def test_accepted_errors_are_listed_the_surest_first() -> None:
    cases = [case("a-1", False), case("a-2", True), case("a-3", False)]
    lines = list(wrong_lines(cases, [0.96, 0.99, 0.98], 0.95))
    assert [line.split()[1] for line in lines] == ["a-3", "a-1"]
    assert "found 'Lê An', true 'Lê Ân'" in lines[0]


# ── what is written ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Where a run writes, in place of the package."""
    target, rules = tmp_path / "calibration.json", tmp_path / "rules.yaml"
    rules.write_text(bench.RULES.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(bench, "TARGET", target)
    monkeypatch.setattr(bench, "RULES", rules)
    monkeypatch.setattr(bench, "PROFILE", PERFECT)
    return target, rules


def test_a_run_writes_calibration_and_threshold_and_a_second_one_the_same(
    places: tuple[Path, Path], tmp_path: Path
) -> None:
    target, rules = places
    order = ["--papers", "10000:20", "--processes", "1", "--out", str(tmp_path)]
    assert main([*order, "--wrong", str(tmp_path / "wrong.txt")]) == 0
    first = (target.read_text(), rules.read_text())
    assert main(order) == 0
    assert (target.read_text(), rules.read_text()) == first
    found = Calibration.model_validate_json(first[0])
    assert found.fitted["papers"] == "20 from seed 10000"
    assert int(found.fitted["fields"]) > 100
    assert f"accept_confidence: {{ value: {found.figures['accept_confidence']:g}," in first[1]


def test_a_dry_run_writes_nothing(places: tuple[Path, Path], tmp_path: Path) -> None:
    target, rules = places
    before = rules.read_text()
    assert main(["--papers", "10000:4", "--processes", "1", "--out", str(tmp_path), "--dry"]) == 0
    assert not target.exists()
    assert rules.read_text() == before


def test_rules_without_a_threshold_are_not_touched(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("review: {}\n")
    with pytest.raises(ValueError, match="accept_confidence"):
        write(packaged(), 0.9, tmp_path / "calibration.json", rules)
    assert rules.read_text() == "review: {}\n"


def test_the_documentation_names_version_threshold_rules_and_every_check() -> None:
    text = "\n".join(calibration_section(packaged(), packaged_types()))
    assert packaged().version in text
    assert f"{packaged().figures['accept_confidence']:g}" in text
    assert "`contradicted`" in text
    checks = {
        sign.partition(".")[2] for sign in packaged().weights if sign.startswith(("passed.", "failed."))
    }
    assert all(f"| `{check}` |" in text for check in checks)
