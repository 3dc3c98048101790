"""Locks in the store follow the register: short while retention is open, to its end once that is fixed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from models.ports import LockMode, ObjectLock
from models.rulesets import LockRules
from models.times import VIETNAM, iso
from storage import schema as t
from storage.register import Transaction
from storage.schema.papers import LOCKED_KINDS

BATCH = 200


def due(engine: sa.Engine, now: datetime, rules: LockRules) -> Iterator[list[str]]:
    """Keys of originals, captures and e-copies without a lock, or whose lock ends soon, in batches."""
    o = t.objects.c
    soon = iso(now + timedelta(days=rules.renew_days.value))
    for open_ended in (o.locked_until.is_(None), o.locked_until < soon):
        after = ""
        while True:
            query = sa.select(o.key).where(
                sa.text(LOCKED_KINDS), open_ended, o.key > after, o.state == "stored", o.fault.is_(None)
            )
            with engine.connect().execution_options(reading=True) as connection:
                keys = list(connection.scalars(query.order_by(o.key).limit(BATCH)))
            if not keys:
                break
            yield keys
            after = keys[-1]


def wanted(
    connection: sa.Connection, keys: Sequence[str], now: datetime, rules: LockRules
) -> dict[str, ObjectLock]:
    """The lock that each of these objects should have; none for one whose retention is over.

    An object of several documents is kept as long as the longest of them; one of a document whose retention nobody has
    fixed, or that is kept for good, gets a lock that is renewed.
    """
    ends: dict[str, list[str | None]] = defaultdict(list)
    for row in connection.execute(_retentions(keys)):
        ends[row.key].append(row.retain_until if row.retention == "until" else None)
    interim = ObjectLock(now.replace(microsecond=0) + timedelta(days=rules.interim_days.value), "governance")
    mode: LockMode = "compliance" if rules.compliance.value else "governance"
    locks: dict[str, ObjectLock] = {}
    for key in keys:
        days = ends[key]
        fixed = [day for day in days if day is not None]
        if not days or len(fixed) < len(days):
            locks[key] = interim
            continue
        end = _end_of(max(fixed))
        if end > now:
            locks[key] = ObjectLock(end, mode)
    return locks


def put_on_record(tx: Transaction, place: str, locks: Mapping[str, ObjectLock]) -> None:
    """Write locks that the store has taken on the rows of their objects, with one audit entry."""
    for key, lock in locks.items():
        of_key = t.objects.update().where(t.objects.c.key == key)
        tx.connection.execute(of_key.values(locked_until=iso(lock.until), lock_mode=lock.mode))
    if locks:
        modes = {
            mode: sum(lock.mode == mode for lock in locks.values()) for mode in ("governance", "compliance")
        }
        latest = max(lock.until for lock in locks.values())
        tx.audit("lock_objects", place[:80], objects=len(locks), modes=modes, latest=iso(latest))


def _retentions(keys: Sequence[str]) -> sa.CompoundSelect[tuple[str, str, str]]:
    """Object key, kind of retention and its last day, for every document that an object belongs to."""
    d = t.documents.c
    facts = (d.retention, d.retain_until)
    counts = d.state.not_in(("replaced", "disposed"))
    original = (
        sa.select(t.sources.c.object_key.label("key"), *facts)
        .join(t.documents, d.source_id == t.sources.c.id)
        .where(t.sources.c.object_key.in_(keys), counts)
    )
    capture = (
        sa.select(t.captures.c.object_key, *facts)
        .join(t.documents, d.id == t.captures.c.document_id)
        .where(t.captures.c.object_key.in_(keys), counts)
    )
    ecopy = (
        sa.select(t.ecopy_revisions.c.object_key, *facts)
        .join(t.ecopies, t.ecopies.c.id == t.ecopy_revisions.c.ecopy_id)
        .join(t.documents, d.id == t.ecopies.c.document_id)
        .where(t.ecopy_revisions.c.object_key.in_(keys), counts)
    )
    return sa.union_all(original, capture, ecopy)


def _end_of(day: str) -> datetime:
    """The first moment after a day in Vietnam."""
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), VIETNAM)
