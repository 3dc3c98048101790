"""What came back and is right gets what it lacks, is judged as strictly as a stranger's file, and is the signed e-copy or
capture."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import (
    EcopyError,
    HandoverInvalid,
    HandoverNotConfigured,
    HandoverRefused,
    ObjectMissing,
    SigningFault,
)
from models.signatures import Level, SignedFile
from models.states import EcopyState, HandoverState
from pipeline.application import Application
from pipeline.offices.checking import office_check
from pipeline.places import outside
from pipeline.stages.captured import check_capture, put_capture_on_record
from pipeline.stages.signed import check_signed, put_signed_on_record
from pipeline.waiting import SERVICES_AWAY, wait_for_services
from signing.handover.accept import Returned, Wanted, judge_returned
from signing.handover.hand import HandedOver
from storage.papers.handovers import HandoverRecord, handovers_of, move
from storage.records import DocumentRecord, EcopyRecord, StoredRef

if TYPE_CHECKING:
    from storage.register import Transaction

STAGE = "handover"


def hand_elsewhere(app: Application) -> HandedOver | None:
    """The agency's hand where its token is at the officer's computer; None where the key signs here."""
    signer = app.hands.seal.signer
    return signer if isinstance(signer, HandedOver) else None


def clerk_elsewhere(app: Application) -> HandedOver | None:
    """The counter officer's hand where the token is at their own computer."""
    signer = app.hands.clerk.signer
    return signer if isinstance(signer, HandedOver) else None


def received(app: Application, document: DocumentRecord, *, capture: bool = False) -> HandoverRecord | None:
    """The hand-over of an e-copy, or of the capture, whose signed file is here and waits for its time-stamps."""
    with app.register.reading() as connection:
        found = handovers_of(connection, document.id, (HandoverState.RECEIVED,), capture=capture)
    return found[0] if found else None


def wanted(app: Application, document: DocumentRecord, record: HandoverRecord) -> Wanted:
    hand = clerk_elsewhere(app) if record.ecopy_id is None else hand_elsewhere(app)
    return Wanted(
        size=record.prepared_size,
        sha256=record.prepared_sha256,
        certificates=record.certificates,
        margin_mm=app.rules_of(document.rule_set).stamp.margin_mm.value,
        above=() if hand is None else tuple(one.dump() for one in hand.credential.chain),
        unseen=record.ecopy_id is None,
    )


def judged(app: Application, document: DocumentRecord, record: HandoverRecord, path: Path) -> Returned:
    """The signature on a file that came back; a stranger's file is opened in a child process.

    Raises a HandoverRefused: what the child could not bear is refused as well.
    """
    try:
        return app.in_child(STAGE, judge_returned, path, wanted(app, document, record), app.hands.trust)
    except (HandoverRefused, OSError):
        raise
    except EcopyError as limit:
        if limit.retryable:
            raise
        raise HandoverInvalid(reason=limit.code) from limit


def complete(app: Application, document: DocumentRecord, ecopy: EcopyRecord, record: HandoverRecord) -> None:
    """Make the signed e-copy out of the received file. The caller holds the document's lock.

    Raises what services that are away raise: the file then stays received, and the worker tries again. Raises a
    HandoverRefused where it turns out not to be good; either is on record.
    """
    started = time.perf_counter()
    level = app.rules_of(document.rule_set).ecopy.level.value
    with app.workspace() as folder:
        signed = folder / "signed.pdf"
        result = _completed(app, document, record, signed, level)
        stored = app.vault.write("ecopy", signed)
    with app.register.transaction(actor=record.asked_by, purpose=record.purpose) as tx:
        put_signed_on_record(tx, app, document, ecopy, result, stored, seconds=time.perf_counter() - started)
        released = _accepted(tx, record, result, stored)
    if released is not None:  # every byte of it is in the e-copy
        app.vault.remove_released(released)


def complete_capture(app: Application, document: DocumentRecord, record: HandoverRecord) -> None:
    """Make the capture out of the received file, as `complete`. The caller holds the capture's lock."""
    started = time.perf_counter()
    level = app.rules_of(document.rule_set).capture.level.value
    with app.workspace() as folder:
        signed = folder / "signed.pdf"
        result = _completed(app, document, record, signed, level)
        stored = app.vault.write("capture", signed)
    with app.register.transaction(actor=record.asked_by, purpose=record.purpose) as tx:
        seconds = time.perf_counter() - started
        put_capture_on_record(tx, app, document, result, stored, by=record.asked_by, seconds=seconds)
        released = _accepted(tx, record, result, stored)
    for key in (released, record.prepared_key):
        if key is not None:
            app.vault.remove_released(key)


def _completed(
    app: Application, document: DocumentRecord, record: HandoverRecord, signed: Path, level: Level
) -> SignedFile:
    """Write the received file with what it lacks to `signed`. Raises as `complete`, with the fault on record."""
    kept = app.register.derivation(document.id, STAGE, version=record.id, ecopy=record.ecopy_id)
    if kept is None or kept.object_key is None:
        raise ObjectMissing(key=f"signed file of hand-over {record.id}")
    with app.vault.local_path(kept.object_key) as path:
        try:
            returned = judged(app, document, record, path)
            with outside():
                result = _hand(app, record, returned).complete(path, signed, returned, level)
            _check(app, record, signed, result)
        except SERVICES_AWAY as fault:
            with app.register.transaction(actor=record.asked_by, purpose=record.purpose) as tx:
                tx.audit("wait_for_timestamp", record.subject, handover=record.id, code=fault.code)
                wait_for_services(tx, document, fault)
            raise
        except HandoverRefused as refused:
            refuse(app, record, refused)
            raise
        except SigningFault as bad:  # signing anew may help, waiting will not
            reason = HandoverInvalid(reason=bad.message(app.settings.language))
            refuse(app, record, reason)
            raise reason from bad
    return result


def _accepted(tx: Transaction, record: HandoverRecord, result: SignedFile, stored: StoredRef) -> str | None:
    """The hand-over has ended well; the key of the object that came back, of no more use."""
    move(tx, record, HandoverState.ACCEPTED)
    tx.audit("accept_signed", record.subject, handover=record.id, sha256=stored.sha256, signer=result.signer)
    return tx.release_object(record.document_id, STAGE, version=record.id, ecopy=record.ecopy_id)


def refuse(app: Application, record: HandoverRecord, reason: HandoverRefused) -> None:
    """End a hand-over with the reason why; the copy or capture waits for a signature again."""
    ecopy = app.register.ecopy(record.ecopy_id) if record.ecopy_id is not None else None
    with app.register.transaction(actor=record.asked_by, purpose=record.purpose) as tx:
        move(tx, record, HandoverState.REFUSED, error=(reason.code, reason.details))
        if ecopy is not None and ecopy.state is EcopyState.AWAITING_TIMESTAMP:
            tx.set_ecopy_state(ecopy, EcopyState.AWAITING_SIGNATURE)
        tx.audit("refuse_signed", record.subject, handover=record.id, code=reason.code)


def completing_hand(app: Application, returned: Returned) -> HandedOver:
    """The counter officer's hand for what is signed already and lacks its time-stamp: it needs no key."""
    hands = app.hands
    return HandedOver.to_complete(
        returned,
        trust=hands.trust,
        clock=app.clock,
        evidence=hands.evidence,
        tsa=hands.tsa,
        office=office_check(hands.clerk.person, app.register, app.clock, development=hands.development),
    )


def is_over(app: Application, record: HandoverRecord) -> bool:
    """Whether its time has passed."""
    return app.clock.now() >= datetime.fromisoformat(record.expires_at)


def _hand(app: Application, record: HandoverRecord, returned: Returned) -> HandedOver:
    if record.ecopy_id is None:
        return clerk_elsewhere(app) or completing_hand(app, returned)
    hand = hand_elsewhere(app)
    if hand is None:
        raise HandoverNotConfigured
    return hand


def _check(app: Application, record: HandoverRecord, signed: Path, result: SignedFile) -> None:
    check = check_capture if record.ecopy_id is None else check_signed
    try:
        check(app, signed, result.field_name, result.level)
    except SigningFault as fault:
        raise HandoverInvalid(reason=str(fault.details["reason"])) from fault
