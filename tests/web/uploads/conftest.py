"""One served home for uploads whose worker rests: what came in stays as it came in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.access import CallerKind
from models.ids import new_id
from tests.web.support import Served, served
from tests.web.uploads.support import Sender
from web.working import Working


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("site"), max_file_bytes=5_000_000) as found:
        found.api.state.services[Working.name].stop()
        yield found


@pytest.fixture
def kiosk(site: Served) -> Iterator[Sender]:
    with site.machine(CallerKind.DEVICE, f"kiosk-{new_id()}") as http:
        http.headers["Ecopy-Purpose"] = "intake:counter"
        yield Sender(site, http)
