"""What people made of fields is kept with the confirmation, found by time and type, and goes with the document."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from models.extraction import Evidence, FieldValue
from models.geometry import Box
from models.judgement import JudgedDocument, Judgement
from models.people import Agency, Person, Role
from models.states import DocumentState
from storage import schema as t
from storage.records import DocumentRecord
from tests.storage.support import Room

OFFICER = Person(
    id="officer",
    name="Trần Thị Mẫu",
    role=Role.OFFICER,
    agency=Agency(identifier="000.00.01.H99", name="UBND"),
)
READ = FieldValue(
    value="Nguyên Văn Mẫu",
    confidence=0.91,
    page=2,
    box=Box(x0=0.1, y0=0.2, x1=0.5, y1=0.25),
    origin="ocr",
    printed="Nguyên Văn Mẫu",
    evidence=Evidence(weakest=0.8, mean=0.93, place=0.99, passed=("surname",), failed=("spelling",)),
)
CHANGED = Judgement(
    field="full_name", kind="name", look="asked", outcome="changed", proposal=READ, truth="Nguyễn Văn Mẫu"
)
ADDED = Judgement(field="sex", kind="sex", look="shown", outcome="added", proposal=None, truth="Nam")


def sheet(*fields: Judgement, document_type: str = "can_cuoc") -> JudgedDocument:
    return JudgedDocument(
        document_type=document_type, type_version=2, extractor="rules-1", engine="own-7", fields=fields
    )


def judged(home: Room, document: DocumentRecord, given: JudgedDocument) -> None:
    with home.register.transaction(actor="officer", purpose="t") as tx:
        tx.add_judgements(document.id, given, by=OFFICER)


def test_reading_proposal_and_truth_come_back_as_they_were_given(home: Room) -> None:
    document = home.receive()
    judged(home, document, sheet(CHANGED, ADDED))
    first, second = home.register.judgements()
    assert (first.judgement, second.judgement) == (CHANGED, ADDED)
    assert (first.document_id, first.document_type, first.type_version) == (document.id, "can_cuoc", 2)
    assert (first.extractor, first.engine) == ("rules-1", "own-7")
    assert (first.judged_by, first.role, first.judged_at) == (
        "officer",
        Role.OFFICER,
        "2026-11-22T09:15:04+07:00",
    )


def test_a_field_of_a_document_is_judged_once(home: Room) -> None:
    document = home.receive()
    judged(home, document, sheet(CHANGED))
    with pytest.raises(sa.exc.IntegrityError):
        judged(home, document, sheet(ADDED, CHANGED))
    assert [r.judgement for r in home.register.judgements()] == [CHANGED]


def test_judgements_are_found_by_day_and_type(home: Room) -> None:
    early, late = home.receive(b"1"), home.receive(b"2")
    judged(home, early, sheet(CHANGED))
    home.clock.move(timedelta(hours=14, minutes=44, seconds=56))  # midnight in Vietnam
    judged(home, late, sheet(CHANGED, document_type="quyet_dinh"))

    def found(**by: object) -> list[str]:
        return [r.document_id for r in home.register.judgements(**by)]  # type: ignore[arg-type]

    assert found() == [early.id, late.id]
    assert found(since=date(2026, 11, 22)) == [early.id, late.id]
    assert found(since=date(2026, 11, 23)) == [late.id]
    assert found(since=date(2026, 11, 24)) == []
    assert found(document_type="can_cuoc") == [early.id]
    assert found(document_type="can_cuoc", since=date(2026, 11, 23)) == []


def test_what_was_judged_goes_when_the_document_is_disposed_of(home: Room) -> None:
    gone, kept = home.receive(b"1"), home.receive(b"2")
    for document in (gone, kept):
        judged(home, document, sheet(CHANGED))
    for state in ("TRIAGED", "READ", "EXTRACTED", "IN_REVIEW", "APPROVED", "DISPOSED"):
        assert len(list(home.register.judgements())) == 2
        with home.register.transaction(actor="t", purpose="t") as tx:
            tx.set_document_state(home.register.document(gone.id), DocumentState[state])
    assert [r.document_id for r in home.register.judgements()] == [kept.id]


def test_what_was_judged_goes_with_the_documents_row(home: Room) -> None:
    document = home.receive()
    judged(home, document, sheet(CHANGED))
    with home.engine.begin() as connection:
        connection.execute(t.documents.delete().where(t.documents.c.id == document.id))
    assert list(home.register.judgements()) == []
