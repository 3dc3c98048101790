"""Which pages of a source each of its documents is made of; changes of it, each in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from models.errors import ConflictError
from models.events import EventType
from models.ids import new_id
from models.page_ranges import written
from models.states import DocumentState
from storage import schema as t
from storage.cases.casework import release_components
from storage.cases.presented import hand_on
from storage.records import DocumentRecord
from storage.register import Transaction


def settle(tx: Transaction, scan: DocumentRecord, parts: Sequence[Sequence[int]]) -> list[str]:
    """Make `scan` the document of the first part, and register one more for each further part. Returns all ids.

    Raises ConflictError when somebody else has said which pages it has.
    """
    undecided = sa.and_(t.documents.c.id == scan.id, t.documents.c.pages.is_(None))
    first = t.documents.update().where(undecided).values(pages=written(parts[0]), updated_at=tx.at)
    if not tx.connection.execute(first).rowcount:
        raise ConflictError(reason=f"document {scan.id} has its pages already")
    return [scan.id, *_added(tx, scan, parts[1:], position=2)]


def regroup(
    tx: Transaction, scan: DocumentRecord, living: Sequence[DocumentRecord], parts: Sequence[Sequence[int]]
) -> list[str]:
    """Put other documents in the place of all `living` ones of a source. Returns the new ids.

    Raises IllegalTransition when one of them is confirmed already.
    """
    for document in living:
        tx.set_document_state(document, DocumentState.REPLACED)
        tx.announce(EventType.DOCUMENT_REPLACED, document.id, document=document.id, source=document.source_id)
    of_source = t.documents.c.source_id == scan.source_id
    last = tx.connection.scalar(sa.select(sa.func.max(t.documents.c.position)).where(of_source))
    made = _added(tx, scan, parts, position=(last or 0) + 1)
    release_components(tx, [document.id for document in living])
    return made


def set_grouping(tx: Transaction, source_id: str, grouping: str) -> None:
    """Record how a person wants a source to be split."""
    tx.connection.execute(t.sources.update().where(t.sources.c.id == source_id).values(grouping=grouping))
    tx.audit("group", source_id, grouping=grouping)


def _added(tx: Transaction, scan: DocumentRecord, parts: Sequence[Sequence[int]], position: int) -> list[str]:
    rows = [
        {
            "id": new_id(),
            "source_id": scan.source_id,
            "position": position + at,
            "pages": written(pages),
            "state": DocumentState.TRIAGED.value,
            "rule_set": scan.rule_set,
            "forced_type": scan.forced_type,
            "dossier_code": scan.dossier_code,
            "lot_id": scan.lot_id,
            "created_at": tx.at,
            "updated_at": tx.at,
        }
        for at, pages in enumerate(parts)
    ]
    if rows:
        tx.connection.execute(t.documents.insert(), rows)
    made = [str(row["id"]) for row in rows]
    hand_on(tx, scan.source_id, made)
    for document_id in made:
        tx.announce(EventType.DOCUMENT_SPLIT, document_id, document=document_id, source=scan.source_id)
    return made
