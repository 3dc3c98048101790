"""Papers come in for dossiers and lots, meet what was asked for, and may be used again only after a good end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.casework import ComponentRule, Procedure
from models.errors import (
    BadHolderIdentifier,
    CaseEnded,
    ComponentNotScanned,
    ConflictError,
    DossierExists,
    IllegalTransition,
    LotNotAccepted,
    NotYetDigitised,
    SampleNeeded,
    UnknownProcedure,
    UsageError,
    WrongRole,
)
from models.states import ComponentState, DossierState, EcopyState, LotState
from pipeline.access import confirm_document, issue_document
from pipeline.application import Application
from pipeline.cases import casework
from pipeline.cases.meeting import case_of
from pipeline.cases.procedures import import_procedures
from pipeline.papers.outcome import SourceOutcome, SourceRefused
from pipeline.papers.status import document_status
from pipeline.quality.samples import draw_sample, judge_document
from pipeline.worker import Worker
from samples.generate import generate
from storage import schema as t
from storage.cases.procedures import put_procedure
from storage.papers import facts
from tests.pipeline.support import application, digitized
from tests.soundness import trail_break

SAMPLES = Path(__file__).parents[2] / "samples" / "procedures.yaml"
HOLDER = "001090000017"


@dataclass
class Counter:
    """A counter with procedures, papers that are read quickly, and dossiers to open."""

    app: Application
    folder: Path
    opened: int = 0

    def paper(self, seed: int) -> Path:
        path = self.folder / f"card-{seed}.jpg"
        if not path.exists():
            path.write_bytes(generate("can_cuoc", seed, "clean", layout="2024-card").pages[0].jpeg())
        return path

    def dossier(self, procedure: str = "1.001193", **options: str) -> str:
        self.opened += 1
        code = f"H99.01-261122-{self.opened:04d}"
        casework.open_dossier(self.app, code, procedure, **options)  # type: ignore[arg-type]
        return code

    def scan(self, seed: int, *, confirm: bool = False, **case: str) -> SourceOutcome | SourceRefused:
        grouping = "one" if "component" in case else None
        (outcome,) = digitized(
            self.app,
            self.folder / "out",
            self.paper(seed),
            confirm=confirm,
            case=case_of(self.app, **case),
            grouping=grouping,
            intake="archive" if "lot" in case else "counter",
        )
        return outcome

    def taken(self, seed: int, *, confirm: bool = False, **case: str) -> str:
        outcome = self.scan(seed, confirm=confirm, **case)
        assert isinstance(outcome, SourceOutcome), outcome
        return outcome.documents[0].id

    def part(self, code: str, component: str) -> casework.ComponentOutcome:
        found = casework.look_at_dossier(self.app, code)
        return next(part for part in found.components if part.code == component)

    def reusable(self, document: str) -> bool:
        return self.app.register.document(document).reusable_from is not None

    def count(self, table: sa.Table) -> int:
        with self.app.register.reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    folder = tmp_path_factory.mktemp("counter")
    with application(folder / "home") as app:
        import_procedures(app, SAMPLES)
        yield Counter(app, folder)


def test_a_dossier_is_opened_for_a_holder_under_the_rules_of_today(counter: Counter) -> None:
    code = counter.dossier(holder=HOLDER, holder_name="Nguyễn Văn Mẫu")
    found = casework.look_at_dossier(counter.app, code, purpose="inspection:1")
    assert (found.procedure, found.state, found.missing) == ("1.001193", "received", ("TK", "GCS"))
    with counter.app.register.reading() as connection:
        name = connection.scalar(
            sa.select(t.holders.c.name).join(t.dossiers, t.dossiers.c.holder_id == t.holders.c.id)
        )
    assert name == "Nguyễn Văn Mẫu"
    acts = counter.app.register.audit_of(code)
    assert [(e.action, e.purpose) for e in acts] == [
        ("open_dossier", f"dossier:{code}"),
        ("look", "inspection:1"),
    ]
    assert HOLDER not in str(acts)
    with pytest.raises(DossierExists):
        casework.open_dossier(counter.app, code, "1.001193")


def test_what_can_not_be_opened_is_refused_in_words(counter: Counter) -> None:
    with pytest.raises(UnknownProcedure):
        casework.open_dossier(counter.app, "H99-1", "8.888888")
    with pytest.raises(BadHolderIdentifier):
        casework.open_dossier(counter.app, "H99-1", "1.001193", holder="12")
    for words in ({"holder_name": "A"}, {"code": ""}, {"code": "9" * 61}):
        with pytest.raises(UsageError):
            casework.open_dossier(counter.app, words.pop("code", "H99-1"), "1.001193", **words)


@pytest.mark.parametrize(
    "words", [{"component": "TK"}, {"dossier": "H", "lot": "L"}, {"lot": "L", "component": "TK"}]
)
def test_words_that_name_no_case_are_refused(counter: Counter, words: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        case_of(counter.app, **words)


@pytest.mark.parametrize(("procedure", "component"), [("1.001193", "TT"), ("9.000001", "MAT")])
def test_no_byte_is_kept_of_what_must_not_be_scanned(
    counter: Counter, procedure: str, component: str
) -> None:
    code = counter.dossier(procedure)
    before = counter.count(t.objects)
    with pytest.raises(ComponentNotScanned):
        counter.scan(1, dossier=code, component=component)
    assert counter.count(t.objects) == before


def test_a_component_is_met_when_its_capture_is_signed_and_then_the_dossier_may_go_on(
    counter: Counter,
) -> None:
    code = counter.dossier("2.000815")
    with pytest.raises(NotYetDigitised) as told:
        casework.move_dossier(counter.app, code, DossierState.IN_PROCESS)
    assert "BC" in told.value.message("vi")
    document = counter.taken(1, dossier=code, component="BC")
    part = counter.part(code, "BC")
    assert (part.state, part.document) == ("scanned", document)
    again = counter.taken(1, dossier=code, component="BC")
    assert again == document, "the same file again takes up where it was"
    before = counter.count(t.objects)
    other = counter.scan(2, dossier=code, component="BC")
    assert isinstance(other, SourceRefused)
    assert other.error.code == "COMPONENT_MET"
    assert counter.count(t.objects) == before
    assert casework.move_dossier(counter.app, code, DossierState.IN_PROCESS).state == "in_process"
    purposes = {e.purpose for e in counter.app.register.audit_of(document)}
    assert purposes == {f"dossier:{code}"}


def test_a_document_is_reusable_when_both_its_dossier_succeeded_and_its_ecopy_is_issued(
    counter: Counter,
) -> None:
    code = counter.dossier("2.000815")
    document = counter.taken(3, dossier=code, component="BC")
    officer = counter.app.hands.person("officer")
    confirm_document(counter.app, document, officer, corrections={}, document_type=None)
    casework.move_dossier(counter.app, code, DossierState.IN_PROCESS, by=officer)
    ended = casework.move_dossier(counter.app, code, DossierState.SUCCEEDED, by=officer, note="đã trả")
    assert ended.outcome_at is not None
    assert not counter.reusable(document)
    issue_document(counter.app, document)
    assert counter.reusable(document)
    with pytest.raises(IllegalTransition):
        casework.move_dossier(counter.app, code, DossierState.FAILED)
    with pytest.raises(CaseEnded):
        counter.scan(4, dossier=code)


def test_a_success_makes_what_is_issued_already_reusable(counter: Counter) -> None:
    code = counter.dossier("2.000815")
    document = counter.taken(5, confirm=True, dossier=code, component="BC")
    assert not counter.reusable(document)
    casework.move_dossier(counter.app, code, DossierState.SUCCEEDED)
    assert counter.reusable(document)


def test_the_same_paper_serves_a_second_dossier_and_a_failure_takes_nothing_back(counter: Counter) -> None:
    first, second = counter.dossier("2.000815"), counter.dossier("2.000815")
    document = counter.taken(5, dossier=first, component="BC")
    assert counter.taken(5, dossier=second, component="BC") == document
    assert [counter.part(code, "BC").state for code in (first, second)] == ["scanned", "scanned"]
    casework.move_dossier(counter.app, second, DossierState.FAILED)
    assert counter.reusable(document)


def test_a_scan_for_no_named_component_meets_the_one_that_asks_for_its_type(counter: Counter) -> None:
    with counter.app.register.transaction(actor="t", purpose="t") as tx:
        rules = (
            ComponentRule(code="CC", name="Thẻ căn cước", document_type="can_cuoc"),
            ComponentRule(code="KS", name="Giấy khai sinh", document_type="giay_khai_sinh", required=False),
        )
        put_procedure(
            tx,
            Procedure(code="9.000002", name="x", valid_from=date(2025, 7, 1), source="t", components=rules),
        )
    code = counter.dossier("9.000002")
    document = counter.taken(6, dossier=code)
    assert counter.part(code, "CC").document is None, "nobody has confirmed what it is"
    officer = counter.app.hands.person("officer")
    confirm_document(counter.app, document, officer, corrections={}, document_type=None)
    part = counter.part(code, "CC")
    assert (part.state, part.document) == ("scanned", document)
    casework.meet_component(counter.app, code, "CC", ComponentState.WANTED)
    assert casework.link(counter.app, code, "KS", document).missing == ("CC",)
    assert counter.part(code, "KS").document == document
    with pytest.raises(ConflictError):
        casework.link(counter.app, counter.dossier("9.000002"), "CC", document)


def test_what_is_shown_or_waived_is_said_by_a_person(counter: Counter) -> None:
    code = counter.dossier()
    casework.meet_component(counter.app, code, "TT", ComponentState.PRESENTED)
    assert counter.part(code, "TT").state == "presented"
    with pytest.raises(UsageError):
        casework.meet_component(counter.app, code, "TK", ComponentState.SCANNED)


def test_a_lot_is_issued_and_reusable_only_when_it_was_accepted_on_its_sample(counter: Counter) -> None:
    officer, clerk = counter.app.hands.person("officer"), counter.app.hands.person("clerk")
    lot = casework.create_lot(counter.app, " Hộp 12 ", by=officer)
    assert lot.name == "Hộp 12"
    document = counter.taken(7, confirm=True, lot="Hộp 12")
    assert casework.look_at_lot(counter.app, lot.id).documents == {document: "approved"}
    assert counter.app.register.capture(document) is None, "an archive lot needs no capture"
    assert counter.app.register.ecopy_of(document) is None
    with pytest.raises(LotNotAccepted):
        issue_document(counter.app, document)
    told = document_status(counter.app, document, "vi").error
    assert told is not None
    assert told.code == "LOT_NOT_ACCEPTED"
    with pytest.raises(WrongRole):
        casework.decide_lot(counter.app, lot.id, LotState.ACCEPTED, clerk)
    with pytest.raises(SampleNeeded):
        casework.decide_lot(counter.app, lot.id, LotState.ACCEPTED, officer)
    sample = draw_sample(counter.app, lot.id, officer)
    assert [one.document for one in sample.documents] == [document]
    judged = judge_document(counter.app, lot.id, document, officer, wrong=1)
    assert judged.verdict.characters.looked_at > 100
    assert (judged.verdict.word, judged.verdict.characters.wrong) == ("accept", 1)
    assert not counter.reusable(document)
    assert casework.decide_lot(counter.app, lot.id, LotState.ACCEPTED, officer).state == "accepted"
    assert not counter.reusable(document), "nothing is issued yet"
    assert Worker(counter.app).run_due() == 1
    ecopy = counter.app.register.ecopy_of(document)
    assert ecopy is not None
    assert (ecopy.state, counter.reusable(document)) == (EcopyState.ISSUED, True)
    with pytest.raises(CaseEnded):
        casework.decide_lot(counter.app, lot.id, LotState.REJECTED, officer)
    with pytest.raises(CaseEnded):
        counter.scan(8, lot="Hộp 12")


def test_nothing_of_all_this_broke_the_trail(counter: Counter) -> None:
    assert trail_break(counter.app.engine) is None
    with counter.app.register.reading() as connection:
        assert facts.unrecorded_documents(connection) == []
