"""The log says what happened and what it was about, line by line, and nothing that stands on a paper or names a person."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models.errors import CertificateRefused, EngineFault, StoreDown, Unreadable
from pipeline import worker
from pipeline.attempts import Acting, acting
from pipeline.observing.context import about, carried, known
from pipeline.observing.logs import FILE_NAME, logging_of, told
from pipeline.settings import Settings, load_settings
from pipeline.stages.read import Read
from pipeline.stages.receive import receive
from pipeline.worker import Worker
from storage import schema as t
from tests.machines import paper
from tests.pipeline.support import application

MARKS = ("Trần Thị Mộc", "034199912345", "so-khai-sinh-Tran-Thi-Moc")
"""A name and a number on the paper, and the name of its file."""


def settings_of(home: Path, **more: Any) -> Settings:
    return load_settings(home=home, log="json", log_level="debug", **more)


def lines(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


def test_papers_are_followed_from_line_to_line_and_what_stands_on_them_is_in_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, number, stem = MARKS
    good, bad, odd = (tmp_path / f"{stem}-{n}.pdf" for n in range(3))
    good.write_bytes(paper(f"{name} {number}"))
    bad.write_bytes(b"%PDF-1.7 " + name.encode())
    odd.write_bytes(paper(f"{number} {name}"))
    read = Read.run

    def run(self: Read, app: Any, document: Any) -> None:
        if document.source_id == ids[2]:
            with app.engine.begin() as connection:  # its message would tell the values
                connection.execute(sa.insert(t.judgements).values(document_id=document.id, truth=name))
        read(self, app, document)

    monkeypatch.setattr(Read, "run", run)
    monkeypatch.setattr(worker, "ATTEMPTS", 1)
    with application(tmp_path / "home") as app, logging_of(settings_of(tmp_path), service=True) as is_json:
        assert is_json
        with acting(Acting("clerk", "", "H01.23")):
            ids = [
                receive(app, path, intake="archive", presented_as="ban_chinh", forced_type=None).id
                for path in (good, bad, odd)
            ]
        documents = [app.register.scan_of(one).id for one in ids]
        assert Worker(app).run_due() == 3
    said = capsys.readouterr().err
    for mark in (*MARKS, *name.split()):
        assert mark not in said
    found = lines(said)
    assert all(line["time"].endswith("+07:00") and line["event"] and line["logger"] for line in found)
    stages = [line for line in found if line["logger"] == "ecopy.stages" and line["event"] == "done"]
    assert {line["stage"] for line in stages if line["document_id"] == documents[0]} >= {"read", "review"}
    assert all(line["source_id"] in ids and line["agency"] == "H01.23" for line in stages)
    assert all(line["seconds"] >= 0 for line in stages)
    (refused,) = [line for line in found if line["event"].startswith("refused:")]
    assert (refused["document_id"], refused["source_id"]) == (documents[1], ids[1])
    (unforeseen,) = [line for line in found if "exception" in line]
    assert (unforeseen["level"], unforeseen["source_id"]) == ("error", ids[2])
    assert unforeseen["exception"][-1] == "IntegrityError"
    assert any(frame.endswith("Worker._try") for frame in unforeseen["exception"])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            StoreDown(store="s3", reason="connection refused"),
            "STORAGE_STORE_DOWN: The store s3 can't be reached: connection refused",
        ),
        (EngineFault(engine="own", reason="killed"), "ENGINE_FAULT: The engine own failed: killed"),
        (Unreadable(reason="Trần Thị Mộc"), "INPUT_UNREADABLE: "),
        (CertificateRefused(reason="Trần Thị Mộc"), "SIGNING_CERTIFICATE_REFUSED: "),
        (
            FileNotFoundError(2, "No such file", "so-khai-sinh-Tran-Thi-Moc.pdf"),
            "FileNotFoundError: No such file",
        ),
        (ValueError("Trần Thị Mộc"), "ValueError"),
    ],
)
def test_an_error_is_told_without_what_may_be_personal(fault: Exception, words: str) -> None:
    assert told(fault).startswith(words)
    assert not any(mark in told(fault) for mark in MARKS)


def test_text_for_people_keeps_an_event_on_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_of(load_settings(home=tmp_path, log="text"), service=True), about(request_id="r-1"):
        try:
            raise KeyError("Trần")
        except KeyError:
            logging.getLogger("ecopy.web").exception("two\nlines")
    first, *way = capsys.readouterr().err.splitlines()
    assert first.endswith("error ecopy.web two␤lines request_id=r-1")
    assert way[-1] == "    KeyError"


def test_commands_write_beside_their_data_and_services_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings(home=tmp_path / "home")
    for service in (False, True):
        with logging_of(settings, service=service):
            logging.getLogger("ecopy.worker").warning("service: %s", service)
            logging.getLogger("ecopy.worker").info("only a service says so")
            logging.getLogger("somebody.else").info("never said")
    written = (settings.home / FILE_NAME).read_text(encoding="utf-8").splitlines()
    assert [line.split(" ", 1)[1] for line in written] == ["warning ecopy.worker service: False"]
    said = [line["event"] for line in lines(capsys.readouterr().err)]
    assert said == ["service: True", "only a service says so"]


def test_a_thread_that_nobody_looks_after_ends_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise RuntimeError("Trần")

    with logging_of(settings_of(tmp_path), service=True):
        thread = threading.Thread(target=broken, name="one")
        thread.start()
        thread.join()
    (line,) = lines(capsys.readouterr().err)
    assert (line["level"], line["event"], line["exception"][-1]) == (
        "critical",
        "the thread one ended",
        "RuntimeError",
    )


def test_a_full_disk_costs_lines_of_the_log_and_keeps_nobody_from_going_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / FILE_NAME
    place.symlink_to("/dev/full")
    log = logging.getLogger("ecopy.worker")
    with logging_of(load_settings(home=tmp_path, log="file"), service=True):
        for number in range(3):
            log.warning("source %s waits", number)
        assert capsys.readouterr().err == f"{place}: No space left on device\n"


def test_what_work_is_about_goes_with_it_to_other_threads() -> None:
    found: list[dict[str, str]] = []
    with about(document_id="d", stage="read"), about(stage="pages", agency=None):
        there = carried(lambda: found.append(known()))
    thread = threading.Thread(target=there)
    thread.start()
    thread.join()
    assert found == [{"document_id": "d", "stage": "pages"}]
    assert known() == {}
    with pytest.raises(ValueError, match="filename"), about(filename="a.pdf"):
        pass
