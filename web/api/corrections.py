"""Corrections: paper and data disagree; one raises it within an open case, another decides."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from models.access import Action, PurposeKind
from models.errors import (
    BadFieldValue,
    ConflictError,
    DocumentDisposed,
    DocumentRestricted,
    HomeBusy,
    IdempotencyKeyReused,
    IllegalTransition,
    NotFound,
    RequestAtWork,
    SamePersonTwice,
    UnknownField,
    WrongRole,
)
from models.people import Person
from models.states import CorrectionState
from models.wire.corrections import (
    Correction,
    CorrectionDecided,
    CorrectionDecision,
    CorrectionListed,
    CorrectionToRaise,
)
from models.wire.pages import Page
from models.wire.words import DossierCode, Id
from pipeline.admission import own_agency
from pipeline.papers import corrections
from storage.access.targets import target_of_correction
from storage.papers.corrections import CorrectionTask
from web.etags import tagged
from web.guard import AtTheDoor, Door
from web.idempotency import DoneOnce
from web.paging import Paged
from web.reasons import StatedReason
from web.responses import problems

router = APIRouter(prefix="/api/v1/corrections", tags=["corrections"])

Named = Annotated[Id, Path(description="The correction's id.")]


@router.post(
    "",
    status_code=201,
    response_model=Correction,
    summary="Put on record that the paper says something else than the data",
    responses=problems(
        NotFound,
        DocumentRestricted,
        DocumentDisposed,
        UnknownField,
        BadFieldValue,
        ConflictError,
        IdempotencyKeyReused,
        RequestAtWork,
    ),
)
def raise_correction(
    door: AtTheDoor, body: CorrectionToRaise, once: DoneOnce, reason: StatedReason
) -> Response:
    """Nothing is changed by it (ND118 Art. 17.1.b). The same disagreement, still open, is one correction."""
    person, document = door.admit_to_document(Action.RAISE_CORRECTION, body.document)
    purpose = door.purpose
    return once(
        door,
        body,
        lambda: _wire(
            corrections.raise_correction(
                door.office,
                document.id,
                body.field,
                body.paper_value,
                person=person,
                dossier=purpose.reference if purpose.kind is PurposeKind.DOSSIER else None,
                note=body.note,
                reason=reason,
            )
        ),
        location=lambda made: f"{router.prefix}/{made.id}",
    )


@router.get(
    "",
    response_model=Page[CorrectionListed],
    summary="Corrections of the agency's documents, oldest first, without what paper and data say",
    responses=problems(),
)
def list_corrections(
    door: AtTheDoor,
    paged: Paged,
    state: Annotated[CorrectionState | Literal["all"], Query()] = CorrectionState.OPEN,
    document: Annotated[Id | None, Query()] = None,
    dossier: Annotated[DossierCode | None, Query(description="In which they were raised.")] = None,
) -> Page[CorrectionListed]:
    person = door.admit(Action.SEE_CORRECTIONS)
    after = paged.after()
    found = corrections.tasks_page(
        door.office,
        agency=door.caller.agency.identifier,
        own=own_agency(door.office),
        person=person,
        purpose=str(door.purpose),
        state=None if state == "all" else state,
        document=document,
        of_dossier=dossier,
        after=after[0] if after else None,
        limit=paged.fetch,
    )
    return paged.page(found, key=lambda one: (one.id,), wire=_listed)


@router.get(
    "/{correction}",
    response_model=Correction,
    summary="A correction with what paper and data say",
    responses={
        304: {"description": "Not changed."},
        **problems(NotFound, DocumentRestricted, DocumentDisposed),
    },
)
def show_correction(
    door: AtTheDoor, correction: Named, request: Request, response: Response, reason: StatedReason
) -> Correction | Response:
    person = _admitted(door, Action.LOOK_AT_CORRECTION, correction)
    found = corrections.look_at(
        door.office, correction, person=person, purpose=str(door.purpose), reason=reason
    )
    return tagged(request, response, _wire(found))


@router.post(
    "/{correction}/decision",
    response_model=CorrectionDecided,
    summary="Accept a correction, which gives the field a new version, or reject it",
    responses=problems(
        NotFound,
        DocumentRestricted,
        DocumentDisposed,
        WrongRole,
        SamePersonTwice,
        IllegalTransition,
        BadFieldValue,
        ConflictError,
        HomeBusy,
        IdempotencyKeyReused,
        RequestAtWork,
    ),
)
def decide_correction(
    door: AtTheDoor, correction: Named, body: CorrectionDecision, once: DoneOnce, reason: StatedReason
) -> Response:
    person = _admitted(door, Action.DECIDE_CORRECTION, correction)

    def decided() -> CorrectionDecided:
        done = corrections.decide(
            door.office, correction, accept=body.accept, person=person, note=body.note, reason=reason
        )
        return CorrectionDecided(correction=_wire(done.task), outdated=done.outdated)

    return once(door, body, decided, status=200)


def _admitted(door: Door, action: Action, correction: str) -> Person:
    """The caller in its office towards the document that the correction is about. Raises NotFound, AccessRefused."""
    with door.office.register.reading() as connection:
        target = target_of_correction(connection, correction, door.purpose, own_agency(door.office))
    return door.admit_to(action, target, subject=correction, what="correction")


def _listed(task: CorrectionTask) -> CorrectionListed:
    return CorrectionListed(
        id=task.id,
        document=task.document_id,
        field=task.field,
        state=task.state,
        dossier=task.dossier_code,
        raised_at=task.raised_at,
        raised_by=task.raised_by,
        decided_at=task.decided_at,
        decided_by=task.decided_by,
    )


def _wire(task: CorrectionTask) -> Correction:
    return Correction(
        **_listed(task).model_dump(),
        data_value=task.data_value,
        paper_value=task.paper_value,
        note=task.note,
        decision=task.decision,
    )
