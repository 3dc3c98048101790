"""The worker: whatever waits for the program goes on, several papers side by side, whoever handed them in and however.

The register says what is due, so a restart goes on where the last process was. Faults of the store and of the time-stamp
service are waited out; a paper that keeps failing otherwise is parked with its error, and stops nobody else.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from models.errors import (
    DocumentRestricted,
    EcopyError,
    EndsTheProgram,
    HomeBusy,
    InputRefused,
    NoProgress,
    StorageFault,
)
from models.states import DocumentState, EcopyState
from models.times import iso
from pipeline.application import Application
from pipeline.hands import agency_identifier
from pipeline.observing.context import about
from pipeline.offices.acts import lacks_stamp
from pipeline.offices.sealing import released
from pipeline.places import Places
from pipeline.quality.holding import lot_wait
from pipeline.runner import FROM_COMPOSE, UP_TO_REVIEW, UP_TO_SPLIT, advance
from pipeline.stages.base import ACTOR, Stage
from pipeline.stages.capture import Capture
from pipeline.stages.captured import wants_capture
from pipeline.waiting import FIRST_WAIT, LONGEST_WAIT, SERVICES_AWAY, particulars, pause
from storage import work
from storage.keeping.disposal import why_withheld
from storage.records import DocumentRecord
from storage.stores.near import kept_near

log = logging.getLogger("ecopy.worker")

ATTEMPTS = 5
"""After so many faults a paper is parked."""
MOST_LOST = 10
"""So many programs may end over one paper before it is parked: power cuts happen, but not always to the same one."""
LEASE = timedelta(minutes=3)
RENEW_S = 30.0
FURTHEST = LONGEST_WAIT + timedelta(minutes=5)
"""Nothing is put off for longer than that, by a clock that is right."""
LOOK_S = 0.5
BUSY_WAIT = timedelta(seconds=5)
MOST_OUTSIDE = 32
"""Papers that wait for a time-stamp while others are worked on; beyond them nothing new is taken up."""

_PURPOSE = "maintenance:work"
_WAITED_OUT = (StorageFault, *SERVICES_AWAY)


def _place(app: Application) -> str:
    """Which home on which host a worker is of; its process follows."""
    return f"{socket.gethostname()}:{app.settings.home}:"[-180:]


def _lives(holder: str) -> bool:
    """Whether the process of a holder on this host is still there."""
    try:
        os.kill(int(holder.rpartition(":")[2]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


class Stopped(Exception):
    """The worker was told to stop; the document stays where it is."""


class Worker:
    """Takes documents as far as they go without a person."""

    def __init__(self, app: Application, stopping: Callable[[], bool] = lambda: False) -> None:
        self._app = app
        self._stopping = stopping
        self._holder = f"{_place(app)}{os.getpid()}"
        self._places = Places(app.settings.workers)
        self._in_hand: set[str] = set()
        self._guard = threading.Lock()
        self._renewed = time.monotonic()
        self._unsaid = False
        """Whether something was let go of that could not be put on record."""

    @property
    def holder(self) -> str:
        """Who this is, as jobs say who holds them."""
        return self._holder

    def take_back(self) -> int:
        """What an earlier process of this home had in hand is due again, and what should be due and is not becomes so.
        Returns how many that are."""
        with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
            place = _place(self._app)
            dead = [one for one in work.holders(tx.connection) if one.startswith(place) and not _lives(one)]
            return work.release_dead(tx, dead) + work.open_missing(tx)

    def run_due(self) -> int:
        """Work until nothing is due or the worker is told to stop; how many sources were taken up."""
        taken = 0
        most = self._app.settings.workers + MOST_OUTSIDE
        with ThreadPoolExecutor(max_workers=most, thread_name_prefix="ecopy-paper") as pool:
            running: set[Future[None]] = set()
            while True:
                while len(running) < most and (job := self._claimed()) is not None:
                    taken += 1
                    running.add(pool.submit(self._at_place, job))
                if not running:
                    return taken
                finished, running = wait(running, timeout=LOOK_S, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                self.renew()

    def take_one(self) -> bool:
        """Take up what is due next, and do it; false where nothing is due, all places are taken, or the worker stops."""
        job = self._claimed()
        if job is None:
            return False
        self._at_place(job)
        return True

    def wanted(self) -> int:
        """How many jobs could be taken up here now: not more than are due, and than there are free places."""
        free = self._places.free
        if free < 1 or self._stopping():
            return 0
        with self._app.register.reading() as connection:
            return work.ready_jobs(connection, iso(self._app.clock.now()), free)

    def renew(self) -> None:
        """Say now and then that what is in hand is still being worked on, and let go of what is not: the register may have
        been away when that was to be said."""
        with self._guard:
            if time.monotonic() - self._renewed < RENEW_S and not self._unsaid:
                return
            held = sorted(self._in_hand)
            with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
                work.renew(tx, self._holder, held, until=iso(self._app.clock.now() + LEASE))
                work.release_others(tx, self._holder, held)
                work.bring_near(tx, iso(self._app.clock.now() + FURTHEST))
            self._renewed, self._unsaid = time.monotonic(), False

    def _claimed(self) -> work.Job | None:
        """What is due, with the place that was taken for it; without anything due the place is free again."""
        if self._stopping() or not self._places.take():
            return None
        job = None
        try:
            with self._guard:
                job = self._claim()
                if job is not None:
                    self._in_hand.add(job.source_id)
        except StorageFault:
            self._unsaid = True  # it may have been claimed all the same
            raise
        finally:
            if job is None:
                self._places.give()
        return job

    def _at_place(self, job: work.Job) -> None:
        try:
            with self._places.held():
                if job.lost < MOST_LOST:
                    self._one(job)
                else:
                    self._parked(job, EndsTheProgram.code)
        except StorageFault:
            self._unsaid = True
            raise
        finally:
            with self._guard:
                self._in_hand.discard(job.source_id)

    def _claim(self) -> work.Job | None:
        # Most looks find nothing: they need no write transaction.
        with self._app.register.reading() as connection:
            if not work.ready_jobs(connection, iso(self._app.clock.now())):
                return None
        with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
            return work.claim(tx, self._holder, until=iso(self._app.clock.now() + LEASE))

    def _one(self, job: work.Job) -> None:
        """Take one source on, and put on record how that went. Raises StorageFault when even that can't be."""
        with (
            about(source_id=job.source_id, agency=job.agency or agency_identifier(self._app.settings)),
            kept_near(self._app.settings.work_folder),
        ):
            if job.taken_over:
                log.warning("source %s is taken over: its holder fell silent", job.source_id)
                self._app.meter.taken_over()
            self._try(job)

    def _try(self, job: work.Job) -> None:
        started = time.monotonic()
        try:
            self._through(job.source_id)
        except HomeBusy:
            self._left(job)
        except Stopped:
            self._put_off(job, job.attempts, job.error_code, BUSY_WAIT, reason=job.reason)
        except _WAITED_OUT as fault:
            log.warning("source %s waits: %s", job.source_id, fault)
            self._app.meter.failed(fault.code)
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
            seconds = round(time.monotonic() - started, 3)
            log.info(
                "source %s has gone as far as it goes", job.source_id, extra={"facts": {"seconds": seconds}}
            )
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
        """Whether its lot was accepted, so that its e-copy can be made; or somebody had that issued, and a service that the
        signature needs was away or the program was ended."""
        if document.state is not DocumentState.APPROVED or self._withheld(document):
            return False
        copies = self._app.register.ecopies_of(document.id)
        if not copies and document.lot_id is not None:  # its lot was accepted
            return lot_wait(self._app, document) is None
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
        self._app.meter.failed(code)
        if attempts < ATTEMPTS:
            rest = min(FIRST_WAIT * 4 ** (attempts - 1), LONGEST_WAIT)
            self._put_off(job, attempts, code, rest, reason=reason)
            return
        self._parked(job, code, reason)

    def _parked(self, job: work.Job, code: str, reason: str | None = None) -> None:
        log.error("source %s is parked: %s", job.source_id, code)
        with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
            work.park(tx, job, attempts=ATTEMPTS - 1, code=code, reason=reason)

    def _left(self, job: work.Job) -> None:
        """Whoever had it is still at it: its lease was over by a clock alone."""
        until = iso(self._app.clock.now() + BUSY_WAIT)
        with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
            work.leave(tx, job, until=until)

    def _put_off(
        self, job: work.Job, attempts: int, code: str | None, rest: timedelta, *, reason: str | None = None
    ) -> None:
        until = iso(self._app.clock.now() + rest)
        with self._app.register.transaction(actor=ACTOR, purpose=_PURPOSE) as tx:
            work.put_off(tx, job, attempts=attempts, code=code, until=until, reason=reason)
