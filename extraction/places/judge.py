"""Whether a printed place could be: the check that confirms it, the suggestion where it nearly is, the unit of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from extraction.lexicon import cased_like
from extraction.places.keys import exact_key, loose_key
from extraction.places.lineage import CurrentUnit, follow
from extraction.places.reading import Candidate, Match, PlaceReading, read
from extraction.places.table import Table, table
from models.text import nfc

CHECK = "place_units"
"""Name of the check in a field's evidence: the printed units existed, one inside the other."""

AFTER_ISSUE = "place_after_issue"
"""The check that fails, and the flag that is raised, when a paper names units that its day of issue could not know."""

Reason = Literal[
    "confirmed", "single", "incomplete", "ambiguous", "misprint", "doubtful", "kind", "not_yet", "unknown"
]
"""Why a place is or is not confirmed.

`confirmed`: at least two levels, each to the last mark, together at some time up to the issue. `single`: one unit only,
which proves too little. `incomplete`: what stands before the smallest known unit may be a unit that is not known.
`ambiguous`: several units fit. `misprint`: only marks differ from the one unit that its container, named to the last
mark, has of that name. `doubtful`: more than that differs, so that it may be a name the tables lack. `kind`: right
name, other kind. `not_yet`: the units came into being after the day of issue. `unknown`: no unit recognised.
"""


@dataclass(frozen=True)
class Suggestion:
    """What the place would read if the paper means the nearest unit: for a person, never put in by itself."""

    text: str
    reason: Literal["marks", "near", "kind"]
    """The gravest difference."""
    printed: tuple[str, ...]
    proposed: tuple[str, ...]
    """The parts that differ, pairwise."""


@dataclass(frozen=True)
class PlaceJudgement:
    """What the tables say about one printed place. That a name is unknown is no error: it confirms nothing."""

    reading: PlaceReading
    reason: Reason
    covered: float
    """Share of the letters that stand in recognised units (0–1): a hamlet or street is never confirmed."""
    suggestion: Suggestion | None
    current: CurrentUnit | None
    """What the smallest unit is today; None when no unit is sure."""

    @property
    def confirmed(self) -> bool:
        return self.reason == "confirmed"

    @property
    def passed(self) -> tuple[str, ...]:
        """Checks that held."""
        return (CHECK,) if self.confirmed else ()

    @property
    def failed(self) -> tuple[str, ...]:
        """Checks that failed: only where the tables speak against the print, never for an unknown name."""
        if self.reason == "misprint":
            return (CHECK,)
        return (AFTER_ISSUE,) if self.reason == "not_yet" else ()

    @property
    def flag(self) -> str | None:
        """A stable code for the document: units that did not exist yet mean a misread date or place."""
        return AFTER_ISSUE if self.reason == "not_yet" else None

    @property
    def tells_unit(self) -> bool:
        """Whether it is sure which unit is meant."""
        return self.reason in {"confirmed", "kind", "misprint", "single"}

    @property
    def needs_review(self) -> bool:
        """Whether the current unit must be settled by a person: divided, lost, or not sure which unit is meant."""
        return not self.tells_unit or self.current is None or self.current.needs_review


def judge(text: str, as_of: date | None = None, *, units: Table | None = None) -> PlaceJudgement:
    """Judge a printed place of a paper issued on `as_of` (None: not known)."""
    known = units or table()
    reading = read(text, as_of, units=known)
    unit = reading.unit
    current = follow(unit, _day_of(reading), units=known) if unit is not None else None
    return PlaceJudgement(reading, _reason(reading), _covered(reading), _suggestion(reading), current)


def _day_of(reading: PlaceReading) -> date | None:
    best = reading.best
    return best.day if best is not None and best.timing != "at_issue" else reading.as_of


def _reason(reading: PlaceReading) -> Reason:
    best = reading.best
    if best is None:
        return "unknown"
    hows = {match.how for match in best.matches}
    several = len(best.matches) > 1
    if best.timing == "after":
        told = several and hows == {"exact"} and not (reading.ambiguous or reading.unknown or best.skipped)
        return "not_yet" if told else "unknown"
    if reading.ambiguous:
        return "ambiguous"
    if several and (reading.unknown or best.skipped):
        return "incomplete"
    if hows & {"marks", "near"}:
        return "misprint" if several and _is_told(best) else "doubtful"
    if not several:
        return "single" if not reading.detail and not reading.unknown else "incomplete"
    if best.unit.level != 5 and reading.detail:
        return "incomplete"
    return "kind" if "kind" in hows else "confirmed"


def _is_told(best: Candidate) -> bool:
    """Whether the rest of the place tells which unit is meant: its own container is named to the last mark and marks
    alone differ. A near name, or one of a whole province with its district left out, may be one the tables lack."""
    smallest, *outer = best.matches
    direct = smallest.unit.parent == outer[0].unit.code
    return direct and smallest.how == "marks" and {m.how for m in outer} == {"exact"}


def _covered(reading: PlaceReading) -> float:
    letters = sum(c.isalnum() for c in reading.printed)
    if reading.best is None or not letters:
        return 0.0
    named = sum(c.isalnum() for m in reading.best.matches if m.how == "exact" for c in m.part.printed)
    return round(min(1.0, named / letters), 4)


_GRAVITY: dict[str, int] = {"exact": 0, "kind": 1, "marks": 2, "near": 3}


def _suggestion(reading: PlaceReading) -> Suggestion | None:
    best = reading.best
    if best is None or reading.ambiguous or best.timing == "after" or best.skipped:
        return None
    changed = [m for m in best.matches if m.how != "exact"]
    if not changed or len(best.matches) == 1:
        return None
    text = nfc(reading.printed)
    proposals: list[tuple[str, str]] = []
    for match in sorted(changed, key=lambda m: -m.part.start):
        proposed = _proposed(match)
        text = text[: match.part.start] + proposed + text[match.part.end :]
        proposals.insert(0, (match.part.printed, proposed))
    gravest = max((m.how for m in changed), key=_GRAVITY.__getitem__)
    assert gravest != "exact"
    return Suggestion(text, gravest, tuple(p for p, _ in proposals), tuple(q for _, q in proposals))


def _proposed(match: Match) -> str:
    """The part with the unit's own name, its kind only where another one is printed."""
    printed, unit = match.part.printed, match.unit
    if match.part.kind is None or not printed.endswith(match.part.name):
        return cased_like(unit.name, printed)
    kind = printed[: len(printed) - len(match.part.name)]
    if match.how == "kind" or (
        loose_key(kind) == loose_key(unit.kind) and exact_key(kind) != exact_key(unit.kind)
    ):
        kind = (unit.kind.capitalize() if kind[:1].isupper() else unit.kind) + " "
    return cased_like(kind + unit.name, printed)
