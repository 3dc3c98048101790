"""Capture: the untouched scan as PDF/A-2b with the counter officer's personal signature (ND118 Art. 17.1.c)."""

from __future__ import annotations

import time

from models.page_ranges import written
from models.pages import PdfNature
from models.signatures import SignRequest
from models.states import DocumentState
from models.times import iso
from pdf.writer import DocumentMetadata, write_pdfa
from pipeline.application import Application
from pipeline.papers.recording import record_captured
from pipeline.places import outside
from pipeline.stages.base import ACTOR, purpose_of, source_facts
from pipeline.stages.pictures import page_inputs
from pipeline.version import software
from pipeline.waiting import SERVICES_AWAY, services_are_back, wait_for_services
from signing.names import field_name
from storage.records import DocumentRecord, SourceRecord


class Capture:
    """Made at intake, before the dossier moves on, as soon as it is known which pages make the document.

    That is before anything is read, unless a scan of several pages has to be read to be split; it never waits
    for review.
    """

    name = "capture"
    version = "1"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        if document.state not in (DocumentState.TRIAGED, DocumentState.READ) or document.pages is None:
            return False
        if app.register.capture(document.id) is not None:
            return False
        source = app.register.source(document.source_id)
        # A capture pictures paper, and says "I scanned this": an archive lot needs none, an electronic file is no
        # paper, and of what was digitised elsewhere nobody here can say so.
        return source.intake == "counter" and source_facts(source).pdf_nature in (None, PdfNature.SCANNED)

    def run(self, app: Application, document: DocumentRecord) -> None:
        started = time.perf_counter()
        source = app.register.source(document.source_id)
        rules = app.rules_of(document.rule_set).capture
        hand = app.hands.clerk
        now = app.clock.now()
        with app.workspace() as folder, page_inputs(app, document) as inputs:
            plain, signed = folder / "capture.pdf", folder / "capture-signed.pdf"
            write_pdfa(
                plain,
                inputs,
                metadata=DocumentMetadata(
                    title=f"Bản sao chụp {document.id}",
                    description=_origin(source, document),
                    author=hand.person.name,
                    created_at=iso(now),
                    creator_tool=software(),
                    producer=software(),
                ),
                conformance=rules.pdfa.value,
            )
            request = SignRequest(
                field_name=field_name(hand.person.role), level=rules.level.value, signed_at=iso(now)
            )
            try:
                with outside():
                    result = hand.signer.sign(plain, signed, request)
            except SERVICES_AWAY as fault:
                with app.register.transaction(actor=hand.person.id, purpose=purpose_of(document)) as tx:
                    wait_for_services(tx, document, fault)
                raise
            stored = app.vault.write("capture", signed)
        with app.register.transaction(actor=hand.person.id, purpose=purpose_of(document)) as tx:
            tx.add_capture(document.id, stored, level=result.level, signed_by=hand.person.name)
            record_captured(tx, app, document, result)
            services_are_back(tx, document)
            tx.add_derivation(
                document.id,
                self.name,
                self.version,
                {"actor": ACTOR, "stamped_by": list(result.stamped_by)},
                seconds=time.perf_counter() - started,
                object_key=stored.key,
            )


def _origin(source: SourceRecord, document: DocumentRecord) -> str:
    """The scan that the capture was made from, and which of its pages where it is not all of them."""
    whole = written(range(1, source_facts(source).page_count + 1))
    return f"SHA-256 {source.sha256}" + ("" if document.pages == whole else f", trang {document.pages}")
