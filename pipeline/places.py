"""Places at work: so many papers at the same time, those aside that only wait for somebody else's service."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Places:
    """Places that are taken while this machine works on a paper, and left while another one does."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._coming_back = 0
        self._changed = threading.Condition()

    def take(self) -> bool:
        """Take a place at once; whoever comes back from outside goes first."""
        with self._changed:
            if self._free < 1 or self._coming_back:
                return False
            self._free -= 1
            return True

    @property
    def free(self) -> int:
        """How many could be taken now."""
        with self._changed:
            return 0 if self._coming_back else self._free

    def give(self) -> None:
        with self._changed:
            self._free += 1
            self._changed.notify()

    @contextmanager
    def held(self) -> Iterator[None]:
        """This thread is at one of the places, taken before; afterwards it is free."""
        before = _HELD.set(self)
        try:
            yield
        finally:
            _HELD.reset(before)
            self.give()

    def come_back(self) -> None:
        with self._changed:
            self._coming_back += 1
            try:
                self._changed.wait_for(lambda: self._free > 0)
                self._free -= 1
            finally:
                self._coming_back -= 1


_HELD: ContextVar[Places | None] = ContextVar("places", default=None)


@contextmanager
def outside() -> Iterator[None]:
    """What happens inside is mostly waiting for others, such as a time-stamping authority that takes minutes: another
    paper may have the place meanwhile. Where nobody counts places it changes nothing."""
    places = _HELD.get()
    if places is None:
        yield
        return
    places.give()
    try:
        yield
    finally:
        places.come_back()
