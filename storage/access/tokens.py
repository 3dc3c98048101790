"""Tokens: random, kept by their hash alone, short-lived, revocable at once."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

import sqlalchemy as sa

from models.times import iso
from storage import schema as t
from storage.register import Transaction

TokenKind = Literal["access", "session", "login"]
Proof = Literal["assertion", "password", "password+totp", "oidc"]
PREFIX = "ecp_"
"""So that scanners for leaked secrets know one when they see it."""
_T = t.tokens


@dataclass(frozen=True)
class TokenRecord:
    """A token that still holds."""

    hash: str
    kind: TokenKind
    subject: str
    issued_at: str
    expires_at: str
    seen_at: str
    proof: Proof
    details: dict[str, Any]


def issue_token(
    tx: Transaction,
    kind: TokenKind,
    subject: str,
    *,
    lifetime: timedelta,
    proof: Proof,
    details: dict[str, Any] | None = None,
) -> str:
    """A new token; this is the only time it can be read."""
    token = PREFIX + secrets.token_urlsafe(32)
    tx.connection.execute(
        _T.insert().values(
            hash=hash_of(token),
            kind=kind,
            subject=subject,
            issued_at=tx.at,
            expires_at=iso(datetime.fromisoformat(tx.at) + lifetime),
            seen_at=tx.at,
            proof=proof,
            details=json.dumps(details or {}, ensure_ascii=False, sort_keys=True),
        )
    )
    return token


def find_token(connection: sa.Connection, token: str, at: str) -> TokenRecord | None:
    """The token, unless it is unknown, revoked or expired at `at` (ISO moment)."""
    row = (
        connection.execute(
            sa.select(_T).where(_T.c.hash == hash_of(token), _T.c.revoked_at.is_(None), _T.c.expires_at > at)
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else _record(row)


def see_token(tx: Transaction, record: TokenRecord, *, until: str) -> None:
    """Note that a session was used now, and that it holds until `until`."""
    tx.connection.execute(_T.update().where(_T.c.hash == record.hash).values(seen_at=tx.at, expires_at=until))


def revoke_token(tx: Transaction, record: TokenRecord) -> None:
    tx.connection.execute(_T.update().where(_T.c.hash == record.hash).values(revoked_at=tx.at))


def revoke_tokens_of(tx: Transaction, subject: str) -> int:
    """End everything that `subject` holds; says how many tokens that were."""
    held = sa.and_(_T.c.subject == subject, _T.c.revoked_at.is_(None), _T.c.expires_at > tx.at)
    return tx.connection.execute(_T.update().where(held).values(revoked_at=tx.at)).rowcount


def forget_expired(tx: Transaction, *, before: str) -> int:
    """Drop tokens and used assertions that ended before `before`; nobody could use them again."""
    gone = tx.connection.execute(_T.delete().where(_T.c.expires_at < before)).rowcount
    tx.connection.execute(t.used_assertions.delete().where(t.used_assertions.c.expires_at < before))
    return gone


def hash_of(token: str) -> str:
    """256 random bits need no salt and no slow hash."""
    return sha256(token.encode()).hexdigest()


def tokens_of(connection: sa.Connection, subject: str, kind: TokenKind, at: str) -> list[TokenRecord]:
    """What `subject` holds at `at`, newest first."""
    query = sa.select(_T).where(
        _T.c.subject == subject, _T.c.kind == kind, _T.c.revoked_at.is_(None), _T.c.expires_at > at
    )
    rows = connection.execute(query.order_by(_T.c.issued_at.desc(), _T.c.hash)).mappings()
    return [_record(row) for row in rows]


def revoke_others_of(tx: Transaction, record: TokenRecord) -> int:
    """End everything that the token's subject holds but this; says how many tokens that were."""
    held = sa.and_(
        _T.c.subject == record.subject,
        _T.c.hash != record.hash,
        _T.c.revoked_at.is_(None),
        _T.c.expires_at > tx.at,
    )
    return tx.connection.execute(_T.update().where(held).values(revoked_at=tx.at)).rowcount


def amend_token(tx: Transaction, record: TokenRecord, **details: Any) -> None:
    """Keep further details with a token."""
    text = json.dumps({**record.details, **details}, ensure_ascii=False, sort_keys=True)
    tx.connection.execute(_T.update().where(_T.c.hash == record.hash).values(details=text))


def use_token_up(tx: Transaction, token_hash: str) -> bool:
    """Revoke a token that may be used once; False where somebody else just did."""
    unused = sa.and_(_T.c.hash == token_hash, _T.c.revoked_at.is_(None))
    return tx.connection.execute(_T.update().where(unused).values(revoked_at=tx.at)).rowcount == 1


def _record(row: sa.RowMapping) -> TokenRecord:
    values = {name: row[name] for name in TokenRecord.__dataclass_fields__ if name != "details"}
    return TokenRecord(**values, details=json.loads(row["details"]))
