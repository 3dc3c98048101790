"""Repair: bytes that were lost or damaged come back from a second store, verified before and after, still write-once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Literal

import sqlalchemy as sa

from models.errors import ObjectExists, ObjectLocked, ObjectMissing, StorageFault
from models.ports import Clock, ObjectStore
from models.times import iso
from storage.copies.fixity import Due, Verdict, faulty, judge, record
from storage.keeping.disposal import being_destroyed
from storage.register import Register

Outcome = Literal["repaired", "no_sound_copy", "refused"]
"""`no_sound_copy`: the second store has none or a damaged one; `refused`: the primary would not take the bytes."""
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Repair:
    """What became of one faulty object."""

    due: Due
    outcome: Outcome
    reason: str = ""


def repair_all(
    register: Register,
    engine: sa.Engine,
    store: ObjectStore,
    second: ObjectStore,
    clock: Clock,
    *,
    folder: Path,
    actor: str,
    purpose: str,
) -> Iterator[Repair]:
    """Try every object that is on record as faulty; each is on record before the next. Raises StorageFault when a
    store is down. `folder` takes the bytes for as long as they are on the way."""
    after = ""
    while True:
        with engine.connect().execution_options(reading=True) as connection:
            page = faulty(connection, after=after)
        if not page:
            return
        after = page[-1].key
        for due in page:
            yield repair(register, store, second, clock, due, folder=folder, actor=actor, purpose=purpose)


def repair(
    register: Register,
    store: ObjectStore,
    second: ObjectStore,
    clock: Clock,
    due: Due,
    *,
    folder: Path,
    actor: str,
    purpose: str,
) -> Repair:
    """Bring one object back. Killed anywhere, it is missing or damaged as before, or sound.

    The copy is fetched and hashed first; only then do the damaged bytes go, because a store overwrites nothing. What
    was put is hashed again where it lies. An object that was disposed of meanwhile does not come back.
    """
    found = judge(store, due)
    if found.unreachable:
        raise StorageFault(reason=found.unreachable)
    if found.fault is not None:
        if _condemned(register, due):
            return Repair(due, "refused", "being disposed of")
        with tempfile.TemporaryFile(dir=folder) as copy:
            lacking = _fetched(second, due, copy)
            if lacking:
                return Repair(due, "no_sound_copy", lacking)
            try:
                _put_back(store, due, found, copy)
            except (StorageFault, ObjectLocked) as fault:
                return Repair(due, "refused", fault.message("en"))
        found = judge(store, due)
        if found.fault is not None or found.unreachable:
            return Repair(due, "refused", found.unreachable or f"still {found.fault}")
    sound = Verdict(due, None)
    standing = record(register, [sound], at=iso(clock.now()), actor=actor, purpose=purpose)
    if not standing or _condemned(register, due):
        store.delete(due.key, lawful=True)
        return Repair(due, "no_sound_copy", "disposed of meanwhile")
    return Repair(due, "repaired")


def _condemned(register: Register, due: Due) -> bool:
    """Whether two persons have agreed to destroy the object and it is on its way out."""
    with register.reading() as connection:
        return due.key in being_destroyed(connection)


def _fetched(second: ObjectStore, due: Due, copy: IO[bytes]) -> str:
    """Copy the object out of the second store; why that is no use, or nothing where it is sound."""
    digest = sha256()
    try:
        with second.open(due.key) as handle:
            while chunk := handle.read(_CHUNK):
                digest.update(chunk)
                copy.write(chunk)
    except ObjectMissing:
        return "not in the second store"
    except OSError as fault:
        return f"unreadable in the second store: {fault.strerror or fault}"
    copy.seek(0)
    return "" if digest.hexdigest() == due.sha256 else "damaged in the second store too"


def _put_back(store: ObjectStore, due: Due, found: Verdict, copy: IO[bytes]) -> None:
    """The same bytes under the same lock as before; a compliance lock or a hold keeps even damaged ones."""
    if found.fault == "damaged":
        store.delete(due.key, lawful=True)
    try:
        store.put(due.key, copy)  # type: ignore[arg-type]
    except ObjectExists:
        return  # somebody else put it back; what lies there is judged next
    if due.locked_until is not None and due.lock_mode is not None:
        store.lock(due.key, datetime.fromisoformat(due.locked_until), due.lock_mode)


def count_faulty(connection: sa.Connection) -> int:
    """How many stored objects are on record as missing or damaged."""
    from storage.schema import objects

    query = sa.select(sa.func.count()).select_from(objects)
    return int(connection.scalar(query.where(sa.text("fault IS NOT NULL"), objects.c.state == "stored")) or 0)
