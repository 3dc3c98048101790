"""Slots of the machine: so many children at work at once, and how long a thread has waited for one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Slots:
    """`count` places for work that takes a whole core. Safe for any number of threads."""

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(count)
        self._waited = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """A slot, waited for as long as it takes."""
        began = time.perf_counter()
        with self._free:
            self._waited.seconds = self._so_far + time.perf_counter() - began
            yield

    def stopwatch(self) -> Callable[[], float]:
        """Tells the seconds since now that this thread did not spend waiting for a slot: what the work itself took."""
        began, waited = time.perf_counter(), self._so_far
        return lambda: time.perf_counter() - began - (self._so_far - waited)

    @property
    def _so_far(self) -> float:
        """Seconds that this thread has ever waited."""
        return float(getattr(self._waited, "seconds", 0.0))
