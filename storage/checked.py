"""A content that is checked while it is read, and the memory of what was found sound a moment ago."""

from __future__ import annotations

import hashlib
import io
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import BinaryIO

from models.errors import StorageFault

SOUND_FOR_S = 600.0
MOST_REMEMBERED = 10_000


class CheckedReader(io.RawIOBase):
    """Reads from the beginning to the end, once; whoever got every byte got the right ones."""

    def __init__(self, source: BinaryIO, size: int, sha256: str, verdict: Callable[[bool], None]) -> None:
        """`size` and `sha256` are what it should be. `verdict` hears before the last piece is given whether it is that, and
        raises where it is not."""
        self._source, self._sha256, self._verdict = source, sha256, verdict
        self._left = size
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, fewer at the end alone. Raises what `verdict` raises, or StorageFault."""
        wanted = self._left if size < 0 else min(size, self._left)
        ends = self._left and wanted == self._left
        parts = []
        try:
            while wanted and (part := self._source.read(wanted)):
                self._digest.update(part)
                parts.append(part)
                wanted -= len(part)
        except OSError as fault:
            raise StorageFault(reason=str(fault)) from fault
        piece = b"".join(parts)
        self._left -= len(piece)
        if wanted:  # it is shorter than it should be
            self._verdict(False)
        elif ends:
            self._verdict(self._digest.hexdigest() == self._sha256)
        return piece


class Soundness:
    """Which objects were hashed whole and found right within the last minutes; objects never change, disks do.

    Only who gives a content to many leans on it: a viewer that asks for a file in a hundred stretches, or several people
    who look at one file, need it hashed once. Works from several threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, key: str) -> None:
        """It was found sound now."""
        with self._lock:
            self._until[key] = self._clock() + SOUND_FOR_S
            self._until.move_to_end(key)
            while len(self._until) > MOST_REMEMBERED:
                self._until.popitem(last=False)

    def holds(self, key: str) -> bool:
        """Whether that is still near enough."""
        with self._lock:
            return self._until.get(key, 0.0) > self._clock()
