"""`ecopy kiosk` from the command line: joined, scanned, sent, told how it is; and what goes wrong said with its remedy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import warm
from tests.kiosk_agent.counters import dossier, invited
from tests.web.kiosks.joining import drawn
from tests.web.support import Served


class Kiosk:
    """A kiosk's folder, and the command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paper = folder / "paper"
        self.paper.mkdir(parents=True)
        self.env = {
            **os.environ,
            "ECOPY_KIOSK_HOME": str(folder / "home"),
            "ECOPY_KIOSK_KEY_STORE": "file",
            "ECOPY_KIOSK_SCANNER": f"folder:{self.paper}",
            "ECOPY_KIOSK_LISTEN": "127.0.0.1:18017",
            "ECOPY_KIOSK_KEEP_FREE_MIB": "16",
        }

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        return warm.run(("kiosk", *words), env=self.env, timeout=60)

    def told(self, *words: object) -> list[dict[str, Any]]:
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr + done.stdout
        return [json.loads(line) for line in done.stdout.splitlines()]

    def lay(self, *pictures: bytes) -> None:
        for number, content in enumerate(pictures):
            path = self.paper / f"{number:02d}.jpg"
            path.write_bytes(content)
            os.utime(path, (time.time() - 60,) * 2)  # it has lain there for a while


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


def test_from_the_code_to_the_receipt(house: Served, kiosk: Kiosk) -> None:
    client, code = invited(house)
    assert kiosk.run("status").returncode != 0
    assert kiosk.told("enroll", house.url, "--code", code)[0]["client"] == client
    again = kiosk.run("enroll", house.url, "--code", code)
    assert "KIOSK_ENROLLED" in again.stderr
    assert "giay-to" in {one["name"] for one in kiosk.told("profiles")}

    findings = {one["what"]: one for one in kiosk.told("doctor")}
    assert {one["mood"] for one in findings.values()} == {"well"}, findings
    assert set(findings) >= {"enrolment", "secrets", "server", "clock", "orders", "spool", "disk", "scanner"}

    where = dossier(house)
    kiosk.lay(drawn().content, drawn().content)
    said = kiosk.told(
        "scan",
        "--dossier",
        where,
        "--component",
        "TK",
        "--presented-as",
        "ban_chinh",
        "--pages",
        2,
        "--as",
        "Trần Thị Mẫu",
    )
    assert [one["page"] for one in said[:2]] == [1, 2]
    assert said[2]["receipt"].count(".") == 2
    assert kiosk.told("spool") == []
    (state,) = kiosk.told("status")
    assert (state["spool"]["pages"], state["done"][0]["dossier"]) == (0, where)


def test_without_a_line_it_keeps_and_says_so_and_sends_later(house: Served, kiosk: Kiosk) -> None:
    kiosk.told("enroll", house.url, "--code", invited(house)[1])
    belonging = kiosk.folder / "home" / "kiosk.json"
    kept = belonging.read_text()
    belonging.write_text(kept.replace(house.url, "http://127.0.0.1:9"))
    where = dossier(house)
    kiosk.lay(drawn().content)
    done = kiosk.run("scan", "--dossier", where, "--component", "TK", "--presented-as", "ban_chinh")
    assert done.returncode == 1
    assert "SERVER_UNREACHABLE" in done.stderr
    (waiting,) = kiosk.told("spool")
    assert (waiting["state"], waiting["dossier"]) == ("closed", where)
    finding = next(
        one
        for one in map(json.loads, kiosk.run("doctor", "--json").stdout.splitlines())
        if one["what"] == "server"
    )
    assert finding["mood"] == "stop"
    belonging.write_text(kept)
    assert kiosk.run("spool", "--send").returncode == 0
    assert kiosk.told("spool") == []


def test_nothing_in_the_scanner_leaves_no_empty_paper_behind(house: Served, kiosk: Kiosk) -> None:
    kiosk.told("enroll", house.url, "--code", invited(house)[1])
    done = kiosk.run("scan", "--dossier", dossier(house), "--presented-as", "ban_chinh", "--lang", "en")
    assert done.returncode != 0
    assert "SCANNER_NO_PAPER" in done.stderr
    unknown = kiosk.run("scan", "--dossier", "gì đó", "--presented-as", "ban_chinh")
    assert "BAD_DOSSIER_CODE" in unknown.stderr
    profile = kiosk.run("scan", "--dossier", dossier(house), "--presented-as", "ban_chinh", "--profile", "x")
    assert "KIOSK_PROFILE_UNKNOWN" in profile.stderr
    assert kiosk.told("spool") == []


@pytest.mark.slow
def test_while_the_page_runs_other_commands_ask_it_and_a_second_one_is_refused(
    house: Served, kiosk: Kiosk
) -> None:
    kiosk.told("enroll", house.url, "--code", invited(house)[1])
    running = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "kiosk", "run"], env=kiosk.env, stderr=subprocess.PIPE, text=True
    )
    try:
        end = time.monotonic() + 30
        while True:
            try:
                if httpx.get("http://127.0.0.1:18017/api/state", trust_env=False).is_success:
                    break
            except httpx.TransportError:
                assert time.monotonic() < end
                time.sleep(0.05)
        (state,) = kiosk.told("status")
        assert state["client"].startswith("device:")
        second = kiosk.run("run", "--listen", "127.0.0.1:18018")
        assert "SPOOL_BUSY" in second.stderr
        assert {one["mood"] for one in kiosk.told("doctor")} == {"well"}
    finally:
        running.terminate()
        running.communicate(timeout=20)
    assert running.returncode == 0


def test_where_only_the_kiosk_s_parts_are_installed_a_command_of_the_server_s_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from cli import console

    monkeypatch.setitem(sys.modules, "cli.init", _Needing("sqlalchemy"))
    assert console.run("init", console.Console(language="vi", json=False), {}) == 2
    said = capsys.readouterr().err
    assert "PARTS_MISSING" in said
    assert "ecopy[server]" in said


class _Needing:
    """A command whose library is not installed."""

    def __init__(self, name: str) -> None:
        self._name = name

    def run(self, *_: object, **__: object) -> int:
        raise ModuleNotFoundError(f"No module named '{self._name}'", name=self._name)
