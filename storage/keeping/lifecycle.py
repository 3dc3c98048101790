"""What becomes of an e-copy after it was issued: superseded or revoked; how long a paper is kept, and legal holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import sqlalchemy as sa

from models.errors import ConflictError, NotFound, NotTheSamePaper
from models.events import EventType
from models.ids import new_id
from models.states import DocumentState, EcopyState, check_ecopy_way
from storage import schema as t
from storage.papers import facts
from storage.papers.reuse import lock_ecopies
from storage.register import Transaction

RetentionKind = Literal["permanent", "until"]
SUPERSEDED = "newer_copy"
"""The reason of every supersession."""


@dataclass(frozen=True)
class EcopyStatus:
    """What an e-copy is worth today, as a verifier has to know it. No personal data."""

    ecopy_id: str
    document_id: str
    state: EcopyState
    revision: int | None
    """The revision asked about; None when it was not found by a file's hash."""
    latest: bool
    """Whether no later revision of the file exists."""
    status_at: str | None
    reason: str | None
    """Code of the rule set's, or `newer_copy`."""
    superseded_by: str | None
    disposed: bool
    """The paper's retention ended and everything was destroyed; only the tombstone is left."""


def status_of_file(connection: sa.Connection, sha256: str) -> EcopyStatus | None:
    """The status of the e-copy that a file is a revision of; None for a file that was not issued here."""
    r = t.ecopy_revisions
    row = connection.execute(
        sa.select(r.c.ecopy_id, r.c.revision).where(r.c.sha256 == sha256).limit(1)
    ).one_or_none()
    return status_of(connection, row.ecopy_id, row.revision) if row is not None else None


def status_of(connection: sa.Connection, ecopy_id: str, revision: int | None = None) -> EcopyStatus | None:
    """The status of an e-copy by its id; None when there is none."""
    e, d, r = t.ecopies, t.documents, t.ecopy_revisions
    last = sa.select(sa.func.max(r.c.revision)).where(r.c.ecopy_id == e.c.id).correlate(e).scalar_subquery()
    query = (
        sa.select(e, d.c.state.label("document_state"), last.label("last"))
        .join(d, d.c.id == e.c.document_id)
        .where(e.c.id == ecopy_id)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return EcopyStatus(
        ecopy_id=ecopy_id,
        document_id=row["document_id"],
        state=EcopyState(row["state"]),
        revision=revision,
        latest=revision is None or revision == row["last"],
        status_at=row["status_at"],
        reason=row["status_reason"],
        superseded_by=row["superseded_by"],
        disposed=row["document_state"] == DocumentState.DISPOSED.value,
    )


def ecopy_ids(connection: sa.Connection, any_id: str) -> list[str]:
    """The e-copy with that id; or those of the document with that id that count, where some do. Raises NotFound."""
    e = t.ecopies
    named = sa.or_(e.c.id == any_id, e.c.document_id == any_id)
    found = connection.execute(sa.select(e.c.id, e.c.state).where(named).order_by(e.c.id)).all()
    if not found:
        raise NotFound(what="e-copy", id=any_id)
    count = [row.id for row in found if row.state == EcopyState.ISSUED.value]
    return count or [row.id for row in found]


def whole_ecopy_id(connection: sa.Connection, any_id: str) -> str:
    """The e-copy with that id, or that of the whole of the document with that id. Raises NotFound."""
    e = t.ecopies
    named = sa.or_(e.c.id == any_id, sa.and_(e.c.document_id == any_id, t.whole_copy))
    found: str | None = connection.scalar(sa.select(e.c.id).where(named))
    if found is None:
        raise NotFound(what="e-copy", id=any_id)
    return found


def revoke(tx: Transaction, ecopy_id: str, *, reason: str, note: str | None, by: str) -> EcopyStatus:
    """Take an e-copy out of use, for everybody at once. Raises NotFound, IllegalTransition or ConflictError."""
    _change(tx, ecopy_id, EcopyState.REVOKED, by=by, reason=reason, note=note, superseded_by=None)
    tx.audit("revoke", ecopy_id, reason=reason)
    now = _known(tx.connection, ecopy_id)
    tx.announce(EventType.ECOPY_REVOKED, ecopy_id, document=now.document_id, ecopy=ecopy_id, reason=reason)
    return now


def supersede(tx: Transaction, old: str, new: str, *, note: str | None, by: str) -> EcopyStatus:
    """Let a newer e-copy take the place of an older one of the same type and holder.

    Raises NotTheSamePaper, NotFound, IllegalTransition or ConflictError.
    """
    before, after = _known(tx.connection, old), _known(tx.connection, new)
    if old == new or after.state is not EcopyState.ISSUED or after.disposed:
        raise NotTheSamePaper(old=old, new=new, reason=after.state.value)
    one, other = (_identity(tx.connection, status.document_id) for status in (before, after))
    if one.document_type != other.document_type:
        raise NotTheSamePaper(old=old, new=new, reason=f"{one.document_type} ≠ {other.document_type}")
    if not (one.holders & other.holders) and (one.number is None or one.number != other.number):
        raise NotTheSamePaper(old=old, new=new, reason="no holder and no number in common")
    _change(tx, old, EcopyState.SUPERSEDED, by=by, reason=SUPERSEDED, note=note, superseded_by=new)
    tx.audit("supersede", old, by_ecopy=new)
    tx.announce(EventType.ECOPY_SUPERSEDED, old, document=before.document_id, ecopy=old, by_ecopy=new)
    return _known(tx.connection, old)


@dataclass(frozen=True)
class _Identity:
    document_type: str | None
    number: tuple[str, str, str] | None
    """Folded number, date and issuer, where all three are known."""
    holders: frozenset[str]


def _identity(connection: sa.Connection, document_id: str) -> _Identity:
    d = t.documents
    row = connection.execute(
        sa.select(d.c.document_type, d.c.number_key, d.c.issued_on, d.c.issuer_key).where(
            d.c.id == document_id
        )
    ).one()
    number = (row.number_key, row.issued_on, row.issuer_key)
    whose = sa.select(t.document_holders.c.holder_id).where(t.document_holders.c.document_id == document_id)
    return _Identity(
        document_type=row.document_type,
        number=number if all(number) else None,
        holders=frozenset(connection.scalars(whose)),
    )


def _known(connection: sa.Connection, ecopy_id: str) -> EcopyStatus:
    found = status_of(connection, ecopy_id)
    if found is None:
        raise NotFound(what="e-copy", id=ecopy_id)
    return found


def _change(
    tx: Transaction,
    ecopy_id: str,
    after: EcopyState,
    *,
    by: str,
    reason: str,
    note: str | None,
    superseded_by: str | None,
) -> None:
    lock_ecopies(tx.connection, _known(tx.connection, ecopy_id).document_id)
    before = _known(tx.connection, ecopy_id)
    check_ecopy_way(before.state, after)
    changed = (
        t.ecopies.update()
        .where(t.ecopies.c.id == ecopy_id, t.ecopies.c.state == before.state.value)
        .values(
            state=after.value,
            updated_at=tx.at,
            status_at=tx.at,
            status_by=by,
            status_reason=reason,
            status_note=note,
            superseded_by=superseded_by,
        )
    )
    if not tx.connection.execute(changed).rowcount:
        raise ConflictError(reason=f"e-copy {ecopy_id} is no longer {before.state.value}")


def set_retention(
    tx: Transaction, document_id: str, kind: RetentionKind, *, until: date | None, source: str
) -> None:
    """Say how long a document is kept and what that rests on; `until` is the last day it must be there.

    Nothing is destroyed whose retention nobody has set. Raises NotFound.
    """
    if (kind == "until") != (until is not None):
        raise ValueError("a day belongs to `until` and to nothing else")
    last_day = until.isoformat() if until else None
    facts.set_retention(tx, document_id, facts.RetentionFacts(kind, last_day, source))
    tx.audit("set_retention", document_id, retention=kind, until=last_day, source=source)


@dataclass(frozen=True)
class Hold:
    """A legal hold: while one is on, the document stays, whatever its retention."""

    id: str
    document_id: str
    reason: str
    placed_at: str
    placed_by: str
    released_at: str | None
    released_by: str | None


def hold(tx: Transaction, document_id: str, *, reason: str, by: str) -> str:
    """Place a legal hold. Returns its id. Raises ConflictError when the document is being destroyed already."""
    d, going = t.documents, t.disposals
    state = tx.connection.scalar(sa.select(d.c.state).where(d.c.id == document_id).with_for_update())
    agreed = tx.connection.scalar(
        sa.select(going.c.state).where(going.c.document_id == document_id, going.c.state != "proposed")
    )
    if state is None:
        raise NotFound(what="document", id=document_id)
    if agreed is not None or state == DocumentState.DISPOSED.value:
        raise ConflictError(reason=f"document {document_id} is disposed of")
    identifier = new_id()
    tx.connection.execute(
        t.legal_holds.insert().values(
            id=identifier, document_id=document_id, reason=reason, placed_at=tx.at, placed_by=by
        )
    )
    tx.audit("hold", document_id, hold=identifier)
    return identifier


def release(tx: Transaction, document_id: str, *, by: str) -> int:
    """Lift every hold of a document. Returns how many there were; raises NotFound where there is none."""
    lifted = tx.connection.execute(
        t.legal_holds.update()
        .where(t.legal_holds.c.document_id == document_id, t.legal_holds.c.released_at.is_(None))
        .values(released_at=tx.at, released_by=by)
    ).rowcount
    if not lifted:
        raise NotFound(what="legal hold", id=document_id)
    tx.audit("release_hold", document_id, holds=lifted)
    return lifted


def holds_of(connection: sa.Connection, document_id: str) -> Sequence[Hold]:
    """All holds of a document, oldest first."""
    query = sa.select(t.legal_holds).where(t.legal_holds.c.document_id == document_id)
    rows = connection.execute(query.order_by(t.legal_holds.c.placed_at, t.legal_holds.c.id)).mappings()
    return [Hold(**row) for row in rows]
