"""Sign: the agency's visible signature with its time-stamps, made by the văn thư's hand (ND118 Art. 19.2)."""

from __future__ import annotations

import time
from pathlib import Path

from models.errors import ObjectMissing, SigningFault, TimestampUnavailable
from models.signatures import SignRequest, Verdict
from models.states import EcopyState
from models.times import iso
from pdf.placement import page_placement
from pdf.stamp import place_stamp
from pipeline.application import Application
from pipeline.papers.recording import record_signed
from pipeline.stages.base import page_facts, purpose_of
from pipeline.stages.stamp import agency_stamp
from signing.names import field_name
from signing.verify import verify_pdf
from storage.records import DocumentRecord, EcopyRecord


class Sign:
    """composed → awaiting_timestamp. Without its time-stamp nothing counts as signed: the e-copy waits."""

    name = "sign"
    version = "1"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        ecopy = app.register.ecopy_of(document.id)
        if ecopy is None or ecopy.state is EcopyState.ISSUED:
            return False
        return app.register.derivation(document.id, self.name) is None

    def run(self, app: Application, document: DocumentRecord) -> None:
        started = time.perf_counter()
        hand = app.hands.seal
        ecopy = app.register.ecopy_of(document.id)
        draft = app.register.derivation(document.id, "compose")
        if ecopy is None or draft is None or draft.object_key is None:
            raise ObjectMissing(key=f"draft of {document.id}")
        ecopy = self._announce(app, document, ecopy)
        with app.workspace() as folder, app.vault.local_path(draft.object_key) as plain:
            signed = folder / "signed.pdf"
            try:
                request = self._request(app, document, ecopy)
                result = hand.signer.sign(plain, signed, request)
            except TimestampUnavailable:
                with app.register.transaction(actor=hand.person.id, purpose=purpose_of(document)) as tx:
                    tx.set_ecopy_state(ecopy, EcopyState.AWAITING_TIMESTAMP)
                    tx.audit("wait_for_timestamp", ecopy.id)
                raise
            self._check(app, signed, request)
            stored = app.vault.write("ecopy", signed)
        with app.register.transaction(actor=hand.person.id, purpose=purpose_of(document)) as tx:
            tx.add_derivation(
                document.id,
                self.name,
                self.version,
                {
                    "level": result.level.value,
                    "signer": result.signer,
                    "sha256": stored.sha256,
                    "size": stored.size,
                },
                seconds=time.perf_counter() - started,
                stored=stored,
            )
            tx.set_ecopy_state(ecopy, EcopyState.AWAITING_TIMESTAMP)
            record_signed(tx, app, document, ecopy, result)

    def _check(self, app: Application, signed: Path, request: SignRequest) -> None:
        """Judge our own file as strictly as a stranger's before it counts. Raises SigningFault."""
        report = verify_pdf(signed, app.hands.trust)
        reached = [s.level for s in report.signatures if s.field_name == request.field_name]
        if report.verdict is not Verdict.VALID or reached != [request.level]:
            reasons = ", ".join(reason.value for reason in report.reasons) or f"level {reached}"
            raise SigningFault(reason=f"the signed file does not verify: {reasons}")

    def _announce(self, app: Application, document: DocumentRecord, ecopy: EcopyRecord) -> EcopyRecord:
        """The e-copy is visibly under the seal holder's hand, also when the attempt is cut off."""
        if ecopy.state is EcopyState.AWAITING_SIGNATURE:
            return ecopy
        with app.register.transaction(actor=app.hands.seal.person.id, purpose=purpose_of(document)) as tx:
            return tx.set_ecopy_state(ecopy, EcopyState.AWAITING_SIGNATURE)

    def _request(self, app: Application, document: DocumentRecord, ecopy: EcopyRecord) -> SignRequest:
        rules = app.rules_of(document.rule_set)
        now = app.clock.now()
        stamp = agency_stamp(app.hands.agency, ecopy.copy_form, now, rules)
        first = page_facts(app, document)[0][0]
        place = page_placement(first.picture)
        box = place_stamp(place, stamp, first.stamp_area)
        return SignRequest(
            field_name=field_name(app.hands.seal.person.role),
            level=rules.ecopy.level.value,
            reason=rules.stamp.form_names.value[ecopy.copy_form],
            location=app.hands.agency.name,
            box=box,
            appearance_pdf=stamp.pdf,
            signed_at=iso(now),
        )
