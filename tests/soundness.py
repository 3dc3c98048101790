"""Whether a register and its store are whole, and its trail sound, as tests ask after every mishap."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from models.ports import ObjectStore
from storage import schema as t
from storage.audit.verify import snapshot, verify
from storage.copies import reconcile

_EVER = datetime(9000, 1, 1, tzinfo=UTC)


def missing(engine: sa.Engine, store: ObjectStore) -> tuple[str, ...]:
    """Objects that belong to results and that the store does not have."""
    return tuple(key for key in _keys(engine, "stored") if not store.exists(key))


def orphans(engine: sa.Engine, store: ObjectStore) -> tuple[str, ...]:
    """Objects in the store that the register knows nothing of."""
    return tuple(orphan.key for orphan in reconcile.orphans(engine, store, before=_EVER))


def abandoned(engine: sa.Engine) -> tuple[str, ...]:
    """Objects that were announced and never adopted."""
    return _keys(engine, "writing")


def trail_break(engine: sa.Engine) -> int | None:
    """The number of the first entry of the trail that was altered, removed or reordered."""
    with snapshot(engine) as connection:
        return min((fault.first for fault in verify(connection).faults), default=None)


def _keys(engine: sa.Engine, state: str) -> tuple[str, ...]:
    with engine.connect() as connection:
        query = sa.select(t.objects.c.key).where(t.objects.c.state == state)
        return tuple(connection.scalars(query.order_by(t.objects.c.key)))
