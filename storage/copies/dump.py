"""The register as a stream: every row of one moment as a line of JSON, compressed, the same for both databases."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, BinaryIO

import sqlalchemy as sa

from models.errors import BackupDamaged
from storage.schema import metadata, object_keys

FORM = "ecopy-register-1"
_LEVEL = 6
_FETCH = 1000

Row = Sequence[Any]
Seen = Callable[[str, Row], None]
"""Called with the table's name and each of its rows as they go by."""


@dataclass(frozen=True)
class Header:
    """What stands at the head of a dump."""

    revision: str
    at: str
    tables: tuple[str, ...]


def tables_of_register() -> tuple[sa.Table, ...]:
    """All tables but the data keys, each after those it refers to."""
    return tuple(table for table in metadata.sorted_tables if table is not object_keys)


def dump(
    connection: sa.Connection,
    tables: Sequence[sa.Table],
    *,
    revision: str,
    at: str,
    counts: dict[str, int],
    seen: Seen = lambda table, row: None,
) -> BinaryIO:
    """The rows of `tables`, by their primary keys, as a compressed stream to be read once.

    `connection` is in a transaction that sees one moment. `counts` gets the rows of each table as they are read.
    Memory does not grow with the register.
    """
    lines = _lines(connection, tables, revision, at, counts, seen)
    return io.BufferedReader(_Compressed(lines), buffer_size=1 << 18)


def read_dump(handle: BinaryIO, name: str) -> Iterator[Header | tuple[str, tuple[str, ...], Iterator[Row]]]:
    """The header, then for each table its name, its columns and its rows, which must be read before the next.

    Raises BackupDamaged (of `name`) where the stream is cut short or isn't one of ours.
    """
    with gzip.GzipFile(fileobj=handle) as plain:
        values = _values(plain, name)
        first = next(values, None)
        if not isinstance(first, dict) or first.get("form") != FORM:
            raise BackupDamaged(id=name, reason="not a dump of a register")
        yield Header(revision=first["revision"], at=first["at"], tables=tuple(first["tables"]))
        for wanted in first["tables"]:
            begin = next(values, None)
            if not isinstance(begin, dict) or begin.get("table") != wanted:
                raise BackupDamaged(id=name, reason=f"table {wanted} is not where it belongs")
            rows = _Rows(values, wanted, name)
            yield wanted, tuple(begin["columns"]), iter(rows)
            rows.finish()
        if next(values, None) != {"end": FORM}:
            raise BackupDamaged(id=name, reason="cut short")


class Hashed(io.RawIOBase):
    """A stream that knows the SHA-256 and the size of what was read from it."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._digest = sha256()
        self.size = 0
        self.unreadable = False
        """True once the disk beneath failed to give what it holds."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            chunk = self._handle.read(len(buffer))
        except OSError:
            self.unreadable = True
            raise
        buffer[: len(chunk)] = chunk
        self._digest.update(chunk)
        self.size += len(chunk)
        return len(chunk)

    def drain(self) -> str:
        """Read to the end; the hash of the whole, hex."""
        while self.read(1 << 20):
            pass
        return self._digest.hexdigest()


def _lines(
    connection: sa.Connection,
    tables: Sequence[sa.Table],
    revision: str,
    at: str,
    counts: dict[str, int],
    seen: Seen,
) -> Iterator[bytes]:
    header = {"form": FORM, "revision": revision, "at": at, "tables": [table.name for table in tables]}
    yield _line(header)
    for table in tables:
        yield _line({"table": table.name, "columns": [column.name for column in table.columns]})
        query = sa.select(table).order_by(*table.primary_key.columns)
        number = 0
        for rows in connection.execution_options(yield_per=_FETCH).execute(query).partitions():
            for row in rows:
                seen(table.name, row)
            number += len(rows)
            yield b"".join(_line(list(row)) for row in rows)
        counts[table.name] = number
        yield _line({"end": table.name, "rows": number})
    yield _line({"end": FORM})


def _values(plain: Iterable[bytes], name: str) -> Iterator[Any]:
    """What stands on the lines. Raises BackupDamaged where they can't be read."""
    try:
        for line in plain:
            yield json.loads(line)
    except (OSError, EOFError, zlib.error, ValueError) as fault:
        raise BackupDamaged(id=name, reason=f"{type(fault).__name__}: {fault}") from fault


class _Rows:
    """The rows of one table up to its end, whose count must hold."""

    def __init__(self, values: Iterator[Any], table: str, name: str) -> None:
        self._values, self._table, self._name = values, table, name
        self._ended = False

    def __iter__(self) -> Iterator[Row]:
        number = 0
        while not self._ended:
            value = next(self._values, None)
            if isinstance(value, list):
                number += 1
                yield value
            elif value == {"end": self._table, "rows": number}:
                self._ended = True
            else:
                raise BackupDamaged(id=self._name, reason=f"table {self._table} is cut short")

    def finish(self) -> None:
        """Go to the end where the caller did not."""
        if not self._ended:
            raise BackupDamaged(id=self._name, reason=f"table {self._table} was not read to its end")


class _Compressed(io.RawIOBase):
    """Lines on the one side, gzip on the other."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._gzip = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._ended:
            line = next(self._lines, None)
            if line is None:
                self._ready, self._ended = self._gzip.flush(), True
            else:
                self._ready = self._gzip.compress(line)
        taken, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
