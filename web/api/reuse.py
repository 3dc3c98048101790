"""Reuse: before anything is scanned, what is there already; used again, or paper asked for with a reason."""

from __future__ import annotations

from fastapi import APIRouter, Response

from models.access import Action
from models.errors import (
    BadHolderIdentifier,
    CaseEnded,
    CheckNeeded,
    IdempotencyKeyReused,
    IllegalTransition,
    NoteNeeded,
    NotFound,
    NothingToOverride,
    NotReusable,
    RequestAtWork,
    UnknownComponent,
    UnknownReason,
    WrongRole,
)
from models.reuse import ReuseAnswer, ReuseEvent
from models.wire.reuse import LookUp, LookUpAnswer, TakePaper, UseAgain
from pipeline.papers import reuse
from web.guard import AtTheDoor
from web.idempotency import DoneOnce
from web.responses import problems

router = APIRouter(prefix="/api/v1/reuse", tags=["reuse"])


@router.post(
    "/look-ups",
    response_model=LookUpAnswer,
    summary="What is there of a holder's papers, judged for today",
    responses=problems(BadHolderIdentifier, CaseEnded, WrongRole),
)
def look_up_documents(door: AtTheDoor, body: LookUp, response: Response) -> LookUpAnswer:
    """For the open dossier that the purpose names (ND118 Art. 17.1.b); a number never stands in an address."""
    person = door.admit(Action.FIND_REUSE)
    dossier = door.purpose.reference
    response.headers["Cache-Control"] = "no-store"
    if body.number is not None:
        return _wire(
            reuse.find(
                door.office, body.number, document_type=body.document_type, dossier=dossier, person=person
            )
        )
    return _wire(
        reuse.find_by_name(
            door.office,
            body.name or "",
            body.born,
            document_type=body.document_type,
            dossier=dossier,
            person=person,
        )
    )


@router.post(
    "/uses",
    status_code=201,
    response_model=ReuseEvent,
    summary="Meet a component of the dossier with an e-copy that is there",
    responses=problems(
        NotFound,
        UnknownComponent,
        NotReusable,
        CheckNeeded,
        IllegalTransition,
        CaseEnded,
        WrongRole,
        IdempotencyKeyReused,
        RequestAtWork,
    ),
)
def reuse_document(door: AtTheDoor, body: UseAgain, once: DoneOnce) -> Response:
    """The dossier is the purpose's. What was known at that moment is put on record; the same use again is the same event."""
    person = door.admit(Action.USE_REUSE)
    return once(
        door,
        body,
        lambda: reuse.use(
            door.office,
            body.document,
            dossier=door.purpose.reference,
            component=body.component,
            person=person,
            checked=body.checked,
        ),
    )


@router.post(
    "/overrides",
    status_code=201,
    response_model=ReuseEvent,
    summary="Ask for paper although an e-copy could be used, with the reason",
    responses=problems(
        NotFound,
        UnknownComponent,
        UnknownReason,
        NoteNeeded,
        NothingToOverride,
        CaseEnded,
        WrongRole,
        IdempotencyKeyReused,
        RequestAtWork,
    ),
)
def override_reuse(door: AtTheDoor, body: TakePaper, once: DoneOnce) -> Response:
    """ND118 Art. 5.1.i forbids to ask again but for the reasons of the rule set."""
    person = door.admit(Action.USE_REUSE)
    return once(
        door,
        body,
        lambda: reuse.override(
            door.office,
            body.document,
            dossier=door.purpose.reference,
            component=body.component,
            person=person,
            reason=body.reason,
            note=body.note,
        ),
    )


def _wire(answer: ReuseAnswer) -> LookUpAnswer:
    return LookUpAnswer(
        at=answer.at,
        document_type=answer.document_type,
        holder=answer.holder,
        found=answer.found,
        usable=tuple(one.document_id for one in answer.usable),
        more=answer.more,
        candidates=answer.candidates,
    )
