"""The same bytes brought for a further dossier: one document, never merged in silence, linked to each case it came for."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from models.casework import HeldBefore
from storage import schema as t
from storage.once import insert_once
from storage.register import Transaction

_P, _D, _S = t.presented_again, t.documents, t.sources


def present_again(tx: Transaction, document_id: str, dossier_code: str, *, by: str) -> bool:
    """Keep that a document which came in for something else was brought for this dossier too.

    Whether that is news: not where it came in with this dossier, nor where it is on record already.
    """
    case = tx.connection.execute(
        sa.select(_D.c.dossier_code, _D.c.lot_id).where(_D.c.id == document_id)
    ).one()
    if case.dossier_code == dossier_code:
        return False
    new = insert_once(
        tx.connection,
        _P,
        dossier_code=dossier_code,
        document_id=document_id,
        presented_at=tx.at,
        presented_by=by,
    )
    if new:
        tx.audit("present_again", document_id, dossier=dossier_code, first=case.dossier_code, lot=case.lot_id)
    return new


def is_presented_again(connection: sa.Connection, document_id: str, dossier_code: str) -> bool:
    """Whether a document that came in for something else was brought for this dossier too."""
    both = sa.and_(_P.c.document_id == document_id, _P.c.dossier_code == dossier_code)
    return connection.scalar(sa.select(_P.c.document_id).where(both)) is not None


def held_before(connection: sa.Connection, source_id: str, dossier_code: str) -> HeldBefore | None:
    """When and for what a scan came in first that was brought for this dossier again; None where it was not."""
    query = (
        sa.select(_S.c.received_at, _D.c.dossier_code, _D.c.lot_id)
        .join(_D, _D.c.source_id == _S.c.id)
        .join(_P, _P.c.document_id == _D.c.id)
        .where(_S.c.id == source_id, _P.c.dossier_code == dossier_code)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return HeldBefore(digitised_at=row.received_at, dossier=row.dossier_code, lot=row.lot_id)


def hand_on(tx: Transaction, source_id: str, made: Sequence[str]) -> None:
    """What a scan was brought for again, the documents `made` of it now were brought for too."""
    of_source = sa.select(_D.c.id).where(_D.c.source_id == source_id)
    rows = tx.connection.execute(sa.select(_P).where(_P.c.document_id.in_(of_source))).mappings()
    cases = {row["dossier_code"]: dict(row) for row in rows}
    further = [{**row, "document_id": document_id} for row in cases.values() for document_id in made]
    if further:
        tx.connection.execute(_P.insert(), further)
