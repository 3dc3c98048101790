"""Capture: the untouched scan as PDF/A-2b with the counter officer's personal signature (ND118 Art. 17.1.c)."""

from __future__ import annotations

import time

from pipeline.application import Application
from pipeline.handover.completing import complete_capture, received
from pipeline.offices.acts import awaits_act, complete_act, lacks_stamp, signed_by_act
from pipeline.places import outside
from pipeline.stages.base import purpose_of
from pipeline.stages.captured import (
    STAGE,
    VERSION,
    capture_lock,
    capture_request,
    put_capture_on_record,
    wants_capture,
    write_capture,
)
from pipeline.waiting import SERVICES_AWAY, wait_for_services
from storage.records import DocumentRecord


class Capture:
    """Made at intake, before the dossier moves on, as soon as it is known which pages make the document.

    That is before anything is read, unless a scan of several pages has to be read to be split; it never waits
    for review. Where the officer's own act is needed (`pipeline.offices.acts`), reading goes on and the capture is made
    whenever they have acted; no e-copy is composed before.
    """

    name, version = STAGE, VERSION

    def due(self, app: Application, document: DocumentRecord) -> bool:
        return wants_capture(app, document) and (not awaits_act(app) or lacks_stamp(app, document))

    def run(self, app: Application, document: DocumentRecord) -> None:
        with app.locks.document(capture_lock(document.id), wait=True):
            if not self.due(app, document):  # somebody else made it meanwhile
                return
            returned = received(app, document, capture=True)
            if returned is not None:
                complete_capture(app, document, returned)
            elif (kept := signed_by_act(app, document)) is not None:
                complete_act(app, document, kept)
            else:
                self._sign(app, document)

    def _sign(self, app: Application, document: DocumentRecord) -> None:
        started = time.perf_counter()
        hand = app.hands.clerk
        with app.workspace() as folder:
            plain, signed = folder / "capture.pdf", folder / "capture-signed.pdf"
            write_capture(app, document, plain)
            try:
                with outside():
                    result = hand.signer.sign(plain, signed, capture_request(app, document))
            except SERVICES_AWAY as fault:
                with app.register.transaction(actor=hand.person.id, purpose=purpose_of(document)) as tx:
                    wait_for_services(tx, document, fault)
                raise
            stored = app.vault.write("capture", signed)
        with app.register.transaction(actor=hand.person.id, purpose=purpose_of(document)) as tx:
            seconds = time.perf_counter() - started
            put_capture_on_record(tx, app, document, result, stored, by=hand.person.id, seconds=seconds)
