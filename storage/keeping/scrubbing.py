"""What is taken out of the register when a paper is destroyed, and the tombstone that is left in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from models.events import EventType
from models.states import DocumentState, check_document_way
from storage import schema as t
from storage.keeping.disposal import Agreed
from storage.records import StoredRef
from storage.register import Transaction
from storage.search import forget
from storage.vault import Vault

_D = t.documents
_MINIMUM = (
    "number", "number_key", "issued_on", "issuer", "issuer_key", "title", "abstract", "valid_from", "valid_to",
    "scope", "reusable_from",
)  # fmt: skip


@dataclass(frozen=True)
class Tombstone:
    """What is left of a document: a signed statement of what was destroyed, on what basis, by whom."""

    document_id: str
    disposed_at: str
    disposed_by: str
    approved_by: str
    basis: str
    statement: str
    """Canonical JSON, without personal data; what the signature covers, in UTF-8."""
    signature: str
    """Detached CMS signature of the agency, base64 of the DER."""
    signer: str
    """Common name of the certificate."""


def finish(
    tx: Transaction, source_id: str, plans: Sequence[Agreed], stones: Sequence[Tombstone], stored: StoredRef
) -> None:
    """Take everything about the documents out of the register and leave their tombstones; all or nothing.

    The objects are gone already. `stored` is the object with the tombstones: it takes the place of the original, so
    that every scan has an object and every object a scan.
    """
    if tx.connection.dialect.name == "sqlite":
        tx.connection.exec_driver_sql(
            "PRAGMA secure_delete=ON"
        )  # freed pages are overwritten, not just unlinked
    ids = [plan.document_id for plan in plans]
    whose = _holders(tx.connection, ids)
    _rows_go(tx, ids)
    Vault.adopt(tx.connection, stored)
    tx.connection.execute(
        t.sources.update()
        .where(t.sources.c.id == source_id)
        .values(
            object_key=stored.key,
            content_mac=f"disposed:{source_id}",
            filename="",
            scan=None,
            facts=None,
            error_details=None,
        )
    )
    tx.connection.execute(
        t.batch_entries.update()
        .where(t.batch_entries.c.source_id == source_id)
        .values(path="", document=None, holder=None)
    )
    for plan, stone in zip(plans, stones, strict=True):
        _document_goes(tx, plan, stone)
    _unused_holders_go(tx, whose)


def tombstone(connection: sa.Connection, document_id: str) -> Tombstone | None:
    """What is left of a document that was destroyed."""
    query = sa.select(t.tombstones).where(t.tombstones.c.document_id == document_id)
    row = connection.execute(query).mappings().one_or_none()
    return Tombstone(**row) if row is not None else None


def _rows_go(tx: Transaction, ids: Sequence[str]) -> None:
    """Rows that tell of the documents' content, and those that refer to destroyed objects."""
    connection = tx.connection
    copies = sa.select(t.ecopies.c.id).where(t.ecopies.c.document_id.in_(ids))
    for document in ids:
        forget(tx, document)
    connection.execute(t.transfer_notes.delete().where(t.transfer_notes.c.ecopy_id.in_(copies)))
    connection.execute(t.ecopy_revisions.delete().where(t.ecopy_revisions.c.ecopy_id.in_(copies)))
    for table in (
        t.fields,
        t.judgements,
        t.signatures,
        t.page_prints,
        t.correction_tasks,
        t.document_holders,
        t.captures,
        t.derivations,
        t.unrecorded,
        t.imports,
        t.import_records,
    ):
        connection.execute(table.delete().where(table.c.document_id.in_(ids)))
    connection.execute(
        t.ecopies.update().where(t.ecopies.c.document_id.in_(ids)).values(status_note=None, particulars=None)
    )
    # Other dossiers' records of a reuse stay, without what the paper said.
    connection.execute(
        t.reuse_events.update()
        .where(t.reuse_events.c.document_id.in_(ids))
        .values(snapshot="{}", reason=None, holder_id=None)
    )
    connection.execute(t.legal_holds.update().where(t.legal_holds.c.document_id.in_(ids)).values(reason=""))
    connection.execute(
        t.holder_identifiers.update()
        .where(t.holder_identifiers.c.document_id.in_(ids))
        .values(document_id=None)
    )


def _document_goes(tx: Transaction, plan: Agreed, stone: Tombstone) -> None:
    before = tx.connection.scalar(sa.select(_D.c.state).where(_D.c.id == plan.document_id).with_for_update())
    check_document_way(DocumentState(str(before)), DocumentState.DISPOSED)
    tx.connection.execute(
        _D.update()
        .where(_D.c.id == plan.document_id)
        .values(state=DocumentState.DISPOSED.value, updated_at=tx.at, **dict.fromkeys(_MINIMUM))
    )
    keys = list(plan.keys)
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        tx.connection.execute(t.objects.delete().where(t.objects.c.key.in_(some)))
    tx.connection.execute(t.tombstones.insert().values(**vars(stone)))
    done = (
        t.disposals.update()
        .where(t.disposals.c.document_id == plan.document_id, t.disposals.c.state == "approved")
        .values(state="done", finished_at=tx.at)
    )
    tx.connection.execute(done)
    tx.audit("dispose", plan.document_id, objects=len(keys), basis=plan.basis, approved_by=plan.approved_by)
    tx.announce(EventType.DOCUMENT_DISPOSED, plan.document_id, document=plan.document_id)


def _holders(connection: sa.Connection, ids: Sequence[str]) -> list[str]:
    link = t.document_holders
    return sorted(set(connection.scalars(sa.select(link.c.holder_id).where(link.c.document_id.in_(ids)))))


def _unused_holders_go(tx: Transaction, ids: Sequence[str]) -> None:
    """Holders that nothing refers to any more, with their numbers."""
    for holder in ids:
        used = any(
            tx.connection.scalar(sa.select(table.c.holder_id).where(table.c.holder_id == holder).limit(1))
            for table in (t.document_holders, t.dossiers, t.reuse_events, t.subject_requests)
        )
        if not used:
            numbers = t.holder_identifiers
            tx.connection.execute(numbers.delete().where(numbers.c.holder_id == holder))
            tx.connection.execute(t.holders.delete().where(t.holders.c.id == holder))
            tx.audit("forget_holder", holder)
