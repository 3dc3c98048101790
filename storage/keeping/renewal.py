"""Until when the proof in each file holds, which e-copies are due to have it renewed, and their next revisions."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from models.errors import ConflictError
from models.events import EventType
from models.signatures import Level
from models.states import DocumentState, EcopyState
from storage import schema as t
from storage.records import StoredRef
from storage.register import Transaction
from storage.vault import Vault

_D, _E, _R, _S, _P = t.documents, t.ecopies, t.ecopy_revisions, t.sources, t.proofs

LASTING = (EcopyState.ISSUED.value, EcopyState.SUPERSEDED.value)
"""A superseded copy still proves what was decided by it; a revoked one need prove nothing any more."""


@dataclass(frozen=True)
class Ends:
    """When a file's proof ends and what by; `at` is None where nothing in the file proves a time."""

    at: str | None
    """ISO +07:00."""
    because: str | None
    """`certificate` or `algorithm`."""
    of: str | None
    """Whose certificate, or which algorithm."""


@dataclass(frozen=True)
class LastRevision:
    """The newest file of an e-copy, with the end of its proof."""

    ecopy_id: str
    document_id: str
    revision: int
    object_key: str
    sha256: str
    level: Level
    signed_by: str
    ends: Ends | None
    """None where nobody has looked yet."""


@dataclass(frozen=True)
class Original:
    """A signed electronic original: others signed it, so it is theirs to renew."""

    document_id: str
    object_key: str
    ends: Ends | None


def note_proof(tx: Transaction, object_key: str, ends: Ends) -> None:
    """Keep when the proof in a file ends; said again, it replaces what was said before."""
    tx.connection.execute(_P.delete().where(_P.c.object_key == object_key))
    tx.connection.execute(
        _P.insert().values(
            object_key=object_key, ends_at=ends.at, because=ends.because, of=ends.of, told_at=tx.at
        )
    )


def unknown_ecopies(connection: sa.Connection, *, after: str = "", limit: int = 200) -> list[LastRevision]:
    """E-copies whose newest file nobody has looked at, by their ids."""
    query = _last().where(_P.c.object_key.is_(None), _E.c.id > after).order_by(_E.c.id).limit(limit)
    return [_revision(row) for row in connection.execute(query).mappings()]


def unknown_originals(connection: sa.Connection, *, after: str = "", limit: int = 200) -> list[Original]:
    """Signed originals that nobody has looked at, by their documents' ids."""
    query = _originals().where(_P.c.object_key.is_(None), _D.c.id > after).order_by(_D.c.id).limit(limit)
    return [_original(row) for row in connection.execute(query).mappings()]


def due(
    connection: sa.Connection, before: str, *, after: tuple[str, str] = ("", ""), limit: int = 200
) -> list[LastRevision]:
    """E-copies whose proof ends before a moment, the soonest first; those without any are the very first.

    `after`: end and id of the last one that was seen already.
    """
    ends = sa.func.coalesce(_P.c.ends_at, "")
    query = (
        _last()
        .where(_before(before))
        .where(sa.or_(ends > after[0], sa.and_(ends == after[0], _E.c.id > after[1])))
        .order_by(ends, _E.c.id)
        .limit(limit)
    )
    return [_revision(row) for row in connection.execute(query).mappings()]


def originals_due(connection: sa.Connection, before: str, *, limit: int = 1000) -> list[Original]:
    """Signed originals whose proof ends before a moment, the soonest first; those without a time-stamp too."""
    ends = sa.func.coalesce(_P.c.ends_at, "")
    query = _originals().where(_before(before)).order_by(ends, _D.c.id)
    return [_original(row) for row in connection.execute(query.limit(limit)).mappings()]


def count_due(connection: sa.Connection, before: str) -> int:
    """How many e-copies `due` would tell of."""
    found = _last().where(_before(before)).subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def last_revision(connection: sa.Connection, ecopy_id: str) -> LastRevision | None:
    """The newest file of an e-copy that is to last; None for one that need not any more."""
    row = connection.execute(_last().where(_E.c.id == ecopy_id)).mappings().one_or_none()
    return _revision(row) if row is not None else None


def add_renewed(
    tx: Transaction, before: LastRevision, stored: StoredRef, ends: Ends, *, authority: str
) -> int:
    """The renewed file is the e-copy's newest revision from now on. Returns its number.

    Raises ConflictError when somebody else added one meanwhile, or the e-copy need not last any more.
    """
    now = last_revision(tx.connection, before.ecopy_id)
    if now is None or now.revision != before.revision:
        raise ConflictError(reason=f"e-copy {before.ecopy_id} changed while its proof was renewed")
    Vault.adopt(tx.connection, stored)
    number = before.revision + 1
    tx.connection.execute(
        _R.insert().values(
            ecopy_id=before.ecopy_id,
            revision=number,
            object_key=stored.key,
            sha256=stored.sha256,
            size=stored.size,
            level=Level.B_LTA.value,
            signed_by=before.signed_by,
            signed_at=tx.at,
        )
    )
    note_proof(tx, stored.key, ends)
    tx.audit(
        "renew", before.ecopy_id, revision=number, sha256=stored.sha256, authority=authority, until=ends.at
    )
    tx.announce(
        EventType.ECOPY_RENEWED,
        before.ecopy_id,
        document=before.document_id,
        ecopy=before.ecopy_id,
        revision=number,
        sha256=stored.sha256,
    )
    return number


def _last() -> sa.Select[tuple[object, ...]]:
    later = _R.alias("later")
    newest = (
        sa.select(sa.func.max(later.c.revision))
        .where(later.c.ecopy_id == _E.c.id)
        .correlate(_E)
        .scalar_subquery()
    )
    return (
        sa.select(
            _R, _E.c.document_id, _P.c.object_key.label("looked_at"), _P.c.ends_at, _P.c.because, _P.c.of
        )
        .join(_E, _E.c.id == _R.c.ecopy_id)
        .join(_D, _D.c.id == _E.c.document_id)
        .outerjoin(_P, _P.c.object_key == _R.c.object_key)
        .where(_R.c.revision == newest, _E.c.state.in_(LASTING), _stays(), ~_by_record())
    )


def _by_record() -> sa.ColumnElement[bool]:
    """Whether an evidence record proves the e-copy; it is renewed in the record's stead (`storage.keeping.evidence`)."""
    return sa.exists().where(t.evidence_leaves.c.ecopy_id == _E.c.id)


def _originals() -> sa.Select[tuple[object, ...]]:
    return (
        sa.select(
            _D.c.id, _S.c.object_key, _P.c.object_key.label("looked_at"), _P.c.ends_at, _P.c.because, _P.c.of
        )
        .join(_S, _S.c.id == _D.c.source_id)
        .outerjoin(_P, _P.c.object_key == _S.c.object_key)
        .where(_D.c.signed_original, _stays())
    )


def _before(moment: str) -> sa.ColumnElement[bool]:
    known_end = sa.or_(_P.c.ends_at.is_(None), _P.c.ends_at < moment)
    return sa.and_(_P.c.object_key.is_not(None), known_end)


def _stays() -> sa.ColumnElement[bool]:
    """Nothing is done to a document that is destroyed, or agreed to be."""
    going = sa.exists().where(t.disposals.c.document_id == _D.c.id, t.disposals.c.state != "proposed")
    return sa.and_(_D.c.state != DocumentState.DISPOSED.value, sa.not_(going))


def _ends(row: sa.RowMapping) -> Ends | None:
    return None if row["looked_at"] is None else Ends(row["ends_at"], row["because"], row["of"])


def _revision(row: sa.RowMapping) -> LastRevision:
    return LastRevision(
        ecopy_id=row["ecopy_id"],
        document_id=row["document_id"],
        revision=row["revision"],
        object_key=row["object_key"],
        sha256=row["sha256"],
        level=Level(row["level"]),
        signed_by=row["signed_by"],
        ends=_ends(row),
    )


def _original(row: sa.RowMapping) -> Original:
    return Original(document_id=row["id"], object_key=row["object_key"], ends=_ends(row))
