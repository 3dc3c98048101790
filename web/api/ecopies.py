"""E-copies: their bytes and their note for those whose case it is, their standing for everybody, their end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from models.access import Action
from models.ecopy import TransferNote
from models.errors import (
    DocumentDisposed,
    DocumentRestricted,
    IdempotencyKeyReused,
    IllegalTransition,
    NoteNeeded,
    NotFound,
    NotTheSamePaper,
    ObjectDamaged,
    RangeNotSatisfiable,
    RequestAtWork,
    UnknownReason,
    WrongRole,
)
from models.states import EcopyState
from models.times import iso
from models.wire.ecopies import CopyStatus, CopyStatuses, EcopyStanding, Revocation, Standing, Supersession
from models.wire.words import Id
from pipeline.authority import office_for
from pipeline.keeping import lifecycle
from pipeline.papers.record_release import release_record
from pipeline.papers.release import Fetched, look_at_note, release_ecopy
from storage.keeping.lifecycle import EcopyStatus
from web.etags import is_known, tag, tagged
from web.guard import AtTheDoor, Door, Office
from web.idempotency import DoneOnce
from web.reasons import StatedReason
from web.responses import problems
from web.streams import VaultFile, stated_range

router = APIRouter(prefix="/api/v1/ecopies", tags=["e-copies"])

Named = Annotated[
    Id, Path(description="The e-copy's id; of a signed original, which no copy is made of, the document's.")
]
RECORD_TYPE = "application/octet-stream"
STATE_HEADER = "Ecopy-State"
"""What the e-copy is worth at the moment of the answer: `issued`, `superseded` or `revoked`; `original` otherwise."""
_SHUT = (NotFound, DocumentRestricted, DocumentDisposed)
_STANDINGS: dict[EcopyState, Standing] = {
    EcopyState.ISSUED: "issued",
    EcopyState.SUPERSEDED: "superseded",
    EcopyState.REVOKED: "revoked",
}


@router.get(
    "/{id}",
    response_class=Response,
    summary="The signed e-copy, or the signed original, byte for byte",
    responses={
        200: {"description": "The file.", "content": {"application/pdf": {}}},
        206: {"description": "The stretch that `Range` asks for."},
        304: {"description": "Not changed."},
        **problems(*_SHUT, RangeNotSatisfiable, ObjectDamaged),
    },
)
@router.head("/{id}", response_class=Response, include_in_schema=False)
def fetch_ecopy(door: AtTheDoor, id: Named, request: Request, reason: StatedReason) -> Response:
    """`Range`, `If-Range` and `If-None-Match` are understood; the ETag is the file's SHA-256, and `Ecopy-State` tells
    what it is worth today. A superseded or revoked one is still given out, as evidence of what was used."""
    door.admit_to_document(Action.FETCH_ECOPY, id)
    found = release_ecopy(
        door.office, id, purpose=str(door.purpose), reason=reason, part=stated_range(request)
    )
    return given_out(door, request, found)


def given_out(door: Door, request: Request, found: Fetched) -> VaultFile:
    """A released file as an answer."""
    return VaultFile(
        request,
        door.office,
        found,
        purpose=str(door.purpose),
        filename=f"{found.id}.pdf",
        headers={STATE_HEADER: "original" if found.state is None else found.state.value},
    )


@router.get(
    "/{id}/note",
    response_model=TransferNote,
    summary="The transfer note that the e-copy carries: how paper became a file",
    responses={304: {"description": "Not changed."}, **problems(*_SHUT)},
)
def show_ecopy_note(
    door: AtTheDoor, id: Named, request: Request, response: Response, reason: StatedReason
) -> TransferNote | Response:
    door.admit_to_document(Action.SEE_NOTE, id)
    note = look_at_note(door.office, id, purpose=str(door.purpose), reason=reason)
    return tagged(request, response, note)


@router.get(
    "/{id}/record",
    response_class=Response,
    summary="The evidence record (RFC 4998) that is the time-stamp of an archive's e-copy",
    responses={
        200: {"description": "DER.", "content": {RECORD_TYPE: {}}},
        304: {"description": "Not changed."},
        **problems(*_SHUT),
    },
)
def fetch_ecopy_record(door: AtTheDoor, id: Named, request: Request, reason: StatedReason) -> Response:
    """Only of e-copies of lots with `evidence_record`; others have their time-stamps inside, and the answer is 404. A record
    is renewed from time to time and its ETag changes then: every one given out before stays good until its own end."""
    door.admit_to_document(Action.FETCH_ECOPY, id)
    found = release_record(door.office, id, purpose=str(door.purpose), reason=reason)
    headers = {
        "ETag": tag(found.sha256),
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="{found.ecopy_id}.pdf.ers"',
    }
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=RECORD_TYPE, headers=headers)


@router.get(
    "/{id}/status",
    response_model=EcopyStanding,
    summary="Whether an e-copy counts today; for everybody",
    responses=problems(NotFound, door=False),
)
def show_ecopy_status(office: Office, id: Named, response: Response) -> EcopyStanding:
    """It tells nothing but the state, neither whose e-copy it is nor why it counts no more. Nobody has to say who they
    are; how often an address may ask is limited."""
    response.headers["Cache-Control"] = "no-store"
    found = lifecycle.status_of(office, id)
    state = _standing(found) if found is not None else None
    if state is None:
        raise NotFound(what="e-copy", id=id)
    return EcopyStanding(ecopy=id, state=state, at=iso(office.clock.now()))


@router.post(
    "/{id}/revocation",
    response_model=CopyStatuses,
    summary="Take an e-copy out of use; whoever asks sees it at once",
    responses=problems(
        NotFound, WrongRole, UnknownReason, NoteNeeded, IllegalTransition, IdempotencyKeyReused, RequestAtWork
    ),
)
def revoke_ecopy(door: AtTheDoor, id: Named, body: Revocation, once: DoneOnce) -> Response:
    admitted, _ = door.admit_to_document(Action.CHANGE_STATUS, id)
    person = office_for(door.caller, admitted, door.office.rules_today().lifecycle.status_roles.value)

    def work() -> CopyStatuses:
        found = lifecycle.revoke(door.office, id, person=person, reason=body.reason, note=body.note)
        return CopyStatuses(items=tuple(_told(one) for one in found))

    return once(door, body, work, status=200)


@router.post(
    "/{id}/supersession",
    response_model=CopyStatus,
    summary="Let a newer e-copy of the same paper take this one's place",
    responses=problems(
        NotFound, WrongRole, NotTheSamePaper, IllegalTransition, IdempotencyKeyReused, RequestAtWork
    ),
)
def supersede_ecopy(door: AtTheDoor, id: Named, body: Supersession, once: DoneOnce) -> Response:
    admitted, _ = door.admit_to_document(Action.CHANGE_STATUS, id)
    door.admit_to_document(Action.CHANGE_STATUS, body.by_ecopy)
    person = office_for(door.caller, admitted, door.office.rules_today().lifecycle.status_roles.value)
    return once(
        door,
        body,
        lambda: _told(lifecycle.supersede(door.office, id, body.by_ecopy, person=person, note=body.note)),
        status=200,
    )


def _standing(found: EcopyStatus) -> Standing | None:
    """None before the issue: to strangers it is not there."""
    state = _STANDINGS.get(found.state)
    return "disposed" if state is not None and found.disposed else state


def _told(found: EcopyStatus) -> CopyStatus:
    return CopyStatus(
        ecopy=found.ecopy_id,
        state=_STANDINGS[found.state],
        status_at=found.status_at,
        reason=found.reason,
        superseded_by=found.superseded_by,
    )
