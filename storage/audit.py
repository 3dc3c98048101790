"""The audit trail: append-only, each entry chained to the one before by its hash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from storage.schema import audit

GENESIS = "0" * 64


@dataclass(frozen=True)
class AuditEntry:
    """Who did or saw what, when, and for which purpose."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    purpose: str
    details: dict[str, Any]
    previous: str
    hash: str


def append(
    connection: sa.Connection,
    *,
    at: str,
    actor: str,
    action: str,
    subject: str,
    purpose: str,
    details: dict[str, Any],
) -> None:
    """Add one entry within the caller's transaction, so that the act and its trace stand or fall together."""
    if not purpose:
        raise ValueError("no purpose, no act")
    last = connection.scalar(sa.select(audit.c.hash).order_by(audit.c.seq.desc()).limit(1)) or GENESIS
    written = json.dumps(details, ensure_ascii=False, sort_keys=True)
    connection.execute(
        audit.insert().values(
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            purpose=purpose,
            details=written,
            previous=last,
            hash=_chained(last, at, actor, action, subject, purpose, written),
        )
    )


def entries(connection: sa.Connection, subject: str | None = None) -> Iterator[AuditEntry]:
    """The trail, oldest first; of one subject where given."""
    query = sa.select(audit).order_by(audit.c.seq)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    for row in connection.execute(query).mappings():
        yield AuditEntry(**{**row, "details": json.loads(row["details"])})


def first_break(connection: sa.Connection) -> int | None:
    """The number of the first entry that was altered, removed or reordered; None for a sound chain."""
    previous = GENESIS
    for number, row in enumerate(
        connection.execute(sa.select(audit).order_by(audit.c.seq)).mappings(), start=1
    ):
        recomputed = _chained(
            previous, *(row[c] for c in ("at", "actor", "action", "subject", "purpose", "details"))
        )
        if row["previous"] != previous or row["hash"] != recomputed or row["seq"] != number:
            return number
        previous = row["hash"]
    return None


def _chained(previous: str, *parts: str) -> str:
    return sha256(json.dumps([previous, *parts], ensure_ascii=False).encode()).hexdigest()
