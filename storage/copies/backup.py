"""Backup: one moment of the register and every object it knows, at another place; disposed objects go from there too."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import sqlalchemy as sa

from models.errors import (
    BackupOfAnother,
    ObjectExists,
    ObjectLocked,
    ObjectMissing,
    StorageFault,
    TooManyRemovals,
)
from models.ids import new_id
from models.ports import Clock, ObjectStore
from models.times import iso
from storage import schema as t
from storage.copies.dump import Hashed, Row, dump, tables_of_register
from storage.copies.fixity import Due
from storage.copies.ledger import Ledger
from storage.copies.reconcile import GRACE, key_time
from storage.copies.sets import Manifest, Part, Place, Sealed, Sign, seal, sets_of
from storage.database import current_revision
from storage.envelope import SEAL_FORM

KEYS_FILE = "data-keys"
FEW_REMOVALS = 100
REMOVED_SHARE = 0.1
"""More objects than these, and a larger share of the backup, are not removed without somebody's word."""


@dataclass(frozen=True)
class BackupReport:
    """What a backup did."""

    sealed: Sealed
    copied: int
    copied_bytes: int
    removed: int
    """Objects that the register no longer knows: disposed of, or drafts."""
    locked: int
    """Of these, still there because the place keeps them locked; their data keys are gone."""
    faults: tuple[str, ...]
    """Objects that the primary has lost or damaged; `ecopy fixity` names what to do."""
    sets_removed: int


@dataclass(frozen=True)
class Plan:
    """How a backup is to be made."""

    software: str
    sign: Sign
    folder: Path
    """For files on the way."""
    keep: int = 7
    """Older sets that stay, as long as nothing was disposed of since."""
    keep_keys: Callable[[Path], None] | None = None
    """Takes the dump of the data keys to a place of its own, before the set counts; by default it lies with the set."""
    allow_removals: bool = False
    workers: int = 4
    watch: Callable[[int, int], None] = lambda done, whole: None


def back_up(engine: sa.Engine, store: ObjectStore, place: Place, clock: Clock, plan: Plan) -> BackupReport:
    """Make one complete set at `place`. `store` gives the objects' bytes as stored.

    The register is dumped as of one moment while everybody works on; then the objects it names are copied as far as
    the place lacks them, each hashed on the way. Cut off anywhere, the place holds no half set, and the next call
    copies only what is still lacking. What the register no longer knows goes from the place, provided the register
    goes on from the one backed up there before (its audit chain says so). Raises BackupOfAnother, TooManyRemovals,
    StorageFault.
    """
    earlier = sets_of(place)
    check_same_register(engine, place, earlier)
    began = clock.now()
    with Ledger(plan.folder) as ledger:
        manifest = _dumped(engine, place, ledger, plan, began, earlier)
        ledger.list_present(place.objects.keys())
        objects, size, present = ledger.counts()
        extra = [key for key in ledger.extra() if earlier and key_time(key) < began]
        if len(extra) > max(FEW_REMOVALS, present * REMOVED_SHARE) and not plan.allow_removals:
            raise TooManyRemovals(removals=len(extra), objects=present)
        copied, copied_bytes, faults = _copy_all(engine, store, place, ledger, plan)
    if plan.keep_keys is not None:
        plan.keep_keys(plan.folder / KEYS_FILE)
    removed, locked = _remove(place.objects, extra)
    sealed = seal(place, _with_objects(manifest, objects, size), plan.sign)
    dropped = _prune(engine, place, sealed, earlier, plan.keep, began)
    return BackupReport(sealed, copied, copied_bytes, removed, locked, tuple(faults), dropped)


def check_same_register(engine: sa.Engine, place: Place, earlier: Sequence[Sealed]) -> None:
    """Raise BackupOfAnother unless this register has grown out of the one that was backed up to `place` last."""
    if not earlier or not earlier[0].manifest.audit_seq:
        return
    last = earlier[0].manifest
    query = sa.select(t.audit.c.hash).where(t.audit.c.seq == last.audit_seq)
    with engine.connect().execution_options(reading=True) as connection:
        if connection.scalar(query) != last.audit_hash:
            raise BackupOfAnother(place=place.name)


def _dumped(
    engine: sa.Engine, place: Place, ledger: Ledger, plan: Plan, began: datetime, earlier: Sequence[Sealed]
) -> Manifest:
    """Register and data keys of one moment, at the place; the ledger gets every object that they know."""
    revision = current_revision(engine) or ""
    stored = _object_rows(ledger)
    sealed = _sealed_columns()
    counts: dict[str, int] = {}
    masters: set[str] = set()
    seals: set[str] = set()

    def seen(table: str, row: Row) -> None:
        if table == t.objects.name:
            stored(row)
        elif table == t.object_keys.name:
            masters.add(row[1])
        elif table in sealed:
            form, _, rest = (row[sealed[table]] or "").partition(".")
            if form == SEAL_FORM:
                seals.add(rest.partition(".")[0])

    with engine.connect() as connection:
        connection = connection.execution_options(**_one_moment(engine))
        head = connection.execute(sa.select(t.audit_head.c.seq, t.audit_head.c.hash)).one_or_none()
        common = {"revision": revision, "at": iso(began), "counts": counts, "seen": seen}
        register = _put(place.sets, dump(connection, tables_of_register(), **common))  # type: ignore[arg-type]
        data_keys = dump(connection, (t.object_keys,), **common)  # type: ignore[arg-type]
        keys = None
        if plan.keep_keys is None:
            keys = _put(place.sets, data_keys)
        else:
            with (plan.folder / KEYS_FILE).open("wb") as sink:
                shutil.copyfileobj(data_keys, sink, 1 << 20)
    return Manifest(
        id=new_id(),
        created_at=iso(began),
        software=plan.software,
        revision=revision,
        register=register,
        rows=counts,
        keys=keys,
        masters=tuple(sorted(masters)),
        objects=0,
        object_bytes=0,
        audit_seq=int(head[0]) if head else 0,
        audit_hash=str(head[1]) if head else "",
        previous=earlier[0].sha256 if earlier else None,
        seals=tuple(sorted(seals)),
    )


def _one_moment(engine: sa.Engine) -> dict[str, Any]:
    """Options of a connection whose transaction sees one moment; one of SQLite does so as it is."""
    if engine.dialect.name == "postgresql":
        return {"reading": True, "isolation_level": "REPEATABLE READ"}
    return {"reading": True}


def _object_rows(ledger: Ledger) -> Callable[[Row], None]:
    names = [column.name for column in t.objects.columns]
    places = [
        names.index(name) for name in ("state", "key", "kind", "size", "sha256", "locked_until", "lock_mode")
    ]

    def seen(row: Row) -> None:
        state, key, kind, size, digest, until, mode = (row[at] for at in places)
        if state == "stored":
            ledger.want(Due(key=key, kind=kind, size=size, sha256=digest, locked_until=until, lock_mode=mode))

    return seen


def _sealed_columns() -> dict[str, int]:
    """Where sealed secrets stand in a row of each table that has some."""
    columns = (
        t.accounts.c.totp_secret,
        t.webhooks.c.secret,
        t.receipt_keys.c.sealed,
        t.sealing_keys.c.sealed,
    )
    return {column.table.name: list(column.table.columns).index(column) for column in columns}


def _put(sets: ObjectStore, stream: BinaryIO) -> Part:
    stored = sets.put(new_id(), stream)
    return Part(key=stored.key, sha256=stored.sha256, size=stored.size)


def _copy_all(
    engine: sa.Engine, store: ObjectStore, place: Place, ledger: Ledger, plan: Plan
) -> tuple[int, int, list[str]]:
    """Copy what the place lacks. Returns how many objects, how many bytes, and which the primary has no sound bytes of."""
    copied, size, faults = 0, 0, []
    whole, _, _ = ledger.counts()
    lacking = ledger.lacking()
    with ThreadPoolExecutor(max_workers=plan.workers) as pool:
        while batch := list(islice(lacking, plan.workers * 16)):
            for due, sound in pool.map(lambda due: (due, copy_object(store, place.objects, due)), batch):
                if sound:
                    copied, size = copied + 1, size + due.size
                elif _still_known(engine, due):
                    faults.append(due.key)
            plan.watch(copied, whole)
    return copied, size, faults


def copy_object(source: ObjectStore, target: ObjectStore, due: Due) -> bool:
    """Copy one object, hashed on the way; False where `source` has no sound bytes of it."""
    hashed = None
    try:
        with source.open(due.key) as handle:
            hashed = Hashed(handle)
            stored = target.put(due.key, cast(BinaryIO, hashed))
    except ObjectMissing:
        return False
    except ObjectExists:
        return True
    except (StorageFault, OSError):
        if hashed is not None and hashed.unreadable:
            return False  # a bad sector under one object, no reason to leave the others uncopied
        raise
    if stored.sha256 == due.sha256:
        return True
    target.delete(due.key, lawful=True)
    return False


def _still_known(engine: sa.Engine, due: Due) -> bool:
    """Whether an object that could not be copied is a fault, and not one disposed of meanwhile."""
    query = sa.select(t.objects.c.key).where(t.objects.c.key == due.key, t.objects.c.state == "stored")
    with engine.connect().execution_options(reading=True) as connection:
        return connection.scalar(query) is not None


def _remove(objects: ObjectStore, keys: Iterable[str]) -> tuple[int, int]:
    removed = locked = 0
    for key in keys:
        try:
            objects.delete(key, lawful=True)
        except ObjectLocked:
            locked += 1
        else:
            removed += 1
    return removed, locked


def _with_objects(manifest: Manifest, objects: int, size: int) -> Manifest:
    return replace(manifest, objects=objects, object_bytes=size)


def _prune(
    engine: sa.Engine, place: Place, sealed: Sealed, earlier: Sequence[Sealed], keep: int, now: datetime
) -> int:
    """Remove the data keys of older sets, sets past `keep` or from before a disposal, and what cut-off runs left."""
    with engine.connect().execution_options(reading=True) as connection:
        disposed = connection.scalar(sa.select(sa.func.max(t.tombstones.c.disposed_at))) or ""
    living, dropped = [sealed], 0
    for number, old in enumerate(earlier, start=1):
        if number <= keep and old.manifest.created_at > disposed:
            living.append(old)
            continue
        for key in (
            old.key,
            old.manifest.register.key,
        ):  # the manifest first: a set without one does not count
            _remove(place.sets, [key])
        dropped += 1
    named = {s.key for s in living} | {s.manifest.register.key for s in living}
    if sealed.manifest.keys is not None:
        named.add(sealed.manifest.keys.key)
    own_keys = {s.manifest.keys.key for s in earlier if s.manifest.keys is not None}
    left = [key for key in place.sets.keys() if key not in named]  # noqa: SIM118 - no dict
    _remove(place.sets, [key for key in left if key in own_keys or key_time(key) < now - GRACE])
    return dropped
