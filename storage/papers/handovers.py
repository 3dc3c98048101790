"""Hand-overs in the register: who asked for a signature, by which one-time link, until when, and what came back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from models.errors import ConflictError, NotFound
from models.ids import new_id
from models.states import HANDOVER_WAYS, HandoverState, check_way
from models.times import iso
from storage import schema as t
from storage.register import Transaction

_H = t.handovers
LIVE = (HandoverState.OPEN, HandoverState.FETCHED)


@dataclass(frozen=True)
class HandoverRecord:
    """One hand-over; what came back is the document's derivation `handover`, with this id as its version."""

    id: str
    document_id: str
    ecopy_id: str | None
    """None where it is the document's capture that is signed."""
    state: HandoverState
    prepared_key: str
    prepared_sha256: str
    prepared_size: int
    certificates: frozenset[str]
    """SHA-256 (hex) of the certificates that may sign."""
    asked_by: str
    agency: str
    purpose: str
    asked_at: str
    expires_at: str
    answered_at: str | None
    answer_sha256: str | None
    error_code: str | None
    error_details: dict[str, Any]

    @property
    def subject(self) -> str:
        """What the trail speaks of: the e-copy, or the document whose capture it is."""
        return self.ecopy_id or self.document_id


def open_handover(
    tx: Transaction,
    document_id: str,
    ecopy_id: str | None,
    *,
    prepared: tuple[str, str, int],
    certificates: Collection[str],
    agency: str,
    lifetime: timedelta,
) -> tuple[str, str]:
    """A new hand-over of `prepared` (key, SHA-256, size) by the transaction's actor; its id, and the secret of its links,
    which can be read this once."""
    secret, identifier = secrets.token_urlsafe(32), new_id()
    key, digest, size = prepared
    tx.connection.execute(
        _H.insert().values(
            id=identifier,
            document_id=document_id,
            ecopy_id=ecopy_id,
            secret_hash=_hash(secret),
            state=HandoverState.OPEN.value,
            prepared_key=key,
            prepared_sha256=digest,
            prepared_size=size,
            certificates=json.dumps(sorted(certificates)),
            asked_by=tx.actor,
            agency=agency,
            purpose=tx.purpose,
            asked_at=tx.at,
            expires_at=iso(datetime.fromisoformat(tx.at) + lifetime),
        )
    )
    return identifier, secret


def handover(connection: sa.Connection, identifier: str) -> HandoverRecord:
    """Raises NotFound."""
    return _one(connection, _H.c.id == identifier, identifier)


def handover_by(connection: sa.Connection, secret: str) -> HandoverRecord:
    """The hand-over whose links have this secret, whatever became of it. Raises NotFound, which repeats nothing."""
    return _one(connection, _H.c.secret_hash == _hash(secret), "?")


def handovers_of(
    connection: sa.Connection, document_id: str, states: Collection[HandoverState], *, capture: bool = False
) -> list[HandoverRecord]:
    """Those of a document's e-copies, or of its capture, that are in one of `states`, oldest first."""
    wanted = sa.and_(
        _H.c.document_id == document_id,
        _H.c.ecopy_id.is_(None) if capture else _H.c.ecopy_id.is_not(None),
        _H.c.state.in_([state.value for state in states]),
    )
    return [
        _record(row) for row in connection.execute(sa.select(_H).where(wanted).order_by(_H.c.id)).mappings()
    ]


def move(
    tx: Transaction,
    record: HandoverRecord,
    after: HandoverState,
    *,
    error: tuple[str, dict[str, Any]] | None = None,
) -> None:
    """Take a hand-over on; `error` says why it ended. Raises IllegalTransition, or ConflictError when somebody else did."""
    check_way("handover", HANDOVER_WAYS, record.state, after)
    values: dict[str, Any] = {"state": after.value}
    if after is HandoverState.FETCHED:
        values["fetched_at"] = tx.at
    if not HANDOVER_WAYS[after]:
        values["ended_at"] = tx.at
    if error is not None:
        code, details = error
        kept = {
            name: value if isinstance(value, int | float) else str(value) for name, value in details.items()
        }
        values |= {"error_code": code, "error_details": json.dumps(kept, ensure_ascii=False)}
    _change(tx, record, values)


def answer(tx: Transaction, record: HandoverRecord, *, digest: str, size: int) -> None:
    """Put on record what came back; there is one answer, the first. Raises ConflictError where there is one already."""
    _change(
        tx,
        record,
        {"answered_at": tx.at, "answer_sha256": digest, "answer_size": size},
        _H.c.answer_sha256.is_(None),
    )


def _change(
    tx: Transaction, record: HandoverRecord, values: dict[str, Any], *more: sa.ColumnElement[bool]
) -> None:
    same = sa.and_(_H.c.id == record.id, _H.c.state == record.state.value, *more)
    if not tx.connection.execute(_H.update().where(same).values(**values)).rowcount:
        raise ConflictError(reason=f"hand-over {record.id} is no longer {record.state.value}")


def _one(connection: sa.Connection, where: sa.ColumnElement[bool], named: str) -> HandoverRecord:
    row = connection.execute(sa.select(_H).where(where)).mappings().one_or_none()
    if row is None:
        raise NotFound(what="handover", id=named)
    return _record(row)


def _record(row: sa.RowMapping) -> HandoverRecord:
    values = {name: row[name] for name in HandoverRecord.__dataclass_fields__}
    values["state"] = HandoverState(row["state"])
    values["certificates"] = frozenset(json.loads(row["certificates"]))
    values["error_details"] = json.loads(row["error_details"] or "{}")
    return HandoverRecord(**values)


def _hash(secret: str) -> str:
    """256 random bits need no salt and no slow hash."""
    return sha256(secret.encode()).hexdigest()
