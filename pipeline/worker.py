"""The worker: whatever waits for the program goes on, several papers side by side, whoever handed them in and however.

The register says what is due, so a restart goes on where the last process was. Faults of the store and of the time-stamp
service are waited out; a paper that keeps failing otherwise is parked with its error, and stops nobody else.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from models.errors import (
    DocumentRestricted,
    EcopyError,
    HomeBusy,
    InputRefused,
    NoProgress,
    StorageFault,
)
from models.states import DocumentState, EcopyState
from models.times import iso
from pipeline.application import Application
from pipeline.offices.acts import lacks_stamp
from pipeline.offices.sealing import released
from pipeline.places import Places
from pipeline.runner import FROM_COMPOSE, UP_TO_REVIEW, UP_TO_SPLIT, advance
from pipeline.stages.base import ACTOR, Stage
from pipeline.stages.capture import Capture
from pipeline.stages.captured import wants_capture
from pipeline.waiting import FIRST_WAIT, LONGEST_WAIT, SERVICES_AWAY, particulars, pause
from storage import work
from storage.keeping.disposal import why_withheld
from storage.records import DocumentRecord

log = logging.getLogger("ecopy.worker")

ATTEMPTS = 5
"""After so many faults a paper is parked."""
LEASE = timedelta(minutes=10)
RENEW_S = 60.0
LOOK_S = 0.5
BUSY_WAIT = timedelta(seconds=5)
MOST_OUTSIDE = 32
"""Papers that wait for a time-stamp while others are worked on; beyond them nothing new is taken up."""

_PURPOSE = "maintenance:work"
_WAITED_OUT = (StorageFault, *SERVICES_AWAY)


class Stopped(Exception):
    """The worker was told to stop; the document stays where it is."""


class Worker:
    """Takes documents as far as they go without a person."""

    def __init__(self, app: Application, stopping: Callable[[], bool] = lambda: False) -> None:
        self._app = app
        self._stopping = stopping
        self._holder = f"{socket.gethostname()}:{app.settings.home}"[-200:]

    def take_back(self) -> int:
        """What an earlier process of this home had in hand is due again, and what was parked gets another try."""
        with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
            return work.release_all(tx, self._holder)

    def run_due(self) -> int:
        """Work until nothing is due or the worker is told to stop; how many sources were taken up."""
        taken = 0
        places = Places(self._app.settings.workers)
        most = self._app.settings.workers + MOST_OUTSIDE
        with ThreadPoolExecutor(max_workers=most, thread_name_prefix="ecopy-paper") as pool:
            running: dict[Future[None], str] = {}
            renewed = time.monotonic()
            while True:
                while len(running) < most and not self._stopping() and places.take():
                    job = self._claim_or_give(places)
                    if job is None:
                        break
                    taken += 1
                    running[pool.submit(self._at_place, job, places)] = job.source_id
                if not running:
                    return taken
                finished, _ = wait(running, timeout=LOOK_S, return_when=FIRST_COMPLETED)
                for future in finished:
                    running.pop(future)
                    future.result()
                if time.monotonic() - renewed > RENEW_S:
                    self._renew(list(running.values()))
                    renewed = time.monotonic()

    def _claim_or_give(self, places: Places) -> work.Job | None:
        """What is due, with the place that was taken for it; without anything due the place is free again."""
        job = None
        try:
            job = self._claim()
        finally:
            if job is None:
                places.give()
        return job

    def _at_place(self, job: work.Job, places: Places) -> None:
        with places.held():
            self._one(job)

    def _claim(self) -> work.Job | None:
        # Most looks find nothing: they need no write transaction.
        with self._app.register.reading() as connection:
            if not work.anything_due(connection, iso(self._app.clock.now())):
                return None
        with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
            return work.claim(tx, self._holder, until=iso(self._app.clock.now() + LEASE))

    def _renew(self, source_ids: list[str]) -> None:
        with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
            work.renew(tx, self._holder, source_ids, until=iso(self._app.clock.now() + LEASE))

    def _one(self, job: work.Job) -> None:
        """Take one source on, and put on record how that went. Raises StorageFault when even that can't be."""
        try:
            self._through(job.source_id)
        except (Stopped, HomeBusy):
            self._put_off(job, job.attempts, job.error_code, BUSY_WAIT, reason=job.reason)
        except _WAITED_OUT as fault:
            log.warning("source %s waits: %s", job.source_id, fault)
            rest = pause(job.since, self._app.clock.now())
            self._put_off(job, job.attempts, fault.code, rest, reason=particulars(fault))
        except EcopyError as fault:
            log.warning("source %s: %s", job.source_id, fault)
            self._failed(job, fault.code, particulars(fault))
        except Exception:  # one paper's defect must not take the others down
            if self._stopping():  # what it works with is being closed under it
                self._put_off(job, job.attempts, job.error_code, BUSY_WAIT, reason=job.reason)
                return
            log.exception("unexpected fault in source %s", job.source_id)
            self._failed(job, EcopyError.code)
        else:
            self._finished(job)

    def _through(self, source_id: str) -> None:
        """All documents of a source as far as they go; of several that fail, the first one's fault is told."""
        app = self._app
        first: EcopyError | None = None
        scan = app.register.scan_of(source_id)
        if not self._withheld(
            scan
        ):  # pages may have to be put together otherwise, whatever became of the first document
            first = self._advanced(scan, UP_TO_SPLIT)
        for document in app.register.documents_of(source_id) if first is None else ():
            if self._due(document):
                fault = self._advanced(document, UP_TO_REVIEW)
                first = first or fault
            elif self._capture_lacks_stamp(document):
                fault = self._advanced(document, (Capture(),))
                first = first or fault
            elif self._waits_to_be_signed(document):
                fault = self._advanced(document, FROM_COMPOSE)
                first = first or fault
        if first is not None:
            raise first

    def _advanced(self, document: DocumentRecord, stages: tuple[Stage, ...]) -> EcopyError | None:
        """What stopped a document; one that is refused has got where it goes."""
        try:
            with self._app.locks.document(document.id):
                advance(self._app, document.id, stages, self._look_up)
        except InputRefused:
            return None
        except HomeBusy:
            raise
        except EcopyError as fault:
            if self._stopping():  # the children were ended under it
                raise Stopped from fault
            return fault
        return None

    def _look_up(self, _stage: str) -> None:
        if self._stopping():
            raise Stopped

    def _due(self, document: DocumentRecord) -> bool:
        return document.state in work.PROGRAM_STATES and not self._withheld(document)

    def _waits_to_be_signed(self, document: DocumentRecord) -> bool:
        """Whether somebody had its e-copy issued, and a service that the signature needs was away or the program was ended."""
        if document.state is not DocumentState.APPROVED or self._withheld(document):
            return False
        copies = self._app.register.ecopies_of(document.id)
        return any(
            copy.state is EcopyState.AWAITING_TIMESTAMP or released(self._app, document, copy)
            for copy in copies
        )

    def _capture_lacks_stamp(self, document: DocumentRecord) -> bool:
        """Whether an officer has signed its capture, and a service that it needs was away."""
        if not wants_capture(self._app, document) or self._withheld(document):
            return False
        return lacks_stamp(self._app, document)

    def _withheld(self, document: DocumentRecord) -> bool:
        with self._app.register.reading() as connection:
            return why_withheld(connection, document.id) is not None

    def _finished(self, job: work.Job) -> None:
        documents = self._app.register.documents_of(job.source_id)
        left = [document for document in documents if document.state in work.PROGRAM_STATES]
        if any(self._due(document) for document in left):
            log.warning("source %s is due again after all stages", job.source_id)
            self._failed(job, NoProgress.code)
        elif left:
            self._put_off(job, job.attempts, DocumentRestricted.code, LONGEST_WAIT)
        elif any(map(self._capture_lacks_stamp, documents)):  # signed while this was at work
            self._put_off(job, job.attempts, None, FIRST_WAIT)
        else:
            with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
                work.done(tx, job.source_id)

    def _failed(self, job: work.Job, code: str, reason: str | None = None) -> None:
        attempts = job.attempts + 1
        if attempts < ATTEMPTS:
            rest = min(FIRST_WAIT * 4 ** (attempts - 1), LONGEST_WAIT)
            self._put_off(job, attempts, code, rest, reason=reason)
            return
        log.error("source %s is parked: %s", job.source_id, code)
        with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
            work.park(tx, job, attempts=ATTEMPTS - 1, code=code, reason=reason)

    def _put_off(
        self, job: work.Job, attempts: int, code: str | None, rest: timedelta, *, reason: str | None = None
    ) -> None:
        until = iso(self._app.clock.now() + rest)
        with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
            work.put_off(tx, job, attempts=attempts, code=code, until=until, reason=reason)
