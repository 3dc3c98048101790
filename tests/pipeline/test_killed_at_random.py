"""SIGKILL at random points of digitise, confirm and issue: nothing promised is lost, nothing is there twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import warm
from tests.servers.postgres import new_database
from tests.servers.seaweed import server


def killed(folder: Path, kills: int, *more: str) -> dict[str, Any]:
    done = warm.run(("-m", "bench.kills", folder, "--kills", kills, *more), timeout=900)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def assert_nothing_lost(found: dict[str, Any], kills: int) -> None:
    assert (found["lost"], found["duplicates"], found["left_over"]) == ([], [], 0)
    assert found["audit_break"] is None
    assert found["kills"] == kills
    assert found["acknowledged"] == dict.fromkeys(("received", "confirmed", "issued"), found["papers"])


@pytest.mark.slow
def test_twenty_kills_on_a_folder_and_sqlite_lose_nothing(tmp_path: Path) -> None:
    assert_nothing_lost(killed(tmp_path / "k", 20), 20)


@pytest.mark.slow
def test_kills_on_an_s3_store_and_postgresql_lose_nothing(tmp_path: Path) -> None:
    place = server().url("killed")
    found = killed(tmp_path / "k", 6, "--database", new_database(), "--store", place, "--seed", "2")
    assert_nothing_lost(found, 6)
