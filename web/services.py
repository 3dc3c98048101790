"""Work beside the requests: threads that start with the application and stop with it."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod

from pipeline.application import Application

log = logging.getLogger("ecopy.web")


class Service(ABC):
    """Something done again and again, woken early by `nudge`; a fault in one round is logged and the next one comes."""

    name = "service"
    every_s = 30.0

    def __init__(self, office: Application) -> None:
        self.office = office
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"ecopy-{self.name}", daemon=True)

    @abstractmethod
    def round(self) -> None:
        """One round of work; long ones look at `stopping` now and then."""

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        """There is something to do now."""
        self._awake.set()

    def stop(self, timeout_s: float = 30) -> None:
        """Ask it to stop, and wait until the round it is in has ended."""
        self._stopping.set()
        self._awake.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self.stopping:
            self._awake.clear()
            try:
                self.round()
            except Exception:
                log.exception("%s: a round failed", self.name)
            self._awake.wait(self.every_s)
