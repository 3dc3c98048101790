"""A document that was brought for a further dossier belongs to it: found there, kept for it, reusable by its success."""

from __future__ import annotations

from models.access import Purpose, PurposeKind
from models.casework import HeldBefore
from models.states import DocumentState, DossierState
from storage import schema as t
from storage.access.targets import target_of_document
from storage.cases import casework
from storage.cases.presented import held_before, is_presented_again, present_again
from storage.keeping import disposal
from storage.papers import parts
from storage.search.within import of_dossier
from tests.storage import papers
from tests.storage.support import Room
from tests.storage.test_search_within import found, put

FIRST, SECOND = "H99.01-261122-0001", "H99.01-261122-0002"


def brought_again(home: Room, document: str, code: str = SECOND) -> bool:
    with home.register.transaction(actor="binh", purpose=f"dossier:{code}") as tx:
        return present_again(tx, document, code, by="binh")


def test_it_is_put_on_record_once_and_never_for_the_dossier_it_came_in_with(home: Room) -> None:
    papers.dossier(home, FIRST)
    papers.dossier(home, SECOND)
    document = papers.paper(home, papers.holder(home), dossier_code=FIRST).document
    assert not brought_again(home, document, FIRST)
    assert (brought_again(home, document), brought_again(home, document)) == (True, False)
    (entry,) = [e for e in home.register.audit_of(document) if e.action == "present_again"]
    assert (entry.actor, entry.purpose, entry.details["dossier"], entry.details["first"]) == (
        "binh", f"dossier:{SECOND}", SECOND, FIRST,
    )  # fmt: skip
    source = home.register.document(document).source_id
    with home.register.reading() as connection:
        assert is_presented_again(connection, document, SECOND)
        assert not is_presented_again(connection, document, FIRST)
        assert held_before(connection, source, FIRST) is None
        assert held_before(connection, source, SECOND) == HeldBefore(
            digitised_at=home.register.source(source).received_at, dossier=FIRST, lot=None
        )


def test_whoever_works_on_the_second_dossier_may_look_at_it_and_finds_it(home: Room) -> None:
    papers.dossier(home, FIRST)
    papers.dossier(home, SECOND)
    made = put(home, papers.holder(home), dossier_code=FIRST)
    purpose = Purpose(kind=PurposeKind.DOSSIER, reference=SECOND)

    def concerned() -> bool:
        with home.register.reading() as connection:
            case = target_of_document(connection, made.document, purpose, "H99.01").case
        assert case is not None
        return case.concerns

    assert (concerned(), found(home, of_dossier(SECOND, None))) == (False, set())
    brought_again(home, made.document)
    assert (concerned(), found(home, of_dossier(SECOND, None))) == (True, {made.document})
    assert found(home, of_dossier(FIRST, None)) == {made.document}
    with home.register.reading() as connection:
        assert casework.documents_of_dossier(connection, SECOND) == [made.document]


def test_the_success_of_either_dossier_makes_it_reusable(home: Room) -> None:
    papers.dossier(home, FIRST)
    papers.dossier(home, SECOND)
    made = papers.paper(home, papers.holder(home), dossier_code=FIRST, reusable_from=None)
    brought_again(home, made.document)
    with home.register.reading() as connection:
        assert not casework.has_good_end(connection, made.document)
    with home.register.transaction(actor="an", purpose=f"dossier:{SECOND}") as tx:
        case = casework.dossier(tx.connection, SECOND)
        casework.set_dossier_state(tx, case, DossierState.SUCCEEDED, by="an")
    with home.register.reading() as connection:
        assert casework.has_good_end(connection, made.document)
    assert home.register.document(made.document).reusable_from is not None


def test_nothing_is_destroyed_that_an_open_dossier_was_brought_again_for(home: Room) -> None:
    papers.dossier(home, FIRST)
    papers.dossier(home, SECOND)
    made = papers.paper(home, papers.holder(home), dossier_code=FIRST)
    with home.engine.begin() as connection:
        connection.execute(t.dossiers.update().where(t.dossiers.c.code == FIRST).values(state="succeeded"))
        assert not disposal._case_open(connection, [made.document])
    brought_again(home, made.document)
    with home.engine.begin() as connection:
        assert disposal._case_open(connection, [made.document])


def test_the_documents_that_a_scan_falls_into_were_all_brought(home: Room) -> None:
    papers.dossier(home, FIRST)
    papers.dossier(home, SECOND)
    scan = home.receive()
    with home.register.transaction(actor="t", purpose="t") as tx:
        casework.put_in_case(tx, scan.id, dossier_code=FIRST)
    brought_again(home, scan.id)
    with home.register.transaction(actor="t", purpose="t") as tx:
        first, second = parts.settle(tx, home.register.document(scan.id), [(1,), (2,)])
        tx.set_document_state(home.register.document(scan.id), DocumentState.TRIAGED)
    with home.register.transaction(actor="t", purpose="t") as tx:
        living = home.register.documents_of(scan.source_id)
        (whole,) = parts.regroup(tx, home.register.document(scan.id), living, [(1, 2)])
    with home.register.reading() as connection:
        for document in (first, second, whole):
            assert is_presented_again(connection, document, SECOND)
