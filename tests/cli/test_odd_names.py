"""Files of other systems, whose names are bytes that are no UTF-8, are taken in and judged like all others."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from tests.machines import paper

NAME = b"b\xe1o c\xe1o.pdf"
SHOWN = "b\\xe1o c\\xe1o.pdf"


def ecopy(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [words[0], "--home", str(home), *words[1:]])


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + NAME))
    path.write_bytes(paper("odd"))
    return path


def test_a_file_whose_name_is_no_utf8_is_digitised_and_judged(odd: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    done = ecopy(home, "digitize", str(odd), "--out", str(out), "--json")
    (told,) = map(json.loads, done.stdout.splitlines())
    assert told["sources"] == [f"{tmp_path}/{SHOWN}"]
    assert told["documents"][0]["state"] == "in_review"
    assert [os.fsencode(path.name) for path in out.iterdir()] == [NAME[:-3] + b"json"]

    judged = ecopy(home, "verify", str(odd), "--json", "--report", "json", "--out", str(tmp_path / "reports"))
    (verdict,) = map(json.loads, judged.stdout.splitlines())
    assert (judged.exit_code, verdict["path"]) == (1, f"{tmp_path}/{SHOWN}")
    assert [path.name for path in (tmp_path / "reports").iterdir()] != []
