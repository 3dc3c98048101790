"""Restore and verify: a backup is held against its own hashes, and becomes a store and a register again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import sqlalchemy as sa

from models.errors import BackupDamaged, BackupRevision, NotEmpty
from models.ports import ObjectStore
from storage import schema as t
from storage.audit import chain as trail
from storage.copies.backup import copy_object
from storage.copies.dump import Row, read_dump
from storage.copies.fixity import Due, judge
from storage.copies.ledger import Ledger
from storage.copies.load import check_empty, load
from storage.copies.sets import Part, Place, Sealed, data_keys_of, opened
from storage.database import HEAD, current_revision, migrate

_AHEAD = 16


@dataclass(frozen=True)
class Verification:
    """What a set is worth. Nothing about it is believed that was not read."""

    sealed: Sealed
    objects: int
    bytes: int
    missing: tuple[str, ...]
    damaged: tuple[str, ...]
    audit_break: int | None
    """Number of the first audit entry in the dump that was tampered with."""
    keys: bool
    """Whether the data keys of encrypted objects lie with the set (or there are none)."""

    @property
    def sound(self) -> bool:
        return not (self.missing or self.damaged or self.audit_break is not None)


@dataclass(frozen=True)
class Restored:
    """What came back."""

    sealed: Sealed
    rows: dict[str, int]
    objects: int
    bytes: int
    faults: tuple[str, ...]
    """Objects that the backup has no sound bytes of; they are on record as missing."""
    audit_break: int | None
    """As in `Verification`."""


Watch = Callable[[int, int], None]


def verify_backup(
    place: Place, sealed: Sealed, folder: Path, *, workers: int = 4, watch: Watch = lambda done, whole: None
) -> Verification:
    """Read everything of a set: the dump, its audit chain, every object. Raises BackupDamaged for a bad dump."""
    with Ledger(folder) as ledger:
        audit_break, keyed = _read(place, sealed, ledger)
        whole, size, _ = ledger.counts()
        missing: list[str] = []
        damaged: list[str] = []
        done = 0
        dues = ledger.wanted()
        with ThreadPoolExecutor(max_workers=workers) as pool:
            while batch := list(islice(dues, workers * _AHEAD)):
                for verdict in pool.map(lambda due: judge(place.objects, due), batch):
                    if verdict.unreachable:
                        raise BackupDamaged(id=sealed.manifest.id, reason=verdict.unreachable)
                    if verdict.fault is not None:
                        (missing if verdict.fault == "missing" else damaged).append(verdict.due.key)
                done += len(batch)
                watch(done, whole)
    return Verification(
        sealed,
        whole,
        size,
        tuple(missing),
        tuple(damaged),
        audit_break,
        keys=keyed or not sealed.manifest.masters,
    )


def restore(
    engine: sa.Engine,
    store: ObjectStore,
    place: Place,
    sealed: Sealed,
    folder: Path,
    *,
    data_keys: Path | None = None,
    workers: int = 4,
    watch: Watch = lambda done, whole: None,
) -> Restored:
    """Bring a set back: first the objects into `store`, then the register into `engine`, in one transaction.

    The register must be empty; the store may hold what a restoration that was cut off brought already. `data_keys`
    is a dump of them that was kept elsewhere. Raises NotEmpty, BackupRevision, BackupDamaged, StorageFault; then the
    register is still empty, and the same call goes on.
    """
    check_target(engine, store, sealed)
    with Ledger(folder) as ledger:
        audit_break, _ = _read(place, sealed, ledger)
        _check_strangers(store, ledger)
        objects, size, faults = _bring_objects(place, store, ledger, workers, watch)
    rows = _bring_register(engine, place, sealed, data_keys, faults)
    return Restored(sealed, rows, objects, size, tuple(faults), audit_break)


def check_target(engine: sa.Engine, store: ObjectStore, sealed: Sealed) -> None:
    """Raise NotEmpty or BackupRevision where this set can't be restored."""
    present = current_revision(engine)
    revision = sealed.manifest.revision
    if present is not None:
        if present != revision:
            raise BackupRevision(id=sealed.manifest.id, revision=revision, present=present)
        with engine.connect().execution_options(reading=True) as connection:
            check_empty(connection)
    elif revision > HEAD:
        raise BackupRevision(id=sealed.manifest.id, revision=revision, present=HEAD)


def _read(place: Place, sealed: Sealed, ledger: Ledger) -> tuple[int | None, bool]:
    """Read a whole dump: its objects into the ledger. Returns the first break of the audit chain, and whether the
    data keys can be read."""
    name = sealed.manifest.id
    chain = _Chain()
    counts: dict[str, int] = {}
    with opened(place, sealed.manifest.register, name) as handle:
        parts = read_dump(handle, name)
        next(parts)
        for part in parts:
            table, columns, rows = cast("tuple[str, tuple[str, ...], Iterator[Row]]", part)
            counts[table] = 0
            for row in rows:
                counts[table] += 1
                if table == t.objects.name:
                    _want(ledger, columns, row)
                elif table == t.audit.name:
                    chain.add(columns, row)
    expected = {table: n for table, n in sealed.manifest.rows.items() if table != t.object_keys.name}
    if counts != expected:
        raise BackupDamaged(id=name, reason="the dump has other rows than its manifest says")
    part_of_keys = data_keys_of(place, sealed)
    if part_of_keys is None:
        return chain.broken(sealed), False
    with opened(place, part_of_keys, name) as handle:
        for part in read_dump(handle, name):
            if isinstance(part, tuple):
                for _ in part[2]:
                    pass
    return chain.broken(sealed), True


def _want(ledger: Ledger, columns: Sequence[str], row: Row) -> None:
    words = dict(zip(columns, row, strict=True))
    if words["state"] == "stored":
        ledger.want(
            Due(
                key=words["key"],
                kind=words["kind"],
                size=words["size"],
                sha256=words["sha256"],
                locked_until=words.get("locked_until"),
                lock_mode=words.get("lock_mode"),
            )
        )


class _Chain:
    """The audit chain of a dump, checked entry by entry."""

    def __init__(self) -> None:
        self._previous, self._number = trail.GENESIS, 0
        self._break: int | None = None

    def add(self, columns: Sequence[str], row: Row) -> None:
        entry = {"form": 1, **dict(zip(columns, row, strict=True))}
        self._number += 1
        sound = (
            entry["seq"] == self._number
            and entry["previous"] == self._previous
            and entry["hash"] == trail.entry_hash(entry)
        )
        if not sound and self._break is None:
            self._break = self._number
        self._previous = entry["hash"]

    def broken(self, sealed: Sealed) -> int | None:
        """The number of the first entry that was tampered with; one past the end where the newest are lacking."""
        if self._break is not None:
            return self._break
        manifest = sealed.manifest
        told = (manifest.audit_seq, manifest.audit_hash)
        return None if told in ((self._number, self._previous), (0, "")) else self._number + 1


def _check_strangers(store: ObjectStore, ledger: Ledger) -> None:
    """Raise NotEmpty where the store holds objects that are not of this backup."""
    ledger.list_present(store.keys())
    stranger = next(ledger.extra(), None)
    if stranger is not None:
        raise NotEmpty(found=f"{store.description}, {stranger}")


def _bring_objects(
    place: Place, store: ObjectStore, ledger: Ledger, workers: int, watch: Watch
) -> tuple[int, int, list[str]]:
    """Copy every object, hash what a cut-off restoration left. Returns their count, bytes, and those without sound bytes."""
    whole, _, _ = ledger.counts()
    done, size, faults = 0, 0, []
    dues = ledger.wanted()

    def bring(due: Due) -> tuple[Due, bool]:
        if store.exists(due.key) and judge(store, due).fault == "damaged":
            store.delete(due.key, lawful=True)
        return due, copy_object(place.objects, store, due)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        while batch := list(islice(dues, workers * _AHEAD)):
            for due, sound in pool.map(bring, batch):
                if sound:
                    done, size = done + 1, size + due.size
                else:
                    faults.append(due.key)
            watch(done, whole)
    return done, size, faults


def _bring_register(
    engine: sa.Engine, place: Place, sealed: Sealed, data_keys: Path | None, faults: Sequence[str]
) -> dict[str, int]:
    name = sealed.manifest.id
    if current_revision(engine) is None:
        migrate(engine, sealed.manifest.revision)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        check_empty(connection)
        with opened(place, sealed.manifest.register, name) as handle:
            rows = load(connection, handle, name)
        if t.object_keys.name in sa.inspect(connection).get_table_names():
            rows.update(_bring_keys(connection, place, sealed, data_keys))
    if sealed.manifest.revision != HEAD:
        migrate(engine)
    with engine.begin() as connection:
        for key in faults:
            lost = t.objects.update().where(t.objects.c.key == key).values(fault="missing")
            connection.execute(lost)
    return rows


def _bring_keys(
    connection: sa.Connection, place: Place, sealed: Sealed, data_keys: Path | None
) -> dict[str, int]:
    """Load the data keys; those of objects that an older register does not know are left out."""
    name = sealed.manifest.id
    if data_keys is not None:
        with data_keys.open("rb") as handle:
            return _load_keys(connection, cast(BinaryIO, handle), name)
    part: Part | None = data_keys_of(place, sealed)
    if part is None:
        return {}
    with opened(place, part, name) as handle:
        return _load_keys(connection, handle, name)


def _load_keys(connection: sa.Connection, handle: BinaryIO, name: str) -> dict[str, int]:
    number = 0
    for part in read_dump(handle, name):
        if not isinstance(part, tuple):
            continue
        _, columns, rows = part
        while batch := list(islice(rows, 500)):
            words = [dict(zip(columns, row, strict=True)) for row in batch]
            asked = sa.select(t.objects.c.key).where(t.objects.c.key.in_([row["key"] for row in words]))
            known = set(connection.scalars(asked))
            wanted = [row for row in words if row["key"] in known]
            if wanted:
                connection.execute(t.object_keys.insert(), wanted)
            number += len(wanted)
    return {t.object_keys.name: number}
