"""Search shows what the purpose's case is about and nothing else; what is looked for stands in no record."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from models.people import Role
from pipeline.cases import casework
from storage import schema as t
from storage.keeping.requests import set_restricted
from storage.search import index_document
from tests.storage import papers
from tests.web.cases.support import Counter, of_dossier, purpose, told

BOTH = {"words": "Kiên Giang"}


def indexed(desk: Counter, paper: papers.Paper, text: str = "giấy tờ ở Kiên Giang") -> papers.Paper:
    with desk.served.office.register.transaction(actor="test", purpose="maintenance:test") as tx:
        index_document(tx, paper.document, [text])
    return paper


@pytest.fixture(scope="session")
def mine(desk: Counter) -> papers.Paper:
    return indexed(desk, desk.paper("001090000301"))


@pytest.fixture(scope="session")
def others(desk: Counter) -> papers.Paper:
    """Somebody else's paper with the same words."""
    return indexed(desk, desk.paper("001090000302"))


def found(
    who: httpx.Client, stated: dict[str, str], body: dict[str, Any] = BOTH, **query: Any
) -> httpx.Response:
    return who.post("/api/v1/search", json=body, headers=stated, params=query)


def documents(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["document"] for one in answer.json()["items"]]


def test_in_a_dossier_its_holders_papers_are_found(
    desk: Counter, mine: papers.Paper, others: papers.Paper
) -> None:
    code = desk.open(holder="001090000301")
    answer = found(desk.officer, of_dossier(code))
    assert documents(answer) == [mine.document]
    (hit,) = answer.json()["items"]
    assert (hit["holders"], hit["ecopy"], hit["ecopy_state"]) == (["Nguyễn Thị Mẫu"], mine.ecopy, "issued")
    of_nobody = desk.open()
    assert documents(found(desk.officer, of_dossier(of_nobody))) == []
    came_with_it = indexed(desk, desk.paper("001090000303", dossier=of_nobody))
    assert documents(found(desk.officer, of_dossier(of_nobody))) == [came_with_it.document]


def test_in_a_lot_its_papers_are_found(desk: Counter, mine: papers.Paper) -> None:
    lot = casework.create_lot(desk.served.office, "Lô tìm", by=desk.served.office.hands.person("officer"))
    paper = indexed(desk, desk.paper("001090000304", lot_id=lot.id))
    assert documents(found(desk.officer, purpose("lot:Lô tìm"))) == [paper.document]


def test_for_an_inspection_an_agencys_own_papers_are_found(
    desk: Counter, mine: papers.Paper, others: papers.Paper
) -> None:
    theirs = indexed(desk, desk.paper("001090000305"))
    desk.belongs_to_others(theirs)
    with desk.served.person("thanh", Role.AUDITOR) as auditor:
        seen = documents(found(auditor, purpose("inspection:TT-9"), limit=100))
    assert {mine.document, others.document} <= set(seen)
    assert theirs.document not in seen


def test_pages_follow_each_other_without_gap(desk: Counter) -> None:
    code = desk.open(holder="001090000306") if desk.holder("001090000306") else ""
    known = [indexed(desk, desk.paper("001090000306")).document for _ in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = found(desk.officer, of_dossier(code), limit=2, **cursor)
        seen += documents(answer)
        if answer.json()["next"] is None:
            break
        cursor = {"cursor": answer.json()["next"]}
    assert seen == known[::-1]
    for wrong in ("x", "WyJ4Il0", "W10", "WyI5OTk5OTk5OTk5OTk5OTk5OTk5OSJd"):
        assert told(found(desk.officer, of_dossier(code), cursor=wrong)) == (422, "REQUEST_MALFORMED")


def test_restricted_papers_are_shown_to_who_says_why(desk: Counter) -> None:
    paper = indexed(desk, desk.paper("001090000307"))
    code = desk.open(holder="001090000307")
    with desk.served.office.register.transaction(actor="test", purpose="maintenance:test") as tx:
        set_restricted(tx, [paper.document], True)
    assert documents(found(desk.officer, of_dossier(code))) == []
    stated = {**BOTH, "restricted_reason": "Tòa án yêu cầu"}
    assert documents(found(desk.officer, of_dossier(code), stated)) == [paper.document]


def test_what_is_looked_for_stands_in_no_record_and_who_looked_does(
    desk: Counter, mine: papers.Paper
) -> None:
    code = desk.open(holder="001090000301")
    found(desk.officer, of_dossier(code), {"name": "Nguyễn Thị Mẫu", "words": "Kiên"})
    with desk.room.engine.connect() as connection:
        last = connection.execute(
            t.audit.select().where(t.audit.c.purpose == f"dossier:{code}").order_by(t.audit.c.seq.desc())
        ).all()
    searched = next(entry for entry in last if entry.action == "search")
    assert "Mẫu" not in searched.details
    assert "Kiên" not in searched.details
    assert (last[0].action, last[0].subject, last[0].actor) == ("look", mine.document, "an")


def test_who_may_not_search_or_says_nothing_to_search_for_is_refused(desk: Counter) -> None:
    code = desk.open()
    assert told(found(desk.tthc, of_dossier(code))) == (403, "ROLE_NOT_ALLOWED")
    assert told(found(desk.stranger, of_dossier(code))) == (403, "CASE_NOT_OPEN")
    assert told(found(desk.officer, of_dossier(code), {})) == (400, "NOTHING_TO_SEARCH")
    assert told(found(desk.officer, of_dossier(code), {"words": "a\u0007b"})) == (422, "REQUEST_MALFORMED")
    assert told(found(desk.officer, of_dossier(code), {"issued_from": "hôm qua"})) == (
        422,
        "REQUEST_MALFORMED",
    )
