"""Rotation: the keys of all objects under the newest master key, batch by batch; cut off anywhere, it goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from models.errors import MasterKeyMissing, WrappedKeyDamaged
from storage.keys.ring import DataKey, KeyRing
from storage.register import Transaction
from storage.schema import object_keys

BATCH = 200


@dataclass(frozen=True)
class Kept:
    """The key of an object as it is kept."""

    key: str
    master: str
    wrapped: str


@dataclass(frozen=True)
class Batch:
    """Object keys wrapped anew, not yet on record, and those that could not be."""

    done: tuple[tuple[Kept, DataKey], ...]
    left: dict[str, int]
    """How many, by the code of the error."""
    last: str
    """Where the next batch goes on."""


def masters(connection: sa.Connection) -> dict[str, int]:
    """How many object keys each master key has wrapped."""
    query = sa.select(object_keys.c.master, sa.func.count()).group_by(object_keys.c.master)
    return {name: count for name, count in connection.execute(query)}  # noqa: C416 - rows, no pairs


def wrap_anew(connection: sa.Connection, ring: KeyRing, after: str, size: int = BATCH) -> Batch | None:
    """Wrap the next object keys that another than the newest master key wrapped; None at the end.

    Nothing is changed yet: tokens and KMSs are slow, and no transaction waits for them. Raises KeyServiceFault,
    MasterKeyMissing without a newest master key.
    """
    if ring.newest is None:
        raise MasterKeyMissing(name="ECOPY_MASTER_KEY")
    k = object_keys.c
    query = sa.select(k.key, k.master, k.wrapped).where(k.key > after, k.master != ring.newest.name)
    rows = [Kept(*row) for row in connection.execute(query.order_by(k.key).limit(size))]
    if not rows:
        return None
    done, left = [], Counter[str]()
    for row in rows:
        try:
            done.append((row, ring.rewrap(row.master, row.wrapped, row.key)))
        except (MasterKeyMissing, WrappedKeyDamaged) as fault:
            left[fault.code] += 1
    return Batch(done=tuple(done), left=dict(left), last=rows[-1].key)


def put_on_record(tx: Transaction, batch: Batch) -> int:
    """Keep the new wrappings in the place of the old ones; a key destroyed meanwhile stays destroyed. Returns the count."""
    k = object_keys.c
    count, before = 0, Counter[str]()
    for kept, anew in batch.done:
        same = sa.and_(k.key == kept.key, k.master == kept.master, k.wrapped == kept.wrapped)
        changed = object_keys.update().where(same).values(master=anew.master, wrapped=anew.wrapped)
        if tx.connection.execute(changed).rowcount:
            count += 1
            before[kept.master] += 1
    if count:
        tx.audit("rotate_keys", batch.done[0][1].master, objects=count, wrapped_before_by=dict(before))
    return count
