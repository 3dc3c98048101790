"""Recalibration is a command: it refuses on little evidence, shows before and after, and changes nothing by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from extraction.calibration import GROUPS, Calibration, Sample, calibration_in_force, packaged, put_in_force
from extraction.extract import EXTRACTOR, extract, extractor_version
from models.errors import (
    BadSamples,
    BadSettings,
    NoBetterCalibration,
    PathNotFound,
    TooFewJudgements,
    UsageError,
)
from models.extraction import Evidence
from models.rulesets import rule_set_on
from pipeline.application import Application
from pipeline.doctor import examine
from pipeline.learning.calibration import load_calibration
from pipeline.learning.looking import SUBJECT, Recalibration, export_samples, keep, recalibrate
from pipeline.learning.recalibrate import (
    FEWEST_DOCUMENTS,
    FEWEST_FIELDS,
    recalibrated,
    threshold_under,
    version_of,
)
from pipeline.learning.samples import JudgedSample, as_lines, samples_in
from pipeline.settings import Settings, load_settings
from pipeline.stages.review import confirm
from tests.clocks import FixedClock
from tests.extraction.support import paper
from tests.pipeline.reviewing import OFFICER, decision, in_review, read
from tests.pipeline.support import application

THRESHOLD = threshold_under(rule_set_on(date(2026, 11, 22)))
BASE = Calibration(version="base", weights={f"group.{group}": 2.0 for group in GROUPS})
"""Says 88 % of everything, which is wrong."""


@pytest.fixture(autouse=True)
def _packaged_again() -> Iterator[None]:
    yield
    put_in_force(None)


def world(documents: int = 60, fields: int = 6, *, blurred_wrong: int = 2) -> list[JudgedSample]:
    """Names read with certainty are right; of those with an uncertain word every `blurred_wrong`-th is wrong."""
    judged = []
    for document in range(documents):
        for field in range(fields):
            blurred = (document + field) % 2 == 0
            wrong = blurred and (document // 2 + field) % blurred_wrong == 0
            sure = 0.7 if blurred else 0.999
            evidence = Evidence(weakest=sure, mean=sure, place=0.99, passed=("surname",))
            sample = Sample(
                kind="name",
                evidence=evidence,
                right=not wrong,
                document_type="quyet_dinh",
                field="holder_name",
            )
            judged.append(JudgedSample(f"document {document}", extractor_version(), sample))
    return judged


def made(judged: list[JudgedSample], **changes: object):  # type: ignore[no-untyped-def]
    given = {
        "base": BASE, "extractor": extractor_version(), "version": "own-1", "threshold": THRESHOLD, **changes
    }  # fmt: skip
    return recalibrated(judged, **given)  # type: ignore[arg-type]


def test_what_people_judged_moves_the_confidence_towards_the_truth() -> None:
    judged = world()
    calibration, comparison = made(judged)
    blurred = next(one.sample for one in judged if one.sample.evidence.weakest == 0.7)
    assert BASE.probability(blurred.kind, blurred.evidence) == pytest.approx(0.8808, abs=1e-4)
    assert calibration.probability(blurred.kind, blurred.evidence) == pytest.approx(0.5, abs=0.1)
    assert comparison.better
    assert comparison.after.reliability.log_loss < comparison.before.reliability.log_loss
    assert calibration.version == comparison.after.version == "own-1"
    assert comparison.before.version == "base"


def test_it_is_measured_on_a_third_of_the_documents_that_the_fit_did_not_see() -> None:
    judged = world(documents=60, fields=6)
    _, comparison = made(judged)
    assert (comparison.documents, comparison.held_out_documents) == (60, 20)
    assert (comparison.fields, comparison.held_out_fields) == (360, 120)
    assert comparison.after.reliability.count == comparison.after.acceptance.proposed == 120
    weights = made(judged)[0].weights
    unseen = [d for d in range(60) if made(_turned_round(judged, f"document {d}"))[0].weights == weights]
    assert len(unseen) == 20


def _turned_round(judged: list[JudgedSample], document: str) -> list[JudgedSample]:
    """What was right of one document is wrong and the other way round."""
    return [
        replace(one, sample=one.sample.model_copy(update={"right": not one.sample.right}))
        if one.document == document
        else one
        for one in judged
    ]


def test_documents_are_held_out_whatever_the_order_they_come_in() -> None:
    judged = world()
    assert made(judged)[1] == made(judged[::-1])[1]


@pytest.mark.parametrize(
    ("documents", "fields", "blurred_wrong"),
    [
        (FEWEST_DOCUMENTS - 1, 12, 2),
        (FEWEST_DOCUMENTS + 10, (FEWEST_FIELDS - 20) // (FEWEST_DOCUMENTS + 10), 2),
        (60, 6, 99),
    ],
)
def test_few_documents_few_fields_or_hardly_a_wrong_one_are_too_few(
    documents: int, fields: int, blurred_wrong: int
) -> None:
    judged = world(documents, fields, blurred_wrong=blurred_wrong)
    with pytest.raises(TooFewJudgements) as refused:
        made(judged)
    assert refused.value.details["documents"] == documents
    assert refused.value.details["fields"] == documents * fields


def test_evidence_of_another_extractor_is_left_out_and_counted() -> None:
    judged = world()
    other = [JudgedSample(f"x{one.document}", "rules-0;calibration=a", one.sample) for one in judged[:50]]
    recalibration = [
        JudgedSample(one.document, f"{EXTRACTOR};calibration=other", one.sample) for one in judged
    ]
    assert made([*judged, *other])[1].left_out == 50
    assert made([*judged, *other])[0] == made(judged)[0]
    assert made(recalibration)[1].left_out == 0


def test_what_a_person_always_looks_at_is_never_counted_as_accepted() -> None:
    judged = world()
    assert made(judged, threshold=lambda _: 0.0)[1].before.acceptance.accepted == 120
    assert made(judged, threshold=lambda _: None)[1].before.acceptance.accepted == 0
    contradicted = [
        JudgedSample(
            one.document,
            one.extractor,
            one.sample.model_copy(
                update={"evidence": one.sample.evidence.model_copy(update={"failed": ("holder",)})}
            ),
        )
        for one in judged
    ]
    assert made(contradicted, threshold=lambda _: 0.0)[1].before.acceptance.accepted == 0


def test_thresholds_are_the_types_own_where_they_have_some() -> None:
    rules = rule_set_on(date(2026, 11, 22))
    sample = world(1, 1)[0].sample
    assert THRESHOLD(sample) == rules.review.accept_confidence.value
    gone = sample.model_copy(update={"document_type": "no_such_type"})
    assert THRESHOLD(gone) == rules.review.accept_confidence.value
    always = sample.model_copy(
        update={"document_type": "giay_uy_quyen", "field": _must_check("giay_uy_quyen")}
    )
    assert THRESHOLD(always) is None


def _must_check(code: str) -> str:
    from extraction.definitions import type_definition

    return next(f.name for f in type_definition(code).fields if f.must_check)


def test_the_same_samples_have_the_same_name_on_the_same_day() -> None:
    judged = world()
    day, other = date(2026, 11, 22), packaged().model_copy(update={"version": "another"})
    name = version_of(judged, packaged(), day)
    assert name.startswith("own-20261122-")
    assert len(name) <= 40
    assert version_of(judged, packaged(), day) == name
    assert name not in {version_of(judged[1:], packaged(), day), version_of(judged, other, day)}


# ── files of samples ─────────────────────────────────────────────────────────────────────────────────


def test_samples_come_back_from_their_file_with_their_documents_kept_apart(tmp_path: Path) -> None:
    judged = world(documents=3, fields=2)
    file = tmp_path / "samples.jsonl"
    file.write_text("".join(as_lines(judged)), encoding="utf-8")
    back = list(samples_in(file))
    assert [one.sample for one in back] == [one.sample for one in judged]
    assert len({one.document for one in back}) == 3
    other = tmp_path / "other.jsonl"
    other.write_text("".join(as_lines(judged)), encoding="utf-8")
    assert not {one.document for one in samples_in(other)} & {one.document for one in back}


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "{}",
        '{"document": 0}',
        "\n",
        '{"document":1,"document_type":"a","field":"b","kind":"colour","evidence":{},"right":true,"extractor":"e"}',
        "x" * 70000,
        "\x00",
    ],
)
def test_a_line_that_is_no_sample_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "samples.jsonl"
    file.write_text("".join(as_lines(world(1, 2))) + line + "\n", encoding="utf-8")
    with pytest.raises(BadSamples) as refused:
        list(samples_in(file))
    assert refused.value.details["line"] == 3


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(PathNotFound):
        list(samples_in(tmp_path / "gone.jsonl"))


# ── an installation ──────────────────────────────────────────────────────────────────────────────────


def review_many(app: Application, documents: int) -> None:
    """Decisions whose subject the machine doubts without need and whose number it reads wrong with certainty."""
    for at in range(documents):
        number, wrong = f"{at + 1}/QĐ-UBND", at % 2 == 0
        extraction = decision(
            number=read("77/QĐ-UBND" if wrong else number),
            holder_name=read("Lê Thị Thử"),
            signer_title=read("CHỦ TỊCH"),
            place=read("Mẫu"),
        )
        confirm(app, in_review(app, extraction), OFFICER, corrections={"number": number} if wrong else {})


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which forty decisions were looked at, eight fields each, every second number wrong."""
    home = tmp_path_factory.mktemp("reviewed") / "home"
    with application(home, FixedClock()) as app:
        review_many(app, 40)
    return home


def fitted(app: Application, **given: object) -> Recalibration:
    options = {"more": (), "since": None, "out": None, "purpose": "maintenance", **given}
    return recalibrate(app, **options)  # type: ignore[arg-type]


def test_a_calibration_is_written_and_comes_into_force_by_its_setting_alone(
    reviewed: Path, tmp_path: Path
) -> None:
    target = tmp_path / "own.json"
    with application(reviewed, FixedClock()) as app:
        recalibration = fitted(app, out=target)
        assert recalibration.comparison.fields == 40 * 8
        assert recalibration.comparison.wrong == 20
        assert not target.exists()
        keep(recalibration)
        assert calibration_in_force() == packaged()
        assert app.calibration == packaged()
    version = recalibration.calibration.version
    assert version.startswith("own-20261122-")
    assert load_calibration(Settings(calibration=target)) == recalibration.calibration
    with application(reviewed, calibration=target) as app:
        assert app.calibration == calibration_in_force() == recalibration.calibration
        assert extractor_version() == f"{EXTRACTOR};calibration={version}"
        assert version in next(f for f in examine(app) if f.component == "calibration").found
        rules = app.rules_today()
    assert extract(paper("Số: 1/QĐ-UBND"), rules=rules).extractor == f"{EXTRACTOR};calibration={version}"
    with application(reviewed):
        assert calibration_in_force() == packaged()


def test_without_a_target_the_calibration_goes_to_the_home_under_its_version(reviewed: Path) -> None:
    with application(reviewed, FixedClock()) as app:
        recalibration = fitted(app)
        assert recalibration.target == reviewed / "calibrations" / f"{recalibration.calibration.version}.json"
        keep(recalibration)
    assert load_calibration(Settings(calibration=recalibration.target)) == recalibration.calibration


def test_a_file_that_is_there_is_never_written_over(reviewed: Path, tmp_path: Path) -> None:
    """It may be the one in force: a command that changed it would change confidences in silence."""
    target = tmp_path / "own.json"
    for content in (packaged().model_dump_json().encode(), b"\xff\x00"):
        target.write_bytes(content)
        with application(reviewed, FixedClock()) as app, pytest.raises(UsageError, match=r"own\.json"):
            keep(fitted(app, out=target))
        assert target.read_bytes() == content


def test_doing_it_again_writes_the_same_again(reviewed: Path, tmp_path: Path) -> None:
    with application(reviewed, FixedClock()) as app:
        for _ in range(2):
            keep(fitted(app, out=tmp_path / "own.json"))


def test_a_calibration_that_is_no_better_is_not_written(reviewed: Path, tmp_path: Path) -> None:
    with application(reviewed, FixedClock()) as app:
        good = fitted(app, out=tmp_path / "own.json")
        worse = good.comparison.model_copy(update={"before": good.comparison.after})
        with pytest.raises(NoBetterCalibration):
            keep(Recalibration(good.calibration, worse, good.target))
    assert not (tmp_path / "own.json").exists()


def test_more_wrong_values_are_accepted_only_where_far_more_right_ones_are(reviewed: Path) -> None:
    with application(reviewed, FixedClock()) as app:
        found = fitted(app).comparison

    def better(before: tuple[int, float], after: tuple[int, float]) -> bool:
        sides = []
        for one, (wrong, bound), loss in ((found.before, before, 0.5), (found.after, after, 0.4)):
            acceptance = one.acceptance.model_copy(update={"wrong": wrong, "right_at_least": bound})
            reliability = one.reliability.model_copy(update={"log_loss": loss})
            sides.append(one.model_copy(update={"acceptance": acceptance, "reliability": reliability}))
        return found.model_copy(update={"before": sides[0], "after": sides[1]}).better

    assert better((0, 0.99), (0, 0.9))
    assert better((1, 0.9), (2, 0.95))
    assert not better((1, 0.95), (2, 0.9))


def test_samples_leave_the_house_without_anybodys_data(reviewed: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "samples.jsonl"
    with application(reviewed, FixedClock()) as app:
        count = export_samples(app, target, since=None, document_type=None, purpose="gửi Sở")
        identifiers = {r.document_id for r in app.register.judgements()}
        entry = app.register.audit_of(SUBJECT)[-1]
    assert count == 320
    assert (entry.action, entry.purpose, entry.details) == ("learn_export", "gửi Sở", {"samples": 320})
    text = target.read_text(encoding="utf-8")
    for personal in ("QĐ-UBND", "Nguyễn", "Lê Thị", "officer", "Trần", *identifiers):
        assert personal not in text
    rows = [json.loads(line) for line in text.splitlines()]
    assert set(rows[0]) == {"document", "document_type", "field", "kind", "evidence", "right", "extractor"}
    assert len({row["document"] for row in rows}) == 40
    assert sum(not row["right"] for row in rows) == 20


def test_samples_of_other_places_are_fitted_to_as_well(reviewed: Path, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.jsonl"
    with application(reviewed, FixedClock()) as app:
        export_samples(app, file, since=None, document_type=None, purpose="t")
        alone, both = fitted(app), fitted(app, more=[file])
    assert (both.comparison.fields, both.comparison.documents) == (640, 80)
    assert both.calibration.version != alone.calibration.version
    with application(tmp_path / "new home") as empty:
        with pytest.raises(TooFewJudgements):
            fitted(empty)
        assert fitted(empty, more=[file]).comparison.fields == 320


@pytest.mark.parametrize(
    "content", [None, "", "{", "{}", '{"version": "a", "weights": {}}', "\x00" * 9, "{" * 2_000_000]
)
def test_a_calibration_that_cannot_be_used_stops_the_program_and_says_why(
    content: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "own.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with (
        pytest.raises(BadSettings, match="ECOPY_CALIBRATION"),
        application(tmp_path / "home", calibration=file),
    ):
        pass
    assert calibration_in_force() == packaged()


def test_the_setting_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = packaged().model_copy(update={"version": "of-the-province"})
    file = tmp_path / "own.json"
    file.write_text(own.model_dump_json(), encoding="utf-8")
    monkeypatch.setenv("ECOPY_CALIBRATION", str(file))
    loaded: Calibration = load_calibration(load_settings())
    assert loaded == own
