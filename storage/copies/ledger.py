"""Two lists of objects, however long, compared on the disk: what the register has and what a store has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType

from storage.copies.fixity import Due

_BATCH = 1000


class Ledger:
    """A throw-away database in `folder`; memory does not grow with the lists."""

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(
            folder / "ledger.sqlite3", isolation_level=None, check_same_thread=False
        )
        for statement in (
            "PRAGMA journal_mode=OFF",
            "PRAGMA synchronous=OFF",
            "CREATE TABLE wanted (key TEXT PRIMARY KEY, kind TEXT, size INT, sha256 TEXT, until TEXT, mode TEXT) "
            "WITHOUT ROWID",
            "CREATE TABLE present (key TEXT PRIMARY KEY) WITHOUT ROWID",
            "BEGIN",
        ):
            self._database.execute(statement)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def want(self, due: Due) -> None:
        """An object that the register has."""
        row = (due.key, due.kind, due.size, due.sha256, due.locked_until, due.lock_mode)
        self._database.execute("INSERT INTO wanted VALUES (?, ?, ?, ?, ?, ?)", row)

    def list_present(self, keys: Iterable[str]) -> None:
        """What the store has."""
        rows = iter(keys)
        while batch := [(key,) for key in islice(rows, _BATCH)]:
            self._database.executemany("INSERT OR IGNORE INTO present VALUES (?)", batch)

    def wanted(self) -> Iterator[Due]:
        yield from self._dues("SELECT * FROM wanted ORDER BY key")

    def lacking(self) -> Iterator[Due]:
        """Wanted and not present."""
        yield from self._dues("SELECT * FROM wanted WHERE key NOT IN (SELECT key FROM present) ORDER BY key")

    def extra(self) -> Iterator[str]:
        """Present and not wanted."""
        query = "SELECT key FROM present WHERE key NOT IN (SELECT key FROM wanted) ORDER BY key"
        yield from (key for (key,) in self._database.execute(query))

    def counts(self) -> tuple[int, int, int]:
        """Wanted objects, their bytes, present objects."""
        count, size = self._database.execute("SELECT count(*), coalesce(sum(size), 0) FROM wanted").fetchone()
        return count, size, self._database.execute("SELECT count(*) FROM present").fetchone()[0]

    def _dues(self, query: str) -> Iterator[Due]:
        for key, kind, size, digest, until, mode in self._database.execute(query):
            yield Due(key=key, kind=kind, size=size, sha256=digest, locked_until=until, lock_mode=mode)
