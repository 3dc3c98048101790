"""After the issue: revoked and superseded is seen at once; what is held, or kept for good, is never destroyed."""

from __future__ import annotations

from datetime import date

import pytest

from models.errors import ConflictError, IllegalTransition, NotFound, NotTheSamePaper
from models.states import EcopyState
from storage.keeping import lifecycle
from tests.storage import papers
from tests.storage.support import Room


@pytest.fixture
def whose(home: Room) -> str:
    return papers.holder(home, ("personal_id", "001190000017"))


def status(home: Room, paper: papers.Paper) -> lifecycle.EcopyStatus:
    with home.register.reading() as connection:
        found = lifecycle.status_of_file(connection, paper.sha256)
    assert found is not None
    return found


def test_a_file_tells_its_status_by_its_hash(home: Room, whose: str) -> None:
    paper = papers.paper(home, whose)
    found = status(home, paper)
    assert (found.ecopy_id, found.state, found.revision, found.latest) == (
        paper.ecopy,
        EcopyState.ISSUED,
        1,
        True,
    )
    with home.register.reading() as connection:
        assert lifecycle.status_of_file(connection, "0" * 64) is None
        assert lifecycle.status_of(connection, "01ARZ3NDEKTSV4RRFFQ69G5FAV") is None


def test_a_revocation_is_seen_at_once_with_date_and_reason_and_happens_once(home: Room, whose: str) -> None:
    paper = papers.paper(home, whose)
    with home.register.transaction(actor="officer", purpose="t") as tx:
        lifecycle.revoke(tx, paper.ecopy, reason="wrong_data", note="Ngày sinh sai", by="officer")
    found = status(home, paper)
    assert (found.state, found.reason, found.status_at) == (
        EcopyState.REVOKED, "wrong_data", "2026-11-22T09:15:04+07:00",
    )  # fmt: skip
    with pytest.raises(IllegalTransition), home.register.transaction(actor="officer", purpose="t") as tx:
        lifecycle.revoke(tx, paper.ecopy, reason="wrong_data", note=None, by="officer")
    assert [e.action for e in home.register.audit_of(paper.ecopy)] == ["revoke"]


def test_a_newer_copy_takes_an_older_ones_place(home: Room, whose: str) -> None:
    old, new = papers.paper(home, whose), papers.paper(home, whose, number="13/2024")
    with home.register.transaction(actor="officer", purpose="t") as tx:
        lifecycle.supersede(tx, old.ecopy, new.ecopy, note=None, by="officer")
    assert (status(home, old).state, status(home, old).superseded_by) == (EcopyState.SUPERSEDED, new.ecopy)
    assert status(home, new).state is EcopyState.ISSUED


def test_another_persons_or_types_copy_takes_nobodys_place(home: Room, whose: str) -> None:
    old = papers.paper(home, whose)
    somebody = papers.holder(home, ("personal_id", "001190000025"), name="Lê Văn Mẫu")
    theirs = papers.paper(home, somebody, number="77/2021")
    other_type = papers.paper(home, whose, document_type="quyet_dinh")
    not_issued = papers.paper(home, whose, ecopy_state="awaiting_timestamp")
    for new in (theirs, other_type, not_issued, old):
        with (
            pytest.raises(NotTheSamePaper),
            home.register.transaction(actor="officer", purpose="t") as tx,
        ):
            lifecycle.supersede(tx, old.ecopy, new.ecopy, note=None, by="officer")
    assert status(home, old).state is EcopyState.ISSUED


def test_retention_and_holds_are_set_by_name(home: Room, whose: str) -> None:
    paper = papers.paper(home, whose)
    with home.register.transaction(actor="officer", purpose="t") as tx:
        lifecycle.set_retention(
            tx, paper.document, "until", until=date(2036, 12, 31), source="bảng thời hạn 2026"
        )
        lifecycle.hold(tx, paper.document, reason="vụ án 12/2026", by="officer")
        lifecycle.hold(tx, paper.document, reason="thanh tra", by="officer")
        with pytest.raises(ValueError, match="day"):
            lifecycle.set_retention(tx, paper.document, "permanent", until=date(2036, 12, 31), source="x")
        with pytest.raises(NotFound):
            lifecycle.set_retention(tx, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "permanent", until=None, source="x")
    with home.register.transaction(actor="officer", purpose="t") as tx:
        assert lifecycle.release(tx, paper.document, by="officer") == 2
        with pytest.raises(NotFound):
            lifecycle.release(tx, paper.document, by="officer")
        assert [h.released_by for h in lifecycle.holds_of(tx.connection, paper.document)] == ["officer"] * 2


def test_what_is_destroyed_can_not_be_held_any_more(home: Room, whose: str) -> None:
    paper = papers.paper(home, whose)
    with home.engine.begin() as connection:
        from storage import schema as t

        connection.execute(
            t.disposals.insert().values(
                document_id=paper.document, state="approved", basis="b", proposed_at="a", proposed_by="p"
            )
        )
    with pytest.raises(ConflictError), home.register.transaction(actor="officer", purpose="t") as tx:
        lifecycle.hold(tx, paper.document, reason="x", by="officer")
