"""How a command that goes on and on is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def told_to_stop(*, second_ends: bool = False) -> Iterator[threading.Event]:
    """Set by SIGTERM or Ctrl+C: what is in hand is finished, then the command ends. With `second_ends` a second one ends it
    at once."""
    stop = threading.Event()
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}

    def told(number: int, frame: FrameType | None) -> None:
        stop.set()
        if second_ends:
            signal.signal(number, before[signal.Signals(number)])

    for one in before:
        signal.signal(one, told)
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
