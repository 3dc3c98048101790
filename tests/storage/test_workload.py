"""What there is to do is counted right, and costs the same with a hundred rows or a hundred thousand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models.ids import new_id
from models.times import iso
from storage import schema as t
from storage import work, workload
from storage.machines import MachineRecord, forget_machine, machines, note_machine
from tests.storage.support import DATABASES, Room, room

QUESTIONS: tuple[Callable[[sa.Connection], Any], ...] = (
    workload.jobs_by_state,
    workload.oldest_by_priority,
    workload.load_of_agencies,
    workload.parked_by_code,
    workload.held_by_machine,
    workload.oldest_lease,
    workload.in_review,
    workload.awaiting_stamp,
    lambda connection: workload.pages_done(connection, datetime.now(UTC) - timedelta(minutes=5)),
)


@pytest.fixture(params=DATABASES)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    return room(tmp_path, request.param)


def test_what_waits_is_counted_by_priority_state_agency_and_error(home: Room) -> None:
    for content, intake, agency in (
        ("1", "counter", "H01"),
        ("2", "archive", "H02"),
        ("3", "archive", "H02"),
    ):
        home.receive(content.encode(), intake=intake, agency=agency)  # type: ignore[arg-type]
    home.clock.move(timedelta(seconds=60))
    late = home.receive(b"4", intake="archive", agency="H01").source_id
    with home.register.transaction(actor="test", purpose="t") as tx:
        taken = work.claim(tx, "machine-1", until=iso(home.clock.now() + timedelta(minutes=3)))
        assert taken is not None
        parked = work.claim_source(tx, late, "machine-1", until=tx.at)
        assert parked is not None
        work.park(tx, parked, attempts=4, code="ENGINE_FAULT")
    began = iso(home.clock.now() - timedelta(seconds=60))
    with home.register.reading() as connection:
        counted = {key: count for key, count in workload.jobs_by_state(connection).items() if count}
        assert counted == {(0, "leased"): 1, (20, "due"): 2, (20, "parked"): 1}
        assert workload.oldest_by_priority(connection) == {20: began}
        assert workload.load_of_agencies(connection) == [
            workload.AgencyLoad(0, "H01", 1, began),
            workload.AgencyLoad(20, "H02", 2, began),
        ]
        assert workload.parked_by_code(connection) == {"ENGINE_FAULT": 1}
        assert workload.held_by_machine(connection) == {"machine-1": 1}
        assert workload.oldest_lease(connection) == iso(home.clock.now() + timedelta(minutes=3))
        assert (workload.in_review(connection), workload.awaiting_stamp(connection)) == (0, (0, None))
        assert workload.pages_done(connection, datetime.now(UTC)) == {}


def test_a_job_of_a_machine_that_fell_silent_is_told_from_one_that_was_free(home: Room) -> None:
    home.receive(b"1")
    until = iso(home.clock.now() + timedelta(minutes=3))
    with home.register.transaction(actor="test", purpose="t") as tx:
        first = work.claim(tx, "dies", until=until)
    home.clock.move(timedelta(seconds=200))
    with home.register.transaction(actor="test", purpose="t") as tx:
        second = work.claim(tx, "other", until=until)
    assert first is not None
    assert second is not None
    assert (first.taken_over, second.taken_over) == (False, True)


def test_machines_are_there_until_they_leave_or_are_forgotten(home: Room) -> None:
    def say(holder: str, seen_at: str, stages: dict[str, int]) -> None:
        machine = MachineRecord(holder, "worker", 4, "1", stages, "2026-11-23T08:00:00+07:00", seen_at)
        note_machine(home.engine, machine, forget_before="2026-11-23T00:00:00+07:00")

    say("one", "2026-11-22T09:00:00+07:00", {})
    say("two", "2026-11-23T09:00:00+07:00", {"read": 1})
    say("two", "2026-11-23T09:00:10+07:00", {"read": 2})
    say("three", "2026-11-23T09:00:10+07:00", {})
    forget_machine(home.engine, "three")
    with home.register.reading() as connection:
        (left,) = machines(connection)
    assert (left.holder, left.seen_at, left.stages) == ("two", "2026-11-23T09:00:10+07:00", {"read": 2})


def test_the_questions_cost_the_same_however_much_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In statements, and in steps of the database's own machine."""
    home = room(tmp_path)
    for name, most in (("MOST", 300), ("MOST_OF_AGENCY", 50), ("MOST_PARKED", 50)):
        monkeypatch.setattr(workload, name, most)
    fill(home, 0, 4_000)
    few = {index: cost(home, question) for index, question in enumerate(QUESTIONS)}
    fill(home, 4_000, 100_000)
    for index, question in enumerate(QUESTIONS):
        statements, steps = cost(home, question)
        assert statements == few[index][0] == 1, question
        assert steps <= 1.1 * few[index][1] + 200, (question, few[index], steps)
    taking = cost(
        home, lambda connection: connection.execute(work._NEXT, {"at": "2027", "priority": 0}).all()
    )
    assert taking[1] < 2_500, "whose turn it is is found by stepping along the index"


def fill(home: Room, first: int, last: int) -> None:
    """Jobs, documents, e-copies and derivations, all at once, of 30 agencies and all priorities; they refer to nothing."""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {last}) "
    at = "'2026-11-23T08:00:00+07:00'"
    key = "substr('01ZZZZZZZZ0000000000000000', 1, 18) || printf('%08d', i)"
    state = "CASE WHEN i % 4 = 0 THEN 'parked' WHEN i % 4 = 1 THEN 'waiting' WHEN i % 4 = 2 THEN 'leased' ELSE 'due' END"
    jobs = (
        "INSERT INTO jobs (source_id, priority, agency, state, ready_at, holder, attempts, error_code, created_at, "
        f"changed_at) {numbers} SELECT {key}, (i / 4 % 3) * 10, 'H' || (i % 30), {state}, "
        f"CASE WHEN i % 4 = 0 THEN NULL ELSE {at} END, 'm', 0, 'X', {at}, {at} FROM n"
    )
    documents = (
        "INSERT INTO documents (id, source_id, position, state, rule_set, created_at, updated_at) "
        f"{numbers} SELECT {key}, {key}, 1, 'in_review', 'r', {at}, {at} FROM n"
    )
    ecopies = (
        "INSERT INTO ecopies (id, document_id, copy_form, state, created_at, updated_at) "
        f"{numbers} SELECT {key}, {key}, 'sao_y', 'awaiting_timestamp', {at}, {at} FROM n"
    )
    derivations = (
        "INSERT INTO derivations (id, document_id, stage, page, version, facts, seconds, created_at) "
        f"{numbers} SELECT {key}, {key}, 'read', 1, '1', '{{}}', 0, {at} FROM n"
    )
    with home.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("BEGIN")
        for statement in (jobs, documents, ecopies, derivations):
            raw.execute(statement)
        raw.execute("COMMIT")
        raw.execute("PRAGMA foreign_keys=ON")


def cost(home: Room, question: Callable[[sa.Connection], Any]) -> tuple[int, int]:
    """Statements, and steps in tens."""
    steps, statements = 0, 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    def asked(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal statements
        statements += not statement.startswith("BEGIN")

    with home.register.reading() as connection:
        raw: Any = connection.connection.driver_connection
        sa.event.listen(connection, "before_cursor_execute", asked)
        raw.set_progress_handler(step, 10)
        try:
            question(connection)
        finally:
            raw.set_progress_handler(None, 0)
    return statements, steps


def test_the_pages_of_the_last_minutes_are_found_by_their_ids(tmp_path: Path) -> None:
    home = room(tmp_path)
    document = home.receive().id
    with home.register.transaction(actor="test", purpose="t") as tx:
        rows = [
            {
                "id": new_id(),
                "document_id": document,
                "stage": stage,
                "page": page,
                "version": "1",
                "facts": "{}",
            }
            for stage, page in (("read", 1), ("read", 2), ("pages", 1), ("review", 0))
        ]
        old = {**rows[0], "id": "01" + "0" * 24, "page": 3}
        extra = {"seconds": 0.0, "created_at": tx.at}
        tx.connection.execute(t.derivations.insert(), [{**row, **extra} for row in (*rows, old)])
    with home.register.reading() as connection:
        assert workload.pages_done(connection, datetime.now(UTC) - timedelta(minutes=5)) == {
            "read": 2,
            "pages": 1,
        }
