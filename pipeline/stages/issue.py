"""Issue: the signed and verified file becomes the first revision of the e-copy, and from now on it counts."""

from __future__ import annotations

import time

from models.errors import ObjectMissing
from models.events import EventType
from models.signatures import Level
from models.states import EcopyState
from pipeline.application import Application
from pipeline.keeping.proofs import proof_of
from pipeline.papers.recording import FIRST_REVISION, record_issued
from pipeline.stages.base import purpose_of
from pipeline.stages.sign import Sign
from storage.keeping.renewal import note_proof
from storage.records import DocumentRecord, StoredRef


class Issue:
    """awaiting_timestamp → issued."""

    name = "issue"
    version = "1"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        ecopy = app.register.ecopy_of(document.id)
        return (
            ecopy is not None
            and ecopy.state is EcopyState.AWAITING_TIMESTAMP
            and app.register.derivation(document.id, Sign.name) is not None
        )

    def run(self, app: Application, document: DocumentRecord) -> None:
        started = time.perf_counter()
        ecopy = app.register.ecopy_of(document.id)
        signed = app.register.derivation(document.id, Sign.name)
        if ecopy is None or signed is None or signed.object_key is None:
            raise ObjectMissing(key=f"signed e-copy of {document.id}")
        facts = signed.facts
        ref = StoredRef(key=signed.object_key, size=facts["size"], sha256=facts["sha256"])
        ends = proof_of(app, ref.key)
        with app.register.transaction(actor=app.hands.seal.person.id, purpose=purpose_of(document)) as tx:
            tx.add_revision(
                ecopy.id, FIRST_REVISION, ref, level=Level(facts["level"]), signed_by=facts["signer"]
            )
            note_proof(tx, ref.key, ends)
            record_issued(tx, app, document, tx.set_ecopy_state(ecopy, EcopyState.ISSUED))
            tx.add_derivation(
                document.id,
                self.name,
                self.version,
                {"ecopy": ecopy.id, "sha256": ref.sha256},
                seconds=time.perf_counter() - started,
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
            draft = tx.release_object(document.id, "compose")
        if draft is not None:
            app.vault.remove_released(draft)
