"""Register and store reconcile themselves: what killed writers left goes, what nobody announced is named, never removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import sqlalchemy as sa
from ulid import ULID

from models.ports import ObjectStore
from models.times import iso, vietnam_time
from storage.schema import objects

GRACE = timedelta(hours=24)
"""How long an announced object may wait for its adoption while others may be at work: no upload takes longer."""
BATCH = 500

_WRITING = sa.text("state = 'writing'")
"""As text, because SQLite uses a partial index for words that it can read, not for parameters."""


@dataclass(frozen=True)
class Orphan:
    """An object in the store that the register knows nothing of."""

    key: str
    created_at: datetime
    """When its key was given out."""


def remove_abandoned(engine: sa.Engine, store: ObjectStore, *, before: datetime) -> int:
    """Remove what was announced before `before` and never adopted, object and row. Returns the count.

    Safe beside writers and beside itself: an announcement is first marked as given up, in a transaction that a
    late adoption can't follow, then the object goes, then the row. Killed in between, the next call goes on.
    """
    removed = 0
    while keys := _given_up(engine, before):
        for key in keys:
            store.delete(key, lawful=True)  # it belongs to nothing: a bucket's default lock does not hold it
        with engine.begin() as connection:
            gone = objects.delete().where(objects.c.key.in_(keys), _WRITING, sa.text("fault = 'given_up'"))
            removed += connection.execute(gone).rowcount
    return removed


def abandoned(connection: sa.Connection, *, before: datetime) -> int:
    """How many announcements are older than `before` and still not adopted."""
    query = (
        sa.select(sa.func.count()).select_from(objects).where(_WRITING, objects.c.created_at < iso(before))
    )
    return int(connection.scalar(query) or 0)


def orphans(engine: sa.Engine, store: ObjectStore, *, before: datetime) -> Iterator[Orphan]:
    """Objects of the store, older than `before`, without a row in the register. Memory does not grow with the store.

    They are named and left alone: after the register was restored from an older backup, they are what was
    acknowledged since.
    """
    for keys in _chunks(store.keys()):
        with engine.connect().execution_options(reading=True) as connection:
            known = set(connection.scalars(sa.select(objects.c.key).where(objects.c.key.in_(keys))))
        for key in keys:
            if key not in known and (given_out := key_time(key)) < before:
                yield Orphan(key=key, created_at=given_out)


def key_time(key: str) -> datetime:
    """The moment at which an object's key was given out, which a ULID says."""
    return vietnam_time(ULID.from_str(key).datetime)


def _given_up(engine: sa.Engine, before: datetime) -> list[str]:
    """Up to `BATCH` keys that are marked as given up, those of a killed run among them."""
    late = sa.or_(sa.text("fault = 'given_up'"), objects.c.created_at < iso(before))
    wanted = sa.select(objects.c.key).where(_WRITING, late).limit(BATCH)
    with engine.connect().execution_options(reading=True) as connection:
        keys = list(connection.scalars(wanted))
    if not keys:
        return []
    with engine.begin() as connection:
        claimed = objects.update().where(objects.c.key.in_(keys), _WRITING).values(fault="given_up")
        connection.execute(claimed)
        marked = sa.select(objects.c.key).where(objects.c.key.in_(keys), sa.text("fault = 'given_up'"))
        return list(connection.scalars(marked))


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    source = iter(keys)
    while chunk := list(islice(source, BATCH)):
        yield chunk
