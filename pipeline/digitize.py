"""Digitise: files and folders become documents, with confirmation and issue where a person stands for them."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePath

from models.ecopy import PresentedAs
from models.errors import (
    ConflictError,
    DocumentDisposed,
    DocumentRestricted,
    EcopyError,
    ErrorReport,
    InputRefused,
)
from models.people import Person
from models.scans import ScanRecord
from models.states import DocumentState
from models.text import Language, spelt
from pipeline.application import Application
from pipeline.attempts import attempt
from pipeline.audit.trail import anchor_meanwhile
from pipeline.cases.meeting import Case
from pipeline.inputs import InputFile
from pipeline.papers.export import check_exportable, export_document, part_places, remove_replaced
from pipeline.papers.outcome import DocumentOutcome, SourceOutcome, SourceRefused
from pipeline.papers.report import source_outcome, withheld_outcome
from pipeline.papers.scanning import check_scan
from pipeline.runner import FROM_COMPOSE, UP_TO_REVIEW, UP_TO_SPLIT, advance
from pipeline.stages.base import ACTOR, purpose_of
from pipeline.stages.receive import receive
from pipeline.stages.review import confirm, review_sheet
from storage import work
from storage.cases.presented import held_before
from storage.records import DocumentRecord, Intake, SourceRecord
from storage.stores.near import kept_near

log = logging.getLogger("ecopy.digitize")


@dataclass(frozen=True)
class Order:
    """How the files of one call are to be handled."""

    out: Path
    language: Language
    intake: Intake = "counter"
    presented_as: PresentedAs = "ban_chinh"
    forced_type: str | None = None
    """What the papers are. Nothing but a separator sheet then parts them: a person knows better than titles do."""
    grouping: str | None = None
    """How each file falls into documents (`models.batches.ONE_DOCUMENT`, or pages); None: as its pages say."""
    confirm_as: Person | None = None
    case: Case | None = None
    """The dossier or lot that the files came in for."""
    scan: ScanRecord | None = None
    """What is said of the scanning of each file."""


@dataclass
class Received:
    """One content and all the files it came in."""

    source: SourceRecord
    files: list[InputFile]
    seconds: float


@dataclass
class Watch:
    """Callbacks of a caller who shows progress."""

    stage: Callable[[Path, str], None] = field(default=lambda path, stage: None)
    done: Callable[[Path], None] = field(default=lambda path: None)


def digitize(
    app: Application, files: tuple[InputFile, ...], order: Order, watch: Watch | None = None
) -> Iterator[SourceOutcome | SourceRefused]:
    """Yield one answer a source as each is finished. Only an EcopyError of the store itself ends the run.

    Everything is received (kept and synced) before anything is worked on; then `workers` documents go on
    side by side. Calling again with the same files takes up where the last call was cut off. Raises ScanRecordWrong.
    """
    watch = watch or Watch()
    check_scan(app, order.scan)
    anchor_meanwhile(app)
    received: dict[str, Received] = {}
    for file in files:
        started = time.perf_counter()
        watch.stage(file.path, "receive")
        try:
            with attempt(app, "receive", "file", purpose=f"intake:{order.intake}"):
                source = receive(
                    app,
                    file.path,
                    intake=order.intake,
                    presented_as=order.presented_as,
                    forced_type=order.forced_type,
                    grouping=order.grouping,
                    case=order.case,
                    scan=order.scan,
                )
        except (InputRefused, ConflictError) as reason:
            watch.done(file.path)
            yield SourceRefused(sources=[spelt(file.path)], error=reason.report(order.language))
            continue
        spent = time.perf_counter() - started
        if source.id in received:
            received[source.id].files.append(file)
            watch.done(file.path)
        else:
            received[source.id] = Received(source=source, files=[file], seconds=spent)
    with ThreadPoolExecutor(max_workers=app.settings.workers) as pool:
        taken = frozenset(file.place for file in files)
        work = [pool.submit(_one, app, item, order, watch, taken) for item in received.values()]
        for finished in as_completed(work):
            yield finished.result()
            _settle()


@cache
def _settle() -> None:
    """After the first document everything is loaded for good: later collections need not walk it again."""
    gc.collect()
    gc.freeze()


def _one(
    app: Application, item: Received, order: Order, watch: Watch, taken: frozenset[PurePath]
) -> SourceOutcome | SourceRefused:
    paths = [file.path for file in item.files]
    try:
        with kept_near(app.settings.work_folder):
            return _worked(app, item, paths, order, watch, taken)
    except EcopyError as reason:
        return SourceRefused(sources=[spelt(p) for p in paths], error=reason.report(order.language))
    except Exception as fault:  # one document's defect must not take the others down
        log.exception("unexpected fault in source %s", item.source.id)
        unexpected = EcopyError(reason=f"{type(fault).__name__}: {fault}")
        return SourceRefused(sources=[spelt(p) for p in paths], error=unexpected.report(order.language))
    finally:
        watch.done(paths[0])


def _worked(
    app: Application,
    item: Received,
    paths: list[Path],
    order: Order,
    watch: Watch,
    taken: frozenset[PurePath],
) -> SourceOutcome:
    """Split the scan, then take its documents through one after the other; one that fails does not stop the next."""
    scan = app.register.scan_of(item.source.id)

    def progress(stage: str) -> None:
        watch.stage(paths[0], stage)

    with app.locks.document(scan.id, wait=True):
        advance(app, scan.id, UP_TO_SPLIT, progress)
    documents = app.register.documents_of(item.source.id)
    places = part_places(order.out, item.files[0].place, len(documents), taken)
    outcomes = []
    for document, place in zip(documents, places, strict=True):
        with app.locks.document(document.id, wait=True):
            if (withheld := _withheld(app, document, order, alone=len(documents) == 1)) is not None:
                outcomes.append(withheld)
                continue
            finished, fault = _taken_through(app, document, order, progress, alone=len(documents) == 1)
            exported = export_document(app, finished, place, [spelt(p) for p in paths], fault)
        outcomes.append(exported.outcome)
    with app.register.transaction(actor=ACTOR, purpose="maintenance:work") as tx:
        work.done_if_idle(tx, item.source.id)
    gone = {document.id for document in app.register.documents_of(item.source.id, replaced=True)}
    remove_replaced(order.out / item.files[0].place, gone)
    source = app.register.source(item.source.id)
    held = None
    if order.case is not None and order.case.dossier_code is not None:
        with app.register.reading() as connection:
            held = held_before(connection, source.id, order.case.dossier_code)
    return source_outcome(app, source, paths, outcomes, item.seconds, held)


def _withheld(
    app: Application, document: DocumentRecord, order: Order, *, alone: bool
) -> DocumentOutcome | None:
    """A known document that is restricted or being destroyed: nothing is done with it, written or told but that.

    Of a document `alone` it is raised, as DocumentRestricted or DocumentDisposed.
    """
    try:
        check_exportable(app, document)
    except (DocumentRestricted, DocumentDisposed) as reason:
        if alone:
            raise
        return withheld_outcome(document, reason.report(order.language))
    return None


def _taken_through(
    app: Application, document: DocumentRecord, order: Order, progress: Callable[[str], None], *, alone: bool
) -> tuple[DocumentRecord, ErrorReport | None]:
    """The document as far as it goes today, and what stopped it; of a document `alone` that is raised."""
    try:
        return _advanced(app, document, order, progress), None
    except EcopyError as reason:
        if alone:
            raise
        return app.register.document(document.id), reason.report(order.language)


def _advanced(
    app: Application, document: DocumentRecord, order: Order, progress: Callable[[str], None]
) -> DocumentRecord:
    document = advance(app, document.id, UP_TO_REVIEW, progress)
    if order.confirm_as is None:
        return document
    if document.state is DocumentState.IN_REVIEW and not review_sheet(app, document).doubtful:
        progress("confirm")
        with attempt(app, "confirm", document.id, actor=order.confirm_as.id, purpose=purpose_of(document)):
            confirm(app, document, order.confirm_as, looked=False)
    return advance(app, document.id, FROM_COMPOSE, progress)
