"""What other systems bring in: codes that are an agency's own, records in versions, results of dossiers; on both databases."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from models.errors import ConflictError, HeldAlready
from models.wire.national import RecordFields
from storage import schema as t
from storage.cases import casework, results
from storage.papers import imports
from tests.storage import papers
from tests.storage.support import Room

CODE = "H99.01-261122-0001"


def said(subject: str = "V/v rà soát") -> RecordFields:
    return RecordFields(
        type_name="Công văn",
        code_number="21",
        code_notation="UBND",
        issued_date=date(2019, 3, 12),
        organ_name="UBND xã Mẫu",
        subject=subject,
    )


def test_a_code_stands_for_one_document_of_an_agency(home: Room) -> None:
    one, other = home.receive(b"1").id, home.receive(b"2").id
    with home.register.transaction(actor="a", purpose="lot:x") as tx:
        assert imports.add_import(tx, "H99.01", "CV_1", one, said(), by="a")
        assert not imports.add_import(tx, "H99.01", "CV_1", one, said("khác"), by="a")
        assert imports.add_import(tx, "H99.99", "CV_1", other, said(), by="b")
    for code, document in (("CV_1", other), ("CV_2", one)):
        with (
            pytest.raises(HeldAlready),
            home.register.transaction(actor="a", purpose="lot:x") as tx,
        ):
            imports.add_import(tx, "H99.01", code, document, said(), by="a")
    with home.register.reading() as connection:
        assert imports.imported(connection, "H99.01", "CV_1") == one
        assert imports.imported(connection, "H99.99", "CV_1") == other
        assert imports.imported(connection, "H99.77", "CV_1") is None
        assert imports.code_of(connection, "H99.01", one) == "CV_1"
        assert [one.version for one in imports.records_of(connection, one)] == [1]


def test_a_change_adds_a_version_and_two_at_once_are_told_apart(home: Room) -> None:
    document = home.receive().id
    with home.register.transaction(actor="a", purpose="lot:x") as tx:
        imports.add_import(tx, "H99.01", "CV_1", document, said(), by="a")
    with home.register.transaction(actor="b", purpose="lot:x") as tx:
        assert imports.amend_record(tx, document, 1, said("mới"), by="b").version == 2
    with (
        pytest.raises(ConflictError),
        home.register.transaction(actor="c", purpose="lot:x") as tx,
    ):
        imports.amend_record(tx, document, 1, said("cũng mới"), by="c")
    with home.register.reading() as connection:
        kept = imports.records_of(connection, document)
        assert [(one.version, one.fields.subject, one.changed_by) for one in kept] == [
            (1, "V/v rà soát", "a"),
            (2, "mới", "b"),
        ]
        assert imports.record_of(connection, document) == kept[-1]


def test_a_result_is_told_of_once_and_becomes_reusable_with_its_dossier(home: Room) -> None:
    papers.dossier(home, CODE, whose=None)
    paper = papers.paper(home, papers.holder(home), reusable_from=None)
    with home.register.transaction(actor="tthc", purpose=f"dossier:{CODE}") as tx:
        assert results.add_result(tx, CODE, paper.document, result_code="KQ.1", by="tthc")
        assert not results.add_result(tx, CODE, paper.document, result_code="KQ.1", by="tthc")
        assert casework.documents_of_dossier(tx.connection, CODE) == [paper.document]
        assert not casework.has_good_end(tx.connection, paper.document)
    with home.engine.begin() as connection:
        mine = t.dossiers.update().where(t.dossiers.c.code == CODE)
        connection.execute(mine.values(state="succeeded"))
    with home.register.transaction(actor="tthc", purpose=f"dossier:{CODE}") as tx:
        assert casework.has_good_end(tx.connection, paper.document)
        (found,) = results.results_of(tx.connection, CODE)
        brought = sa.select(t.events.c.agency).where(t.events.c.type == "result.brought")
        told = tx.connection.scalars(brought).all()
    assert (found.document_id, found.result_code, found.state) == (paper.document, "KQ.1", "approved")
    assert len(told) == len(set(told)) == 2  # the agency of the dossier, and where the file came in
    with home.register.reading() as connection:
        assert results.is_result(connection, CODE, paper.document)
        assert not results.is_result(connection, "H99.01-261122-0002", paper.document)
