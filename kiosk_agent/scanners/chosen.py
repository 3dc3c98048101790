"""The scanner of this counter: the one of the settings, else the first that is found; and one that waits for paper."""

from __future__ import annotations

from collections.abc import Generator

from kiosk_agent.scanners.find import list_scanners, open_scanner, pages_when_paper
from models.errors import ScannerNotFound
from models.ports import Scanner
from models.scanners import ScannedPage, ScannerFacts, ScanOrder


def the_scanner(address: str | None) -> Scanner:
    """Raises BadScannerAddress, ScannerNotFound where there is none, a ScannerFault."""
    if address is None:
        address = next(iter(list_scanners()), None)
    if address is None:
        raise ScannerNotFound(scanner="–")
    return open_scanner(address)


class Patient:
    """A scanner that waits `wait_s` seconds for paper in its feeder."""

    def __init__(self, scanner: Scanner, wait_s: float) -> None:
        self._scanner, self._wait_s = scanner, wait_s

    @property
    def facts(self) -> ScannerFacts:
        return self._scanner.facts

    def pages(self, order: ScanOrder) -> Generator[ScannedPage]:
        return pages_when_paper(self._scanner, order, wait=self._wait_s)
