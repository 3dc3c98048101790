"""One act of the counter officer for all captures of a dossier: a confirmation on the phone, a PIN, a one-time password.

What was signed by an act is kept at once and gets its time-stamp as soon as there is one: an authority that is away must
not cost the officer a second act. Until then it is no capture.
"""

from __future__ import annotations

import contextvars
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from models.errors import (
    CaptureAwaited,
    CaptureNotAwaited,
    CaptureOfAnother,
    EcopyError,
    ObjectMissing,
    SigningFault,
)
from models.ids import is_id, new_id
from models.people import Person
from models.signatures import SignedFile
from pipeline.application import Application
from pipeline.attempts import attempt, failed, given, operator
from pipeline.authority import check_role
from pipeline.handover.completing import clerk_elsewhere, completing_hand, received
from pipeline.places import outside
from pipeline.stages.base import purpose_of
from pipeline.stages.captured import (
    capture_lock,
    capture_request,
    check_capture,
    put_capture_on_record,
    wants_capture,
    write_capture,
)
from pipeline.waiting import SERVICES_AWAY, wait_for_services
from signing.handover.hand import returned_from
from storage.cases.casework import documents_of_dossier
from storage.keeping.disposal import why_withheld
from storage.papers.capturing import without_capture
from storage.people.parties import note_person
from storage.records import Derivation, DocumentRecord

STAGE = "act"
"""The derivation of a capture that an act signed and that has no time-stamp yet."""
ACT = "sign_captures"


@dataclass(frozen=True)
class Signed:
    """What an act made of one awaited capture."""

    document: str
    state: Literal["signed", "awaiting_timestamp", "awaited"]
    error: EcopyError | None = None


def awaits_act(app: Application) -> bool:
    """Whether captures wait for the officer's own act, at the service of their key or at their computer."""
    return app.hands.clerk.by_act or clerk_elsewhere(app) is not None


def signed_by_act(app: Application, document: DocumentRecord) -> Derivation | None:
    """A document's capture as an act signed it, without its time-stamp."""
    found = app.register.derivation(document.id, STAGE)
    return found if found is not None and found.object_key is not None else None


def lacks_stamp(app: Application, document: DocumentRecord) -> bool:
    """Whether the officer has signed a capture that is not there, by an act or at their own computer."""
    return signed_by_act(app, document) is not None or received(app, document, capture=True) is not None


def capture_wait(app: Application, document: DocumentRecord) -> EcopyError | None:
    """Why a document has no capture: it waits for the officer's act. None where it has one, needs none, or waits for a
    time-stamp only."""
    if not awaits_act(app) or not wants_capture(app, document) or lacks_stamp(app, document):
        return None
    return CaptureAwaited(id=document.id)


def awaited_captures(app: Application, what: str) -> list[DocumentRecord]:
    """The documents of a dossier, or of the scan that a document (or its e-copy) is in, whose capture waits for an act."""
    with app.register.reading() as connection:
        ids = documents_of_dossier(connection, what) if not is_id(what) else None
    if ids is None:
        found = app.register.documents_of(app.register.find_document(what).source_id)
    else:
        found = [app.register.document(one) for one in ids]
    return sorted((one for one in found if _may_be_signed(app, one)), key=lambda document: document.id)


def _may_be_signed(app: Application, document: DocumentRecord) -> bool:
    """Whether its capture waits for an act, and nothing is against working on it."""
    if capture_wait(app, document) is None:
        return False
    with app.register.reading() as connection:
        return why_withheld(connection, document.id) is None


def all_awaited(app: Application, *, purpose: str, most: int | None = None) -> list[DocumentRecord]:
    """Every document whose capture waits for an act, or the oldest `most`, the oldest first; the look is on record."""
    with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
        tx.audit("look", "awaiting_capture")
        ids = list(without_capture(tx.connection)) if awaits_act(app) else []
    found = (app.register.document(one) for one in ids)
    return list(islice((one for one in found if _may_be_signed(app, one)), most))


def awaited_cases(app: Application, *, purpose: str, most: int = 1000) -> list[list[DocumentRecord]]:
    """Of the oldest `most` documents whose capture waits: those that one act signs together, by dossier or scan. On record."""
    together: dict[str, list[DocumentRecord]] = {}
    for one in all_awaited(app, purpose=purpose, most=most):
        together.setdefault(one.dossier_code or one.source_id, []).append(one)
    return list(together.values())


def check_signer(app: Application, documents: Sequence[DocumentRecord], person: Person) -> None:
    """Raises WrongRole, or CaptureOfAnother where the key is another officer's."""
    for document in documents:
        check_role(person, (app.rules_of(document.rule_set).capture.signer_role.value,), ACT)
    holder = app.hands.clerk.person
    if (person.id, person.agency.identifier) != (holder.id, holder.agency.identifier):
        raise CaptureOfAnother(holder=holder.id, person=person.id)


def sign_captures(app: Application, what: str, person: Person, *, purpose: str) -> list[Signed]:
    """Sign all awaited captures of a dossier or scan by one act of `person`; each is there whole or awaited as before.

    Raises CaptureNotAwaited where there are none, WrongRole, CaptureOfAnother, HandoverAwaited where the key is at the
    officer's computer.
    """
    with attempt(app, ACT, what, actor=person.id, purpose=given(purpose)), ExitStack() as held:
        documents = awaited_captures(app, what)
        for document in documents:  # by their ids, so that of two acts one waits for the other
            held.enter_context(app.locks.document(capture_lock(document.id), wait=True))
        documents = [one for one in documents if capture_wait(app, one) is not None]
        if not documents:
            raise CaptureNotAwaited(id=what)
        check_signer(app, documents, person)
        told = _act(app, documents, person, purpose)
        done = {one.document: one for one in told}
        with ThreadPoolExecutor(max_workers=app.settings.tsa_parallel) as pool:
            waiting = [one for one in documents if done[one.id].error is None]
            made = [
                pool.submit(contextvars.copy_context().run, _stamped, app, document) for document in waiting
            ]
            done |= {one.document: one for one in (future.result() for future in made)}
        _wait_again(app, documents, done)
        return [done[document.id] for document in documents]


def _act(app: Application, documents: list[DocumentRecord], person: Person, purpose: str) -> list[Signed]:
    """The act itself; what it signed is kept."""
    told = []
    with app.workspace() as folder:
        jobs, of_jobs = [], []
        for document in documents:
            plain = folder / f"{document.id}.pdf"
            try:
                write_capture(app, document, plain)
            except EcopyError as fault:
                told.append(Signed(document.id, "awaited", fault))
                continue
            jobs.append((plain, folder / f"{document.id}-signed.pdf", capture_request(app, document)))
            of_jobs.append(document)
        with outside():
            results = app.hands.clerk.signer.sign_together(jobs)
        for document, (_, path, _), result in zip(of_jobs, jobs, results, strict=True):
            if isinstance(result, SignedFile):
                stored = app.vault.write(STAGE, path)
                facts = {"by": person.id, "name": person.name, "field": result.field_name}
                with app.register.transaction(actor=person.id, purpose=purpose) as tx:
                    note_person(tx, person)
                    tx.add_derivation(document.id, STAGE, new_id(), facts, seconds=0.0, stored=stored)
                    tx.audit(ACT, document.id, sha256=stored.sha256, together=len(jobs))
                told.append(Signed(document.id, "awaiting_timestamp"))
            else:
                failed(app, ACT, document.id, result, actor=person.id, purpose=purpose)
                told.append(Signed(document.id, "awaited", result))
    return told


def _stamped(app: Application, document: DocumentRecord) -> Signed:
    kept = signed_by_act(app, document)
    if kept is None:
        raise ObjectMissing(key=f"signed capture of {document.id}")
    try:
        complete_act(app, document, kept)
    except SERVICES_AWAY as fault:
        return Signed(document.id, "awaiting_timestamp", fault)
    except EcopyError as fault:
        kept = signed_by_act(app, document)
        return Signed(document.id, "awaited" if kept is None else "awaiting_timestamp", fault)
    return Signed(document.id, "signed")


def _wait_again(app: Application, documents: list[DocumentRecord], done: dict[str, Signed]) -> None:
    """One that got its time-stamp ends the wait of its scan: those that got none go on waiting."""
    for document in documents:
        fault = done[document.id].error
        if isinstance(fault, SERVICES_AWAY) and done[document.id].state == "awaiting_timestamp":
            with app.register.transaction(actor=operator(), purpose=purpose_of(document)) as tx:
                wait_for_services(tx, document, fault)


def complete_act(app: Application, document: DocumentRecord, kept: Derivation) -> None:
    """Make the capture out of what an act signed. The caller holds the capture's lock.

    Raises what services that are away raise: it is tried again then. Raises a SigningFault where the signature is worth
    nothing any more: the capture then waits for another act.
    """
    started = time.perf_counter()
    by, level = str(kept.facts["by"]), app.rules_of(document.rule_set).capture.level.value
    assert kept.object_key is not None
    with app.workspace() as folder, app.vault.local_path(kept.object_key) as path:
        signed = folder / "signed.pdf"
        try:
            returned = returned_from(path, str(kept.facts["field"]))
            with outside():
                result = completing_hand(app, returned).complete(path, signed, returned, level)
            check_capture(app, signed, result.field_name, result.level)
        except SERVICES_AWAY as fault:
            with app.register.transaction(actor=by, purpose=purpose_of(document)) as tx:
                wait_for_services(tx, document, fault)
            raise
        except SigningFault as bad:
            with app.register.transaction(actor=by, purpose=purpose_of(document)) as tx:
                released = tx.release_object(document.id, STAGE, version=kept.version)
                tx.audit("refuse_signed", document.id, code=bad.code)
            if released is not None:
                app.vault.remove_released(released)
            raise
        stored = app.vault.write("capture", signed)
    with app.register.transaction(actor=by, purpose=purpose_of(document)) as tx:
        seconds = time.perf_counter() - started
        put_capture_on_record(tx, app, document, result, stored, by=by, seconds=seconds)
        released = tx.release_object(document.id, STAGE, version=kept.version)
    if released is not None:  # every byte of it is in the capture
        app.vault.remove_released(released)
