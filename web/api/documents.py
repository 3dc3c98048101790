"""Documents: where they stand, what stands on them, their capture; a person's word for the data, the e-copy's issue."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Request, Response

from models.access import Action
from models.errors import (
    BadFieldValue,
    CopyNotAllowed,
    DocumentDisposed,
    DocumentRestricted,
    HomeBusy,
    IdempotencyKeyReused,
    IllegalTransition,
    NotConfirmed,
    NotFound,
    ObjectDamaged,
    OtherAgency,
    RangeNotSatisfiable,
    RequestAtWork,
    SamePersonTwice,
    SigningFault,
    StillDoubtful,
    UnknownDocumentType,
    UnknownField,
    WrongRole,
)
from models.ids import is_id
from models.people import Role
from models.wire.documents import Confirmation, DocumentData, DocumentStatus
from models.wire.national import DOC_CODE, NationalDocument
from models.wire.words import Id
from pipeline import access
from pipeline.authority import office_for
from pipeline.papers.data import look_at_data
from pipeline.papers.data_sheet import data_sheet
from pipeline.papers.release import release_capture
from pipeline.papers.status import document_status, look_at_status
from web.api.national import see_record
from web.etags import tagged
from web.guard import AtTheDoor, Door
from web.idempotency import DoneOnce
from web.reasons import StatedReason
from web.responses import Responses, problems
from web.signing import signing
from web.streams import VaultFile, stated_range

router = APIRouter(prefix="/api/v1/documents", tags=["documents"])

T = TypeVar("T")
PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8)

Named = Annotated[Id, Path(description="The document's id, or its e-copy's.")]
_SHUT = (NotFound, DocumentRestricted, DocumentDisposed)
_NOT_CHANGED: Responses = {304: {"description": "Not changed."}}
_PDF: Responses = {200: {"description": "The file.", "content": {"application/pdf": {}}}}


@router.get(
    "/{DocCode}",
    response_model=DocumentStatus | NationalDocument,
    summary="Where a document stands; by a DocCode, its record in the national guidance's fields",
    responses={**_NOT_CHANGED, **problems(*_SHUT, NotConfirmed)},
)
def show_document(
    door: AtTheDoor,
    code: Annotated[
        str,
        Path(alias="DocCode", pattern=DOC_CODE, description="An id of a document or e-copy, or a DocCode."),
    ],
    request: Request,
    response: Response,
    reason: StatedReason,
) -> DocumentStatus | NationalDocument | Response:
    """By an id the answer tells states, codes and hashes, nothing of the contents. By a DocCode it tells what the paper
    says, so it needs the open case of a look at data; `Link` then names where the document stands."""
    if not is_id(code):
        return see_record(door, code, request, response, reason)
    _, document = door.admit_to_document(Action.SEE_STATUS, code)
    purpose = str(door.purpose)
    found = look_at_status(door.office, document.id, purpose=purpose, language=door.language)
    return tagged(request, response, found)


@router.get(
    "/{id}/data",
    response_model=DocumentData,
    summary="What stands on a document, by its type's schema",
    responses={**_NOT_CHANGED, **problems(*_SHUT, NotConfirmed, IllegalTransition)},
)
def show_document_data(
    door: AtTheDoor, id: Named, request: Request, response: Response, reason: StatedReason
) -> DocumentData | Response:
    """People get a machine's proposal until somebody has confirmed; other systems get confirmed data alone."""
    return tagged(request, response, _data(door, id, reason, "data"))


@router.get(
    "/{id}/data.pdf",
    response_class=Response,
    summary="The same as pages that people read",
    responses={**_PDF, **problems(*_SHUT, NotConfirmed, IllegalTransition)},
)
def show_document_sheet(door: AtTheDoor, id: Named, reason: StatedReason) -> Response:
    """It says of itself that it is no e-copy: what proves the data is the signed e-copy."""
    data = _data(door, id, reason, "data_sheet")
    office = door.office
    pages = data_sheet(data, office.hands.agency.name, office.clock.now())
    headers = {
        "Content-Disposition": f'attachment; filename="{data.document}-data.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(pages, media_type="application/pdf", headers=headers)


@router.get(
    "/{id}/capture",
    response_class=Response,
    summary="The signed capture (bản sao chụp), byte for byte",
    responses={
        **_PDF,
        206: {"description": "The stretch that `Range` asks for."},
        **_NOT_CHANGED,
        **problems(*_SHUT, RangeNotSatisfiable, ObjectDamaged),
    },
)
@router.head("/{id}/capture", response_class=Response, include_in_schema=False)
def fetch_capture(door: AtTheDoor, id: Named, request: Request, reason: StatedReason) -> Response:
    """`Range`, `If-Range` and `If-None-Match` are understood; the ETag is the file's SHA-256."""
    _, document = door.admit_to_document(Action.FETCH_CAPTURE, id)
    found = release_capture(
        door.office, document.id, purpose=str(door.purpose), reason=reason, part=stated_range(request)
    )
    name = f"{document.id}.capture.pdf"
    return VaultFile(request, door.office, found, purpose=str(door.purpose), filename=name)


@router.post(
    "/{id}/confirmation",
    response_model=DocumentStatus,
    summary="Stand for the data by name, with corrections from the paper",
    responses=problems(
        *_SHUT,
        WrongRole,
        IllegalTransition,
        StillDoubtful,
        UnknownField,
        BadFieldValue,
        UnknownDocumentType,
        HomeBusy,
        IdempotencyKeyReused,
        RequestAtWork,
    ),
)
def confirm_document(door: AtTheDoor, id: Named, body: Confirmation, once: DoneOnce) -> Response:
    """ND118 Art. 19.2: without it there is no e-copy and nothing to use again."""
    admitted, document = door.admit_to_document(Action.CONFIRM, id)
    rules = door.office.rules_of(document.rule_set)
    person = office_for(door.caller, admitted, rules.ecopy.confirmer_roles.value)

    def work() -> DocumentStatus:
        access.confirm_document(
            door.office,
            document.id,
            person,
            corrections=dict(body.corrections),
            document_type=body.document_type,
        )
        return document_status(door.office, document.id, door.language)

    return once(door, body, lambda: when_free(work), status=200)


@router.post(
    "/{id}/issue",
    response_model=DocumentStatus,
    summary="Compose, sign in the agency's name and issue the e-copy; issued already, it is done",
    responses=problems(
        *_SHUT, NotConfirmed, CopyNotAllowed, HomeBusy, SamePersonTwice, WrongRole, OtherAgency, SigningFault
    ),
)
def issue_document(door: AtTheDoor, id: Named, request: Request) -> DocumentStatus:
    """The caller lets the agency's key sign, and is not who confirmed the data. A fault of signing or time-stamping loses
    nothing: the same request goes on where it stopped. What takes longer than 20 s goes on by itself; the answer then says
    how far it has come, and the feed tells when it is issued."""
    person, document = door.admit_to_document(Action.ISSUE, id)
    rules = door.office.rules_of(document.rule_set)
    sealer = office_for(door.caller, person, (rules.ecopy.signer_role.value,))
    work = partial(access.issue_document, door.office, document.id, sealer=sealer)
    signing(request).within_patience(lambda: when_free(work))
    return document_status(door.office, document.id, door.language)


def when_free(work: Callable[[], T]) -> T:
    """Do what needs the document alone; the worker may still have it in hand for a moment. Raises HomeBusy, as `work`."""
    for pause_s in PAUSES_S:
        try:
            return work()
        except HomeBusy:
            time.sleep(pause_s)
    return work()


def _data(door: Door, any_id: str, reason: str | None, form: str) -> DocumentData:
    person, document = door.admit_to_document(Action.SEE_DATA, any_id)
    return look_at_data(
        door.office,
        document,
        purpose=str(door.purpose),
        reason=reason,
        proposals=person.role is not Role.SYSTEM,
        form=form,
    )
