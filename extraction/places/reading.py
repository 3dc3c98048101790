"""A printed place as units of its time: every way it can be read, the best one first, nothing corrected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain as chained
from typing import Literal

from rapidfuzz.distance import Levenshtein

from extraction.places.keys import exact_key, loose_key
from extraction.places.parts import Part, cut
from extraction.places.table import Table, Unit, table
from models.text import nfc

How = Literal["exact", "kind", "marks", "near"]
"""How a part names its unit: to the last mark; with another kind; with other or lost marks; with one or two wrong letters."""
Timing = Literal["at_issue", "before", "after", "undated"]
"""When the units stood together: on the day of issue, only earlier (old names live on in papers), only later."""

_WEIGHT: dict[How, float] = {"exact": 1.0, "kind": 0.85, "marks": 0.8, "near": 0.4}
_LATE: dict[Timing, float] = {"at_issue": 0.0, "undated": 0.0, "before": 0.05, "after": 0.6}
_UNNAMED = {2: 0.0, 3: 0.1, 5: 0.2}
MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Match:
    """A part and the unit it may name."""

    part: Part
    unit: Unit
    how: How


@dataclass(frozen=True)
class Candidate:
    """One way to read the place: units inside each other, smallest first."""

    matches: tuple[Match, ...]
    timing: Timing
    skipped: tuple[Part, ...]
    """Parts to the right of the smallest unit that name none of its containers."""
    score: float

    @property
    def unit(self) -> Unit:
        """The smallest unit named."""
        return self.matches[0].unit

    @property
    def day(self) -> date | None:
        """A day on which all its units existed, the last one; None: they still do."""
        ends = [m.unit.valid_to for m in self.matches if m.unit.valid_to is not None]
        return min(ends) if ends else None


@dataclass(frozen=True)
class PlaceReading:
    """What a printed place says; the text itself is never changed."""

    printed: str
    as_of: date | None
    """The day of issue; None: not known, every time counts."""
    parts: tuple[Part, ...]
    detail: str
    """House, street, hamlet (thôn, xóm, ấp, tổ dân phố): what stands before the smallest unit, verbatim."""
    candidates: tuple[Candidate, ...]
    """At most `MOST_CANDIDATES`, best first; several with one score: the text does not tell."""
    unknown: tuple[str, ...]
    """Parts printed with the kind of a unit that is in no table there (also when the table has a gap)."""
    confidence: float
    """Chance that the best candidate is what the paper means, by how closely it is named and by its rivals."""

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None

    @property
    def ambiguous(self) -> bool:
        """Whether another unit fits as well as the best one."""
        return any(_rivals(self.candidates[0], other) for other in self.candidates[1:])

    @property
    def unit(self) -> Unit | None:
        """The smallest unit named, unless another fits as well, a name had to be guessed or left out, or it came later."""
        best = self.best
        if best is None or self.ambiguous or best.timing == "after" or best.skipped:
            return None
        return None if any(m.how == "near" for m in best.matches) else best.unit

    @property
    def unit_code_as_of_issue(self) -> str | None:
        """Its code. Codes were given anew on 1/7/2025: read it with `unit.valid_from` and `unit.valid_to`."""
        return self.unit.code if self.unit is not None else None


def _rivals(best: Candidate, other: Candidate) -> bool:
    """Whether `other` is another unit that fits as well; the same unit before and after a law is no rival."""
    one, two = best.unit, other.unit
    same = one.name == two.name and (one.code == two.code or (one.kind, one.parent) == (two.kind, two.parent))
    return other.score == best.score and not same


def read(text: str, as_of: date | None = None, *, units: Table | None = None) -> PlaceReading:
    """Read a printed place or address as it stood on `as_of`. Never raises: what is not understood is `detail`."""
    known = units or table()
    printed = nfc(text)
    parts = cut(printed, known.dashed)
    found = _candidates(known, parts, as_of)
    finer = cut(printed, known.dashed, at_kinds=True)
    if len(finer) > len(parts):
        others = _candidates(known, finer, as_of)
        if others and (not found or others[0].score > found[0].score):
            parts, found = finer, others
    if not found:
        unknown = tuple(p.printed for p in parts if p.sure)
        return PlaceReading(text, as_of, tuple(parts), printed.strip(), (), unknown, 0.0)
    best = found[0]
    first = best.matches[0].part.start
    detail = printed[:first].strip(" ,;.-–\n")
    named = {m.part for m in best.matches}
    unknown = tuple(p.printed for p in parts if p.sure and p not in named)
    reading = PlaceReading(text, as_of, tuple(parts), detail, tuple(found), unknown, 0.0)
    return replace(reading, confidence=_confidence(reading))


def _confidence(reading: PlaceReading) -> float:
    best = reading.candidates[0]
    certain = 0.99
    for match in best.matches:
        certain *= _WEIGHT[match.how]
    if best.timing == "after" or reading.unknown or best.skipped:
        certain *= 0.5
    rivals = sum(_rivals(best, other) for other in reading.candidates[1:])
    return round(certain / (1 + rivals), 4)


def _candidates(known: Table, parts: list[Part], as_of: date | None) -> list[Candidate]:
    """Chains read from the right: province, district where there was one, commune; any level may be missing."""
    found: dict[tuple[str, date | None], Candidate] = {}
    for matches, skipped in chained.from_iterable(_chains(known, parts, at) for at in _ends(parts)):
        candidate = _candidate(matches, skipped, as_of)
        if candidate is None:
            continue
        key = (candidate.unit.code, candidate.unit.valid_from)
        if key not in found or candidate.score > found[key].score:
            found[key] = candidate
    ranked = sorted(found.values(), key=lambda c: (-c.score, -(c.unit.valid_from or date.min).toordinal()))
    # A district or province that the best chain names already is no other way to read the place.
    outer = {(m.unit.level, m.unit.name) for m in ranked[0].matches[1:]} if ranked else set()
    return [c for c in ranked if (c.unit.level, c.unit.name) not in outer][:MOST_CANDIDATES]


def _ends(parts: list[Part]) -> range:
    """Where the largest unit may stand: last, or one before it when something foreign follows."""
    return range(len(parts) - 1, max(-1, len(parts) - 3), -1)


def _candidate(matches: tuple[Match, ...], skipped: tuple[Part, ...], as_of: date | None) -> Candidate | None:
    first = max((m.unit.valid_from or date.min) for m in matches)
    last = min((m.unit.valid_to or date.max) for m in matches)
    if first > last:
        return None
    timing: Timing = "undated"
    if as_of is not None:
        timing = "before" if last < as_of else "after" if first > as_of else "at_issue"
    score = sum(_WEIGHT[m.how] for m in matches) - _LATE[timing] - 0.3 * len(skipped)
    if matches[-1].part.kind is None:
        # «…, Thái Nguyên» means the province, not the city or the ward of that name.
        score -= _UNNAMED[matches[-1].unit.level]
    return Candidate(matches, timing, skipped, round(score, 4))


def _chains(known: Table, parts: list[Part], at: int) -> Iterator[tuple[tuple[Match, ...], tuple[Part, ...]]]:
    """Every chain whose largest unit is `parts[at]`; parts to the right of it count as skipped."""
    if at < 0:
        return
    skipped = tuple(parts[at + 1 :])
    for largest in _anywhere(known, parts[at]):
        yield (largest,), skipped
        yield from _inside(known, parts, at - 1, (largest,), skipped)


def _inside(
    known: Table, parts: list[Part], at: int, outer: tuple[Match, ...], skipped: tuple[Part, ...]
) -> Iterator[tuple[tuple[Match, ...], tuple[Part, ...]]]:
    """Chains that go on to the left of `outer`, one part of unknown name at most left out between two units."""
    if at < 0 or outer[0].unit.level == 5:
        return
    for step in (0, 1):
        place = at - step
        if place < 0:
            return
        between = skipped + tuple(parts[at - step + 1 : at + 1])
        matches = list(_members(known, parts[place], outer[0].unit, near=step == 0))
        for match in matches:
            longer = (match, *outer)
            yield longer, between
            yield from _inside(known, parts, place - 1, longer, between)
        if any(m.how != "near" for m in matches):
            return


def _anywhere(known: Table, part: Part) -> list[Match]:
    found = [m for kind, name in part.names for m in _matching(known.named(name), kind, name, part)]
    if found:
        return found
    if 2 not in part.levels:
        return []
    return _nearest(((loose_key(row.name), [row]) for row in known.provinces()), part)


def _members(known: Table, part: Part, outer: Unit, *, near: bool) -> list[Match]:
    """Units inside `outer` that `part` may name: its own members, or a commune of one of its districts."""
    own = known.children(outer.code)
    rows = [row for _, name in part.names for row in own.get(loose_key(name), ())]
    if outer.level == 2:
        rows += [
            row
            for _, name in part.names
            for row in known.named(name)
            if row.level == 5 and len(row.parent) == 3 and _within(known, row, outer)
        ]
    rows = [row for row in rows if row.overlaps(outer)]
    found = [m for kind, name in part.names for m in _matching(rows, kind, name, part)]
    found = list({(m.unit.code, m.unit.valid_from, m.how): m for m in found}.values())
    if found or not near:
        return found
    return [m for m in _nearest(own.items(), part) if m.unit.overlaps(outer)]


def _within(known: Table, commune: Unit, province: Unit) -> bool:
    return any(d.parent == province.code and d.overlaps(commune) for d in known.of_code(commune.parent))


def _matching(rows: list[Unit], kind: str | None, name: str, part: Part) -> Iterator[Match]:
    loose, exact = loose_key(name), exact_key(name)
    for row in rows:
        alias = loose_key(row.name) != loose
        if alias and row.level != 2:
            continue
        if not alias and exact not in _spellings(row):
            if kind is None or kind == row.kind:
                yield Match(part, row, "marks")
        elif kind is None or kind == row.kind:
            yield Match(part, row, "exact")
        elif row.level in part.levels:
            yield Match(part, row, "kind")


def _spellings(row: Unit) -> tuple[str, ...]:
    return (exact_key(row.name), exact_key(row.also)) if row.also else (exact_key(row.name),)


def _nearest(named: Iterable[tuple[str, list[Unit]]], part: Part) -> list[Match]:
    """The units whose name is one letter away (two in long names), when only one name is."""
    key = loose_key(part.name)
    allowed = 2 if len(key) >= 10 else 1 if len(key) >= 5 else 0
    if not allowed or any(c.isdigit() for c in key):
        return []
    best: list[Unit] = []
    names: set[str] = set()
    nearest = allowed + 1
    for other, rows in named:
        distance = Levenshtein.distance(key, other, score_cutoff=allowed)
        fitting = [row for row in rows if row.level in part.levels] if distance <= allowed else []
        if not fitting or distance > nearest:
            continue
        if distance < nearest:
            best, names, nearest = [], set(), distance
        best += fitting
        names.add(other)
    return [Match(part, row, "near") for row in best] if len(names) == 1 else []
