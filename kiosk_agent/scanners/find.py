"""Scanners by their addresses: which there are, opening one, waiting until it has paper.

Each kind is loaded when one is opened: a kiosk with one scanner has no memory to spare for the libraries of the others.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.parse import urlsplit

from models.errors import BadScannerAddress, FeederEmpty
from models.ports import Scanner
from models.scanners import ScannedPage, ScanOrder

KINDS = ("sane", "escl", "folder", "camera", "windows")
POLL_S = 1.0
WAIT_S = 120.0


def open_scanner(address: str) -> Scanner:
    """`sane:NAME`, `escl:http://HOST/eSCL`, `folder:/PATH` (`folder:/PATH?after=delete` leaves nothing there), `camera:0`
    or `camera:/FILM`, `windows:ID`. Nothing is asked of the device yet. Raises BadScannerAddress.
    """
    kind, _, rest = address.partition(":")
    wrong = BadScannerAddress(address=address)
    if not rest or kind not in KINDS:
        raise wrong
    if kind == "sane":
        from kiosk_agent.scanners.sane import SaneScanner

        return SaneScanner(rest)
    if kind == "escl":
        if urlsplit(rest).scheme not in ("http", "https") or not urlsplit(rest).hostname:
            raise wrong
        from kiosk_agent.scanners.escl import EsclScanner

        return EsclScanner(rest)
    if kind == "camera":
        from kiosk_agent.scanners.camera import CameraScanner

        return CameraScanner(int(rest) if rest.isdecimal() else Path(rest))
    if kind == "windows":
        from kiosk_agent.scanners.windows import WindowsScanner

        return WindowsScanner(rest)
    path, _, after = rest.partition("?after=")
    if after not in ("", "move", "delete") or "?" in path:
        raise wrong
    from kiosk_agent.scanners.folder import FolderScanner

    return FolderScanner(Path(path), after="delete" if after == "delete" else "move")


def list_scanners() -> list[str]:
    """The addresses of what is connected here; that takes seconds. Driverless devices are listed where SANE's own driver for
    them is installed; by its address any of them can be opened. Raises ScannerFault.
    """
    from kiosk_agent.scanners import devices, sane, windows

    if sys.platform == "win32":
        return [f"windows:{one}" for one in windows.find()]
    return [*(f"sane:{one}" for one in sane.find()), *(f"camera:{one}" for one in devices.find())]


def pages_when_paper(
    scanner: Scanner,
    order: ScanOrder,
    *,
    wait: float = WAIT_S,
    poll: float = POLL_S,
    stopped: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> Generator[ScannedPage]:
    """The scanner's pages; while its feeder is empty it is asked again every `poll` seconds.

    Raises FeederEmpty after `wait` seconds without paper or when `stopped` says so, else what the scanner raises.
    """
    until = clock() + wait
    while True:
        pages = scanner.pages(order)
        try:
            first = next(pages, None)
        except FeederEmpty:
            if stopped() or clock() >= until:
                raise
            sleep(poll)
            continue
        if first is not None:
            yield first
            yield from pages
        return
