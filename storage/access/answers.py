"""Answers to requests that may come twice: kept by caller and key, so that the second gets the first one's answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from models.errors import IdempotencyKeyReused, RequestAtWork
from models.times import iso
from storage import schema as t
from storage.once import insert_once
from storage.register import Transaction

KEPT = timedelta(hours=24)
"""How long an answer is given again; then it goes, with what it tells."""
LEASE = timedelta(minutes=10)
"""When a request that has not ended by then is taken for dead, its process with it."""
_I = t.idempotency


@dataclass(frozen=True)
class KeptAnswer:
    """What was answered the first time."""

    status: int
    headers: dict[str, str]
    body: str


def begin(tx: Transaction, caller: str, key: str, request: str) -> KeptAnswer | None:
    """Claim `key` for the request with this hash, or the answer that it got before.

    Raises IdempotencyKeyReused where the key was another request's, RequestAtWork while the first one is going on.
    """
    _forget(tx)
    claimed = {"request": request, "status": None, "headers": None, "body": None, "created_at": tx.at}
    if insert_once(tx.connection, _I, caller=caller, key=key, **claimed):
        return None
    mine = sa.and_(_I.c.caller == caller, _I.c.key == key)
    row = tx.connection.execute(sa.select(_I).where(mine).with_for_update()).one_or_none()
    if row is None:  # given up this moment
        raise RequestAtWork(retry_after_s=1)
    if row.request != request:
        raise IdempotencyKeyReused
    if row.status is not None:
        return KeptAnswer(row.status, json.loads(row.headers), row.body)
    if row.created_at > _before(tx.at, LEASE):
        raise RequestAtWork(retry_after_s=2)
    tx.connection.execute(_I.update().where(mine).values(created_at=tx.at))
    return None


def keep(tx: Transaction, caller: str, key: str, answer: KeptAnswer) -> None:
    """Put the answer to a claimed key down."""
    mine = sa.and_(_I.c.caller == caller, _I.c.key == key)
    tx.connection.execute(
        _I.update()
        .where(mine)
        .values(status=answer.status, headers=json.dumps(answer.headers), body=answer.body)
    )


def give_up(tx: Transaction, caller: str, key: str) -> None:
    """Nothing came of the request: the key is free again."""
    open_claim = sa.and_(_I.c.caller == caller, _I.c.key == key, _I.c.status.is_(None))
    tx.connection.execute(_I.delete().where(open_claim))


def _forget(tx: Transaction) -> None:
    tx.connection.execute(_I.delete().where(_I.c.created_at < _before(tx.at, KEPT)))


def _before(at: str, span: timedelta) -> str:
    return iso(datetime.fromisoformat(at) - span)
