"""Every test that asks for a `home` runs on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.support import DATABASES, Room, room


@pytest.fixture(params=DATABASES)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """An empty register with a folder store, on SQLite and on PostgreSQL."""
    made = room(tmp_path, request.param)
    yield made
    made.engine.dispose()
