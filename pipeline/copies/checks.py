"""Keeping: the store is checked and repaired, register and store find back to each other; every run is on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa

from models.ids import new_id
from models.ports import ObjectStore
from models.times import iso
from pipeline.access import operator
from pipeline.application import Application
from storage import schema as t
from storage.copies.fixity import Budget, FaultyObject, FixityReport, belongs_to, check, faulty
from storage.copies.reconcile import GRACE, Orphan, orphans, remove_abandoned
from storage.copies.repair import Repair, count_faulty, repair_all

PURPOSE = "maintenance"
MOST_NAMED = 1000
"""So many faults or orphans are named one by one; of more, a person looks at the register."""


@dataclass(frozen=True)
class StoreCheck:
    """What a run of the fixity check found and did."""

    id: str
    report: FixityReport
    abandoned: int
    """What killed writers had left, now removed."""
    repairs: tuple[Repair, ...]
    faulty: int
    """Objects on record as missing or damaged after the run."""
    faults: tuple[FaultyObject, ...]
    orphans: tuple[Orphan, ...] | None
    """Objects that the register knows nothing of; None where nobody looked."""

    @property
    def sound(self) -> bool:
        return not (self.faulty or self.orphans or self.report.unreachable)


def check_store(
    app: Application,
    budget: Budget,
    *,
    second: ObjectStore | None = None,
    look_for_orphans: bool = False,
    watch: Callable[[FixityReport], None] = lambda report: None,
) -> StoreCheck:
    """Reconcile, check within `budget`, and repair from `second` where there is one.

    Runs beside everything else, on any number of machines. Raises StorageFault when a store is down.
    """
    with on_record(app, "fixity", app.store.description) as record:
        before = app.clock.now() - GRACE
        abandoned = remove_abandoned(app.engine, app.store, before=before)
        report = check(
            app.register,
            app.engine,
            app.store,
            app.clock,
            budget,
            actor=operator(),
            purpose=PURPOSE,
            workers=app.settings.workers,
            watch=watch,
        )
        repairs = tuple(_repaired(app, second)) if second is not None else ()
        found = None
        if look_for_orphans:
            found = tuple(islice(orphans(app.engine, app.store, before=before), MOST_NAMED))
        with app.engine.connect().execution_options(reading=True) as connection:
            count = count_faulty(connection)
            faults = tuple(belongs_to(connection, due) for due in faulty(connection, limit=MOST_NAMED))
        record.objects = report.checked
        record.words = {
            **asdict(report),
            "abandoned": abandoned,
            "repaired": [repair.due.key for repair in repairs if repair.outcome == "repaired"],
            "faulty": count,
            "faults": [fault.key for fault in faults],
            "orphans": None if found is None else len(found),
        }
    return StoreCheck(record.id, report, abandoned, repairs, count, faults, found)


@dataclass
class Record:
    """The row of `store_checks` that a run fills in."""

    id: str
    objects: int = 0
    register_sha256: str | None = None
    words: dict[str, Any] | None = None
    """The report; no personal data: keys, hashes and counts."""


@contextmanager
def on_record(app: Application, kind: str, target: str) -> Iterator[Record]:
    """Put a run on record when it begins, so that a killed one shows, and in the audit trail when it ends."""
    record = Record(new_id())
    row = {"id": record.id, "kind": kind, "started_at": iso(app.clock.now()), "target": target}
    with app.register.transaction(actor=operator(), purpose=PURPOSE) as tx:
        tx.connection.execute(t.store_checks.insert().values(**row, objects=0, report="{}"))
    yield record
    finish_record(app, kind, record)


def finish_record(app: Application, kind: str, record: Record) -> None:
    """Fill in the row of a run and tell the audit trail."""
    words = record.words or {}
    told = {name: value for name, value in words.items() if isinstance(value, int | str)}
    with app.register.transaction(actor=operator(), purpose=PURPOSE) as tx:
        values: dict[str, Any] = {
            "finished_at": tx.at,
            "objects": record.objects,
            "register_sha256": record.register_sha256,
            "report": json.dumps(words, ensure_ascii=False, sort_keys=True),
        }
        tx.connection.execute(
            t.store_checks.update().where(t.store_checks.c.id == record.id).values(**values)
        )
        tx.audit(kind, record.id, **told)


def last_checks(connection: sa.Connection) -> dict[str, sa.RowMapping]:
    """The newest finished run of each kind, by its kind."""
    query = (
        sa.select(t.store_checks)
        .where(t.store_checks.c.finished_at.is_not(None))
        .order_by(t.store_checks.c.finished_at)
    )
    return {row["kind"]: row for row in connection.execute(query).mappings()}


def _repaired(app: Application, second: ObjectStore) -> Iterator[Repair]:
    with app.workspace() as folder:
        yield from repair_all(
            app.register,
            app.engine,
            app.store,
            second,
            app.clock,
            folder=folder,
            actor=operator(),
            purpose=PURPOSE,
        )
