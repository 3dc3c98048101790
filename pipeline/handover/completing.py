"""What came back and is right gets what it lacks, is judged as strictly as a stranger's file, and is the signed e-copy."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from models.errors import (
    EcopyError,
    HandoverInvalid,
    HandoverRefused,
    ObjectMissing,
    SigningFault,
)
from models.states import EcopyState, HandoverState
from pipeline.application import Application
from pipeline.places import outside
from pipeline.stages.signed import check_signed, put_signed_on_record
from pipeline.waiting import SERVICES_AWAY, wait_for_services
from signing.handover.accept import Returned, Wanted, judge_returned
from signing.handover.hand import HandedOver
from storage.papers.handovers import HandoverRecord, handovers_of, move
from storage.records import DocumentRecord, EcopyRecord

STAGE = "handover"


def hand_elsewhere(app: Application) -> HandedOver | None:
    """The agency's hand where its token is at the officer's computer; None where the key signs here."""
    signer = app.hands.seal.signer
    return signer if isinstance(signer, HandedOver) else None


def received(app: Application, document: DocumentRecord) -> HandoverRecord | None:
    """The hand-over whose signed file is here and waits for its time-stamps."""
    with app.register.reading() as connection:
        found = handovers_of(connection, document.id, (HandoverState.RECEIVED,))
    return found[0] if found else None


def wanted(app: Application, document: DocumentRecord, record: HandoverRecord) -> Wanted:
    hand = hand_elsewhere(app)
    return Wanted(
        size=record.prepared_size,
        sha256=record.prepared_sha256,
        certificates=record.certificates,
        margin_mm=app.rules_of(document.rule_set).stamp.margin_mm.value,
        above=() if hand is None else tuple(one.dump() for one in hand.credential.chain),
    )


def judged(app: Application, document: DocumentRecord, record: HandoverRecord, path: Any) -> Returned:
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
    hand = hand_elsewhere(app)
    kept = app.register.derivation(document.id, STAGE, version=record.id)
    if hand is None or kept is None or kept.object_key is None:
        raise ObjectMissing(key=f"signed file of hand-over {record.id}")
    level = app.rules_of(document.rule_set).ecopy.level.value
    with app.workspace() as folder, app.vault.local_path(kept.object_key) as path:
        signed = folder / "signed.pdf"
        try:
            returned = judged(app, document, record, path)
            with outside():
                result = hand.complete(path, signed, returned, level)
            _check(app, signed, result.field_name, result.level)
        except SERVICES_AWAY as fault:
            with app.register.transaction(actor=record.asked_by, purpose=record.purpose) as tx:
                tx.audit("wait_for_timestamp", ecopy.id, handover=record.id, code=fault.code)
                wait_for_services(tx, document, fault)
            raise
        except HandoverRefused as refused:
            refuse(app, document, record, refused)
            raise
        except SigningFault as bad:  # signing anew may help, waiting will not
            reason = HandoverInvalid(reason=bad.message(app.settings.language))
            refuse(app, document, record, reason)
            raise reason from bad
        stored = app.vault.write("ecopy", signed)
    with app.register.transaction(actor=record.asked_by, purpose=record.purpose) as tx:
        put_signed_on_record(tx, app, document, ecopy, result, stored, seconds=time.perf_counter() - started)
        move(tx, record, HandoverState.ACCEPTED)
        released = tx.release_object(document.id, STAGE, version=record.id)
        tx.audit("accept_signed", ecopy.id, handover=record.id, sha256=stored.sha256, signer=result.signer)
    if released is not None:  # every byte of it is in the e-copy
        app.vault.remove_released(released)


def refuse(
    app: Application, document: DocumentRecord, record: HandoverRecord, reason: HandoverRefused
) -> None:
    """End a hand-over with the reason why; the copy waits for a signature again."""
    ecopy = app.register.ecopy_of(document.id)
    with app.register.transaction(actor=record.asked_by, purpose=record.purpose) as tx:
        move(tx, record, HandoverState.REFUSED, error=(reason.code, reason.details))
        if ecopy is not None and ecopy.state is EcopyState.AWAITING_TIMESTAMP:
            tx.set_ecopy_state(ecopy, EcopyState.AWAITING_SIGNATURE)
        tx.audit("refuse_signed", record.ecopy_id, handover=record.id, code=reason.code)


def is_over(app: Application, record: HandoverRecord) -> bool:
    """Whether its time has passed."""
    return app.clock.now() >= datetime.fromisoformat(record.expires_at)


def _check(app: Application, signed: Any, field_name: str, level: Any) -> None:
    try:
        check_signed(app, signed, field_name, level)
    except SigningFault as fault:
        raise HandoverInvalid(reason=str(fault.details["reason"])) from fault
