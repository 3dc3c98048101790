"""Signing at the văn thư's own computer: her page asks for it and looks how it went; the program there fetches and sends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from models.access import Action
from models.errors import (
    CopyNotAllowed,
    DocumentDisposed,
    DocumentRestricted,
    FormBroken,
    HandoverExpired,
    HandoverNotConfigured,
    HandoverNotNeeded,
    HandoverOver,
    HandoverRefused,
    HomeBusy,
    NotConfirmed,
    NotFound,
    ObjectDamaged,
    OtherAgency,
    RangeNotSatisfiable,
    SigningFault,
    TooLarge,
    WrongRole,
    by_code,
)
from models.states import EcopyState
from models.text import Language
from models.wire.handover import HandoverOpened, HandoverStatus, ProgramAnswer, ProgramRequest
from models.wire.words import Id
from pipeline.attempts import Acting, acting
from pipeline.authority import office_for
from pipeline.handover.answering import (
    SLACK_BYTES,
    SentBack,
    fetch_prepared,
    find_handover,
    take_back,
)
from pipeline.handover.opening import HandedOut, hand_out, look_at_handover
from storage.papers.handovers import HandoverRecord, handover
from web.api.documents import when_free
from web.context import context_of
from web.guard import AtTheDoor, Office
from web.identity.outside import home_url
from web.multipart import form_of
from web.responses import problems
from web.streams import VaultFile

router = APIRouter(prefix="/api/v1", tags=["handovers"])

SERVICE = "wss://127.0.0.1:8987/SignCopy"
"""Where VGCA Sign Service listens on the officer's computer for copies (sao y)."""
PERSONAL_SERVICE = "wss://127.0.0.1:8987/SignApproved"
"""The same for what a person signs in their own name (ký phê duyệt): captures."""
LINKS = "/api/v1/handovers/links"
PREPARED, SIGNED = "ban-sao.pdf", "ban-sao_daky.pdf"
FILE = "uploadfile"

Secret = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{43}$", description="Of this hand-over alone, and told once.")
]
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {FILE: {"type": "string", "format": "binary"}},
                    "required": [FILE],
                }
            }
        },
    }
}


@router.post(
    "/documents/{id}/handover",
    status_code=201,
    response_model=HandoverOpened,
    summary="Have an e-copy signed with the văn thư's own token, at her own computer",
    responses=problems(
        NotFound,
        DocumentRestricted,
        DocumentDisposed,
        NotConfirmed,
        CopyNotAllowed,
        WrongRole,
        OtherAgency,
        HandoverNotConfigured,
        HandoverNotNeeded,
        HomeBusy,
        SigningFault,
    ),
)
def open_handover(
    door: AtTheDoor,
    request: Request,
    response: Response,
    id: Annotated[Id, Path(description="The document's id, or its e-copy's.")],
) -> HandoverOpened:
    """The page opens `service` and sends `request` there as it is. What was asked for before and did not come back ends."""
    admitted, document = door.admit_to_document(Action.ISSUE, id)
    rules = door.office.rules_of(document.rule_set)
    person = office_for(door.caller, admitted, (rules.ecopy.signer_role.value,))
    made = when_free(lambda: hand_out(door.office, document, person, purpose=str(door.purpose)))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"/api/v1/handovers/{made.record.id}"
    return opened_for(request, made, EcopyState.AWAITING_SIGNATURE, SERVICE, door.language)


def opened_for(
    request: Request, made: HandedOut, state: EcopyState | None, service: str, language: Language
) -> HandoverOpened:
    """A new hand-over as the page gets it, with its links."""
    links = f"{home_url(request)}{LINKS}/{made.secret}"
    return HandoverOpened(
        **_told(made.record, state, language),
        service=service,
        request=ProgramRequest(FileUploadHandler=links, FileName=f"{links}/{PREPARED}"),
    )


@router.get(
    "/handovers/{id}",
    response_model=HandoverStatus,
    summary="What became of a hand-over",
    responses=problems(NotFound),
)
def show_handover(
    door: AtTheDoor, response: Response, id: Annotated[Id, Path(description="The hand-over's id.")]
) -> HandoverStatus:
    """Whatever the program told the page: this is what counts."""
    with door.office.register.reading() as connection:
        try:
            asked = handover(connection, id).document_id
        except NotFound:
            asked = id  # what is not there is refused like what is another agency's
    door.admit_to_document(Action.SEE_STATUS, asked)
    found = look_at_handover(door.office, id)
    response.headers["Cache-Control"] = "no-store"
    copy = found.ecopy_id
    state = door.office.register.ecopy(copy).state if copy is not None else None
    return HandoverStatus(**_told(found, state, door.language))


async def by_secret(request: Request, office: Office, secret: Secret) -> AsyncIterator[HandoverRecord]:
    """What happens inside is done for whoever asked for the hand-over, from the program's address. Raises NotFound."""
    record = await run_in_threadpool(find_handover, office, secret)
    with acting(Acting(record.asked_by, context_of(request.scope).place, record.agency)):
        yield record


BySecret = Annotated[HandoverRecord, Depends(by_secret)]


@router.get(
    f"/handovers/links/{{secret}}/{PREPARED}",
    response_class=Response,
    summary="For the program: the prepared document",
    responses={
        200: {"description": "The file.", "content": {"application/pdf": {}}},
        206: {"description": "The stretch that `Range` asks for."},
        304: {"description": "Not changed."},
        **problems(NotFound, HandoverExpired, HandoverOver, RangeNotSatisfiable, ObjectDamaged, door=False),
    },
)
def fetch_draft(request: Request, office: Office, record: BySecret) -> Response:
    """Until something came back, or ten minutes have passed."""
    found = fetch_prepared(office, record)
    answer = VaultFile(request, office, found, purpose=record.purpose, filename=PREPARED)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post(
    "/handovers/links/{secret}",
    response_model=ProgramAnswer,
    summary="For the program: take back the signed document",
    responses=problems(NotFound, FormBroken, TooLarge, door=False),
    openapi_extra=_FORM,
)
async def submit_signed(
    request: Request, response: Response, office: Office, record: BySecret
) -> ProgramAnswer:
    """`Status` says whether it was taken; why not is in `Message`, and in the hand-over's own state."""
    language = context_of(request.scope).language
    response.headers["Cache-Control"] = "no-store"
    try:
        most = record.prepared_size + SLACK_BYTES
        async with form_of(request, office, most_bytes=most, file=FILE, record=None) as form:
            sent = SentBack(form.path, form.sha256, form.size)
            await run_in_threadpool(take_back, office, record, sent)
    except HandoverRefused as refused:
        message = f"{refused.message(language)} {refused.remedy(language)} ({refused.code})"
        return ProgramAnswer(Status=False, Message=message, FileName="", FileServer="")
    return ProgramAnswer(
        Status=True,
        Message="",
        FileName=SIGNED,
        FileServer=f"{home_url(request)}/api/v1/handovers/{record.id}",
    )


def _told(record: HandoverRecord, ecopy_state: EcopyState | None, language: Language) -> dict[str, object]:
    error = None
    if record.error_code is not None:
        error = by_code(record.error_code)(**record.error_details).report(language)
    return {
        "id": record.id,
        "document": record.document_id,
        "ecopy": record.ecopy_id,
        "state": record.state,
        "ecopy_state": ecopy_state,
        "asked_by": record.asked_by,
        "asked_at": record.asked_at,
        "expires_at": record.expires_at,
        "error": error,
    }
