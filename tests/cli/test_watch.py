"""`ecopy watch` takes in what lies in a folder, says what became of each file, and stops when told to."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from models.ids import new_id
from models.states import DocumentState
from tests.machines import paper
from tests.pipeline.support import application, documents_of


def ecopy(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["watch", "--home", str(home), "--every", "0.01", *words])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("watching") / "home"


@pytest.fixture
def handlers() -> Iterator[None]:
    """Signals are handled afterwards as before."""
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)


def test_once_takes_in_and_works_on_what_lies_there(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOPY_OCR_ENGINE", "tesseract")
    folder = tmp_path / "scans"
    folder.mkdir()
    assert ecopy(home, str(folder), "--once", "--no-work").exit_code == 0  # nothing there: done at once
    (folder / "a.pdf").write_bytes(paper(new_id()))
    (folder / "b.pdf").write_bytes(b"junk")
    (folder / "Thumbs.db").write_bytes(b"x")
    done = ecopy(home, str(folder), "--once", "--json")
    told = {line["file"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert done.exit_code == 1
    assert (told["a.pdf"]["outcome"], told["b.pdf"]["outcome"]) == ("received", "refused")
    assert told["b.pdf"]["error"]["code"] == "INPUT_NOT_A_DOCUMENT"
    with application(home) as office:
        states = {document.id: document.state for document in documents_of(office)}
    assert states[told["a.pdf"]["documents"][0]] is DocumentState.IN_REVIEW
    again = ecopy(home, str(folder), "--once", "--no-work", "--lang", "en")
    assert again.exit_code == 0
    assert "1 files are no documents by their names" in again.stderr


def test_wrong_words_are_told_before_anything_is_taken(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    for words, code in (
        ((str(tmp_path / "nowhere"),), "PATH_NOT_FOUND"),
        ((str(folder), "--lot", "a", "--dossier-from", "name"), "USAGE"),
        ((str(folder), "--looks", "0"), "USAGE"),
        ((str(home.parent),), "WATCH_FOLDER_WRONG"),
        ((str(folder), "--lot", "nobody's"), "NOT_FOUND"),
    ):
        done = ecopy(home, *words, "--once", "--json")
        assert json.loads(done.stdout)["error"]["code"] == code


@pytest.mark.usefixtures("handlers")
def test_it_goes_on_until_it_is_told_to_stop(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOPY_OCR_ENGINE", "tesseract")
    folder = tmp_path / "scans"
    folder.mkdir()
    found: list[bool] = []

    def scanner() -> None:
        draft = folder / "a.pdf.part"
        draft.write_bytes(paper(new_id()))
        draft.rename(folder / "a.pdf")
        until = time.monotonic() + 60
        while not (taken := bool(list(folder.glob("done/*/a.pdf")))) and time.monotonic() < until:
            time.sleep(0.02)
        found.append(taken)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=scanner)
    thread.start()
    done = ecopy(home, str(folder), "--looks", "2", "--lang", "vi")
    thread.join()
    assert found == [True]
    assert done.exit_code == 0
    assert f"Đang theo dõi {folder}" in done.stderr.replace("\n", "")
    assert "Đã nhận  a.pdf" in done.stderr
