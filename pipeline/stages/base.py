"""What every stage is: named, versioned, due or not by what the register says, repeatable at any point."""

from __future__ import annotations

from typing import Protocol

from models.errors import ObjectMissing
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
    """The purpose under which the program works on a document."""
    return f"document:{document.id}"


def source_facts(source: SourceRecord) -> SourceFacts:
    """The judgement of triage; only after triage."""
    if source.facts is None:
        raise ObjectMissing(key=f"facts of source {source.id}")
    return SourceFacts.model_validate(source.facts)


def page_facts(app: Application, document: DocumentRecord) -> list[tuple[PageFacts, str]]:
    """Facts and picture object key of every page, in order; only after the pages stage."""
    from pipeline.stages.pages import PAGES_VERSION

    rows = app.register.page_derivations(document.id, "pages", PAGES_VERSION)
    return [(PageFacts.model_validate(row.facts), row.object_key or "") for _, row in sorted(rows.items())]
