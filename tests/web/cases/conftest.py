"""One counter for all tests of cases: each works on dossiers and lots of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.postgres import ready_database
from tests.web.cases.support import Counter, counter


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    settings = {"database_url": ready_database()} if request.param == "postgresql" else {}
    with counter(tmp_path_factory.mktemp("desk"), **settings) as made:
        yield made
