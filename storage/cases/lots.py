"""Archive lots in pieces: those of an agency, and how far their documents are."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from models.states import LotState
from storage import schema as t
from storage.cases.records import LotRecord

_L, _D = t.lots, t.documents


def lots_of(connection: sa.Connection, agency: str, *, after: str | None, limit: int) -> list[LotRecord]:
    """Up to `limit` lots of an agency, newest first, those older than the id `after`."""
    query = sa.select(_L).where(_L.c.agency == agency).order_by(_L.c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(_L.c.id < after)
    return [_lot(row) for row in connection.execute(query).mappings()]


def states_in_lots(connection: sa.Connection, lot_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """How many documents of each lot are in each state."""
    query = (
        sa.select(_D.c.lot_id, _D.c.state, sa.func.count().label("documents"))
        .where(_D.c.lot_id.in_(lot_ids))
        .group_by(_D.c.lot_id, _D.c.state)
        .order_by(_D.c.lot_id, _D.c.state)
    )
    counts: dict[str, dict[str, int]] = {lot_id: {} for lot_id in lot_ids}
    for row in connection.execute(query):
        counts[row.lot_id][row.state] = row.documents
    return counts


def page_of_lot(
    connection: sa.Connection, lot_id: str, *, after: str | None = None, limit: int | None = None
) -> list[tuple[str, str]]:
    """Documents of a lot with their states, by id: up to `limit` of those after the id `after`, or all."""
    query = sa.select(_D.c.id, _D.c.state).where(_D.c.lot_id == lot_id).order_by(_D.c.id).limit(limit)
    if after is not None:
        query = query.where(_D.c.id > after)
    return [(row.id, row.state) for row in connection.execute(query)]


def _lot(row: sa.RowMapping) -> LotRecord:
    return LotRecord(**{**row, "state": LotState(row["state"])})
