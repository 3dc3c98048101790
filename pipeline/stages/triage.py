"""Triage: what the file really is, judged in a child process before anything else touches it."""

from __future__ import annotations

from models.states import DocumentState
from pdf.triage import judge_source
from pipeline.application import Application
from pipeline.limits import triage_limits
from pipeline.stages.base import ACTOR, purpose_of
from storage.records import DocumentRecord


class Triage:
    """received → triaged, or the reason why not."""

    name = "triage"
    version = "1"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        return document.state is DocumentState.RECEIVED

    def run(self, app: Application, document: DocumentRecord) -> None:
        worked = app.stopwatch()
        source = app.register.source(document.source_id)
        limits = triage_limits(app.settings)
        with app.vault.local_path(source.object_key) as path:
            facts = app.in_child(self.name, judge_source, path, source.filename, limits)
        known = app.register.derivation(document.id, self.name, version=self.version)
        with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
            tx.set_source_facts(source.id, facts.model_dump(mode="json"))
            tx.set_document_state(document, DocumentState.TRIAGED)
            if known is None:
                tx.add_derivation(document.id, self.name, self.version, {}, seconds=worked())
