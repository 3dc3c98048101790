"""What every test would make anew and alike, made once for each process: the tables of an empty register.

The first empty register on SQLite is migrated as ever; later ones are told the same statements again, without Alembic
(`tests.servers.postgres` copies a whole database). `tests/storage/test_ready_made.py` shows that they are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

import storage.database

Migrate = Callable[..., None]


class Tables:
    """Stands in for `storage.database.migrate`; what isn't the whole way of an empty SQLite file is left to that."""

    def __init__(self, migrate: Migrate) -> None:
        self._migrate = migrate
        self._said: list[tuple[str, Any]] = []

    def __call__(self, engine: sa.Engine, target: str = "head") -> None:
        if engine.dialect.name != "sqlite" or target != "head":
            self._migrate(engine, target)
        elif not self._said:
            self._listen_to_migrating(engine)
        else:
            with engine.begin() as connection:  # holds the lock from here on
                empty = not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
                if empty:
                    cursor = connection.connection.cursor()
                    for statement, parameters in self._said:
                        cursor.execute(statement, parameters)
                    cursor.close()
            if not empty:
                self._migrate(engine)

    def _listen_to_migrating(self, engine: sa.Engine) -> None:
        said: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "BEGIN")):
                said.append((statement, parameters))

        was_empty = not sa.inspect(engine).get_table_names()
        sa.event.listen(engine, "before_cursor_execute", note)
        self._migrate(engine)
        sa.event.remove(engine, "before_cursor_execute", note)
        if was_empty:
            self._said = said


@contextmanager
def in_use() -> Iterator[None]:
    """Ready-made tables for whatever runs in this process."""
    with patch.object(storage.database, "migrate", Tables(storage.database.migrate)):
        yield


def tables_from_the_start() -> None:
    """Ready-made tables in this process and those forked from it."""
    tables = Tables(storage.database.migrate)
    engine = storage.database.connect("sqlite://")
    tables(engine)
    engine.dispose()
    storage.database.migrate = tables
