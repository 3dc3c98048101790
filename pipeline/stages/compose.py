"""Compose: the confirmed document becomes a new PDF/A-2u with text layer, data and note, ready to be signed."""

from __future__ import annotations

import time

from models.ecopy import CopyForm
from models.ids import new_id
from models.states import DocumentState
from models.times import iso
from pdf.writer import DocumentMetadata, write_pdfa
from pipeline.application import Application
from pipeline.stages.base import ACTOR, page_facts, purpose_of
from pipeline.stages.flags import Weight, weighed
from pipeline.stages.notes import ecopy_content
from pipeline.stages.pictures import page_inputs
from pipeline.stages.read import stored_reading
from pipeline.stages.review import review_sheet
from pipeline.version import software
from storage.papers.imports import sender_of
from storage.records import DocumentRecord


class Compose:
    """approved → an e-copy in state `composed`; its draft waits in the store for the seal holder."""

    name = "compose"
    version = "1"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        if document.state is not DocumentState.APPROVED or app.register.ecopy_of(document.id) is not None:
            return False
        flags = review_sheet(app, document).flags
        return "signed_original" not in flags and not weighed(flags, Weight.BLOCK)

    def run(self, app: Application, document: DocumentRecord) -> None:
        started = time.perf_counter()
        rules = app.rules_of(document.rule_set)
        now = app.clock.now()
        ecopy_id = new_id()
        reading = stored_reading(app, document)
        capture = app.register.capture(document.id)
        with app.register.reading() as connection:
            digitised_by = sender_of(connection, document.id)
        content = ecopy_content(
            ecopy_id=ecopy_id,
            document=document,
            source=app.register.source(document.source_id),
            sheet=review_sheet(app, document),
            pages=[page for page, _ in page_facts(app, document)],
            capture=capture,
            digitised_by=digitised_by if capture is None else None,
            engine=reading.engine,
            agency=app.hands.agency,
            rules=rules,
            now=now,
        )
        with app.workspace() as folder, page_inputs(app, document, reading) as inputs:
            draft = folder / "ecopy.pdf"
            write_pdfa(
                draft,
                inputs,
                metadata=DocumentMetadata(
                    title=content.data.minimum.title,
                    description=content.data.minimum.abstract,
                    author=app.hands.agency.name,
                    created_at=iso(now),
                    creator_tool=software(),
                    producer=software(),
                    ecopy=content,
                ),
                conformance=rules.ecopy.pdfa.value,
            )
            stored = app.vault.write("draft", draft)
        with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
            tx.add_ecopy(ecopy_id, document.id, CopyForm.SAO_Y)
            tx.add_derivation(
                document.id,
                self.name,
                self.version,
                {"ecopy": ecopy_id, "note": content.note.model_dump(mode="json")},
                seconds=time.perf_counter() - started,
                stored=stored,
            )
