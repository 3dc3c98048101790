"""Objects together with their announcement in the register: no object without a row, no row without a reason."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from models.errors import ObjectDamaged, ObjectMissing
from models.ids import new_id
from models.ports import Clock, ObjectStore
from models.times import iso
from storage.records import StoredRef
from storage.schema import objects


class Vault:
    """Writes objects in two steps: announced and durable first, adopted by the result's transaction after."""

    def __init__(self, engine: sa.Engine, store: ObjectStore, clock: Clock) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock

    def write(self, kind: str, source: BinaryIO | Path | bytes) -> StoredRef:
        """Make `source` durable under a new key. It stays `writing` until a transaction adopts it.

        Raises StorageFault when the store or the register fails.
        """
        key = new_id()
        with self._engine.begin() as connection:
            connection.execute(
                objects.insert().values(
                    key=key, kind=kind, state="writing", created_at=iso(self._clock.now())
                )
            )
        with _readable(source) as handle:
            stored = self._store.put(key, handle)
        return StoredRef(key=key, size=stored.size, sha256=stored.sha256)

    @staticmethod
    def adopt(connection: sa.Connection, ref: StoredRef) -> None:
        """Mark `ref` as belonging to a result, in that result's own transaction."""
        connection.execute(
            objects.update()
            .where(objects.c.key == ref.key)
            .values(state="stored", size=ref.size, sha256=ref.sha256)
        )

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        return self._store.open(key)

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """The object as a read-only file. Raises ObjectMissing."""
        return self._store.local_path(key)

    def read(self, key: str) -> bytes:
        """The whole object, checked against its recorded hash. Raises ObjectMissing or ObjectDamaged."""
        from hashlib import sha256

        with self._engine.connect().execution_options(reading=True) as connection:
            expected = connection.scalar(sa.select(objects.c.sha256).where(objects.c.key == key))
        with self._store.open(key) as handle:
            content = handle.read()
        if expected is not None and sha256(content).hexdigest() != expected:
            raise ObjectDamaged(key=key)
        return content

    def discard(self, ref: StoredRef) -> None:
        """Give up an object that no transaction adopted."""
        self._remove([ref.key])

    def remove_released(self, key: str) -> None:
        """Remove an object that a committed transaction let go of."""
        self._remove([key])

    def missing(self) -> tuple[str, ...]:
        """Registered objects that the store no longer has: restore them from a backup."""
        with self._engine.connect().execution_options(reading=True) as connection:
            keys = connection.scalars(sa.select(objects.c.key).where(objects.c.state == "stored"))
            return tuple(sorted(key for key in keys if not self._store.exists(key)))

    def orphans(self) -> tuple[str, ...]:
        """Objects in the store that the register knows nothing of."""
        with self._engine.connect().execution_options(reading=True) as connection:
            known = set(connection.scalars(sa.select(objects.c.key)))
        return tuple(key for key in self._store.keys() if key not in known)  # noqa: SIM118 - no dict

    def abandoned(self) -> tuple[str, ...]:
        """Keys announced and never adopted: one indexed look, cheap enough for every start."""
        with self._engine.connect().execution_options(reading=True) as connection:
            return tuple(connection.scalars(sa.select(objects.c.key).where(objects.c.state == "writing")))

    def remove_abandoned(self) -> int:
        """Remove what killed writers left. Only while no other process writes. Returns the count."""
        keys = self.abandoned()
        self._remove(keys)
        return len(keys)

    def check(self, key: str) -> None:
        """Re-hash one object against the register. Raises ObjectMissing or ObjectDamaged."""
        if not self._store.exists(key):
            raise ObjectMissing(key=key)
        self.read(key)

    def _remove(self, keys: tuple[str, ...] | list[str]) -> None:
        for key in keys:
            self._store.delete(key)
        if keys:
            with self._engine.begin() as connection:
                connection.execute(objects.delete().where(objects.c.key.in_(list(keys))))


@contextmanager
def _readable(source: BinaryIO | Path | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as handle:
            yield handle
    elif isinstance(source, bytes):
        yield io.BytesIO(source)
    else:
        yield source
