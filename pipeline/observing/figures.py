"""Figures for Prometheus: what this process counts of its own work, and what it reads from the register when asked."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import sqlalchemy as sa
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from models.wire.devices import KioskState
from pipeline.kiosks.reports import counted_kiosks
from pipeline.observing.catalogue import BY_NAME
from pipeline.observing.health import KEPT_S, Health
from pipeline.observing.meter import Meter
from pipeline.observing.presence import age, alive
from pipeline.version import number
from storage.machines import machines
from storage.stores.folder import FolderStore
from storage.work import PRIORITIES
from storage.workload import (
    awaiting_stamp,
    in_review,
    jobs_by_state,
    oldest_by_priority,
    oldest_lease,
    parked_by_code,
)

if TYPE_CHECKING:
    from pipeline.application import Application

log = logging.getLogger("ecopy.metrics")

PAGE_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
STAMP_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45, 90, 180)
"""Seconds. The government's authority has been seen to take 2 to 131."""

_NAMES = {priority: name for name, priority in PRIORITIES.items()}


class CountingMeter(Meter):
    """Counts in a registry of its own."""

    counts = True

    def __init__(self) -> None:
        disable_created_metrics()  # a second series for each, which says when counting began: the process tells that
        self.registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self.registry)
        self._pages = self._histogram("ecopy_page_seconds", PAGE_BUCKETS)
        self._stamps = self._histogram("ecopy_timestamp_seconds", STAMP_BUCKETS)
        self._documents = self._counter("ecopy_documents_total")
        self._pages_done = self._counter("ecopy_pages_total")
        self._reviews = self._counter("ecopy_reviews_total")
        self._failures = self._counter("ecopy_failures_total")
        self._problems = self._counter("ecopy_problems_total")
        self._bytes = self._counter("ecopy_upload_bytes_total")
        self._store = self._counter("ecopy_store_failures_total")
        self._over = self._counter("ecopy_jobs_taken_over_total")
        self._children = self._counter("ecopy_children_ended_total")
        for person in ("needed", "not_needed"):
            self._reviews.labels(person)

    def stage_done(self, stage: str, seconds: float, pages: int) -> None:
        one = self._pages.labels(stage)
        for _ in range(pages):
            one.observe(seconds / pages)

    def document_done(self, outcome: str, pages: int) -> None:
        self._documents.labels(outcome).inc()
        self._pages_done.labels(outcome).inc(pages)

    def reviewed(self, *, needs_person: bool) -> None:
        self._reviews.labels("needed" if needs_person else "not_needed").inc()

    def failed(self, code: str) -> None:
        self._failures.labels(code).inc()

    def problem(self, code: str) -> None:
        self._problems.labels(code).inc()

    def stamped(self, authority: str, seconds: float, *, good: bool) -> None:
        self._stamps.labels(authority, "good" if good else "failed").observe(seconds)

    def uploaded(self, size: int) -> None:
        self._bytes.inc(size)

    def store_failed(self, store: Literal["first", "second"], code: str) -> None:
        self._store.labels(store, code).inc()

    def taken_over(self) -> None:
        self._over.inc()

    def child_ended(self, stage: str, reason: str) -> None:
        self._children.labels(stage, reason).inc()

    def _counter(self, name: str) -> Counter:
        figure = BY_NAME[name]
        return Counter(name.removesuffix("_total"), figure.en, figure.labels, registry=self.registry)

    def _histogram(self, name: str, buckets: tuple[float, ...]) -> Histogram:
        figure = BY_NAME[name]
        return Histogram(name, figure.en, figure.labels, buckets=buckets, registry=self.registry)


class RegisterCollector(Collector):
    """What is read when somebody asks; whatever can't be read is left out, so that the rest is told all the same."""

    def __init__(self, app: Application, health: Callable[[], Health]) -> None:
        self._app = app
        self._health = health
        self._lock = threading.Lock()
        self._kept: list[Metric] = []
        self._kept_at = -KEPT_S

    def collect(self) -> Iterator[Metric]:
        yield _gauge("ecopy_build_info", [((number(),), 1)])
        yield _gauge("ecopy_disk_free_bytes", self._disk())
        yield _gauge("ecopy_stage_documents", [((s,), n) for s, n in self._app.in_hand.now().items()])
        restarts = CounterMetricFamily("ecopy_nursery_restarts", BY_NAME["ecopy_nursery_restarts_total"].en)
        restarts.add_metric((), self._app.sandbox.restarts)
        yield restarts
        checks = self._health().checks
        yield _gauge(
            "ecopy_component_up", [((check.component,), float(check.status == "pass")) for check in checks]
        )
        yield from self._of_register()

    def _disk(self) -> list[tuple[tuple[str, ...], float]]:
        home = self._app.settings.home
        places: dict[str, Path] = {"home": home}
        store = self._app.store
        if isinstance(store, FolderStore) and not store.folder.is_relative_to(home.absolute()):
            places["store"] = store.folder
        return [((name,), shutil.disk_usage(place).free) for name, place in places.items()]

    def _of_register(self) -> list[Metric]:
        # Of several who ask at once, one asks the register and the others get what it was told; a register that hangs
        # holds up one of them.
        if not self._lock.acquire(timeout=KEPT_S):
            return []
        try:
            if time.monotonic() - self._kept_at >= KEPT_S:
                self._kept = []
                with self._app.register.reading() as connection:
                    self._kept = list(self._read(connection, self._app.clock.now()))
                self._kept_at = time.monotonic()
        except Exception:
            log.exception("the register could not be asked for figures")
        finally:
            self._lock.release()
        return self._kept

    def _read(self, connection: sa.Connection, now: datetime) -> Iterable[Metric]:
        oldest = oldest_by_priority(connection)
        yield _gauge(
            "ecopy_oldest_waiting_seconds",
            [((name,), age(oldest.get(priority), now)) for priority, name in _NAMES.items()],
        )
        counted = jobs_by_state(connection)
        yield _gauge("ecopy_jobs", [((_NAMES[p], state), n) for (p, state), n in counted.items()])
        yield _gauge("ecopy_parked_jobs", [((code,), n) for code, n in parked_by_code(connection).items()])
        yield _gauge("ecopy_review_documents", [((), in_review(connection))])
        waiting, since = awaiting_stamp(connection)
        yield _gauge("ecopy_timestamp_waiting_ecopies", [((), waiting)])
        yield _gauge("ecopy_oldest_timestamp_wait_seconds", [((), age(since, now))])
        seen = [alive(one, now) for one in machines(connection)]
        yield _gauge("ecopy_machines", [(("alive",), seen.count(True)), (("silent",), seen.count(False))])
        kiosks = counted_kiosks(connection, now)
        yield _gauge("ecopy_kiosks", [((state,), kiosks[state]) for state in get_args(KioskState)])
        yield _gauge("ecopy_lease_overdue_seconds", [((), age(oldest_lease(connection), now))])


def _gauge(name: str, samples: Iterable[tuple[tuple[str, ...], float]]) -> GaugeMetricFamily:
    figure = BY_NAME[name]
    family = GaugeMetricFamily(name, figure.en, labels=figure.labels)
    for labels, value in samples:
        family.add_metric(labels, value)
    return family
