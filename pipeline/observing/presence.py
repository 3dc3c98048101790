"""A machine says now and then that it is there, in the register that all machines share."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from models.times import iso
from pipeline.version import number
from storage.machines import Kind, MachineRecord, forget_machine, note_machine

if TYPE_CHECKING:
    from pipeline.application import Application

BEAT_S = 10.0
SILENT_AFTER = timedelta(seconds=60)
"""A machine that was not seen for so long is taken for dead."""
FORGOTTEN_AFTER = timedelta(days=1)


class Presence:
    """Of one machine, from its start to its stop."""

    def __init__(self, app: Application, holder: str, kind: Kind) -> None:
        self._app = app
        self._holder = holder
        self._kind: Kind = kind
        self._started_at = iso(app.clock.now())
        self._said = -BEAT_S

    def say(self) -> None:
        """It is there; said again within `BEAT_S`, nothing is written."""
        if time.monotonic() - self._said < BEAT_S:
            return
        now = self._app.clock.now()
        machine = MachineRecord(
            holder=self._holder,
            kind=self._kind,
            places=self._app.settings.workers,
            version=number()[:60],
            stages=self._app.in_hand.now(),
            started_at=self._started_at,
            seen_at=iso(now),
        )
        note_machine(self._app.engine, machine, forget_before=iso(now - FORGOTTEN_AFTER))
        self._said = time.monotonic()

    def leave(self) -> None:
        """It works no more."""
        forget_machine(self._app.engine, self._holder)


def alive(machine: MachineRecord, now: datetime) -> bool:
    """Whether it said a moment ago that it is there."""
    return age(machine.seen_at, now) <= SILENT_AFTER.total_seconds()


def age(since: str | None, now: datetime) -> float:
    """Seconds since then; 0 where there is nothing, and for what is still to come."""
    return 0.0 if since is None else max(0.0, (now - datetime.fromisoformat(since)).total_seconds())
