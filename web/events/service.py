"""The service that delivers: new events to every webhook, side by side, so that a slow receiver holds up nobody else."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from pipeline.application import Application
from pipeline.events.delivering import AT_ONCE, deliver, forget_old_events, prepare
from pipeline.events.sending import Sender
from web.services import Service

log = logging.getLogger("ecopy.events")

SIDE_BY_SIDE = 8
FORGETS_EVERY_S = 3600.0


class Deliveries(Service):
    """Looks for events every second; `newest` is the number of the newest one, for those who wait for it."""

    name = "deliveries"
    every_s = 1.0

    def __init__(self, office: Application) -> None:
        super().__init__(office)
        self.newest = 0
        self._sender = Sender.of(office.settings)
        self._hands = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="ecopy-delivery")
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._forgets_at = 0.0

    def round(self) -> None:
        self.newest, waiting = prepare(self.office)
        for hook_id in waiting:
            with self._lock:
                if self.stopping or hook_id in self._busy:
                    continue
                self._busy.add(hook_id)
            self._hands.submit(self._deliver, hook_id)
        if time.monotonic() >= self._forgets_at and not forget_old_events(self.office):
            self._forgets_at = time.monotonic() + FORGETS_EVERY_S

    def stop(self, timeout_s: float = 30) -> None:
        """Deliveries under way end by themselves within the limit of one; no further ones begin."""
        super().stop(timeout_s)
        self._hands.shutdown(wait=True, cancel_futures=True)

    def _deliver(self, hook_id: str) -> None:
        arrived = 0
        try:
            arrived = deliver(self.office, self._sender, hook_id, stopping=lambda: self.stopping)
        except Exception:
            log.exception("webhook %s: a round of deliveries failed", hook_id)
        finally:
            with self._lock:
                self._busy.discard(hook_id)
        if arrived == AT_ONCE:
            self.nudge()
