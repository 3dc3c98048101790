"""Taking an archive in: each file exactly once, no further ahead of those who work than the plan allows.

The register says what is left, so that a killed process, or one more on another machine, takes up where the work stands.
Whoever has files in hand holds a lock while it lives; what a dead one had in hand is anybody's.
"""

from __future__ import annotations

import logging
import os
import socket
import stat
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa

from models.errors import (
    BatchManyParked,
    BatchNotAFolder,
    ConflictError,
    HomeBusy,
    InputRefused,
    LotExists,
    PathNotFound,
    StorageFault,
    StoreFull,
)
from models.ids import new_id
from models.scans import PaperCount, ScanRecord
from pipeline.application import Application
from pipeline.attempts import Acting, acting, attempt, operator
from pipeline.batch.judging import dated, type_of
from pipeline.batch.paths import read
from pipeline.batch.plan import Plan
from pipeline.batch.space import check_space
from pipeline.cases.meeting import Case
from pipeline.stages.receive import receive
from storage.batch import entries as rows
from storage.batch.entries import Batch, Entry
from storage.batch.results import Backlog, backlog, finish
from storage.cases import casework
from storage.people.parties import note_agency
from storage.records import SourceRecord
from storage.register import Transaction

log = logging.getLogger("ecopy.batch")

MOST_LOTS = 1000
"""Lots whose ids are remembered."""
HAND = 8
"""Files that one process has in hand at a time."""
LOOK_S = 1.0
LONGEST_REST_S = 60.0


class Intake:
    """One process's share of taking a batch in."""

    def __init__(
        self,
        app: Application,
        batch: Batch,
        plan: Plan,
        root: Path,
        *,
        stopping: threading.Event | None = None,
        nudge: Callable[[], None] = lambda: None,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        """`nudge` is called when something has come in, `beat` again and again meanwhile, from the same thread."""
        self._app = app
        self._batch = batch
        self._plan = plan
        self._root = root
        self._stopping = stopping or threading.Event()
        self._nudge = nudge
        self._beat = beat
        self._lots: dict[str, str] = {}
        self._taker = f"batch-{new_id()}"
        self._place = _identity(root)
        self.backlog = Backlog(0, 0)

    def run(self, *, wait: bool) -> None:
        """Until everything is in, and with `wait` until everything is done that is not stuck; or until told to stop.

        Raises BatchDiskNearlyFull, StoreFull, BatchManyParked or BatchNotAFolder: what is in stays, and the same call
        goes on. Other faults of database and store are waited out.
        """
        rest = LOOK_S
        with (
            acting(Acting(operator(), socket.gethostname()[:100], self._plan.agency)),
            self._app.locks.document(self._taker),
        ):
            while not self._stopping.is_set():
                try:
                    self._beat()
                    if self._step():
                        rest = LOOK_S
                        continue
                    if self._is_over(wait=wait):
                        return
                except StoreFull:
                    raise
                except StorageFault as fault:
                    log.warning("batch %s waits: %s", self._batch.id, fault)
                    rest = min(rest * 2, LONGEST_REST_S)
                self._stopping.wait(rest)

    def _step(self) -> bool:
        """Take some files in where there is room for them; false where nothing could be done now."""
        self._settle()
        room = self._plan.ahead - self.backlog.working
        if self.backlog.parked >= self._plan.most_parked:
            raise BatchManyParked(count=self.backlog.parked)
        if room < 1:
            return False
        check_space(self._app, self._plan.keep_free_gib)
        with self._changing() as tx:
            taken = rows.take(tx, self._batch.id, self._taker, min(room, HAND))
        if not taken:
            return self._dead_ones() > 0
        try:
            for entry in taken:
                if self._stopping.is_set():
                    break
                self._take_in(entry)
                self._beat()
        finally:
            self._let_go()
        return True

    def _let_go(self) -> None:
        """What was not got to may be taken by others; the next look does it where the database is away now."""
        try:
            with self._changing() as tx:
                rows.give_back(tx, self._batch.id, self._taker)
        except StorageFault as fault:
            log.warning("batch %s: entries stay in hand for now: %s", self._batch.id, fault)

    def _take_in(self, entry: Entry) -> None:
        box = entry.box
        path = self._root / read(entry.path)
        purpose = f"batch:{self._batch.id}"
        try:
            if not self._is_plain(read(entry.path)):
                raise PathNotFound(path=path.name)
            with attempt(self._app, "receive", "file", purpose=purpose):
                source = receive(
                    self._app,
                    path,
                    intake="archive",
                    presented_as=self._plan.presented_as,
                    forced_type=type_of(self._plan, entry, box),
                    grouping=self._plan.parts,
                    case=Case(lot_id=self._lot(self._plan.lot_name(box, dated(entry)))),
                    scan=self._scan(entry),
                )
        except PathNotFound:
            if _identity(self._root) != self._place:
                raise BatchNotAFolder(path=self._root) from None
            self._settled(entry, "missing")
        except (InputRefused, ConflictError) as fault:
            self._settled(entry, "refused", fault.code)
        else:
            if self._received(entry, source) == "received":
                self._nudge()

    def _received(self, entry: Entry, source: SourceRecord) -> rows.State:
        try:
            with self._changing() as tx:
                return rows.received(tx, entry, source)
        except sa.exc.IntegrityError:  # another machine said so of the same content at the same moment
            with self._changing() as tx:
                return rows.received(tx, entry, source)

    def _settled(self, entry: Entry, state: rows.State, code: str | None = None) -> None:
        with self._changing() as tx:
            rows.settled(tx, entry, state, code=code)

    def _is_plain(self, path: str) -> bool:
        """Whether it is a regular file, in folders that are no links, still."""
        at = self._root
        parts = path.split("/")
        for place, part in enumerate(parts, start=1):
            at = at / part
            try:
                mode = os.lstat(at).st_mode
            except OSError:
                return False
            if not (stat.S_ISREG(mode) if place == len(parts) else stat.S_ISDIR(mode)):
                return False
        return True

    def _scan(self, entry: Entry) -> ScanRecord | None:
        """What is said of the scanning: by the plan, and the pages on paper by the manifest."""
        said = self._plan.scan
        if entry.expected_pages is None:
            return said
        paper = PaperCount(pages=entry.expected_pages)
        return said.model_copy(update={"paper": paper}) if said is not None else ScanRecord(paper=paper)

    def _lot(self, name: str) -> str:
        """The id of the lot of that name, made where there is none. Raises CaseEnded."""
        if len(self._lots) > MOST_LOTS:
            self._lots.clear()
        if name not in self._lots:
            self._open_lot(name)
            with self._app.register.reading() as connection:
                self._lots[name] = casework.check_lot_open(connection, name).id
        return self._lots[name]

    def _open_lot(self, name: str) -> None:
        own = self._app.hands.agency
        try:
            with self._changing() as tx:
                note_agency(tx, own)
                agency = self._plan.agency or own.identifier
                casework.create_lot(tx, name, agency=agency, by=operator(), proof=self._plan.proof)
        except LotExists:  # by an earlier run, another machine, or a person
            log.debug("lot %s is there", name)

    def _settle(self) -> None:
        """Put down what became of files that are done with."""
        with self._app.register.reading() as connection:
            self.backlog = backlog(connection, self._batch.id)
        if self.backlog.working:
            with self._changing() as tx:
                over = finish(tx, self._batch.id)
            if over:
                with self._app.register.reading() as connection:
                    self.backlog = backlog(connection, self._batch.id)

    def _dead_ones(self) -> int:
        """Free what those have in hand who hold their lock no more; how many files that are."""
        freed = 0
        with self._app.register.reading() as connection:
            others = [one for one in rows.takers(connection, self._batch.id) if one != self._taker]
        for other in others:
            try:
                with self._app.locks.document(other), self._changing() as tx:
                    freed += rows.give_back(tx, self._batch.id, other)
            except HomeBusy:
                continue
        return freed

    def _is_over(self, *, wait: bool) -> bool:
        with self._app.register.reading() as connection:
            left = rows.is_left(connection, self._batch.id)
        return not left and (not wait or self.backlog.working == 0)

    def _changing(self) -> AbstractContextManager[Transaction]:
        return self._app.register.transaction(actor=operator(), purpose=f"batch:{self._batch.id}")


def _identity(root: Path) -> tuple[int, int] | None:
    """Which folder it is: another one, or none, where a disk was unmounted."""
    try:
        facts = root.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def every(seconds: float, act: Callable[[], None]) -> Callable[[], None]:
    """`act`, but only when `seconds` have passed since the last time."""
    last = -seconds

    def now_and_then() -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            act()

    return now_and_then
