"""One served home for the tests that leave nothing behind that others would see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.peopled import Peopled, peopled
from tests.web.support import Served, served


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture(scope="session")
def peopled_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peopled]:
    """One with papers, cases and people, for tests that add to it and leave what is there as it was."""
    with peopled(
        tmp_path_factory.mktemp("peopled"), stranger_requests_per_minute=100_000, sign_ins_per_minute=100_000
    ) as found:
        yield found
