"""Inserting what somebody else may insert at the same moment: one of both wins, the other is told."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: sa.Connection, table: sa.Table, **values: Any) -> bool:
    """Insert a row unless one with the same key is there; whether it was inserted.

    On PostgreSQL it waits for another transaction that is inserting the same key. The own transaction goes on either
    way, which it could not after an IntegrityError there.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    # Asked back for, since the count of rows is not kept for an INSERT by every driver.
    return connection.execute(statement.returning(*table.primary_key.columns)).first() is not None
