"""Dossiers: opened by the system that runs them, met component by component, moved on, decided."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from models.access import Action, PurposeKind
from models.errors import (
    BadHolderIdentifier,
    CaseEnded,
    ComponentMet,
    ComponentNotScanned,
    ConflictError,
    DossierExists,
    IdempotencyKeyReused,
    IllegalTransition,
    NotFound,
    NotYetDigitised,
    PreconditionFailed,
    RequestAtWork,
    UnknownComponent,
    UnknownProcedure,
)
from models.states import ComponentState, DossierState
from models.wire.dossiers import (
    ComponentDocument,
    ComponentMeeting,
    Dossier,
    DossierEnd,
    DossierEnded,
    DossierMove,
    DossierToOpen,
)
from models.wire.words import Code, DossierCode
from pipeline.cases import casework
from pipeline.cases.casework import DossierOutcome
from web.etags import IfMatch, check_match, tag_of, tagged
from web.guard import AtTheDoor, Door
from web.idempotency import DoneOnce
from web.responses import problems

router = APIRouter(prefix="/api/v1/dossiers", tags=["dossiers"])

Named = Annotated[DossierCode, Path(description="Mã hồ sơ.")]
Part = Annotated[Code, Path(description="Mã thành phần hồ sơ.")]


@router.post(
    "",
    status_code=201,
    response_model=Dossier,
    summary="Open a dossier with the components its procedure asks for today",
    responses=problems(
        UnknownProcedure, BadHolderIdentifier, DossierExists, IdempotencyKeyReused, RequestAtWork
    ),
)
def open_dossier(door: AtTheDoor, body: DossierToOpen, once: DoneOnce) -> Response:
    """The purpose names the same dossier."""
    person = door.admit_to_new(Action.WORK_ON_DOSSIER, PurposeKind.DOSSIER, body.code)
    return once(
        door,
        body,
        lambda: _wire(
            casework.open_dossier(
                door.office,
                body.code,
                body.procedure,
                channel=body.channel,
                holder=body.holder,
                holder_name=body.holder_name,
                by=person,
            )
        ),
        location=lambda made: f"{router.prefix}/{made.code}",
    )


@router.get(
    "/{code}",
    response_model=Dossier,
    summary="A dossier with its components as they stand",
    responses={304: {"description": "Not changed."}, **problems(NotFound)},
)
def show_dossier(door: AtTheDoor, code: Named, request: Request, response: Response) -> Dossier | Response:
    door.admit_to_dossier(Action.SEE_DOSSIER, code)
    return tagged(request, response, _seen(door, code))


@router.put(
    "/{code}/components/{component}",
    response_model=Dossier,
    summary="Say how a component was met without a scan, or that it is wanted again",
    responses=problems(
        NotFound, UnknownComponent, CaseEnded, ConflictError, IllegalTransition, PreconditionFailed
    ),
)
def meet_component(
    door: AtTheDoor,
    code: Named,
    component: Part,
    body: ComponentMeeting,
    request: Request,
    response: Response,
    _if_match: IfMatch = None,
) -> Dossier:
    person = door.admit_to_dossier(Action.WORK_ON_DOSSIER, code)
    _check(door, request, code)
    state = ComponentState(body.state)
    return _now(response, casework.meet_component(door.office, code, component, state, by=person))


@router.put(
    "/{code}/components/{component}/document",
    response_model=Dossier,
    summary="Say which of the dossier's own scans meets a component",
    responses=problems(
        NotFound,
        UnknownComponent,
        CaseEnded,
        ConflictError,
        ComponentNotScanned,
        ComponentMet,
        PreconditionFailed,
    ),
)
def link_document(
    door: AtTheDoor,
    code: Named,
    component: Part,
    body: ComponentDocument,
    request: Request,
    response: Response,
    _if_match: IfMatch = None,
) -> Dossier:
    """A document of another dossier is used again instead: `POST /api/v1/reuse/uses`."""
    door.admit_to_dossier(Action.WORK_ON_DOSSIER, code)
    _, document = door.admit_to_document(Action.WORK_ON_DOSSIER, body.document)
    _check(door, request, code)
    return _now(response, casework.link(door.office, code, component, document.id))


@router.put(
    "/{code}/state",
    response_model=Dossier,
    summary="Hand a dossier over, ask for it to be supplemented, or say that it is complete again",
    responses=problems(NotFound, ConflictError, IllegalTransition, NotYetDigitised, PreconditionFailed),
)
def move_dossier(
    door: AtTheDoor,
    code: Named,
    body: DossierMove,
    request: Request,
    response: Response,
    _if_match: IfMatch = None,
) -> Dossier:
    """It is handed over when every component to be scanned has its signed scan (NQ 27/NQ-CP 2025)."""
    person = door.admit_to_dossier(Action.WORK_ON_DOSSIER, code)
    _check(door, request, code)
    return _now(response, casework.move_dossier(door.office, code, DossierState(body.state), by=person))


@router.post(
    "/{code}/outcome",
    response_model=DossierEnded,
    summary="Put the outcome of a dossier on record; a success makes its papers reusable",
    responses=problems(
        NotFound, ConflictError, IllegalTransition, NotYetDigitised, IdempotencyKeyReused, RequestAtWork
    ),
)
def end_dossier(door: AtTheDoor, code: Named, body: DossierEnd, once: DoneOnce) -> Response:
    """ND118 Art. 22.1. The same outcome again is answered alike, with or without an `Idempotency-Key`."""
    person = door.admit_to_dossier(Action.DECIDE_DOSSIER, code)

    def ended() -> DossierEnded:
        after = DossierState(body.outcome)
        outcome, reusable = casework.end_dossier(door.office, code, after, by=person, note=body.note)
        return DossierEnded(dossier=_wire(outcome), reusable=tuple(reusable))

    return once(door, body, ended, status=200)


def _seen(door: Door, code: str) -> Dossier:
    return _wire(casework.look_at_dossier(door.office, code, purpose=str(door.purpose)))


def _check(door: Door, request: Request, code: str) -> None:
    """Raise PreconditionFailed where the caller goes by a dossier that has changed."""
    if "if-match" in request.headers:
        check_match(request, tag_of(_seen(door, code)))


def _now(response: Response, outcome: DossierOutcome) -> Dossier:
    found = _wire(outcome)
    response.headers["ETag"] = tag_of(found)
    return found


def _wire(outcome: DossierOutcome) -> Dossier:
    return Dossier.model_validate(outcome.model_dump())
