"""Read: OCR for pictures of paper, the text layer for electronic documents; page by page, kept as it comes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from models.errors import ConflictError
from models.pages import PageFacts, PdfNature
from models.reading import EngineVersion, PageReading, Reading
from models.states import DocumentState
from pdf.textlayer import TEXT_LAYER
from pipeline import child
from pipeline.application import Application
from pipeline.stages.base import ACTOR, page_facts, purpose_of, source_facts
from storage.records import DocumentRecord

TEXT_PAGES_AT_ONCE = 8


class Read:
    """triaged → read."""

    name = "read"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        return document.state is DocumentState.TRIAGED

    def run(self, app: Application, document: DocumentRecord) -> None:
        source = app.register.source(document.source_id)
        facts = source_facts(source)
        if facts.pdf_nature in (PdfNature.BORN_DIGITAL, PdfNature.SIGNED):
            engine = TEXT_LAYER
            self._read_text(app, document, source.object_key, facts.page_count)
        else:
            engine = app.engine_version
            self._read_pictures(app, document, engine)
        words = sum(
            row.facts["words"]
            for row in app.register.page_derivations(document.id, self.name, _tag(engine)).values()
        )
        with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
            tx.add_derivation(
                document.id,
                self.name,
                _tag(engine),
                {"engine": engine.model_dump(), "words": words},
                seconds=0.0,
            )
            tx.set_document_state(document, DocumentState.READ)

    def _read_text(self, app: Application, document: DocumentRecord, key: str, page_count: int) -> None:
        done = app.register.page_derivations(document.id, self.name, _tag(TEXT_LAYER))
        missing = [p for p in range(1, page_count + 1) if p not in done]
        with app.vault.local_path(key) as path:
            for first in range(0, len(missing), TEXT_PAGES_AT_ONCE):
                chunk = missing[first : first + TEXT_PAGES_AT_ONCE]
                started = time.perf_counter()
                readings = app.in_child(self.name, child.read_text_pages, path, chunk)
                each = (time.perf_counter() - started) / len(chunk)
                for reading in readings:
                    self._keep(app, document, TEXT_LAYER, reading, each)

    def _read_pictures(self, app: Application, document: DocumentRecord, engine: EngineVersion) -> None:
        done = app.register.page_derivations(document.id, self.name, _tag(engine))
        missing = [(page, key) for page, key in page_facts(app, document) if page.page not in done]
        read = partial(self._read_picture, app, document, engine)
        # Pages of one document go side by side; the application's slots keep the machine from drowning.
        with ThreadPoolExecutor(max_workers=app.settings.workers) as pool:
            for finished in [pool.submit(read, page, key) for page, key in missing]:
                finished.result()

    def _read_picture(
        self, app: Application, document: DocumentRecord, engine: EngineVersion, page: PageFacts, key: str
    ) -> None:
        started = time.perf_counter()
        if page.quality.blank:
            reading = PageReading(page=page.page, regions=())
        else:
            with app.vault.local_path(key) as path:
                reading = app.in_reading_child(
                    child.read_picture, path, page.picture, page.page, app.settings.ocr
                )
        self._keep(app, document, engine, reading, time.perf_counter() - started)

    def _keep(
        self,
        app: Application,
        document: DocumentRecord,
        engine: EngineVersion,
        reading: PageReading,
        seconds: float,
    ) -> None:
        stored = app.vault.write("page-reading", reading.model_dump_json().encode())
        with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
            tx.add_derivation(
                document.id,
                self.name,
                _tag(engine),
                {"words": sum(len(line.words) for line in reading.lines())},
                seconds=seconds,
                page=reading.page,
                stored=stored,
            )


@dataclass(frozen=True)
class StoredReading:
    """The latest reading of a document, its pages still in the store: a volume's words never fill the memory."""

    engine: EngineVersion
    keys: dict[int, str]
    """Object key of each page's reading, by page number."""
    _app: Application

    def page(self, number: int) -> PageReading:
        """One page. Raises ObjectMissing or ObjectDamaged."""
        return PageReading.model_validate_json(self._app.vault.read(self.keys[number]))

    def of_pages(self, numbers: Iterable[int]) -> Reading:
        """The reading of some pages, which keep their numbers."""
        return Reading(engine=self.engine, pages=tuple(self.page(number) for number in numbers))


def stored_reading(app: Application, document: DocumentRecord) -> StoredReading:
    """The latest reading of a document. Raises ConflictError before the read stage."""
    row = app.register.derivation(document.id, "read")
    if row is None:
        raise ConflictError(reason=f"document {document.id} has not been read")
    engine = EngineVersion.model_validate(row.facts["engine"])
    rows = app.register.page_derivations(document.id, "read", _tag(engine))
    return StoredReading(engine, {page: r.object_key or "" for page, r in rows.items()}, app)


def _tag(engine: EngineVersion) -> str:
    return f"{engine.name}-{engine.version}"
