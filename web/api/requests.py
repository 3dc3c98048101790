"""Holders' requests about their own data: taken in with the law's deadlines, answered, carried out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from models.access import Action, Target
from models.errors import (
    BadHolderIdentifier,
    IdempotencyKeyReused,
    IllegalTransition,
    NotFound,
    RequestAtWork,
    RightsNotInForce,
    UnknownField,
    UsageError,
    WrongRole,
)
from models.wire.pages import Page
from models.wire.requests import (
    HolderExport,
    HolderRequest,
    RequestAnswer,
    RequestListed,
    RequestToReceive,
)
from models.wire.words import Id
from pipeline.admission import own_agency
from pipeline.keeping import requests
from pipeline.keeping.requests import Waiting
from storage.keeping.requests import SubjectRequest
from web.etags import tagged
from web.guard import AtTheDoor
from web.idempotency import DoneOnce
from web.paging import Paged
from web.responses import problems

router = APIRouter(prefix="/api/v1/requests", tags=["requests"])

Named = Annotated[Id, Path(description="The request's id.")]


@router.post(
    "",
    status_code=201,
    response_model=HolderRequest,
    summary="Take in what a holder asks for, with the law's deadlines",
    responses=problems(
        BadHolderIdentifier,
        NotFound,
        UsageError,
        RightsNotInForce,
        WrongRole,
        IdempotencyKeyReused,
        RequestAtWork,
    ),
)
def receive_request(door: AtTheDoor, body: RequestToReceive, once: DoneOnce) -> Response:
    """The purpose names it as whoever sends it does: `request:REFERENCE`."""
    person = door.admit(Action.RECEIVE_REQUEST)
    return once(
        door,
        body,
        lambda: _wire(
            Waiting(
                requests.open_request(door.office, body.holder, body.kind, text=body.text, person=person),
                overdue=False,
            )
        ),
        location=lambda made: f"{router.prefix}/{made.id}",
    )


@router.get(
    "",
    response_model=Page[RequestListed],
    summary="Requests by their last day, without words",
    responses=problems(NotFound),
)
def list_requests(
    door: AtTheDoor,
    paged: Paged,
    overdue: Annotated[bool, Query(description="Those of which a deadline has passed only.")] = False,
    closed: Annotated[bool, Query(description="Those that are done with too.")] = False,
) -> Page[RequestListed]:
    """For the agency that answers them, the installation's own."""
    target = Target(agencies=frozenset({own_agency(door.office)}))
    person = door.admit_to(Action.ANSWER_REQUEST, target, subject="subject_requests", what="list")
    after = paged.after(2)
    found = requests.waiting_page(
        door.office,
        person=person,
        purpose=str(door.purpose),
        overdue_only=overdue,
        closed=closed,
        after=(after[0], after[1]) if after else None,
        limit=paged.fetch,
    )
    return paged.page(found, key=lambda one: (one.request.execute_due, one.request.id), wire=_listed)


@router.get(
    "/{request_id}",
    response_model=HolderRequest,
    summary="A request with what was asked and answered",
    responses={304: {"description": "Not changed."}, **problems(NotFound)},
)
def show_request(
    door: AtTheDoor, request_id: Named, request: Request, response: Response
) -> HolderRequest | Response:
    """For the agency that took it in and the one that answers."""
    person = door.admit_to_request(Action.RECEIVE_REQUEST, request_id)
    found = requests.look_at(door.office, request_id, person=person, purpose=str(door.purpose))
    return tagged(request, response, _wire(found))


@router.post(
    "/{request_id}/answer",
    response_model=HolderRequest,
    summary="Answer a request, and carry out at once what can be",
    responses=problems(
        NotFound, UsageError, UnknownField, IllegalTransition, WrongRole, IdempotencyKeyReused, RequestAtWork
    ),
)
def answer_request(door: AtTheDoor, request_id: Named, body: RequestAnswer, once: DoneOnce) -> Response:
    """Restrictions hold from now; corrections become tasks for another person; an access waits for its export."""
    person = door.admit_to_request(Action.ANSWER_REQUEST, request_id)
    return once(
        door,
        body,
        lambda: _wire(
            Waiting(
                requests.answer(
                    door.office,
                    request_id,
                    person=person,
                    text=body.text,
                    refuse=body.refuse,
                    corrections=body.corrections,
                ),
                overdue=False,
            )
        ),
        status=200,
    )


@router.post(
    "/{request_id}/withdrawal",
    response_model=HolderRequest,
    summary="The holder takes a request back",
    responses=problems(NotFound, IllegalTransition, WrongRole),
)
def withdraw_request(door: AtTheDoor, request_id: Named) -> HolderRequest:
    """What was done for it already stays."""
    person = door.admit_to_request(Action.RECEIVE_REQUEST, request_id)
    return _wire(Waiting(requests.withdraw(door.office, request_id, person=person), overdue=False))


@router.post(
    "/{request_id}/export",
    response_model=HolderExport,
    summary="Everything about the holder who asked for access, which carries the request out",
    responses=problems(NotFound, UsageError, IllegalTransition, WrongRole),
)
def export_holder(door: AtTheDoor, request_id: Named, response: Response) -> HolderExport:
    """May be asked for again; each time is on record. Nobody between keeps it."""
    person = door.admit_to_request(Action.ANSWER_REQUEST, request_id)
    response.headers["Cache-Control"] = "no-store"
    return HolderExport.model_validate(requests.export(door.office, request_id, person=person))


def _listed(found: Waiting) -> RequestListed:
    return RequestListed(**_states(found.request), overdue=found.overdue)


def _wire(found: Waiting) -> HolderRequest:
    asked = found.request
    return HolderRequest(**_states(asked), overdue=found.overdue, text=asked.text, answer=asked.answer)


def _states(asked: SubjectRequest) -> dict[str, object]:
    return {name: getattr(asked, name) for name in RequestListed.model_fields if name != "overdue"}
