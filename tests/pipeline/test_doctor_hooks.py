"""The doctor names the webhooks that somebody has to look after, and says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from models.access import CallerKind
from models.errors import HooksFailing
from models.events import EventType
from models.times import VIETNAM, iso
from pipeline.application import Application
from pipeline.doctor import NAMED_HOOKS, Finding, examine
from pipeline.events import hooks
from pipeline.events.delivering import GIVES_UP_AFTER, PAUSES_S, deliver, prepare
from pipeline.events.sending import Sender
from storage.access.clients import add_client, close_client
from storage.events.hooks import HookRecord, hooks_after
from tests.clocks import FixedClock
from tests.pipeline.support import application
from tests.servers.postgres import ready_database
from tests.storage.support import DATABASES
from tests.web.receiver import Answer, Got, ok, receiver

BEGIN = datetime(2026, 11, 22, 9, 15, 4, tzinfo=VIETNAM)
PURPOSE = "maintenance:test"
NUMBERS = iter(range(1000))


@dataclass
class House:
    """An application with a client of its own for every test."""

    app: Application
    clock: FixedClock
    client: str

    def hook(self, url: str) -> HookRecord:
        made, _ = hooks.add_hook(self.app, self.client, url, (), by="test", purpose=PURPOSE)
        return made

    def happens(self, subject: str) -> None:
        with self.app.register.transaction(actor="test", purpose=PURPOSE) as tx:
            tx.announce(EventType.DOSSIER_ENDED, subject, dossier=subject, state="succeeded")

    def send(self) -> None:
        for one in prepare(self.app)[1]:
            deliver(self.app, Sender.of(self.app.settings), one)

    def said(self) -> Finding:
        return next(one for one in examine(self.app) if one.component == "webhooks")


@pytest.fixture(scope="module", params=DATABASES)
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Application, FixedClock]]:
    clock = FixedClock(BEGIN)
    url = ready_database() if request.param == "postgresql" else None
    loopback = {"hook_networks": "127.0.0.0/8 ::1/128", "hook_http": True, "hook_timeout_seconds": 5}
    with application(tmp_path_factory.mktemp("home"), clock, database_url=url, **loopback) as found:
        yield found, clock


@pytest.fixture
def house(app: tuple[Application, FixedClock]) -> Iterator[House]:
    found, clock = app
    agency = found.hands.agency.identifier
    with found.register.transaction(actor="test", purpose=PURPOSE) as tx:
        client = add_client(tx, CallerKind.SYSTEM, f"tthc-{next(NUMBERS)}", name="TTHC", agency=agency)
    yield House(found, clock, client)
    with found.register.reading() as connection:
        living = hooks_after(connection, "", 100)
    for one in living:
        hooks.close_hook(found, one, by="test", purpose=PURPOSE)


def test_hooks_that_work_or_rest_on_request_are_in_order(house: House) -> None:
    with receiver() as there, receiver() as resting:
        house.hook(there.url)
        made = house.hook(resting.url)
        hooks.change_hook(house.app, made, state="paused", by="test", purpose=PURPOSE)
        house.happens("A")
        house.send()
        assert house.said() == Finding("webhooks", "none fails", None)


def test_one_that_fails_is_named_until_it_works_again(house: House) -> None:
    with receiver() as there, receiver() as sound:
        house.hook(sound.url)
        there.answer = lambda _: (500, {})
        made = house.hook(there.url)
        house.happens("A")
        house.send()
        error = house.said().error
        assert isinstance(error, HooksFailing)
        assert error.details["hooks"] == f"{made.id} {house.client} (failing since {iso(house.clock.now())})"
        assert "ecopy hook test" in error.remedy("vi")
        assert "ecopy hook test" in error.remedy("en")
        assert there.url not in error.message("vi"), "an address may hold what only its owner knows"
        there.answer = ok
        house.clock.move(timedelta(seconds=PAUSES_S[0] * 1.2))
        house.send()
        assert house.said().error is None


def test_dead_letters_are_counted_until_they_are_sent_again(house: House) -> None:

    def picky(got: Got) -> Answer:
        return (422, {}) if b'"bad"' in got.body else (200, {})

    with receiver(picky) as there:
        made = house.hook(there.url)
        house.happens("bad")
        house.send()
        for pause in PAUSES_S:
            house.clock.move(timedelta(seconds=pause * 1.2 + 1))
            house.send()
        house.happens("good")
        house.send()
        error = house.said().error
        assert isinstance(error, HooksFailing)
        assert error.details["hooks"] == f"{made.id} {house.client} (1 dead)"
        there.answer = ok
        hooks.replay(house.app, made, None, by="test", purpose=PURPOSE)
        house.send()
        assert house.said().error is None


def test_one_that_was_paused_is_named_unless_its_client_is_closed(house: House) -> None:
    with receiver(lambda _: (410, {})) as there:
        gone = house.hook(there.url)
        house.happens("A")
        house.send()
    with receiver() as ended:
        silent = house.hook(ended.url)
    house.happens("B")
    house.send()
    house.clock.move(GIVES_UP_AFTER + timedelta(hours=1))
    house.send()
    error = house.said().error
    assert isinstance(error, HooksFailing)
    first, second = error.details["hooks"].split("; ")
    assert first.startswith(f"{gone.id} {house.client} (paused: gone")
    assert second.startswith(f"{silent.id} {house.client} (paused: failing, failing since ")
    with house.app.register.transaction(actor="test", purpose=PURPOSE) as tx:
        close_client(tx, house.client)
    assert house.said().error is None


def test_of_very_many_the_first_are_named(house: House) -> None:
    with receiver(lambda _: (500, {})) as there:
        made = [house.hook(f"{there.url}/{number}") for number in range(NAMED_HOOKS + 1)]
        house.happens("A")
        house.send()
    error = house.said().error
    assert isinstance(error, HooksFailing)
    *named, more = error.details["hooks"].split("; ")
    assert [one.split()[0] for one in named] == sorted(one.id for one in made)[:NAMED_HOOKS]
    assert more == "…"
