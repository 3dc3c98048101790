"""Objects as files in a local folder: written once, synced to the disk, never overwritten.

Its locks are the program's word: it refuses to delete or to shorten, but whoever may write to the folder can. There
are no versions and no notes. A claim of write-once storage needs a second copy elsewhere, or an S3 store.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from models.errors import ObjectExists, ObjectMissing, StorageFault, StoreDenied, StoreDown, StoreFull
from models.ids import is_id, new_id
from models.ports import LockMode, ObjectFacts, ObjectLock
from storage.stores.base import CHUNK, Stored, Tally, check_growth, locked, under_hold, whole_seconds

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_DOWN = {
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ESTALE,
    errno.ENOTCONN,
    errno.EHOSTDOWN,
    errno.ENODEV,
    errno.ENXIO,
}


class FolderStore:
    """An ObjectStore over `root`. The last two characters of the key, its random end, spread the files."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._locks = root / "locks"

    @property
    def description(self) -> str:
        return f"folder:{self._root}"

    @property
    def folder(self) -> Path:
        """Where the objects lie."""
        return self._root

    @property
    def enforces_locks(self) -> bool:
        return False

    def versioned(self) -> bool:
        return False

    def prepare(self) -> None:
        """Create the folders. Raises StorageFault where that is impossible."""
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
            self._locks.mkdir(exist_ok=True)
        except OSError as fault:
            raise self._fault(fault) from fault

    def put(self, key: str, source: BinaryIO, notes: Mapping[str, str] | None = None) -> Stored:
        """Copy `source` under `key`; hashed on the way, durable on return. `notes` are not kept.

        The bytes go to a file of their own, are synced, and get their name by a hard link, which fails
        where the name is taken: two writers can't both win.
        """
        target = self._path(key)
        temporary = self._incoming / new_id()
        tally = Tally()
        try:
            with temporary.open("xb") as sink:
                while chunk := source.read(CHUNK):
                    tally.add(chunk)
                    sink.write(chunk)
                sink.flush()
                os.fchmod(sink.fileno(), 0o440)
                os.fsync(sink.fileno())
            if not target.parent.is_dir():
                target.parent.mkdir(exist_ok=True)
                _sync_folder(self._root)
            os.link(temporary, target)
            _sync_folder(target.parent)
        except FileExistsError as fault:
            raise ObjectExists(key=key) from fault
        except OSError as fault:
            raise self._fault(fault) from fault
        finally:
            temporary.unlink(missing_ok=True)
        return Stored(key=key, size=tally.size, sha256=tally.sha256)

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        with self.local_path(key) as path:
            try:
                handle = path.open("rb")
            except OSError as fault:
                raise self._fault(fault) from fault
            with handle:
                yield handle

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        self._facts(key)
        yield self._path(key)

    def exists(self, key: str) -> bool:
        try:
            self._facts(key)
        except ObjectMissing:
            return False
        return True

    def stat(self, key: str) -> ObjectFacts:
        found = self._facts(key)
        written = datetime.fromtimestamp(found.st_mtime, UTC)
        return ObjectFacts(key=key, size=found.st_size, stored_at=written, notes={})

    def delete(self, key: str, *, lawful: bool = False) -> None:
        path = self._path(key)
        try:
            with self._locking(key):
                self._check_free(key, lawful=lawful)
                path.unlink(missing_ok=True)
                self._lock_file(key).unlink(missing_ok=True)
        except OSError as fault:
            raise self._fault(fault) from fault

    def keys(self) -> Iterator[str]:
        """All keys, folder by folder: a thousandth of the names is in memory at a time."""
        try:
            for folder in _names(self._root):
                if len(folder) == 2 and (self._root / folder).is_dir():
                    yield from (name for name in _names(self._root / folder) if is_id(name))
        except OSError as fault:
            raise self._fault(fault) from fault

    def lock(self, key: str, until: datetime, mode: LockMode) -> None:
        self._facts(key)
        until = whole_seconds(until)
        try:
            with self._locking(key):
                words = self._lock_words(key)
                check_growth(key, _lock_in(words), until, mode, datetime.now(UTC))
                self._write_lock(key, {**words, "until": until.isoformat(), "mode": mode})
        except OSError as fault:
            raise self._fault(fault) from fault

    def lock_of(self, key: str) -> ObjectLock | None:
        self._facts(key)
        return _lock_in(self._lock_words(key))

    def hold(self, key: str, held: bool) -> None:
        self._facts(key)
        try:
            with self._locking(key):
                self._write_lock(key, {**self._lock_words(key), "held": held})
        except OSError as fault:
            raise self._fault(fault) from fault

    def held(self, key: str) -> bool:
        self._facts(key)
        return bool(self._lock_words(key).get("held"))

    def read_url(self, key: str, valid_for: timedelta) -> None:
        """A folder has no URLs to give."""

    def tidy(self) -> int:
        """Remove what killed writers left behind; only while nobody else writes. Returns the count."""
        try:
            left = list(self._incoming.iterdir())
            for path in left:
                path.unlink(missing_ok=True)
        except OSError as fault:
            raise self._fault(fault) from fault
        return len(left)

    def _path(self, key: str) -> Path:
        if not is_id(key):
            raise ObjectMissing(key=key)
        return self._root / key[-2:] / key

    def _facts(self, key: str) -> os.stat_result:
        try:
            return self._path(key).stat()
        except FileNotFoundError as fault:
            if self._incoming.is_dir():
                raise ObjectMissing(key=key) from None
            raise self._fault(fault) from fault  # the whole folder is gone: a disk that is not mounted
        except OSError as fault:
            raise self._fault(fault) from fault

    def _lock_file(self, key: str) -> Path:
        return self._locks / key[-2:] / f"{key}.json"

    def _lock_words(self, key: str) -> dict[str, Any]:
        try:
            words = json.loads(self._lock_file(key).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as fault:
            raise StorageFault(reason=f"lock of {key}: {fault}") from fault
        return dict(words)

    def _write_lock(self, key: str, words: dict[str, Any]) -> None:
        path = self._lock_file(key)
        draft = path.with_name(f"{path.name}.{new_id()}")
        try:
            with draft.open("x", encoding="utf-8") as sink:
                json.dump(words, sink)
                sink.flush()
                os.fsync(sink.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(path.parent)

    @contextmanager
    def _locking(self, key: str) -> Iterator[None]:
        """Nobody else locks or deletes in this part of the store meanwhile."""
        folder = self._lock_file(key).parent
        if not folder.is_dir():
            self._locks.mkdir(exist_ok=True)
            folder.mkdir(exist_ok=True)
            _sync_folder(self._locks)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _check_free(self, key: str, *, lawful: bool) -> None:
        words = self._lock_words(key)
        if words.get("held"):
            raise under_hold(key)
        lock = _lock_in(words)
        if lock is None or lock.until <= datetime.now(UTC) or (lawful and lock.mode == "governance"):
            return
        raise locked(key, lock)

    def _fault(self, fault: OSError) -> StorageFault:
        """The error of our tree for one of the system's."""
        reason = str(fault)
        if fault.errno in _FULL:
            return StoreFull(store=self.description, reason=reason)
        if fault.errno in _DENIED:
            return StoreDenied(store=self.description, reason=reason)
        if fault.errno in _DOWN:
            return StoreDown(store=self.description, reason=reason)
        return StorageFault(reason=reason)


def _lock_in(words: dict[str, Any]) -> ObjectLock | None:
    if "until" not in words:
        return None
    return ObjectLock(until=datetime.fromisoformat(words["until"]), mode=words["mode"])


def _names(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
