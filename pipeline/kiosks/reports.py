"""How kiosks are: what each said last, how far its clock is off, and what an administrator should look at."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from models.access import Caller
from models.times import iso
from models.wire.devices import DeviceReport, KioskState, ReportAnswer, Trouble
from pipeline.application import Application
from pipeline.identity.people import on_record
from pipeline.kiosks.orders import orders_for
from pipeline.papers.scanning import CLOCKS_DIFFER
from storage.access import clients as store
from storage.access.enrolments import (
    ReportRecord,
    kiosks_seen,
    note_report,
    reports_after,
    reports_of,
)

log = logging.getLogger("ecopy.kiosks")

SILENT_AFTER = timedelta(hours=24)
"""Counters are closed at night; a kiosk that said nothing for a whole day is looked at."""
CLOCK_OFF = CLOCKS_DIFFER / 10
"""A tenth of what records of scanning are refused for, so that it is seen before."""
WAITS_LONG = timedelta(hours=24)
DISK_LOW = 2 << 30


@dataclass(frozen=True)
class Kiosk:
    """A kiosk as it last said it is, and what that comes to now."""

    client: store.ClientRecord
    record: ReportRecord
    state: KioskState


def take_report(app: Application, device: Caller, report: DeviceReport) -> ReportAnswer:
    """Keep what a kiosk says in place of what it said before. Raises as `orders_for`."""
    now = app.clock.now()
    skew = round((datetime.fromisoformat(report.at) - now).total_seconds())
    with app.register.reading() as connection:
        last = reports_of(connection, [device.id]).get(device.id)
    before, came_back = _runs(last, report)
    troubles = _troubles(app, report, skew, two_at_once=came_back)
    if came_back:
        log.warning("two programs come in as %s", device.id)
    note_report(app.engine, ReportRecord(device.id, iso(now), skew, troubles, report, before))
    orders = orders_for(app, device)  # kept is what it said, whatever comes of this
    return ReportAnswer(
        server_time=iso(now),
        clock_skew_s=skew,
        orders=orders.mark,
        least_version=app.settings.kiosk_least_version,
        state="troubled" if troubles else "well",
        troubles=troubles,
    )


def kiosks_from(app: Application, after: str, limit: int, *, purpose: str) -> list[Kiosk]:
    """At most `limit` kiosks that ever said anything, behind `after`, by id."""
    with on_record(app, "look_at_kiosks", "kiosks", purpose) as tx:
        tx.audit("look_at_kiosks", "kiosks")
        found = reports_after(tx.connection, after, limit)
        return [
            Kiosk(store.client(tx.connection, one.client_id), one, _state(app.clock.now(), one))
            for one in found
        ]


def kiosks_of(app: Application, clients: Iterable[str]) -> dict[str, tuple[ReportRecord, KioskState]]:
    """What those of the clients said last that are kiosks and said anything."""
    now = app.clock.now()
    with app.register.reading() as connection:
        found = reports_of(connection, clients)
    return {name: (record, _state(now, record)) for name, record in found.items()}


def counted_kiosks(connection: sa.Connection, now: datetime) -> Counter[KioskState]:
    """Kiosks that may come in, by their state."""
    return Counter(_judged(seen_at, troubled, now) for seen_at, troubled in kiosks_seen(connection))


def _state(now: datetime, record: ReportRecord) -> KioskState:
    return _judged(record.seen_at, bool(record.troubles), now)


def _judged(seen_at: str, troubled: bool, now: datetime) -> KioskState:
    if now - datetime.fromisoformat(seen_at) > SILENT_AFTER:
        return "silent"
    return "troubled" if troubled else "well"


def _runs(last: ReportRecord | None, report: DeviceReport) -> tuple[str | None, bool]:
    """The start of the program before this one, and whether this one has come back after another had taken its place: a
    program that was started anew never does, two that live at once do so in turn."""
    if last is None or report.run is None or last.report.run is None or report.run == last.report.run:
        return (last.run_before if last is not None else None), False
    return last.report.run, report.run == last.run_before


def _troubles(
    app: Application, report: DeviceReport, skew_s: int, *, two_at_once: bool
) -> tuple[Trouble, ...]:
    spool, least = report.spool, app.settings.kiosk_least_version
    said, waits = datetime.fromisoformat(report.at), WAITS_LONG
    found: dict[Trouble, bool] = {
        "clock_off": abs(skew_s) > CLOCK_OFF.total_seconds(),
        "version_old": least is not None and _version(report.version) < _version(least),
        # both by the kiosk's clock, so that a wrong one makes nothing old
        "spool_waits": spool.oldest is not None and said - datetime.fromisoformat(spool.oldest) > waits,
        "disk_low": spool.free < DISK_LOW,
        "scanner_missing": not any(scanner.ready for scanner in report.scanners),
        "two_at_once": two_at_once,
    }
    return tuple(name for name, holds in found.items() if holds)


def _version(text: str) -> tuple[int, ...]:
    """The numbers of a release; what comes behind them (`.dev1`, `+local`) makes none older, nor do zeros at the end."""
    release = re.match(r"\d+(\.\d+)*", text)
    numbers = [int(number) for number in release[0].split(".")] if release else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
