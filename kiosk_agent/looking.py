"""The eyes of the kiosk: pages are judged in a process of their own, which ends when nothing is scanned for a while.

A picture that a device sent is not to be trusted with the program that holds the spool; and what reads pictures takes more
memory than everything else here together.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from queue import Queue
from typing import TypeVar

from kiosk_agent.advices import Advice
from kiosk_agent.judged import Comparisons, Look, PageCheck
from models.errors import EcopyError, PictureNotJudged
from models.quality import PictureLimits
from models.scanners import ScanOrder
from models.scans import PaperCount
from models.wire.sealed import PageMedia

R = TypeVar("R")
Together = tuple[tuple[Advice, ...], Comparisons]

IDLE_S = 60.0


class Eyes:
    """Judges pages, one piece of work after the other. Safe for several threads.

    Every `then` is called in another thread, with what was seen, or with why nothing was.
    """

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._guard = threading.Lock()
        self._idle_s = idle_s
        self._pool: ProcessPoolExecutor | None = None
        self._timer: threading.Timer | None = None
        self._at_work = 0

    def look(
        self,
        content: bytes,
        media_type: PageMedia,
        limits: PictureLimits,
        *,
        dpi: int,
        told: tuple[str, ...],
        then: Callable[[Look | EcopyError], None],
    ) -> None:
        """Judge a page."""
        self._submit(then, _look, content, media_type, limits, dpi, told)

    def compare(
        self,
        pages: list[PageCheck],
        counted: PaperCount | None,
        order: ScanOrder | None,
        compared: Comparisons,
        then: Callable[[Together | EcopyError], None],
    ) -> None:
        """Judge the pages of one paper together."""
        self._submit(then, _compare, pages, counted, order, compared)

    def number_on(self, content: bytes, media_type: PageMedia, dpi: int) -> str | None:
        """The personal number in the QR code of a card, waited for; None where there is none. Raises PictureNotJudged, or what the
        picture can't be read for."""
        said: Queue[str | EcopyError | None] = Queue()
        self._submit(said.put, _number_on, content, media_type, dpi)
        found = said.get()
        if isinstance(found, EcopyError):
            raise found
        return found

    def close(self) -> None:
        with self._guard:
            if self._timer is not None:
                self._timer.cancel()
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def _submit(self, then: Callable[[R | EcopyError], None], work: Callable[..., R], *words: object) -> None:
        with self._guard:
            self._at_work += 1
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            pool = self._pool = self._pool or _new_pool()
            try:
                seen = pool.submit(work, *words)
            except BrokenProcessPool:  # a picture has killed the process; the next one gets another
                pool.shutdown(wait=False)
                pool = self._pool = _new_pool()
                seen = pool.submit(work, *words)

        def done(future: Future[R]) -> None:
            self._rest(pool)
            if future.cancelled():  # the kiosk is closing
                return
            fault = future.exception()
            if fault is None:
                then(future.result())
            elif isinstance(fault, EcopyError):
                then(fault)
            else:
                then(PictureNotJudged(reason=type(fault).__name__))

        seen.add_done_callback(done)

    def _rest(self, pool: ProcessPoolExecutor) -> None:
        with self._guard:
            self._at_work -= 1
            if not self._at_work and self._pool is pool:
                self._timer = threading.Timer(self._idle_s, self._sleep)
                self._timer.daemon = True
                self._timer.start()

    def _sleep(self) -> None:
        with self._guard:
            if self._at_work or self._pool is None:
                return
            pool, self._pool = self._pool, None
        pool.shutdown(wait=False)


def _new_pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent
    )


def _end_with_parent() -> None:
    """In the child: a kiosk that was killed leaves nothing behind that waits for it for ever."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        assert parent is not None
        parent.join()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def _look(
    content: bytes, media_type: PageMedia, limits: PictureLimits, dpi: int, told: tuple[str, ...]
) -> Look:
    from kiosk_agent.checks import check_page, preview

    check = check_page(content, media_type, limits, dpi=dpi, told=told)
    return Look(check, preview(content, media_type, orientation=check.picture.orientation))


def _number_on(content: bytes, media_type: PageMedia, dpi: int) -> str | None:
    import numpy as np

    from imaging.codes import find_codes
    from kiosk_agent.photographs import pixels_of
    from models.identifiers import personal_id
    from models.pages import SourceKind

    picture = pixels_of(content, SourceKind.PNG if media_type == "image/png" else SourceKind.JPEG)
    grey = picture.convert("L") if picture.mode == "1" else picture
    for code in find_codes(np.asarray(grey), float(dpi)):
        # The card's code is a line of fields; the number is the first of them, as it stands on the card.
        first = bytes(code.payload).split(b"|")[0].decode("ascii", "replace").strip()
        if personal_id.is_valid(first):
            return first
    return None


def _compare(
    pages: list[PageCheck], counted: PaperCount | None, order: ScanOrder | None, compared: Comparisons
) -> Together:
    from kiosk_agent.checks import check_scan

    return tuple(check_scan(pages, counted=counted, order=order, compared=compared)), compared
