"""Who asks too often waits, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi import APIRouter

from models.access import CallerKind
from storage.access.tokens import revoke_tokens_of
from tests.web.support import Served, served
from web.guard import AtTheDoor
from web.rates import KEPT, Rate, address_of

ASKED = "/test/asked"


class Watch:
    """A clock that is told the time."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A home that takes ten requests at once of anybody, and ten a minute."""
    router = APIRouter(tags=["test"])

    @router.get(ASKED)
    def asked(door: AtTheDoor) -> str:
        return door.caller.id

    home = tmp_path_factory.mktemp("busy")
    with served(home, requests_per_minute=10, stranger_requests_per_minute=10) as found:
        found.api.include_router(router)
        yield found


@contextmanager
def at(busy: Served, address: str, token: str | None = None) -> Iterator[httpx.Client]:
    """Somebody who comes from that address of this machine."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    way = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=busy.url, headers=headers, transport=way) as client:
        yield client


def asked(client: httpx.Client, count: int) -> list[int]:
    return [client.get(ASKED).status_code for _ in range(count)]


def test_ten_at_once_and_then_one_every_six_seconds() -> None:
    watch = Watch()
    rate = Rate(10, watch)
    assert [rate.take("a") for _ in range(10)] == [0.0] * 10
    assert rate.take("a") == pytest.approx(6)
    assert rate.take("b") == 0, "another one's haste"
    watch.at = 5.9
    assert rate.take("a") == pytest.approx(0.1)
    watch.at = 6.1
    assert rate.take("a") == 0
    assert rate.take("a") > 0


def test_strangers_without_number_take_no_room_without_end() -> None:
    rate = Rate(10, Watch())
    for number in range(KEPT + 500):
        rate.take(str(number))
    assert len(rate._buckets) == KEPT


def test_an_address_is_one_subscriber() -> None:
    def of(address: str) -> str:
        return address_of({"client": (address, 1)})

    assert of("2001:db8:1:2::1") == of("2001:db8:1:2:ffff::9") != of("2001:db8:1:3::1")
    assert of("::ffff:10.1.2.3") == of("10.1.2.3")
    assert of("fe80::1%eth0") == "fe80::"


def test_strangers_wait_at_their_address_and_those_let_in_do_not(busy: Served) -> None:
    with busy.machine(CallerKind.SYSTEM, "tthc") as known:
        token = known.headers["authorization"].partition(" ")[2]
    with at(busy, "127.0.0.2") as stranger, at(busy, "127.0.0.2", token) as system:
        assert asked(system, 1) == [200]
        assert asked(stranger, 10) == [401] * 9 + [429], "the first request took one of the ten"
        refused = stranger.get(ASKED)
        assert refused.json()["code"] == "TOO_MANY_REQUESTS"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["x-content-type-options"] == "nosniff"
        assert asked(system, 3) == [200] * 3


def test_who_was_let_in_waits_wherever_they_come_from(busy: Served) -> None:
    with busy.machine(CallerKind.SYSTEM, "hasty") as known:
        token = known.headers["authorization"].partition(" ")[2]
    with at(busy, "127.0.0.3", token) as here, at(busy, "127.0.0.4", token) as there:
        assert asked(here, 6) == [200] * 6
        assert asked(there, 6) == [200] * 5 + [429], "its first request was counted by its address"


def test_made_up_tokens_are_counted_by_where_they_come_from(busy: Served) -> None:
    found = []
    for number in range(11):
        with at(busy, "127.0.0.5", f"ecp_{number}") as thief:
            found += asked(thief, 1)
    assert found == [401] * 10 + [429]


def test_a_token_that_ended_is_a_stranger_s_again(busy: Served) -> None:
    with busy.machine(CallerKind.SYSTEM, "ended") as known:
        token = known.headers["authorization"].partition(" ")[2]
    with at(busy, "127.0.0.6", token) as system:
        assert asked(system, 1) == [200]
        with busy.office.register.transaction(actor="test", purpose="maintenance:test") as tx:
            revoke_tokens_of(tx, "system:ended")
        assert asked(system, 11) == [401] * 10 + [429]


def test_signing_in_is_counted_apart(busy: Served) -> None:
    with at(busy, "127.0.0.7") as guesser:
        found = [guesser.post("/oauth/token", data={"grant_type": "x"}).status_code for _ in range(11)]
    assert found[-1] == 429
    assert 429 not in found[:10]
