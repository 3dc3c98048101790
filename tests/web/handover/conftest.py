"""One counter whose agency signs at the văn thư's own computer, and a paper that is confirmed there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.handover.support import Desk, desk_elsewhere


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_elsewhere(tmp_path_factory.mktemp("elsewhere")) as made:
        yield made
