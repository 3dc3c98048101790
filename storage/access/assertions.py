"""Assertions that were taken: each is taken once."""

from __future__ import annotations

from storage import schema as t
from storage.once import insert_once
from storage.register import Transaction


def use_assertion(tx: Transaction, client_id: str, jti: str, *, expires_at: str) -> bool:
    """Use an assertion up; False where the client's `jti` was used before (RFC 7523 section 3, item 7)."""
    return insert_once(tx.connection, t.used_assertions, client_id=client_id, jti=jti, expires_at=expires_at)
