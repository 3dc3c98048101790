"""Folders in memory where pictures pass through that other programs write, and what is left of them when a process was killed.

Each is locked by the process that uses it; the lock goes with the process, whatever ended it, so what is not locked is nobody's.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

IN_MEMORY = Path("/dev/shm")
PREFIX = "ecopy-scan-"
NEW_S = 60.0
"""A folder so young may not have been locked yet by who has just made it."""


@contextmanager
def passing_folder(root: Path = IN_MEMORY) -> Iterator[Path]:
    """A folder of one's own in memory, gone afterwards; on a system without such a place among the temporary files."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=root if root.is_dir() else None) as name:
        handle = _locked(Path(name))
        try:
            yield Path(name)
        finally:
            if handle is not None:
                os.close(handle)


def sweep(root: Path = IN_MEMORY) -> int:
    """Remove what killed processes of this user have left there; returns how many folders that were."""
    if os.name != "posix" or not root.is_dir():
        return 0
    gone = 0
    for path in root.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):  # its owner has just removed it
            found = path.lstat()
            mine = found.st_uid == os.getuid() and not path.is_symlink() and path.is_dir()
            if not mine or time.time() - found.st_mtime < NEW_S or (handle := _locked(path)) is None:
                continue
            try:
                shutil.rmtree(path)
                gone += 1
            finally:
                os.close(handle)
    return gone


def _locked(folder: Path) -> int | None:
    """The folder, open and locked; None where another process has it, or there are no such locks."""
    if os.name != "posix":
        return None
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle
