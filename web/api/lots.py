"""Archive lots: opened, watched while they fill, accepted or rejected."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from models.access import Action, PurposeKind
from models.errors import (
    CaseEnded,
    ConflictError,
    IdempotencyKeyReused,
    LotExists,
    NotFound,
    RequestAtWork,
    UsageError,
    WrongRole,
)
from models.states import DocumentState, LotState
from models.text import squeeze
from models.wire.lots import Lot, LotDecision, LotDocument, LotToOpen
from models.wire.pages import Page
from models.wire.words import Id
from pipeline.cases import casework, lots
from pipeline.cases.casework import LotOutcome
from pipeline.cases.lots import LotSummary
from web.etags import tagged
from web.guard import AtTheDoor
from web.idempotency import DoneOnce
from web.paging import Paged
from web.responses import problems

router = APIRouter(prefix="/api/v1/lots", tags=["lots"])

Named = Annotated[Id, Path(description="The lot's id.")]


@router.post(
    "",
    status_code=201,
    response_model=Lot,
    summary="Open an archive lot",
    responses=problems(UsageError, LotExists, IdempotencyKeyReused, RequestAtWork),
)
def open_lot(door: AtTheDoor, body: LotToOpen, once: DoneOnce) -> Response:
    """The purpose names the same lot: `lot:NAME`."""
    name = squeeze(body.name)
    person = door.admit_to_new(Action.WORK_ON_LOT, PurposeKind.LOT, name)
    return once(
        door,
        body,
        lambda: _counted(casework.create_lot(door.office, name, by=person, proof=body.proof)),
        location=lambda made: f"{router.prefix}/{made.id}",
    )


@router.get("", response_model=Page[Lot], summary="The agency's lots, newest first", responses=problems())
def list_lots(door: AtTheDoor, paged: Paged) -> Page[Lot]:
    person = door.admit(Action.SEE_LOT)
    after = paged.after()
    found = lots.lots_page(
        door.office,
        agency=door.caller.agency.identifier,
        person=person,
        purpose=str(door.purpose),
        after=after[0] if after else None,
        limit=paged.fetch,
    )
    return paged.page(found, key=lambda one: (one.id,), wire=_wire)


@router.get(
    "/{lot}",
    response_model=Lot,
    summary="A lot, and how far its documents are",
    responses={304: {"description": "Not changed."}, **problems(NotFound)},
)
def show_lot(door: AtTheDoor, lot: Named, request: Request, response: Response) -> Lot | Response:
    person, found = door.admit_to_lot(Action.SEE_LOT, lot)
    summary = lots.summary(door.office, found.id, person=person, purpose=str(door.purpose))
    return tagged(request, response, _wire(summary))


@router.get(
    "/{lot}/documents",
    response_model=Page[LotDocument],
    summary="The documents of a lot",
    responses=problems(NotFound),
)
def list_lot_documents(door: AtTheDoor, lot: Named, paged: Paged) -> Page[LotDocument]:
    person, found = door.admit_to_lot(Action.SEE_LOT, lot)
    after = paged.after()
    documents = lots.documents_page(
        door.office,
        found.id,
        person=person,
        purpose=str(door.purpose),
        after=after[0] if after else None,
        limit=paged.fetch,
    )
    return paged.page(
        documents,
        key=lambda one: (one[0],),
        wire=lambda one: LotDocument(document=one[0], state=one[1]),
    )


@router.post(
    "/{lot}/decision",
    response_model=Lot,
    summary="Accept a lot, which makes its papers reusable, or reject it",
    responses=problems(NotFound, CaseEnded, ConflictError, WrongRole, IdempotencyKeyReused, RequestAtWork),
)
def decide_lot(door: AtTheDoor, lot: Named, body: LotDecision, once: DoneOnce) -> Response:
    person, found = door.admit_to_lot(Action.DECIDE_LOT, lot)
    after = LotState.ACCEPTED if body.accept else LotState.REJECTED
    return once(
        door,
        body,
        lambda: _counted(casework.decide_lot(door.office, found.id, after, person, note=body.note)),
        status=200,
    )


def _wire(summary: LotSummary) -> Lot:
    return Lot.model_validate(summary.model_dump())


def _counted(outcome: LotOutcome) -> Lot:
    counts = Counter(DocumentState(state) for state in outcome.documents.values())
    return Lot.model_validate({**outcome.model_dump(), "documents": dict(sorted(counts.items()))})
