"""How much there is to do, counted so that it costs the same however much there is: what is more than `MOST` is told as
`MOST`, and only indexes are gone through."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ulid import ULID

from models.states import DocumentState, EcopyState
from storage import schema as t
from storage.work import PRIORITIES

_D, _E, _J, _V = t.documents, t.ecopies, t.jobs, t.derivations

MOST = 100_000
"""Of one kind, no more than so many are counted."""
MOST_OF_AGENCY = 1000
MOST_PARKED = 10_000
STATES = ("due", "leased", "waiting", "parked")
_WAITS = ("due", "waiting")


@dataclass(frozen=True)
class AgencyLoad:
    """What one agency has to be done, of one priority."""

    priority: int
    agency: str
    jobs: int
    """Not parked; at most `MOST_OF_AGENCY`."""
    oldest: str
    """Since when the next of them is there."""


def jobs_by_state(connection: sa.Connection) -> dict[tuple[int, str], int]:
    """How many jobs of each priority are in each state."""
    counts = [
        _counted(sa.select(sa.literal(1)).where(_J.c.state == state, _J.c.priority == priority), MOST).label(
            f"{state}_{priority}"
        )
        for priority in PRIORITIES.values()
        for state in STATES
    ]
    row = connection.execute(sa.select(*counts)).one()._mapping
    return {(p, state): row[f"{state}_{p}"] for p in PRIORITIES.values() for state in STATES}


def oldest_by_priority(connection: sa.Connection) -> dict[int, str]:
    """Since when the oldest job of each priority waits, that nobody is at and that is not parked; none where nothing waits."""
    found: dict[int, str] = {}
    firsts = [
        _first(_J.c.created_at, _J.c.state == state, _J.c.priority == priority).label(f"{state}_{priority}")
        for priority in PRIORITIES.values()
        for state in _WAITS
    ]
    row = connection.execute(sa.select(*firsts)).one()._mapping
    for priority in PRIORITIES.values():
        waits = [at for state in _WAITS if (at := row[f"{state}_{priority}"]) is not None]
        if waits:
            found[priority] = min(waits)
    return found


def load_of_agencies(connection: sa.Connection, most: int = 1000) -> list[AgencyLoad]:
    """What agencies have to be done, counter work first; `most` of them."""
    rows = connection.execute(_AGENCIES, {"most": MOST_OF_AGENCY, "agencies": most})
    return [AgencyLoad(*row) for row in rows]


def parked_by_code(connection: sa.Connection) -> dict[str, int]:
    """The errors of parked jobs, and how many have each."""
    some = sa.select(_J.c.error_code).where(_J.c.state == "parked").limit(MOST_PARKED)
    return dict(Counter(code or "" for code in connection.scalars(some)))


def held_by_machine(connection: sa.Connection) -> dict[str, int]:
    """Who holds jobs, and how many."""
    some = sa.select(_J.c.holder).where(_J.c.state == "leased").limit(MOST)
    return dict(Counter(holder or "" for holder in connection.scalars(some)))


def oldest_lease(connection: sa.Connection) -> str | None:
    """When the lease that ends first ends; None where nobody is at anything."""
    some = sa.select(_J.c.ready_at).where(_J.c.state == "leased").limit(MOST).subquery()
    return connection.scalar(sa.select(sa.func.min(some.c.ready_at)))


def in_review(connection: sa.Connection) -> int:
    """How many documents wait for a person's word."""
    waits = sa.select(sa.literal(1)).where(_D.c.state == DocumentState.IN_REVIEW.value)
    return int(connection.scalar(sa.select(_counted(waits, MOST))) or 0)


def awaiting_stamp(connection: sa.Connection) -> tuple[int, str | None]:
    """How many e-copies wait for a time-stamp, and since when the oldest of the first `MOST` does."""
    some = (
        sa.select(_E.c.updated_at)
        .where(_E.c.state == EcopyState.AWAITING_TIMESTAMP.value)
        .limit(MOST)
        .subquery()
    )
    row = connection.execute(sa.select(sa.func.count(), sa.func.min(some.c.updated_at))).one()
    return row[0], row[1]


def pages_done(connection: sa.Connection, since: datetime) -> dict[str, int]:
    """By stage, how many pages were done after `since`: what a stage makes for each page, or for the document once.

    Ids begin with the time at which they were given, by the clock of the machine that did: the primary key is the index.
    """
    first = str(ULID.from_datetime(since))[:10].ljust(26, "0")
    some = sa.select(_V.c.stage).where(_V.c.id >= first, _V.c.page > 0).limit(MOST).subquery()
    counted = sa.select(some.c.stage, sa.func.count()).group_by(some.c.stage)
    return dict(connection.execute(counted).all())


def _counted(rows: sa.Select[Any], most: int) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.count()).select_from(rows.limit(most).subquery()).scalar_subquery()


def _first(column: sa.Column[str], *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[str]:
    return sa.select(column).where(*where).order_by(column).limit(1).scalar_subquery()


_KINDS = """
    kinds(priority, agency) AS (
        SELECT * FROM (
            SELECT priority, agency FROM jobs WHERE ready_at IS NOT NULL ORDER BY priority, agency LIMIT 1
        ) AS smallest
        UNION ALL
        SELECT
            CASE WHEN (
                SELECT j.agency FROM jobs j
                WHERE j.ready_at IS NOT NULL AND j.priority = kinds.priority AND j.agency > kinds.agency
                ORDER BY j.agency LIMIT 1
            ) IS NOT NULL THEN kinds.priority ELSE (
                SELECT j.priority FROM jobs j
                WHERE j.ready_at IS NOT NULL AND j.priority > kinds.priority
                ORDER BY j.priority, j.agency LIMIT 1
            ) END,
            coalesce((
                SELECT j.agency FROM jobs j
                WHERE j.ready_at IS NOT NULL AND j.priority = kinds.priority AND j.agency > kinds.agency
                ORDER BY j.agency LIMIT 1
            ), (
                SELECT j.agency FROM jobs j
                WHERE j.ready_at IS NOT NULL AND j.priority > kinds.priority
                ORDER BY j.priority, j.agency LIMIT 1
            ))
        FROM kinds WHERE kinds.priority IS NOT NULL
    )
"""
"""Priorities and agencies that have work, found by stepping along the index: one step for each, however much waits. (SQLite
goes by the first column alone where two are compared at once.)"""
_AGENCIES = sa.text(
    f"""
    WITH RECURSIVE {_KINDS}
    SELECT kinds.priority, kinds.agency,
        (SELECT count(*) FROM (
            SELECT 1 FROM jobs j
            WHERE j.priority = kinds.priority AND j.agency = kinds.agency AND j.ready_at IS NOT NULL LIMIT :most
        ) AS counted),
        (SELECT j.created_at FROM jobs j
         WHERE j.priority = kinds.priority AND j.agency = kinds.agency AND j.ready_at IS NOT NULL
         ORDER BY j.ready_at, j.source_id LIMIT 1)
    FROM kinds WHERE kinds.priority IS NOT NULL LIMIT :agencies
    """
)
