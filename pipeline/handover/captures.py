"""Captures signed at the counter officer's own computer: one request for all of a dossier, a one-time link for each."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

from models.errors import CaptureNotAwaited, HandoverNotConfigured
from models.people import Person
from pipeline.application import Application
from pipeline.attempts import attempt, given
from pipeline.handover.completing import clerk_elsewhere
from pipeline.handover.opening import ACT, LIFETIME, HandedOut, opened
from pipeline.offices.acts import awaited_captures, capture_wait, check_signer
from pipeline.stages.base import purpose_of
from pipeline.stages.captured import DRAFT, VERSION, capture_lock, write_capture
from storage.records import DocumentRecord

MORE_FOR_EACH = timedelta(minutes=1)
"""The program signs one after another, and may ask for the PIN each time."""


def hand_out_captures(app: Application, what: str, person: Person, *, purpose: str) -> list[HandedOut]:
    """Open the way for the signatures on all awaited captures of a dossier, or of the scan that a document is in; earlier
    ways that nothing came back by are closed.

    Raises HandoverNotConfigured, CaptureNotAwaited, WrongRole, CaptureOfAnother.
    """
    with attempt(app, ACT, what, actor=person.id, purpose=given(purpose)), ExitStack() as held:
        hand = clerk_elsewhere(app)
        if hand is None:
            raise HandoverNotConfigured
        documents = awaited_captures(app, what)
        for document in documents:
            held.enter_context(app.locks.document(capture_lock(document.id), wait=True))
        documents = [one for one in documents if capture_wait(app, one) is not None]
        if not documents:
            raise CaptureNotAwaited(id=what)
        check_signer(app, documents, person)
        prepared = [(document, _prepared(app, document, person)) for document in documents]
        lifetime = LIFETIME + MORE_FOR_EACH * (len(documents) - 1)
        return [
            opened(app, document, None, key, hand.certificates, person, purpose=purpose, lifetime=lifetime)
            for document, key in prepared
        ]


def _prepared(app: Application, document: DocumentRecord, person: Person) -> str:
    """The key of the unsigned capture; made once, so that what was fetched before and what is fetched now are the same."""
    there = app.register.derivation(document.id, DRAFT)
    if there is not None and there.object_key is not None:
        return there.object_key
    with app.workspace() as folder:
        plain = folder / "capture.pdf"
        write_capture(app, document, plain)
        stored = app.vault.write("draft", plain)
    with app.register.transaction(actor=person.id, purpose=purpose_of(document)) as tx:
        tx.add_derivation(document.id, DRAFT, VERSION, {"sha256": stored.sha256}, seconds=0.0, stored=stored)
    return stored.key
