"""Submissions: one file whole in one request, for those who have no need of pieces; and the keys of receipts."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from models.access import Action
from models.errors import (
    BodyTooLarge,
    EcopyError,
    EmptyFile,
    ScanRecordWrong,
    UnknownDocumentType,
    UploadDamaged,
    UploadMalformed,
    UploadQuota,
)
from models.ids import new_id
from models.uploads import Declared, UploadState
from models.wire.receipts import ReceiptKeys
from models.wire.uploads import SubmissionWords, Upload
from pipeline.incoming import begin, end
from pipeline.receipts import receipt_keys
from storage.uploads.rows import UploadRecord, upload
from web.guard import AtTheDoor, Door, Office
from web.responses import problems
from web.uploads.protocol import DOCUMENT, PREFIX, RECEIPT, number
from web.uploads.service import uploads_of
from web.uploads.stream import take
from web.uploads.tus import TAKING, finished
from web.uploads.wire import upload_value

router = APIRouter(prefix="/api/v1", tags=["submissions"])

_SHA256 = re.compile(r"(?:^|,)\s*sha-256\s*=\s*:([A-Za-z0-9+/=]*):")
_FILE = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/submissions",
    status_code=201,
    summary="Hand in one file",
    responses={
        200: {"model": Upload, "description": "It was handed in before, under the same id"},
        **problems(
            EmptyFile,
            BodyTooLarge,
            UploadMalformed,
            UploadQuota,
            UnknownDocumentType,
            ScanRecordWrong,
            *TAKING,
        ),
    },
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": _FILE}}},
)
async def submit_file(
    request: Request,
    response: Response,
    door: AtTheDoor,
    words: Annotated[SubmissionWords, Query()],
    digest: Annotated[
        str | None,
        Header(alias="Content-Digest", max_length=1000, description="`sha-256=:BASE64:` (RFC 9530)"),
    ] = None,
) -> Upload:
    """The body is the file, as it is. Larger ones, or weak lines, want `/api/v1/uploads`."""
    await run_in_threadpool(door.admit, Action.SUBMIT)
    uploads = uploads_of(request)
    record, _ = await run_in_threadpool(
        _begun, door, words, digest, number(request.headers, "content-length")
    )
    if record.state is UploadState.COMPLETE:
        response.status_code = 200
    else:
        try:
            async with uploads.hold(record.id, take_over=True) as held:
                await run_in_threadpool(held.file.cut, 0)
                await take(request, held, limit=record.length)
                record = await finished(request, record, held)
        except EcopyError:
            if words.id is None:
                await run_in_threadpool(_forget, door, record)
            raise
    response.headers["Location"] = f"{PREFIX}/{record.id}"
    response.headers["Cache-Control"] = "no-store"
    response.headers[RECEIPT], response.headers[DOCUMENT] = record.receipt or "", record.document_id or ""
    return await run_in_threadpool(upload_value, door.office, record, record.length)


@router.get("/keys", summary="Keys that receipts are signed with", responses=problems(door=False))
def list_receipt_keys(office: Office, response: Response) -> ReceiptKeys:
    """A JWK set. Keys stay in it for good, so that old receipts can be checked."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return receipt_keys(office)


def _begun(door: Door, words: SubmissionWords, digest: str | None, length: int) -> tuple[UploadRecord, bool]:
    said = words.model_dump(exclude={"id"})
    if digest is not None:
        stated = _sha256_in(digest)
        if stated is not None and words.sha256 not in (None, stated):
            raise UploadDamaged
        said["sha256"] = stated or words.sha256
    return begin(
        door.office,
        door.caller,
        door.purpose,
        Declared.model_validate(said),
        upload_id=words.id or new_id(),
        length=length,
        lifetime=timedelta(hours=door.office.settings.upload_hours),
    )


def _forget(door: Door, record: UploadRecord) -> None:
    """Nobody can go on with an upload whose id was never told."""
    with door.office.register.reading() as connection:
        now = upload(connection, record.id)
    if now.state is UploadState.OPEN:
        end(door.office, now, UploadState.TERMINATED)


def _sha256_in(header: str) -> str | None:
    """The SHA-256 (hex) of a `Content-Digest`; None where it has none. Raises UploadMalformed."""
    found = _SHA256.search(header)
    if found is None:
        return None
    try:
        raw = base64.b64decode(found[1], validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 32:
        raise UploadMalformed(reason="Content-Digest")
    return raw.hex()
