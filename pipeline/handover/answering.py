"""The program's side of a hand-over: it fetches the prepared document and sends it back signed, with a secret as its only
proof. Each hand-over takes one answer; the same one again is answered alike, another one changes nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from models.errors import (
    EcopyError,
    HandoverAnswered,
    HandoverExpired,
    HandoverOver,
    HandoverRefused,
    by_code,
)
from models.states import EcopyState, HandoverState
from pipeline.application import Application
from pipeline.attempts import attempt
from pipeline.handover.completing import STAGE, complete, complete_capture, is_over, judged, refuse
from pipeline.handover.opening import expired
from pipeline.papers.release import Fetched
from pipeline.runner import FROM_COMPOSE, advance
from pipeline.stages.captured import capture_lock, wants_capture
from storage.papers.handovers import LIVE, HandoverRecord, answer, handover, handover_by, move
from storage.records import DocumentRecord

log = logging.getLogger("ecopy.handover")

SLACK_BYTES = 1 << 20
"""A signature with its chain, time-stamp and mark adds less than this."""


@dataclass(frozen=True)
class SentBack:
    """A file that the program sent."""

    path: Path
    sha256: str
    size: int


def find_handover(app: Application, secret: str) -> HandoverRecord:
    """Whose links have this secret. Raises NotFound."""
    with app.register.reading() as connection:
        return handover_by(connection, secret)


def fetch_prepared(app: Application, record: HandoverRecord) -> Fetched:
    """The prepared document, for the program. Raises HandoverExpired, or HandoverOver once something came back."""
    with attempt(app, "fetch_prepared", record.subject, actor=record.asked_by, purpose=record.purpose):
        record = _live(app, record)
        with app.register.transaction(actor=record.asked_by, purpose=record.purpose) as tx:
            if record.state is HandoverState.OPEN:
                move(tx, record, HandoverState.FETCHED)
            tx.audit("fetch_prepared", record.subject, handover=record.id, sha256=record.prepared_sha256)
    return Fetched(
        id=record.subject,
        object_key=record.prepared_key,
        sha256=record.prepared_sha256,
        level=None,
        signed_original=False,
    )


def take_back(app: Application, record: HandoverRecord, sent: SentBack) -> HandoverRecord:
    """Keep what came back, judge it, and make the e-copy or capture of it; returns the hand-over, `accepted`, or
    `received` where a time-stamp is still to be had.

    Raises a HandoverRefused with the reason; where it is this file's fault the hand-over has ended with it.
    """
    with attempt(app, "receive_signed", record.subject, actor=record.asked_by, purpose=record.purpose):
        with app.locks.document(_held(record), wait=True):
            record = _again(app, record)
            if not _answered(record, sent):
                record = _received(app, _live(app, record), sent)
            if record.state is HandoverState.RECEIVED:
                _finished(app, record)
        return _again(app, record)


def _answered(record: HandoverRecord, sent: SentBack) -> bool:
    """Whether this very file came back before; raises what it was answered with. Another one changes nothing."""
    if record.answer_sha256 is None:
        return False
    if record.answer_sha256 != sent.sha256:
        if record.state is HandoverState.REFUSED:
            raise HandoverOver(state=record.state.value)
        raise HandoverAnswered
    if record.state is HandoverState.REFUSED:
        raise by_code(record.error_code or HandoverRefused.code)(**record.error_details)
    return True


def _received(app: Application, record: HandoverRecord, sent: SentBack) -> HandoverRecord:
    """Kept first, judged next: the answer is on record whatever it is worth."""
    document = app.register.document(record.document_id)
    stored = app.vault.write(STAGE, sent.path)
    with app.register.transaction(actor=record.asked_by, purpose=record.purpose) as tx:
        answer(tx, record, digest=sent.sha256, size=sent.size)
        facts = {"sha256": sent.sha256, "size": sent.size}
        tx.add_derivation(
            document.id, STAGE, record.id, facts, seconds=0.0, ecopy=record.ecopy_id, stored=stored
        )
        tx.audit("receive_signed", record.subject, handover=record.id, **facts)
    try:
        judged(app, document, record, sent.path)
    except HandoverRefused as refused:
        refuse(app, record, refused)
        raise
    ecopy = app.register.ecopy(record.ecopy_id) if record.ecopy_id is not None else None
    with app.register.transaction(actor=record.asked_by, purpose=record.purpose) as tx:
        move(tx, record, HandoverState.RECEIVED)
        if ecopy is not None and ecopy.state is EcopyState.AWAITING_SIGNATURE:
            tx.set_ecopy_state(ecopy, EcopyState.AWAITING_TIMESTAMP)
    return _again(app, record)


def _finished(app: Application, record: HandoverRecord) -> None:
    """Complete and issue; what only time can heal leaves it received, and issuing it again goes on from there."""
    document: DocumentRecord = app.register.document(record.document_id)
    try:
        if record.ecopy_id is None:
            if wants_capture(app, document):
                complete_capture(app, document, record)
            return
        complete(app, document, app.register.ecopy(record.ecopy_id), record)
        advance(app, document.id, FROM_COMPOSE)
    except HandoverRefused:
        raise
    except EcopyError as fault:
        log.warning("hand-over %s waits: %s", record.id, fault)


def _held(record: HandoverRecord) -> str:
    """What to lock: the document, or its capture, which does not wait for its being read."""
    return record.document_id if record.ecopy_id is not None else capture_lock(record.document_id)


def _live(app: Application, record: HandoverRecord) -> HandoverRecord:
    """Raises HandoverExpired or HandoverOver unless something may still come back."""
    if record.state in LIVE and is_over(app, record):
        record = expired(app, record)
    if record.state is HandoverState.EXPIRED and record.error_code == HandoverExpired.code:
        raise HandoverExpired(expires_at=record.expires_at)
    if record.state not in LIVE:
        raise HandoverOver(state=record.state.value)
    if record.ecopy_id is None and not wants_capture(app, app.register.document(record.document_id)):
        raise HandoverOver(state=HandoverState.EXPIRED.value)  # it was made otherwise meanwhile
    return record


def _again(app: Application, record: HandoverRecord) -> HandoverRecord:
    with app.register.reading() as connection:
        return handover(connection, record.id)
