"""Bytes on the way: one file an upload, one writer at a time, synced before anything is said of them."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import NotFound, StorageFault, StoreFull, UploadBusy
from models.ids import is_id

CHUNK = 1 << 20
_MARK = ".at"
"""Ending of the small file that says how far an upload was before a piece whose checksum is still to be seen."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class UploadFiles:
    """The folder in which unfinished uploads lie. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def offset(self, upload_id: str) -> int:
        """How many bytes of an upload are here, while somebody else may be adding to it; 0 before the first one."""
        try:
            size = self._path(upload_id).stat().st_size
            marked = _marked(self._mark(upload_id))
        except FileNotFoundError:
            return 0
        except OSError as fault:
            raise _told(self.folder, fault) from fault
        return size if marked is None else min(size, marked)

    @contextmanager
    def held(self, upload_id: str) -> Iterator[UploadFile]:
        """The upload's file for its only writer, without what a killed one left unchecked. Raises UploadBusy."""
        path = self._path(upload_id)
        try:
            descriptor = self._locked(path, upload_id)
        except OSError as fault:
            raise _told(self.folder, fault) from fault
        try:
            yield UploadFile(path, self._mark(upload_id), descriptor)
        finally:
            os.close(descriptor)

    def remove(self, upload_id: str) -> None:
        """Forget the bytes of an upload; nothing to forget is no error."""
        try:
            self._path(upload_id).unlink(missing_ok=True)
            self._mark(upload_id).unlink(missing_ok=True)
        except OSError as fault:
            raise _told(self.folder, fault) from fault

    def names(self) -> list[str]:
        """Ids of the uploads of which bytes are here."""
        if not self.folder.is_dir():
            return []
        with os.scandir(self.folder) as entries:
            return sorted(entry.name for entry in entries if is_id(entry.name))

    def idle_s(self, upload_id: str) -> float:
        """Seconds since somebody last wrote to it; 0 where nothing of it is here."""
        try:
            return max(0.0, time.time() - self._path(upload_id).stat().st_mtime)
        except FileNotFoundError:
            return 0.0

    def present_bytes(self) -> int:
        """What all uploads have of the disk already."""
        if not self.folder.is_dir():
            return 0
        with os.scandir(self.folder) as entries:
            return sum(_size(e) for e in entries if is_id(e.name))

    def free_bytes(self) -> int:
        """What the disk still takes."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return shutil.disk_usage(self.folder).free
        except OSError as fault:
            raise _told(self.folder, fault) from fault

    def _path(self, upload_id: str) -> Path:
        if not is_id(upload_id):  # whatever else it is, it is no path of ours
            raise NotFound(what="upload", id=upload_id[:40])
        return self.folder / upload_id

    def _mark(self, upload_id: str) -> Path:
        return self.folder / f"{upload_id}{_MARK}"

    def _locked(self, path: Path, upload_id: str) -> int:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                raise UploadBusy(id=upload_id, retry_after_s=1) from None
            try:
                if os.fstat(descriptor).st_ino == path.stat().st_ino:
                    return descriptor
            except FileNotFoundError:
                pass
            os.close(descriptor)  # its last holder removed it before we had it


class UploadFile:
    """An upload's bytes while nobody else may touch them."""

    def __init__(self, path: Path, mark: Path, descriptor: int) -> None:
        self.path = path
        self._mark = mark
        self._descriptor = descriptor
        self._folder = path.parent
        left = _marked(mark)
        if left is not None and left < self.size:
            self.cut(left)
        mark.unlink(missing_ok=True)

    @property
    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def append(self, piece: bytes) -> None:
        """Raises StoreFull or StorageFault."""
        try:
            view, at = memoryview(piece), self.size
            while view:
                written = os.pwrite(self._descriptor, view, at)
                view, at = view[written:], at + written
        except OSError as fault:
            raise _told(self._folder, fault) from fault

    def doubt(self) -> None:
        """What comes from now on counts only after `believe`, also where this process is killed before."""
        try:
            with self._mark.open("x") as sink:
                sink.write(str(self.size))
                sink.flush()
                os.fsync(sink.fileno())
        except OSError as fault:
            raise _told(self._folder, fault) from fault

    def believe(self) -> None:
        """What came since `doubt` is right: on disk first, then counted."""
        self.sync()
        self._mark.unlink(missing_ok=True)

    def cut(self, size: int) -> None:
        """Forget what is beyond `size` bytes."""
        try:
            os.ftruncate(self._descriptor, size)
            os.fsync(self._descriptor)
            self._mark.unlink(missing_ok=True)
        except OSError as fault:
            raise _told(self._folder, fault) from fault

    def sync(self) -> None:
        """What is here survives a power cut."""
        try:
            os.fsync(self._descriptor)
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as fault:
            raise _told(self._folder, fault) from fault

    def sha256(self) -> str:
        """Hash (hex) of all of it, read from the disk again."""
        digest, at = hashlib.sha256(), 0
        try:
            while piece := os.pread(self._descriptor, CHUNK, at):
                digest.update(piece)
                at += len(piece)
        except OSError as fault:
            raise _told(self._folder, fault) from fault
        return digest.hexdigest()


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except FileNotFoundError:  # finished meanwhile
        return 0


def _marked(mark: Path) -> int | None:
    try:
        words = mark.read_text()
    except FileNotFoundError:
        return None
    return int(words) if words.isdecimal() else 0  # killed while it was written: nothing behind it is sure


def _told(folder: Path, fault: OSError) -> StorageFault:
    if fault.errno in _FULL:
        return StoreFull(store=folder, reason=fault.strerror or str(fault))
    return StorageFault(reason=f"{folder}: {fault.strerror or fault}")
