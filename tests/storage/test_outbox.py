"""Events are told to everybody whom they concern, in one order, and no reader of the feed ever misses one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.casework import Procedure
from models.errors import NotFound
from models.events import Announcement, Event, EventType
from models.states import DossierState
from models.times import iso
from storage import schema as t
from storage.cases.casework import create_lot, open_dossier, put_in_case, set_dossier_state
from storage.cases.procedures import put_procedure
from storage.cases.records import DossierRecord
from storage.events.feed import forget_events, number_before, stretch
from storage.register import Register, Transaction
from tests.storage.support import DATABASES, Room, room

HERE, THERE = "H29.16", "H29.17"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Room]:
    with _room(tmp_path, "sqlite") as made:
        yield made


@pytest.fixture(params=DATABASES)
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    with _room(tmp_path, request.param) as made:
        yield made


@contextmanager
def _room(folder: Path, database: str) -> Iterator[Room]:
    made = room(folder, database)
    made.register = Register(made.engine, made.clock, agency=lambda: HERE)
    yield made
    made.engine.dispose()


@contextmanager
def act(house: Room) -> Iterator[Transaction]:
    with house.register.transaction(actor="test", purpose="test:events") as tx:
        yield tx


def happens(house: Room, subject: str, agency: str = HERE) -> None:
    with act(house) as tx:
        tx.announce(EventType.DOSSIER_ENDED, subject, agency=agency, state="succeeded")
        tx.audit("move_dossier", subject)


def read(house: Room, agency: str = HERE, after: int = 0, limit: int = 1000) -> list[Event]:
    with house.register.reading() as connection:
        return list(stretch(connection, agency, after=after, limit=limit).events)


def test_an_event_stands_or_falls_with_its_act(house: Room) -> None:
    with pytest.raises(NotFound), act(house) as tx:
        _announce_and_fail(tx)
    assert read(house) == []
    happens(house, "H2")
    (found,) = read(house)
    assert (found.subject, found.agency, found.data) == ("H2", HERE, {"state": "succeeded"})
    assert found.at == iso(house.clock.now())


def test_an_event_tells_nothing_that_its_type_does_not(house: Room) -> None:
    with pytest.raises(ValueError, match="holder_name"), act(house) as tx:
        tx.announce(EventType.DOCUMENT_RECEIVED, "D1", holder_name="Nguyễn Văn An")


def test_a_received_paper_is_told_with_its_ids_alone(house: Room) -> None:
    document = house.receive(name="CCCD Nguyễn Văn An.jpg")
    (found,) = read(house)
    assert (found.type, found.subject) == (EventType.DOCUMENT_RECEIVED, document.id)
    assert found.data == {"document": document.id, "source": document.source_id, "intake": "counter"}


def test_a_reader_never_misses_what_many_write_at_once(either: Room) -> None:
    """Numbers become visible in their order, whichever transaction began first."""
    writers, each = 6, 12
    seen: list[int] = []
    done = threading.Event()

    def follow() -> None:
        place = 0
        while True:
            last_round = done.is_set()
            with either.register.reading() as connection:
                found = stretch(connection, HERE, after=place, limit=5)
            seen.extend(one.seq for one in found.events)
            place = found.reached
            if last_round and not found.events:
                return

    def write(name: int) -> None:
        for number in range(each):
            happens(either, f"{name}-{number}")

    reader = threading.Thread(target=follow)
    hands = [threading.Thread(target=write, args=(name,)) for name in range(writers)]
    for thread in (reader, *hands):
        thread.start()
    for thread in hands:
        thread.join()
    done.set()
    reader.join()
    assert seen == list(range(1, writers * each + 1))


def test_a_number_that_began_earlier_is_not_skipped_while_its_transaction_is_open(either: Room) -> None:
    """The slow one takes its number when it ends, not when it began."""
    happens(either, "first")
    with act(either) as slow:
        slow.announce(EventType.DOSSIER_ENDED, "slow", state="failed")
        if either.engine.dialect.name == "postgresql":  # SQLite has one writer at a time
            happens(either, "quick")
        before = [one.subject for one in read(either)]
    place = max(one.seq for one in read(either) if one.subject in before)
    assert [one.subject for one in read(either, after=place)] == ["slow"]


def test_what_happens_to_a_paper_is_told_to_each_agency_with_its_own_dossier(either: Room) -> None:
    document = either.receive()
    with act(either) as tx:
        _dossier(tx, "H-HERE", HERE)
        _dossier(tx, "H-THERE", THERE)
        put_in_case(tx, document.id, dossier_code="H-HERE")
        tx.connection.execute(
            t.components.insert().values(
                id="C1", dossier_code="H-THERE", component_code="cc", position=1, handling="SCAN",
                state="reused", document_id=document.id, updated_at=tx.at,
            )
        )  # fmt: skip
        tx.announce(EventType.ECOPY_REVOKED, "E1", document=document.id, ecopy="E1", reason="wrong_data")
    told = {agency: read(either, agency)[-1].data for agency in (HERE, THERE)}
    assert {agency: data["dossier"] for agency, data in told.items()} == {HERE: "H-HERE", THERE: "H-THERE"}
    assert read(either, HERE)[-1].id != read(either, THERE)[-1].id
    assert read(either, "H99.99") == []


def test_who_used_a_paper_again_or_holds_its_lot_is_told_of_it(house: Room) -> None:
    document = house.receive()
    with act(house) as tx:
        lot = create_lot(tx, "Lô 1", agency="H29.18", by="test")
        put_in_case(tx, document.id, lot_id=lot.id)
        tx.connection.execute(
            t.reuse_events.insert().values(
                id="R1", kind="reused", at=tx.at, document_type="can_cuoc", document_id=document.id, source="own",
                snapshot="{}", person="p", role="officer", agency="H29.19", purpose="dossier:X",
            )
        )  # fmt: skip
        tx.announce(EventType.DOCUMENT_DISPOSED, document.id, document=document.id)
    for agency in (HERE, "H29.18", "H29.19"):
        assert read(house, agency)[-1].data == {"document": document.id}


def test_a_dossier_that_the_event_names_is_told_to_its_own_agency_alone(house: Room) -> None:
    document = house.receive()
    with act(house) as tx:
        _dossier(tx, "H-THERE", THERE)
        tx.announce(
            EventType.CORRECTION_RAISED,
            "K1",
            document=document.id,
            correction="K1",
            field="so",
            dossier="H-THERE",
        )
    assert read(house, THERE)[-1].data["dossier"] == "H-THERE"
    assert "dossier" not in read(house, HERE)[-1].data


def test_the_end_of_a_dossier_is_told_and_its_other_moves_are_not(house: Room) -> None:
    with act(house) as tx:
        case = _dossier(tx, "H1", THERE)
        case = set_dossier_state(tx, case, DossierState.IN_PROCESS, by="test")
        set_dossier_state(tx, case, DossierState.SUCCEEDED, by="test")
    (found,) = read(house, THERE)
    assert (found.type, found.subject) == (EventType.DOSSIER_ENDED, "H1")
    assert found.data == {"dossier": "H1", "state": "succeeded"}


def test_a_feed_is_read_piece_by_piece_and_never_back(house: Room) -> None:
    for number in range(5):
        happens(house, str(number), HERE if number % 2 == 0 else THERE)
    with house.register.reading() as connection:
        first = stretch(connection, HERE, after=0, limit=2)
        rest = stretch(connection, HERE, after=first.reached, limit=2)
        nothing = stretch(connection, HERE, after=rest.reached, limit=2)
        only = stretch(connection, HERE, after=0, limit=5, types=(EventType.ECOPY_ISSUED,))
    assert [one.subject for one in (*first.events, *rest.events)] == ["0", "2", "4"]
    assert (first.more, rest.more, nothing.events) == (True, False, ())
    assert (only.events, only.reached) == ((), 5), "what was looked through is not looked at again"


def test_old_events_go_and_numbers_are_never_given_twice(either: Room) -> None:
    for number in range(3):
        happens(either, str(number))
        either.clock.move(timedelta(hours=1))
    begun = iso(either.clock.now() - timedelta(hours=2))
    with either.register.reading() as connection:
        assert number_before(connection, begun) == 1
    with act(either) as tx:
        assert forget_events(tx, before=iso(either.clock.now())) == 2
        assert forget_events(tx, before=iso(either.clock.now())) == 0
    happens(either, "3")
    assert [one.seq for one in read(either)] == [3, 4]


def test_an_announcement_names_its_document_or_its_agency() -> None:
    assert (
        Announcement(EventType.DOSSIER_ENDED, "H1", data={"state": "failed", "dossier": "H1"}).agency is None
    )
    with pytest.raises(ValueError, match="does not tell"):
        Announcement(EventType.ECOPY_ISSUED, "E1", data={"reason": "x"})


def _announce_and_fail(tx: Transaction) -> None:
    tx.announce(EventType.DOSSIER_ENDED, "H1", state="failed")
    raise NotFound(what="dossier", id="H1")


def _dossier(tx: Transaction, code: str, agency: str) -> DossierRecord:
    procedure = Procedure(
        code="1.1", name="Thủ tục", valid_from=date(2026, 1, 1), source="thử", components=()
    )
    known = tx.connection.scalar(sa.select(t.procedures.c.code).where(t.procedures.c.code == "1.1"))
    if known is None:
        put_procedure(tx, procedure)
    return open_dossier(tx, code, procedure, agency=agency, channel="direct", received_by="test")
