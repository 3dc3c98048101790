"""Health: whether what the program stands on can be used, and whether somebody works.

`fail`: this process can't do its part, and nobody should send it anything. `warn`: papers are taken in and lie safe, but
somebody should look.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from models.errors import EcopyError
from models.ids import new_id
from pipeline.observing.presence import age, alive
from storage.machines import machines
from storage.stores.folder import FolderStore
from storage.workload import oldest_lease

if TYPE_CHECKING:
    from pipeline.application import Application

Status = Literal["pass", "warn", "fail"]
_WORST: tuple[Status, ...] = ("pass", "warn", "fail")

KEPT_S = 5.0
"""So long what was found out is told again, however many ask."""
FULL_BYTES = 256 << 20
"""With less free space on its disk than this a home takes nothing in."""
OVERDUE_S = 300.0
"""So long after its end a lease has not been taken over only where nobody works."""


@dataclass(frozen=True)
class Check:
    """`found`: a figure or a code; nothing secret, nothing personal."""

    component: str
    status: Status
    found: str


@dataclass(frozen=True)
class Health:
    """All checks, and the worst of them."""

    checks: tuple[Check, ...]

    @property
    def status(self) -> Status:
        return max((check.status for check in self.checks), key=_WORST.index, default="pass")


class Examiner:
    """Examines when asked, and again only after a while: whoever asks often costs nothing."""

    def __init__(
        self,
        app: Application,
        *,
        broker: Callable[[], bool] | None = None,
        threads: Callable[[], Mapping[str, bool]] = dict,
    ) -> None:
        """`broker` asks whether it answers; `threads` names those of this process and tells whether they live."""
        self._app = app
        self._broker = broker
        self._threads = threads
        self._lock = threading.Lock()
        self._kept: Health | None = None
        self._kept_at = 0.0

    def __call__(self) -> Health:
        with self._lock:
            if self._kept is None or time.monotonic() - self._kept_at >= KEPT_S:
                self._kept = Health(self._examined())
                self._kept_at = time.monotonic()
            return self._kept

    def _examined(self) -> tuple[Check, ...]:
        checks = [
            _tried("database", self._database),
            _tried("store", self._store),
            _tried("disk", self._disk),
            _tried("threads", self._living),
        ]
        if self._broker is not None:
            checks.append(_tried("broker", self._answering, worst="warn"))
        if checks[0].status == "pass":
            checks += [_tried("machines", self._machines), _tried("leases", self._leases)]
        return tuple(checks)

    def _database(self) -> tuple[Status, str]:
        with self._app.register.reading() as connection:
            connection.execute(sa.text("select 1"))
        return "pass", self._app.engine.dialect.name

    def _store(self) -> tuple[Status, str]:
        store = self._app.store
        if isinstance(store, FolderStore) and not store.folder.is_dir():  # such as a disk that is not mounted
            return "fail", "no folder"
        store.exists(new_id())  # raises where it can't be reached
        return "pass", ""

    def _disk(self) -> tuple[Status, str]:
        free = shutil.disk_usage(self._app.settings.home).free
        return ("pass" if free >= FULL_BYTES else "fail"), f"{free >> 20} MiB"

    def _living(self) -> tuple[Status, str]:
        dead = sorted(name for name, alive in self._threads().items() if not alive)
        return ("fail" if dead else "pass"), ", ".join(dead)

    def _answering(self) -> tuple[Status, str]:
        assert self._broker is not None
        return ("pass" if self._broker() else "warn"), ""

    def _machines(self) -> tuple[Status, str]:
        now = self._app.clock.now()
        with self._app.register.reading() as connection:
            there = sum(alive(machine, now) for machine in machines(connection))
        return ("pass" if there else "warn"), str(there)

    def _leases(self) -> tuple[Status, str]:
        with self._app.register.reading() as connection:
            overdue = age(oldest_lease(connection), self._app.clock.now())
        return ("warn" if overdue > OVERDUE_S else "pass"), f"{overdue:.0f} s"


def _tried(component: str, look: Callable[[], tuple[Status, str]], *, worst: Status = "fail") -> Check:
    try:
        status, found = look()
    except (EcopyError, OSError) as fault:
        return Check(component, worst, fault.code if isinstance(fault, EcopyError) else type(fault).__name__)
    return Check(component, status, found)
