"""Copies that are asked for: excerpts, certified copies, sheets of paper."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from models.access import Action
from models.errors import (
    AttestationNumberTaken,
    BadSettings,
    CopyNotAllowed,
    DocumentDisposed,
    DocumentRestricted,
    ExcerptEmpty,
    HomeBusy,
    IdempotencyKeyReused,
    LimitExceeded,
    NotConfirmed,
    NotForPaper,
    NotFound,
    RequestAtWork,
    SigningFault,
    UnknownField,
    WrongRole,
)
from models.wire.copies import CertificationWanted, ExcerptWanted
from models.wire.documents import IssuedCopy
from models.wire.words import Id
from pipeline.authority import office_for
from pipeline.papers.further_copies import ask_excerpt, certify
from pipeline.papers.status import copy_status
from pipeline.papers.to_paper import paper_sheets
from web.api.documents import when_free
from web.guard import AtTheDoor
from web.idempotency import DoneOnce
from web.reasons import StatedReason
from web.responses import problems

router = APIRouter(prefix="/api/v1", tags=["e-copies"])

Named = Annotated[Id, Path(description="The document's id, or its e-copy's.")]
_SHUT = (NotFound, DocumentRestricted, DocumentDisposed)
_MAKING = (
    *_SHUT,
    WrongRole,
    NotConfirmed,
    CopyNotAllowed,
    HomeBusy,
    SigningFault,
    IdempotencyKeyReused,
    RequestAtWork,
)


@router.post(
    "/documents/{id}/excerpts",
    response_model=IssuedCopy,
    status_code=201,
    summary="An excerpt (trích sao) of confirmed fields, laid out anew",
    responses=problems(*_MAKING, UnknownField, ExcerptEmpty),
)
def add_excerpt(
    door: AtTheDoor, id: Named, body: ExcerptWanted, once: DoneOnce, reason: StatedReason
) -> Response:
    """ND30 Art. 25.3. It goes to the seal holder like any other copy; `state` says how far it has come. Neither picture
    nor text of the rest of the paper is in it."""
    admitted, document = door.admit_to_document(Action.ASK_COPY, id)
    person = office_for(door.caller, admitted, door.office.rules_today().excerpt.asker_roles.value)

    def work() -> IssuedCopy:
        made = ask_excerpt(
            door.office, document.id, body.fields, person=person, purpose=str(door.purpose), reason=reason
        )
        return copy_status(door.office, made.id)

    return once(door, body, lambda: when_free(work), status=201)


@router.post(
    "/documents/{id}/certified-copies",
    response_model=IssuedCopy,
    status_code=201,
    summary="A certified copy (chứng thực bản sao điện tử từ bản chính); the caller certifies",
    responses=problems(*_MAKING, AttestationNumberTaken),
)
def add_certified_copy(
    door: AtTheDoor, id: Named, body: CertificationWanted, once: DoneOnce, reason: StatedReason
) -> Response:
    """ND45/2020 Art. 10. The attestation stands on a page behind those of the paper; the agency's key signs the whole. A
    number is given once; the same request again answers with the copy that is there."""
    admitted, document = door.admit_to_document(Action.ASK_COPY, id)
    person = office_for(door.caller, admitted, door.office.rules_today().attestation.certifier_roles.value)

    def work() -> IssuedCopy:
        made = certify(
            door.office,
            document.id,
            number=body.number,
            book=body.book,
            office=body.office,
            person=person,
            purpose=str(door.purpose),
            reason=reason,
        )
        return copy_status(door.office, made.id)

    return once(door, body, lambda: when_free(work), status=201)


@router.post(
    "/ecopies/{id}/paper",
    response_class=Response,
    summary="Sheets to print, sign and seal: electronic to paper",
    responses={
        200: {"description": "The sheets.", "content": {"application/pdf": {}}},
        **problems(*_SHUT, WrongRole, NotForPaper, BadSettings, LimitExceeded),
    },
)
def convert_ecopy_to_paper(door: AtTheDoor, id: Named, reason: StatedReason) -> Response:
    """LGDDT Art. 12.2. Every sheet names who converted what and when, and where it is looked up; without hand and seal
    of the converter it proves nothing."""
    admitted, _ = door.admit_to_document(Action.TO_PAPER, id)
    person = office_for(door.caller, admitted, door.office.rules_today().to_paper.converter_roles.value)
    made, content = paper_sheets(door.office, id, person=person, purpose=str(door.purpose), reason=reason)
    headers = {
        "Content-Disposition": f'attachment; filename="{made.id}-paper.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)
