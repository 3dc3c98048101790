"""Keys that receipts are signed with, and keys that pages are sealed to: public halves kept for good, private ones sealed."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from models.wire.receipts import ReceiptKey, ReceiptKeys
from models.wire.sealed import SealingKey
from storage import schema as t
from storage.once import insert_once
from storage.register import Transaction

_K, _S = t.receipt_keys, t.sealing_keys


@dataclass(frozen=True)
class KeptKey:
    """A key of receipts with its private half, sealed."""

    public: ReceiptKey
    sealed: str


@dataclass(frozen=True)
class KeptSealingKey:
    """A key that pages are sealed to, with its private half, sealed."""

    public: SealingKey
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


def kept_sealing_keys(connection: sa.Connection, kid: str | None = None) -> list[KeptSealingKey]:
    """All keys that pages are sealed to, or that one of them, newest first."""
    query = sa.select(_S.c.jwk, _S.c.sealed).order_by(_S.c.created_at.desc(), _S.c.kid)
    rows = connection.execute(query if kid is None else query.where(_S.c.kid == kid))
    return [KeptSealingKey(SealingKey.model_validate_json(jwk), sealed) for jwk, sealed in rows]


def keep_sealing_key(tx: Transaction, key: KeptSealingKey) -> None:
    insert_once(
        tx.connection,
        _S,
        kid=key.public.kid,
        jwk=key.public.model_dump_json(),
        sealed=key.sealed,
        created_at=tx.at,
    )
    tx.audit("make_sealing_key", key.public.kid)
