"""Archive lots: opened, watched while they fill, sampled and judged, accepted or rejected."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from models.acceptance import LotSample
from models.access import Action, PurposeKind
from models.errors import (
    BadJudgement,
    CaseEnded,
    ConflictError,
    IdempotencyKeyReused,
    LotExists,
    LotNotSettled,
    NotFound,
    NotInSample,
    RequestAtWork,
    SampleFailed,
    SampleNeeded,
    UsageError,
    WrongRole,
)
from models.states import DocumentState, LotState
from models.text import squeeze
from models.wire.lots import Lot, LotDecision, LotDocument, LotJudgement, LotToOpen
from models.wire.pages import Page
from models.wire.words import Id
from pipeline.cases import casework, lots
from pipeline.cases.casework import LotOutcome
from pipeline.cases.lots import LotSummary
from pipeline.quality import samples
from pipeline.quality.report import LotQuality, lot_quality
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
    summary="Accept a lot on its sample, from which on its papers are issued and reusable, or reject it",
    responses=problems(
        NotFound,
        CaseEnded,
        ConflictError,
        LotNotSettled,
        SampleNeeded,
        SampleFailed,
        WrongRole,
        IdempotencyKeyReused,
        RequestAtWork,
    ),
)
def decide_lot(door: AtTheDoor, lot: Named, body: LotDecision, once: DoneOnce) -> Response:
    person, found = door.admit_to_lot(Action.DECIDE_LOT, lot)
    after = LotState.ACCEPTED if body.accept else LotState.REJECTED
    return once(
        door,
        body,
        lambda: _counted(
            casework.decide_lot(door.office, found.id, after, person, note=body.note, whole=body.whole)
        ),
        status=200,
    )


@router.post(
    "/{lot}/sample",
    response_model=LotSample,
    summary="Draw the sample of a lot, or its second one where the first leaves it open",
    responses=problems(
        NotFound, CaseEnded, ConflictError, LotNotSettled, WrongRole, IdempotencyKeyReused, RequestAtWork
    ),
)
def draw_lot_sample(door: AtTheDoor, lot: Named, once: DoneOnce) -> Response:
    """The size follows from the lot's and from what the rule set asks; where the sample is drawn already, it is that one."""
    person, found = door.admit_to_lot(Action.JUDGE_LOT, lot)
    return once(
        door,
        None,
        lambda: samples.draw_sample(door.office, found.id, person, purpose=str(door.purpose)),
        status=200,
    )


@router.get(
    "/{lot}/sample",
    response_model=LotSample,
    summary="The sample of a lot with its plan, its documents and the verdict",
    responses=problems(NotFound),
)
def show_lot_sample(door: AtTheDoor, lot: Named) -> LotSample:
    _, found = door.admit_to_lot(Action.SEE_LOT, lot)
    return samples.look_at_sample(door.office, found.id, purpose=str(door.purpose))


@router.put(
    "/{lot}/sample/documents/{document}",
    response_model=LotSample,
    summary="Judge a document of the sample; again corrects it",
    responses=problems(NotFound, NotInSample, CaseEnded, BadJudgement, WrongRole),
)
def judge_lot_document(
    door: AtTheDoor,
    lot: Named,
    document: Annotated[Id, Path(description="The document's id.")],
    body: LotJudgement,
) -> LotSample:
    person, found = door.admit_to_lot(Action.JUDGE_LOT, lot)
    return samples.judge_document(
        door.office,
        found.id,
        document,
        person,
        right=body.right,
        wrong=body.characters_wrong,
        faults=body.faults,
        purpose=str(door.purpose),
    )


@router.get(
    "/{lot}/quality",
    response_model=LotQuality,
    summary="The quality of a lot: shares of its documents by flag, and the verdict of its sample",
    responses=problems(NotFound),
)
def show_lot_quality(door: AtTheDoor, lot: Named) -> LotQuality:
    _, found = door.admit_to_lot(Action.SEE_LOT, lot)
    return lot_quality(door.office, found.id, purpose=str(door.purpose))


def _wire(summary: LotSummary) -> Lot:
    return Lot.model_validate(summary.model_dump())


def _counted(outcome: LotOutcome) -> Lot:
    counts = Counter(DocumentState(state) for state in outcome.documents.values())
    return Lot.model_validate({**outcome.model_dump(), "documents": dict(sorted(counts.items()))})
