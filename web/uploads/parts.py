"""Uploads in parts: archives inside the data centre send straight into the object store, and get the same receipt."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from models.access import Action, PurposeKind
from models.errors import (
    EmptyFile,
    NotFound,
    PartsNotHere,
    PartsWrong,
    PurposeNotAllowed,
    ScanRecordWrong,
    UnknownDocumentType,
    UploadBusy,
    UploadExists,
    UploadGone,
    UploadQuota,
    UploadTooLarge,
)
from models.ids import new_id
from models.uploads import Declared, UploadState
from models.wire.uploads import PartAddress, PartsOrder, PartsUpload, Upload
from pipeline.incoming import admit_to_upload, begin, check_open
from pipeline.parts import (
    LIFETIME,
    Parts,
    begin_parts,
    check_parts_here,
    complete_parts,
    end_parts,
    parts,
)
from storage.uploads.rows import UploadRecord
from web.guard import AtTheDoor, Door
from web.responses import problems
from web.uploads.tus import TAKING
from web.uploads.wire import upload_value
from web.working import there_is_work

router = APIRouter(prefix="/api/v1/part-uploads", tags=["part uploads"])

_OWN = (NotFound, UploadBusy)


@router.post(
    "",
    status_code=201,
    summary="Begin an upload in parts",
    responses={
        200: {"model": PartsUpload, "description": "It was begun before, under the same id"},
        **problems(
            EmptyFile,
            PartsNotHere,
            ScanRecordWrong,
            UnknownDocumentType,
            UploadExists,
            UploadQuota,
            UploadTooLarge,
            *_OWN,
            *TAKING,
        ),
    },
)
def create_part_upload(order: PartsOrder, door: AtTheDoor, response: Response) -> PartsUpload:
    """For papers of an archive lot, `Ecopy-Purpose: lot:NAME`, where the store is S3. `PUT` each part to its address,
    in any order and side by side, then ask for the whole to be put together."""
    door.admit(Action.SUBMIT)
    _check_for_a_lot(door)
    check_parts_here(door.office)
    declared = Declared.model_validate(order.model_dump(exclude={"id", "length"}))
    record, new = begin(
        door.office,
        door.caller,
        door.purpose,
        declared,
        upload_id=order.id or new_id(),
        length=order.length,
        kind="parts",
        lifetime=LIFETIME,
    )
    response.status_code = 201 if new else 200
    response.headers["Location"] = f"{router.prefix}/{record.id}"
    return _value(
        door, begin_parts(door.office, record) if record.state is UploadState.OPEN else _ended(record)
    )


@router.get("/{upload_id}", summary="What is still to come, with fresh addresses", responses=problems(*_OWN))
def show_part_upload(upload_id: str, door: AtTheDoor) -> PartsUpload:
    """Parts that came whole are not among `parts` any more; once complete, the receipt is there."""
    record = admit_to_upload(door.office, door.caller, upload_id, "parts", Action.SEE_STATUS)
    return _value(door, parts(door.office, record))


@router.post(
    "/{upload_id}/complete",
    summary="Put the parts together",
    responses=problems(PartsWrong, UploadGone, *_OWN, *TAKING),
)
def complete_part_upload(request: Request, upload_id: str, door: AtTheDoor) -> Upload:
    """The whole is read once and checked; done already, the same receipt comes again."""
    record = complete_parts(
        door.office, admit_to_upload(door.office, door.caller, upload_id, "parts", Action.SUBMIT)
    )
    there_is_work(request)
    return upload_value(door.office, record, record.length)


@router.delete(
    "/{upload_id}",
    status_code=204,
    summary="End an upload and remove its parts",
    response_class=Response,
    responses=problems(UploadGone, *_OWN),
)
def terminate_part_upload(upload_id: str, door: AtTheDoor) -> Response:
    """What is complete stays."""
    record = admit_to_upload(door.office, door.caller, upload_id, "parts", Action.SUBMIT)
    check_open(record)
    end_parts(door.office, record, UploadState.TERMINATED)
    return Response(status_code=204)


def _check_for_a_lot(door: Door) -> None:
    """Raises PurposeNotAllowed: papers of a counter come through this program."""
    if door.purpose.kind is not PurposeKind.LOT:
        raise PurposeNotAllowed(caller=door.caller.id, action=Action.SUBMIT.value, purpose=str(door.purpose))


def _ended(record: UploadRecord) -> Parts:
    return Parts(record, 0, (), record.length if record.state is UploadState.COMPLETE else 0)


def _value(door: Door, found: Parts) -> PartsUpload:
    upload = upload_value(door.office, found.record, found.offset)
    return PartsUpload(
        **upload.model_dump(),
        part_length=found.part_length,
        parts=tuple(
            PartAddress(number=part.number, offset=part.offset, length=part.length, url=part.address)
            for part in found.missing
        ),
    )
