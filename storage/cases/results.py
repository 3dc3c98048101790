"""The signed electronic results that dossiers ended with (ND118 Art. 22); a result is no component of its dossier."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from models.events import EventType
from models.states import DocumentState
from storage import schema as t
from storage.once import insert_once
from storage.register import Transaction

_R, _D, _S = t.results, t.documents, t.sources


@dataclass(frozen=True)
class ResultRecord:
    """A result with where its document stands."""

    document_id: str
    dossier_code: str
    result_code: str | None
    """Mã loại kết quả."""
    sha256: str
    size: int
    state: DocumentState
    brought_at: str
    brought_by: str
    reusable_from: str | None


def add_result(
    tx: Transaction, dossier_code: str, document_id: str, *, result_code: str | None, by: str
) -> bool:
    """Keep that a document is the result of a dossier, and tell of it; whether it was not known as one before."""
    new = insert_once(
        tx.connection,
        _R,
        dossier_code=dossier_code,
        document_id=document_id,
        result_code=result_code,
        brought_at=tx.at,
        brought_by=by,
    )
    if new:
        sha256 = result(tx.connection, dossier_code, document_id).sha256
        tx.audit("bring_result", dossier_code, document=document_id, code=result_code, sha256=sha256)
        tx.announce(
            EventType.RESULT_BROUGHT, document_id, document=document_id, dossier=dossier_code, sha256=sha256
        )
    return new


def result(connection: sa.Connection, dossier_code: str, document_id: str) -> ResultRecord:
    """One result of a dossier; it must be one."""
    found = _found(connection, _R.c.dossier_code == dossier_code, _R.c.document_id == document_id)
    return found[0]


def results_of(connection: sa.Connection, dossier_code: str) -> list[ResultRecord]:
    """The results of a dossier, oldest first."""
    return _found(connection, _R.c.dossier_code == dossier_code)


def is_result(connection: sa.Connection, dossier_code: str, document_id: str) -> bool:
    """Whether a document came as the result of that dossier."""
    where = sa.and_(_R.c.dossier_code == dossier_code, _R.c.document_id == document_id)
    return connection.scalar(sa.select(_R.c.document_id).where(where)) is not None


def _found(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> list[ResultRecord]:
    query = (
        sa.select(
            _R.c.document_id,
            _R.c.dossier_code,
            _R.c.result_code,
            _S.c.sha256,
            _S.c.size,
            _D.c.state,
            _R.c.brought_at,
            _R.c.brought_by,
            _D.c.reusable_from,
        )
        .join(_D, _D.c.id == _R.c.document_id)
        .join(_S, _S.c.id == _D.c.source_id)
        .where(*where)
        .order_by(_R.c.brought_at, _R.c.document_id)
    )
    rows = connection.execute(query).mappings()
    return [ResultRecord(**{**row, "state": DocumentState(row["state"])}) for row in rows]
