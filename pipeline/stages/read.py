"""Read: OCR for pictures of paper, the text layer for electronic documents; page by page, kept as it comes."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from extraction.extract import telling_pages
from imaging.codes import reader_version
from models.errors import ConflictError
from models.pages import PageFacts, PdfNature
from models.reading import EngineVersion, PageReading, Reading
from models.states import DocumentState
from pdf.textlayer import TEXT_LAYER
from pipeline import child
from pipeline.application import Application
from pipeline.observing.context import carried
from pipeline.stages.base import ACTOR, own_pages, purpose_of, scanned_pages, source_facts
from storage.records import Derivation, DocumentRecord

TEXT_PAGES_AT_ONCE = 8


class Read:
    """triaged → read."""

    name = "read"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        return document.state is DocumentState.TRIAGED

    def run(self, app: Application, document: DocumentRecord) -> None:
        source = app.register.source(document.source_id)
        facts = source_facts(source)
        wanted = own_pages(document) or tuple(range(1, facts.page_count + 1))
        if facts.pdf_nature in (PdfNature.BORN_DIGITAL, PdfNature.SIGNED):
            engine = TEXT_LAYER
            self._read_text(app, document, source.object_key, wanted)
        else:
            engine = app.engine_version
            self._read_pictures(app, document, engine, wanted)
        rows = read_pages(app, document, engine)
        words = sum(row.facts["words"] for page, row in rows.items() if page in wanted)
        with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
            tx.add_derivation(
                document.id,
                self.name,
                _tag(engine),
                {"engine": engine.model_dump(), "words": words},
                seconds=0.0,
            )
            tx.set_document_state(document, DocumentState.READ)

    def _read_text(
        self, app: Application, document: DocumentRecord, key: str, wanted: tuple[int, ...]
    ) -> None:
        done = read_pages(app, document, TEXT_LAYER)
        missing = [p for p in wanted if p not in done]
        drawn = self._drawn_pages(app, document, wanted)
        with app.vault.local_path(key) as path:
            for first in range(0, len(missing), TEXT_PAGES_AT_ONCE):
                chunk = missing[first : first + TEXT_PAGES_AT_ONCE]
                worked = app.stopwatch()
                readings = app.in_child(self.name, child.read_text_pages, path, chunk)
                each = worked() / len(chunk)
                for reading in readings:
                    looked = app.stopwatch()
                    whole = self._with_codes(app, reading, drawn)
                    self._keep(app, document, TEXT_LAYER, whole, each + looked())

    def _drawn_pages(
        self, app: Application, document: DocumentRecord, wanted: tuple[int, ...]
    ) -> dict[int, tuple[PageFacts, str]]:
        """Pictures of an electronic document's pages that fields are looked for on; a signed one has none."""
        telling = set(telling_pages(wanted))
        kept = scanned_pages(app, document.source_id, wanted)
        return {n: (p, key) for n, (p, key) in kept.items() if n in telling and not p.quality.blank}

    def _with_codes(
        self, app: Application, reading: PageReading, drawn: dict[int, tuple[PageFacts, str]]
    ) -> PageReading:
        """The text layer's reading with the codes that stand on the page as pictures."""
        if reading.page not in drawn:
            return reading
        page, key = drawn[reading.page]
        with app.vault.local_path(key) as path:
            codes = app.in_child(self.name, child.codes_of_picture, path, page.picture)
        return reading.model_copy(update={"codes": codes})

    def _read_pictures(
        self, app: Application, document: DocumentRecord, engine: EngineVersion, wanted: tuple[int, ...]
    ) -> None:
        done = read_pages(app, document, engine)
        scanned = scanned_pages(app, document.source_id, wanted)
        missing = [scanned[number] for number in wanted if number not in done]
        read = carried(partial(self._read_picture, app, document, engine))
        # Pages of one document go side by side, one more than the application has slots, which keep the machine from
        # drowning: a page waits for the store and the register while others are read.
        with ThreadPoolExecutor(max_workers=app.settings.workers + 1) as pool:
            for finished in [pool.submit(read, page, key) for page, key in missing]:
                finished.result()

    def _read_picture(
        self, app: Application, document: DocumentRecord, engine: EngineVersion, page: PageFacts, key: str
    ) -> None:
        worked = app.stopwatch()
        if page.quality.blank:
            reading = PageReading(page=page.page, regions=())
        else:
            with app.vault.local_path(key) as path:
                reading = app.in_reading_child(
                    child.read_picture, path, page.picture, page.page, app.settings.ocr
                )
        self._keep(app, document, engine, reading, worked())

    def _keep(
        self,
        app: Application,
        document: DocumentRecord,
        engine: EngineVersion,
        reading: PageReading,
        seconds: float,
    ) -> None:
        stored = app.vault.write("page-reading", reading.model_dump_json().encode())
        scan = app.register.scan_of(document.source_id)
        with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
            tx.add_derivation(
                scan.id,
                self.name,
                _tag(engine),
                {
                    "words": sum(len(line.words) for line in reading.lines()),
                    "codes": len(reading.codes),
                    "code_reader": reader_version(),
                },
                seconds=seconds,
                page=reading.page,
                stored=stored,
            )


@dataclass(frozen=True)
class StoredReading:
    """The latest reading of a document, its pages still in the store: a volume's words never fill the memory."""

    engine: EngineVersion
    keys: dict[int, str]
    """Object key of each page's reading, by the page's number in the document."""
    _app: Application

    def page(self, number: int) -> PageReading:
        """One page, which bears its number in the document. Raises ObjectMissing or ObjectDamaged."""
        read = PageReading.model_validate_json(self._app.vault.read(self.keys[number]))
        return read.model_copy(update={"page": number})

    def of_pages(self, numbers: Iterable[int]) -> Reading:
        """The reading of some pages, which keep their numbers."""
        return Reading(engine=self.engine, pages=tuple(self.page(number) for number in numbers))


def stored_reading(app: Application, document: DocumentRecord) -> StoredReading:
    """The latest reading of a document. Raises ConflictError before the read stage."""
    engine = _engine_of(app, document)
    rows = read_pages(app, document, engine)
    own = [rows[number] for number in own_pages(document) or sorted(rows)]
    return StoredReading(engine, {at: r.object_key or "" for at, r in enumerate(own, start=1)}, app)


def page_texts(app: Application, document: DocumentRecord) -> list[str]:
    """What was read on a document's pages, one text a page. Raises ConflictError before the read stage."""
    reading = stored_reading(app, document)
    return [reading.page(number).text for number in sorted(reading.keys)]


def engine_of(app: Application, document: DocumentRecord) -> str:
    """Name and version of the engine that made the latest reading. Raises ConflictError before the read stage."""
    engine = _engine_of(app, document)
    return f"{engine.name} {engine.version}"


def _engine_of(app: Application, document: DocumentRecord) -> EngineVersion:
    row = app.register.derivation(document.id, "read")
    if row is None:
        raise ConflictError(reason=f"document {document.id} has not been read")
    return EngineVersion.model_validate(row.facts["engine"])


def read_pages(app: Application, document: DocumentRecord, engine: EngineVersion) -> dict[int, Derivation]:
    """The pages of a document's source that an engine has read, by their numbers there: as many as it spans."""
    scan = app.register.scan_of(document.source_id)
    return app.register.page_derivations(scan.id, "read", _tag(engine), own_pages(document))


def _tag(engine: EngineVersion) -> str:
    return f"{engine.name}-{engine.version}"
