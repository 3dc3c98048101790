"""One counter for all tests of papers, and one paper that went the whole way there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.cases.support import Counter, counter
from tests.web.papers.support import Journey, journey


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with counter(tmp_path_factory.mktemp("papers")) as made:
        yield made


@pytest.fixture(scope="session")
def card(desk: Counter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    made = journey(desk, tmp_path_factory.mktemp("card"))
    yield made
    made.vanthu.close()
