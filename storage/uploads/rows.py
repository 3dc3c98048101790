"""Rows of uploads: begun once by their sender's ULID, ended once; what a file was called is forgotten at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.errors import ConflictError, NotFound, UploadExists, UploadQuota, UploadsTooMany
from models.uploads import Declared, UploadKind, UploadState
from storage import schema as t
from storage.once import insert_once
from storage.register import Transaction
from storage.schema.access import UNFINISHED

_U = t.uploads
_UNFINISHED = sa.text(UNFINISHED)
MOST_UNFINISHED = 1000
"""Of one sender: each is a file on the disk, however small."""


@dataclass(frozen=True)
class UploadRecord:
    """An upload in pieces."""

    id: str
    kind: UploadKind
    caller: str
    agency: str
    length: int
    sha256: str | None
    declared: Declared
    purpose: str
    state: UploadState
    object_key: str | None
    multipart: str | None
    """The store's own id of an upload in parts."""
    document_id: str | None
    error_code: str | None
    receipt: str | None
    created_at: str
    expires_at: str


@dataclass(frozen=True)
class NewUpload:
    """What is put on record when one begins."""

    id: str
    kind: UploadKind
    caller: str
    agency: str
    length: int
    declared: Declared
    purpose: str
    expires_at: str


def upload(connection: sa.Connection, upload_id: str) -> UploadRecord:
    """Raises NotFound."""
    found = find_upload(connection, upload_id)
    if found is None:
        raise NotFound(what="upload", id=upload_id)
    return found


def find_upload(connection: sa.Connection, upload_id: str) -> UploadRecord | None:
    row = connection.execute(sa.select(_U).where(_U.c.id == upload_id)).mappings().one_or_none()
    return None if row is None else _record(row)


def begin_upload(tx: Transaction, new: NewUpload, *, quota: int) -> tuple[UploadRecord, bool]:
    """The upload of that id, and whether it begins now; the same one again goes on where it was.

    One that was refused, ended or expired begins anew. `quota` is how many bytes the caller may have unfinished at
    once, unless the register says otherwise of it. Raises UploadExists for another upload under the same id, UploadQuota,
    UploadsTooMany.
    """
    row = (
        tx.connection.execute(sa.select(_U).where(_U.c.id == new.id).with_for_update())
        .mappings()
        .one_or_none()
    )
    before = None if row is None else _record(row)
    if before is not None:
        if before.caller != new.caller:
            raise UploadExists(id=new.id)
        if before.state is UploadState.OPEN or before.state is UploadState.COMPLETE:
            if not _same(before, new):
                raise UploadExists(id=new.id)
            return before, False
    _check_quota(tx.connection, new, quota)
    values: dict[str, Any] = {
        "kind": new.kind,
        "caller": new.caller,
        "agency": new.agency,
        "length": new.length,
        "sha256": new.declared.sha256,
        "metadata": new.declared.model_dump_json(),
        "purpose": new.purpose,
        "state": UploadState.OPEN.value,
        "object_key": None,
        "multipart": None,
        "error_code": None,
        "created_at": tx.at,
        "changed_at": tx.at,
        "expires_at": new.expires_at,
    }
    if before is not None:
        tx.connection.execute(_U.update().where(_U.c.id == new.id).values(**values))
    elif not insert_once(tx.connection, _U, id=new.id, **values):
        raise UploadExists(id=new.id)  # begun by somebody else at this very moment
    tx.audit("begin_upload", new.id, kind=new.kind, size=new.length)
    return upload(tx.connection, new.id), True


def set_multipart(tx: Transaction, record: UploadRecord, *, object_key: str, multipart: str) -> UploadRecord:
    """Where the parts of an upload go."""
    _change(tx, record, object_key=object_key, multipart=multipart)
    return upload(tx.connection, record.id)


def complete_upload(tx: Transaction, record: UploadRecord, *, document_id: str, receipt: str) -> None:
    """The whole file is safe. Raises ConflictError where the upload has ended otherwise meanwhile."""
    _change(
        tx,
        record,
        state=UploadState.COMPLETE.value,
        document_id=document_id,
        receipt=receipt,
        **_unnamed(record),
    )
    tx.audit("complete_upload", record.id, document=document_id)


def end_upload(tx: Transaction, record: UploadRecord, after: UploadState, *, code: str | None = None) -> None:
    """Nothing of it is kept. Raises ConflictError where it is not open any more."""
    _change(tx, record, state=after.value, error_code=code, **_unnamed(record))
    tx.audit("end_upload", record.id, state=after.value, **({} if code is None else {"code": code}))


def unfinished(
    connection: sa.Connection, caller: str, kind: UploadKind, *, after: str = "", limit: int
) -> list[UploadRecord]:
    """A caller's open uploads of a kind by their ids, those `after` one."""
    query = sa.select(_U).where(_UNFINISHED, _U.c.caller == caller, _U.c.kind == kind, _U.c.id > after)
    return [_record(row) for row in connection.execute(query.order_by(_U.c.id).limit(limit)).mappings()]


def overdue(connection: sa.Connection, at: str, *, limit: int = 500) -> list[UploadRecord]:
    """Open uploads whose time is over at `at`."""
    query = sa.select(_U).where(_U.c.expires_at <= at, _UNFINISHED)
    return [_record(row) for row in connection.execute(query.limit(limit)).mappings()]


def announced_bytes(
    connection: sa.Connection, *, caller: str | None = None, kind: UploadKind | None = None
) -> int:
    """Bytes of the unfinished uploads of `caller` and of `kind`, or of all."""
    query = sa.select(sa.func.coalesce(sa.func.sum(_U.c.length), 0)).where(_UNFINISHED)
    if caller is not None:
        query = query.where(_U.c.caller == caller)
    if kind is not None:
        query = query.where(_U.c.kind == kind)
    return int(connection.scalar(query) or 0)


def _check_quota(connection: sa.Connection, new: NewUpload, quota: int) -> None:
    own = sa.select(t.clients.c.quota_bytes).where(t.clients.c.id == new.caller).with_for_update()
    found = connection.scalar(own)
    limit = quota if found is None else int(found)
    count = sa.select(sa.func.count()).select_from(_U).where(_UNFINISHED, _U.c.caller == new.caller)
    if (unfinished_ones := int(connection.scalar(count) or 0)) >= MOST_UNFINISHED:
        raise UploadsTooMany(caller=new.caller, count=unfinished_ones, limit=MOST_UNFINISHED)
    already = announced_bytes(connection, caller=new.caller)
    if already + new.length > limit:
        raise UploadQuota(caller=new.caller, open=already, size=new.length, limit=limit)


def _same(before: UploadRecord, new: NewUpload) -> bool:
    declared = new.declared
    if before.state is not UploadState.OPEN:
        declared = declared.without_name()
    return (before.kind, before.length, before.purpose, before.declared) == (
        new.kind,
        new.length,
        new.purpose,
        declared,
    )


def _change(tx: Transaction, record: UploadRecord, **values: Any) -> None:
    still = sa.and_(_U.c.id == record.id, _U.c.state == UploadState.OPEN.value)
    if not tx.connection.execute(_U.update().where(still).values(changed_at=tx.at, **values)).rowcount:
        raise ConflictError(reason=f"upload {record.id} is no longer open")


def _unnamed(record: UploadRecord) -> dict[str, str]:
    return {"metadata": record.declared.without_name().model_dump_json()}


def _record(row: Any) -> UploadRecord:
    values = {
        name: row[name] for name in UploadRecord.__dataclass_fields__ if name not in ("declared", "state")
    }
    return UploadRecord(
        **values, declared=Declared.model_validate_json(row["metadata"]), state=UploadState(row["state"])
    )
