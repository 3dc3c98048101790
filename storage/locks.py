"""Locks of one home folder that the operating system frees when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import HomeBusy


class HomeLocks:
    """One lock for the home, shared by all who work in it, and one for each document."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def working(self, tidy: Callable[[], None]) -> Iterator[None]:
        """Hold the home while working. The first comer runs `tidy` alone, before anyone else can enter."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = _open(self._folder / "home")
        try:
            if _try_lock(descriptor):
                tidy()
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def document(self, document_id: str, *, wait: bool = False) -> Iterator[None]:
        """Hold one document. Raises HomeBusy when somebody else has it and `wait` is off."""
        path = self._folder / f"{document_id}.lock"
        while True:
            descriptor = _open(path)
            if wait:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            elif not _try_lock(descriptor):
                os.close(descriptor)
                raise HomeBusy(id=document_id)
            if _still_named(descriptor, path):
                break
            os.close(descriptor)  # the holder before us removed the file: lock its successor
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            os.close(descriptor)


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _still_named(descriptor: int, path: Path) -> bool:
    try:
        return os.fstat(descriptor).st_ino == path.stat().st_ino
    except FileNotFoundError:
        return False


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
