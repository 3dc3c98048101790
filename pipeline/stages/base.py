"""What every stage is: named, versioned, due or not by what the register says, repeatable at any point."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from models.errors import ObjectMissing
from models.geometry import Box
from models.page_ranges import pages_in
from models.pages import PageFacts, SourceFacts
from pipeline.application import Application
from storage.records import DocumentRecord, SourceRecord

ACTOR = "ecopy"
"""Who acts in the audit trail when the program works by itself."""


class Stage(Protocol):
    """One step. `run` is only called when `due`, holding the document's lock, and may be killed anywhere."""

    name: str

    def due(self, app: Application, document: DocumentRecord) -> bool: ...

    def run(self, app: Application, document: DocumentRecord) -> None: ...


def purpose_of(document: DocumentRecord) -> str:
    """The purpose under which the program works on a document: the case it came in with, where there is one."""
    if document.dossier_code is not None:
        return f"dossier:{document.dossier_code}"
    return f"lot:{document.lot_id}" if document.lot_id is not None else f"document:{document.id}"


def source_facts(source: SourceRecord) -> SourceFacts:
    """The judgement of triage; only after triage."""
    if source.facts is None:
        raise ObjectMissing(key=f"facts of source {source.id}")
    return SourceFacts.model_validate(source.facts)


def own_pages(document: DocumentRecord) -> tuple[int, ...] | None:
    """The pages of the source that a document is made of, in order; None until the scan is split."""
    return None if document.pages is None else pages_in(document.pages)


def scanned_pages(
    app: Application, source_id: str, pages: Collection[int] | None = None
) -> dict[int, tuple[PageFacts, str]]:
    """Facts and picture object key of the pages of a source, by their numbers there; only after the pages stage.

    All of them, or those from the first to the last of `pages`.
    """
    from pipeline.stages.pages import PAGES_VERSION

    scan = app.register.scan_of(source_id)
    rows = app.register.page_derivations(scan.id, "pages", PAGES_VERSION, pages)
    return {page: (PageFacts.model_validate(row.facts), row.object_key or "") for page, row in rows.items()}


def scanned_blanks(app: Application, source_id: str) -> dict[int, bool]:
    """Whether each page of a source shows nothing, by its number there; only after the pages stage."""
    from pipeline.stages.pages import PAGES_VERSION

    rows = app.register.page_derivations(app.register.scan_of(source_id).id, "pages", PAGES_VERSION, None)
    return {page: bool(row.facts["quality"]["blank"]) for page, row in rows.items()}


def page_facts(app: Application, document: DocumentRecord) -> list[tuple[PageFacts, str]]:
    """Facts and picture object key of each of a document's own pages, which are counted from 1."""
    wanted = own_pages(document)
    scanned = scanned_pages(app, document.source_id, wanted)
    numbers = wanted or sorted(scanned)
    kept = [scanned[number] for number in numbers if number in scanned]
    own = [(page.model_copy(update={"page": at}), key) for at, (page, key) in enumerate(kept, start=1)]
    settled = app.register.derivation(document.id, "split")
    area = settled.facts["stamp_area"] if settled is not None else None
    if own and area is not None:
        first, key = own[0]
        own[0] = (first.model_copy(update={"stamp_area": Box.model_validate(area)}), key)
    return own
