"""Work that is due has one holder at a time, comes back when its holder is gone, and can be parked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from models.states import DocumentState
from models.times import iso
from storage import schema as t
from storage import work
from tests.storage.support import DATABASES, Room, room

LEASE = timedelta(minutes=10)


@pytest.fixture(params=DATABASES)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    return room(tmp_path, request.param)


def claimed(home: Room, holder: str = "one") -> work.Job | None:
    with home.register.transaction(actor="test", purpose="t") as tx:
        return work.claim(tx, holder, until=iso(home.clock.now() + LEASE))


def test_each_source_goes_to_one_holder_and_the_oldest_first(home: Room) -> None:
    sources = [home.receive(content).source_id for content in (b"1", b"2", b"3")]
    with ThreadPoolExecutor(4) as pool:
        found = [job.source_id for job in pool.map(lambda at: claimed(home, f"h{at}"), range(4)) if job]
    assert sorted(found) == sources
    assert claimed(home) is None
    with home.register.reading() as connection:
        assert not work.anything_due(connection, iso(home.clock.now()))


def test_what_waits_for_a_person_or_is_restricted_is_not_due(home: Room) -> None:
    document = home.receive(b"1")
    with home.register.transaction(actor="test", purpose="t") as tx:
        tx.set_document_state(document, DocumentState.REFUSED)
    assert claimed(home) is None
    kept_apart = home.receive(b"2")
    with home.engine.begin() as connection:
        rows = t.documents.update().where(t.documents.c.id == kept_apart.id)
        connection.execute(rows.values(restricted=True))
    assert claimed(home) is None


def test_a_holder_that_is_gone_loses_what_it_had_when_its_time_is_over(home: Room) -> None:
    source = home.receive(b"1").source_id
    assert claimed(home, "dead") is not None
    home.clock.move(LEASE - timedelta(seconds=1))
    assert claimed(home, "other") is None
    with home.register.transaction(actor="test", purpose="t") as tx:
        work.renew(tx, "dead", [source], until=iso(home.clock.now() + LEASE))
    home.clock.move(timedelta(seconds=2))
    assert claimed(home, "other") is None
    home.clock.move(LEASE)
    found = claimed(home, "other")
    assert found is not None
    assert found.source_id == source


def test_a_restart_has_back_at_once_what_it_held_and_another_try_at_what_was_parked(home: Room) -> None:
    held, parked = home.receive(b"1").source_id, home.receive(b"2").source_id
    claimed(home, "one")
    job = claimed(home, "one")
    assert job is not None
    with home.register.transaction(actor="test", purpose="t") as tx:
        work.park(tx, job, attempts=4, code="ENGINE_FAULT")
    assert claimed(home, "one") is None
    with home.register.transaction(actor="test", purpose="t") as tx:
        assert work.release_all(tx, "one") == 2
    again = [claimed(home, "one"), claimed(home, "one")]
    assert [(j.source_id, j.attempts, j.error_code) for j in again if j] == [
        (held, 0, None),
        (parked, 4, "ENGINE_FAULT"),
    ]


def test_what_is_put_off_comes_back_in_time_and_what_is_asked_for_at_once(home: Room) -> None:
    source = home.receive(b"1").source_id
    job = claimed(home)
    assert job is not None
    with home.register.transaction(actor="test", purpose="t") as tx:
        work.put_off(tx, job, attempts=1, code="X", until=iso(home.clock.now() + timedelta(minutes=1)))
    assert claimed(home) is None
    with home.register.transaction(actor="test", purpose="t") as tx:
        work.ask(tx, source)
    found = claimed(home)
    assert found is not None
    assert found.attempts == 0
    with home.register.transaction(actor="test", purpose="t") as tx:
        work.ask(tx, source)  # somebody is at it: it stays with them
    assert claimed(home) is None
    with home.register.transaction(actor="test", purpose="t") as tx:
        work.put_off(tx, job, attempts=1, code="X", until=iso(home.clock.now() + timedelta(minutes=1)))
    home.clock.move(timedelta(minutes=1))
    assert claimed(home) is not None
    with home.register.transaction(actor="test", purpose="t") as tx:
        work.done(tx, source)
    with home.register.reading() as connection:
        assert work.job_of(connection, source) is None
        assert work.jobs(connection, "parked") == []
