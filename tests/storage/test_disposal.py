"""Disposal: two persons, everything gone together, a tombstone left; what must stay stays, whoever asks."""

from __future__ import annotations

import json
from datetime import date

import pytest
import sqlalchemy as sa

from models.errors import NotDisposable, NotFound, SamePersonTwice
from models.scans import ScanRecord
from models.states import DocumentState
from storage import schema as t
from storage.keeping import disposal, lifecycle, scrubbing
from storage.keeping.scrubbing import Tombstone
from tests.soundness import missing, trail_break
from tests.storage import papers
from tests.storage.support import Room

TODAY = date(2026, 11, 22)
PAST = "2026-11-21"


@pytest.fixture
def whose(home: Room) -> str:
    return papers.holder(home, ("personal_id", "001190000017"))


@pytest.fixture
def paper(home: Room, whose: str) -> papers.Paper:
    return papers.paper(home, whose, retention="until", retain_until=PAST)


def due(home: Room) -> list[disposal.Due]:
    with home.register.reading() as connection:
        return disposal.due(connection, TODAY)


def propose(home: Room, source: str, by: str = "officer") -> None:
    with home.register.transaction(actor=by, purpose="t") as tx:
        disposal.propose(tx, source, by=by, basis="LLT/2024 Art. 36.4", today=TODAY)


def approve(home: Room, source: str, by: str = "vanthu") -> None:
    with home.register.transaction(actor=by, purpose="t") as tx:
        disposal.approve(tx, source, by=by, today=TODAY)


def destroy(home: Room, source: str) -> None:
    """The steps as the pipeline takes them, with a stone that nobody signed."""
    with home.register.reading() as connection:
        plans = disposal.agreed(connection, source)
    keys = [key for plan in plans for key in plan.keys]
    with home.register.transaction(actor="vanthu", purpose="t") as tx:
        disposal.destroy_keys(tx, keys)
    disposal.delete_objects(home.store, keys)
    stones = [
        Tombstone(
            plan.document_id, "2026-11-22T09:15:04+07:00", "officer", "vanthu", plan.basis,
            json.dumps({"document": plan.document_id, **plan.plan}), "c2lnbmVk", "UBND",
        )
        for plan in plans
    ]  # fmt: skip
    stored = home.vault.write("tombstone", b"[]")
    with home.register.transaction(actor="vanthu", purpose="t") as tx:
        scrubbing.finish(tx, source, plans, stones, stored)


def test_only_what_somebody_gave_an_end_is_ever_due(home: Room, whose: str, paper: papers.Paper) -> None:
    papers.paper(home, whose)
    papers.paper(home, whose, retention="permanent")
    papers.paper(home, whose, retention="until", retain_until="2026-11-22")
    (one,) = due(home)
    assert (one.source_id, one.documents, one.obstacles) == (paper.source, (paper.document,), ())


def test_what_stands_in_the_way_is_named_and_holds(home: Room, whose: str, paper: papers.Paper) -> None:
    code = papers.dossier(home, whose=whose)
    with home.register.transaction(actor="officer", purpose="t") as tx:
        lifecycle.hold(tx, paper.document, reason="vụ án", by="officer")
        tx.connection.execute(t.components.update().values(document_id=paper.document))
        tx.connection.execute(
            t.objects.update()
            .where(t.objects.c.key == paper.file)
            .values(locked_until="2027-01-01T00:00:00+07:00", lock_mode="compliance")
        )
        tx.connection.execute(
            t.subject_requests.insert().values(
                id="01ARZ3NDEKTSV4RRFFQ69G5FAV", holder_id=whose, kind="access", state="received", received_at="a",
                received_by="c", reply_due="2026-11-24", execute_due="2026-12-02", rule_set="r", text="x",
            )
        )  # fmt: skip
    (one,) = due(home)
    assert set(one.obstacles) == {"held", "case_open", "locked", "request_open"}
    with pytest.raises(NotDisposable, match="held"):
        propose(home, paper.source)
    with home.engine.begin() as connection:
        connection.execute(t.objects.update().values(lock_mode="governance"))
        connection.execute(t.dossiers.update().where(t.dossiers.c.code == code).values(state="succeeded"))
        connection.execute(t.subject_requests.update().values(state="executed"))
    with home.register.transaction(actor="officer", purpose="t") as tx:
        lifecycle.release(tx, paper.document, by="officer")
    assert [d.obstacles for d in due(home)] == [()]


def test_a_scan_goes_as_a_whole_or_not_at_all(home: Room, whose: str, paper: papers.Paper) -> None:
    with home.engine.begin() as connection:
        values = {
            "id": "01ARZ3NDEKTSV4RRFFQ69G5FAW", "source_id": paper.source, "position": 2, "state": "approved",
            "rule_set": "vn-2025-07-01", "created_at": "a", "updated_at": "a", "retention": "until",
            "retain_until": "2030-12-31",
        }  # fmt: skip
        connection.execute(t.documents.insert().values(values))
    assert [d.obstacles for d in due(home)] == [("not_due",)]
    with home.engine.begin() as connection:
        second = t.documents.c.position == 2
        connection.execute(t.documents.update().where(second).values(state="replaced"))
    (one,) = due(home)
    assert (one.obstacles, len(one.documents)) == ((), 2)


def test_it_takes_two_persons(home: Room, paper: papers.Paper) -> None:
    with pytest.raises(NotDisposable, match="not proposed"):
        approve(home, paper.source)
    propose(home, paper.source)
    propose(home, paper.source)
    with pytest.raises(SamePersonTwice):
        approve(home, paper.source, by="officer")
    approve(home, paper.source)
    with home.register.reading() as connection:
        assert disposal.unfinished(connection) == [paper.source]
        assert disposal.being_destroyed(connection) == {paper.original, paper.file}
    with pytest.raises(NotFound), home.register.transaction(actor="officer", purpose="t") as tx:
        disposal.withdraw(tx, paper.source)


def test_a_proposal_can_be_taken_back_and_a_hold_placed_meanwhile_stops_it(
    home: Room, paper: papers.Paper
) -> None:
    propose(home, paper.source)
    with home.register.transaction(actor="officer", purpose="t") as tx:
        disposal.withdraw(tx, paper.source)
    assert [d.state for d in due(home)] == [None]
    propose(home, paper.source)
    with home.register.transaction(actor="officer", purpose="t") as tx:
        lifecycle.hold(tx, paper.document, reason="vụ án", by="officer")
    with pytest.raises(NotDisposable, match="held"):
        approve(home, paper.source)


SECRET = "Hoàng Thị Riêng"


def test_nothing_that_tells_of_the_paper_is_left(home: Room) -> None:
    whose = papers.holder(home, ("personal_id", "001190000017"), name=SECRET)
    told = dict.fromkeys(("title", "abstract", "issuer", "number", "scope"), SECRET)
    paper = papers.paper(home, whose, prints=("0" * 64,), retention="until", retain_until=PAST, **told)
    other = papers.paper(home, papers.holder(home, ("personal_id", "001190000025"), name="Lê Văn Mẫu"))
    code = papers.dossier(home)
    with home.engine.begin() as connection:
        _tell_everywhere(connection, paper, code)
    propose(home, paper.source)
    approve(home, paper.source)
    destroy(home, paper.source)
    for key in (paper.original, paper.file):
        assert not home.store.exists(key)
    with home.engine.connect() as connection:
        left = [
            (table.name, tuple(row))
            for table in t.metadata.sorted_tables
            for row in connection.execute(sa.select(table))
            if SECRET in repr(tuple(row)) or "001190000017" in repr(tuple(row))
        ]
        assert left == []
        assert connection.scalar(sa.select(t.holders.c.id).where(t.holders.c.id == whose)) is None
        assert set(connection.scalars(sa.select(t.objects.c.key))) == set(home.store.keys())
        assert connection.scalar(sa.select(t.disposals.c.state)) == "done"
    assert home.register.document(paper.document).state is DocumentState.DISPOSED
    assert home.register.document(other.document).state is DocumentState.APPROVED
    assert missing(home.engine, home.store) == ()
    with home.register.reading() as connection:
        stone = scrubbing.tombstone(connection, paper.document)
        ((document_id, _, keys),) = disposal.destroyed(connection)
        status = lifecycle.status_of(connection, paper.ecopy)
    assert stone is not None
    assert (document_id, set(keys)) == (paper.document, {paper.original, paper.file})
    assert status is not None
    assert status.disposed
    assert trail_break(home.engine) is None


def _tell_everywhere(connection: sa.Connection, paper: papers.Paper, code: str) -> None:
    """The holder's name in every place that a paper's life may write it to."""
    connection.execute(
        t.reuse_events.insert().values(
            id="01ARZ3NDEKTSV4RRFFQ69G5FAV", kind="reused", at="a", holder_id=paper.holder, document_type="x",
            document_id=paper.document, ecopy_id=paper.ecopy, revision=1, dossier_code=code, component_code="TP01",
            source="register", snapshot=SECRET, person="clerk", role="clerk", agency="H99", purpose="p", reason=SECRET,
        )
    )  # fmt: skip
    connection.execute(
        t.correction_tasks.insert().values(
            id="01ARZ3NDEKTSV4RRFFQ69G5FAV", document_id=paper.document, field="full_name", data_value=SECRET,
            paper_value=SECRET, state="rejected", raised_at="a", raised_by="clerk", note=SECRET,
        )
    )  # fmt: skip
    connection.execute(
        t.derivations.insert().values(
            id="01ARZ3NDEKTSV4RRFFQ69G5FAV", document_id=paper.document, stage="confirm", page=0, version="1",
            facts=SECRET, seconds=0.0, created_at="a",
        )
    )  # fmt: skip
    connection.execute(
        t.legal_holds.insert().values(
            id="01ARZ3NDEKTSV4RRFFQ69G5FAV", document_id=paper.document, reason=SECRET, placed_at="a",
            placed_by="officer", released_at="b", released_by="officer",
        )
    )  # fmt: skip
    connection.execute(t.transfer_notes.insert().values(ecopy_id=paper.ecopy, note=SECRET, created_at="a"))
    of_paper = t.fields.c.document_id == paper.document
    connection.execute(t.fields.update().where(of_paper).values(value=SECRET, printed=SECRET))
    connection.execute(t.ecopies.update().where(t.ecopies.c.id == paper.ecopy).values(status_note=SECRET))
    named = {"filename": f"{SECRET}.pdf", "scan": ScanRecord(scanned_by=SECRET).model_dump_json()}
    connection.execute(t.sources.update().where(t.sources.c.id == paper.source).values(named))
    connection.execute(t.dossiers.update().where(t.dossiers.c.code == code).values(state="succeeded"))


def test_the_same_scan_can_come_in_again_after_it_was_destroyed(home: Room, paper: papers.Paper) -> None:
    with home.engine.connect() as connection:
        mac = connection.scalar(sa.select(t.sources.c.content_mac).where(t.sources.c.id == paper.source))
    propose(home, paper.source)
    approve(home, paper.source)
    destroy(home, paper.source)
    assert home.register.source_by_content(str(mac)) is None


def test_a_holder_stays_while_another_paper_needs_them(home: Room, whose: str, paper: papers.Paper) -> None:
    papers.paper(home, whose)
    propose(home, paper.source)
    approve(home, paper.source)
    destroy(home, paper.source)
    with home.engine.connect() as connection:
        assert connection.scalar(sa.select(t.holders.c.id).where(t.holders.c.id == whose)) == whose
