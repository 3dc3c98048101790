"""Scanning: page by page from the scanner into the spool, each on the disk before the next is pulled, judged beside that."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kiosk_agent.encoding import encoded
from kiosk_agent.judged import Look
from kiosk_agent.looking import Eyes
from kiosk_agent.spool.spool import KeptPage, Spool
from models.errors import EcopyError
from models.ports import Scanner
from models.wire.profiles import KioskProfile, Orders

PREVIEWS = 60
"""Pages of which the screen shows a picture; the kiosk can't open older ones any more."""


@dataclass
class Seen:
    """What is known of the pages of open scans besides what the spool keeps. Safe for several threads."""

    looks: OrderedDict[str, Look] = field(default_factory=OrderedDict)
    faults: dict[str, EcopyError] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def expect(self, page: str) -> None:
        with self._guard:
            self.waiting.add(page)

    def found(self, page: str, look: Look | EcopyError) -> None:
        with self._guard:
            self.waiting.discard(page)
            if isinstance(look, EcopyError):
                self.faults[page] = look
                return
            self.looks[page] = look
            while len(self.looks) > PREVIEWS:
                self.looks.popitem(last=False)

    def forget(self, pages: list[str]) -> None:
        """These pages are gone, or closed."""
        with self._guard:
            for page in pages:
                self.looks.pop(page, None)
                self.faults.pop(page, None)
                self.waiting.discard(page)


def scan_into(
    spool: Spool,
    scan: str,
    scanner: Scanner,
    profile: KioskProfile,
    orders: Orders,
    *,
    eyes: Eyes,
    seen: Seen,
    changed: Callable[[], None] = lambda: None,
) -> Iterator[KeptPage]:
    """Pull what lies in the scanner into an open scan; each page that comes out of this is safe.

    Raises a ScannerFault, SpoolFull, ScanClosed, or what a picture can't be read for; all pages before that are safe, and
    calling again goes on with what lies in the scanner then.
    """
    for page in scanner.pages(profile.order):
        picture = encoded(page, profile.encoding, quality=profile.jpeg_quality)
        kept = spool.add(scan, picture.content, picture.media_type, orders.sealing_key, dpi=picture.dpi)
        seen.expect(kept.id)

        def then(look: Look | EcopyError, kept: KeptPage = kept) -> None:
            seen.found(kept.id, look)
            changed()

        eyes.look(
            picture.content,
            picture.media_type,
            orders.limits,
            dpi=picture.dpi,
            told=page.told,
            then=then,
        )
        changed()
        yield kept
