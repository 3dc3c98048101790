"""Reports: how a kiosk is, kept as its last word, with what an administrator should look at."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.ids import new_id
from models.times import iso
from pipeline.identity import clients
from pipeline.kiosks.reports import counted_kiosks, kiosks_of
from storage.audit.chain import entries
from tests import warm
from tests.clocks import FixedClock
from tests.web.identities import PURPOSE
from tests.web.kiosks.joining import Newcomer, newcomer
from tests.web.support import Served

REPORT, REPORTS = "/api/v1/kiosk/report", "/api/v1/kiosk/reports"
GIB = 1 << 30


def said(clock: FixedClock, **more: Any) -> dict[str, Any]:
    return {
        "version": "0.1.0",
        "at": iso(clock.now()),
        "spool": {"open": 1, "closed": 2, "pages": 7, "bytes": 9_000_000, "free": 40 * GIB},
        "scanners": [{"name": "Fujitsu fi-8170", "ready": True}],
        **more,
    }


def test_a_kiosk_that_is_well_is_told_so_and_what_the_time_is(kiosk: httpx.Client, clock: FixedClock) -> None:
    answer = kiosk.post(REPORT, json=said(clock))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "server_time": iso(clock.now()),
        "clock_skew_s": 0,
        "orders": kiosk.get("/api/v1/kiosk/orders").headers["etag"].strip('"'),
        "least_version": "0.1",
        "state": "well",
        "troubles": [],
    }


@pytest.mark.parametrize("days", [365, -365, 20_000, -20_000])
def test_a_clock_that_is_off_by_years_is_told_and_nothing_is_lost(
    kiosk: httpx.Client, device: Newcomer, administrator: httpx.Client, clock: FixedClock, days: int
) -> None:
    off = clock.now().astimezone(UTC) + timedelta(days=days)  # Vietnam was at +08:00 until 1975
    oldest = iso(off - timedelta(hours=2))
    spool = {"open": 0, "closed": 1, "pages": 1, "bytes": 10, "free": 40 * GIB, "oldest": oldest}
    answer = kiosk.post(REPORT, json=said(clock, at=iso(off), spool=spool)).json()
    assert (answer["clock_skew_s"], answer["troubles"]) == (days * 86_400, ["clock_off"])
    assert reported(administrator, device.id)["clock_skew_s"] == days * 86_400


@pytest.mark.parametrize(
    ("more", "troubles"),
    [
        ({"version": "0.0.9"}, ["version_old"]),
        ({"version": "0.1.0.dev3+g1"}, []),
        ({"version": "1.0"}, []),
        ({"scanners": []}, ["scanner_missing"]),
        ({"scanners": [{"name": "a", "ready": False}]}, ["scanner_missing"]),
        ({"spool": {"free": GIB}}, ["disk_low"]),
    ],
)
def test_what_is_to_be_looked_at_is_named(
    kiosk: httpx.Client, clock: FixedClock, more: dict[str, Any], troubles: list[str]
) -> None:
    answer = kiosk.post(REPORT, json=said(clock, **more)).json()
    assert (answer["troubles"], answer["state"]) == (troubles, "troubled" if troubles else "well")


def test_a_paper_that_waits_for_more_than_a_day_is_told(kiosk: httpx.Client, clock: FixedClock) -> None:
    for hours, troubles in ((23, []), (25, ["spool_waits"])):
        spool = {"closed": 1, "free": 40 * GIB, "oldest": iso(clock.now() - timedelta(hours=hours))}
        assert kiosk.post(REPORT, json=said(clock, spool=spool)).json()["troubles"] == troubles


@pytest.mark.parametrize("at", ["0001-01-02T00:00:00+07:00", "9999-12-30T23:59:59+07:00"])
def test_a_clock_at_the_end_of_time_is_only_off(kiosk: httpx.Client, clock: FixedClock, at: str) -> None:
    answer = kiosk.post(REPORT, json=said(clock, at=at)).json()
    assert answer["troubles"] == ["clock_off"]


@pytest.mark.parametrize(
    "more",
    [
        {"version": "<script>"},
        {"at": "2026-11-22T09:15:04"},
        {"at": "yesterday"},
        {"at": "9999-12-31T23:59:59-14:00"},
        {"spool": {"free": -1}},
        {"spool": {}},
        {"scanners": [{"name": "a", "ready": True}] * 21},
        {"last_fault": {"code": "Nguyễn Văn A", "at": "2026-11-22T09:15:04+07:00"}},
        {"holder": "001190000140"},
    ],
)
def test_what_is_no_report_is_refused(kiosk: httpx.Client, clock: FixedClock, more: dict[str, Any]) -> None:
    assert kiosk.post(REPORT, json=said(clock, **more)).status_code == 422


def reported(administrator: httpx.Client, device: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = administrator.get(REPORTS, params=query).json()
        found += page["items"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert [one["client"] for one in found] == sorted(one["client"] for one in found)
    (mine,) = [one for one in found if one["client"] == device]
    return mine


def test_the_last_word_is_kept_and_the_administrator_reads_it(
    kiosk: httpx.Client, device: Newcomer, administrator: httpx.Client, clock: FixedClock
) -> None:
    fault = {"code": "SCANNER_JAM", "at": iso(clock.now()), "scan": new_id()}
    kiosk.post(REPORT, json=said(clock, version="0.1.1"))
    words = said(clock, last_fault=fault)
    kiosk.post(REPORT, json=words)
    mine = reported(administrator, device.id)
    assert (mine["state"], mine["seen_at"], mine["name"]) == ("well", iso(clock.now()), "Kiosk")
    assert mine["report"]["version"] == "0.1.0"
    assert mine["report"]["last_fault"] == fault
    assert mine["report"]["spool"]["pages"] == 7
    assert kiosk.get(REPORTS).json()["code"] == "ROLE_NOT_ALLOWED"
    assert administrator.post(REPORT, json=words).json()["code"] == "ROLE_NOT_ALLOWED"


def test_reports_come_every_few_minutes_and_do_not_fill_the_trail(
    kiosk: httpx.Client, device: Newcomer, clock: FixedClock
) -> None:
    def entered() -> int:
        with device.house.office.register.reading() as connection:
            return sum(1 for _ in entries(connection))

    kiosk.post(REPORT, json=said(clock))
    before = entered()
    for _ in range(3):
        kiosk.post(REPORT, json=said(clock))
    assert entered() == before


def test_who_says_nothing_for_a_day_is_silent_and_who_is_closed_is_not_counted(
    house: Served, clock: FixedClock
) -> None:
    def counted() -> dict[str, int]:
        with house.office.register.reading() as connection:
            return dict(counted_kiosks(connection, clock.now()))

    one = newcomer(house, clock)
    one.join()
    with one.connected() as http:
        http.post(REPORT, json=said(clock))
    assert kiosks_of(house.office, [one.id])[one.id][1] == "well"
    clock.move(timedelta(hours=24, seconds=1))
    assert kiosks_of(house.office, [one.id])[one.id][1] == "silent"
    silent = counted()["silent"]
    assert silent > 0
    clients.close_client(house.office, one.id, purpose=PURPOSE)
    assert counted()["silent"] == silent - 1


def test_the_command_line_invites_and_shows_what_kiosks_said(
    kiosk: httpx.Client, device: Newcomer, clock: FixedClock
) -> None:
    kiosk.post(REPORT, json=said(clock, at=iso(clock.now() + timedelta(hours=1))))
    home: Path = device.house.office.settings.home
    invited = warm.run(("client", "invite", device.id, "--home", home, "--json"))
    assert json.loads(invited.stdout)["id"] == device.id, invited.stderr
    listed = warm.run(("client", "list", "--home", home, "--json"))
    mine = next(one for one in map(json.loads, listed.stdout.splitlines()) if one["id"] == device.id)
    assert (mine["kiosk"]["clock_skew_s"], mine["kiosk"]["report"]["version"]) == (3600, "0.1.0")
    assert "clock_off" in mine["kiosk"]["troubles"]
    shown = warm.run(("client", "list", "--home", home))
    assert "+3600 s" in shown.stdout
    assert "lệch" in shown.stdout


def test_two_programs_with_one_identity_are_told_apart_from_one_that_was_started_again(
    kiosk: httpx.Client, clock: FixedClock
) -> None:
    first, second = new_id(), new_id()

    def troubles(run: str) -> list[str]:
        answer = kiosk.post(REPORT, json=said(clock, run=run))
        assert answer.status_code == 200, answer.text
        found: list[str] = answer.json()["troubles"]
        return found

    assert troubles(first) == troubles(first) == []
    assert troubles(second) == [], "the program was started again"
    assert troubles(first) == ["two_at_once"]
    assert troubles(second) == ["two_at_once"]
    assert troubles(second) == [], "the other one was stopped"
