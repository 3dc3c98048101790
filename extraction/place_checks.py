"""Do the units that a printed place names exist, one within the other, when the paper was issued?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from extraction.checks import Verdict
from extraction.definitions import TypeDefinition
from extraction.places import CurrentUnit, PlaceJudgement, judge
from extraction.places.judge import AFTER_ISSUE
from models.extraction import FieldValue, PlaceToday

DIVIDED = "place_divided"
"""The flag of a paper with a place whose unit was divided since."""
FLAGS = frozenset({AFTER_ISSUE})
"""All flags that these checks can raise."""
_ISSUED = ("issued_on", "registered_on", "certified_on", "made_on", "declared_on")
_COVERED = 0.99
"""Share of a place that its units explain; a hamlet or a street in front of them nobody can confirm."""


def verdicts(definition: TypeDefinition, values: Mapping[str, str]) -> list[Verdict]:
    """What is known of the units in the places among `values` (field name → value)."""
    day = _issued(values)
    found = []
    for wanted in definition.fields:
        value = values.get(wanted.name)
        if wanted.kind != "place" or not value:
            continue
        judged = _judged(value, day)
        whole = judged.covered >= _COVERED or not judged.reading.detail
        found += [Verdict(name, True, (wanted.name,)) for name in judged.passed if whole]
        found += [Verdict(name, False, (wanted.name,), judged.flag) for name in judged.failed]
    return found


def today(definition: TypeDefinition, fields: Mapping[str, FieldValue]) -> tuple[dict[str, PlaceToday], bool]:
    """What the places among the fields are today, by field name, and whether one of their units was divided.

    Left out where the print does not tell for sure which unit it names.
    """
    day = _issued({name: field.value for name, field in fields.items() if field.value})
    found: dict[str, PlaceToday] = {}
    for name, field in fields.items():
        wanted = definition.field(name)
        if wanted is None or wanted.kind != "place" or not field.value:
            continue
        judged = _judged(field.value, day)
        if judged.current is not None and judged.current.current and judged.tells_unit:
            found[name] = _as_today(judged.reading.confidence, judged.current)
    return found, any(place.candidates for place in found.values())


def _as_today(read: float, current: CurrentUnit) -> PlaceToday:
    whole = current.current[0] if len(current.current) == 1 else None
    return PlaceToday(
        unit=whole.full_name if whole else None,
        code=whole.code if whole else None,
        province=current.province.full_name if current.province else None,
        confidence=round(min(1.0, read * current.mapping_confidence), 4),
        candidates=() if whole else tuple(unit.full_name for unit in current.current),
        known_until=current.until,
    )


def _issued(values: Mapping[str, str]) -> date | None:
    return _day(next((values[name] for name in _ISSUED if name in values), None))


@lru_cache(maxsize=256)
def _judged(place: str, day: date | None) -> PlaceJudgement:
    """A paper names the same places several times, and they are judged as read and as confirmed."""
    return judge(place, day)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
