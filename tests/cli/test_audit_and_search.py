"""`ecopy audit` and `ecopy search` as people and programs call them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline.application import open_application
from pipeline.settings import load_settings
from storage import schema as t
from storage.search import index_document
from tests import warm

pytestmark = pytest.mark.slow


def ecopy(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return warm.run((*words, "--home", home), env={**os.environ, "COLUMNS": "200"})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one indexed paper."""
    folder = tmp_path_factory.mktemp("office") / "home"
    with open_application(load_settings(home=folder)) as app:
        stored = app.vault.write("original", io.BytesIO(b"scan"))
        with app.register.transaction(actor="test", purpose="test") as tx:
            _, document_id = tx.add_source(
                stored,
                content_mac=stored.sha256,
                filename="a.jpg",
                received_by="test",
                intake="counter",
                presented_as="ban_chinh",
                rule_set="vn-2025-07-01",
                forced_type=None,
            )
            tx.connection.execute(
                t.documents.update().values(
                    number="12/QĐ-UBND", issued_on="2024-03-17", issuer="UBND xã Hòa Bình", title="Quyết định"
                )
            )
            index_document(tx, document_id, ["Về việc cấp giấy chứng nhận cho ông Nguyễn Văn Mẫu"])
    return folder


def test_search_tells_people_and_programs_what_it_found(home: Path) -> None:
    said = ecopy(home, "search", "giấy chứng nhận", "--purpose", "dossier:1")
    assert said.returncode == 0, said.stderr
    assert "12/QĐ-UBND" in said.stdout
    assert "17/03/2024" in said.stdout
    told = ecopy(home, "search", "chung nhan", "--issuer", "hoà bình", "--from", "01/03/2024", "--to", "31/03/2024",
                 "--purpose", "dossier:1", "--json")  # fmt: skip
    (answer,) = [json.loads(line) for line in told.stdout.splitlines()]
    assert [hit["number"] for hit in answer["hits"]] == ["12/QĐ-UBND"]
    assert (answer["next"], answer["paused"]) == (None, False)
    assert json.loads(ecopy(home, "search", "chúng", "--purpose", "x", "--json").stdout)["hits"] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["search", "x"], 2),
        (["search", "--purpose", "x"], 2),
        (["audit", "trim", "--before", "01/01/2020", "--exported", "none.zip", "--purpose", "x"], 2),
    ],
)
def test_what_is_missing_is_said_without_a_traceback(home: Path, words: list[str], code: int) -> None:
    done = ecopy(home, *words)
    assert done.returncode == code
    assert "Traceback" not in done.stdout + done.stderr


def test_the_trail_is_shown_verified_stamped_reviewed_and_exported(home: Path, tmp_path: Path) -> None:
    assert ecopy(home, "audit", "anchor").returncode == 0
    shown = ecopy(home, "audit", "show", "--purpose", "inspection", "--json")
    entries = [json.loads(line) for line in shown.stdout.splitlines()]
    assert entries[0]["action"] == "receive"
    assert all(entry["purpose"] for entry in entries)
    verified = ecopy(home, "audit", "verify", "--lang", "en")
    assert (verified.returncode, "Sound" in verified.stdout) == (0, True)
    assert ecopy(home, "audit", "review").returncode == 0
    target = tmp_path / "evidence.zip"
    assert ecopy(home, "audit", "export", target, "--purpose", "inspection").returncode == 0
    with zipfile.ZipFile(target) as archive:
        archive.extractall(tmp_path)
    checked = subprocess.run(
        [sys.executable, "-I", "verify_audit.py", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, "SOUND" in checked.stdout) == (0, True), checked.stdout


def test_a_damaged_trail_is_exit_code_1_with_every_finding(home: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(home, tmp_path / "home")
    with open_application(load_settings(home=tmp_path / "home")) as app, app.engine.begin() as connection:
        connection.execute(t.audit.update().where(t.audit.c.seq == 1).values(actor="x"))
    done = ecopy(tmp_path / "home", "audit", "verify", "--json")
    assert done.returncode == 1
    (told,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(f["kind"], f["first"]) for f in told["faults"]] == [("altered", 1)]
