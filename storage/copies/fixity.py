"""Fixity: every object is hashed again against the register, longest unchecked first; what is wrong is put on record."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Literal

import sqlalchemy as sa

from models.errors import ObjectMissing, StorageFault
from models.ports import Clock, LockMode, ObjectStore
from models.times import iso
from storage import schema as t
from storage.keeping.disposal import being_destroyed
from storage.register import Register

Fault = Literal["missing", "damaged"]
BATCH = 64
"""Objects hashed between two transactions: what a killed run hashes again."""
UNREACHABLE = 5
"""So many objects in a row that the store can't answer for mean that the store is down, not that they are lost."""
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Budget:
    """Where a run stops before it has seen everything; None is no bound."""

    objects: int | None = None
    bytes: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Due:
    """One object to be checked, as the register has it."""

    key: str
    kind: str
    size: int
    sha256: str
    checked_at: str | None = None
    fault: Fault | None = None
    locked_until: str | None = None
    lock_mode: LockMode | None = None


@dataclass(frozen=True)
class Verdict:
    """What was found of one object."""

    due: Due
    fault: Fault | None
    unreachable: str | None = None
    """Why the store could not answer; then nothing is known of the object."""


@dataclass(frozen=True)
class FaultyObject:
    """An object without sound bytes, and whose it is."""

    key: str
    kind: str
    fault: Fault
    document_ids: tuple[str, ...]


@dataclass(frozen=True)
class FixityReport:
    """What a run did. `complete`: everything that was due when it began has been seen."""

    checked: int = 0
    bytes: int = 0
    missing: int = 0
    damaged: int = 0
    recovered: int = 0
    """Were on record as faulty and are sound again."""
    unreachable: tuple[str, ...] = field(default=())
    complete: bool = False


def check(
    register: Register,
    engine: sa.Engine,
    store: ObjectStore,
    clock: Clock,
    budget: Budget,
    *,
    actor: str,
    purpose: str,
    workers: int = 1,
    watch: Callable[[FixityReport], None] = lambda report: None,
) -> FixityReport:
    """Hash objects, never checked ones first, then those checked longest ago, within `budget`.

    Every batch is on record before the next begins: a killed run goes on where it was. `store` gives the bytes as
    they are stored. Writers are never held up; an object that is disposed of meanwhile is no fault. Faults that
    appear or vanish are in the audit trail. Raises StorageFault when the store is down.
    """
    started_at, started = iso(clock.now()), time.monotonic()
    report, in_a_row = FixityReport(), 0
    with ThreadPoolExecutor(max_workers=workers) as pool:
        after: tuple[str | None, str] = (None, "")
        while True:
            room = _room(budget, report, started)
            batch = _due(engine, after, started_at, min(BATCH, room)) if room else []
            if not batch:
                return replace(report, complete=room > 0 and not report.unreachable)
            after = (batch[-1].checked_at, batch[-1].key)
            verdicts = []
            for verdict in pool.map(lambda due: judge(store, due), batch):
                in_a_row = in_a_row + 1 if verdict.unreachable else 0
                if in_a_row >= UNREACHABLE:
                    raise StorageFault(reason=verdict.unreachable or "")
                verdicts.append(verdict)
            known = [verdict for verdict in verdicts if not verdict.unreachable]
            recorded = record(register, known, at=iso(clock.now()), actor=actor, purpose=purpose)
            report = _added(report, verdicts, recorded)
            watch(report)


def judge(store: ObjectStore, due: Due) -> Verdict:
    """Hash one object; bytes that differ are read a second time, because what is on the way can go wrong too."""
    try:
        for _ in range(2):
            with store.open(due.key) as handle:
                digest, size = sha256(), 0
                while chunk := handle.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
            if (size, digest.hexdigest()) == (due.size, due.sha256):
                return Verdict(due, None)
    except ObjectMissing:
        return Verdict(due, "missing")
    except OSError as fault:
        if fault.errno != errno.EIO:
            return Verdict(due, None, unreachable=str(fault))
    except StorageFault as fault:
        return Verdict(due, None, unreachable=fault.message("en"))
    return Verdict(due, "damaged")


def record(
    register: Register, verdicts: Sequence[Verdict], *, at: str, actor: str, purpose: str
) -> list[Verdict]:
    """Put verdicts on record, in one transaction. Returns those whose object still is the one that was hashed."""
    if not verdicts:
        return []
    standing = []
    with register.transaction(actor=actor, purpose=purpose) as tx:
        lacking = any(verdict.fault for verdict in verdicts)
        leaving = being_destroyed(tx.connection) if lacking else frozenset()
        for verdict in verdicts:
            if verdict.fault and verdict.due.key in leaving:
                continue
            same = sa.and_(
                t.objects.c.key == verdict.due.key,
                t.objects.c.state == "stored",
                t.objects.c.sha256 == verdict.due.sha256,
            )
            values = t.objects.update().where(same).values(checked_at=at, fault=verdict.fault)
            if not tx.connection.execute(values).rowcount:
                continue
            standing.append(verdict)
            if verdict.fault != verdict.due.fault:
                tx.audit(
                    "object_sound" if verdict.fault is None else f"object_{verdict.fault}",
                    verdict.due.key,
                    kind=verdict.due.kind,
                    sha256=verdict.due.sha256,
                )
    return standing


def faulty(connection: sa.Connection, *, after: str = "", limit: int = 1000) -> list[Due]:
    """Stored objects that are on record as missing or damaged, by key; the next page begins after `after`."""
    query = sa.select(*_COLUMNS).where(
        sa.text("fault IS NOT NULL"), t.objects.c.state == "stored", t.objects.c.key > after
    )
    rows = connection.execute(query.order_by(t.objects.c.key).limit(limit))
    return [Due(*row) for row in rows]


def belongs_to(connection: sa.Connection, due: Due) -> FaultyObject:
    """Whose object it is: the documents whose scan, capture, e-copy or derived version it holds."""
    found: set[str] = set()
    by_source = sa.select(t.documents.c.id).join(t.sources).where(t.sources.c.object_key == due.key)
    by_ecopy = (
        sa.select(t.ecopies.c.document_id)
        .join(t.ecopy_revisions)
        .where(t.ecopy_revisions.c.object_key == due.key)
    )
    for query in (
        by_source,
        by_ecopy,
        sa.select(t.captures.c.document_id).where(t.captures.c.object_key == due.key),
        sa.select(t.derivations.c.document_id).where(t.derivations.c.object_key == due.key),
    ):
        found.update(connection.scalars(query))
    fault = due.fault or "damaged"
    return FaultyObject(key=due.key, kind=due.kind, fault=fault, document_ids=tuple(sorted(found)))


_COLUMNS = (
    t.objects.c.key,
    t.objects.c.kind,
    t.objects.c.size,
    t.objects.c.sha256,
    t.objects.c.checked_at,
    t.objects.c.fault,
    t.objects.c.locked_until,
    t.objects.c.lock_mode,
)


def _due(engine: sa.Engine, after: tuple[str | None, str], before: str, limit: int) -> list[Due]:
    """The next objects by (`checked_at`, key), never checked ones first, that were not checked since `before`."""
    checked, key = after
    stored = sa.select(*_COLUMNS).where(t.objects.c.state == "stored")
    batch: list[Due] = []
    with engine.connect().execution_options(reading=True) as connection:
        if checked is None:
            never = stored.where(t.objects.c.checked_at.is_(None), t.objects.c.key > key)
            batch += [Due(*row) for row in connection.execute(never.order_by(t.objects.c.key).limit(limit))]
        if len(batch) < limit:
            place = (checked, key) if checked is not None else ("", "")
            long_ago = stored.where(
                sa.tuple_(t.objects.c.checked_at, t.objects.c.key) > sa.tuple_(*map(sa.literal, place)),
                t.objects.c.checked_at < before,
            )
            ordered = long_ago.order_by(t.objects.c.checked_at, t.objects.c.key)
            batch += [Due(*row) for row in connection.execute(ordered.limit(limit - len(batch)))]
    return batch


def _room(budget: Budget, report: FixityReport, started: float) -> int:
    """How many more objects the budget lets in; 0 when it is used up."""
    if budget.seconds is not None and time.monotonic() - started >= budget.seconds:
        return 0
    if budget.bytes is not None and report.bytes >= budget.bytes:
        return 0
    return BATCH if budget.objects is None else max(0, budget.objects - report.checked)


def _added(report: FixityReport, verdicts: Sequence[Verdict], recorded: Sequence[Verdict]) -> FixityReport:
    faults = [verdict.fault for verdict in recorded]
    return replace(
        report,
        checked=report.checked + len(verdicts),
        bytes=report.bytes + sum(verdict.due.size for verdict in verdicts),
        missing=report.missing + faults.count("missing"),
        damaged=report.damaged + faults.count("damaged"),
        recovered=report.recovered + sum(v.fault is None and v.due.fault is not None for v in recorded),
        unreachable=(*report.unreachable, *(v.due.key for v in verdicts if v.unreachable))[:UNREACHABLE],
    )
