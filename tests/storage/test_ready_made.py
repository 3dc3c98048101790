"""What tests get ready-made is what the migrations make, to the letter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage import database
from storage.database import HEAD, current_revision, migrate, open_database
from tests.ready_made import Tables
from tests.servers.postgres import new_database, ready_database

COLUMNS = """SELECT table_name, column_name, ordinal_position, data_type, character_maximum_length, is_nullable,
    column_default, is_identity, generation_expression FROM information_schema.columns WHERE table_schema = 'public'
    ORDER BY 1, 3"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
CONSTRAINTS = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"""
ACTIONS = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
FUNCTIONS = """SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"""


def test_a_register_on_sqlite_is_the_same_with_or_without_alembic(tmp_path: Path) -> None:
    tables = Tables(migrate)
    listened_to, ready, migrated = (_empty(tmp_path / f"{name}.sqlite3") for name in ("one", "two", "three"))
    for engine in (listened_to, ready):
        tables(engine)
    migrate(migrated)
    wanted = _everything(migrated)
    assert len(wanted) > 100
    assert _everything(ready) == wanted
    assert _everything(listened_to) == wanted


def test_it_is_what_tests_open(tmp_path: Path) -> None:
    assert isinstance(database.migrate, Tables)
    engine = open_database(f"sqlite:///{tmp_path / 'register.sqlite3'}")
    assert current_revision(engine) == HEAD
    engine.dispose()


def test_an_earlier_register_is_brought_up_to_date_as_ever(tmp_path: Path) -> None:
    tables = Tables(migrate)
    tables(_empty(tmp_path / "first.sqlite3"))
    earlier, migrated = _empty(tmp_path / "earlier.sqlite3"), _empty(tmp_path / "migrated.sqlite3")
    tables(earlier, "0004")
    assert current_revision(earlier) == "0004"
    tables(earlier)
    migrate(migrated)
    assert _everything(earlier) == _everything(migrated)


def test_a_database_on_postgresql_is_the_same_as_one_that_was_migrated() -> None:
    migrated, ready = (_described(url) for url in (new_database(), ready_database()))
    assert ready == migrated
    assert all(len(rows) > 0 for rows in ready[:3])


def _empty(path: Path) -> sa.Engine:
    return database.connect(f"sqlite:///{path}")


def _everything(engine: sa.Engine) -> list[str]:
    """The file as statements, tables and rows."""
    held = engine.raw_connection()
    try:
        connection: Any = held.driver_connection
        return sorted(map(_in_order, connection.iterdump()))
    finally:
        held.close()
        engine.dispose()


def _in_order(statement: str) -> str:
    """A table that Alembic made anew names its constraints in an order of chance."""
    first, *lines = (line.strip().rstrip(",") for line in statement.splitlines())
    columns = [line for line in lines if not line.startswith("CONSTRAINT")]
    return "\n".join([first, *columns, *sorted(set(lines) - set(columns))])


def _described(url: str) -> list[list[tuple[Any, ...]]]:
    engine = open_database(url)
    questions = (COLUMNS, INDEXES, CONSTRAINTS, ACTIONS, FUNCTIONS, "SELECT * FROM alembic_version")
    with engine.connect() as connection:
        counted = [
            (name, connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')))
            for name in sorted(sa.inspect(connection).get_table_names())
        ]
        found = [[tuple(row) for row in connection.execute(sa.text(asked))] for asked in questions]
    engine.dispose()
    return [*found, counted]
