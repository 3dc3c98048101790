"""Comparisons between the fields of one paper: each can fail, and says so with a stable flag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from extraction.definitions import Check, TypeDefinition
from extraction.layout import key_of
from extraction.values import UNLIMITED
from models.identifiers import date_words, document_number, personal_id
from models.text import flattened

YOUNGEST_PARENT = 12
"""Years between parent and child below which one of the two dates is misread."""

FLAGS = frozenset(
    {
        "id_contradicts_birth_date",
        "id_contradicts_sex",
        "date_words_contradict_figures",
        "dates_out_of_order",
        "parent_too_young_or_old",
        "number_contradicts_date",
    }
)
"""All flags that these checks can raise."""


@dataclass(frozen=True)
class Verdict:
    """What one check found."""

    name: str
    """What a field gains or loses in `confidence.py`."""
    passed: bool
    fields: tuple[str, ...]
    """The fields it speaks about."""
    flag: str | None = None
    """Set when it failed: a stable code for the document as a whole."""


def verdicts(definition: TypeDefinition, values: Mapping[str, str]) -> list[Verdict]:
    """The checks of a type whose fields are there; what is missing proves nothing."""
    found = []
    for check in definition.checks:
        verdict = _CHECKS[check.kind](check, values)
        if verdict is not None:
            found.append(verdict)
    return found


def _date(values: Mapping[str, str], name: str | None) -> date | None:
    value = values.get(name) if name else None
    if not value or value == UNLIMITED:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _id_matches_holder(check: Check, values: Mapping[str, str]) -> Verdict | None:
    names = check.fields
    number = personal_id.parse_or_none(values.get(names["id"], ""))
    born = _date(values, names.get("birth_date"))
    sex = values.get(names.get("sex", ""))
    if number is None or (born is None and sex is None):
        return None
    used = [names["id"]]
    if born is not None and not personal_id.consistent_with(number, sex=None, birth_date=born):
        return Verdict("holder", False, (names["id"], names["birth_date"]), "id_contradicts_birth_date")
    if sex is not None and not personal_id.consistent_with(number, sex=sex, birth_date=None):
        return Verdict("holder", False, (names["id"], names["sex"]), "id_contradicts_sex")
    if born is None:
        return None  # the sex alone is right half of the time
    used += [names["birth_date"]] + ([names["sex"]] if sex else [])
    return Verdict("holder", True, tuple(used))


def _words_match_date(check: Check, values: Mapping[str, str]) -> Verdict | None:
    words, day = values.get(check.fields["words"]), _date(values, check.fields["date"])
    agree = date_words.words_agree(words, day) if words and day else None
    if agree is None:
        return None
    fields = (check.fields["words"], check.fields["date"])
    return Verdict("words_match", agree, fields, None if agree else "date_words_contradict_figures")


def _not_later(check: Check, values: Mapping[str, str]) -> Verdict | None:
    first, second = (_date(values, check.fields[part]) for part in ("first", "second"))
    if first is None or second is None or first <= second:
        return None  # the right order is too easily kept to prove anything
    return Verdict("order", False, (check.fields["first"], check.fields["second"]), "dates_out_of_order")


def _parent_older(check: Check, values: Mapping[str, str]) -> Verdict | None:
    year, child = values.get(check.fields["parent"]), _date(values, check.fields["child"])
    if not year or child is None or not year.isdigit() or 0 <= child.year - int(year) - YOUNGEST_PARENT <= 70:
        return None
    return Verdict("parent", False, (check.fields["parent"],), "parent_too_young_or_old")


def _number_year(check: Check, values: Mapping[str, str]) -> Verdict | None:
    number, day = (
        document_number.parse_or_none(values.get(check.fields["number"], "")),
        _date(values, check.fields["date"]),
    )
    if number is None or number.year is None or day is None:
        return None
    fields = (check.fields["number"], check.fields["date"])
    agrees = number.year == day.year
    return Verdict("number_year", agrees, fields, None if agrees else "number_contradicts_date")


def _same_person(check: Check, values: Mapping[str, str]) -> Verdict | None:
    """A declarant is mostly one of the parents: the same name twice confirms both, lost marks betray one."""
    name = values.get(check.fields["name"])
    for part in ("first", "second"):
        other = values.get(check.fields[part])
        if not name or not other or key_of(name) != key_of(other):
            continue
        return Verdict("repeated", name.lower() == other.lower(), (check.fields["name"], check.fields[part]))
    return None


def _name_in_text(check: Check, values: Mapping[str, str]) -> Verdict | None:
    """A subject that names the holder must name him as the articles do, to the last mark."""
    name, text = values.get(check.fields["name"]), values.get(check.fields["text"])
    if not name or not text or flattened(name) not in flattened(text):
        return None
    return Verdict("repeated", name.lower() in text.lower(), (check.fields["name"], check.fields["text"]))


_CHECKS = {
    "id_matches_holder": _id_matches_holder,
    "words_match_date": _words_match_date,
    "not_later": _not_later,
    "parent_older": _parent_older,
    "number_year": _number_year,
    "same_person": _same_person,
    "name_in_text": _name_in_text,
}
