"""The kiosk as it runs: one spool, one sender, one scanner at a time, and a word to the server every minute."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from types import TracebackType

from kiosk_agent.home import Home
from kiosk_agent.line import Line
from kiosk_agent.looking import Eyes
from kiosk_agent.scanners.memory import sweep
from kiosk_agent.scanning import Seen, scan_into
from kiosk_agent.sending import Sender
from kiosk_agent.settings import KioskSettings
from kiosk_agent.spool.obstacle import Obstacle
from kiosk_agent.spool.spool import KeptPage
from models.errors import EcopyError, KioskTwice, ScannerBusy
from models.ids import new_id
from models.ports import Scanner
from models.times import VIETNAM, iso
from models.wire.devices import DeviceReport, LastFault, ReportAnswer, ScannerSeen, SpoolDepth
from models.wire.profiles import KioskProfile

log = logging.getLogger("ecopy.kiosk")

VERSION = version("ecopy")


def now() -> datetime:
    """The machine's clock, in Vietnamese time."""
    return datetime.now(VIETNAM)


class Agent:
    """A running kiosk. Safe for several threads.

    Raises when it is made KioskNotEnrolled, KioskSecretsLost, SpoolBusy, SpoolBroken.
    """

    def __init__(self, settings: KioskSettings, *, clock: Callable[[], datetime] = now) -> None:
        self.settings = settings
        sweep()
        self.home = Home(settings, clock)
        self.line = Line(self.home)
        self.spool = self.home.open_spool()
        self.eyes, self.seen = Eyes(), Seen()
        self.news = News()
        self.sender = Sender(
            self.spool,
            self.line,
            now=clock,
            receipt_days=settings.receipt_days,
            changed=self.news.tell,
        )
        self.answer: ReportAnswer | None = None
        """What the server said when it last heard of this kiosk."""
        self.last_fault: LastFault | None = None
        self.scanners: tuple[ScannerSeen, ...] = ()
        """What is connected, as it was last seen; for the report."""
        self.apart: Obstacle | None = None
        """Why the server could not be told how this kiosk is, the last time that was tried."""
        self._clock = clock
        self._run = new_id()
        self._scanning = threading.Lock()
        self._stopping = threading.Event()
        self._reporter = threading.Thread(target=self._report_on, name="reporter", daemon=True)

    def __enter__(self) -> Agent:
        self.sender.start()
        self._reporter.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """What is under way ends; everything that was promised is on the disk anyway."""
        self._stopping.set()
        self.sender.stop()
        if self._reporter.is_alive():
            self._reporter.join()
        self.eyes.close()
        self.line.close()
        self.spool.close()

    def scan(
        self,
        scan: str,
        scanner: Scanner,
        profile: KioskProfile,
        told: Callable[[KeptPage], None] = lambda _: None,
    ) -> int:
        """Pull what lies in the scanner into an open scan, and tell each page; how many those were.

        Raises ScannerBusy, a ScannerFault, SpoolFull, ScanClosed, OrdersMissing; what came before is safe.
        """
        if not self._scanning.acquire(blocking=False):
            raise ScannerBusy(scanner=scanner.facts.address)
        count = 0
        try:
            orders = self.home.orders()
            for page in scan_into(
                self.spool,
                scan,
                scanner,
                profile,
                orders,
                eyes=self.eyes,
                seen=self.seen,
                changed=self.news.tell,
            ):
                count += 1
                told(page)
        except EcopyError as fault:
            self.fault(fault, scan)
            raise
        finally:
            self._scanning.release()
        return count

    def finish(self, scan: str) -> None:
        """Close a scan, so that it goes. Raises ScanEmpty, ScanClosed, SpoolFull, OrdersMissing."""
        pages = [page.id for page in self.spool.pages_of(scan)]
        self.spool.finish(scan, self.home.orders().sealing_key)
        self.seen.forget(pages)
        self.sender.nudge(scan)
        self.news.tell()

    def fault(self, fault: EcopyError, scan: str | None = None) -> None:
        """Remember what went wrong last, for the report."""
        log.warning("%s", fault)
        self.last_fault = LastFault(code=fault.code, at=iso(self._clock()), scan=scan)
        self.news.tell()

    def report(self) -> ReportAnswer:
        """Say how the kiosk is, now; new orders are fetched where there are any."""
        depth = self.spool.depth()
        said = DeviceReport(
            version=VERSION,
            at=iso(self._clock()),
            spool=SpoolDepth(
                open=depth.open,
                closed=depth.closed,
                pages=depth.pages,
                bytes=depth.bytes,
                oldest=depth.oldest,
                free=depth.free,
            ),
            scanners=self.scanners,
            last_fault=self.last_fault,
            orders=self.line.orders_tag,
            run=self._run,
        )
        self.answer = self.line.report(said)
        self.sender.held = Obstacle.of(KioskTwice()) if "two_at_once" in self.answer.troubles else None
        if self.answer.orders != self.line.orders_tag:
            self.line.fetch_orders()
        self.news.tell()
        return self.answer

    def _report_on(self) -> None:
        while not self._stopping.is_set():
            try:
                self.report()
                self.sender.nudge()  # the line is there
                self.apart = None
            except EcopyError as fault:
                log.warning("the server was not told how this kiosk is: %s", fault)
                self.apart = Obstacle.of(fault)
                self.news.tell()
            except Exception:
                # Nobody foresaw it: the log says it, and the next report may fare better.
                log.exception("the server was not told how this kiosk is")
            self._stopping.wait(self.settings.report_seconds)


class News:
    """Counts what has changed, so that a page on the screen may wait for it."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0

    @property
    def count(self) -> int:
        return self._count

    def tell(self) -> None:
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    def wait(self, after: int, timeout_s: float) -> int:
        """The count once it is beyond `after`, or after `timeout_s`."""
        with self._condition:
            self._condition.wait_for(lambda: self._count > after, timeout_s)
            return self._count
