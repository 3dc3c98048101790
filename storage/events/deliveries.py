"""Deliveries: each event to each webhook that wants it, until the receiver has it or it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from models.errors import NotFound
from models.events import Event
from storage import schema as t
from storage.events.feed import event_of, number_before, stretch
from storage.events.hooks import HookRecord, PausedFor
from storage.register import Transaction

DeliveryState = Literal["due", "delivered", "dead"]
_D, _E, _W, _C = t.deliveries, t.events, t.webhooks, t.clients
_BATCH = 200
_MOST_WAITING = 1000
"""While so many wait, no further events are turned into deliveries: they stay in the feed."""


@dataclass(frozen=True)
class DeliveryRecord:
    """One event on its way to one webhook."""

    event: Event
    state: DeliveryState
    attempts: int
    next_at: str | None
    last_status: int | None
    last_error: str | None
    delivered_at: str | None


@dataclass(frozen=True)
class Attempt:
    """How an attempt ended; without `error` the receiver has the event."""

    status: int | None
    error: str | None


@dataclass(frozen=True)
class Waiting:
    """What comes next of a webhook after a failed attempt: of the delivery, and of all others."""

    next_at: str | None
    """None: the delivery is given up."""
    retry_at: str | None
    """Nothing at all is sent before."""
    paused_for: PausedFor | None = None


@dataclass(frozen=True)
class Troubled:
    """A webhook whose receiver does not get what it asked for."""

    id: str
    client_id: str
    failing_since: str | None
    """ISO; None when the newest attempt arrived."""
    paused_for: PausedFor | None
    dead: int
    """Deliveries that were given up."""


def spread(tx: Transaction, hook: HookRecord) -> int:
    """Turn events behind the webhook's cursor into deliveries; says how many events were looked through.

    Of two senders at once, one does it.
    """
    if _count(tx.connection, hook.id, "due") >= _MOST_WAITING:
        return 0
    found = stretch(tx.connection, hook.agency, after=hook.cursor, limit=_BATCH, types=hook.types)
    if found.reached == hook.cursor:
        return 0
    mine = sa.and_(_W.c.id == hook.id, _W.c.cursor == hook.cursor, _W.c.state == "active")
    if not tx.connection.execute(_W.update().where(mine).values(cursor=found.reached)).rowcount:
        return 0
    if found.events:
        rows = [
            {"webhook_id": hook.id, "seq": one.seq, "state": "due", "attempts": 0, "next_at": tx.at}
            for one in found.events
        ]
        tx.connection.execute(_D.insert(), rows)
    return found.reached - hook.cursor


def lease(tx: Transaction, hook_id: str, *, until: str) -> bool:
    """Take a webhook's deliveries in hand until that moment; False where another sender has them or nothing may go."""
    free = sa.and_(
        _W.c.id == hook_id,
        _W.c.state == "active",
        sa.or_(_W.c.retry_at.is_(None), _W.c.retry_at <= tx.at),
        sa.or_(_W.c.leased_until.is_(None), _W.c.leased_until <= tx.at),
    )
    return bool(tx.connection.execute(_W.update().where(free).values(leased_until=until)).rowcount)


def renew(tx: Transaction, hook_id: str, *, until: str) -> None:
    """Keep a webhook's deliveries in hand, as there are more of them."""
    tx.connection.execute(_W.update().where(_W.c.id == hook_id).values(leased_until=until))


def release(tx: Transaction, hook_id: str) -> None:
    tx.connection.execute(_W.update().where(_W.c.id == hook_id).values(leased_until=None))


def due(connection: sa.Connection, hook_id: str, now: str, limit: int) -> list[DeliveryRecord]:
    """What may be sent at `now`, oldest event first."""
    ready = sa.and_(_D.c.webhook_id == hook_id, _D.c.state == "due", _D.c.next_at <= now)
    return _all(connection, _with_events().where(ready).order_by(_D.c.seq).limit(limit))


def failing(connection: sa.Connection, hook_id: str, *, besides: DeliveryRecord) -> int:
    """How many deliveries wait for another attempt."""
    query = sa.select(sa.func.count()).where(
        _D.c.webhook_id == hook_id, _D.c.state == "due", _D.c.attempts > 0, _D.c.seq != besides.event.seq
    )
    return connection.scalar(query) or 0


def arrived(tx: Transaction, hook_id: str, one: DeliveryRecord, attempt: Attempt) -> None:
    """The receiver has it."""
    _settle(tx, hook_id, one, attempt, state="delivered", next_at=None, delivered_at=tx.at)
    going = {"failures": 0, "failing_since": None, "retry_at": None}
    troubled = sa.and_(_W.c.id == hook_id, _W.c.failures > 0)
    tx.connection.execute(_W.update().where(troubled).values(**going))


def failed(tx: Transaction, hook: HookRecord, one: DeliveryRecord, attempt: Attempt, then: Waiting) -> None:
    """The receiver does not have it; `then` says what comes next."""
    state: DeliveryState = "due" if then.next_at is not None else "dead"
    _settle(tx, hook.id, one, attempt, state=state, next_at=then.next_at)
    changes: dict[str, Any] = {
        "failures": _W.c.failures + 1,
        "failing_since": sa.func.coalesce(_W.c.failing_since, tx.at),
        "retry_at": then.retry_at,
    }
    where = _W.c.id == hook.id
    if then.paused_for is not None:
        changes |= {"state": "paused", "paused_for": then.paused_for}
        where = sa.and_(where, _W.c.state == "active")
    changed = tx.connection.execute(_W.update().where(where).values(**changes)).rowcount
    if changed and then.paused_for is not None:
        tx.audit("pause_hook", hook.id, reason=then.paused_for)
    if state == "dead":
        tx.audit("give_up_delivery", hook.id, event=one.event.id, error=attempt.error, status=attempt.status)


def deliveries_of(
    connection: sa.Connection, hook_id: str, *, state: DeliveryState | None, before: int | None, limit: int
) -> list[DeliveryRecord]:
    """Deliveries of a webhook, newest event first, of events with a smaller number than `before`."""
    query = _with_events().where(_D.c.webhook_id == hook_id)
    if state is not None:
        query = query.where(_D.c.state == state)
    if before is not None:
        query = query.where(_D.c.seq < before)
    return _all(connection, query.order_by(_D.c.seq.desc()).limit(limit))


def retry(tx: Transaction, hook_id: str, event_id: str) -> DeliveryRecord:
    """Make one delivery due again, whatever became of it. Raises NotFound."""
    query = _with_events().where(_D.c.webhook_id == hook_id, _E.c.id == event_id)
    found = _all(tx.connection, query)
    if not found:
        raise NotFound(what="delivery", id=event_id)
    _again(tx, hook_id, sa.and_(_D.c.webhook_id == hook_id, _D.c.seq == found[0].event.seq))
    tx.audit("replay", hook_id, event=event_id)
    return _all(tx.connection, query)[0]


def retry_dead(tx: Transaction, hook_id: str) -> int:
    """Make due again what was given up; says how many."""
    count = _again(tx, hook_id, sa.and_(_D.c.webhook_id == hook_id, _D.c.state == "dead"))
    tx.audit("replay", hook_id, deliveries=count)
    return count


def rewind(tx: Transaction, hook_id: str, since: str) -> None:
    """Tell everything anew that happened since that moment, as far as it is kept."""
    cursor = number_before(tx.connection, since)
    # Locked first, so that no sender adds deliveries behind the place that we go back to.
    tx.connection.execute(sa.select(_W.c.id).where(_W.c.id == hook_id).with_for_update())
    tx.connection.execute(_D.delete().where(_D.c.webhook_id == hook_id, _D.c.seq > cursor))
    changes = {"cursor": cursor, "retry_at": None}
    back = sa.and_(_W.c.id == hook_id, _W.c.cursor > cursor)
    tx.connection.execute(_W.update().where(back).values(**changes))
    tx.audit("replay", hook_id, since=since)


def counts(connection: sa.Connection, hook_id: str) -> tuple[int, int]:
    """How many deliveries wait, and how many were given up."""
    return _count(connection, hook_id, "due"), _count(connection, hook_id, "dead")


def troubled(connection: sa.Connection, limit: int) -> list[Troubled]:
    """Webhooks whose deliveries fail, were given up, or that were paused for it, of clients at work; by id."""
    dead = (
        sa.select(_D.c.webhook_id, sa.func.count().label("dead"))
        .where(_D.c.state == "dead")
        .group_by(_D.c.webhook_id)
        .subquery()
    )
    fails = sa.or_(_W.c.failing_since.is_not(None), _W.c.paused_for.in_(("gone", "failing")))
    facts = (_W.c.id, _W.c.client_id, _W.c.failing_since, _W.c.paused_for, sa.func.coalesce(dead.c.dead, 0))
    query = (
        sa.select(*facts)
        .join(_C, _C.c.id == _W.c.client_id)
        .outerjoin(dead, dead.c.webhook_id == _W.c.id)
        .where(_W.c.state != "closed", _C.c.state == "active", sa.or_(dead.c.dead > 0, fails))
    )
    return [Troubled(*row) for row in connection.execute(query.order_by(_W.c.id).limit(limit))]


def _again(tx: Transaction, hook_id: str, which: sa.ColumnElement[bool]) -> int:
    values = {"state": "due", "attempts": 0, "next_at": tx.at, "delivered_at": None}
    tx.connection.execute(_W.update().where(_W.c.id == hook_id).values(retry_at=None))
    return tx.connection.execute(_D.update().where(which).values(**values)).rowcount


def _settle(
    tx: Transaction,
    hook_id: str,
    one: DeliveryRecord,
    attempt: Attempt,
    *,
    state: DeliveryState,
    next_at: str | None,
    delivered_at: str | None = None,
) -> None:
    where = sa.and_(_D.c.webhook_id == hook_id, _D.c.seq == one.event.seq)
    tx.connection.execute(
        _D.update()
        .where(where)
        .values(
            state=state,
            attempts=_D.c.attempts + 1,
            next_at=next_at,
            last_status=attempt.status,
            last_error=attempt.error,
            delivered_at=delivered_at,
        )
    )


def _count(connection: sa.Connection, hook_id: str, state: DeliveryState) -> int:
    query = sa.select(sa.func.count()).where(_D.c.webhook_id == hook_id, _D.c.state == state)
    return connection.scalar(query) or 0


def _with_events() -> sa.Select[Any]:
    facts = (_D.c.state, _D.c.attempts, _D.c.next_at, _D.c.last_status, _D.c.last_error, _D.c.delivered_at)
    return sa.select(_E, *facts).join(_E, _E.c.seq == _D.c.seq)


def _all(connection: sa.Connection, query: sa.Select[Any]) -> list[DeliveryRecord]:
    return [
        DeliveryRecord(
            event=event_of(row),
            state=row["state"],
            attempts=row["attempts"],
            next_at=row["next_at"],
            last_status=row["last_status"],
            last_error=row["last_error"],
            delivered_at=row["delivered_at"],
        )
        for row in connection.execute(query).mappings()
    ]
