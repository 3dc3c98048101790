"""Data subjects' requests and corrections: along their ways only, overdue when they are, and all told that is kept."""

from __future__ import annotations

import json
from datetime import date

import pytest

from models.errors import IllegalTransition, NotFound, SamePersonTwice
from models.states import CorrectionState, RequestState
from storage import schema as t
from storage.keeping import requests
from storage.papers import corrections
from storage.people import holders
from tests.storage import papers
from tests.storage.support import Room


@pytest.fixture
def whose(home: Room) -> str:
    return papers.holder(home, ("personal_id", "001190000017"), ("old_id", "012345678"))


def ask(home: Room, whose: str, kind: str = "access") -> requests.SubjectRequest:
    with home.register.transaction(actor="officer", purpose="subject_request") as tx:
        identifier = requests.open_request(
            tx, whose, kind, text="Xin xem", by="officer", reply_due=date(2026, 11, 24),
            execute_due=date(2026, 12, 2), rule_set="vn-2025-07-01",
        )  # fmt: skip  # type: ignore[arg-type]
        return requests.request(tx.connection, identifier)


def moved(home: Room, one: requests.SubjectRequest, after: RequestState) -> requests.SubjectRequest:
    with home.register.transaction(actor="officer", purpose="t") as tx:
        requests.move(tx, one, after, by="officer", answer="Trả lời")
        return requests.request(tx.connection, one.id)


def test_a_request_is_overdue_for_what_is_still_missing(home: Room, whose: str) -> None:
    one = ask(home, whose)
    assert not one.overdue(date(2026, 11, 24))
    assert one.overdue(date(2026, 11, 25))
    replied = moved(home, one, RequestState.REPLIED)
    assert not replied.overdue(date(2026, 12, 2))
    assert replied.overdue(date(2026, 12, 3))
    done = moved(home, replied, RequestState.EXECUTED)
    assert not done.overdue(date(2030, 1, 1))
    assert done.replied_at is not None
    assert done.closed_at is not None
    with pytest.raises(IllegalTransition):
        moved(home, done, RequestState.REPLIED)


def test_requests_wait_in_the_order_of_their_deadlines(home: Room, whose: str) -> None:
    first = ask(home, whose)
    closed = moved(home, ask(home, whose, "deletion"), RequestState.REFUSED)
    with home.register.reading() as connection:
        assert [one.id for one in requests.requests(connection)] == [first.id]
        assert {one.id for one in requests.requests(connection, going_on=False)} == {first.id, closed.id}


def test_looks_at_a_holder_who_was_merged_into_another_are_told_too(home: Room) -> None:
    first, second, last = (papers.holder(home, (kind, value)) for kind, value in (
        ("passport", "C1234567"), ("old_id", "012345679"), ("personal_id", "001190000033"),
    ))  # fmt: skip
    with home.register.transaction(actor="clerk", purpose="dossier:H99-2") as tx:
        tx.audit("look_up", first)
    for gone, kept in ((first, second), (second, last)):
        with home.register.transaction(actor="officer", purpose="t") as tx:
            holders.merge_by_hand(tx, kept, gone)
    with home.register.reading() as connection:
        found = requests.everything_about(connection, last)
    assert [(one["action"], one["subject"]) for one in found["looks"]] == [
        ("look_up", first), ("merge_holders", second), ("merge_holders", last),
    ]  # fmt: skip


def test_everything_about_a_holder_is_told_with_who_looked_and_nothing_of_others(
    home: Room, whose: str
) -> None:
    paper = papers.paper(home, whose)
    other = papers.paper(home, papers.holder(home, ("personal_id", "001190000025"), name="Lê Văn Mẫu"))
    asked = ask(home, whose)
    with home.register.transaction(actor="clerk", purpose="dossier:H99-1") as tx:
        tx.audit("look", paper.document)
        tx.audit("look", other.document)
    with home.register.reading() as connection:
        found = requests.everything_about(connection, whose)
        with pytest.raises(NotFound):
            requests.everything_about(connection, asked.id)
    assert [(one["kind"], one["value"]) for one in found["identifiers"]] == [
        ("old_id", "012345678"), ("personal_id", "001190000017"),
    ]  # fmt: skip
    (document,) = found["documents"]
    assert document["id"] == paper.document
    assert [one["value"] for one in document["fields"]] == ["Nguyễn Thị Mẫu"]
    assert document["ecopies"][0]["revisions"][0]["sha256"] == paper.sha256
    assert [
        (one["actor"], one["action"], one["purpose"]) for one in found["looks"] if one["action"] == "look"
    ] == [("clerk", "look", "dossier:H99-1")]
    assert "Lê Văn Mẫu" not in json.dumps(found, ensure_ascii=False)


def test_a_restriction_is_put_on_and_lifted_once(home: Room, whose: str) -> None:
    paper = papers.paper(home, whose)
    with home.register.transaction(actor="officer", purpose="t") as tx:
        assert requests.set_restricted(tx, [paper.document], True) == 1
        assert requests.set_restricted(tx, [paper.document], True) == 0
        assert requests.set_restricted(tx, [paper.document], False) == 1
    assert [e.action for e in home.register.audit_of(paper.document)][-2:] == ["restrict", "lift_restriction"]


def test_a_disagreement_is_one_task_and_changes_nothing(home: Room, whose: str) -> None:
    paper = papers.paper(home, whose)
    with home.register.transaction(actor="clerk", purpose="t") as tx:
        told = {"data_value": "Nguyễn Thị Mẫu", "paper_value": "Nguyễn Thị Mẩu", "raised_by": "clerk"}
        first = corrections.raise_task(tx, paper.document, "full_name", **told)
        assert corrections.raise_task(tx, paper.document, "full_name", **told) == first
        assert corrections.current_value(tx.connection, paper.document, "full_name") == "Nguyễn Thị Mẫu"
        (task,) = corrections.tasks(tx.connection)
    with pytest.raises(SamePersonTwice), home.register.transaction(actor="clerk", purpose="t") as tx:
        corrections.decide(tx, task, CorrectionState.ACCEPTED, by="clerk", raiser_may=False, note=None)
    with home.register.transaction(actor="officer", purpose="t") as tx:
        corrections.decide(tx, task, CorrectionState.REJECTED, by="officer", raiser_may=False, note="đúng")
    with home.register.reading() as connection:
        rejected = corrections.task(connection, task.id)
        assert list(corrections.tasks(connection)) == []
    assert (rejected.state, rejected.decided_by) == (CorrectionState.REJECTED, "officer")
    with pytest.raises(IllegalTransition), home.register.transaction(actor="officer", purpose="t") as tx:
        corrections.decide(tx, rejected, CorrectionState.ACCEPTED, by="officer", raiser_may=False, note=None)
    details = [json.dumps(e.details, ensure_ascii=False) for e in home.register.audit_of(paper.document)]
    assert not any("Nguyễn" in one for one in details)


def test_the_raiser_may_decide_only_where_the_rules_say_so(home: Room, whose: str) -> None:
    paper = papers.paper(home, whose)
    with home.register.transaction(actor="clerk", purpose="t") as tx:
        identifier = corrections.raise_task(
            tx, paper.document, "full_name", data_value=None, paper_value=None, raised_by="clerk"
        )
        task = corrections.task(tx.connection, identifier)
        corrections.decide(tx, task, CorrectionState.ACCEPTED, by="clerk", raiser_may=True, note=None)
        assert tx.connection.scalar(
            t.correction_tasks.select().with_only_columns(t.correction_tasks.c.state)
        ) == ("accepted")
