"""The extraction bench judges, sums and writes down what it says it does, and reads no page twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import extraction_pages
from bench.extraction import Run, Warned, figures, main
from bench.extraction_docs import PLANTS as TOLD
from bench.extraction_docs import write_docs
from bench.extraction_pages import (
    FIRST_SEED,
    FITTING_SEED,
    LAST_SEED,
    PERFECT,
    VARIANTS,
    Job,
    batch_jobs,
    document,
    paper_jobs,
    plant_jobs,
)
from bench.extraction_scores import (
    accepted,
    category,
    exact,
    handwritten,
    judged_fields,
    judged_type,
    lower_bound,
    reliability,
    split_score,
    tidy,
)
from bench.papers.catalogue import KINDS
from bench.papers.planted import PLANTS
from models.extraction import Evidence, Extraction, FieldValue
from models.reading import EngineVersion, PageReading

TRUE = {
    "number": "12/QĐ-UBND",
    "issued_on": "2020-01-02",
    "signer_name": "Lê Văn An",
    "issuer": "UBND XÃ MẪU",
}


def found(values: dict[str, str | None], *, confidence: float = 0.9, review: tuple[str, ...] = (), code: str = "quyet_dinh", flags: tuple[str, ...] = ()) -> Extraction:  # fmt: skip
    fields = {n: FieldValue(value=v, confidence=confidence, origin="ocr") for n, v in values.items()}
    return Extraction(
        extractor="x",
        document_type=code,
        type_probability=0.95,
        fields=fields,
        needs_review=review,
        flags=flags,
    )


# ── which papers ─────────────────────────────────────────────────────────────────────────────────────


def test_the_report_has_every_layout_in_every_variant_once() -> None:
    layouts = [(kind, layout) for kind, known in KINDS.items() for layout in known]
    jobs = paper_jobs(len(layouts) * len(VARIANTS))
    assert {(j.kind, j.layout, j.variant) for j in jobs} == {(k, x, v) for k, x in layouts for v in VARIANTS}
    assert len(jobs) == 322


def test_papers_for_the_report_and_for_fitting_share_no_seed() -> None:
    report = {j.seed for j in (*paper_jobs(2000), *plant_jobs(4), *batch_jobs(50))}
    fitting = {
        j.seed
        for j in (
            *paper_jobs(2000, FITTING_SEED),
            *plant_jobs(4, FITTING_SEED),
            *batch_jobs(50, FITTING_SEED),
        )
    }
    assert all(FIRST_SEED <= seed <= LAST_SEED for seed in report)
    assert all(FITTING_SEED <= seed < FIRST_SEED for seed in fitting)


def test_every_plant_comes_with_its_twin() -> None:
    jobs = plant_jobs(1)
    assert [j.part for j in jobs[::2]] == ["plants"] * (len(jobs) // 2)
    assert all(
        (a.kind, a.layout, a.seed, a.variant) == (b.kind, b.layout, b.seed, b.variant)
        for a, b in zip(jobs[::2], jobs[1::2], strict=True)
    )
    assert {j.kind for j in jobs} == set(PLANTS) == set(TOLD)


# ── judging ──────────────────────────────────────────────────────────────────────────────────────────


def test_names_tell_what_kind_of_value_a_field_holds() -> None:
    kinds = {
        "birth_date": "date", "wife_birth_date": "date", "owner_birth_year": "date", "valid_to": "date", "id_issued_on": "date",
        "first_registered_on": "date", "personal_id": "identifier", "member_2_personal_id": "identifier", "wife_identity": "identifier",
        "number": "identifier", "registry_number": "identifier", "charter_capital": "number", "member_1_share": "number", "area_m2": "number",
        "full_name": "name", "household_head": "name", "member_3_name": "name", "sex": "word", "member_1_relation": "word",
        "company_name": "text", "issuer": "text", "charter_capital_in_words": "text", "birth_date_in_words": "text", "died_at": "text",
    }  # fmt: skip
    assert {name: category(name) for name in kinds} == kinds


def test_a_missing_field_is_wrong_and_an_invented_one_counts_when_accepted() -> None:
    said = found(
        {"number": "12/QĐ-UBND", "signer_name": "Lê Văn Ân", "place": "Mẫu"}, review=("signer_name",)
    )
    fields = judged_fields("d", "quyet_dinh", "clean", TRUE, (), said, sure=True)
    assert {f.name: f.right for f in fields} == {
        "number": True,
        "issued_on": False,
        "signer_name": False,
        "issuer": False,
        "place": False,
    }
    assert exact(fields)["fields"] == 4
    assert exact(fields)["right"] == 0.25
    assert exact(fields)["right_of_found"] == 0.5
    assert accepted(fields) | {"right_at_least": 0} == {
        "fields": 4,
        "accepted": 2,
        "share": 0.25,
        "wrong": 1,
        "right": 0.5,
        "right_at_least": 0,
    }


def test_nothing_is_accepted_on_a_paper_of_doubtful_type() -> None:
    fields = judged_fields("d", "quyet_dinh", "clean", TRUE, (), found(dict(TRUE)), sure=False)
    assert accepted(fields)["accepted"] == 0
    assert not judged_type("d", "clean", "quyet_dinh", found({}, flags=("type_doubtful",)), 0.8).sure


def test_fields_in_pen_are_left_out_of_what_must_be_found() -> None:
    fields = judged_fields("d", "quyet_dinh", "clean", TRUE, ("number", "issuer"), found({}), sure=True)
    assert exact(fields)["fields"] == 2
    taken = judged_fields("d", "quyet_dinh", "clean", TRUE, ("number",), found({"number": "1/X"}), sure=True)
    assert accepted(taken)["wrong"] == 1  # a guess at handwriting is a silent error all the same


def test_pen_is_counted_apart_in_colour_and_in_grey_and_what_is_proven_with_it() -> None:
    said = found({"number": "1/X", "issued_on": "2020-01-02", "issuer": "UBND XÃ MẪU"}, review=("issuer",))
    evidence = Evidence(weakest=1, mean=1, place=1, passed=("words_match",))
    fields = said.fields | {"issued_on": said.fields["issued_on"].model_copy(update={"evidence": evidence})}
    said = said.model_copy(update={"fields": fields})
    pen = ("number", "issued_on", "issuer")
    judged = [
        field
        for variant in ("scanned", "bad", "photocopy")
        for field in judged_fields("d", "quyet_dinh", variant, TRUE, pen, said, sure=True)
    ]
    assert handwritten(judged) == {
        "colour": {"fields": 6, "accepted": 4, "accepted_proven": 2, "accepted_wrong": 2},
        "grey": {"fields": 3, "accepted": 2, "accepted_proven": 1, "accepted_wrong": 1},
    }


def test_punctuation_at_the_ends_and_leading_zeros_of_figures_are_no_errors() -> None:
    assert tidy(" Sở Y tế; - Sở Nội vụ. ") == "Sở Y tế; Sở Nội vụ"
    true = {"floors": "2", "personal_id": "002204000017"}
    fields = judged_fields(
        "d",
        "giay_phep_xay_dung",
        "clean",
        true,
        (),
        found({"floors": "02", "personal_id": "2204000017"}),
        sure=True,
    )
    assert {f.name: f.right for f in fields} == {"floors": True, "personal_id": False}


def test_what_a_type_need_not_hold_is_judged_only_where_it_was_found() -> None:
    true = {"place": "Mẫu", "full_name": "Lê An"}
    silent = judged_fields(
        "d", "trich_luc_khai_tu", "clean", true, (), found({"full_name": "Lê An"}), sure=True
    )
    assert [f.name for f in silent] == ["full_name"]
    wrong = judged_fields("d", "trich_luc_khai_tu", "clean", true, (), found({"place": "Khác"}), sure=True)
    assert [f.right for f in wrong if f.name == "place"] == [False]
    needed = judged_fields("d", "cong_van", "clean", true, (), found({}), sure=True)
    assert "place" in {f.name for f in needed}


def test_a_wrong_type_counts_as_silent_only_above_the_threshold() -> None:
    sure = judged_type("d", "clean", "cong_van", found({}), 0.8)
    assert sure.silently_wrong
    assert not judged_type("d", "clean", "cong_van", found({}), 0.99).silently_wrong
    assert not judged_type("d", "clean", "cong_van", found({}, code="unknown"), 0.8).silently_wrong
    assert judged_type("d", "clean", "unknown", found({}), 0.8, tolerated=("quyet_dinh",)).right


# ── sums ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_lower_bound_is_clopper_and_pearsons() -> None:
    assert lower_bound(100, 100) == pytest.approx(0.05 ** (1 / 100), abs=1e-9)
    assert lower_bound(3000, 3000) == pytest.approx(0.99900, abs=1e-5)
    assert lower_bound(9, 10) == pytest.approx(0.60584, abs=1e-5)  # Beta(9, 2) at 5 %
    assert lower_bound(0, 10) == 0
    assert lower_bound(0, 0) == 0


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_lower_bound_lies_below_the_share_and_rises_with_it(counts: tuple[int, int]) -> None:
    right, count = counts
    bound = lower_bound(right, count)
    assert 0 <= bound <= right / count
    if right:
        assert lower_bound(right - 1, count) <= bound


def test_calibration_is_the_mean_gap_between_what_is_said_and_what_is_right() -> None:
    bins, gap = reliability([(0.95, True)] * 95 + [(0.95, False)] * 5)
    assert gap == pytest.approx(0, abs=1e-9)
    assert [(b.low, b.count) for b in bins] == [(0.9, 100)]
    _, gap = reliability([(1.0, False)] * 5 + [(0.0, False)] * 5)
    assert gap == pytest.approx(0.5)
    assert reliability([]) == ([], 0.0)


def test_a_batch_is_judged_by_its_beginnings_and_types() -> None:
    true = [(1, "can_cuoc"), (3, "cong_van"), (4, "quyet_dinh")]
    assert split_score(true, true)["all_right"] == 1
    row = split_score(true, [(1, "can_cuoc"), (2, "cong_van"), (4, "cong_van")])
    assert (row["found"], row["invented"], row["typed"], row["all_right"]) == (2, 1, 1, 0)


def test_a_contradiction_counts_as_flagged_only_by_a_flag_that_its_twin_does_not_raise() -> None:
    job = Job("plants", "id_sex", "0", 1, "clean")
    assert Warned(job, ("sex",), flags=("id_contradicts_sex",), typed=True).flagged
    assert not Warned(job, ("sex",), flags=("odd",), control_flags=("odd",), typed=True).flagged
    assert not Warned(job, ("sex",), flags=("unknown_type",), typed=False).flagged
    assert Warned(job, ("sex", "personal_id"), doubtful=("sex",), typed=True).unseen
    assert not Warned(job, ("sex", "personal_id"), doubtful=("sex", "personal_id"), typed=True).unseen
    assert Warned(job, ("sex",), control_flags=("odd",)).false_alarm
    assert not Warned(
        job, ("sex",), control_flags=("code_other", "blank_page")
    ).false_alarm  # nothing to look at


# ── reading once ─────────────────────────────────────────────────────────────────────────────────────


class CountingEngine:
    version = EngineVersion(name="counting", version="1")

    def __init__(self) -> None:
        self.pages = 0

    def read_page(self, image: np.ndarray, *, dpi: float, page: int) -> PageReading:
        self.pages += 1
        return PageReading(page=page, regions=(), width_px=image.shape[1], height_px=image.shape[0])


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[CountingEngine]:
    one = CountingEngine()
    monkeypatch.setattr(extraction_pages, "_engine", lambda profile: one)
    extraction_pages._tag.cache_clear()
    yield one
    extraction_pages._tag.cache_clear()


def test_a_page_is_read_once_and_its_codes_with_it(tmp_path: Path, engine: CountingEngine) -> None:
    job = Job("papers", "can_cuoc", "2024-sides", 10003, "clean")
    first = document(job, tmp_path, ("fast",))
    assert engine.pages == 2
    assert [code.payload.decode() for page in first.readings["fast"].pages for code in page.codes] == list(
        first.truth.codes
    )
    again = document(job, tmp_path, ("fast",))
    assert engine.pages == 2
    assert again == first
    document(job, tmp_path, ("best",))
    assert engine.pages == 4


def test_a_new_engine_reads_again(tmp_path: Path, engine: CountingEngine) -> None:
    job = Job("papers", "can_cuoc", "2024-sides", 10003, "clean")
    document(job, tmp_path, ("fast",))
    engine.version = EngineVersion(name="counting", version="2")
    extraction_pages._tag.cache_clear()
    document(job, tmp_path, ("fast",))
    assert engine.pages == 4


def test_a_run_leaves_figures_and_a_page_with_its_plots(tmp_path: Path, engine: CountingEngine) -> None:
    out, docs = tmp_path / "out", tmp_path / "docs"
    cards = [
        Job("papers", "can_cuoc", "2024-sides", 10003, "clean"),
        Job("papers", "can_cuoc_cong_dan", "chip-card", 10004, "scanned"),
    ]
    run = Run()
    from bench.extraction import _judge

    for job in cards:
        _judge(run, document(job, out, ("fast",)), "fast")
    result = figures(run)
    assert result["codes"] == {"printed": 2, "read": 2, "missed": []}
    assert result["classification"]["documents"] == 2
    machine = {"cpu": "x", "cores": 1, "python": "3"}
    facts = {
        "made_at": "2026-01-01T00:00",
        "machine": machine,
        "first_seed": FIRST_SEED,
        "papers": 2,
        "profiles": {"fast": result},
    }
    (out / "extraction.json").write_text(json.dumps(facts))
    page, *plots = write_docs(out, docs)
    text = page.read_text(encoding="utf-8")
    assert "planted contradictions flagged" in text
    assert "| fast, colour | 0 | 0 | 0 | 0 |" in text
    assert all(f"extraction/{plot.name}" in text for plot in plots)
    assert all(ET.fromstring(plot.read_text()).tag.endswith("svg") for plot in plots)


def test_profiles_with_the_same_figures_are_told_once(tmp_path: Path) -> None:
    result = figures(Run())
    slower = {**result, "cpu_ms_a_page": {"median": 99.0, "mean": 99.0, "worst": 99.0}}
    other = {
        **result,
        "handwritten": {"colour": {"fields": 7, "accepted": 1, "accepted_proven": 0, "accepted_wrong": 1}},
    }
    facts = {
        "made_at": "2026-01-01T00:00",
        "machine": {"cpu": "x", "cores": 1, "python": "3"},
        "first_seed": FIRST_SEED,
        "papers": 0,
        "profiles": {"best": result, "fast": slower, "third": other},
    }
    (tmp_path / "extraction.json").write_text(json.dumps(facts))
    text = write_docs(tmp_path, tmp_path / "docs")[0].read_text(encoding="utf-8")
    assert "The profile `fast` was measured on the same papers and has the figures of `best`" in text
    assert "## Against the goals: fast" not in text
    assert "## Against the goals: third" in text


def test_papers_can_be_judged_without_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = document(Job("papers", "xac_nhan_cu_tru", "form", 10005, "bad"), tmp_path, (PERFECT,))
    (page,) = one.readings[PERFECT].pages
    assert page.text == "\n".join(
        line.text
        for line in sorted(one.truth.truth.pages[0].lines, key=lambda line: (line.box.y1, line.box.x0))
    )
    assert (
        main(
            [
                "--perfect",
                "--papers",
                "4",
                "--plants",
                "0",
                "--first-seed",
                "10000",
                "--show",
                "--out",
                str(tmp_path),
            ]
        )
        == 0
    )
    written = json.loads((tmp_path / "extraction-perfect.json").read_text(encoding="utf-8"))
    assert written["profiles"][PERFECT]["classification"]["documents"] == 4
    assert "accepted unseen" in capsys.readouterr().out


def test_an_unknown_profile_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["--profiles", "worst", "--out", str(tmp_path)])
    assert "worst" in capsys.readouterr().err
