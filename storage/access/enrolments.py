"""Codes that a client joins by, once; and what each kiosk said of itself last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models.times import iso
from models.wire.devices import DeviceReport, Trouble
from storage import schema as t
from storage.register import Transaction

_E, _R = t.enrolments, t.device_reports


@dataclass(frozen=True)
class ReportRecord:
    """What a kiosk said last; `seen_at` by our clock, `clock_skew_s` how far its own was ahead."""

    client_id: str
    seen_at: str
    clock_skew_s: int
    troubles: tuple[Trouble, ...]
    report: DeviceReport
    run_before: str | None = None
    """The start of the program that reported before this one did."""


def invite(tx: Transaction, client_id: str, code: str, *, lifetime: timedelta) -> str:
    """From now on the client may join with `code` (without hyphens), and with no earlier one; until when."""
    until = iso(datetime.fromisoformat(tx.at) + lifetime)
    values = {"code_hash": hash_of_code(code), "issued_at": tx.at, "expires_at": until}
    _put(tx.connection, _E, {"client_id": client_id, **values})
    tx.audit("invite_client", client_id, until=until)
    return until


def withdraw_invitation(tx: Transaction, client_id: str) -> None:
    """No code of the client's counts any more."""
    tx.connection.execute(_E.delete().where(_E.c.client_id == client_id))


def invited(connection: sa.Connection, code: str) -> str | None:
    """The client whose code it is, whether or not it still holds; for the record of what is refused."""
    return connection.scalar(sa.select(_E.c.client_id).where(_E.c.code_hash == hash_of_code(code)))


def use_code(tx: Transaction, code: str) -> str | None:
    """Use a code up: the client whose it was; None where there is none or its time is over. Of two at once one gets it."""
    held = sa.and_(_E.c.code_hash == hash_of_code(code), _E.c.expires_at > tx.at)
    return tx.connection.scalar(_E.delete().where(held).returning(_E.c.client_id))


def note_report(engine: sa.Engine, record: ReportRecord) -> None:
    """Keep what a kiosk said in place of what it said before; it comes every few minutes and changes nothing."""
    with engine.begin() as connection:
        values = {
            "client_id": record.client_id,
            "seen_at": record.seen_at,
            "clock_skew_s": record.clock_skew_s,
            "troubles": json.dumps(record.troubles),
            "report": record.report.model_dump_json(),
            "run_before": record.run_before,
        }
        _put(connection, _R, values)


def reports_of(connection: sa.Connection, clients: Iterable[str]) -> dict[str, ReportRecord]:
    """What those of the clients said last that ever said anything."""
    rows = connection.execute(sa.select(_R).where(_R.c.client_id.in_(list(clients)))).mappings()
    return {row["client_id"]: _record(row) for row in rows}


def reports_after(connection: sa.Connection, after: str, limit: int) -> list[ReportRecord]:
    """At most `limit` reports of clients whose id comes behind `after`, by id."""
    rows = connection.execute(
        sa.select(_R).where(_R.c.client_id > after).order_by(_R.c.client_id).limit(limit)
    )
    return [_record(row) for row in rows.mappings()]


def kiosks_seen(connection: sa.Connection) -> list[tuple[str, bool]]:
    """Of every kiosk that may come in and ever said anything: when it was seen, and whether it had troubles."""
    query = sa.select(_R.c.seen_at, _R.c.troubles).join(t.clients, t.clients.c.id == _R.c.client_id)
    rows = connection.execute(query.where(t.clients.c.state == "active"))
    return [(seen_at, troubles != "[]") for seen_at, troubles in rows]


def hash_of_code(code: str) -> str:
    """SHA-256 of a code without hyphens: of 80 random bits nobody needs a slower one."""
    return sha256(b"ecopy enrolment\0" + code.encode()).hexdigest()


def _put(connection: sa.Connection, table: sa.Table, values: dict[str, Any]) -> None:
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(table).values(**values)
    connection.execute(row.on_conflict_do_update(index_elements=[table.c.client_id], set_=values))


def _record(row: sa.RowMapping) -> ReportRecord:
    return ReportRecord(
        client_id=row["client_id"],
        seen_at=row["seen_at"],
        clock_skew_s=row["clock_skew_s"],
        troubles=tuple(json.loads(row["troubles"])),
        report=DeviceReport.model_validate_json(row["report"], extra="ignore"),
        run_before=row["run_before"],
    )
