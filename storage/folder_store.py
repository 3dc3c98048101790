"""Objects as files in a local folder: written once, synced to the disk, never overwritten."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from models.errors import ObjectExists, ObjectMissing, StorageFault
from models.ids import is_id, new_id

CHUNK = 1 << 20


@dataclass(frozen=True)
class FolderObject:
    """What the store says about one object."""

    key: str
    size: int
    sha256: str


class FolderStore:
    """An ObjectStore over `root`. The last two characters of the key, its random end, spread the files."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    def prepare(self) -> None:
        """Create the folders. Raises StorageFault where that is impossible."""
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise StorageFault(reason=str(fault)) from fault

    def put(self, key: str, source: BinaryIO) -> FolderObject:
        """Copy `source` under `key`; hashed on the way, durable on return.

        The bytes go to a file of their own, are synced, and get their name by a hard link, which fails
        where the name is taken: two writers can't both win.
        """
        target = self._path(key)
        temporary = self._incoming / new_id()
        digest, size = hashlib.sha256(), 0
        try:
            with temporary.open("xb") as sink:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
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
            raise StorageFault(reason=str(fault)) from fault
        finally:
            temporary.unlink(missing_ok=True)
        return FolderObject(key=key, size=size, sha256=digest.hexdigest())

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        with self.local_path(key) as path, path.open("rb") as handle:
            yield handle

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        path = self._path(key)
        if not path.is_file():
            raise ObjectMissing(key=key)
        yield path

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as fault:
            raise StorageFault(reason=str(fault)) from fault

    def keys(self) -> Iterator[str]:
        for folder in sorted(self._root.iterdir()):
            if folder == self._incoming or not folder.is_dir():
                continue
            yield from (entry.name for entry in sorted(folder.iterdir()) if is_id(entry.name))

    def clear_incoming(self) -> int:
        """Remove what killed writers left behind; only while nobody else writes. Returns the count."""
        left = list(self._incoming.iterdir())
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _path(self, key: str) -> Path:
        if not is_id(key):
            raise ObjectMissing(key=key)
        return self._root / key[-2:] / key


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
