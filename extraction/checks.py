"""Comparisons between the fields of one paper: each can fail, and says so with a stable flag."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from extraction.comparisons import Check
from extraction.definitions import Kind, TypeDefinition
from extraction.layout import key_of
from extraction.values import UNLIMITED
from models.identifiers import (
    agency_code,
    date_words,
    document_number,
    dossier_code,
    identity,
    land_serial,
    old_id,
    personal_id,
    procedure_code,
    tax_code,
)
from models.identifiers import area as areas
from models.identifiers import money as money_amounts
from models.text import flattened

YOUNGEST_PARENT = 12
"""Years between parent and child below which one of the two dates is misread."""

CARD_AGES = frozenset({14, 25, 40, 60})
"""Birthdays on which identity cards run out (Law 26/2023/QH15 Art. 21; Law 59/2014/QH13 Art. 21 without the first)."""

FLAGS = frozenset(
    {
        "id_contradicts_birth_date",
        "id_contradicts_sex",
        "date_words_contradict_figures",
        "words_contradict_number",
        "parts_contradict_total",
        "dates_out_of_order",
        "parent_too_young_or_old",
        "number_contradicts_date",
        "bad_check_digit",
        "impossible_identifier",
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
    """The checks of a type whose fields are there, and what identifiers say against themselves.

    What is missing proves nothing. A check of cells of a table's first row is made of every row.
    """
    found = [
        _CHECKS[check.kind](one, values)
        for check in definition.checks
        for one in _per_row(definition, check, values)
    ]
    return [*_by_themselves(definition, values), *(verdict for verdict in found if verdict is not None)]


_FIRST_ROW = re.compile(r"([a-z][a-z_]*)_1_([a-z][a-z0-9_]*)")


def _per_row(definition: TypeDefinition, check: Check, values: Mapping[str, str]) -> list[Check]:
    """The check itself, or one for each row that was found where it names cells of the first."""
    groups = {group.name for group in definition.members}
    cells = [_FIRST_ROW.fullmatch(name) for name in check.fields.values()]
    named = {cell[1] for cell in cells if cell is not None} & groups
    if check.kind == "adds_up" or len(named) != 1:
        return [check]
    first = f"{named.pop()}_1_"
    rows = {match[1] for name in values if (match := re.fullmatch(rf"{first[:-3]}_(\d+)_\w+", name))}
    return [
        check.model_copy(
            update={
                "fields": {
                    part: name.replace(first, f"{first[:-2]}{row}_", 1) if name.startswith(first) else name
                    for part, name in check.fields.items()
                }
            }
        )
        for row in sorted(rows, key=int)
    ]


def _by_themselves(definition: TypeDefinition, values: Mapping[str, str]) -> list[Verdict]:
    """One failed verdict per identifier that nobody can have been given."""
    found = []
    for name, value in values.items():
        field = definition.field(name)
        fault = identifier_fault(field.kind, value) if field is not None else None
        if fault is not None:
            check, flag = fault
            found.append(Verdict(check, False, (name,), flag))
    return found


def identifier_fault(kind: Kind, value: str) -> tuple[str, str] | None:
    """The check that an identifier of this kind fails by itself, and the flag that this raises; None when none.

    Of a kind that is no identifier nothing is said.
    """
    if kind in {"tax_code", "holder_id"} and (code := tax_code.read(value)) is not None:
        return None if code.checks else ("check_digit", "bad_check_digit")
    readers = _READERS.get(kind)
    if readers is None or any(read(value) is not None for read in readers):
        return None
    return "structure", "impossible_identifier"


_READERS: Mapping[Kind, tuple[Callable[[str], object | None], ...]] = {
    "personal_id": (personal_id.parse_or_none,),
    "holder_id": (personal_id.parse_or_none,),
    "tax_code": (personal_id.parse_or_none,),
    "old_id": (old_id.normalised, personal_id.parse_or_none),
    "identity": (identity.parse_or_none,),
    "land_serial": (land_serial.parse_or_none,),
    "dossier_code": (dossier_code.parse_or_none,),
    "procedure_code": (procedure_code.parse_or_none,),
    "agency_code": (agency_code.parse_or_none,),
}


def _date(values: Mapping[str, str], name: str | None) -> date | None:
    value = values.get(name) if name else None
    if not value or value == UNLIMITED:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _year(values: Mapping[str, str], name: str | None) -> int | None:
    """The year of a date, or of a field that is a year alone."""
    value = values.get(name, "") if name else ""
    return int(value[:4]) if re.fullmatch(r"\d{4}(-\d\d-\d\d)?", value, re.ASCII) else None


def _id_matches_holder(check: Check, values: Mapping[str, str]) -> Verdict | None:
    sex_field = check.fields.get("sex")
    return _holder(check, values, values.get(sex_field) if sex_field else None, sex_field)


def _id_of_woman(check: Check, values: Mapping[str, str]) -> Verdict | None:
    return _holder(check, values, "Nữ", None)


def _id_of_man(check: Check, values: Mapping[str, str]) -> Verdict | None:
    return _holder(check, values, "Nam", None)


def _holder(
    check: Check, values: Mapping[str, str], sex: str | None, sex_field: str | None
) -> Verdict | None:
    """What the number says of its holder against what the paper says, or its form says by itself."""
    id_field, birth_field = check.fields["id"], check.fields.get("birth_date")
    number = personal_id.parse_or_none(values.get(id_field, ""))
    born = _year(values, birth_field)
    if number is None or (born is None and sex is None):
        return None
    if born is not None and not personal_id.consistent_with(number, sex=None, birth_date=born):
        return Verdict("holder", False, (id_field, str(birth_field)), "id_contradicts_birth_date")
    used = (id_field, sex_field) if sex_field else (id_field,)
    if sex is not None and not personal_id.consistent_with(number, sex=sex, birth_date=None):
        return Verdict("holder", False, used, "id_contradicts_sex")
    if born is None:
        return None  # the sex alone is right half of the time
    return Verdict("holder", True, (*used, str(birth_field)))


def _words_match_date(check: Check, values: Mapping[str, str]) -> Verdict | None:
    words, day = values.get(check.fields["words"]), _date(values, check.fields["date"])
    agree = date_words.words_agree(words, day) if words and day else None
    if agree is None:
        return None
    fields = (check.fields["words"], check.fields["date"])
    return Verdict("words_match", agree, fields, None if agree else "date_words_contradict_figures")


def _words_match_number(check: Check, values: Mapping[str, str]) -> Verdict | None:
    """Money or area: both words say in their unit what they mean, so that one comparison serves both."""
    words, figure = values.get(check.fields["words"]), values.get(check.fields["number"], "")
    if not words or not re.fullmatch(r"\d+(\.\d+)?", figure, re.ASCII):
        return None
    money = money_amounts.parse_words(words)
    spelt = areas.parse_words(words) if money is None else Decimal(money)
    if spelt is None:
        return None
    agree = spelt == Decimal(figure)
    fields = (check.fields["words"], check.fields["number"])
    return Verdict("words_match", agree, fields, None if agree else "words_contradict_number")


def _not_later(check: Check, values: Mapping[str, str]) -> Verdict | None:
    """Dates, or years where that is all there is; within one year a year alone is neither earlier nor later."""
    names = (check.fields["first"], check.fields["second"])
    first, second = (_date(values, name) for name in names)
    if first is not None and second is not None:
        wrong = first > second
    else:
        first_year, second_year = (_year(values, name) for name in names)
        wrong = first_year is not None and second_year is not None and first_year > second_year
    # The right order is too easily kept to prove anything.
    return Verdict("order", False, names, "dates_out_of_order") if wrong else None


def _year_of_date(check: Check, values: Mapping[str, str]) -> Verdict | None:
    """A year that mostly is the date's own (graduation and diploma): the same confirms both, a later one is wrong."""
    names = (check.fields["year"], check.fields["date"])
    year, other = (_year(values, name) for name in names)
    if year is None or other is None or year < other:
        return None
    return Verdict("year_match", year == other, names, None if year == other else "dates_out_of_order")


def _same_day(check: Check, values: Mapping[str, str]) -> Verdict | None:
    """Cards run out on a birthday: day and month twice confirm both dates; other days prove nothing."""
    names = (check.fields["first"], check.fields["second"])
    first, second = (_date(values, name) for name in names)
    if first is None or second is None or first == second:
        return None
    same = (first.day, first.month) == (second.day, second.month)
    return Verdict("anniversary", True, names) if same else None


def _card_age(check: Check, values: Mapping[str, str]) -> Verdict | None:
    """Cards run out at certain ages, so that a misread year of birth or expiry shows itself."""
    names = (check.fields["birth"], check.fields["expiry"])
    born, expires = (_year(values, name) for name in names)
    if born is None or expires is None:
        return None
    return Verdict("card_age", expires - born in CARD_AGES, names)


def _adds_up(check: Check, values: Mapping[str, str]) -> Verdict | None:
    """A total against the column of a table (`part` names its first cell), where every row has its cell."""
    total, first = values.get(check.fields["total"]), check.fields["part"]
    group, _, column = first.partition("_1_")
    rows = {match[1] for name in values if (match := re.fullmatch(rf"{group}_(\d+)_\w+", name))}
    cells = {f"{group}_{row}_{column}" for row in rows}
    amounts = [values.get(cell, "") for cell in cells]
    if not total or not cells or not all(amount.isdecimal() for amount in (total, *amounts)):
        return None
    agree = sum(map(int, amounts)) == int(total)
    names = (check.fields["total"], *sorted(cells))
    return Verdict("adds_up", agree, names, None if agree else "parts_contradict_total")


def _share_of_total(check: Check, values: Mapping[str, str]) -> Verdict | None:
    """A row's part of the total against the percentage beside it, rounded as far as that is printed."""
    names = (check.fields["part"], check.fields["share"], check.fields["total"])
    part, share, total = (values.get(name, "") for name in names)
    if not re.fullmatch(r"\d+(\.\d+)?", share, re.ASCII) or not (part.isdecimal() and total.isdecimal()):
        return None
    if int(total) == 0:
        return None
    decimals = len(share.partition(".")[2])
    off = abs(Decimal(part) * 100 / Decimal(total) - Decimal(share))
    agree = off <= Decimal(1).scaleb(-decimals)  # one in the last place: many round down
    return Verdict("share_of_total", agree, names[:2], None if agree else "parts_contradict_total")


def _parent_older(check: Check, values: Mapping[str, str]) -> Verdict | None:
    year, child = _year(values, check.fields["parent"]), _year(values, check.fields["child"])
    if year is None or child is None or 0 <= child - year - YOUNGEST_PARENT <= 70:
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
    "words_match_number": _words_match_number,
    "id_of_woman": _id_of_woman,
    "id_of_man": _id_of_man,
    "year_of_date": _year_of_date,
    "same_day": _same_day,
    "card_age": _card_age,
    "adds_up": _adds_up,
    "share_of_total": _share_of_total,
}
