"""Sign: the agency's visible signature with its time-stamps, made by the văn thư's hand (ND118 Art. 19.2)."""

from __future__ import annotations

import time

from models.ecopy import CopyForm
from models.errors import ObjectMissing
from models.signatures import Level, SignatureBox, SignRequest
from models.states import EcopyState
from models.times import iso
from pdf.excerpt import EXCERPT_SHEET
from pdf.placement import page_placement
from pdf.stamp import StampDrawing, place_stamp
from pipeline.application import Application
from pipeline.handover.completing import complete, hand_elsewhere, received
from pipeline.keeping.records import by_record
from pipeline.offices.sealing import announce, sealer_of
from pipeline.places import outside
from pipeline.stages.base import page_facts, purpose_of
from pipeline.stages.signed import STAGE, VERSION, check_signed, put_signed_on_record
from pipeline.stages.stamp import stamp_of
from pipeline.waiting import SERVICES_AWAY, wait_for_services
from signing.names import field_name
from storage.records import DocumentRecord, EcopyRecord


class Sign:
    """composed → awaiting_timestamp. Without its time-stamp nothing counts as signed: the e-copy waits.

    It waits in the same state where nobody says whether the agency's certificate was revoked, and the worker tries again; and
    where one time-stamp is to prove many of an archive's e-copies (`pipeline.keeping.batches`).
    """

    name, version = STAGE, VERSION

    def due(self, app: Application, document: DocumentRecord) -> bool:
        ecopy = app.register.ecopy_in_making(document.id)
        if ecopy is None or app.register.derivation(document.id, self.name, ecopy=ecopy.id) is not None:
            return False
        if hand_elsewhere(app) is None:
            return True
        # signed at the officer's own computer: once announced it waits for what comes back
        return ecopy.state is EcopyState.COMPOSED or received(app, document) is not None

    def run(self, app: Application, document: DocumentRecord) -> None:
        started = time.perf_counter()
        hand = app.hands.seal
        ecopy = app.register.ecopy_in_making(document.id)
        draft = app.register.derivation(document.id, "compose", ecopy=ecopy.id) if ecopy is not None else None
        if ecopy is None or draft is None or draft.object_key is None:
            raise ObjectMissing(key=f"draft of {document.id}")
        if hand_elsewhere(app) is not None:
            back = received(app, document)
            if back is None:
                announce(app, document, ecopy)
            else:
                complete(app, document, ecopy, back)
            return
        ecopy = announce(app, document, ecopy)
        sealer = sealer_of(app, document, ecopy)
        if sealer is None:  # it waits for somebody to let the key sign (`pipeline.offices.sealing`)
            return
        with app.workspace() as folder, app.vault.local_path(draft.object_key) as plain:
            signed = folder / "signed.pdf"
            request = self._request(app, document, ecopy)
            try:
                with outside():
                    result = hand.signer.sign(plain, signed, request)
            except SERVICES_AWAY as fault:
                with app.register.transaction(actor=sealer, purpose=purpose_of(document)) as tx:
                    if ecopy.state is not EcopyState.AWAITING_TIMESTAMP:
                        tx.set_ecopy_state(ecopy, EcopyState.AWAITING_TIMESTAMP)
                        tx.audit(
                            "wait_for_timestamp", ecopy.id, code=fault.code
                        )  # once, however often it is tried
                    wait_for_services(tx, document, fault)
                raise
            check_signed(app, signed, request.field_name, request.level, by_record=request.by_record)
            stored = app.vault.write("ecopy", signed)
        with app.register.transaction(actor=sealer, purpose=purpose_of(document)) as tx:
            seconds = time.perf_counter() - started
            put_signed_on_record(
                tx, app, document, ecopy, result, stored, seconds=seconds, by_record=request.by_record
            )

    def _request(self, app: Application, document: DocumentRecord, ecopy: EcopyRecord) -> SignRequest:
        rules = app.rules_of(document.rule_set)
        now = app.clock.now()
        stamp = stamp_of(app, document, ecopy.copy_form, now, rules)
        box = self._place(app, document, ecopy, stamp)
        recorded = by_record(app, document, ecopy)
        return SignRequest(
            field_name=field_name(app.hands.seal.person.role),
            level=Level.B_B if recorded else rules.ecopy.level.value,
            reason=rules.stamp.form_names.value[ecopy.copy_form],
            location=app.hands.agency.name,
            box=box,
            appearance_pdf=stamp.pdf,
            durable=False,
            by_record=recorded,
            signed_at=iso(now),
        )

    def _place(
        self, app: Application, document: DocumentRecord, ecopy: EcopyRecord, stamp: StampDrawing
    ) -> SignatureBox:
        """On the first page: where the scan has no ink; in the margin of a page that was laid out anew."""
        if ecopy.copy_form is CopyForm.TRICH_SAO:
            return place_stamp(EXCERPT_SHEET, stamp)
        first = page_facts(app, document)[0][0]
        return place_stamp(page_placement(first.picture), stamp, first.stamp_area)
