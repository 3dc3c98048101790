"""Locks that are freed when their holder dies, however it dies: of one home folder by the operating system, of documents
that several machines work on by the database as well."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from models.errors import HomeBusy, StorageFault
from storage.database import tell_as_fault


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

    def close(self) -> None:
        """Give back what the locks are kept with."""


class SharedLocks(HomeLocks):
    """Those of a home whose documents other machines work on too: a document is locked at the PostgreSQL server as well,
    for as long as the connection lasts."""

    def __init__(self, folder: Path, url: sa.URL) -> None:
        super().__init__(folder)
        self._engine = sa.create_engine(
            url, isolation_level="AUTOCOMMIT", pool_size=8, max_overflow=-1, pool_pre_ping=True
        )
        sa.event.listen(self._engine, "handle_error", tell_as_fault)

    @contextmanager
    def document(self, document_id: str, *, wait: bool = False) -> Iterator[None]:
        key = int.from_bytes(
            sha256(f"ecopy document {document_id}".encode()).digest()[:8], "big", signed=True
        )
        with super().document(document_id, wait=wait), self._engine.connect() as connection:
            if wait:
                connection.execute(sa.select(sa.func.pg_advisory_lock(key)))
            elif not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))):
                raise HomeBusy(id=document_id)
            try:
                yield
            finally:
                with suppress(StorageFault):  # with the connection the lock has gone
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))

    def close(self) -> None:
        self._engine.dispose()


def open_locks(folder: Path, engine: sa.Engine) -> HomeLocks:
    """The locks of a home whose register is behind `engine`."""
    if engine.dialect.name == "postgresql":
        return SharedLocks(folder, engine.url)
    return HomeLocks(folder)


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
