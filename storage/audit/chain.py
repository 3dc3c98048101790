"""The audit trail: append-only, each entry chained to the one before by its hash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage.audit.checker import GENESIS, entry_hash
from storage.schema import audit, audit_head

FORM = 2
"""What the hash of new entries covers: 1 left out the number, the place and the outcome, which entries did not have."""
DONE = "done"


@dataclass(frozen=True)
class Act:
    """What is to be put on record: who did or saw what, when, from where, for which purpose, and how it ended."""

    at: str
    actor: str
    action: str
    subject: str
    purpose: str
    details: dict[str, Any]
    place: str = ""
    """Where it came from: a host, a device, an address."""
    outcome: str = DONE
    """`done`, or the code of the error of a failed attempt."""

    def __post_init__(self) -> None:
        if not self.purpose:
            raise ValueError("no purpose, no act")


@dataclass(frozen=True)
class AuditEntry(Act):
    """An act as it stands in the trail."""

    seq: int = 0
    previous: str = ""
    hash: str = ""
    form: int = FORM


def append(connection: sa.Connection, acts: Sequence[Act]) -> None:
    """Add entries at the end of the caller's transaction, so that acts and their traces stand or fall together.

    The head of the chain stays locked until that transaction ends: call this last.
    """
    if not acts:
        return
    seq, last = lock_head(connection)
    rows = []
    for act in acts:
        seq += 1
        row = {
            "seq": seq,
            "at": act.at,
            "actor": act.actor,
            "action": act.action,
            "subject": act.subject,
            "purpose": act.purpose,
            "details": json.dumps(act.details, ensure_ascii=False, sort_keys=True),
            "previous": last,
            "form": FORM,
            "place": act.place,
            "outcome": act.outcome,
        }
        row["hash"] = last = entry_hash(row)
        rows.append(row)
    connection.execute(audit.insert(), rows)
    connection.execute(audit_head.update().where(audit_head.c.id == 1).values(seq=seq, hash=last))


def entries(
    connection: sa.Connection,
    subject: str | None = None,
    *,
    actor: str | None = None,
    since: str | None = None,
) -> Iterator[AuditEntry]:
    """The trail, oldest first; of one subject, of one person, from a moment on, where given."""
    query = sa.select(audit).order_by(audit.c.seq)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    if actor is not None:
        query = query.where(audit.c.actor == actor)
    if since is not None:
        query = query.where(audit.c.seq >= number_at(connection, since), audit.c.at >= since)
    for row in connection.execution_options(yield_per=1000).execute(query).mappings():
        yield AuditEntry(**{**row, "details": json.loads(row["details"])})


def number_at(connection: sa.Connection, moment: str) -> int:
    """The number from which on entries are of `moment` or later; found by halving, as their times ascend."""
    low, high = connection.execute(sa.select(sa.func.min(audit.c.seq), sa.func.max(audit.c.seq))).one()
    if low is None:
        return 1
    while low <= high:
        middle = (low + high) // 2
        at = connection.scalar(
            sa.select(audit.c.at).where(audit.c.seq >= middle).order_by(audit.c.seq).limit(1)
        )
        if at is None or at >= moment:
            high = middle - 1
        else:
            low = middle + 1
    return int(low)


def lock_head(connection: sa.Connection) -> tuple[int, str]:
    """Number and hash of the newest entry; nobody else appends before the transaction ends."""
    wanted = sa.select(audit_head.c.seq, audit_head.c.hash).where(audit_head.c.id == 1).with_for_update()
    head = connection.execute(wanted).one_or_none()
    if head is None:
        first = {"id": 1, "seq": 0, "hash": GENESIS}
        if connection.dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import insert

            connection.execute(insert(audit_head).values(first).on_conflict_do_nothing())
        else:
            connection.execute(audit_head.insert().values(first))
        head = connection.execute(wanted).one()
    return int(head[0]), str(head[1])
