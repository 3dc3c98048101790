"""Sending: what is closed goes to the server, the oldest first, until its receipt is there; a day without a line is no trouble."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from kiosk_agent.spool.obstacle import Obstacle
from kiosk_agent.spool.spool import KeptScan, Spool
from kiosk_agent.words import ScanWords
from models.errors import AssertionRefused, EcopyError, NotAuthenticated, RemoteFault
from models.wire.receipts import ReceiptKeys
from web.client.connection import pause_after
from web.client.uploads import Sent, Source

log = logging.getLogger("ecopy.kiosk.sending")

LONGEST_PAUSE_S = 60.0
ASIDE_S = 600.0
"""After so long a scan that the server refused is offered again: a dossier may have been opened meanwhile."""
TRIES_IN_FRONT = 5
_FORGET_EVERY_S = 3600.0

Course = Literal["idle", "sending", "waiting"]


class Carrier(Protocol):
    """What brings a scan to the server; see `kiosk_agent.line.Line.send`."""

    @property
    def receipt_keys(self) -> ReceiptKeys: ...

    def send(
        self,
        purpose: str,
        source: Source,
        upload_id: str,
        words: dict[str, str | None],
        *,
        wait: Callable[[float], object],
        heard: Callable[[int], None],
    ) -> Sent: ...


class Stopped(Exception):
    """The sender is told to end in the middle of a scan; it goes on from there the next time."""


@dataclass(frozen=True)
class Progress:
    """How the sending stands; `error` is what keeps it from going on."""

    course: Course = "idle"
    scan: str | None = None
    sent: int = 0
    size: int = 0
    error: Obstacle | None = None
    since: float = 0.0
    """On this machine's running clock, in seconds."""


class Sender:
    """One thread that sends. `changed` is called after everything that a page on the screen would show."""

    def __init__(
        self,
        spool: Spool,
        carrier: Carrier,
        *,
        now: Callable[[], datetime],
        receipt_days: int = 30,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._spool, self._carrier, self._now = spool, carrier, now
        self._keep = timedelta(days=receipt_days)
        self._changed = changed
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
        self._aside: dict[str, float] = {}
        self._failures = 0
        self.progress = Progress()
        self.held: Obstacle | None = None
        """Why nothing is to be sent, though it could be."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends at once, also in the middle of a scan."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def nudge(self, scan: str | None = None) -> None:
        """Something may go now: closed just now, or told otherwise of; the line may be back."""
        if scan is not None:
            self._aside.pop(scan, None)
        self._wake.set()

    def round(self) -> float:
        """Send what can be sent now; the seconds until it is worth to look again."""
        if self.held is not None:
            self._say(course="waiting", error=self.held, since=time.monotonic())
            return LONGEST_PAUSE_S
        for scan in self._due():
            if self._stopping.is_set():
                break
            try:
                self._send(scan)
            except Stopped:
                break
            except EcopyError as error:
                self._spool.failed(scan.id, Obstacle.of(error))
                if _is_of_the_line(error):
                    self._failures += 1
                    log.warning("scan %s waits: %s", scan.id, error)
                    self._say(course="waiting", error=Obstacle.of(error), since=time.monotonic())
                    return pause_after(self._failures, error, LONGEST_PAUSE_S)
                log.error("scan %s was not taken: %s", scan.id, error)
                self._aside[scan.id] = time.monotonic() + ASIDE_S
            except Exception as defect:
                # Nobody foresaw it; it is said, and keeps neither the other papers nor this thread from going on.
                log.exception("scan %s was not sent", scan.id)
                self._spool.failed(scan.id, Obstacle.defect(defect))
                self._aside[scan.id] = time.monotonic() + ASIDE_S
            self._failures = 0
        self._say(course="idle", scan=None, sent=0, size=0, error=None)
        return ASIDE_S / 10

    def _run(self) -> None:
        forgotten = -_FORGET_EVERY_S
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                if time.monotonic() - forgotten > _FORGET_EVERY_S:
                    self._spool.forget(self._now() - self._keep)
                    forgotten = time.monotonic()
                pause = self.round()
            except EcopyError as fault:  # the disk or the index: what is kept stays, a person has to look
                log.critical("sending stands still: %s", fault)
                self._say(course="waiting", error=Obstacle.of(fault), since=time.monotonic())
                pause = LONGEST_PAUSE_S
            except Exception as defect:
                log.exception("sending stands still")
                self._say(course="waiting", error=Obstacle.defect(defect), since=time.monotonic())
                pause = LONGEST_PAUSE_S
            self._wake.wait(pause)

    def _due(self) -> Iterator[KeptScan]:
        """What is closed, has a dossier to go to and was not refused just now: the oldest first, but one at which the line
        breaks again and again lets others pass."""
        for scan in sorted(self._spool.scans("closed"), key=lambda one: one.tries // TRIES_IN_FRONT):
            until = self._aside.get(scan.id, 0.0)
            if ScanWords.model_validate(scan.words).may_go and time.monotonic() >= until:
                yield scan

    def _send(self, scan: KeptScan) -> None:
        words = ScanWords.model_validate(scan.words)
        source = _Kept(self._spool, scan)
        self._say(course="sending", scan=scan.id, sent=0, size=source.size, error=None)
        sent = self._carrier.send(
            words.purpose, source, scan.id, words.declared(scan.id), wait=self._wait, heard=self._heard
        )
        self._spool.acknowledge(scan.id, sent.text, self._carrier.receipt_keys)
        log.info("scan %s is at the server as %s", scan.id, sent.receipt.document)
        self._changed()

    def _wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise Stopped

    def _heard(self, offset: int) -> None:
        if self._stopping.is_set():
            raise Stopped
        self._say(sent=offset)

    def _say(self, **news: object) -> None:
        self.progress = replace(self.progress, **news)  # type: ignore[arg-type]
        self._changed()


class _Kept:
    """A closed scan of the spool as a source of bytes."""

    def __init__(self, spool: Spool, scan: KeptScan) -> None:
        assert scan.sha256 is not None
        assert scan.size is not None
        self._spool, self._scan = spool, scan.id
        self.sha256, self.size = scan.sha256, scan.size

    def read(self, offset: int) -> Iterator[bytes]:
        return self._spool.read(self._scan, offset)


def _is_of_the_line(error: EcopyError) -> bool:
    """Whether the next scan would fare no better."""
    return error.retryable or isinstance(error, NotAuthenticated | AssertionRefused | RemoteFault)
