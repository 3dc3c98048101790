"""One stage over one document, watched: the log knows what it is about, the figures how long it took."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from models.errors import EcopyError, InputRefused
from pipeline.application import Application
from pipeline.observing.context import about
from pipeline.stages.base import own_pages
from storage.records import DocumentRecord

log = logging.getLogger("ecopy.stages")

DONE_AFTER = {"review": "in_review", "issue": "issued"}
"""Which stage brings a document where it waits for a person, or is done."""


@contextmanager
def stage_watched(app: Application, stage: str, document: DocumentRecord) -> Iterator[None]:
    """Inside the stage is run."""
    known = {"document_id": document.id, "source_id": document.source_id, "stage": stage}
    with about(**known), app.in_hand.at(stage):
        started = time.perf_counter()
        try:
            yield
        except InputRefused:
            raise  # told by who puts it on record
        except EcopyError as fault:
            log.warning("failed: %s", fault)
            raise
        seconds = time.perf_counter() - started
        log.debug("done", extra={"facts": {"seconds": round(seconds, 3)}})
        if app.meter.counts:
            _count(app, stage, document, seconds)


def refusal_counted(app: Application, document: DocumentRecord, code: str, *, quarantined: bool) -> None:
    """A document was refused."""
    with about(document_id=document.id, source_id=document.source_id):
        log.info("refused: %s", code)
    app.meter.failed(code)
    if app.meter.counts:
        app.meter.document_done("quarantined" if quarantined else "refused", pages_of(app, document))


def pages_of(app: Application, document: DocumentRecord) -> int:
    """How many pages a document has; 1 where that is not known yet."""
    own = own_pages(document)
    if own is not None:
        return len(own)
    facts = app.register.source(document.source_id).facts
    return int(facts["page_count"]) if facts is not None else 1


def _count(app: Application, stage: str, document: DocumentRecord, seconds: float) -> None:
    pages = pages_of(app, document)
    app.meter.stage_done(stage, seconds, pages)
    if stage in DONE_AFTER:
        app.meter.document_done(DONE_AFTER[stage], pages)
    if stage == "review":
        from pipeline.stages.review import review_sheet

        app.meter.reviewed(needs_person=review_sheet(app, document).doubtful)
