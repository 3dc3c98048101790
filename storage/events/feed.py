"""The feed: what happened at one agency, in its order, from any point on that is still kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from models.events import FEED, Event, EventType
from storage import schema as t
from storage.register import Transaction

_E = t.events
_BATCH = 1000
_KNOWN = [kind.value for kind in FEED]


@dataclass(frozen=True)
class Stretch:
    """A piece of the feed."""

    events: tuple[Event, ...]
    reached: int
    """Everything up to this number has been looked through: the next piece begins behind it."""
    more: bool
    """Whether there was more at that moment."""


def stretch(
    connection: sa.Connection,
    agency: str,
    *,
    after: int,
    limit: int,
    types: Sequence[EventType] = (),
) -> Stretch:
    """Up to `limit` events of an agency behind number `after`, of these types or of all."""
    newest = last_number(connection)  # first: what comes while we look belongs to the next piece
    wanted = [kind.value for kind in types] or _KNOWN
    query = (
        sa.select(_E)
        .where(_E.c.agency == agency, _E.c.seq > after, _E.c.seq <= newest, _E.c.type.in_(wanted))
        .order_by(_E.c.seq)
        .limit(limit + 1)
    )
    found = [event_of(row) for row in connection.execute(query).mappings()]
    shown = tuple(found[:limit])
    more = len(found) > limit
    return Stretch(shown, shown[-1].seq if more else max(newest, after), more)


def last_number(connection: sa.Connection) -> int:
    """Number of the newest event; 0 where there is none."""
    return connection.scalar(sa.select(sa.func.max(_E.c.seq))) or 0


def first_number(connection: sa.Connection) -> int:
    """Number of the oldest event that is kept; 0 where there is none."""
    return connection.scalar(sa.select(sa.func.min(_E.c.seq))) or 0


def number_before(connection: sa.Connection, moment: str) -> int:
    """Number behind which the events from `moment` (ISO) on begin; found by halving, as their times ascend."""
    low, high = first_number(connection), last_number(connection)
    while low <= high:
        middle = (low + high) // 2
        at = connection.scalar(sa.select(_E.c.at).where(_E.c.seq >= middle).order_by(_E.c.seq).limit(1))
        if at is None or at >= moment:
            high = middle - 1
        else:
            low = middle + 1
    return max(low - 1, 0)


def forget_events(tx: Transaction, *, before: str) -> int:
    """Drop events from before `before` (ISO moment) with their deliveries, a batch of them; says how many.

    The newest event stays however old it is: the next number is taken from it.
    """
    oldest = sa.select(_E.c.seq, _E.c.at).order_by(_E.c.seq).limit(_BATCH)
    last = last_number(tx.connection)
    gone = [row.seq for row in tx.connection.execute(oldest) if row.at < before and row.seq != last]
    if not gone:
        return 0
    span = (min(gone), max(gone))
    tx.connection.execute(t.deliveries.delete().where(t.deliveries.c.seq.between(*span)))
    return tx.connection.execute(_E.delete().where(_E.c.seq.between(*span))).rowcount


def event_of(row: sa.RowMapping) -> Event:
    return Event(
        seq=row["seq"],
        id=row["id"],
        type=EventType(row["type"]),
        subject=row["subject"],
        agency=row["agency"],
        at=row["at"],
        data=json.loads(row["data"]),
    )
