"""One source and its documents: which pages each has is decided once, and can be decided otherwise until one is confirmed."""

from __future__ import annotations

import pytest

from models.errors import ConflictError, IllegalTransition
from models.states import DocumentState
from storage.papers import parts
from tests.storage.support import Room

WAY = (DocumentState.TRIAGED, DocumentState.READ, DocumentState.EXTRACTED, DocumentState.IN_REVIEW)


def settled(home: Room, *pages: tuple[int, ...]) -> list[str]:
    scan = home.receive()
    with home.register.transaction(actor="t", purpose="t") as tx:
        return parts.settle(tx, scan, pages)


def moved(home: Room, identifier: str, *states: DocumentState) -> None:
    for state in states:
        with home.register.transaction(actor="t", purpose="t") as tx:
            tx.set_document_state(home.register.document(identifier), state)


def test_the_first_document_keeps_the_first_part_and_each_further_part_becomes_one(home: Room) -> None:
    made = settled(home, (1, 2), (4,), (5, 6, 8))
    scan = home.register.document(made[0])
    documents = home.register.documents_of(scan.source_id)
    assert [d.id for d in documents] == made
    assert [(d.position, d.pages) for d in documents] == [(1, "1-2"), (2, "4"), (3, "5-6,8")]
    assert {d.state for d in documents[1:]} == {DocumentState.TRIAGED}
    assert {(d.rule_set, d.forced_type) for d in documents} == {(scan.rule_set, scan.forced_type)}
    assert home.register.scan_of(scan.source_id) == scan


def test_pages_are_given_out_once(home: Room) -> None:
    (identifier,) = settled(home, (1,))
    with pytest.raises(ConflictError), home.register.transaction(actor="t", purpose="t") as tx:
        parts.settle(tx, home.register.document(identifier), [(1,), (2,)])
    assert len(home.register.documents_of(home.register.document(identifier).source_id)) == 1


def test_documents_can_be_put_together_otherwise(home: Room) -> None:
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


def test_a_confirmed_document_is_never_taken_apart(home: Room) -> None:
    first, second = settled(home, (1,), (2,))
    moved(home, second, *WAY[1:], DocumentState.APPROVED)
    scan = home.register.document(first)
    moved(home, first, DocumentState.TRIAGED)
    living = home.register.documents_of(scan.source_id)
    with pytest.raises(IllegalTransition), home.register.transaction(actor="t", purpose="t") as tx:
        parts.regroup(tx, scan, living, [(1, 2)])
    assert [d.id for d in home.register.documents_of(scan.source_id)] == [first, second]
