"""The report on what people corrected: figures worked out by hand, the dangerous first, nobody's data unasked."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.definitions import TypeDefinition, put_in_force, types_in_force
from models.errors import UsageError
from models.judgement import TYPE_FIELD, Judgement
from pipeline.application import Application
from pipeline.learning.faults import Confusions, Fault, fault_of
from pipeline.learning.figures import Belief, acceptance, lower_bound
from pipeline.learning.report import LearnReport, summed_up
from pipeline.learning.sheets import COLUMNS, field_sheet
from pipeline.stages.review import confirm
from tests.clocks import FixedClock
from tests.pipeline.reviewing import OFFICER, decision, in_review, read
from tests.pipeline.support import application


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def app(tmp_path: Path, clock: FixedClock) -> Iterator[Application]:
    with application(tmp_path / "home", clock) as opened:
        yield opened


def four_reviews(app: Application) -> None:
    """Four decisions, confirmed with corrections that the figures below were counted from."""
    misread = decision("signer_name", signer_name=read("Nguyên Văn Mẫu", 0.4, "spelling"))
    for extraction, corrections in (
        (misread, {"signer_name": "Nguyễn Văn Mẫu"}),
        (misread, {"signer_name": "Nguyễn Văn Mẫu", "number": "13/QĐ-UBND"}),
        (decision(holder_name=read("Về Việc", 0.9)), {"holder_name": ""}),
        (decision("signer_name", signer_name=None), {"signer_name": "Lê Thị Mẫu"}),
    ):
        confirm(app, in_review(app, extraction), OFFICER, corrections=corrections)


def told(app: Application, **by: object) -> LearnReport:
    return summed_up(app.register.judgements(**by))  # type: ignore[arg-type]


def test_each_field_is_counted_as_its_people_judged_it(app: Application) -> None:
    four_reviews(app)
    report = told(app)
    fields = {f.field: f for f in report.fields}
    assert report.documents == 4
    assert set(fields) == {
        TYPE_FIELD, "number", "issuer", "issued_on", "abstract", "signer_name", "holder_name"
    }  # fmt: skip
    signer = fields["signer_name"]
    assert (signer.looked_at, signer.asked, signer.accepted, signer.accepted_wrong) == (4, 3, 1, 0)
    assert (signer.confirmed, signer.changed, signer.added, signer.removed) == (1, 2, 1, 0)
    assert signer.faults == {"marks": 2, "missed": 1}
    assert signer.share_right == 0.25
    number = fields["number"]
    assert (number.looked_at, number.accepted, number.accepted_wrong, number.changed) == (4, 4, 1, 1)
    assert number.faults == {"letters": 1}
    holder = fields["holder_name"]
    assert (holder.looked_at, holder.accepted, holder.accepted_wrong, holder.removed) == (1, 1, 1, 1)
    assert holder.faults == {"not_there": 1}
    assert fields["issuer"].share_right == fields[TYPE_FIELD].share_right == 1.0


def test_what_was_accepted_and_wrong_comes_first(app: Application) -> None:
    four_reviews(app)
    order = [f.field for f in told(app).fields]
    assert order[:3] == ["holder_name", "number", "signer_name"]


def test_acceptance_counts_fields_and_not_the_type(app: Application) -> None:
    """20 values were proposed: 4 numbers, issuers, days and subjects, 3 signers, 1 holder; two were asked about."""
    four_reviews(app)
    found = told(app).acceptance
    assert (found.proposed, found.accepted, found.wrong) == (20, 18, 2)
    assert found.share == 0.9
    assert found.right_at_least == pytest.approx(lower_bound(16, 18), abs=1e-5)


def test_confidence_is_compared_with_truth_bin_by_bin(app: Application) -> None:
    """17 of 0.97 with one wrong, 2 of 0.4 both wrong, 1 of 0.9 wrong."""
    four_reviews(app)
    found = told(app).reliability
    bins = {(b.low, b.high): (b.count, b.confidence, b.right) for b in found.bins}
    assert bins == {
        (0.0, 0.5): (2, 0.4, 0.0),
        (0.9, 0.95): (1, 0.9, 0.0),
        (0.95, 0.98): (17, 0.97, round(16 / 17, 5)),
    }
    gaps = 2 * 0.4 + 1 * 0.9 + abs(17 * 0.97 - 16)
    assert found.calibration_error == pytest.approx(gaps / 20, abs=1e-5)


def test_checks_tell_how_often_they_failed_and_what_they_let_pass(app: Application) -> None:
    four_reviews(app)
    checks = {c.name: (c.failed, c.failed_wrong, c.passed, c.passed_wrong) for c in told(app).checks}
    assert checks == {"spelling": (2, 2, 0, 0), "notation": (0, 0, 20, 4)}


def test_letters_are_told_and_syllables_only_when_several_papers_share_them(app: Application) -> None:
    four_reviews(app)
    report = told(app)
    assert [(c.read, c.truth, c.count) for c in report.letters] == [("ê", "ễ", 2), ("2", "3", 1)]
    assert report.syllables == ()
    four_reviews(app)
    assert [(c.read, c.truth, c.count) for c in told(app).syllables] == [("nguyên", "nguyễn", 4)]


def test_mistaken_types_are_told_as_pairs(app: Application) -> None:
    confirm(app, in_review(app, decision(probability=0.6)), OFFICER)
    given = {
        "number": "34/UBND-VP",
        "issued_on": "12/3/2026",
        "issuer": "UBND xã Mẫu",
        "abstract": "rà soát hộ nghèo",
        "recipient": "Phòng Văn hóa",
        "signer_name": "Lê Văn Mẫu",
    }
    confirm(app, in_review(app, decision()), OFFICER, document_type="cong_van", corrections=given)
    report = told(app)
    assert [(t.proposed, t.truth, t.count) for t in report.types] == [("quyet_dinh", "cong_van", 1)]


def test_the_report_can_begin_at_a_day_and_keep_to_a_type(app: Application, clock: FixedClock) -> None:
    four_reviews(app)
    clock.move(timedelta(days=1))
    confirm(app, in_review(app, decision()), OFFICER)
    assert told(app).documents == 5
    later = told(app, since=date(2026, 11, 23))
    assert (later.documents, later.first) == (1, "2026-11-23T09:15:04+07:00")
    assert told(app, document_type="can_cuoc").documents == 0


def test_nothing_judged_is_a_report_of_nothing(app: Application) -> None:
    report = told(app)
    assert (report.documents, report.fields, report.first) == (0, (), None)
    assert (report.reliability.count, report.acceptance.right_at_least) == (0, 0.0)


def test_nobodys_data_stand_in_a_report_that_nobody_asked_examples_of(app: Application) -> None:
    four_reviews(app)
    said = told(app).model_dump_json() + field_sheet(told(app))
    for personal in ("Nguyễn Văn", "Nguyên Văn", "13/QĐ", "Lê Thị", "Về Việc"):
        assert personal not in said


def test_examples_are_the_dangerous_ones_then_the_newest(app: Application) -> None:
    four_reviews(app)
    three = summed_up(app.register.judgements(), examples=3).examples
    assert [(e.field, e.accepted) for e in three] == [
        ("holder_name", True),
        ("number", True),
        ("signer_name", False),
    ]
    assert (three[2].proposed, three[2].truth) == (None, "Lê Thị Mẫu")
    assert (three[1].printed, three[1].proposed, three[1].truth) == (
        "12/QĐ-UBND", "12/QĐ-UBND", "13/QĐ-UBND"
    )  # fmt: skip


def test_a_report_is_a_look_on_record_and_its_examples_are_looks_at_papers(app: Application) -> None:
    from pipeline.learning.looking import SUBJECT, learn_report

    four_reviews(app)
    report = learn_report(app, since=None, document_type=None, examples=1, purpose="dot 4/2026")
    (entry,) = app.register.audit_of(SUBJECT)
    assert (entry.action, entry.purpose, entry.details) == (
        "learn_report", "dot 4/2026", {"documents": 4, "examples": 1}
    )  # fmt: skip
    looks = [e for e in app.register.audit_of(report.examples[0].document_id) if e.action == "look"]
    assert [e.purpose for e in looks] == ["dot 4/2026"]
    with pytest.raises(UsageError):
        learn_report(app, since=None, document_type=None, examples=0, purpose=" ")


def test_the_sheet_has_every_field_in_the_reports_order(app: Application) -> None:
    four_reviews(app)
    text = field_sheet(told(app))
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert tuple(rows[0]) == COLUMNS
    assert [r["field"] for r in rows] == [f.field for f in told(app).fields]
    number = next(r for r in rows if r["field"] == "number")
    assert number["type_name"] == "Quyết định"
    assert number["field_name"] == "Số, ký hiệu"
    assert (number["accepted_wrong"], number["share_right"], number["letters"]) == ("1", "0.7500", "1")


def test_no_name_in_the_sheet_runs_as_a_formula(app: Application) -> None:
    """Names come from an agency's own type files, and those from whoever wrote them."""
    four_reviews(app)
    definition = types_in_force().get("quyet_dinh")
    assert definition is not None
    data = definition.model_dump(mode="json")
    data["name_vi"] = '=HYPERLINK("http://x","y")'
    for field in data["fields"]:
        field["name_vi"] = "\t@SUM(A1)" if field["name"] == "number" else field["name_vi"]
    hostile = TypeDefinition.model_validate(data)
    put_in_force(types_in_force().with_types([(hostile, "own.yaml")]))
    try:
        rows = list(csv.reader(io.StringIO(field_sheet(told(app)))))
    finally:
        put_in_force(None)
    cells = [cell for row in rows[1:] for cell in row]
    assert '\'=HYPERLINK("http://x","y")' in cells
    assert "'@SUM(A1)" in cells
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("kind", "printed", "value", "truth", "fault"),
    [
        ("name", "Nguyên Văn", "Nguyên Văn", "Nguyễn Văn", "marks"),
        ("name", "NGUYỄN VĂN", "NGUYỄN VĂN", "Nguyễn Văn", "marks"),
        ("name", "Nguyễn Văm", "Nguyễn Văm", "Nguyễn Văn", "letters"),
        ("name", "Nguyễn Văn", "Nguyễn Văn", "Nguyễn Văn An", "cut"),
        ("name", "Nguyễn Văn An Giới", "Nguyễn Văn An Giới", "Nguyễn Văn An", "overrun"),
        ("name", "Chủ tịch", "Chủ tịch", "Nguyễn Văn An", "elsewhere"),
        ("ethnicity", "Kinh", "Khmer", "Kinh", "handling"),
        ("date", "ngày 12 tháng 3 năm 2026", "2026-03-12", "2026-03-13", "letters"),
        ("name", "Chủ tịch", "Chủ tịch", None, "not_there"),
        ("name", None, None, "Nguyễn Văn An", "missed"),
        ("name", "Nguyễn Văn An", "Nguyễn Văn An", "Nguyễn Văn An", None),
    ],
)
def test_how_a_value_is_wrong(
    kind: str, printed: str | None, value: str | None, truth: str | None, fault: Fault | None
) -> None:
    assert fault_of(one(kind, printed, value, truth)) == fault


def one(kind: str, printed: str | None, value: str | None, truth: str | None) -> Judgement:
    outcome = (
        "confirmed" if value == truth else "added" if value is None else "removed" if truth is None else ""
    )
    return Judgement(
        field="f",
        kind=kind,
        look="asked",
        outcome=outcome or "changed",  # type: ignore[arg-type]
        proposal=None if value is None else read(value, printed=printed),
        truth=truth,
    )


@pytest.mark.parametrize(
    ("kind", "printed", "value", "truth", "letters"),
    [
        ("name", "Tharnh Hoà", "Tharnh Hoà", "Thanh Hoà", [("r", "")]),
        ("text", "rnẫu đơn", "rnẫu đơn", "mẫu đơn", [("rn", "m")]),
        ("name", "LÊ VĂN TÀM", "Lê Văn Tàm", "Lê Văn Tám", [("à", "á")]),
        ("personal_id", "034 219 000 128", "034219000128", "034219000123", [("8", "3")]),
        ("name", "Chủ tịch", "Chủ tịch", "Nguyễn Văn An", []),
        ("name", "Nguyễn Văn", "Nguyễn Văn", "Nguyễn Văn An", []),
    ],
)
def test_which_letters_were_misread(
    kind: str, printed: str, value: str, truth: str, letters: list[tuple[str, str]]
) -> None:
    confusions = Confusions()
    confusions.add("a", one(kind, printed, value, truth))
    assert [(c.read, c.truth) for c in confusions.letters(9)] == letters


@given(read_as=st.text(), printed=st.text(), truth=st.text(), kind=st.sampled_from(["name", "date", "text"]))
@settings(deadline=None)
def test_no_text_makes_the_comparison_fail(read_as: str, printed: str, truth: str, kind: str) -> None:
    judgement = one(kind, printed, read_as, truth)
    assert (fault_of(judgement) is None) == judgement.right
    confusions = Confusions()
    confusions.add("a", judgement)
    for slip in confusions.letters(99):
        assert slip.read != slip.truth
        assert max(len(slip.read), len(slip.truth)) <= 3
        assert (
            not any(c.isdigit() for c in slip.read + slip.truth) or max(len(slip.read), len(slip.truth)) == 1
        )


def test_a_syllable_counts_documents_and_not_how_often_one_paper_says_it() -> None:
    confusions = Confusions()
    for document in ("a", "a", "a", "b"):
        confusions.add(document, one("name", "Lê Thi Hoa", "Lê Thi Hoa", "Lê Thị Hoa"))
    assert confusions.syllables(9, documents=3) == ()
    assert [(c.truth, c.count) for c in confusions.syllables(9, documents=2)] == [("thị", 4)]


def test_figures_hold_at_the_ends() -> None:
    belief = Belief()
    belief.add(0.0, False)
    belief.add(1.0, True)
    assert belief.reliability().log_loss == 0.0
    assert [b.low for b in belief.reliability().bins] == [0.0, 0.99]
    belief.add(1.0, False)
    assert belief.reliability().log_loss == pytest.approx(
        13.81551 / 3, abs=1e-4
    )  # -ln 1e-6: bad, not endless
    assert acceptance(0, 0, 0).share == 0.0


def test_the_lower_bound_is_the_share_at_which_the_data_become_unlikely() -> None:
    assert lower_bound(3000, 3000) == pytest.approx(0.05 ** (1 / 3000), abs=1e-9)
    assert lower_bound(0, 10) == 0.0
    bound = lower_bound(95, 100)
    assert 0.89 < bound < 0.9
    assert lower_bound(950, 1000) > bound


def test_the_report_is_json_that_machines_can_take_back(app: Application) -> None:
    four_reviews(app)
    report = summed_up(app.register.judgements(), examples=2)
    assert LearnReport.model_validate(json.loads(report.model_dump_json())) == report
