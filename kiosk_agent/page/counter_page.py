"""What stands behind the counter's page: the desk, the scanner, and the pulling of paper, which goes on by itself."""

from __future__ import annotations

import logging
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from kiosk_agent.agent import VERSION
from kiosk_agent.counter.desk import Desk
from kiosk_agent.encoding import encoded
from kiosk_agent.judged import Comparisons
from kiosk_agent.scanners.chosen import the_scanner
from models.errors import CardNotRead, EcopyError, ScannerBusy, ScannerGone, ScannerNotFound
from models.scanners import ScanOrder
from models.scans import Feed, PaperCount
from models.text import Language
from models.wire.devices import ScannerSeen

if TYPE_CHECKING:
    from kiosk_agent.advices import Advice
    from kiosk_agent.agent import Agent
    from kiosk_agent.looking import Together
    from kiosk_agent.spool.spool import KeptPage
    from models.ports import Scanner

log = logging.getLogger("ecopy.kiosk.page")

FIND_EVERY_S = 20.0


class CounterPage:
    """One counter's page. Safe for several threads, and for several windows of the same counter."""

    version = VERSION

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.desk = Desk(agent)
        self.language: Language = agent.settings.language
        self.scanning: str | None = None
        self.scanner_fault: EcopyError | None = None
        self._scanner: Scanner | None = None
        self._puller: threading.Thread | None = None
        self._guard = threading.Lock()
        self._closing = threading.Event()
        self._finder = threading.Thread(target=self._find_on, name="finder", daemon=True)
        self._orders: dict[str, list[ScanOrder]] = {}
        self._compared: dict[str, Comparisons] = {}
        self._together: dict[str, tuple[object, tuple[Advice, ...]]] = {}

    def start(self) -> None:
        """Look for the scanner, now and whenever there is none."""
        self._finder.start()

    def close(self) -> None:
        """Waits for the sheet that is being scanned: it is kept."""
        self._closing.set()
        if self._puller is not None:
            self._puller.join()
        self.desk.close()

    @property
    def scanner_name(self) -> str | None:
        """What the scanner calls itself; None before it was found."""
        if self._scanner is None:
            return None
        facts = self._scanner.facts
        return facts.device.model or facts.address

    def find_scanner(self) -> str:
        """Open the scanner of the settings, or the first that there is. Raises ScannerNotFound, a ScannerFault."""
        try:
            scanner = the_scanner(self.agent.settings.scanner)
            name = scanner.facts.device.model or scanner.facts.address
        except EcopyError as fault:
            self.scanner_fault = fault
            self.agent.scanners = ()
            self.agent.fault(fault)
            raise
        self._scanner, self.scanner_fault = scanner, None
        self.agent.scanners = (ScannerSeen(name=name[:120], ready=True),)
        self.agent.news.tell()
        return name

    def pull(self, scan: str, profile_name: str | None, counted: int | None) -> None:
        """Begin to pull what lies in the scanner into an open scan; pages and faults show as they come.

        Raises ScannerBusy, ProfileUnknown, OrdersMissing, ScanUnknown, ScanClosed, a ScannerFault where there is no scanner.
        """
        profile = self.agent.home.profile(profile_name)
        with self._guard:
            if self.scanning is not None:
                raise ScannerBusy(scanner=self.scanner_name or "–")
            if self._scanner is None:
                self.find_scanner()
            scanner = self._scanner
            assert scanner is not None
            self.desk.note(scan, profile, scanner.facts, counted)
            self.scanning, self.scanner_fault = scan, None
            self._orders.setdefault(scan, []).append(profile.order)

        def run() -> None:
            try:
                self.agent.scan(scan, scanner, profile)
            except EcopyError as fault:
                self.scanner_fault = fault
                if isinstance(fault, ScannerGone | ScannerNotFound):
                    self._scanner = None  # it is looked for anew
                    self.agent.scanners = ()
            finally:
                self.scanning = None
                self.agent.news.tell()

        self._puller = threading.Thread(target=run, name="scanner")
        self._puller.start()
        self.agent.news.tell()

    def identify_by_card(self) -> None:
        """Take the holder's number off the code of a card that lies in the scanner; the picture is kept nowhere.

        Raises ScannerBusy, CardNotRead, a ScannerFault, and as `Desk.identify`.
        """
        self.desk.at_counter()
        with self._guard:
            if self.scanning is not None:
                raise ScannerBusy(scanner=self.scanner_name or "–")
            if self._scanner is None:
                self.find_scanner()
            assert self._scanner is not None
            feed: Feed = "flatbed" if "flatbed" in self._scanner.facts.feeds else "feeder"
            with closing(self._scanner.pages(ScanOrder(feed=feed))) as pages:
                page = encoded(next(pages))
        number = self.agent.eyes.number_on(page.content, page.media_type, page.dpi)
        if number is None:
            raise CardNotRead()
        self.desk.identify(number)

    def drop_page(self, page: str, scan: str) -> None:
        """Raises ScanUnknown, ScanClosed."""
        self.agent.spool.drop_page(page)
        self.agent.seen.forget([page])
        self._orders.pop(scan, None)  # which side is which is not known any more
        self.agent.news.tell()

    def put_in_order(self, scan: str, pages: list[str]) -> None:
        """Raises ScanUnknown, ScanClosed."""
        self.agent.spool.put_in_order(scan, pages)
        self._orders.pop(scan, None)
        self.agent.news.tell()

    def finish(self, scan: str) -> None:
        """Raises ScanEmpty, ScanClosed, SpoolFull, OrdersMissing."""
        self.agent.finish(scan)
        self._forget(scan)

    def give_up(self, scan: str) -> None:
        """Raises ScanUnknown, ScanClosed."""
        self.desk.give_up(scan)
        self._forget(scan)

    def order_of(self, scan: str) -> ScanOrder | None:
        """How a scan was scanned, where all of it came in one go."""
        orders = self._orders.get(scan, [])
        return orders[0] if len(orders) == 1 else None

    def together(self, scan: str, pages: list[KeptPage], counted: int | None) -> tuple[Advice, ...]:
        """What is odd about the pages of an open scan taken together; nothing until all of them have been looked at."""
        looks = [self.agent.seen.looks.get(one.id) for one in pages]
        checks = [look.check for look in looks if look is not None]
        if not checks or len(checks) < len(pages) or self.scanning == scan:
            return ()
        order = self.order_of(scan)
        asked = (tuple(one.id for one in pages), counted, order)
        known, advices = self._together.get(scan, (None, ()))
        if known == asked:
            return advices
        self._together[scan] = (asked, ())

        def then(found: Together | EcopyError) -> None:
            if not isinstance(found, EcopyError) and self._together.get(scan, (None, ()))[0] == asked:
                self._together[scan] = (asked, found[0])
                self._compared[scan] = found[1]
            self.agent.news.tell()

        paper = PaperCount(pages=counted) if counted is not None else None
        self.agent.eyes.compare(checks, paper, order, self._compared.get(scan, Comparisons()), then)
        return ()

    def _find_on(self) -> None:
        while not self._closing.is_set():
            if self._scanner is None and self.scanning is None:
                with suppress(EcopyError), self._guard:  # it is told as `scanner_fault`
                    self.find_scanner()
            self._closing.wait(FIND_EVERY_S)

    def _forget(self, scan: str) -> None:
        self._orders.pop(scan, None)
        self._compared.pop(scan, None)
        self._together.pop(scan, None)
