"""Watched folders beside the requests: one thread each, since a share that hangs must not hold up another."""

from __future__ import annotations

import threading

from pipeline.application import Application
from pipeline.watch.watcher import Watcher
from web.services import Service


class Watching(Service):
    """Sees to it that every folder of `ECOPY_WATCH` is watched; without any there is nothing to do."""

    name = "watch"

    def __init__(self, office: Application) -> None:
        """Raises WatchFolderWrong."""
        super().__init__(office)
        self._stop = threading.Event()
        self._watchers = [
            Watcher(office, order, stopping=self._stop.is_set) for order in office.settings.watch_orders
        ]
        self._threads: list[threading.Thread] = []

    def round(self) -> None:
        for watcher in self._watchers[len(self._threads) :]:
            thread = threading.Thread(target=watcher.run, args=(self._stop,), name="ecopy-watch", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout_s: float = 30) -> None:
        self._stop.set()
        super().stop(timeout_s)
        for thread in self._threads:
            thread.join(timeout_s)
