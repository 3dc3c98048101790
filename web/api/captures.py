"""The counter officer's own signature on captures: one act for all of a dossier, or of a scan that has none yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from models.access import Action, Target
from models.errors import (
    CaptureNotAwaited,
    CaptureOfAnother,
    HandoverAwaited,
    HandoverNotConfigured,
    NotFound,
    SigningFault,
    WrongRole,
)
from models.people import Person
from models.wire.captures import AwaitedCaptures, AwaitedCase, CaptureAct, CapturesHandedOver, CaptureSigned
from models.wire.handover import HandoverOpened
from models.wire.words import DossierCode, Id
from pipeline.admission import own_agency
from pipeline.authority import office_for
from pipeline.handover.captures import hand_out_captures
from pipeline.handover.opening import HandedOut
from pipeline.offices.acts import Signed, awaited_cases, sign_captures
from storage.records import DocumentRecord
from web.api.handover import PERSONAL_SERVICE, opened_for
from web.guard import AtTheDoor, Door
from web.responses import problems

router = APIRouter(prefix="/api/v1", tags=["captures"])

Dossier = Annotated[DossierCode, Path(description="Mã hồ sơ.")]
Paper = Annotated[Id, Path(description="The id of a document of the scan, or of its e-copy.")]
_ACT = problems(NotFound, WrongRole, CaptureOfAnother, CaptureNotAwaited, HandoverAwaited, SigningFault)
_HANDOVER = problems(NotFound, WrongRole, CaptureOfAnother, CaptureNotAwaited, HandoverNotConfigured)


@router.get(
    "/captures/awaited",
    response_model=AwaitedCaptures,
    summary="What waits for the counter officer's signature, by dossier or scan",
    responses=problems(NotFound),
)
def list_awaited_captures(door: AtTheDoor) -> AwaitedCaptures:
    """Of a thousand documents at most, the oldest first: what is signed makes room for the others."""
    target = Target(agencies=frozenset({own_agency(door.office)}))
    door.admit_to(Action.SIGN_CAPTURE, target, subject="awaiting_capture", what="list")
    found = awaited_cases(door.office, purpose=str(door.purpose))
    return AwaitedCaptures(
        awaited=tuple(
            AwaitedCase(dossier=documents[0].dossier_code, document=documents[0].id, captures=len(documents))
            for documents in found
        )
    )


@router.post(
    "/dossiers/{code}/capture",
    response_model=CaptureAct,
    summary="Sign all awaited captures of a dossier by one act of the counter officer",
    responses=_ACT,
)
def sign_captures_of_dossier(door: AtTheDoor, code: Dossier) -> CaptureAct:
    """It answers when the officer has confirmed at the signing service, or has not in time (`patience` of the key's line):
    what was signed by then stays signed."""
    return _signed(door, code, _officer(door, door.admit_to_dossier(Action.SIGN_CAPTURE, code)))


@router.post(
    "/documents/{id}/capture",
    response_model=CaptureAct,
    summary="Sign the awaited captures of the scan that a document is in",
    responses=_ACT,
)
def sign_captures_of_scan(door: AtTheDoor, id: Paper) -> CaptureAct:
    """For scans that came in without a dossier."""
    admitted, document = door.admit_to_document(Action.SIGN_CAPTURE, id)
    return _signed(door, document.id, _officer(door, admitted, document))


@router.post(
    "/dossiers/{code}/capture/handover",
    status_code=201,
    response_model=CapturesHandedOver,
    summary="Have all awaited captures of a dossier signed with the officer's token, at their own computer",
    responses=_HANDOVER,
)
def open_capture_handovers(
    door: AtTheDoor, request: Request, response: Response, code: Dossier
) -> CapturesHandedOver:
    """Each is asked about by its own hand-over. What was asked for before and did not come back ends."""
    person = _officer(door, door.admit_to_dossier(Action.SIGN_CAPTURE, code))
    return _handed_over(door, request, response, code, person)


@router.post(
    "/documents/{id}/capture/handover",
    status_code=201,
    response_model=CapturesHandedOver,
    summary="The same for the scan that a document is in",
    responses=_HANDOVER,
)
def open_scan_handovers(
    door: AtTheDoor, request: Request, response: Response, id: Paper
) -> CapturesHandedOver:
    """For scans that came in without a dossier."""
    admitted, document = door.admit_to_document(Action.SIGN_CAPTURE, id)
    return _handed_over(door, request, response, document.id, _officer(door, admitted, document))


def _officer(door: Door, admitted: Person, document: DocumentRecord | None = None) -> Person:
    office = door.office
    rules = office.rules_of(document.rule_set) if document is not None else office.rules_today()
    return office_for(door.caller, admitted, (rules.capture.signer_role.value,))


def _signed(door: Door, what: str, person: Person) -> CaptureAct:
    told = sign_captures(door.office, what, person, purpose=str(door.purpose))
    return CaptureAct(captures=tuple(_told(one, door) for one in told))


def _told(one: Signed, door: Door) -> CaptureSigned:
    error = one.error.report(door.language) if one.error is not None else None
    return CaptureSigned(document=one.document, state=one.state, error=error)


def _handed_over(
    door: Door, request: Request, response: Response, what: str, person: Person
) -> CapturesHandedOver:
    made: Sequence[HandedOut] = hand_out_captures(door.office, what, person, purpose=str(door.purpose))
    response.headers["Cache-Control"] = "no-store"
    handovers: list[HandoverOpened] = [
        opened_for(request, one, None, PERSONAL_SERVICE, door.language) for one in made
    ]
    return CapturesHandedOver(handovers=tuple(handovers))
