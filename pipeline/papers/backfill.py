"""Documents of an earlier release get the facts this one keeps: from their derivations, and the signatures from their files.

Each document in a transaction of its own, struck off the list with it: cut off anywhere, the next call goes on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models.ecopy import TransferNote
from models.errors import EcopyError
from models.extraction import Extraction
from models.people import Role
from models.signatures import Level
from models.states import DocumentState
from pipeline.application import Application
from pipeline.papers.recording import FIRST_REVISION, note_original, write_facts
from pipeline.papers.same_paper import prints_of
from pipeline.stages.base import ACTOR
from pipeline.stages.read import page_texts
from storage.papers import facts
from storage.papers.same_paper import keep_prints
from storage.people.parties import note_certificate
from storage.records import DocumentRecord
from storage.register import Transaction
from storage.schema import unrecorded
from storage.search import index_document

if TYPE_CHECKING:
    from signing.judging.made import Maker

PURPOSE = "maintenance:upgrade"
AT_OPENING = 50
"""Documents that an opening of the application takes on; `ecopy init` does all of them."""

log = logging.getLogger("ecopy.backfill")


@dataclass(frozen=True)
class Gathered:
    """How far it went."""

    done: int
    left: int
    """Still on the list, those that could not be done among them."""


@dataclass(frozen=True)
class _Made:
    """A signature as the register of before knew it, with what its file says."""

    role: Role
    maker: Maker
    level: Level
    signed_at: str
    field_name: str
    ecopy_id: str | None = None


def pending(app: Application) -> int:
    """How many documents wait for their facts."""
    with app.register.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(unrecorded)) or 0


def gather_facts(app: Application, limit: int | None = None) -> Gathered:
    """Give up to `limit` documents their facts, oldest first. One that can't be done is logged and stays listed."""
    with app.register.reading() as connection:
        waiting = facts.unrecorded_documents(connection, limit)
    done = 0
    for document_id in waiting:
        try:
            done += _gathered(app, app.register.document(document_id))
        except EcopyError as reason:
            log.warning("facts of document %s: %s", document_id, reason)
    return Gathered(done=done, left=pending(app) if waiting else 0)


def _gathered(app: Application, document: DocumentRecord) -> bool:
    confirmed = app.register.derivation(document.id, "confirm")
    made = _signatures(app, document)
    texts = page_texts(app, document) if confirmed is not None else []
    prints = prints_of(app, document) if confirmed is not None else []
    certificates = _of_original(app, document) if confirmed is not None else None
    with app.register.transaction(actor=ACTOR, purpose=PURPOSE) as tx:
        mine = unrecorded.delete().where(unrecorded.c.document_id == document.id)
        if not tx.connection.execute(mine).rowcount:
            return False  # another process did it meanwhile
        known = {one.field_name for one in facts.signatures_of(tx.connection, document.id)}
        for one in made:
            if one.field_name not in known:
                _keep_signature(tx, document, one)
        if confirmed is not None and document.state is DocumentState.APPROVED:
            if facts.document_facts(tx.connection, document.id).document_type is None:
                write_facts(
                    tx,
                    document.id,
                    Extraction.model_validate(confirmed.facts),
                    by=_confirmer(app, document),
                    at=document.confirmed_at or tx.at,
                )
                keep_prints(tx, document.id, prints)
            note_original(tx, app, document, certificates)
            index_document(tx, document.id, texts)
        ecopy = app.register.ecopy_of(document.id)
        composed = (
            app.register.derivation(document.id, "compose", ecopy=ecopy.id) if ecopy is not None else None
        )
        if composed is not None and ecopy is not None and app.register.latest_revision(ecopy.id) is not None:
            facts.add_transfer_note(tx, TransferNote.model_validate(composed.facts["note"]))
        tx.audit("gather_facts", document.id, signatures=len(made))
    return True


def _of_original(app: Application, document: DocumentRecord) -> dict[str, dict[str, Any]] | None:
    """The certificates on an original whose review did not note them."""
    review = app.register.derivation(document.id, "review")
    if review is None or "signed_original" not in review.facts["flags"] or "certificates" in review.facts:
        return None
    from pipeline.stages.review import judged_signatures

    key = app.register.source(document.source_id).object_key
    certificates: dict[str, dict[str, Any]] = judged_signatures(app, key)["certificates"]
    return certificates


def _confirmer(app: Application, document: DocumentRecord) -> str:
    """Who confirmed the document, as the audit trail has it."""
    acts = (entry for entry in app.register.audit_of(document.id) if entry.action == "confirm")
    return next((entry.actor for entry in acts), document.confirmed_by or ACTOR)


def _signatures(app: Application, document: DocumentRecord) -> list[_Made]:
    """The signatures on the capture and on the first revision of the e-copy."""
    made = []
    capture = app.register.capture(document.id)
    if capture is not None:
        for name, maker in _makers(app, capture.object_key).items():
            made.append(_Made(Role.CLERK, maker, capture.level, capture.signed_at, name))
    ecopy = app.register.ecopy_of(document.id)
    revision = app.register.latest_revision(ecopy.id) if ecopy else None
    if ecopy is not None and revision is not None:
        for name, maker in _makers(app, revision.object_key).items():
            made.append(_Made(Role.SEAL_HOLDER, maker, revision.level, revision.signed_at, name, ecopy.id))
    return made


def _makers(app: Application, key: str) -> dict[str, Maker]:
    from signing.judging.made import makers_of

    with app.vault.local_path(key) as path:
        return makers_of(path)


def _keep_signature(tx: Transaction, document: DocumentRecord, one: _Made) -> None:
    note_certificate(tx, one.maker.certificate, None, used_at=one.signed_at)
    facts.add_signature(
        tx,
        document.id,
        field_name=one.field_name,
        role=one.role,
        signer=one.maker.common_name,
        certificate=one.maker.certificate.sha256,
        level=one.level,
        signed_at=one.signed_at,
        ecopy_id=one.ecopy_id,
        revision=FIRST_REVISION if one.ecopy_id else None,
    )
