"""Events reach every webhook in their order; what is in the way holds up no more than it must, and nothing is lost."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models.access import CallerKind
from models.errors import EventsForgotten
from models.events import EventType
from models.people import Person
from models.times import VIETNAM, iso
from models.wire.signed_hooks import opened
from pipeline.application import Application
from pipeline.events import hooks
from pipeline.events.delivering import AT_ONCE, GIVES_UP_AFTER, PAUSES_S, deliver, forget_old_events, prepare
from pipeline.events.feed import read_feed
from pipeline.events.sending import Sender
from storage import schema as t
from storage.access.callers import caller_of
from storage.access.clients import add_client
from storage.events import deliveries
from storage.events.deliveries import DeliveryRecord
from storage.events.hooks import HookRecord, hook, hooks_at_work, set_secret
from tests.clocks import FixedClock
from tests.pipeline.support import application
from tests.servers.postgres import ready_database
from tests.storage.support import DATABASES
from tests.web.receiver import Answer, Got, Receiver, ok, receiver

NUMBERS = iter(range(1000))
BEGIN = datetime(2026, 11, 22, 9, 15, 4, tzinfo=VIETNAM)


@dataclass
class House:
    """An application with a client that has a webhook, or several."""

    app: Application
    clock: FixedClock
    admin: Person
    client: str

    def hook(self, there: Receiver, *types: EventType) -> HookRecord:
        made, _ = hooks.add_hook(
            self.app, self.client, there.url, types, by=self.admin.id, purpose="test:hooks"
        )
        return made

    def happens(self, *subjects: str, agency: str | None = None) -> None:
        for subject in subjects:
            with self.app.register.transaction(actor="test", purpose="test:events") as tx:
                tx.announce(
                    EventType.DOSSIER_ENDED,
                    subject,
                    agency=agency or self.admin.agency.identifier,
                    dossier=subject,
                    state="succeeded",
                )
                tx.audit("move_dossier", subject)

    def round(self) -> int:
        """What the service does in one round; how many arrived."""
        _, waiting = prepare(self.app)
        sender = Sender.of(self.app.settings)
        return sum(deliver(self.app, sender, one) for one in waiting)

    def state_of(self, made: HookRecord) -> HookRecord:
        with self.app.register.reading() as connection:
            return hook(connection, made.id)

    def deliveries(self, made: HookRecord) -> dict[str, DeliveryRecord]:
        with self.app.register.reading() as connection:
            found = deliveries.deliveries_of(connection, made.id, state=None, before=None, limit=500)
        return {one.event.subject: one for one in reversed(found)}


@pytest.fixture(scope="module", params=DATABASES)
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Application, FixedClock]]:
    clock = FixedClock(BEGIN)
    home = tmp_path_factory.mktemp("home")
    url = ready_database() if request.param == "postgresql" else None
    with application(
        home,
        clock,
        database_url=url,
        hook_networks="127.0.0.0/8 ::1/128",
        hook_http=True,
        hook_timeout_seconds=5,
    ) as found:
        yield found, clock


@pytest.fixture
def house(app: tuple[Application, FixedClock], request: pytest.FixtureRequest) -> Iterator[House]:
    application_, clock = app
    admin = application_.hands.person("officer")
    with application_.register.transaction(actor="test", purpose="test:hooks") as tx:
        name = f"{request.node.name[:40].split('[')[0]}-{next(NUMBERS)}"
        client = add_client(tx, CallerKind.SYSTEM, name, name="TTHC", agency=admin.agency.identifier)
    yield House(application_, clock, admin, client)
    with application_.register.reading() as connection:
        living = hooks_at_work(connection, "9999")
    for one in living:
        hooks.close_hook(application_, one, by=admin.id, purpose="test:hooks")


def told(got: Sequence[Got]) -> list[str]:
    return [json.loads(one.body)["subject"] for one in got]


def test_everything_arrives_once_and_in_its_order(house: House) -> None:
    with receiver() as there:
        made = house.hook(there)
        house.happens("A", "B", "C")
        assert house.round() == 3
        assert house.round() == 0
    assert told(there.got) == ["A", "B", "C"]
    assert {one.state for one in house.deliveries(made).values()} == {"delivered"}


def test_what_happened_before_it_or_elsewhere_or_is_not_wanted_is_not_told(house: House) -> None:
    house.happens("before")
    with receiver() as there:
        house.hook(there, EventType.ECOPY_ISSUED)
        with receiver() as everything:
            house.hook(everything)
            house.happens("elsewhere", agency="H99.99")
            house.happens("here")
            house.round()
    assert told(there.got) == []
    assert told(everything.got) == ["here"]


def test_a_long_queue_goes_on_in_the_next_round(house: House) -> None:
    with receiver() as there:
        house.hook(there)
        with house.app.register.transaction(actor="test", purpose="test:events") as tx:
            for number in range(AT_ONCE + 5):
                tx.announce(EventType.DOSSIER_ENDED, f"N{number}", state="failed")
        assert [house.round(), house.round(), house.round()] == [AT_ONCE, 5, 0]
    assert told(there.got) == [f"N{number}" for number in range(AT_ONCE + 5)]


def test_a_message_that_is_not_taken_waits_alone_and_is_given_up_at_last(house: House) -> None:
    def picky(got: Got) -> Answer:
        return (422, {}) if b'"bad"' in got.body else (200, {})

    with receiver(picky) as there:
        made = house.hook(there)
        house.happens("good", "bad", "better")
        assert house.round() == 2
        assert told(there.got) == ["good", "bad", "better"]
        for pause in PAUSES_S:
            house.clock.move(timedelta(seconds=pause * 0.9))
            house.happens(f"after {pause}")
            assert house.round() == 1, "the next message does not wait for the bad one"
            house.clock.move(timedelta(seconds=pause * 0.25 + 1))
            house.round()
        bad = house.deliveries(made)["bad"]
        assert (bad.state, bad.attempts, bad.last_status, bad.last_error) == (
            "dead", len(PAUSES_S) + 1, 422, "http",
        )  # fmt: skip
        assert house.state_of(made).state == "active"
        there.answer = ok
        assert hooks.replay(house.app, made, None, by=house.admin.id, purpose="test:hooks") == 1
        assert house.round() == 1
    assert house.deliveries(made)["bad"].state == "delivered"
    assert len({got.headers["webhook-id"] for got in there.got if b'"bad"' in got.body}) == 1


def test_a_dead_host_is_probed_with_one_message_and_loses_none(house: House) -> None:
    with receiver() as there:
        made = house.hook(there)
    house.happens("A", "B", "C")
    assert house.round() == 0
    assert [one.attempts for one in house.deliveries(made).values()] == [1, 0, 0]
    assert house.round() == 0
    assert house.deliveries(made)["A"].attempts == 1, "not before its pause is over"
    for pause in PAUSES_S[:4]:
        house.clock.move(timedelta(seconds=pause * 1.2 + 1))
        house.round()
    assert [one.attempts for one in house.deliveries(made).values()] == [5, 0, 0]
    assert house.state_of(made).failures == 5
    with receiver() as there:
        hooks.change_hook(house.app, made, url=there.url, by=house.admin.id, purpose="test:hooks")
        house.clock.move(timedelta(seconds=PAUSES_S[4] * 1.2))
        assert house.round() == 3
    assert told(there.got) == ["A", "B", "C"]
    now = house.state_of(made)
    assert (now.failures, now.failing_since, now.retry_at) == (0, None, None)


def test_a_host_that_refuses_everything_is_left_alone_after_three(house: House) -> None:
    with receiver(lambda _: (500, {})) as there:
        made = house.hook(there)
        house.happens("A", "B", "C", "D", "E")
        house.round()
        assert told(there.got) == ["A", "B", "C"]
        house.happens("F")
        house.round()
        assert len(there.got) == 3
    assert house.state_of(made).retry_at is not None


def test_a_host_that_fails_for_days_is_paused_and_goes_on_where_it_stopped(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with receiver(lambda _: (503, {})) as there:
        made = house.hook(there)
        house.happens("A", "B", "C", "D")
        began = house.clock.now()
        while house.state_of(made).state == "active":
            house.round()
            house.clock.move(timedelta(hours=6))
        assert GIVES_UP_AFTER <= house.clock.now() - began < 3 * GIVES_UP_AFTER
        assert house.state_of(made).paused_for == "failing"
        assert "is paused: failing" in caplog.text
        house.happens("E")
        assert house.round() == 0
        assert {one.state for one in house.deliveries(made).values()} == {"due"}, "nothing is given up"
        there.answer = ok
        there.got.clear()
        hooks.change_hook(house.app, made, state="active", by=house.admin.id, purpose="test:hooks")
        assert house.round() == 5
    assert told(there.got) == ["A", "B", "C", "D", "E"]


def test_a_receiver_that_is_gone_is_not_asked_again(house: House) -> None:
    with receiver(lambda _: (410, {})) as there:
        made = house.hook(there)
        house.happens("A", "B")
        house.round()
        house.clock.move(timedelta(days=1))
        house.round()
        assert len(there.got) == 1
    assert (house.state_of(made).state, house.state_of(made).paused_for) == ("paused", "gone")


def test_a_receiver_that_asks_for_time_gets_it(house: House) -> None:
    with receiver(lambda _: (429, {"Retry-After": "300"})) as there:
        house.hook(there)
        house.happens("A", "B")
        house.round()
        house.clock.move(timedelta(seconds=290))
        house.round()
        assert len(there.got) == 1
        there.answer = ok
        house.clock.move(timedelta(seconds=11))
        assert house.round() == 2


@pytest.mark.parametrize("change", [{"state": "closed"}, {"actions": '["manage_hooks", "submit"]'}])
def test_a_client_that_may_not_read_events_any_more_is_not_told(house: House, change: dict[str, str]) -> None:
    with receiver() as there:
        house.hook(there)
        house.happens("A")
        mine = t.clients.c.id == house.client
        with house.app.register.transaction(actor="test", purpose="test:hooks") as tx:
            tx.connection.execute(t.clients.update().where(mine).values(**change))
        assert house.round() == 0
        with house.app.register.transaction(actor="test", purpose="test:hooks") as tx:
            again = {"state": "active", "actions": '["manage_hooks", "read_events"]'}
            tx.connection.execute(t.clients.update().where(mine).values(**again))
        assert house.round() == 1
    assert told(there.got) == ["A"]


def test_one_that_another_sender_has_in_hand_is_left_to_it(house: House) -> None:
    with receiver() as there:
        made = house.hook(there)
        house.happens("A")
        _, waiting = prepare(house.app)
        with house.app.register.transaction(actor="other", purpose="test:hooks") as tx:
            assert deliveries.lease(tx, made.id, until=iso(house.clock.now() + timedelta(minutes=5)))
        assert waiting == [made.id]
        assert house.round() == 0
        house.clock.move(timedelta(minutes=5, seconds=1))  # the other one was killed
        assert house.round() == 1
    assert told(there.got) == ["A"]


def test_everything_since_a_moment_is_told_anew_with_the_same_ids(house: House) -> None:
    with receiver() as there:
        made = house.hook(there)
        house.happens("A")
        house.round()
        house.clock.move(timedelta(hours=1))
        since = house.clock.now()
        house.happens("B", "C")
        house.round()
        hooks.replay(house.app, made, since, by=house.admin.id, purpose="test:hooks")
        assert house.round() == 2
    assert told(there.got) == ["A", "B", "C", "B", "C"]
    ids = [got.headers["webhook-id"] for got in there.got]
    assert ids[1:3] == ids[3:5]


def test_without_its_key_nothing_is_sent_and_nothing_lost(house: House) -> None:
    with receiver() as there:
        made = house.hook(there)
        with house.app.register.transaction(actor="test", purpose="test:hooks") as tx:
            sealed = house.state_of(made).secret
            set_secret(tx, made.id, "seal1.aaaaaaaaaaaa.AAAA")
        house.happens("A")
        assert house.round() == 0
        assert house.deliveries(made)["A"].last_error == "no_secret"
        with house.app.register.transaction(actor="test", purpose="test:hooks") as tx:
            set_secret(tx, made.id, sealed)
        house.clock.move(timedelta(seconds=10))
        assert house.round() == 1
    assert told(there.got) == ["A"]


def test_old_events_are_forgotten_and_who_missed_them_is_told(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with receiver() as there:
        made = house.hook(there)
        house.happens("old")
        house.round()
        with house.app.register.reading() as connection:
            reader = caller_of(connection, house.client, house.clock.now().date())
        assert reader is not None
        place = read_feed(house.app, reader, after=None, limit=1, purpose="exchange:t").reached
        house.clock.move(timedelta(days=house.app.settings.events_days, seconds=1))
        house.happens("new", "newer")
        while forget_old_events(house.app):
            pass
        found = read_feed(house.app, reader, after=None, limit=200, purpose="exchange:t")
        assert [one.subject for one in found.events] == ["new", "newer"]
        assert "old" not in house.deliveries(made)
        for gone in (place, found.reached + 1):
            with pytest.raises(EventsForgotten):
                read_feed(house.app, reader, after=gone, limit=1, purpose="exchange:t")
        assert house.round() == 2


def test_what_is_paused_or_closed_while_messages_go_out_stops_at_once(house: House) -> None:
    ways = {
        "paused": lambda made: hooks.change_hook(
            house.app, made, state="paused", by=house.admin.id, purpose="test:hooks"
        ),
        "closed": lambda made: hooks.close_hook(house.app, made, by=house.admin.id, purpose="test:hooks"),
        "refused and closed": lambda made: hooks.close_hook(
            house.app, made, by=house.admin.id, purpose="test:hooks"
        ),
    }
    for name, way in ways.items():
        with receiver() as there:
            made = house.hook(there)
            status = 400 if name.startswith("refused") else 200

            def act(_: Got, made: HookRecord = made, way: Any = way, status: int = status) -> Answer:
                way(made)
                return status, {}

            there.answer = act
            house.happens("A", "B")
            house.round()
            assert told(there.got) == ["A"], name


def test_a_secret_that_was_stolen_signs_no_further_message(house: House) -> None:
    with receiver() as there:
        made = house.hook(there)
        first: list[str] = []

        def change(_: Got) -> Answer:
            if not first:
                _, secret = hooks.change_secret(
                    house.app, made, overlap=timedelta(0), by=house.admin.id, purpose="test:hooks"
                )
                first.append(secret)
            return 200, {}

        there.answer = change
        house.happens("A", "B")
        assert house.round() == 2
    second = there.got[1]
    now = house.clock.now().timestamp()
    assert opened(first[0], second.headers, second.body, now=now).subject == "B"


def test_closing_leaves_neither_deliveries_nor_the_secret(house: House) -> None:
    with receiver() as there:
        made = house.hook(there)
        house.happens("A")
        prepare(house.app)
        hooks.close_hook(house.app, made, by=house.admin.id, purpose="test:hooks")
        assert house.round() == 0
    assert house.deliveries(made) == {}
    assert (Path(house.app.settings.home) / "keys" / "sealing.key").exists()
    with house.app.register.reading() as connection:
        assert connection.scalar(sa.select(t.webhooks.c.secret).where(t.webhooks.c.id == made.id)) == ""
