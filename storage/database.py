"""The database behind the register: SQLite by default, PostgreSQL by its URL, migrated on opening."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import event

from models.errors import StorageFault

HEAD = "0016"
"""The newest migration; compared first, so that an up-to-date database costs one query and no Alembic."""


def open_database(url: str) -> sa.Engine:
    """Connect and bring the schema up to date. Raises StorageFault when the database can't be used."""
    engine = connect(url)
    try:
        if current_revision(engine) != HEAD:
            migrate(engine)
    except sa.exc.SQLAlchemyError as fault:
        engine.dispose()
        raise StorageFault(reason=str(fault.__cause__ or fault)) from fault
    except StorageFault:
        engine.dispose()
        raise
    return engine


def connect(url: str) -> sa.Engine:
    """The engine over a database as it stands; nothing is made or migrated.

    A server that went away or can't go on is a StorageFault wherever it shows, and worth another try: what was not
    committed is not there, what was committed is.
    """
    engine = sa.create_engine(url, **_options(url))
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    event.listen(engine, "handle_error", tell_as_fault)
    return engine


def tell_as_fault(context: Any) -> None:
    """Listener of an engine's `handle_error`: a server that is away is a StorageFault; not where the pool only tries whether
    a connection is still good, and takes another one."""
    if context.is_pre_ping:
        return
    if isinstance(context.sqlalchemy_exception, sa.exc.OperationalError | sa.exc.InterfaceError):
        original = context.original_exception
        raise StorageFault(reason=str(original).strip()) from original


def current_revision(engine: sa.Engine) -> str | None:
    """The migration the database stands at; None for an empty one."""
    if not sa.inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.scalar(sa.text("select version_num from alembic_version"))


def migrate(engine: sa.Engine, target: str = "head") -> None:
    """Run the migrations up to `target` in one transaction.

    Raises StorageFault where rows would be left that refer to nothing: nothing is changed then.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect() as connection:
        lite = engine.dialect.name == "sqlite"
        if lite:  # it changes a table by making it anew, which must not take along what refers to it
            _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, target)
                if lite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise StorageFault(reason="a row refers to one that is not there")
        finally:
            if lite:
                _foreign_keys(connection, "ON")


def _foreign_keys(connection: sa.Connection, switch: Literal["ON", "OFF"]) -> None:
    """Below SQLAlchemy, which would open a transaction: inside of one SQLite ignores the switch."""
    sqlite = connection.connection.driver_connection
    if sqlite is None:
        raise StorageFault(reason="the connection is gone")
    sqlite.execute(f"PRAGMA foreign_keys={switch}")


def stands_in_schema(name: str | None, _kind: str, _parents: Any) -> bool:
    """Whether a table or index is the schema's; that of the full-text search is the database's own."""
    return name is None or not name.startswith(("search_index", "ix_search_entries_words"))


def _options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 30, "check_same_thread": False}}
    return {"pool_pre_ping": True}


def _prepare_sqlite(engine: sa.Engine) -> None:
    """WAL with full sync, foreign keys on, and write transactions that take their lock at the start."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # a destroyed key must not stay in freed pages of the file
            "busy_timeout=30000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _began(connection: sa.Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
