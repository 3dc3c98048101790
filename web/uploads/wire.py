"""Uploads as they are told outside."""

from __future__ import annotations

from models.access import PurposeKind, purpose_in
from models.uploads import UploadState
from models.wire.uploads import Upload
from pipeline.application import Application
from storage.cases.presented import held_before
from storage.uploads.rows import UploadRecord


def upload_value(office: Application, record: UploadRecord, offset: int) -> Upload:
    """An upload of which `offset` bytes are here; all of them once it is complete."""
    document = None if record.document_id is None else office.register.document(record.document_id)
    held = None
    purpose = purpose_in(record.purpose)
    if document is not None and purpose is not None and purpose.kind is PurposeKind.DOSSIER:
        with office.register.reading() as connection:
            held = held_before(connection, document.source_id, purpose.reference)
    return Upload(
        id=record.id,
        kind=record.kind,
        state=record.state,
        length=record.length,
        offset=record.length if record.state is UploadState.COMPLETE else offset,
        sha256=record.sha256,
        purpose=record.purpose,
        created_at=record.created_at,
        expires_at=record.expires_at,
        error=record.error_code,
        document=record.document_id,
        document_state=None if document is None else document.state,
        held_already=held,
        receipt=record.receipt,
    )
