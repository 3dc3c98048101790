"""The packaged table of administrative units: who was called what, where and when, and who came after."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from importlib import resources
from itertools import pairwise
from typing import Any

import yaml

from extraction.places.keys import loose_key

COLUMNS = ("code", "kind", "name", "parent", "valid_from", "valid_to", "successors", "basis", "also")
"""Columns of `data/units.tsv`; successors are separated by spaces, an empty date is an open end."""

INEXACT = "~"
"""Basis of a unit that ended between two snapshots: `valid_to` is the latest day it can have had."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One administrative unit (đơn vị hành chính) for as long as its name, kind and parent stayed the same."""

    code: str
    """As assigned by the state: 2 digits province, 3 district, 5 commune. Reused over time: only code and day together name a unit."""
    kind: str
    name: str
    """Without its kind."""
    parent: str
    """Code of the unit it belonged to; empty for a province."""
    valid_from: date | None
    """First day; None: before anything the table knows."""
    valid_to: date | None
    """Last day; None: still there."""
    successors: tuple[str, ...]
    """Codes, valid on the day after `valid_to`, of the units that took it over; several: it was divided."""
    basis: str
    """The law that made it or ended it; empty or `INEXACT` where the sources name none."""
    also: str = ""
    """Its name with other marks, as another official list spells it («Bình Lăng» for «Bình Lãng»)."""

    @property
    def full_name(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def level(self) -> int:
        """Length of the code: 2 province, 3 district, 5 commune."""
        return len(self.code)

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def overlaps(self, other: Unit) -> bool:
        """Whether there was a day on which both existed."""
        first = max(self.valid_from or date.min, other.valid_from or date.min)
        last = min(self.valid_to or date.max, other.valid_to or date.max)
        return first <= last


def unit_line(row: Unit) -> str:
    """The row as a line of `units.tsv`, without the line end."""
    days = (day.isoformat() if day else "" for day in (row.valid_from, row.valid_to))
    return "\t".join(
        (row.code, row.kind, row.name, row.parent, *days, " ".join(row.successors), row.basis, row.also)
    )


class Table:
    """All units of all times, found by code, by name or by parent."""

    def __init__(self, rows: Iterable[Unit], changes: dict[str, Any]) -> None:
        self.rows: tuple[Unit, ...] = tuple(rows)
        self.known_until: date = changes["coverage"]["known_until"]
        """The day up to which every change is in the table: what came later is not known, never denied."""
        self.communes_known_from: date = changes["coverage"]["communes_known_from"]
        """Before this day only provinces are complete: a commune that is missing may have existed."""
        self._aliases: dict[str, list[str]] = changes["aliases"]
        self._by_code: defaultdict[str, list[Unit]] = defaultdict(list)
        for row in self.rows:
            self._by_code[row.code].append(row)

    def of_code(self, code: str) -> tuple[Unit, ...]:
        """Every unit that ever had `code`, oldest first."""
        return tuple(self._by_code.get(code, ()))

    def at(self, code: str, day: date) -> Unit | None:
        """The unit that had `code` on `day`.

        Where the sources know the day of a change only as a window, two rows hold: the later one is returned.
        """
        found = [row for row in self._by_code.get(code, ()) if row.valid_on(day)]
        return found[-1] if found else None

    def units_on(self, day: date, level: int) -> list[Unit]:
        """The units of one level that surely existed on `day` (one row for each code)."""
        rows = {
            row.code: row
            for row in self.rows
            if row.level == level and row.valid_on(day) and row.basis != INEXACT
        }
        return list(rows.values())

    def parent_of(self, row: Unit) -> Unit | None:
        """The unit that contained `row` while it existed (the one it overlaps with the longest, the newest first)."""
        found = [p for p in self._by_code.get(row.parent, ()) if p.overlaps(row)]
        return found[-1] if found else None

    def named(self, name: str) -> list[Unit]:
        """Every unit of that name at any time, marks and capitals aside; the kind is not part of the name."""
        return self._by_name.get(loose_key(name), [])

    def children(self, code: str) -> dict[str, list[Unit]]:
        """What ever belonged directly to a unit with this code, by loose key."""
        return self._children.get(code, {})

    def predecessors_of(self, row: Unit) -> list[Unit]:
        """The units of its own level that it took over, wholly or in part (its own earlier name or kind included)."""
        found = []
        for earlier in self._by_successor.get(row.code, ()):
            last = earlier.valid_to
            if last is not None and row.valid_on(
                last if earlier.basis == INEXACT else last + timedelta(days=1)
            ):
                found.append(earlier)
        return found

    def provinces(self) -> list[Unit]:
        """Every province that ever was."""
        return [row for row in self.rows if row.level == 2]

    @cached_property
    def dashed(self) -> frozenset[tuple[str, str]]:
        """Keys of the words around a dash inside a name, so that an address is not cut there."""
        names = [row.name for row in self.rows if "-" in row.name or "–" in row.name]
        pairs = [re.split(r"\s*[-–]\s*", name) for name in names]
        return frozenset(
            (loose_key(before.split()[-1]), loose_key(after.split()[0]))
            for words in pairs
            for before, after in pairwise(words)
            if before and after
        )

    @cached_property
    def _by_successor(self) -> dict[str, list[Unit]]:
        found: defaultdict[str, list[Unit]] = defaultdict(list)
        for row in self.rows:
            for code in row.successors:
                found[code].append(row)
        return dict(found)

    @cached_property
    def _by_name(self) -> dict[str, list[Unit]]:
        found: defaultdict[str, list[Unit]] = defaultdict(list)
        for row, key in zip(self.rows, self._keys, strict=True):
            found[key].append(row)
        for row in self.provinces():
            for alias in self._aliases.get(row.name, ()):
                found[loose_key(alias)].append(row)
        return dict(found)

    @cached_property
    def _children(self) -> dict[str, dict[str, list[Unit]]]:
        found: defaultdict[str, defaultdict[str, list[Unit]]] = defaultdict(lambda: defaultdict(list))
        for row, key in zip(self.rows, self._keys, strict=True):
            if row.parent:
                found[row.parent][key].append(row)
        return {code: dict(rows) for code, rows in found.items()}

    @cached_property
    def _keys(self) -> list[str]:
        known: dict[str, str] = {}  # every third name is another unit's too
        for row in self.rows:
            if row.name not in known:
                known[row.name] = loose_key(row.name)
        return [known[row.name] for row in self.rows]


@cache
def table() -> Table:
    """The packaged table; read on the first call."""
    folder = resources.files("extraction.places") / "data"
    text = (folder / "changes.yaml").read_text(encoding="utf-8")
    changes = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    lines = (folder / "units.tsv").read_text(encoding="utf-8").splitlines()
    if tuple(lines[0].split("\t")) != COLUMNS:
        raise ValueError("units.tsv has other columns: run python -m extraction.places.build")
    return Table(_rows(lines[1:]), changes)


def _rows(lines: Iterable[str]) -> Iterable[Unit]:
    days: dict[str, date | None] = {"": None}
    for line in lines:
        code, kind, name, parent, first, last, successors, basis, also = line.split("\t")
        for day in (first, last):
            if day not in days:
                days[day] = date.fromisoformat(day)
        heirs = tuple(successors.split()) if successors else ()
        yield Unit(code, kind, name, parent, days[first], days[last], heirs, basis, also)
