"""Asking for a signature at the officer's own computer: a one-time link to the prepared document, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from models.errors import (
    HandoverExpired,
    HandoverNotConfigured,
    HandoverNotNeeded,
    HandoverOver,
    ObjectMissing,
    OtherAgency,
)
from models.people import Person
from models.states import EcopyState, HandoverState
from models.times import iso
from pipeline.access import issue_document
from pipeline.application import Application
from pipeline.attempts import attempt
from pipeline.authority import check_role
from pipeline.handover.completing import hand_elsewhere, is_over
from pipeline.offices.sealing import check_sealer
from storage.papers.handovers import LIVE, HandoverRecord, handover, handovers_of, move, open_handover
from storage.records import DocumentRecord

LIFETIME = timedelta(minutes=10)
"""From the click to the signed file: the PIN is typed meanwhile."""
ACT = "hand_over"


@dataclass(frozen=True)
class HandedOut:
    """A new hand-over; `secret` is in its links and nowhere else."""

    record: HandoverRecord
    secret: str


def hand_out(app: Application, document: DocumentRecord, person: Person, *, purpose: str) -> HandedOut:
    """Compose the e-copy where that is still to be done, and open the way for its signature; an earlier way that nothing
    came back by is closed.

    Raises HandoverNotConfigured, WrongRole, OtherAgency, HandoverNotNeeded, and what issuing raises.
    """
    with attempt(app, ACT, document.id, actor=person.id, purpose=purpose):
        hand = hand_elsewhere(app)
        if hand is None:
            raise HandoverNotConfigured
        check_role(person, (app.rules_of(document.rule_set).ecopy.signer_role.value,), ACT)
        if person.agency.identifier != app.hands.agency.identifier:  # whose seal it is, that it may be under
            raise OtherAgency(caller=person.id)
        issue_document(app, document.id)
        with app.locks.document(document.id, wait=True):
            ecopy = app.register.ecopy_in_making(document.id)
            if ecopy is None or ecopy.state is not EcopyState.AWAITING_SIGNATURE:
                latest = app.register.ecopies_of(document.id)[-1:]
                state = [one.state.value for one in (ecopy, *latest) if one is not None]
                raise HandoverNotNeeded(state=(state or ["-"])[0])
            check_sealer(app, document, ecopy, person)
            draft = app.register.derivation(document.id, "compose", ecopy=ecopy.id)
            if draft is None or draft.object_key is None:
                raise ObjectMissing(key=f"draft of {document.id}")
            return opened(
                app,
                document,
                ecopy.id,
                draft.object_key,
                hand.certificates,
                person,
                purpose=purpose,
                lifetime=LIFETIME,
            )


def opened(
    app: Application,
    document: DocumentRecord,
    ecopy_id: str | None,
    prepared: str,
    certificates: Collection[str],
    person: Person,
    *,
    purpose: str,
    lifetime: timedelta,
) -> HandedOut:
    """Open the way for a signature on the object `prepared`, of an e-copy or of the document's capture; an earlier way
    that nothing came back by is closed. The caller holds the lock."""
    with app.vault.local_path(prepared) as path, path.open("rb") as file:
        digest, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    with app.register.reading() as connection:
        earlier = handovers_of(connection, document.id, LIVE, capture=ecopy_id is None)
    with app.register.transaction(actor=person.id, purpose=purpose) as tx:
        for one in earlier:
            move(tx, one, HandoverState.EXPIRED, error=(HandoverOver.code, {"state": "expired"}))
        identifier, secret = open_handover(
            tx,
            document.id,
            ecopy_id,
            prepared=(prepared, digest, size),
            certificates=certificates,
            agency=person.agency.identifier,
            lifetime=lifetime,
        )
        tx.audit(ACT, ecopy_id or document.id, handover=identifier, sha256=digest, size=size)
    with app.register.reading() as connection:
        return HandedOut(handover(connection, identifier), secret)


def look_at_handover(app: Application, identifier: str) -> HandoverRecord:
    """Where a hand-over stands; one whose time has passed ends by being looked at. Raises NotFound."""
    with app.register.reading() as connection:
        found = handover(connection, identifier)
    return expired(app, found) if found.state in LIVE and is_over(app, found) else found


def expired(app: Application, record: HandoverRecord) -> HandoverRecord:
    """End a hand-over that nothing came back from in time; the copy goes on waiting for a signature."""
    details = {"expires_at": record.expires_at}
    with app.register.transaction(actor=record.asked_by, purpose=record.purpose) as tx:
        move(tx, record, HandoverState.EXPIRED, error=(HandoverExpired.code, details))
        tx.audit("expire_handover", record.subject, handover=record.id, at=iso(app.clock.now()))
    return replace(
        record, state=HandoverState.EXPIRED, error_code=HandoverExpired.code, error_details=details
    )
