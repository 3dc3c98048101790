"""Several machines at one archive: real processes on PostgreSQL, S3 and a broker, which are killed, emptied and restarted.

At the end every document has been done exactly once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import faults
from models.errors import KeysDiffer
from pipeline.application import Application, open_application
from pipeline.queue.machine import Machine
from pipeline.settings import load_settings
from pipeline.stages.receive import receive
from storage import work
from tests.machines import Broker, archive, exactly_once, kill, paper
from tests.pipeline.support import application
from tests.servers.postgres import new_database
from tests.servers.rabbitmq import rabbitmq
from tests.servers.valkey import valkey


@pytest.mark.slow
def test_machines_that_die_and_servers_that_forget_lose_nothing_and_do_nothing_twice(tmp_path: Path) -> None:
    tally = faults.run(tmp_path, documents=200, every_s=5, seed=20261123, sick=False, scans=1)
    assert tally.wrong == []
    assert tally.blows["machine killed"] >= 2
    assert len(tally.blows) >= 3


@pytest.mark.slow
def test_a_worker_that_is_killed_begins_again_where_it_was(tmp_path: Path) -> None:
    with archive(tmp_path) as made:
        sources = made.come_in(12)
        worker = made.machine(1)
        made.wait_until(lambda: made.left(sources) <= 8)
        kill(worker)
        made.machine(1)
        made.wait_until(lambda: made.left(sources) == 0)
        exactly_once(made.app, sources)


@pytest.mark.slow
@pytest.mark.parametrize("make", [valkey, rabbitmq])
def test_word_of_work_travels_and_a_broker_that_was_away_is_found_again(
    make: Callable[[], Broker], tmp_path: Path
) -> None:
    broker = make()
    with (
        application(tmp_path / "taking", database_url=new_database(), broker=broker.url) as app,
        app.working(),
    ):
        assert app.hands
        # Nobody looks by themselves here: what is done was done because word of it came.
        sender, worker = Machine(app, kind="serve"), Machine(app)
        worker.start()
        try:
            for away in (False, True):
                if away:
                    broker.stop()
                path = tmp_path / f"{away}.pdf"
                path.write_bytes(paper(f"{away}"))
                source = receive(app, path, intake="archive", presented_as="ban_chinh", forced_type=None)
                sender.nudge()  # where nobody is there to hear it, nothing is lost but the word
                if away:
                    broker.start()
                _until(lambda source=source, away=away: _done(app, source.id, sender if away else None))  # type: ignore[misc]
        finally:
            worker.stop()
            sender.stop()
            broker.stop()


def _done(app: Application, source: str, sender: Machine | None) -> bool:
    if sender is not None:
        sender.nudge()
    with app.register.reading() as connection:
        return work.job_of(connection, source) is None


def _until(over: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not over():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_machine_with_other_keys_takes_nothing_in(tmp_path: Path) -> None:
    url = new_database()
    with application(tmp_path / "first", database_url=url) as app:
        assert app.content_key
    with (
        open_application(load_settings(home=tmp_path / "second", database_url=url)) as other,
        pytest.raises(KeysDiffer),
    ):
        assert other.content_key
