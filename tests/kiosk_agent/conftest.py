"""One served installation with procedures, and kiosks that join it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk_agent.agent import Agent
from pipeline.cases.procedures import import_procedures
from tests.kiosk_agent.counters import PROCEDURES, Counter, joined
from tests.web.support import Served, served


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("house")
    with served(folder, sign_ins_per_minute=10_000) as found:
        import_procedures(found.office, PROCEDURES)
        yield found


@pytest.fixture
def counter(house: Served, tmp_path: Path) -> Iterator[Counter]:
    """A kiosk that has joined and does nothing by itself yet."""
    settings = joined(house, tmp_path / "kiosk")
    agent = Agent(settings)
    agent.line.fetch_orders()
    try:
        yield Counter(house, agent)
    finally:
        agent.close()
