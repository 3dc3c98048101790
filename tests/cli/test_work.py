"""`ecopy work` takes on what waits, says what is stuck, and sets it going again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from models.errors import EngineFault
from pipeline import worker
from pipeline.stages.receive import receive
from tests.pipeline.support import application


def ecopy(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["work", "--home", str(home), "--lang", "en", *words])


def test_what_waits_is_taken_on_and_what_is_stuck_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, path = tmp_path / "home", tmp_path / "a.pdf"
    path.write_bytes(b"nothing that anybody could read")
    with application(home) as office:
        source = receive(office, path, intake="counter", presented_as="ban_sao", forced_type=None)
        document = office.register.scan_of(source.id).id

    def broken(*_: Any) -> None:
        raise EngineFault(engine="own", reason="killed")

    with monkeypatch.context() as engines:
        engines.setattr(worker, "advance", broken)
        engines.setattr(worker, "ATTEMPTS", 1)
        stuck = ecopy(home)
    assert (
        stuck.exit_code,
        f"{document} parked" in stuck.output and "The engine own failed: killed" in stuck.output,
    ) == (1, True), stuck.output
    listed = json.loads(ecopy(home, "--list", "--json").output)
    assert (listed["taken"], listed["waiting"][0]["state"]) == (0, "parked")
    again = ecopy(home, "--again", document)
    assert (again.exit_code, again.output.strip()) == (0, "1 files were worked on.")
    for parked in ("all", "ENGINE_FAULT"):
        assert ecopy(home, "--again", parked).output.strip() == "0 files were worked on."
    unknown = ecopy(home, "--again", "01M833VZQYGHZEWV2JNK2HER3Z")
    assert (unknown.exit_code, "NOT_FOUND" in unknown.output) == (1, True)
