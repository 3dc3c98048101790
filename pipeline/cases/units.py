"""The administrative units of the packaged table in the register: what each code was called on which day."""

from __future__ import annotations

from extraction.places.table import Unit, table
from pipeline.application import Application
from pipeline.attempts import operator
from storage.people.parties import UnitLevel, UnitRecord, put_units, units

FROM_THE_BEGINNING = "0001-01-01"
"""First day of a unit that is older than anything the table knows."""
_LEVELS: dict[int, UnitLevel] = {2: "province", 3: "district", 5: "commune"}


def import_units(app: Application) -> int:
    """Bring the register's units up to the packaged table. Returns how many were written; 0 where all were known."""
    packaged = table()
    with app.register.reading() as connection:
        known = units(connection)
    new = {(unit.code, unit.valid_from): unit for unit in map(_record, packaged.rows) if unit not in known}
    if not new:
        return 0
    with app.register.transaction(actor=operator(), purpose="maintenance:units") as tx:
        return put_units(tx, new.values(), source=f"units.tsv, {packaged.known_until.isoformat()}")


def _record(unit: Unit) -> UnitRecord:
    return UnitRecord(
        code=unit.code,
        valid_from=unit.valid_from.isoformat() if unit.valid_from else FROM_THE_BEGINNING,
        valid_to=unit.valid_to.isoformat() if unit.valid_to else None,
        name=unit.full_name,
        level=_LEVELS[unit.level],
        parent=unit.parent or None,
    )
