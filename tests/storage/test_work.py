"""Work that is due has one holder at a time, comes back when its holder is gone, and can be parked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from models.states import DocumentState
from models.times import iso
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
        assert not work.ready_jobs(connection, iso(home.clock.now()))


def test_work_is_there_with_what_brings_it_and_goes_when_it_is_done(home: Room) -> None:
    source = home.receive(b"1").source_id
    with home.register.reading() as connection:
        due = work.job_of(connection, source)
    assert due is not None
    assert (due.state, due.attempts, due.error_code) == ("due", 0, None)
    assert claimed(home) is not None
    with home.register.transaction(actor="test", purpose="t") as tx:
        work.done(tx, source)
        assert work.open_missing(tx) == 1, "its document still waits: that is found out and mended"
        work.done_if_idle(tx, source)
        assert work.job_of(tx.connection, source) is not None
        tx.set_document_state(home.register.scan_of(source), DocumentState.REFUSED)
        work.done_if_idle(tx, source)
        assert (work.job_of(tx.connection, source), work.open_missing(tx)) == (None, 0)


def test_counter_work_goes_first_and_agencies_take_turns(home: Room) -> None:
    def come_in(content: str, agency: str, intake: str = "archive") -> str:
        return home.receive(content.encode(), intake=intake, agency=agency).source_id

    flood = [come_in(f"a{number}", "H01") for number in range(4)]
    others = [come_in("b1", "H02"), come_in("b2", "H02"), come_in("c1", "H03")]
    counter = [come_in("d1", "H04", "counter"), come_in("d2", "H01", "counter")]
    order = []
    while (job := claimed(home)) is not None:
        order.append(job.source_id)
    assert set(order[:2]) == set(counter), "somebody stands at the counter"
    assert order[2:] == [flood[0], others[0], others[2], flood[1], others[1], flood[2], flood[3]]


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


def test_a_restart_has_back_at_once_what_it_held_and_what_is_parked_begins_anew_when_asked_for(
    home: Room,
) -> None:
    held, parked = home.receive(b"1").source_id, home.receive(b"2").source_id
    claimed(home, "one")
    job = claimed(home, "one")
    assert job is not None
    with home.register.transaction(actor="test", purpose="t") as tx:
        work.park(tx, job, attempts=4, code="ENGINE_FAULT")
    assert claimed(home, "one") is None
    with home.register.transaction(actor="test", purpose="t") as tx:
        assert work.holders(tx.connection) == ["one"]
        assert work.release_dead(tx, ["one"]) == 1
        assert (work.ask_parked(tx, "INTERNAL"), work.ask_parked(tx, "ENGINE_FAULT")) == (0, 1)
    again = [claimed(home, "one"), claimed(home, "one")]
    assert [(j.source_id, j.attempts, j.error_code, j.lost) for j in again if j] == [
        (held, 0, None, 1),
        (parked, 0, "ENGINE_FAULT", 0),
    ]


def test_it_is_counted_how_many_holders_a_job_has_outlived(home: Room) -> None:
    source = home.receive(b"1").source_id
    for number in range(3):
        job = claimed(home, f"machine{number}")
        assert job is not None
        assert job.lost == number
        home.clock.move(LEASE + timedelta(seconds=1))
    with home.register.transaction(actor="test", purpose="t") as tx:
        work.ask(tx, source)
        assert work.job_of(tx.connection, source).lost == 2, "nobody has taken it from the last one yet"  # type: ignore[union-attr]
        work.release_dead(tx, ["machine2"])
        work.ask(tx, source)
        assert work.job_of(tx.connection, source).lost == 0, "a person wants another try"  # type: ignore[union-attr]


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
