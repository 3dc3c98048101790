"""Codes to join by, reports, and keys that pages are sealed to, alike on every database."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from models.access import CallerKind
from models.times import iso
from models.wire.devices import DeviceReport
from models.wire.sealed import SealingKey
from storage.access import clients, enrolments
from storage.access.enrolments import ReportRecord
from storage.uploads.keys import KeptSealingKey, keep_sealing_key, kept_sealing_keys
from tests.storage.support import Room

DAY = timedelta(days=1)
CODE, OTHER = "7K3DM9QX2VTAR4HB", "0000000000000001"


@pytest.fixture
def kiosks(home: Room) -> Room:
    with home.register.transaction(actor="t", purpose="t") as tx:
        for name in ("a", "b"):
            clients.add_client(tx, CallerKind.DEVICE, name, name=name, agency="H99.01")
    return home


def invite(home: Room, code: str = CODE, client: str = "device:a") -> str:
    with home.register.transaction(actor="t", purpose="t") as tx:
        return enrolments.invite(tx, client, code, lifetime=DAY)


def use(home: Room, code: str = CODE) -> str | None:
    with home.register.transaction(actor="t", purpose="t") as tx:
        return enrolments.use_code(tx, code)


def test_a_code_is_used_once_until_it_runs_out(kiosks: Room) -> None:
    assert invite(kiosks) == iso(kiosks.clock.now() + DAY)
    assert (use(kiosks, OTHER), use(kiosks), use(kiosks)) == (None, "device:a", None)
    invite(kiosks)
    kiosks.clock.move(DAY)
    assert use(kiosks) is None
    with kiosks.register.reading() as connection:
        assert enrolments.invited(connection, CODE) == "device:a", "for the record of who was refused"


def test_a_newer_code_and_a_closing_end_the_older(kiosks: Room) -> None:
    invite(kiosks)
    invite(kiosks, OTHER)
    assert use(kiosks) is None
    with kiosks.register.transaction(actor="t", purpose="t") as tx:
        clients.close_client(tx, "device:a")
    assert use(kiosks, OTHER) is None


def test_what_is_rolled_back_did_not_use_the_code(kiosks: Room) -> None:
    invite(kiosks)

    def interrupted() -> None:
        with kiosks.register.transaction(actor="t", purpose="t") as tx:
            assert enrolments.use_code(tx, CODE) == "device:a"
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert use(kiosks) == "device:a"


def test_of_many_at_once_one_has_it(kiosks: Room) -> None:
    invite(kiosks)
    got: list[str | None] = []
    threads = [threading.Thread(target=lambda: got.append(use(kiosks))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one or "" for one in got) == [""] * 5 + ["device:a"]


def test_the_last_report_of_each_is_kept(kiosks: Room) -> None:
    def said(client: str, version: str, troubled: bool = False) -> None:
        report = DeviceReport.model_validate(
            {"version": version, "at": iso(kiosks.clock.now()), "spool": {"free": 1 << 40}}
        )
        troubles = ("clock_off",) if troubled else ()
        record = ReportRecord(client, iso(kiosks.clock.now()), -(1 << 40), troubles, report)
        enrolments.note_report(kiosks.engine, record)

    said("device:b", "1.0", troubled=True)
    said("device:a", "1.0")
    said("device:a", "1.1")
    with kiosks.register.reading() as connection:
        first, second = enrolments.reports_after(connection, "", 10)
        assert enrolments.reports_after(connection, "device:a", 10) == [second]
        assert enrolments.reports_of(connection, ["device:a", "device:c"]) == {"device:a": first}
        assert sorted(troubled for _, troubled in enrolments.kiosks_seen(connection)) == [False, True]
    assert (first.report.version, first.troubles, first.clock_skew_s) == ("1.1", (), -(1 << 40))
    assert (second.client_id, second.troubles) == ("device:b", ("clock_off",))
    with kiosks.register.transaction(actor="t", purpose="t") as tx:
        clients.close_client(tx, "device:b")
    with kiosks.register.reading() as connection:
        assert [troubled for _, troubled in enrolments.kiosks_seen(connection)] == [False]


def test_keys_that_pages_are_sealed_to_stay_newest_first(home: Room) -> None:
    older, newer = (KeptSealingKey(SealingKey(x=name, kid=name), f"seal1.{name}") for name in "ab")
    for one in (older, newer):
        with home.register.transaction(actor="t", purpose="t") as tx:
            keep_sealing_key(tx, one)
        home.clock.move(timedelta(seconds=1))
    with home.register.reading() as connection:
        assert kept_sealing_keys(connection) == [newer, older]
        assert kept_sealing_keys(connection, "a") == [older]
        assert kept_sealing_keys(connection, "c") == []
