"""Holders: whom papers are about, the numbers they are known by, and the code of a paper made from such a number."""

from __future__ import annotations

from typing import Literal, get_args

from models.base import Value
from models.identifiers import identity, old_id, personal_id, tax_code
from models.text import folded

HolderKind = Literal["citizen", "organisation"]

IdentifierKind = Literal["personal_id", "old_id", "tax_code", "passport"]
"""Số định danh cá nhân; số chứng minh nhân dân; mã số thuế, mã số doanh nghiệp; số hộ chiếu."""
IDENTIFIER_KINDS: tuple[IdentifierKind, ...] = get_args(IdentifierKind)

LONGEST_KEY = 200
"""Characters of the folded forms that are compared; the columns that hold them are as wide."""


class HolderIdentifier(Value):
    """A number that belongs to one holder. Ordered by kind, the one that lasts longest first."""

    kind: IdentifierKind
    value: str
    """Digits without separators; a passport's with its letter, a branch's with its hyphen."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class HolderFacts(Value):
    """What one paper says about a holder."""

    kind: HolderKind
    name: str
    """Empty where the paper has a number alone."""
    birth_date: str | None = None
    """ISO date, or the year alone."""
    identifiers: tuple[HolderIdentifier, ...] = ()


def identifier(kind: IdentifierKind, text: str) -> HolderIdentifier:
    """A number of that kind in its one form. Raises ValueError, in Vietnamese, when it has not that kind's form.

    The check digit of a tax code is not insisted on: codes of households and dependants may break the rule.
    """
    if kind == "personal_id":
        return HolderIdentifier(kind=kind, value=personal_id.parse(text).number)
    if kind == "old_id":
        return HolderIdentifier(kind=kind, value=old_id.parse(text))
    if kind == "tax_code":
        code = tax_code.read(text)
        if code is None or code.mended:
            raise ValueError("mã số thuế có 10 chữ số, chi nhánh thêm 3 chữ số từ 001")
        return HolderIdentifier(kind=kind, value=code.text)
    found = identity.parse(text)
    if found.kind != "passport":
        raise ValueError("số hộ chiếu gồm 1 chữ cái và 7–8 chữ số")
    return HolderIdentifier(kind=kind, value=found.number)


def identifier_in(text: str, hint: str | None = None) -> HolderIdentifier | None:
    """The number that `text` is, its kind told by its form; `hint` is the kind of the field it stands in.

    None where it is no identifier. Twelve digits are a personal number wherever they stand: it takes the place of
    a citizen's tax code from 1/7/2025, and some of the older cards carry it.
    """
    for kind in ("personal_id", *(k for k in IDENTIFIER_KINDS if k == hint)):
        try:
            return identifier(kind, text)
        except ValueError:
            continue
    found = identity.parse_or_none(text)
    if found is None or found.mended:
        return None
    return HolderIdentifier(kind=found.kind, value=found.number)


def strongest(identifiers: tuple[HolderIdentifier, ...]) -> HolderIdentifier | None:
    """The identifier that a paper's code is made from: the personal number before all others."""
    return min(identifiers, key=lambda one: (_RANK[one.kind], one.value), default=None)


_RANK = {"personal_id": 0, "tax_code": 1, "passport": 2, "old_id": 3}


def document_code(holder_value: str, type_code: str) -> str:
    """Mã số giấy tờ (ND118 Art. 22.4): the holder's identifier and the code of the type of paper, parted by a point."""
    return f"{holder_value}.{type_code}"


def name_key(name: str) -> str:
    """The folded form under which names are compared."""
    return folded(name)[:LONGEST_KEY]


def same_birth(one: str | None, other: str | None) -> bool:
    """Whether two dates of birth do not contradict each other; a year alone agrees with any day in it."""
    if one is None or other is None:
        return True
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def agrees(one: HolderFacts, other: HolderFacts) -> bool:
    """Whether two descriptions may be of one holder: the same name but for tone marks, and no other birth date."""
    names = {name_key(name) for name in (one.name, other.name)}
    return (len(names) == 1 or "" in names) and same_birth(one.birth_date, other.birth_date)
