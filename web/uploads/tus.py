"""tus 1.0.0: files in pieces over any line. Nobody's byte is read before it is known whose it is and whether it may come."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from models.access import Action
from models.errors import (
    CaseEnded,
    ComponentMet,
    ComponentNotScanned,
    EmptyFile,
    EngineFault,
    NotFound,
    ScanRecordWrong,
    SealBroken,
    SealedPageInvalid,
    StoreFull,
    TooManyPages,
    UnknownComponent,
    UnknownDocumentType,
    UploadBusy,
    UploadDamaged,
    UploadExists,
    UploadGone,
    UploadInterrupted,
    UploadMalformed,
    UploadMediaType,
    UploadOffset,
    UploadQuota,
    UploadTooLarge,
    UploadTooLong,
    UploadVersion,
)
from models.ids import is_id, new_id
from models.uploads import UploadState
from models.wire.pages import Page
from models.wire.uploads import Upload
from pipeline.incoming import admit_to_upload, begin, check_open, end
from storage.uploads.rows import UploadRecord, unfinished
from web.guard import AtTheDoor, Door, Office
from web.paging import Paged
from web.responses import Responses, problems
from web.uploads.protocol import (
    DOCUMENT,
    PREFIX,
    RECEIPT,
    capabilities,
    check_piece,
    checksum,
    declared,
    expires,
    metadata,
    number,
    speaks_tus,
)
from web.uploads.service import Held, uploads_of
from web.uploads.stream import take
from web.uploads.wire import upload_value
from web.working import there_is_work

router = APIRouter(prefix=PREFIX, tags=["uploads"])

TAKING = (
    CaseEnded,
    ComponentMet,
    ComponentNotScanned,
    UnknownComponent,
    UploadDamaged,
    StoreFull,
    SealedPageInvalid,
    TooManyPages,
    SealBroken,
    EngineFault,
)
_PIECE = (UploadMalformed, UploadVersion, UploadMediaType, UploadTooLong, UploadInterrupted, UploadBusy)
_OWN = (NotFound, UploadGone)
_WRONG_CHECKSUM: Responses = {460: {"description": "`UPLOAD_CHECKSUM`: the piece was dropped; send it again"}}

Speaking = Depends(speaks_tus)
UploadLength = Annotated[str | None, Header(alias="Upload-Length", description="Bytes of the whole file")]
UploadOffsetHeader = Annotated[str | None, Header(alias="Upload-Offset", description="Bytes that are here")]
UploadChecksumHeader = Annotated[str | None, Header(alias="Upload-Checksum", description="`sha256 BASE64`")]
UploadMetadata = Annotated[
    str | None,
    Header(
        alias="Upload-Metadata",
        description="`filename` and `presented_as` (`ban_goc`, `ban_chinh`, `ban_sao_y`, `ban_sao`) have to be there; `id` (the "
        "sender's ULID), `sha256` (of the whole file, hex), `component`, `document_type`, `one_document`, `scan` (what is known of the "
        "scanning: a `ScanRecord` as JSON) may be",
    ),
]


@router.options(
    "",
    status_code=204,
    summary="What is spoken here",
    response_class=Response,
    responses=problems(door=False),
)
@router.options("/{upload_id}", status_code=204, include_in_schema=False, response_class=Response)
async def describe_uploads(office: Office) -> Response:
    """tus version, extensions, checksums and the largest file."""
    return Response(status_code=204, headers=capabilities(office.settings.max_file_bytes))


@router.post(
    "",
    status_code=201,
    summary="Begin an upload",
    dependencies=[Speaking],
    response_class=Response,
    responses={
        200: {"description": "It is complete already; the receipt is in the headers"},
        **problems(
            EmptyFile,
            UploadTooLarge,
            UploadExists,
            UploadQuota,
            UnknownDocumentType,
            ScanRecordWrong,
            *TAKING,
            *_PIECE,
        ),
        **_WRONG_CHECKSUM,
    },
)
async def create_upload(
    request: Request,
    door: AtTheDoor,
    length: UploadLength = None,
    words: UploadMetadata = None,
    checksum_: UploadChecksumHeader = None,
) -> Response:
    """The same id again goes on where it was. A body may bring the first bytes along."""
    await run_in_threadpool(door.admit, Action.SUBMIT)
    uploads = uploads_of(request)
    said = metadata(request.headers)
    with_bytes = _has_body(request)
    if with_bytes:
        check_piece(request.headers)
    sum_of_piece = checksum(request.headers)
    record, new = await begin_new(door, number(request.headers, "upload-length"), said)
    if record.state is UploadState.COMPLETE:
        return Response(
            status_code=200, headers={"Location": _address(record), **_told(record, record.length)}
        )
    offset = uploads.files.offset(record.id)
    if with_bytes or new:
        async with uploads.hold(record.id, take_over=True) as held:
            if new:
                await run_in_threadpool(held.file.cut, 0)
            if with_bytes and held.file.size == 0:
                await take(request, held, limit=record.length, checksum=sum_of_piece)
            offset = held.file.size
            record = await finished(request, record, held)
    return Response(status_code=201, headers={"Location": _address(record), **_told(record, offset)})


@router.get(
    "", response_model=Page[Upload], summary="One's own uploads that are not finished", responses=problems()
)
def list_uploads(request: Request, door: AtTheDoor, paged: Paged) -> Page[Upload]:
    """They count against the quota; what nobody goes on with is ended by `DELETE`."""
    door.admit(Action.SEE_STATUS)
    after = paged.after()
    with door.office.register.reading() as connection:
        found = unfinished(
            connection, door.caller.id, "tus", after=after[0] if after else "", limit=paged.fetch
        )
    files = uploads_of(request).files
    return paged.page(
        found,
        lambda record: (record.id,),
        lambda record: upload_value(door.office, record, files.offset(record.id)),
    )


@router.head(
    "/{upload_id}",
    status_code=200,
    summary="How far it is",
    dependencies=[Speaking],
    response_class=Response,
    responses=problems(UploadVersion, UploadBusy, *_OWN, *TAKING),
)
async def check_upload(request: Request, upload_id: str, door: AtTheDoor) -> Response:
    """Another connection that is still sending this upload is told to stop."""
    record, uploads = await _own(door, upload_id, Action.SEE_STATUS), uploads_of(request)
    offset = record.length
    if record.state is not UploadState.COMPLETE:
        check_open(record)
        async with uploads.hold(record.id, take_over=True) as held:
            offset = held.file.size
            record = await finished(request, record, held)
    headers = {"Upload-Length": str(record.length), "Cache-Control": "no-store", **_told(record, offset)}
    return Response(status_code=200, headers=headers)


@router.get("/{upload_id}", summary="How far it is, and its receipt", responses=problems(NotFound))
def show_upload(request: Request, upload_id: str, door: AtTheDoor, response: Response) -> Upload:
    """As JSON, without a word to whoever is sending it."""
    response.headers["Cache-Control"] = "no-store"
    record = admit_to_upload(door.office, door.caller, upload_id, "tus", Action.SEE_STATUS)
    return upload_value(door.office, record, uploads_of(request).files.offset(record.id))


@router.patch(
    "/{upload_id}",
    status_code=204,
    summary="The next piece",
    dependencies=[Speaking],
    response_class=Response,
    responses={**problems(UploadOffset, *_PIECE, *_OWN, *TAKING), **_WRONG_CHECKSUM},
)
async def append_upload(
    request: Request,
    upload_id: str,
    door: AtTheDoor,
    offset: UploadOffsetHeader = None,
    checksum_: UploadChecksumHeader = None,
) -> Response:
    """With the last piece the file is taken in, and the receipt is in the headers of the answer."""
    record, uploads = await _own(door, upload_id, Action.SUBMIT), uploads_of(request)
    check_piece(request.headers)
    given, wanted = number(request.headers, "upload-offset"), checksum(request.headers)
    if record.state is UploadState.COMPLETE:
        raise UploadOffset(given=given, offset=record.length)
    check_open(record)
    async with uploads.hold(record.id, take_over=False) as held:
        if given != held.file.size:
            raise UploadOffset(given=given, offset=held.file.size)
        reached = await take(request, held, limit=record.length, checksum=wanted)
        record = await finished(request, record, held)
    return Response(status_code=204, headers=_told(record, reached))


@router.delete(
    "/{upload_id}",
    status_code=204,
    summary="End an upload and forget its bytes",
    dependencies=[Speaking],
    response_class=Response,
    responses=problems(UploadVersion, UploadBusy, *_OWN),
)
async def terminate_upload(request: Request, upload_id: str, door: AtTheDoor) -> Response:
    """What is complete stays: papers are disposed of by those whose office it is."""
    record, uploads = await _own(door, upload_id, Action.SUBMIT), uploads_of(request)
    check_open(record)
    async with uploads.hold(record.id, take_over=True):
        await run_in_threadpool(end, door.office, record, UploadState.TERMINATED)
    return Response(status_code=204)


async def begin_new(door: Door, length: int, said: dict[str, str]) -> tuple[UploadRecord, bool]:
    """The upload that the metadata names, or one with an id of ours. Raises as `pipeline.incoming.begin`."""
    upload_id = said.get("id") or new_id()
    if not is_id(upload_id):
        raise UploadMalformed(reason="Upload-Metadata: id (ULID)")
    lifetime = timedelta(hours=door.office.settings.upload_hours)
    return await run_in_threadpool(
        lambda: begin(
            door.office,
            door.caller,
            door.purpose,
            declared(said),
            upload_id=upload_id,
            length=length,
            lifetime=lifetime,
        )
    )


async def finished(request: Request, record: UploadRecord, held: Held) -> UploadRecord:
    """The upload, taken in if it is whole."""
    if held.file.size != record.length:
        return record
    done = await uploads_of(request).finish(record, held)
    there_is_work(request)
    return done


async def _own(door: Door, upload_id: str, action: Action) -> UploadRecord:
    return await run_in_threadpool(admit_to_upload, door.office, door.caller, upload_id, "tus", action)


def _has_body(request: Request) -> bool:
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"


def _address(record: UploadRecord) -> str:
    return f"{PREFIX}/{record.id}"


def _told(record: UploadRecord, offset: int) -> dict[str, str]:
    """What an answer says of an upload."""
    headers = {"Upload-Offset": str(offset)}
    if record.state is UploadState.OPEN:
        headers["Upload-Expires"] = expires(record.expires_at)
    if record.receipt is not None:
        headers |= {RECEIPT: record.receipt, DOCUMENT: record.document_id or ""}
    return headers
