"""`ecopy top` tells what machines do and what waits: to people on eighty columns, to machines as JSON."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import termios
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from cli.main import app
from models.ids import new_id
from models.times import iso
from pipeline.application import Application
from pipeline.stages.receive import receive
from storage import schema as t
from storage import work
from storage.machines import MachineRecord, note_machine
from tests.pipeline.support import application
from tests.warm import ECOPY

HOLDER = "may-2:/var/lib/ecopy"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three papers of two agencies, one of them at work and one parked; a machine that lives and one that fell silent."""
    tmp_path = tmp_path_factory.mktemp("top")
    with application(tmp_path / "home") as office:
        began = office.clock.now() - timedelta(hours=3, minutes=20)
        sources = [come_in(office, tmp_path / f"{n}.pdf", iso(began)) for n in range(3)]
        now = iso(office.clock.now())
        with office.register.transaction(actor="test", purpose="t") as tx:
            held, parked = (work.claim_source(tx, one, HOLDER, until=now) for one in sources[:2])
            assert held is not None
            assert parked is not None
            work.renew(tx, HOLDER, [sources[0]], until=iso(office.clock.now() + timedelta(minutes=3)))
            work.park(tx, parked, attempts=4, code="ENGINE_FAULT")
            document = office.register.scan_of(sources[0]).id
            row = {"document_id": document, "version": "1", "facts": "{}", "seconds": 0.1, "created_at": now}
            rows = [{**row, "id": new_id(), "stage": "read", "page": page} for page in range(1, 11)]
            tx.connection.execute(t.derivations.insert(), rows)
            name = "UBND [phường] Có Tên Rất Dài Không Vừa Một Dòng"
            tx.connection.execute(
                t.agencies.insert().values(identifier="H01.23.05", valid_from="2025-07-01", name=name)
            )
        for holder, ago in (
            (HOLDER, -120),
            ("may-chu-so-hoa-kho-luu-tru-so-1:/srv/ecopy/kho", 3 * 86_400 - 3600),
        ):
            seen = iso(office.clock.now() - timedelta(seconds=ago))
            machine = MachineRecord(holder, "worker", 4, "1", {"read": 3, "sign": 1}, seen, seen)
            note_machine(office.engine, machine, forget_before="2000")
    return tmp_path / "home"


def come_in(office: Application, path: Path, at: str) -> str:
    path.write_bytes(path.name.encode())
    source = receive(office, path, intake="archive", presented_as="ban_chinh", forced_type=None)
    with office.engine.begin() as connection:
        mine = t.jobs.c.source_id == source.id
        connection.execute(
            sa.update(t.jobs).where(mine).values(created_at=at, ready_at=at, agency="H01.23.05")
        )
    return source.id


def test_machines_read_it_as_json(home: Path) -> None:
    said = CliRunner().invoke(app, ["top", "--json", "--home", str(home)])
    found = json.loads(said.output)
    assert found["pages_per_minute"] == {"read": 2.0}
    archive = next(one for one in found["waiting"] if one["priority"] == "archive")
    assert archive["oldest_s"] == pytest.approx(3 * 3600 + 1200, abs=300)
    assert [archive[state] for state in ("due", "leased", "waiting", "parked")] == [1, 1, 0, 1]
    (agency,) = found["agencies"]
    assert (agency["agency"], agency["jobs"]) == ("H01.23.05", 2)
    machines = {one["name"]: (one["alive"], one["jobs"]) for one in found["machines"]}
    assert machines[HOLDER] == (True, 1)
    assert sorted(alive for alive, _ in machines.values()) == [False, True]
    assert (found["stages"], found["parked"]) == ({"read": 3, "sign": 1}, {"ENGINE_FAULT": 1})


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ("1 máy", "2,0 trang/phút", "3 giờ", "Gác lại: ENGINE_FAULT 1", "✘ 2 ngày")),
        ("en", ("1 machines", "2.0 pages/min", "3 h", "Parked: ENGINE_FAULT 1", "✘ 2 d")),
    ],
)
def test_people_see_it_once_on_eighty_columns(home: Path, language: str, words: tuple[str, ...]) -> None:
    said = CliRunner(env={"COLUMNS": "80"}).invoke(
        app, ["top", "--once", "--home", str(home), "--lang", language]
    )
    assert [word for word in words if word not in said.output] == []
    assert "[phường]" in said.output
    assert max(len(line) for line in said.output.splitlines()) <= 80
    assert len(said.output.splitlines()) <= 24


def test_it_goes_on_in_a_terminal_until_q_is_pressed_and_leaves_that_as_it_was(home: Path) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    before = termios.tcgetattr(theirs)
    shown = subprocess.Popen(
        [str(ECOPY), "top", "--every", "0.5", "--home", str(home)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "ECOPY_LANGUAGE": "vi"},
    )
    said = b""
    while said.count("q: thoát".encode()) < 2:
        said += os.read(ours, 1 << 16)
    os.write(ours, b"q")
    while b"\x1b[?1049l" not in said:
        said += os.read(ours, 1 << 16)
    assert shown.wait(60) == 0
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
