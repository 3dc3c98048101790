"""Whom a paper is about: its holders with every number of theirs that the paper, or its code, says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from extraction.definitions import HolderMapping, TypeDefinition
from models.extraction import CodeReport, FieldValue
from models.holders import HolderFacts, HolderIdentifier, HolderKind, identifier_in

_BIRTH = re.compile(r"\d{4}(-\d{2}-\d{2})?")
"""A date, or the year alone."""
_TELLING = frozenset({"personal_id", "full_name", "birth_date"})
"""What code and print of one card must agree on for the code to tell more about its holder."""


def holders_of(
    fields: Mapping[str, FieldValue], definition: TypeDefinition, codes: Sequence[CodeReport] = ()
) -> tuple[HolderFacts, ...]:
    """The holders of a (reviewed) paper of this type; one with neither name nor number there is left out.

    The card's own QR code adds the old number to the personal number that stands on the same card (LCC Art. 46.2).
    """
    plain = {name: field.value for name, field in fields.items() if field.value}
    found = (_holder(mapping, plain, definition, codes) for mapping in _mappings(definition, plain))
    return tuple(holder for holder in found if holder is not None)


def paper_number(fields: Mapping[str, FieldValue], definition: TypeDefinition) -> str | None:
    """Số, ký hiệu of the paper."""
    numbers = [f.name for f in definition.fields if f.kind == "document_number"]
    names = definition.minimum.number or numbers[:1]  # further ones are numbers of books and of other papers
    return next((field.value for name in names if (field := fields.get(name)) and field.value), None)


def _mappings(definition: TypeDefinition, plain: Mapping[str, str]) -> tuple[HolderMapping, ...]:
    """As the type says it; else the one holder of the minimum data, with the first of its numbers only: the others
    may be another person's."""
    if definition.holders:
        return definition.holders
    minimum = definition.minimum
    known = [name for name in minimum.holder_identifier if name in plain]
    return (HolderMapping(identifier=tuple(known[:1]), name=minimum.holder_name, birth=minimum.holder_birth),)


def _holder(
    mapping: HolderMapping, plain: Mapping[str, str], definition: TypeDefinition, codes: Sequence[CodeReport]
) -> HolderFacts | None:
    named = next((name for name in mapping.name if name in plain), None)
    numbers = _numbers(mapping, plain, definition)
    if named is None and not numbers:
        return None
    linked = _linked_by_code({n.value for n in numbers if n.kind == "personal_id"}, codes)
    identifiers = tuple(dict.fromkeys([*numbers, *linked]))
    return HolderFacts(
        kind=_kind(definition, named, identifiers),
        name=plain[named] if named else "",
        birth_date=next((plain[n] for n in mapping.birth if _BIRTH.fullmatch(plain.get(n, ""))), None),
        identifiers=identifiers,
    )


def _numbers(
    mapping: HolderMapping, plain: Mapping[str, str], definition: TypeDefinition
) -> list[HolderIdentifier]:
    found = []
    for name in mapping.identifier:
        field = definition.field(name)
        number = identifier_in(plain[name], field.kind if field else None) if name in plain else None
        if number is not None:
            found.append(number)
    return found


def _linked_by_code(personal: set[str], codes: Sequence[CodeReport]) -> list[HolderIdentifier]:
    """Old numbers that a sound card code names beside one of these personal numbers."""
    found = []
    for code in codes:
        sound = code.kind == "citizen_card" and not code.problems and not _TELLING & set(code.contradicts)
        old = code.values.get("old_id")
        if sound and old and code.values.get("personal_id") in personal:
            number = identifier_in(old, "old_id")
            if number is not None and number.kind == "old_id":
                found.append(number)
    return found


def _kind(
    definition: TypeDefinition, named: str | None, identifiers: Sequence[HolderIdentifier]
) -> HolderKind:
    """An organisation has the name of one, or is known by a tax code and nothing that only citizens have."""
    field = definition.field(named) if named else None
    if field is not None and field.kind == "organisation":
        return "organisation"
    kinds = {number.kind for number in identifiers}
    return "organisation" if kinds == {"tax_code"} else "citizen"
