"""Which comparisons a type's file may ask for, and what parts each compares (worked out in `checks.py`)."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from models.base import Value

CHECK_PARTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "id_matches_holder": (frozenset({"id"}), frozenset({"birth_date", "sex"})),
    "words_match_date": (frozenset({"words", "date"}), frozenset()),
    "not_later": (frozenset({"first", "second"}), frozenset()),
    "parent_older": (frozenset({"parent", "child"}), frozenset()),
    "number_year": (frozenset({"number", "date"}), frozenset()),
    "same_person": (frozenset({"name", "first", "second"}), frozenset()),
    "name_in_text": (frozenset({"name", "text"}), frozenset()),
    "words_match_number": (frozenset({"words", "number"}), frozenset()),
    "id_of_woman": (frozenset({"id"}), frozenset({"birth_date"})),
    "id_of_man": (frozenset({"id"}), frozenset({"birth_date"})),
    "year_of_date": (frozenset({"year", "date"}), frozenset()),
    "same_day": (frozenset({"first", "second"}), frozenset()),
    "card_age": (frozenset({"birth", "expiry"}), frozenset()),
    "adds_up": (frozenset({"total", "part"}), frozenset()),
    "share_of_total": (frozenset({"total", "part", "share"}), frozenset()),
}
"""The parts that each check compares: those it needs, and those it can use."""


class Check(Value):
    """A comparison of fields that can fail. `fields` maps the check's parts to field names."""

    kind: Literal[
        "id_matches_holder",
        "words_match_date",
        "not_later",
        "parent_older",
        "number_year",
        "same_person",
        "name_in_text",
        "words_match_number",
        "id_of_woman",
        "id_of_man",
        "year_of_date",
        "same_day",
        "card_age",
        "adds_up",
        "share_of_total",
    ]
    fields: dict[str, str]

    @model_validator(mode="after")
    def _parts_fit(self) -> Check:
        needed, useful = CHECK_PARTS[self.kind]
        if not needed <= set(self.fields) <= needed | useful:
            raise ValueError(f"the check {self.kind} compares {', '.join(sorted(needed | useful))}")
        return self
