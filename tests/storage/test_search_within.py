"""A search shows the part of the register that it is for, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import pytest

from models.ids import new_id
from storage import schema as t
from storage.search import SearchQuery, index_document, search
from storage.search.within import Within, of_agency, of_dossier, of_holder, of_lot
from tests.storage import papers
from tests.storage.support import Room

CODE, OTHER_CODE = "H99.01-261122-0001", "H99.01-261122-0002"


def put(home: Room, whose: str, **facts: object) -> papers.Paper:
    made = papers.paper(home, whose, **facts)
    with home.register.transaction(actor="test", purpose="test") as tx:
        index_document(tx, made.document, ["giấy tờ"])
    return made


def found(home: Room, within: Within | None) -> set[str]:
    with home.engine.connect() as connection:
        page = search(connection, SearchQuery(words="giấy tờ"), limit=100, within=within)
    assert page.next is None
    return {hit.document_id for hit in page.hits}


def test_a_dossiers_papers_are_its_own_its_holders_its_components_and_its_results(home: Room) -> None:
    applicant, other = papers.holder(home, ("personal_id", "001090000001")), papers.holder(home)
    papers.dossier(home, CODE, whose=applicant)
    papers.dossier(home, OTHER_CODE, whose=other, components=("TP09",))
    of_applicant = put(home, applicant)
    came = put(home, other, dossier_code=CODE)
    part, result, strange = put(home, other), put(home, other), put(home, other)
    with home.engine.begin() as connection:
        components = t.components.update().where(t.components.c.dossier_code == CODE)
        connection.execute(components.values(document_id=part.document))
        connection.execute(
            t.results.insert().values(
                dossier_code=CODE, document_id=result.document, brought_at=papers.NOW, brought_by="test"
            )
        )
    wanted = {one.document for one in (of_applicant, came, part, result)}
    assert found(home, of_dossier(CODE, applicant)) == wanted
    assert found(home, of_dossier(CODE, None)) == wanted - {of_applicant.document}
    assert found(home, None) == wanted | {strange.document}
    assert found(home, of_dossier("no' such", None)) == set()


def test_a_holders_and_a_lots_papers(home: Room) -> None:
    whose, other = papers.holder(home), papers.holder(home)
    lot = new_id()
    with home.engine.begin() as connection:
        connection.execute(
            t.lots.insert().values(
                id=lot, name="Lô", agency="H99.01", state="open", created_at=papers.NOW, created_by="test"
            )
        )
    theirs, in_lot = put(home, whose), put(home, other, lot_id=lot)
    assert found(home, of_holder(whose)) == {theirs.document}
    assert found(home, of_holder(None)) == set()
    assert found(home, of_lot(lot)) == {in_lot.document}


@pytest.mark.parametrize("own", ["H99.01", "H99.99"])
def test_an_agencys_papers_came_in_there_or_belong_to_its_cases(home: Room, own: str) -> None:
    whose = papers.holder(home)
    papers.dossier(home, CODE, whose=whose)
    by_default, elsewhere, for_dossier = put(home, whose), put(home, whose), put(home, whose)
    with home.engine.begin() as connection:
        for paper in (elsewhere, for_dossier):
            source = t.sources.update().where(t.sources.c.id == paper.source)
            connection.execute(source.values(agency="H99.77"))
        components = t.components.update().where(t.components.c.dossier_code == CODE)
        connection.execute(components.values(document_id=for_dossier.document))
    wanted = {for_dossier.document, by_default.document} if own == "H99.01" else {for_dossier.document}
    assert found(home, of_agency("H99.01", own)) == wanted
    assert found(home, of_agency("H99.77", own)) == {elsewhere.document, for_dossier.document}
