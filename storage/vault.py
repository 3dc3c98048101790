"""Objects together with their announcement in the register: no object without a row, no row without a reason."""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar, cast

import sqlalchemy as sa

from models.errors import ObjectDamaged, ObjectKeyDestroyed, ObjectMissing, StorageFault, StoreFull
from models.ids import new_id
from models.ports import Clock, ObjectStore
from models.times import iso
from storage.checked import CheckedReader, Soundness
from storage.envelope import OpeningReader, SealingReader
from storage.keys.ring import KeyRing
from storage.records import StoredRef
from storage.schema import object_keys, objects

T = TypeVar("T")
Which = Literal["first", "second"]
log = logging.getLogger(__name__)

CHUNK = 1 << 20
BATCH = 500


@dataclass(frozen=True)
class _Entry:
    """What the register says of an object."""

    key: str
    size: int | None
    sha256: str | None
    encrypted: bool
    master: str | None
    wrapped: str | None
    fault: str | None


class Vault:
    """Writes objects in two steps: announced and durable first, adopted by the result's transaction after.

    With a newest master key in `keys`, new objects are encrypted under a key of their own; whoever reads through the
    vault gets their content, checked: wrong bytes are never handed on. What the store can't give soundly is read from
    the second store, where there is one, and put on the object's row.
    """

    def __init__(
        self,
        engine: sa.Engine,
        store: ObjectStore,
        clock: Clock,
        *,
        keys: KeyRing | None = None,
        second: ObjectStore | None = None,
        workspace: Path | None = None,
        failed: Callable[[Which, str], None] = lambda _which, _code: None,
    ) -> None:
        """`workspace` is where content lies while somebody uses it as a file; the temporary folder by default. `failed` is
        told of each fault of a store, by its code."""
        self._engine = engine
        self._store = store
        self._clock = clock
        self._keys = keys or KeyRing()
        self._second = second
        self._workspace = workspace
        self._failed = failed
        self._soundness = Soundness()

    def write(self, kind: str, source: BinaryIO | Path | bytes) -> StoredRef:
        """Make `source` durable under a new key. It stays `writing` until a transaction adopts it.

        Raises StorageFault when the store, the register or the service of the master key fails.
        """
        key = new_id()
        own = self._keys.new_key(key) if self._keys.newest is not None else None
        with self._engine.begin() as connection:
            row = {
                "key": key,
                "kind": kind,
                "state": "writing",
                "created_at": iso(self._clock.now()),
                "encrypted": own is not None,
            }
            connection.execute(objects.insert().values(row))
            if own is not None:
                kept = {"key": key, "master": own.master, "wrapped": own.wrapped}
                connection.execute(object_keys.insert().values(kept))
        with _readable(source) as handle, self._told_of_faults():
            if own is None:
                stored = self._store.put(key, handle, {"kind": kind})
                size, digest = stored.size, stored.sha256
            else:
                sealing = SealingReader(handle, own.plain, key)
                stored = self._store.put(key, cast(BinaryIO, sealing), {"kind": kind})
                size, digest = sealing.size, sealing.sha256
        return StoredRef(
            key=key, size=size, sha256=digest, stored_size=stored.size, stored_sha256=stored.sha256
        )

    @staticmethod
    def adopt(connection: sa.Connection, ref: StoredRef) -> None:
        """Mark `ref` as belonging to a result, in that result's own transaction.

        Size and hash of the stored bytes are put on record the first time. Raises StorageFault for an object that was
        given up meanwhile (`storage.copies.reconcile`).
        """
        o = objects.c
        adopted = connection.execute(
            objects.update()
            .where(o.key == ref.key, sa.or_(o.state == "stored", o.fault.is_(None)))
            .values(
                state="stored",
                size=sa.func.coalesce(o.size, ref.size if ref.stored_size is None else ref.stored_size),
                sha256=sa.func.coalesce(o.sha256, ref.stored_sha256 or ref.sha256),
            )
        )
        if not adopted.rowcount:
            raise StorageFault(reason=f"object {ref.key} waited too long for its result and was given up")

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """The content, seekable. Raises ObjectMissing, ObjectDamaged, ObjectKeyDestroyed, StorageFault.

        What is encrypted is checked chunk by chunk while it is read, anything else as a whole before.
        """
        entry = self._entry(key)
        if entry.encrypted:
            with self._opened(entry) as handle:
                yield handle
        else:
            with self._sound(entry) as path, path.open("rb") as handle:
                yield handle

    @contextmanager
    def served(self, key: str, *, whole: bool) -> Iterator[tuple[BinaryIO, int]]:
        """The content and its size, for many who fetch it: `whole`, read once from its beginning to its end, or stretches.

        What was found sound a moment ago (`Soundness`) is not hashed again. Otherwise a whole content is checked on its
        way: where it turns out damaged, the last piece is not given but ObjectDamaged raised, the fault goes on record,
        and the next reader gets the second store's copy. Raises as `open`.
        """
        entry = self._entry(key)
        fresh = self._soundness.holds(key)
        if entry.encrypted or entry.sha256 is None or entry.size is None or entry.fault is not None:
            fresh = whole = False
        if not fresh and not whole:
            with self.open(key) as handle:
                size = handle.seek(0, io.SEEK_END)
                handle.seek(0)
                self._soundness.note(key)
                yield handle, size
            return
        assert entry.size is not None
        with ExitStack() as stack:
            raw = next(self._copies(entry, lambda store: stack.enter_context(store.open(entry.key))))
            if not fresh:
                raw = self._checked(raw, entry)
            yield raw, entry.size

    def _checked(self, raw: BinaryIO, entry: _Entry) -> BinaryIO:
        def verdict(sound: bool) -> None:
            if sound:
                self._soundness.note(entry.key)
                return
            fault = ObjectDamaged(key=entry.key)
            self._put_on_record(entry.key, fault)
            raise fault

        return cast(BinaryIO, CheckedReader(raw, entry.size or 0, entry.sha256 or "", verdict))

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """The content as a read-only file, whole and checked. Raises as `open`."""
        entry = self._entry(key)
        if not entry.encrypted:
            with self._sound(entry) as path:
                yield path
            return
        if self._workspace is not None:
            self._workspace.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._opened(entry) as source, tempfile.TemporaryDirectory(dir=self._workspace) as folder:
            path = Path(folder) / key
            try:
                with path.open("xb") as sink:
                    while chunk := source.read(CHUNK):
                        sink.write(chunk)
                path.chmod(0o400)
            except OSError as fault:
                raise StoreFull(store=folder, reason=str(fault)) from fault
            yield path

    def read(self, key: str) -> bytes:
        """The whole content, checked. Raises as `open`."""
        with self.open(key) as handle:
            return handle.read()

    def read_url(self, key: str, valid_for: timedelta) -> str | None:
        """A URL of the store that gives the content for so long; None where only this program can."""
        entry = self._entry(key)
        return None if entry.encrypted else self._store.read_url(key, valid_for)

    def discard(self, ref: StoredRef) -> None:
        """Give up an object that no transaction adopted."""
        self._remove([ref.key])

    def remove_released(self, key: str) -> None:
        """Remove an object that a committed transaction let go of. Raises ObjectLocked for one under compliance."""
        self._remove([key])

    def newest(self, count: int) -> tuple[str, ...]:
        """Keys of the objects that belong to results, newest first, at most so many."""
        wanted = sa.select(objects.c.key).where(objects.c.state == "stored")
        with self._reading() as connection:
            return tuple(connection.scalars(wanted.order_by(objects.c.key.desc()).limit(count)))

    def check(self, key: str) -> None:
        """Re-hash the stored bytes against the register; no master key is needed. Raises ObjectMissing or ObjectDamaged."""
        entry = self._entry(key)
        if entry.sha256 is not None and hash_of(self._store, key) != entry.sha256:
            raise ObjectDamaged(key=key)

    def _reading(self) -> sa.Connection:
        return self._engine.connect().execution_options(reading=True)

    def _entry(self, key: str) -> _Entry:
        o, k = objects.c, object_keys.c
        query = (
            sa.select(o.key, o.size, o.sha256, o.encrypted, o.fault, k.master, k.wrapped)
            .outerjoin_from(objects, object_keys, o.key == k.key)
            .where(o.key == key)
        )
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise ObjectMissing(key=key)
        return _Entry(**row._mapping)

    @contextmanager
    def _opened(self, entry: _Entry) -> Iterator[BinaryIO]:
        """The content of an encrypted object; where a copy fails in the middle, the second store's goes on."""
        if entry.master is None or entry.wrapped is None:
            raise ObjectKeyDestroyed(key=entry.key)
        data_key = self._keys.open(entry.master, entry.wrapped, entry.key)
        with ExitStack() as stack:
            copies = self._copies(entry, lambda store: stack.enter_context(store.open(entry.key)))

            def next_copy(fault: StorageFault | None) -> BinaryIO:
                return next(copies) if fault is None else copies.throw(fault)

            raw = stack.enter_context(closing(OpeningReader(next_copy, data_key, entry.key)))
            yield cast(BinaryIO, stack.enter_context(io.BufferedReader(raw, CHUNK)))

    @contextmanager
    def _sound(self, entry: _Entry) -> Iterator[Path]:
        """An object that is not encrypted as a file whose hash is right."""
        with ExitStack() as stack:
            copies = self._copies(entry, lambda store: stack.enter_context(store.local_path(entry.key)))
            path = next(copies)
            while entry.sha256 is not None:
                try:
                    if _hash_file(path) != entry.sha256:
                        raise ObjectDamaged(key=entry.key)
                    break
                except StorageFault as fault:
                    path = copies.throw(fault)
            yield path

    def _copies(self, entry: _Entry, open_in: Callable[[ObjectStore], T]) -> Generator[T, None, None]:
        """The copies of an object, one store after the other; a fault thrown in is that of the last one given.

        Each fault of the first store is put on record. Raises the first store's fault when no copy is sound.
        """
        first: StorageFault | None = None
        for store in (self._store, self._second):
            if store is None:
                continue
            try:
                yield open_in(store)
                return
            except StorageFault as fault:
                log.warning("%s in %s: %s", entry.key, store.description, fault)
                self._failed("first" if store is self._store else "second", fault.code)
                if first is None:
                    first = fault
                    self._put_on_record(entry.key, fault)
        if first is not None:
            raise first

    @contextmanager
    def _told_of_faults(self) -> Iterator[None]:
        try:
            yield
        except StorageFault as fault:
            self._failed("first", fault.code)
            raise

    def _put_on_record(self, key: str, fault: StorageFault) -> None:
        """What a read found wrong stands on the object's row, where checks and repairs look."""
        found = {ObjectMissing: "missing", ObjectDamaged: "damaged"}.get(type(fault))
        if found is not None:
            with self._engine.begin() as connection:
                stored = objects.update().where(objects.c.key == key, objects.c.state == "stored")
                connection.execute(stored.values(fault=found))

    def _remove(self, keys: Sequence[str]) -> None:
        """Remove objects that belong to nothing: the keys of the encrypted ones first, then the bytes, then the rows."""
        for at in range(0, len(keys), BATCH):
            some = list(keys[at : at + BATCH])
            with self._engine.begin() as connection:
                connection.execute(object_keys.delete().where(object_keys.c.key.in_(some)))
            gone: list[str] = []
            try:
                for key in some:
                    self._store.delete(key, lawful=True)
                    gone.append(key)
            finally:
                if gone:
                    with self._engine.begin() as connection:
                        connection.execute(objects.delete().where(objects.c.key.in_(gone)))


def hash_of(store: ObjectStore, key: str) -> str:
    """SHA-256 (hex) of an object as it lies in `store`. Raises ObjectMissing, StorageFault."""
    with store.open(key) as handle:
        return _hash(handle)


def _hash_file(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            return _hash(handle)
    except OSError as fault:
        raise StorageFault(reason=str(fault)) from fault


def _hash(handle: BinaryIO) -> str:
    digest = sha256()
    while chunk := handle.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _readable(source: BinaryIO | Path | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as handle:
            yield handle
    elif isinstance(source, bytes):
        yield io.BytesIO(source)
    else:
        yield source
