"""Papers digitised elsewhere: the code that an agency knows each by, and every version of what it says of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from models.errors import ConflictError, HeldAlready
from models.times import for_people
from models.wire.national import RecordFields
from storage import schema as t
from storage.once import insert_once
from storage.register import Transaction

_I, _R = t.imports, t.import_records


@dataclass(frozen=True)
class ImportRecord:
    """The newest of what a sender said of a document."""

    document_id: str
    version: int
    fields: RecordFields
    changed_at: str
    changed_by: str


def imported(connection: sa.Connection, agency: str, doc_code: str) -> str | None:
    """The id of the document that an agency's code stands for."""
    where = sa.and_(_I.c.agency == agency, _I.c.doc_code == doc_code)
    return connection.scalar(sa.select(_I.c.document_id).where(where))


def code_of(connection: sa.Connection, agency: str, document_id: str) -> str | None:
    """The code that an agency knows a document by."""
    where = sa.and_(_I.c.agency == agency, _I.c.document_id == document_id)
    return connection.scalar(sa.select(_I.c.doc_code).where(where))


def held_already(connection: sa.Connection, document_id: str) -> HeldAlready:
    """The refusal of content that is this document already: when, and for what, it came in."""
    d, s = t.documents.c, t.sources.c
    query = sa.select(s.received_at, d.dossier_code, d.lot_id).select_from(
        t.documents.join(t.sources, s.id == d.source_id)
    )
    row = connection.execute(query.where(d.id == document_id)).one()
    return HeldAlready(
        at=for_people(datetime.fromisoformat(row.received_at)),
        case=row.dossier_code or row.lot_id or "—",
        document=document_id,
    )


def sender_of(connection: sa.Connection, document_id: str) -> str | None:
    """Who brought a document in digitised, with the agency it did so for: its name, or its id where it has none."""
    query = (
        sa.select(_I.c.created_by, _I.c.agency, t.clients.c.name)
        .outerjoin(t.clients, t.clients.c.id == _I.c.created_by)
        .where(_I.c.document_id == document_id)
        .order_by(_I.c.created_at, _I.c.agency)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return f"{row.name or row.created_by} ({row.agency})" if row is not None else None


def record_of(connection: sa.Connection, document_id: str) -> ImportRecord | None:
    """What is said of a document now; None for one that nobody said anything of."""
    query = sa.select(_R).where(_R.c.document_id == document_id).order_by(_R.c.version.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return _record(row) if row is not None else None


def records_of(connection: sa.Connection, document_id: str) -> list[ImportRecord]:
    """Everything that was said of a document, oldest first."""
    query = sa.select(_R).where(_R.c.document_id == document_id).order_by(_R.c.version)
    return [_record(row) for row in connection.execute(query)]


def add_import(
    tx: Transaction, agency: str, doc_code: str, document_id: str, fields: RecordFields, *, by: str
) -> bool:
    """Give a document its code and its first record; whether that had not been done already.

    Raises HeldAlready where the agency knows the document by another code, or the code by another document.
    """
    new = insert_once(
        tx.connection,
        _I,
        agency=agency,
        doc_code=doc_code,
        document_id=document_id,
        created_at=tx.at,
        created_by=by,
    )
    if not new and imported(tx.connection, agency, doc_code) != document_id:
        raise held_already(tx.connection, document_id)
    if not new:
        return False
    if record_of(tx.connection, document_id) is None:
        _insert(tx, document_id, 1, fields, by)
    tx.audit("import", document_id)
    return True


def amend_record(
    tx: Transaction, document_id: str, before: int, fields: RecordFields, *, by: str
) -> ImportRecord:
    """Add a version behind version `before`. Raises ConflictError when somebody else did at the same moment."""
    if not _insert(tx, document_id, before + 1, fields, by):
        raise ConflictError(reason=f"the record of {document_id} was just amended")
    tx.audit("amend_import", document_id, version=before + 1)
    return ImportRecord(document_id, before + 1, fields, tx.at, by)


def _insert(tx: Transaction, document_id: str, version: int, fields: RecordFields, by: str) -> bool:
    return insert_once(
        tx.connection,
        _R,
        document_id=document_id,
        version=version,
        record=fields.model_dump_json(by_alias=True, exclude_none=True),
        changed_at=tx.at,
        changed_by=by,
    )


def _record(row: sa.Row[tuple[object, ...]]) -> ImportRecord:
    return ImportRecord(
        document_id=row.document_id,
        version=row.version,
        fields=RecordFields.model_validate_json(row.record),
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
