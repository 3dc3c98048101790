"""What is known about a document: minimum data, fields with their history, retention, signatures, transfer note."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields

import sqlalchemy as sa

from models.ecopy import TransferNote
from models.errors import ConflictError, NotFound
from models.events import EventType
from models.extraction import FieldValue, MinimumData
from models.geometry import Box
from models.holders import LONGEST_KEY
from models.ids import new_id
from models.people import Role
from models.signatures import Level
from models.text import folded
from storage import schema as t
from storage.cases.records import DocumentFacts, FieldRecord, RetentionKind, SignatureRecord
from storage.once import insert_once
from storage.register import Transaction

LONGEST_NUMBER_KEY = 120
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_D, _F = t.documents, t.fields


@dataclass(frozen=True)
class RetentionFacts:
    """How long a document is kept, and what that rests on."""

    retention: RetentionKind
    retain_until: str | None
    """ISO date of the last day; only with `until`."""
    retention_source: str | None


def unrecorded_documents(connection: sa.Connection, limit: int | None = None) -> list[str]:
    """Documents of an earlier release whose facts still have to be gathered, oldest first."""
    query = sa.select(t.unrecorded.c.document_id).order_by(t.unrecorded.c.document_id)
    return list(connection.scalars(query if limit is None else query.limit(limit)))


def number_key(number: str | None) -> str | None:
    """The folded form under which numbers of papers are compared, spaces aside."""
    return folded(number).replace(" ", "")[:LONGEST_NUMBER_KEY] if number else None


def issuer_key(issuer: str | None) -> str | None:
    """The folded form under which issuers are compared."""
    return folded(issuer)[:LONGEST_KEY] if issuer else None


def set_minimum(tx: Transaction, document_id: str, minimum: MinimumData, *, number: str | None) -> None:
    """Keep the minimum data of ND118 Art. 19.2 with the document, in place of earlier ones."""
    _update(
        tx,
        document_id,
        document_type=minimum.type_code,
        number=number,
        number_key=number_key(number),
        issued_on=_day(minimum.issued_on),
        issuer=minimum.issuer,
        issuer_key=issuer_key(minimum.issuer),
        title=minimum.title,
        abstract=minimum.abstract,
        valid_from=_day(minimum.valid_from),
        valid_to=_day(minimum.valid_to),
        perpetual=minimum.perpetual,
        scope=minimum.scope,
    )


def set_retention(tx: Transaction, document_id: str, retention: RetentionFacts) -> None:
    """Keep how long the document is to be kept."""
    _update(
        tx,
        document_id,
        retention=retention.retention,
        retain_until=retention.retain_until,
        retention_source=retention.retention_source,
    )


def set_signed_original(tx: Transaction, document_id: str) -> None:
    """Keep that the file received is the original itself: an electronic document with valid signatures."""
    _update(tx, document_id, signed_original=True)


def set_reusable(tx: Transaction, document_id: str) -> bool:
    """From now on the document may be used again (ND118 Art. 22.1); whether it could not before."""
    where = sa.and_(_D.c.id == document_id, _D.c.reusable_from.is_(None))
    if not tx.connection.execute(_D.update().where(where).values(reusable_from=tx.at)).rowcount:
        return False
    tx.audit("make_reusable", document_id)
    tx.announce(EventType.DOCUMENT_REUSABLE, document_id, document=document_id)
    return True


def document_facts(connection: sa.Connection, document_id: str) -> DocumentFacts:
    """What is confirmed about a document. Raises NotFound."""
    names = [field.name for field in dataclass_fields(DocumentFacts) if field.name != "document_id"]
    query = sa.select(_D.c.id.label("document_id"), *(_D.c[name] for name in names))
    row = connection.execute(query.where(_D.c.id == document_id)).mappings().first()
    if row is None:
        raise NotFound(what="document", id=document_id)
    return DocumentFacts(**row)


def add_fields(
    tx: Transaction, document_id: str, fields: Mapping[str, FieldValue], *, by: str, at: str
) -> None:
    """Write the first version of each field as confirmed at `at`. Raises IntegrityError where there are some already."""
    rows = [_row(document_id, name, 1, field, by, at, None) for name, field in fields.items()]
    if rows:
        tx.connection.execute(_F.insert(), rows)


def correct_field(
    tx: Transaction, document_id: str, name: str, field: FieldValue, *, by: str, reason: str
) -> int:
    """Add a version of a field; earlier ones stay. Returns its number.

    Raises ConflictError when somebody else corrected the field at the same moment.
    """
    same = sa.and_(_F.c.document_id == document_id, _F.c.name == name)
    current = sa.and_(same, _F.c.current.is_(True))
    last = tx.connection.scalar(sa.select(sa.func.max(_F.c.version)).where(same)) or 0
    retired = tx.connection.execute(
        _F.update().where(current, _F.c.version == last).values(current=False)
    ).rowcount
    row = _row(document_id, name, last + 1, field, by, tx.at, reason)
    if (last and not retired) or not insert_once(tx.connection, _F, **row):
        raise ConflictError(reason=f"field {name} of document {document_id} was just corrected")
    tx.audit("correct_field", document_id, field=name, version=last + 1)
    tx.announce(EventType.DOCUMENT_CORRECTED, document_id, document=document_id, field=name, version=last + 1)
    return last + 1


def current_fields(connection: sa.Connection, document_id: str) -> dict[str, FieldRecord]:
    """The valid version of each field, by name."""
    query = sa.select(_F).where(_F.c.document_id == document_id, _F.c.current.is_(True))
    return {row["name"]: _field(row) for row in connection.execute(query.order_by(_F.c.name)).mappings()}


def add_signature(
    tx: Transaction,
    document_id: str,
    *,
    field_name: str,
    role: Role,
    signer: str,
    certificate: str | None,
    level: Level,
    signed_at: str,
    ecopy_id: str | None = None,
    revision: int | None = None,
) -> None:
    """Keep a signature made here; `certificate` is the SHA-256 of one that `storage.people.parties` knows."""
    tx.connection.execute(
        t.signatures.insert().values(
            id=new_id(),
            document_id=document_id,
            ecopy_id=ecopy_id,
            revision=revision,
            field_name=field_name,
            role=role.value,
            signer=signer,
            certificate=certificate,
            level=level.value,
            signed_at=signed_at,
        )
    )


ORIGINAL = "original"
"""In place of a role: a signature of others, on the file that came in."""
LONGEST_NAME = 60


def kept_name(field_name: str) -> str:
    """The name of a signature's field as it is kept: others choose theirs as they like."""
    return field_name.replace("\0", "")[:LONGEST_NAME]


def add_original_signature(
    tx: Transaction,
    document_id: str,
    *,
    field_name: str,
    signer: str,
    certificate: str,
    level: Level,
    signed_at: str,
) -> None:
    """Keep a signature of others on the original that came in; the same one again is no error."""
    name = kept_name(field_name)
    mine = sa.and_(t.signatures.c.document_id == document_id, t.signatures.c.role == ORIGINAL)
    known = sa.select(t.signatures.c.id).where(mine, t.signatures.c.field_name == name)
    if tx.connection.scalar(known.where(t.signatures.c.certificate == certificate)) is not None:
        return
    tx.connection.execute(
        t.signatures.insert().values(
            id=new_id(),
            document_id=document_id,
            field_name=name,
            role=ORIGINAL,
            signer=signer,
            certificate=certificate,
            level=level.value,
            signed_at=signed_at,
        )
    )


def gather_later(tx: Transaction, document_id: str) -> None:
    """Put a document on the list of those whose facts are still to be gathered; there already is no error."""
    insert_once(tx.connection, t.unrecorded, document_id=document_id)


def signatures_of(connection: sa.Connection, document_id: str) -> list[SignatureRecord]:
    """The signatures on a document's capture and e-copies, oldest first."""
    query = sa.select(t.signatures).where(t.signatures.c.document_id == document_id)
    rows = connection.execute(query.order_by(t.signatures.c.signed_at, t.signatures.c.id)).mappings()
    return [SignatureRecord(**{**row, "level": Level(row["level"])}) for row in rows]


def add_transfer_note(tx: Transaction, note: TransferNote) -> None:
    """Keep the note that an e-copy carries; the same one again is no error."""
    insert_once(
        tx.connection,
        t.transfer_notes,
        ecopy_id=note.ecopy_id,
        note=note.model_dump_json(),
        created_at=tx.at,
    )


def transfer_note(connection: sa.Connection, ecopy_id: str) -> TransferNote | None:
    """The note that an e-copy carries."""
    found = connection.scalar(
        sa.select(t.transfer_notes.c.note).where(t.transfer_notes.c.ecopy_id == ecopy_id)
    )
    return TransferNote.model_validate_json(found) if found is not None else None


def _day(text: str | None) -> str | None:
    """An ISO date; what a person confirmed as printed although it is none stays in the field alone."""
    return text if text is not None and _DAY.fullmatch(text) else None


def _update(tx: Transaction, document_id: str, **values: object) -> None:
    if not tx.connection.execute(_D.update().where(_D.c.id == document_id).values(**values)).rowcount:
        raise NotFound(what="document", id=document_id)


def _row(
    document_id: str, name: str, version: int, field: FieldValue, by: str, at: str, reason: str | None
) -> dict[str, object]:
    return {
        "document_id": document_id,
        "name": name,
        "version": version,
        "current": True,
        "value": field.value,
        "printed": field.printed,
        "confidence": field.confidence,
        "origin": field.origin,
        "page": field.page,
        "box": json.dumps(field.box.as_list()) if field.box else None,
        "changed_by": by,
        "changed_at": at,
        "reason": reason,
    }


def _field(row: sa.RowMapping) -> FieldRecord:
    box = json.loads(row["box"]) if row["box"] else None
    found = Box(x0=box[0], y0=box[1], x1=box[2], y1=box[3]) if box else None
    return FieldRecord(**{**row, "box": found})
