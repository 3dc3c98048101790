"""Extract: the reading becomes a typed document with fields, confidence and evidence."""

from __future__ import annotations

import time

from extraction.extract import extract, extractor_version, telling_pages
from models.extraction import Extraction, Origin
from models.pages import PdfNature
from models.states import DocumentState
from pipeline.application import Application
from pipeline.stages.base import ACTOR, purpose_of, source_facts
from pipeline.stages.read import stored_reading
from storage.records import DocumentRecord


class Extract:
    """read → extracted."""

    name = "extract"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        return document.state is DocumentState.READ

    def run(self, app: Application, document: DocumentRecord) -> None:
        started = time.perf_counter()
        extraction = propose(app, document, document.forced_type)
        with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
            tx.add_derivation(
                document.id,
                self.name,
                f"{extractor_version()};type={document.forced_type or 'any'}",
                extraction.model_dump(mode="json"),
                seconds=time.perf_counter() - started,
            )
            tx.set_document_state(document, DocumentState.EXTRACTED)


def propose(app: Application, document: DocumentRecord, forced_type: str | None) -> Extraction:
    """What the extractor makes of the latest reading, with the type given or found."""
    nature = source_facts(app.register.source(document.source_id)).pdf_nature
    origin: Origin = "text-layer" if nature in (PdfNature.BORN_DIGITAL, PdfNature.SIGNED) else "ocr"
    reading = stored_reading(app, document)
    return extract(
        reading.of_pages(telling_pages(sorted(reading.keys))),
        rules=app.rules_of(document.rule_set),
        forced_type=forced_type,
        origin=origin,
    )
