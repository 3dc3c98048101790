"""Time-stamps over entries of the trail: when the next one is due, and those that were made."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from storage.audit.checker import ANCHORED
from storage.register import Transaction
from storage.schema import audit, audit_anchors

SUBJECT = "audit"
"""What the trail calls itself."""


@dataclass(frozen=True)
class Anchor:
    """A time-stamp over the hash of an entry, and with it over everything before that entry."""

    seq: int
    hash: str
    at: str
    authority: str
    token: bytes = field(repr=False)
    """DER TimeStampToken; its imprint is the entry's hash."""

    @property
    def token_sha256(self) -> str:
        return sha256(self.token).hexdigest()


@dataclass(frozen=True)
class Unanchored:
    """What no time-stamp covers yet, the anchoring's own entries left out."""

    entries: int
    since: str | None
    """Time of the oldest such entry."""

    def due(self, now: datetime, every: timedelta, most: int) -> bool:
        """Whether a time-stamp should be fetched: the oldest entry waits for `every`, or `most` of them wait."""
        return self.entries >= most or self.older_than(now, every)

    def older_than(self, now: datetime, age: timedelta) -> bool:
        return self.since is not None and now - datetime.fromisoformat(self.since) >= age


def anchors_of(connection: sa.Connection, *, since: int = 0) -> list[Anchor]:
    """The time-stamps over the entries from number `since` on, oldest first."""
    query = sa.select(audit_anchors).where(audit_anchors.c.seq >= since).order_by(audit_anchors.c.seq)
    found = connection.execute(query).mappings()
    return [_anchor(row) for row in found]


def newest_anchor(connection: sa.Connection) -> Anchor | None:
    query = sa.select(audit_anchors).order_by(audit_anchors.c.seq.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return _anchor(row) if row else None


def unanchored(connection: sa.Connection, most: int = 1_000_000) -> Unanchored:
    """What waits for a time-stamp; counted up to `most`."""
    newest = newest_anchor(connection)
    waiting = (
        sa.select(audit.c.at)
        .where(audit.c.seq > (newest.seq if newest else 0), audit.c.action != ANCHORED)
        .order_by(audit.c.seq)
    )
    counted = sa.select(sa.func.count()).select_from(waiting.limit(most).subquery())
    return Unanchored(entries=connection.scalar(counted) or 0, since=connection.scalar(waiting.limit(1)))


def add_anchor(tx: Transaction, anchor: Anchor) -> bool:
    """Keep a time-stamp and put it on record; False where somebody else's over the same entry is there."""
    taken = tx.connection.scalar(sa.select(audit_anchors.c.seq).where(audit_anchors.c.seq == anchor.seq))
    if taken is not None:
        return False
    tx.connection.execute(
        audit_anchors.insert().values(
            seq=anchor.seq,
            hash=anchor.hash,
            at=anchor.at,
            authority=anchor.authority,
            token=base64.b64encode(anchor.token).decode(),
        )
    )
    tx.audit(ANCHORED, SUBJECT, seq=anchor.seq, token_sha256=anchor.token_sha256)
    return True


def _anchor(row: Any) -> Anchor:
    return Anchor(
        seq=row["seq"],
        hash=row["hash"],
        at=row["at"],
        authority=row["authority"],
        token=base64.b64decode(row["token"]),
    )
