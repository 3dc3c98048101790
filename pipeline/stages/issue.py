"""Issue: the signed and verified file becomes the first revision of the e-copy, and from now on it counts."""

from __future__ import annotations

import time

from models.errors import ObjectMissing
from models.events import EventType
from models.signatures import Level
from models.states import EcopyState
from pipeline.application import Application
from pipeline.keeping.proofs import proof_of
from pipeline.keeping.records import has_record
from pipeline.papers.recording import FIRST_REVISION, record_issued
from pipeline.quality.holding import lot_wait
from pipeline.stages.base import purpose_of
from pipeline.stages.sign import Sign
from storage.keeping.renewal import note_proof
from storage.records import Derivation, DocumentRecord, EcopyRecord, StoredRef


class Issue:
    """awaiting_timestamp → issued."""

    name = "issue"
    version = "1"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        return _ready(app, document) is not None

    def run(self, app: Application, document: DocumentRecord) -> None:
        started = time.perf_counter()
        ready = _ready(app, document)
        if ready is None or ready[1].object_key is None:
            raise ObjectMissing(key=f"signed e-copy of {document.id}")
        ecopy, signed = ready
        facts = signed.facts
        ref = StoredRef(key=str(signed.object_key), size=facts["size"], sha256=facts["sha256"])
        ends = None if facts.get("by_record") else proof_of(app, ref.key)
        with app.register.transaction(actor=app.hands.seal.person.id, purpose=purpose_of(document)) as tx:
            tx.add_revision(
                ecopy.id, FIRST_REVISION, ref, level=Level(facts["level"]), signed_by=facts["signer"]
            )
            if ends is not None:
                note_proof(tx, ref.key, ends)
            record_issued(tx, app, document, tx.set_ecopy_state(ecopy, EcopyState.ISSUED))
            tx.add_derivation(
                document.id,
                self.name,
                self.version,
                {"ecopy": ecopy.id, "sha256": ref.sha256},
                seconds=time.perf_counter() - started,
                ecopy=ecopy.id,
            )
            tx.audit("issue", ecopy.id, document=document.id, sha256=ref.sha256)
            tx.announce(
                EventType.ECOPY_ISSUED,
                ecopy.id,
                document=document.id,
                ecopy=ecopy.id,
                revision=FIRST_REVISION,
                sha256=ref.sha256,
            )
            draft = tx.release_object(document.id, "compose", ecopy=ecopy.id)
        if draft is not None:
            app.vault.remove_released(draft)


def _ready(app: Application, document: DocumentRecord) -> tuple[EcopyRecord, Derivation] | None:
    """The oldest e-copy that may be issued now, and what was signed of it; none of a lot that is not accepted."""
    if lot_wait(app, document) is not None:
        return None
    for ecopy in app.register.signed_ecopies(document.id):
        signed = app.register.derivation(document.id, Sign.name, ecopy=ecopy.id)
        if signed is None or ecopy.state is not EcopyState.AWAITING_TIMESTAMP:
            continue
        # the record of its batch is the time-stamp of such a file: not before
        if not signed.facts.get("by_record") or has_record(app, ecopy):
            return ecopy, signed
    return None
