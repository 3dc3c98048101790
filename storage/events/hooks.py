"""Webhooks: who is told, of what, and how it goes; every change on record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from models.access import Action
from models.errors import HookExists, NotFound, TooManyHooks
from models.events import EventType
from storage import schema as t
from storage.events.feed import last_number
from storage.register import Transaction

HookState = Literal["active", "paused", "closed"]
PausedFor = Literal["owner", "gone", "failing"]
MOST_HOOKS = 20
"""Of one client."""
_W, _C = t.webhooks, t.clients


@dataclass(frozen=True)
class HookRecord:
    """A webhook of a client. Moments are ISO, +07:00."""

    id: str
    client_id: str
    agency: str
    """The client's; its events are told."""
    url: str
    secret: str
    """Sealed."""
    types: tuple[EventType, ...]
    """Empty: all."""
    state: HookState
    cursor: int
    created_at: str
    created_by: str
    changed_at: str
    paused_for: PausedFor | None
    failures: int
    """In a row."""
    failing_since: str | None
    retry_at: str | None


def add_hook(
    tx: Transaction,
    identifier: str,
    client_id: str,
    *,
    url: str,
    host: str,
    secret: str,
    types: Sequence[EventType],
) -> HookRecord:
    """Tell a client's `url` what happens from now on; `host` stands on record. Raises HookExists, TooManyHooks, NotFound."""
    lock = sa.select(_C.c.id).where(_C.c.id == client_id, _C.c.state == "active").with_for_update()
    if tx.connection.scalar(lock) is None:
        raise NotFound(what="client", id=client_id)
    living = hooks_of(tx.connection, client_id)
    if any(one.url == url for one in living):
        raise HookExists
    if len(living) >= MOST_HOOKS:
        raise TooManyHooks(limit=MOST_HOOKS)
    tx.connection.execute(
        _W.insert().values(
            id=identifier,
            client_id=client_id,
            url=url,
            secret=secret,
            types=_types(types),
            state="active",
            cursor=last_number(tx.connection),
            created_at=tx.at,
            created_by=tx.actor,
            changed_at=tx.at,
        )
    )
    tx.audit("add_hook", identifier, client=client_id, host=host, types=[kind.value for kind in types])
    return hook(tx.connection, identifier)


def hook(connection: sa.Connection, identifier: str) -> HookRecord:
    """The webhook with that id, which is not closed. Raises NotFound."""
    row = connection.execute(_living().where(_W.c.id == identifier)).mappings().one_or_none()
    if row is None:
        raise NotFound(what="webhook", id=identifier)
    return _record(row)


def hooks_of(connection: sa.Connection, client_id: str) -> list[HookRecord]:
    """The webhooks of a client, oldest first."""
    query = _living().where(_W.c.client_id == client_id).order_by(_W.c.id)
    return [_record(row) for row in connection.execute(query).mappings()]


def hooks_after(connection: sa.Connection, identifier: str, limit: int) -> list[HookRecord]:
    """Webhooks of all clients in the order of their ids, behind `identifier`."""
    query = _living().where(_W.c.id > identifier).order_by(_W.c.id).limit(limit)
    return [_record(row) for row in connection.execute(query).mappings()]


def hooks_at_work(connection: sa.Connection, now: str) -> list[HookRecord]:
    """Those of clients that may still read events to which something may be sent at `now`, if there is anything."""
    query = _living().where(
        _W.c.state == "active",
        _C.c.state == "active",
        sa.or_(_C.c.actions.is_(None), _C.c.actions.contains(f'"{Action.READ_EVENTS.value}"')),
        sa.or_(_W.c.retry_at.is_(None), _W.c.retry_at <= now),
    )
    return [_record(row) for row in connection.execute(query.order_by(_W.c.id)).mappings()]


def change_hook(
    tx: Transaction,
    before: HookRecord,
    *,
    url: str | None = None,
    host: str | None = None,
    types: Sequence[EventType] | None = None,
    state: Literal["active", "paused"] | None = None,
) -> HookRecord:
    """Change what is given. One that is set going again is tried at once. Raises HookExists."""
    changes: dict[str, Any] = {"changed_at": tx.at}
    if url is not None and url != before.url:
        if any(one.url == url for one in hooks_of(tx.connection, before.client_id)):
            raise HookExists
        changes |= {"url": url, **_GOING}
    if types is not None:
        changes["types"] = _types(types)
    if state == "paused" and before.state != "paused":
        changes |= {"state": "paused", "paused_for": "owner"}
    elif state == "active":
        changes |= {"state": "active", "paused_for": None, **_GOING}
    tx.connection.execute(_W.update().where(_W.c.id == before.id).values(**changes))
    told = {"host": host, "types": None if types is None else [kind.value for kind in types], "state": state}
    tx.audit("change_hook", before.id, **{name: value for name, value in told.items() if value is not None})
    return hook(tx.connection, before.id)


def set_secret(tx: Transaction, identifier: str, secret: str) -> None:
    """Keep another sealed secret."""
    changed = _W.update().where(_W.c.id == identifier).values(secret=secret, changed_at=tx.at)
    tx.connection.execute(changed)
    tx.audit("change_hook_secret", identifier)


def close_hook(tx: Transaction, identifier: str) -> None:
    """Nothing is told any more; what was still to be delivered is dropped, and the secret with it."""
    tx.connection.execute(t.deliveries.delete().where(t.deliveries.c.webhook_id == identifier))
    closed = _W.update().where(_W.c.id == identifier).values(state="closed", secret="", changed_at=tx.at)
    tx.connection.execute(closed)
    tx.audit("close_hook", identifier)


_GOING: dict[str, Any] = {"failures": 0, "failing_since": None, "retry_at": None}


def _living() -> sa.Select[Any]:
    return sa.select(_W, _C.c.agency).join(_C, _C.c.id == _W.c.client_id).where(_W.c.state != "closed")


def _types(types: Sequence[EventType]) -> str:
    return json.dumps(sorted({kind.value for kind in types}))


def _record(row: sa.RowMapping) -> HookRecord:
    values = {name: row[name] for name in HookRecord.__dataclass_fields__ if name != "types"}
    return HookRecord(**values, types=tuple(EventType(one) for one in json.loads(row["types"])))
