"""What the database would do: which tables a piece of work reads as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from tests.storage.support import Room


def table_scans(home: Room, work: Callable[[], object]) -> list[str]:
    """Run `work` and ask the database for the plan of each query in it: the lines that scan a whole table.

    PostgreSQL would scan small tables out of thrift; it is told not to, so that what remains has no index to go by.
    """
    asked: list[tuple[str, Any]] = []

    def noted(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    sa.event.listen(home.engine, "before_cursor_execute", noted)
    work()
    sa.event.remove(home.engine, "before_cursor_execute", noted)
    postgres = home.engine.dialect.name == "postgresql"
    found = []
    with home.engine.connect() as connection:
        if postgres:
            connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in asked:
            if statement.startswith("SELECT"):
                prefix = "EXPLAIN " if postgres else "EXPLAIN QUERY PLAN "
                rows = connection.exec_driver_sql(prefix + statement, parameters)
                found += [str(tuple(row)) for row in rows]
    whole = "Seq Scan" if postgres else "SCAN "
    return [line for line in found if whole in line and "newest" not in line and "CONSTANT ROW" not in line]
