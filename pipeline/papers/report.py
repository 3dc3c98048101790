"""From the register to an outcome: what `digitize` and `show` say about a source or a document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.casework import HeldBefore
from models.errors import ErrorReport
from models.extraction import UNKNOWN_TYPE
from models.pages import SourceFacts
from models.text import spelt
from pipeline.application import Application
from pipeline.keeping.records import evidence_wait
from pipeline.offices.acts import capture_wait
from pipeline.offices.sealing import seal_wait
from pipeline.papers.outcome import (
    BeginningOutcome,
    CaptureOutcome,
    DocumentOutcome,
    EcopyOutcome,
    FieldOutcome,
    FurtherCopy,
    SignatureOutcome,
    SourceOutcome,
)
from pipeline.quality.holding import lot_wait
from pipeline.stages.base import own_pages
from pipeline.stages.review import review_sheet
from pipeline.stages.split import beginning, left_out
from pipeline.waiting import wait_of
from storage.keeping import lifecycle
from storage.records import DocumentRecord, SourceRecord


def document_outcome(
    app: Application,
    document: DocumentRecord,
    *,
    capture_path: Path | None = None,
    ecopy_path: Path | None = None,
) -> DocumentOutcome:
    """The present state of one document, with the places its files were written to."""
    sheet = review_sheet(app, document)
    begun = beginning(app, document)
    capture = app.register.capture(document.id)
    ecopy = app.register.ecopy_of(document.id)
    revision = app.register.latest_revision(ecopy.id) if ecopy else None
    making = app.register.ecopy_in_making(document.id)
    unsealed = (
        capture_wait(app, document)
        or lot_wait(app, document)
        or seal_wait(app, document, making)
        or evidence_wait(app, document, making)
    )
    return DocumentOutcome(
        id=document.id,
        pages=list(own_pages(document) or range(1, _page_count(app, document.source_id) + 1)),
        begins=BeginningOutcome(reason=begun.reason, probability=begun.probability) if begun else None,
        document_type=sheet.extraction.document_type,
        type_probability=round(sheet.extraction.type_probability, 4),
        state=document.state.value,
        fields={
            name: FieldOutcome(
                value=field.value,
                confidence=round(field.confidence, 4),
                page=field.page,
                box=field.box.as_list() if field.box else None,
                origin=field.origin,
            )
            for name, field in sheet.extraction.fields.items()
        },
        needs_review=list(sheet.extraction.needs_review),
        flags=list(sheet.flags),
        capture=CaptureOutcome(path=_text(capture_path), sha256=capture.sha256) if capture else None,
        ecopy=(
            EcopyOutcome(
                id=ecopy.id,
                form=ecopy.copy_form.value,
                path=_text(ecopy_path),
                sha256=revision.sha256,
                level=revision.level.value,
                **_status(app, ecopy.id),
            )
            if ecopy and revision
            else None
        ),
        further=_further(app, document.id),
        signatures=tuple(
            SignatureOutcome(**{name: s[name] for name in SignatureOutcome.model_fields})
            for s in sheet.signatures
        ),
        seen_before=sheet.seen_before,
        waiting=wait_of(app, document, app.settings.language),
        error=unsealed.report(app.settings.language) if unsealed else None,
    )


def _further(app: Application, document_id: str) -> tuple[FurtherCopy, ...]:
    told = []
    for copy in app.register.ecopies_of(document_id):
        if copy.particulars is not None:
            revision = app.register.latest_revision(copy.id)
            told.append(
                FurtherCopy(
                    id=copy.id,
                    form=copy.copy_form.value,
                    state=copy.state.value,
                    sha256=revision.sha256 if revision is not None else None,
                )
            )
    return tuple(told)


def withheld_outcome(document: DocumentRecord, error: ErrorReport) -> DocumentOutcome:
    """What may be told of a document that nothing may be told of: that it is there, and why no more."""
    return DocumentOutcome(
        id=document.id,
        pages=list(own_pages(document) or ()),
        begins=None,
        document_type=UNKNOWN_TYPE,
        type_probability=0.0,
        state=document.state.value,
        fields={},
        needs_review=[],
        flags=[],
        capture=None,
        ecopy=None,
        error=error,
    )


def source_outcome(
    app: Application,
    source: SourceRecord,
    paths: list[Path],
    documents: list[DocumentOutcome],
    receive_seconds: float,
    held_already: HeldBefore | None = None,
) -> SourceOutcome:
    """One line of the answer of `digitize`."""
    seconds = {"receive": receive_seconds}
    worked_on = {app.register.scan_of(source.id).id, *(document.id for document in documents)}
    for identifier in sorted(worked_on):
        for stage, spent in app.register.seconds(identifier).items():
            seconds[stage] = seconds.get(stage, 0.0) + spent
    return SourceOutcome(
        sources=[spelt(p) for p in paths],
        sha256=source.sha256,
        pages=_page_count(app, source.id),
        left_out=left_out(app, source),
        documents=documents,
        held_already=held_already,
        seconds={stage: round(spent, 4) for stage, spent in seconds.items()},
    )


def _page_count(app: Application, source_id: str) -> int:
    facts = app.register.source(source_id).facts
    return SourceFacts.model_validate(facts).page_count if facts else 0


def _status(app: Application, ecopy_id: str) -> dict[str, Any]:
    """What an e-copy is worth today; before its issue it counts as `issued` to nobody, because it has no file."""
    with app.register.reading() as connection:
        found = lifecycle.status_of(connection, ecopy_id)
    if found is None:
        return {}
    return {
        "state": found.state.value,
        "status_at": found.status_at,
        "status_reason": found.reason,
        "superseded_by": found.superseded_by,
    }


def _text(path: Path | None) -> str | None:
    return str(path) if path else None
