"""A request that comes twice is done once: the second one waits, gets the first one's answer, or is told apart."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from models.errors import IdempotencyKeyReused, RequestAtWork
from storage import schema as t
from storage.access import answers
from storage.access.answers import KEPT, LEASE, KeptAnswer
from tests.storage.support import Room

ONE, OTHER = "1" * 64, "2" * 64
ANSWER = KeptAnswer(201, {"Location": "/x"}, '{"a": "Nguyễn"}')


def begun(home: Room, request: str = ONE, *, caller: str = "system:tthc") -> KeptAnswer | None:
    with home.register.transaction(actor=caller, purpose="t") as tx:
        return answers.begin(tx, caller, "key", request)


def kept(home: Room) -> None:
    with home.register.transaction(actor="system:tthc", purpose="t") as tx:
        answers.keep(tx, "system:tthc", "key", ANSWER)


def given_up(home: Room) -> None:
    with home.register.transaction(actor="system:tthc", purpose="t") as tx:
        answers.give_up(tx, "system:tthc", "key")


def test_the_second_one_waits_and_then_gets_the_same_answer(home: Room) -> None:
    assert begun(home) is None
    with pytest.raises(RequestAtWork):
        begun(home)
    kept(home)
    assert begun(home) == ANSWER
    given_up(home)  # what was answered is not taken back
    assert begun(home) == ANSWER


def test_a_key_belongs_to_one_request_and_one_caller(home: Room) -> None:
    assert begun(home) is None
    with pytest.raises(IdempotencyKeyReused):
        begun(home, OTHER)
    assert begun(home, OTHER, caller="system:other") is None


def test_a_request_of_which_nothing_came_frees_its_key(home: Room) -> None:
    assert begun(home) is None
    given_up(home)
    assert begun(home, OTHER) is None


def test_who_died_at_work_is_followed_by_one_other_after_the_lease(home: Room) -> None:
    assert begun(home) is None
    home.clock.move(LEASE - timedelta(seconds=1))
    with pytest.raises(RequestAtWork):
        begun(home)
    home.clock.move(timedelta(seconds=1))
    assert begun(home) is None
    with pytest.raises(RequestAtWork):
        begun(home)


def test_an_answer_is_forgotten_after_its_time_with_what_it_tells(home: Room) -> None:
    begun(home)
    kept(home)
    home.clock.move(KEPT + timedelta(seconds=1))
    assert begun(home, OTHER, caller="system:other") is None
    with home.engine.connect() as connection:
        rows = connection.execute(t.idempotency.select()).all()
    assert [row.caller for row in rows] == ["system:other"]


def test_of_many_at_once_one_is_at_work(home: Room) -> None:
    found: list[object] = []
    ready = threading.Barrier(6)

    def ask() -> None:
        ready.wait()
        try:
            found.append(begun(home))
        except RequestAtWork:
            found.append("at work")

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, found)) == sorted(["None", *["at work"] * 5])
