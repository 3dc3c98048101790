"""One source and its documents: which pages each has is decided once, and can be decided otherwise until one is confirmed."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from models.errors import ConflictError, IllegalTransition
from models.states import DocumentState
from storage import parts
from storage.database import migrate
from tests.storage.support import Room, room

WAY = (DocumentState.TRIAGED, DocumentState.READ, DocumentState.EXTRACTED, DocumentState.IN_REVIEW)


def settled(home: Room, *pages: tuple[int, ...]) -> list[str]:
    scan = home.receive()
    with home.register.transaction(actor="t", purpose="t") as tx:
        return parts.settle(tx, scan, pages)


def moved(home: Room, identifier: str, *states: DocumentState) -> None:
    for state in states:
        with home.register.transaction(actor="t", purpose="t") as tx:
            tx.set_document_state(home.register.document(identifier), state)


def test_the_first_document_keeps_the_first_part_and_each_further_part_becomes_one(tmp_path: Path) -> None:
    home = room(tmp_path)
    made = settled(home, (1, 2), (4,), (5, 6, 8))
    scan = home.register.document(made[0])
    documents = home.register.documents_of(scan.source_id)
    assert [d.id for d in documents] == made
    assert [(d.position, d.pages) for d in documents] == [(1, "1-2"), (2, "4"), (3, "5-6,8")]
    assert {d.state for d in documents[1:]} == {DocumentState.TRIAGED}
    assert {(d.rule_set, d.forced_type) for d in documents} == {(scan.rule_set, scan.forced_type)}
    assert home.register.scan_of(scan.source_id) == scan


def test_pages_are_given_out_once(tmp_path: Path) -> None:
    home = room(tmp_path)
    (identifier,) = settled(home, (1,))
    with pytest.raises(ConflictError), home.register.transaction(actor="t", purpose="t") as tx:
        parts.settle(tx, home.register.document(identifier), [(1,), (2,)])
    assert len(home.register.documents_of(home.register.document(identifier).source_id)) == 1


def test_documents_can_be_put_together_otherwise(tmp_path: Path) -> None:
    home = room(tmp_path)
    first, second = settled(home, (1,), (2,))
    moved(home, first, *WAY)
    scan = home.register.document(first)
    with home.register.transaction(actor="t", purpose="t") as tx:
        (whole,) = parts.regroup(tx, scan, home.register.documents_of(scan.source_id), [(1, 2)])
    (living,) = home.register.documents_of(scan.source_id)
    assert (living.id, living.pages, living.position) == (whole, "1-2", 3)
    gone = home.register.documents_of(scan.source_id, replaced=True)
    assert [(d.id, d.state) for d in gone] == [
        (first, DocumentState.REPLACED),
        (second, DocumentState.REPLACED),
    ]
    assert home.register.scan_of(scan.source_id).id == first


def test_a_confirmed_document_is_never_taken_apart(tmp_path: Path) -> None:
    home = room(tmp_path)
    first, second = settled(home, (1,), (2,))
    moved(home, second, *WAY[1:], DocumentState.APPROVED)
    scan = home.register.document(first)
    moved(home, first, DocumentState.TRIAGED)
    living = home.register.documents_of(scan.source_id)
    with pytest.raises(IllegalTransition), home.register.transaction(actor="t", purpose="t") as tx:
        parts.regroup(tx, scan, living, [(1, 2)])
    assert [d.id for d in home.register.documents_of(scan.source_id)] == [first, second]


def test_documents_of_before_there_were_parts_stay_whole(tmp_path: Path) -> None:
    home = room(tmp_path)
    old, fresh = home.receive(b"1"), home.receive(b"2")
    for document in (old, fresh):
        facts = {"kind": "pdf", "size": 4, "page_count": 3}
        with home.register.transaction(actor="t", purpose="t") as tx:
            tx.set_source_facts(document.source_id, facts)
            tx.set_document_state(document, DocumentState.TRIAGED)
    moved(home, old.id, DocumentState.READ)
    with home.engine.begin() as connection:  # as the releases before left it
        connection.execute(sa.text("alter table sources drop column grouping"))
        connection.execute(sa.text("alter table documents drop column pages"))
        connection.execute(sa.text("update alembic_version set version_num = '0002'"))
    migrate(home.engine)
    assert home.register.document(old.id).pages == "1-3"
    assert home.register.document(fresh.id).pages is None
    assert home.register.source(old.source_id).grouping == "auto"
