"""The way of one document: every due stage in order, until one waits for a person or refuses."""

from __future__ import annotations

from collections.abc import Callable

from models.errors import EcopyError, InputRefused
from models.states import DocumentState
from pipeline.application import Application
from pipeline.observing.watching import refusal_counted, stage_watched
from pipeline.stages.base import ACTOR, Stage, purpose_of
from pipeline.stages.capture import Capture
from pipeline.stages.compose import Compose
from pipeline.stages.extract import Extract
from pipeline.stages.issue import Issue
from pipeline.stages.pages import Pages
from pipeline.stages.read import Read
from pipeline.stages.review import Review
from pipeline.stages.sign import Sign
from pipeline.stages.split import SplitScan
from pipeline.stages.triage import Triage
from storage.records import DocumentRecord, SourceRecord
from storage.stores.near import kept_near

UP_TO_SPLIT: tuple[Stage, ...] = (Triage(), Pages(), SplitScan(), Capture(), Read(), SplitScan(), Capture())
"""Of the document that a source was registered with; what can be split without reading is captured before it."""
UP_TO_REVIEW: tuple[Stage, ...] = (*UP_TO_SPLIT, Extract(), Review(), Capture())
"""The officer's own act may have signed the capture while the document was read."""
UP_TO_COMPOSE: tuple[Stage, ...] = (Capture(), Compose())
SIGN, ISSUE = Sign(), Issue()
FROM_COMPOSE: tuple[Stage, ...] = (*UP_TO_COMPOSE, SIGN, ISSUE)
STAGES: tuple[Stage, ...] = (*UP_TO_REVIEW, *FROM_COMPOSE)

Progress = Callable[[str], None]
"""Called with a stage's name when it begins."""


def _silent(_stage: str) -> None:
    """The progress of a caller who does not watch."""


def advance(
    app: Application,
    document_id: str,
    stages: tuple[Stage, ...] = STAGES,
    progress: Progress = _silent,
) -> DocumentRecord:
    """Run what is due, in order. The caller holds the document's lock.

    An input that turns out unacceptable is recorded as refused and raised; faults are raised as they are
    and leave the document where it was, to be taken up again.
    """
    for stage in stages:
        document = app.register.document(document_id)
        if not stage.due(app, document):
            continue
        progress(stage.name)
        try:
            with stage_watched(app, stage.name, document), kept_near(app.settings.work_folder):
                stage.run(app, document)
        except InputRefused as reason:
            _refuse(app, document_id, reason)
            raise
        if stage is ISSUE:  # the next copy in the making may have waited for this one
            return advance(app, document_id, (SIGN, ISSUE), progress)
    return app.register.document(document_id)


def refusal(source: SourceRecord) -> EcopyError | None:
    """The recorded reason why a source was refused."""
    from models.errors import by_code

    if source.error_code is None:
        return None
    return by_code(source.error_code)(**(source.error_details or {}))


def _refuse(app: Application, document_id: str, reason: InputRefused) -> None:
    document = app.register.document(document_id)
    if document.state in (DocumentState.REFUSED, DocumentState.QUARANTINED):
        return
    quarantine = reason.quarantine and document.state in (DocumentState.RECEIVED, DocumentState.TRIAGED)
    details = {k: v if isinstance(v, int | float | str) else str(v) for k, v in reason.details.items()}
    with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
        tx.refuse(document, reason.code, details, quarantine=quarantine)
    refusal_counted(app, document, reason.code, quarantined=quarantine)
