"""From a unit on the day of a paper to the units that cover it today: every step recorded, a division never settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from extraction.places.table import INEXACT, Table, Unit, table

Course = Literal["unchanged", "renamed", "merged", "divided", "unknown", "lost"]
"""What became of a unit: `unchanged`, `renamed` (or of another kind, alone), `merged` with others, `divided`. `unknown`: no unit had that code on that day; `lost`: the sources name no successor."""

RECORDED = 0.99
"""Confidence in one step of the conversion table: two independent tables differ in 0.1 % of the old communes."""
INFERRED = 0.9
"""Confidence in a step that the sources give by name only, without its law and day."""


@dataclass(frozen=True)
class CurrentUnit:
    """What a unit of some day is now (or on `until`)."""

    code: str
    as_of: date | None
    """The day on which `code` had the meaning asked about."""
    unit: Unit | None
    """That unit; None when the table has none, or several and no day tells which."""
    current: tuple[Unit, ...]
    """The units that cover it now, by code. Several: it was divided, and only a person with the exact address can say which."""
    province: Unit | None
    """The province of all of them; None when there is not exactly one."""
    course: Course
    mapping_confidence: float
    """Chance that `current_unit_code` is right; for a divided unit, the chance of a blind pick."""
    divided: bool
    until: date
    """The day that «now» stands for: a law that took effect later is not in it."""

    @property
    def current_unit_code(self) -> str | None:
        """The code, when one unit took all of it; None otherwise: there is no default for a divided unit."""
        return self.current[0].code if len(self.current) == 1 else None

    @property
    def needs_review(self) -> bool:
        """Whether a person must say (or confirm) what the current unit is."""
        return self.current_unit_code is None or self.mapping_confidence < INFERRED


def current_unit(
    code: str, as_of: date | None, *, until: date | None = None, units: Table | None = None
) -> CurrentUnit:
    """What the unit that had `code` on `as_of` is on `until` (by default the last day the table knows).

    A district has no successor of its own since 1/7/2025: its communes' successors are returned, and it is divided
    as soon as there are two. Without `as_of` the code must have meant one unit only.
    """
    known = units or table()
    unit = known.at(code, as_of) if as_of is not None else _only(known.of_code(code))
    if unit is None:
        return CurrentUnit(code, as_of, None, (), None, "unknown", 0.0, False, until or known.known_until)
    return follow(unit, as_of, until=until, units=known)


def follow(
    unit: Unit, as_of: date | None = None, *, until: date | None = None, units: Table | None = None
) -> CurrentUnit:
    """`current_unit` for a unit already found."""
    known = units or table()
    last = until or known.known_until
    reached: dict[tuple[str, date | None], Unit] = {}
    open_ends, steps, lost, joined = [unit], 1.0, False, False
    while open_ends:
        row = open_ends.pop()
        if row.valid_to is None or row.valid_to >= last:
            reached[row.code, row.valid_from] = row
            continue
        heirs = _heirs(known, row)
        lost = lost or not heirs
        steps = min(steps, INFERRED if row.basis == INEXACT else RECORDED)
        joined = joined or any(_took_others(known, heir, row) for heir in heirs)
        open_ends += heirs
    current = tuple(sorted(reached.values(), key=lambda row: row.code))
    if not current:
        return CurrentUnit(unit.code, as_of, unit, (), None, "lost", 0.0, False, last)
    divided = len(current) > 1
    certain = (INFERRED if lost else 1.0) * steps if current != (unit,) else 1.0
    return CurrentUnit(
        unit.code, as_of, unit, current, _province(known, current), _course(unit, current, joined),
        round(certain / len(current), 4), divided, last,
    )  # fmt: skip


def _only(rows: tuple[Unit, ...]) -> Unit | None:
    names = {(row.level, row.name) for row in rows}
    return rows[-1] if len(names) == 1 else None


def _heirs(known: Table, row: Unit) -> list[Unit]:
    """The units of the next day; a district without heirs of its own passes to those of its communes."""
    last = row.valid_to
    assert last is not None
    # An inexact end is the end of a window: the heirs were there within it.
    day = last if row.basis == INEXACT else last + timedelta(days=1)
    heirs = [heir for code in row.successors if (heir := known.at(code, day)) is not None and heir != row]
    if heirs or row.level != 3:
        return heirs
    members = [
        member
        for rows in known.children(row.code).values()
        for member in rows
        if member.level == 5 and member.valid_on(last) and member.basis != INEXACT
    ]
    return list({heir.code: heir for member in members for heir in _heirs(known, member)}.values())


def _took_others(known: Table, heir: Unit, row: Unit) -> bool:
    """Whether `heir` is more than `row` under a new name or kind."""
    existed = row.valid_to is not None and heir.valid_on(row.valid_to) and heir.code != row.code
    return existed or len(known.predecessors_of(heir)) > 1


def _province(known: Table, rows: Iterable[Unit]) -> Unit | None:
    homes = set()
    for row in rows:
        home: Unit | None = row
        while home is not None and home.parent:
            home = known.parent_of(home)
        homes.add(home)
    return homes.pop() if len(homes) == 1 else None


def _course(unit: Unit, current: tuple[Unit, ...], joined: bool) -> Course:
    if len(current) > 1:
        return "divided"
    if joined:
        return "merged"
    now = current[0]
    return "unchanged" if (now.kind, now.name) == (unit.kind, unit.name) else "renamed"
