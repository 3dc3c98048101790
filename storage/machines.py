"""Which machines work on papers: each says now and then that it is there, whether it has anything to do or not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage import schema as t

_M = t.machines

Kind = Literal["serve", "worker"]


@dataclass(frozen=True)
class MachineRecord:
    """A machine as it said that it is there."""

    holder: str
    kind: Kind
    places: int
    version: str
    stages: Mapping[str, int]
    """What it was at: documents by stage."""
    started_at: str
    seen_at: str


def note_machine(engine: sa.Engine, machine: MachineRecord, *, forget_before: str) -> None:
    """It is there; those that were not seen since `forget_before` are forgotten."""
    values: dict[str, Any] = {**vars(machine), "stages": json.dumps(dict(machine.stages))}
    with engine.begin() as connection:
        dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
        row = dialect.insert(_M).values(**values)
        connection.execute(row.on_conflict_do_update(index_elements=[_M.c.holder], set_=values))
        connection.execute(_M.delete().where(_M.c.seen_at < forget_before))


def forget_machine(engine: sa.Engine, holder: str) -> None:
    """It has been stopped."""
    with engine.begin() as connection:
        connection.execute(_M.delete().where(_M.c.holder == holder))


def machines(connection: sa.Connection) -> list[MachineRecord]:
    """All that are known, by name."""
    rows = connection.execute(sa.select(_M).order_by(_M.c.holder)).mappings()
    return [MachineRecord(**{**row, "stages": json.loads(row["stages"])}) for row in rows]
