"""What is confirmed about a document is kept with its history; nothing overwrites what was confirmed before."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from models.ecopy import CopyForm, TransferNote
from models.errors import ConflictError, NotFound
from models.extraction import FieldValue, MinimumData
from models.geometry import Box
from models.ids import new_id
from models.people import Role
from models.signatures import Level
from storage import schema as t
from storage.papers import facts
from storage.records import DocumentRecord
from tests.storage.support import Room

READ = FieldValue(
    value="Nguyễn Văn Mẫu",
    confidence=0.97,
    page=1,
    box=Box(x0=0.1, y0=0.2, x1=0.5, y1=0.25),
    origin="ocr",
    printed="NGUYỄN VĂN MẪU",
)
TYPED = FieldValue(value="Nguyễn Văn Mậu", confidence=1.0, origin="person")
MINIMUM = MinimumData(
    type_code="quyet_dinh",
    holder_identifier=None,
    issued_on="2026-05-04",
    issuer="Ủy ban nhân dân phường Đồng Tâm",
    title="Quyết định",
    abstract="Về việc công nhận",
    valid_from="2026-05-04",
    perpetual=True,
)


@pytest.fixture
def document(home: Room) -> DocumentRecord:
    return home.receive()


def confirmed(home: Room, document: DocumentRecord) -> None:
    with home.register.transaction(actor="officer", purpose="t") as tx:
        facts.add_fields(tx, document.id, {"full_name": READ}, by="officer", at=tx.at)


def corrected(
    home: Room, document: DocumentRecord, name: str = "full_name", value: FieldValue = TYPED
) -> int:
    with home.register.transaction(actor="officer", purpose="t") as tx:
        return facts.correct_field(tx, document.id, name, value, by="officer", reason="misread")


def test_minimum_data_come_back_with_keys_that_can_be_compared(home: Room, document: DocumentRecord) -> None:
    with home.register.transaction(actor="officer", purpose="t") as tx:
        facts.set_minimum(tx, document.id, MINIMUM, number="12 /QĐ-UBND")
    with home.register.reading() as connection:
        found = facts.document_facts(connection, document.id)
        keys = connection.execute(sa.select(t.documents.c.number_key, t.documents.c.issuer_key)).one()
    assert (found.document_type, found.number, found.issued_on) == ("quyet_dinh", "12 /QĐ-UBND", "2026-05-04")
    assert (found.perpetual, found.valid_to, found.restricted, found.retention) == (
        True,
        None,
        False,
        "unknown",
    )
    assert tuple(keys) == ("12/qd-ubnd", "uy ban nhan dan phuong dong tam")


def test_keys_are_cut_to_what_the_columns_hold(home: Room, document: DocumentRecord) -> None:
    long = MINIMUM.model_copy(update={"issuer": "Đ" * 900, "valid_to": "không thời hạn"})
    with home.register.transaction(actor="officer", purpose="t") as tx:
        facts.set_minimum(tx, document.id, long, number="9" * 900)
    with home.register.reading() as connection:
        found = facts.document_facts(connection, document.id)
        keys = connection.execute(sa.select(t.documents.c.number_key, t.documents.c.issuer_key)).one()
    assert [len(key) for key in keys] == [120, 200]
    assert len(found.issuer or "") == 900
    assert found.valid_to is None, "what is no day stands in the field alone"


def test_facts_of_a_document_that_is_not_there_are_not_found(home: Room) -> None:
    with home.register.reading() as connection, pytest.raises(NotFound):
        facts.document_facts(connection, new_id())
    with pytest.raises(NotFound), home.register.transaction(actor="t", purpose="t") as tx:
        facts.set_minimum(tx, new_id(), MINIMUM, number=None)


def test_a_correction_adds_a_version_and_keeps_the_one_before(home: Room, document: DocumentRecord) -> None:
    confirmed(home, document)
    assert corrected(home, document) == 2
    with home.register.reading() as connection:
        f = t.fields.c
        versions = sa.select(t.fields).where(f.document_id == document.id, f.name == "full_name")
        first, second = connection.execute(versions.order_by(f.version)).all()
        current = facts.current_fields(connection, document.id)
    assert (first.version, first.value, first.current, first.printed) == (
        1, READ.value, False, READ.printed,
    )  # fmt: skip
    assert (second.value, second.origin, second.reason, second.changed_by) == (
        TYPED.value, "person", "misread", "officer",
    )  # fmt: skip
    assert [(one.value, one.version, one.changed_by) for one in current.values()] == [
        (TYPED.value, 2, "officer")
    ]
    told = str(home.register.audit_of(document.id))
    assert "correct_field" in told
    assert "Nguyễn" not in told


def test_a_field_that_nobody_confirmed_before_can_be_added(home: Room, document: DocumentRecord) -> None:
    confirmed(home, document)
    assert corrected(home, document, "sex", FieldValue(value="Nam", confidence=1.0, origin="person")) == 1
    with home.register.reading() as connection:
        assert set(facts.current_fields(connection, document.id)) == {"full_name", "sex"}


def test_a_document_is_confirmed_once(home: Room, document: DocumentRecord) -> None:
    confirmed(home, document)
    with pytest.raises(sa.exc.IntegrityError):
        confirmed(home, document)


def test_of_two_corrections_made_at_once_the_second_is_told(home: Room, document: DocumentRecord) -> None:
    confirmed(home, document)
    with home.engine.begin() as connection:  # another correction, between the second's look and its write
        connection.execute(t.fields.update().values(current=False))
    with pytest.raises(ConflictError):
        corrected(home, document)


def test_signatures_and_the_transfer_note_are_kept(home: Room, document: DocumentRecord) -> None:
    ecopy_id = new_id()
    note = TransferNote(
        ecopy_id=ecopy_id, document_id=document.id, source_sha256="0" * 64, source_kind="jpeg", medium="paper",
        presented_as="ban_chinh", received_at="x", captured_by=None, capture_sha256=None, page_count=1, image_count=1,
        pages=(), reading_engine="own", extractor="rules", confirmed_by="x", confirmed_at="x",
        copy_form=CopyForm.SAO_Y, agency="UBND", agency_identifier="H99", rule_set="vn", software="ecopy",
    )  # fmt: skip
    with home.register.transaction(actor="vanthu", purpose="t") as tx:
        tx.add_ecopy(ecopy_id, document.id, CopyForm.SAO_Y)
        facts.add_signature(
            tx, document.id, field_name="ecopy-clerk-1", role=Role.CLERK, signer="A", certificate=None,
            level=Level.B_T, signed_at="2026-11-22T09:15:04+07:00",
        )  # fmt: skip
        facts.add_signature(
            tx, document.id, field_name="ecopy-vanthu-1", role=Role.SEAL_HOLDER, signer="B", certificate=None,
            level=Level.B_LTA, signed_at="2026-11-22T09:16:00+07:00", ecopy_id=ecopy_id, revision=1,
        )  # fmt: skip
        facts.add_transfer_note(tx, note)
        facts.add_transfer_note(tx, note)
    with home.register.reading() as connection:
        capture, copy = facts.signatures_of(connection, document.id)
        assert facts.transfer_note(connection, ecopy_id) == note
        assert facts.transfer_note(connection, new_id()) is None
    assert (capture.ecopy_id, capture.level, copy.ecopy_id, copy.revision) == (None, Level.B_T, ecopy_id, 1)


def test_a_document_becomes_reusable_once(home: Room, document: DocumentRecord) -> None:
    for expected in (True, False):
        with home.register.transaction(actor="t", purpose="t") as tx:
            assert facts.set_reusable(tx, document.id) is expected
    assert home.register.document(document.id).reusable_from == "2026-11-22T09:15:04+07:00"
    assert [e.action for e in home.register.audit_of(document.id)].count("make_reusable") == 1
