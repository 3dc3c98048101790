"""Those who act, each for a time: agencies, persons in office, administrative units, certificates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models.people import Agency, Person
from models.signatures import SignerCertificate
from storage import schema as t
from storage.once import insert_once
from storage.register import Transaction

UnitLevel = Literal["province", "district", "commune"]


@dataclass(frozen=True)
class UnitRecord:
    """An administrative unit as it was for a time."""

    code: str
    valid_from: str
    valid_to: str | None
    name: str
    level: UnitLevel
    parent: str | None


def note_agency(tx: Transaction, agency: Agency) -> None:
    """Keep that `agency` acts under its name today; another name than yesterday's begins a new entry."""
    _note(tx, t.agencies, {"identifier": agency.identifier}, {"name": agency.name})


def note_person(tx: Transaction, person: Person) -> None:
    """Keep that `person` is in this office today, and the agency with them."""
    note_agency(tx, person.agency)
    office = {"id": person.id, "role": person.role.value, "agency": person.agency.identifier}
    _note(tx, t.people, office, {"name": person.name})


def note_certificate(
    tx: Transaction, certificate: SignerCertificate, person: Person | None, *, used_at: str
) -> None:
    """Keep a certificate that signed something or is to, and in whose hand where that is known."""
    if person is not None:
        note_person(tx, person)
    known = sa.select(t.certificates.c.sha256).where(t.certificates.c.sha256 == certificate.sha256)
    if tx.connection.scalar(known) is None:
        insert_once(
            tx.connection,
            t.certificates,
            **certificate.model_dump(),
            person=person.id if person else None,
            agency=person.agency.identifier if person else None,
            known_since=used_at,
        )


def put_units(tx: Transaction, units: Iterable[UnitRecord], *, source: str) -> int:
    """Take over units from a table of them; what is known of the same code and first day is replaced.

    Returns how many there were.
    """
    rows = [asdict(unit) for unit in units]
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(t.units)
    facts = {name: statement.excluded[name] for name in ("valid_to", "name", "level", "parent")}
    if rows:
        keys = [t.units.c.code, t.units.c.valid_from]
        tx.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=facts), rows)
    tx.audit("import_units", "units", count=len(rows), source=source)
    return len(rows)


def units(connection: sa.Connection) -> set[UnitRecord]:
    """Every version of every unit."""
    return {UnitRecord(**row) for row in connection.execute(sa.select(t.units)).mappings()}


def _note(tx: Transaction, table: sa.Table, key: dict[str, Any], facts: dict[str, Any]) -> None:
    """The entry of today with these facts: the one that goes on, or a new one from today."""
    same = sa.and_(*(table.c[name] == value for name, value in key.items()))
    going_on = sa.and_(same, table.c.valid_to.is_(None))
    found = tx.connection.execute(
        sa.select(table.c.valid_from, *(table.c[name] for name in facts)).where(going_on)
    ).first()
    if found is not None and tuple(found[1:]) == tuple(facts.values()):
        return
    today = tx.at[:10]
    if found is not None and found[0] < today:
        yesterday = (date.fromisoformat(today) - timedelta(days=1)).isoformat()
        tx.connection.execute(table.update().where(going_on).values(valid_to=yesterday))
    if not insert_once(tx.connection, table, **key, **facts, valid_from=today):
        tx.connection.execute(
            table.update().where(same, table.c.valid_from == today).values(**facts, valid_to=None)
        )
