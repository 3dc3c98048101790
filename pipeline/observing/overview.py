"""All machines and all that waits, at one look: read from the register that they share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models.times import iso
from pipeline.hands import agency_identifier
from pipeline.observing.presence import age, alive
from storage import schema as t
from storage.machines import machines
from storage.work import PRIORITIES
from storage.workload import (
    awaiting_stamp,
    held_by_machine,
    in_review,
    jobs_by_state,
    load_of_agencies,
    oldest_by_priority,
    oldest_lease,
    pages_done,
    parked_by_code,
)

if TYPE_CHECKING:
    from pipeline.application import Application

WINDOW = timedelta(minutes=5)
"""The speed is that of the last so many minutes."""

_NAMES = {priority: name for name, priority in PRIORITIES.items()}


@dataclass(frozen=True)
class MachineSeen:
    """A machine, as it was when it said last that it is there."""

    name: str
    kind: str
    alive: bool
    seen_s: float
    places: int
    jobs: int
    """Sources that it holds, by the register."""
    stages: dict[str, int]
    version: str


@dataclass(frozen=True)
class Waiting:
    """What waits of one priority."""

    priority: str
    due: int
    leased: int
    waiting: int
    parked: int
    oldest_s: float


@dataclass(frozen=True)
class AgencyWaiting:
    """What one agency has to be done, of one priority; parked work is not in it."""

    priority: str
    agency: str
    name: str
    jobs: int
    oldest_s: float


@dataclass(frozen=True)
class Overview:
    """Times are ages in seconds; counts end at `storage.workload.MOST`."""

    at: str
    pages_per_minute: dict[str, float]
    """By stage, over `WINDOW`."""
    machines: list[MachineSeen]
    waiting: list[Waiting]
    agencies: list[AgencyWaiting]
    """Counter work first, and the longest wait."""
    stages: dict[str, int]
    """Documents that the living machines are at."""
    parked: dict[str, int]
    review: int
    stamps: int
    stamps_oldest_s: float
    lease_overdue_s: float


def overview(app: Application) -> Overview:
    """What is going on now. Raises StorageFault."""
    now = app.clock.now()
    with app.register.reading() as connection:
        seen = _machines(connection, now)
        stages: dict[str, int] = {}
        for machine in seen:
            for stage, count in machine.stages.items() if machine.alive else ():
                stages[stage] = stages.get(stage, 0) + count
        stamps, since = awaiting_stamp(connection)
        minutes = WINDOW.total_seconds() / 60
        done = pages_done(connection, now - WINDOW)
        return Overview(
            at=iso(now),
            pages_per_minute={stage: round(count / minutes, 1) for stage, count in sorted(done.items())},
            machines=seen,
            waiting=_waiting(connection, now),
            agencies=_agencies(connection, now, agency_identifier(app.settings)),
            stages=dict(sorted(stages.items())),
            parked=dict(sorted(parked_by_code(connection).items(), key=lambda one: (-one[1], one[0]))),
            review=in_review(connection),
            stamps=stamps,
            stamps_oldest_s=age(since, now),
            lease_overdue_s=age(oldest_lease(connection), now),
        )


def _machines(connection: sa.Connection, now: datetime) -> list[MachineSeen]:
    held = held_by_machine(connection)
    seen = [
        MachineSeen(
            name=machine.holder,
            kind=machine.kind,
            alive=alive(machine, now),
            seen_s=age(machine.seen_at, now),
            places=machine.places,
            jobs=held.pop(machine.holder, 0),
            stages=dict(machine.stages),
            version=machine.version,
        )
        for machine in machines(connection)
    ]
    # Whoever holds work and never said that it is there, such as `ecopy work` or `ecopy batch`.
    return seen + [
        MachineSeen(name=name, kind="", alive=True, seen_s=0.0, places=0, jobs=count, stages={}, version="")
        for name, count in sorted(held.items())
    ]


def _waiting(connection: sa.Connection, now: datetime) -> list[Waiting]:
    counted, oldest = jobs_by_state(connection), oldest_by_priority(connection)
    return [
        Waiting(
            priority=name,
            due=counted[priority, "due"],
            leased=counted[priority, "leased"],
            waiting=counted[priority, "waiting"],
            parked=counted[priority, "parked"],
            oldest_s=age(oldest.get(priority), now),
        )
        for priority, name in sorted(_NAMES.items())
    ]


def _agencies(connection: sa.Connection, now: datetime, own: str) -> list[AgencyWaiting]:
    loads = load_of_agencies(connection)
    identifiers = {load.agency or own for load in loads}
    a = t.agencies.c
    known = sa.select(a.identifier, a.name).where(a.identifier.in_(identifiers)).order_by(a.valid_from)
    names = dict(connection.execute(known).all())  # the newest name stays
    found = [
        AgencyWaiting(
            priority=_NAMES[load.priority],
            agency=load.agency or own,
            name=names.get(load.agency or own, ""),
            jobs=load.jobs,
            oldest_s=age(load.oldest, now),
        )
        for load in loads
    ]
    order = list(PRIORITIES)
    return sorted(found, key=lambda one: (order.index(one.priority), -one.oldest_s))
