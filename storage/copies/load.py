"""A dumped register becomes rows again, in either kind of database, all of them in one transaction or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

import sqlalchemy as sa

from models.errors import BackupDamaged, NotEmpty
from storage.copies.dump import Header, Row, read_dump
from storage.schema import metadata

_BATCH = 1000


def load(connection: sa.Connection, handle: BinaryIO, name: str) -> dict[str, int]:
    """Insert every row of a dump, in the caller's transaction. Returns the rows of each table.

    The tables stand as the dump's revision has them, and are empty. Raises BackupDamaged.
    """
    counts: dict[str, int] = {}
    parts = read_dump(handle, name)
    next(parts)
    for part in parts:
        if isinstance(part, Header):
            raise BackupDamaged(id=name, reason="two headers")
        table, columns, rows = part
        counts[table] = _fill(connection, table, columns, rows)
    if connection.dialect.name == "postgresql":
        _continue_numbers(connection, counts)
    return counts


def check_empty(connection: sa.Connection) -> None:
    """Raise NotEmpty where the register holds anything already."""
    there = set(sa.inspect(connection).get_table_names())
    for table in reversed([table for table in metadata.sorted_tables if table.name in there]):
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise NotEmpty(found=f"register, {table.name}")


def _fill(connection: sa.Connection, name: str, columns: Sequence[str], rows: Iterator[Row]) -> int:
    """Insert; what refers to a row of the same table is set when all of them are there."""
    table = sa.table(name, *(sa.column(column) for column in columns))
    own = _references_to_itself(name, columns)
    keys = [columns.index(column.name) for column in metadata.tables[name].primary_key.columns]
    later: list[dict[str, Any]] = []

    def first() -> Iterator[Row]:
        for row in rows:
            if own and any(row[at] is not None for at in own):
                later.append({f"b_{columns[at]}": row[at] for at in (*keys, *own)})
                row = [None if at in own else value for at, value in enumerate(row)]
            yield row

    number = _copied(connection, table, columns, first())
    if later:
        where = sa.and_(*(table.c[columns[at]] == sa.bindparam(f"b_{columns[at]}") for at in keys))
        values: dict[str, Any] = {columns[at]: sa.bindparam(f"b_{columns[at]}") for at in own}
        connection.execute(table.update().where(where).values(values), later)
    return number


def _copied(
    connection: sa.Connection, table: sa.TableClause, columns: Sequence[str], rows: Iterator[Row]
) -> int:
    number = 0
    if connection.dialect.name == "postgresql":
        quote = connection.dialect.identifier_preparer.quote
        names = ", ".join(quote(column) for column in columns)
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
                number += 1
        return number
    while batch := list(islice(rows, _BATCH)):
        connection.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in batch])
        number += len(batch)
    return number


def _references_to_itself(name: str, columns: Sequence[str]) -> list[int]:
    table = metadata.tables[name]
    names = {
        column.name for column in table.columns for key in column.foreign_keys if key.column.table is table
    }
    return [at for at, column in enumerate(columns) if column in names]


def _continue_numbers(connection: sa.Connection, tables: dict[str, int]) -> None:
    """PostgreSQL numbers new rows from a sequence, which must know what was loaded."""
    for name in tables:
        for column in metadata.tables[name].primary_key.columns:
            if not isinstance(column.type, sa.Integer):
                continue
            sequence = connection.scalar(
                sa.text("select pg_get_serial_sequence(:table, :column)"),
                {"table": name, "column": column.name},
            )
            if sequence is not None:
                highest = connection.scalar(sa.select(sa.func.max(column)))
                if highest is not None:
                    connection.execute(sa.select(sa.func.setval(sequence, highest)))
