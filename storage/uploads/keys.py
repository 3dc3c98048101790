"""Keys that receipts are signed with: the public halves are kept for good, the private ones sealed."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from models.wire.receipts import ReceiptKey, ReceiptKeys
from storage import schema as t
from storage.once import insert_once
from storage.register import Transaction

_K = t.receipt_keys


@dataclass(frozen=True)
class KeptKey:
    """A key of receipts with its private half, sealed."""

    public: ReceiptKey
    sealed: str


def kept_keys(connection: sa.Connection) -> list[KeptKey]:
    """All keys, newest first."""
    rows = connection.execute(sa.select(_K.c.jwk, _K.c.sealed).order_by(_K.c.created_at.desc(), _K.c.kid))
    return [KeptKey(ReceiptKey.model_validate_json(jwk), sealed) for jwk, sealed in rows]


def published(connection: sa.Connection) -> ReceiptKeys:
    """What whoever checks a receipt needs."""
    return ReceiptKeys(keys=tuple(kept.public for kept in kept_keys(connection)))


def keep_key(tx: Transaction, key: KeptKey) -> None:
    insert_once(
        tx.connection,
        _K,
        kid=key.public.kid,
        jwk=key.public.model_dump_json(),
        sealed=key.sealed,
        created_at=tx.at,
    )
    tx.audit("make_receipt_key", key.public.kid)
