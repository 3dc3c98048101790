"""Document types as data: what a type is called, how it is known, which fields it has and where they stand."""

from __future__ import annotations

from functools import cache
from importlib import resources
from string import Formatter
from typing import Literal

import yaml
from pydantic import Field, model_validator

from models.base import Value
from models.errors import UnknownDocumentType
from models.extraction import UNKNOWN_TYPE

Kind = Literal[
    "name",
    "date",
    "date_words",
    "expiry",
    "year",
    "sex",
    "ethnicity",
    "nationality",
    "place",
    "text",
    "organisation",
    "office",
    "personal_id",
    "holder_id",
    "document_number",
]
"""What a value is, and so how it is normalised and what can be checked about it (`extraction/values.py`)."""

Finder = Literal[
    "label",
    "phrase",
    "machine_zone",
    "header_number",
    "header_issuer",
    "header_issuer_parent",
    "header_place",
    "header_date",
    "subject",
    "effect_date",
    "holder_name",
    "holder_id",
    "signer_name",
    "signer_office",
]
"""Ways to a value: next to its label, as a fixed phrase, or from the layout of ND30 Annex I."""


class Cue(Value):
    """Something that speaks for a type (weight above 0) or against it (below 0), in log-odds."""

    text: str
    weight: float
    where: Literal["title", "anywhere", "word_start"] = "anywhere"
    """`title`: a line of its own, in capitals or larger than the rest; `word_start`: how a long word begins."""


class FieldDefinition(Value):
    """One field of a type."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_vi: str
    name_en: str
    kind: Kind
    required: bool = False
    """Whether every such paper has it: when not found, a person must look."""
    labels: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Labels in a second language, behind the first («Họ và tên / Full name») or on their own."""
    phrases: tuple[str, ...] = ()
    """For the finder `phrase`: the values that may stand on the paper, spelt right."""
    finders: tuple[Finder, ...] = ("label",)
    """Tried in order; the first value that can be read is taken."""
    section: str | None = None
    """Labels count only inside this section; without one, only outside all sections."""
    lines: int = Field(default=1, ge=1, le=8)
    """Over how many lines the value may run."""
    before: str | None = None
    """The label counts only above the first label of that field."""
    after: str | None = None
    """The label counts only below (or right of) the first label of that field."""
    inline: bool = False
    """The label may stand in running text, without a colon."""


class Section(Value):
    """A part of the form that belongs to one person; it begins at one of its labels."""

    name: str
    labels: tuple[str, ...]


CHECK_PARTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "id_matches_holder": (frozenset({"id"}), frozenset({"birth_date", "sex"})),
    "words_match_date": (frozenset({"words", "date"}), frozenset()),
    "not_later": (frozenset({"first", "second"}), frozenset()),
    "parent_older": (frozenset({"parent", "child"}), frozenset()),
    "number_year": (frozenset({"number", "date"}), frozenset()),
    "same_person": (frozenset({"name", "first", "second"}), frozenset()),
    "name_in_text": (frozenset({"name", "text"}), frozenset()),
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
    ]
    fields: dict[str, str]

    @model_validator(mode="after")
    def _parts_fit(self) -> Check:
        needed, useful = CHECK_PARTS[self.kind]
        if not needed <= set(self.fields) <= needed | useful:
            raise ValueError(f"the check {self.kind} compares {', '.join(sorted(needed | useful))}")
        return self


class MinimumMapping(Value):
    """Where the minimum data of ND118 Art. 19.2 come from: field names in order of preference."""

    holder_identifier: tuple[str, ...] = ()
    holder_name: tuple[str, ...] = ()
    holder_birth: tuple[str, ...] = ()
    issued_on: tuple[str, ...] = ()
    issuer: tuple[str, ...] = ()
    abstract: tuple[str, ...]
    """Templates with field names in braces; the first whose fields are all known is used."""
    valid_from: tuple[str, ...] = ()
    valid_to: tuple[str, ...] = ()
    perpetual: bool = False
    """The paper has no end of validity by law unless one is printed."""
    scope: str | None = None


class TypeDefinition(Value):
    """Everything known about one type of document."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    name_vi: str
    name_en: str
    title: str
    """Tên giấy tờ in the minimum data."""
    cues: tuple[Cue, ...]
    cue_limit: float = 4.0
    """The most that cues other than titles may add up to."""
    fields: tuple[FieldDefinition, ...]
    sections: tuple[Section, ...] = ()
    stops: tuple[str, ...] = ()
    """Labels and phrases that end a value although no field is read from them."""
    checks: tuple[Check, ...] = ()
    minimum: MinimumMapping

    @model_validator(mode="after")
    def _names_are_known(self) -> TypeDefinition:
        names = [f.name for f in self.fields]
        if len(set(names)) != len(names):
            raise ValueError("a field is defined twice")
        minimum = self.minimum
        used = {
            *minimum.holder_identifier,
            *minimum.holder_name,
            *minimum.holder_birth,
            *minimum.issued_on,
            *minimum.issuer,
            *minimum.valid_from,
            *minimum.valid_to,
            *(name for template in minimum.abstract for name in placeholders(template)),
            *(name for check in self.checks for name in check.fields.values()),
            *(name for f in self.fields for name in (f.before, f.after) if name),
        }
        if unknown := used - set(names):
            raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
        sections = {s.name for s in self.sections}
        if lost := {f.section for f in self.fields if f.section} - sections:
            raise ValueError(f"no such section: {lost}")
        if self.code == UNKNOWN_TYPE:
            raise ValueError(f"“{UNKNOWN_TYPE}” is no type")
        return self

    def field(self, name: str) -> FieldDefinition | None:
        return next((f for f in self.fields if f.name == name), None)

    @property
    def order(self) -> dict[str, int]:
        """Place of each field on the form."""
        return {f.name: at for at, f in enumerate(self.fields)}


class OtherTitles(Value):
    """Titles of papers that are no known type: they speak for `unknown`."""

    titles: tuple[str, ...]


def placeholders(template: str) -> list[str]:
    """Field names that a template asks for."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]


@cache
def known_types() -> tuple[TypeDefinition, ...]:
    """The packaged types, by code."""
    folder = resources.files("extraction") / "types"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(TypeDefinition.model_validate(_yaml(f.read_text(encoding="utf-8"))) for f in files)


def type_definition(code: str) -> TypeDefinition:
    """The definition of one type. Raises UnknownDocumentType."""
    for definition in known_types():
        if definition.code == code:
            return definition
    raise UnknownDocumentType(type=code, known=", ".join(d.code for d in known_types()))


@cache
def other_titles() -> tuple[str, ...]:
    """Titles that name other kinds of papers."""
    text = (resources.files("extraction") / "other_titles.yaml").read_text(encoding="utf-8")
    return OtherTitles.model_validate(_yaml(text)).titles


def _yaml(text: str) -> object:
    """Parsed by libyaml where PyYAML has it: ten times faster, and the definitions are read at every start."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
