"""One served home with a clock that is moved by hand, and whose worker rests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from models.people import Role
from storage.access.tokens import issue_token
from tests.clocks import FixedClock
from tests.web.identities import PURPOSE
from tests.web.kiosks.joining import Newcomer, newcomer
from tests.web.support import Served, served
from web.working import Working


@pytest.fixture(scope="session")
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, clock: FixedClock) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("kiosks")
    with served(folder, clock, sign_ins_per_minute=10_000, kiosk_least_version="0.1") as found:
        found.api.state.services[Working.name].stop()
        yield found


@pytest.fixture
def device(house: Served, clock: FixedClock) -> Newcomer:
    return newcomer(house, clock)


@pytest.fixture
def kiosk(device: Newcomer) -> Iterator[httpx.Client]:
    """One that has joined, connected."""
    assert device.join().status_code == 201
    with device.connected() as client:
        yield client


@pytest.fixture(scope="session")
def administrator_id(house: Served) -> str:
    house.person("quan-tri", Role.ADMINISTRATOR).close()
    return "quan-tri"


@pytest.fixture
def administrator(house: Served, administrator_id: str) -> Iterator[httpx.Client]:
    """Signed in now: other tests move the clock."""
    with house.office.register.transaction(actor="test", purpose=PURPOSE) as tx:
        token = issue_token(
            tx, "session", administrator_id, lifetime=timedelta(hours=1), proof="password+totp"
        )
    with house.client(token) as client:
        client.headers["Ecopy-Purpose"] = PURPOSE
        yield client
