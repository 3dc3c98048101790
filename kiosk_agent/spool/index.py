"""The index of the spool: one SQLite file, every commit on the disk before anything is promised."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import SpoolBroken, SpoolBusy

FORM = 1
_TABLES = """
CREATE TABLE scans (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'done')),
    words BLOB NOT NULL,
    began_at TEXT NOT NULL,
    closed_at TEXT,
    done_at TEXT,
    sha256 TEXT,
    size INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    error BLOB,
    receipt TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX scans_state ON scans (state, id);
CREATE TABLE pages (
    id TEXT PRIMARY KEY,
    scan TEXT NOT NULL REFERENCES scans (id),
    place INTEGER NOT NULL,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sealed_size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    facts TEXT NOT NULL,
    UNIQUE (scan, place)
) STRICT, WITHOUT ROWID;
"""


class Index:
    """Used by one thread at a time, and by one program, which holds it as long as it lives."""

    def __init__(self, path: Path) -> None:
        """Raises SpoolBusy, SpoolBroken."""
        self._path = path
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.5)
        try:
            self._database.row_factory = sqlite3.Row
            self._database.execute("PRAGMA foreign_keys=ON")
            # Rows of a page are few and short: a journal that is deleted is as quick here as a log, and leaves one file.
            self._database.execute("PRAGMA journal_mode=DELETE")
            self._database.execute("PRAGMA synchronous=EXTRA")
            self._database.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._database.execute("BEGIN EXCLUSIVE")
            self._database.execute("COMMIT")  # the lock stays
            form = self._database.execute("PRAGMA user_version").fetchone()[0]
            if form == 0:
                self._database.executescript(f"BEGIN; {_TABLES} PRAGMA user_version={FORM}; COMMIT;")
            elif form != FORM:
                raise SpoolBroken(reason=f"form {form}", place=path)
            self._check()
        except sqlite3.DatabaseError as fault:
            self._database.close()
            if fault.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise SpoolBusy(place=path.parent) from fault
            raise SpoolBroken(reason=str(fault), place=path) from fault
        except SpoolBroken:
            self._database.close()
            raise

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction; on the disk when it is over. Raises SpoolBroken, and sqlite3.OperationalError where it is full."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
        except BaseException:
            self._database.rollback()
            raise
        try:
            self._database.execute("COMMIT")
        except sqlite3.DatabaseError:
            if self._database.in_transaction:
                self._database.rollback()
            raise

    def all(self, query: str, *values: object) -> list[sqlite3.Row]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.DatabaseError as fault:
            raise SpoolBroken(reason=str(fault), place=self._path) from fault

    def close(self) -> None:
        self._database.close()

    def _check(self) -> None:
        (found,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise SpoolBroken(reason=found, place=self._path)
