"""Document types as data: what a type is called, how it is known, which fields it has and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from string import Formatter
from typing import Literal

import yaml
from pydantic import Field, model_validator

from extraction.comparisons import Check
from extraction.custody import HandlingRule, Retention
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
    "party",
    "organisation",
    "office",
    "personal_id",
    "holder_id",
    "document_number",
    "old_id",
    "identity",
    "tax_code",
    "money",
    "money_words",
    "area",
    "area_words",
    "land_serial",
    "dossier_code",
    "procedure_code",
    "agency_code",
    "short_number",
    "code",
    "phone",
    "email",
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
    "signing_agency",
    "agency_line",
    "header_subject",
    "recipients",
    "declared_date",
    "certified_date",
    "opening_date",
    "opening_place",
    "again",
    "own_form",
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
    """For the finder `phrase`: the values that may stand on the paper, spelt right. For `agency_line`: how the agency's
    name must begin. For a column of a table: the words that its cells mostly say."""
    finders: tuple[Finder, ...] = ("label",)
    """Tried in order; the first value that can be read is taken."""
    section: str | None = None
    """Labels count only inside this section; without one, only outside all sections."""
    lines: int = Field(default=1, ge=1, le=8)
    """Over how many lines the value may run."""
    until: tuple[str, ...] = ()
    """Words behind the value: «Do: … lập». Prose ends before the first of them."""
    before: str | None = None
    """The label counts only above the first label of that field."""
    after: str | None = None
    """The label counts only below (or right of) the first label of that field."""
    again: str | None = None
    """For the finder `again`: the value stands behind that field's second label (two holders, one below the other)."""
    inline: bool = False
    """The label may stand in running text, without a colon."""
    pattern: str | None = None
    """For the kind `code`: the regular expression that the whole value has to match."""
    accept: float | None = Field(default=None, ge=0.5, le=1)
    """The confidence from which this field is not doubtful, where the rule set's is too low or too high for it."""
    must_check: bool = False
    """A person looks at the field on every paper, however sure the machine is."""
    handwriting: Literal["none", "allowed", "expected"] = "none"
    """Whether the value may be filled in by hand on a printed form, or mostly is."""
    retired: bool = False
    """An earlier version of the type had it: documents stored then keep its name, no paper is searched for it."""

    @model_validator(mode="after")
    def _fits_together(self) -> FieldDefinition:
        if (self.kind == "code") != (self.pattern is not None):
            raise ValueError("the kind code needs a pattern, and no other kind has one")
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as fault:
                raise ValueError(f"the pattern is no regular expression: {fault}") from fault
        if self.retired and (self.required or self.labels or self.also or self.phrases or self.must_check):
            raise ValueError("a retired field is not looked for: no labels, not required")
        if ("again" in self.finders) != (self.again is not None):
            raise ValueError("the finder again needs the field that it repeats, and no other finder has one")
        if not self.finders and not self.retired:
            raise ValueError("a field needs a finder")
        return self


class Group(Value):
    """A table or a repeated block: one row per person or thing; fields are called `member_1_name` and so on."""

    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    """The word before the row's number: `member`."""
    name_vi: str
    name_en: str
    labels: tuple[str, ...] = ()
    """Headings above the table or list; without one the columns' own headings say where it is."""
    columns: tuple[FieldDefinition, ...] = Field(min_length=1)
    """What stands in a row. `labels` of a column are its headings."""
    most: int = Field(default=20, ge=1, le=100)
    """Rows beyond these are left alone."""

    def field(self, row: int, column: FieldDefinition) -> FieldDefinition:
        """The field of one cell; rows count from 1."""
        return column.model_copy(
            update={
                "name": f"{self.name}_{row}_{column.name}",
                "name_vi": f"{column.name_vi} ({row})",
                "name_en": f"{column.name_en} ({row})",
                "required": False,
            }
        )


class Section(Value):
    """A part of the form that belongs to one person; it begins at one of its labels."""

    name: str
    labels: tuple[str, ...]


class MinimumMapping(Value):
    """Where the minimum data of ND118 Art. 19.2 come from: field names in order of preference."""

    number: tuple[str, ...] = ()
    """Số, ký hiệu of the paper; without it the first field of the kind `document_number`."""
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


class HolderMapping(Value):
    """One of those whom a paper is about: field names in order of preference."""

    identifier: tuple[str, ...] = ()
    """Fields that all hold numbers of this one holder: where several are known, the paper says they belong together."""
    name: tuple[str, ...] = ()
    birth: tuple[str, ...] = ()


class TypeDefinition(Value):
    """Everything known about one type of document."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)
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
    holders: tuple[HolderMapping, ...] = ()
    """Whom the paper is about, where the minimum data don't say it all: two spouses, or one person with two numbers."""
    members: tuple[Group, ...] = ()
    """Tables and repeated blocks."""
    handling: HandlingRule = HandlingRule(value="SCAN", source="ND118 Art. 17.1.c")
    retention: Retention | None = None
    """None: not known; the archive decides."""
    sides: Literal[1, 2] = 1
    """2: a card whose front and back are one document."""
    most_pages: int | None = Field(default=None, ge=1)
    """A document of this type never has more pages; None: any number."""
    accept: float | None = Field(default=None, ge=0.5, le=1)
    """`accept` of the fields that have none of their own."""

    @model_validator(mode="after")
    def _names_are_known(self) -> TypeDefinition:
        names = [f.name for f in self.fields]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"a field is defined twice: {', '.join(twice)}")
        minimum = self.minimum
        used = {
            *minimum.number,
            *minimum.holder_identifier,
            *minimum.holder_name,
            *minimum.holder_birth,
            *minimum.issued_on,
            *minimum.issuer,
            *minimum.valid_from,
            *minimum.valid_to,
            *(name for template in minimum.abstract for name in placeholders(template)),
            *(name for h in self.holders for name in (*h.identifier, *h.name, *h.birth)),
            *(name for check in self.checks for name in check.fields.values()),
            *(name for f in self.fields for name in (f.before, f.after, f.again) if name),
        }
        if unknown := {name for name in used if self.field(name) is None}:
            raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
        sections = {s.name for s in self.sections}
        if lost := {f.section for f in self.fields if f.section} - sections:
            raise ValueError(f"no such section: {', '.join(sorted(lost))}")
        if clash := [g.name for g in self.members if any(n.startswith(f"{g.name}_1_") for n in names)]:
            raise ValueError(f"fields and rows of a group have the same names: {', '.join(clash)}")
        if self.code == UNKNOWN_TYPE:
            raise ValueError(f"“{UNKNOWN_TYPE}” is no type")
        return self

    def field(self, name: str) -> FieldDefinition | None:
        """The field of that name, `member_2_name` included."""
        return self._by_name.get(name)

    @cached_property
    def order(self) -> dict[str, int]:
        """Place of each field on the form; rows of groups come after the plain fields."""
        return {name: at for at, name in enumerate(self._by_name)}

    @cached_property
    def _by_name(self) -> dict[str, FieldDefinition]:
        found = {f.name: f for f in self.fields}
        for group in self.members:
            cells = (group.field(row, c) for row in range(1, group.most + 1) for c in group.columns)
            for cell in cells:
                found.setdefault(cell.name, cell)
        return found

    def accept_of(self, wanted: FieldDefinition) -> float | None:
        """The confidence from which a field is not doubtful; None: the rule set's."""
        return wanted.accept if wanted.accept is not None else self.accept


class OtherTitles(Value):
    """Titles of papers that are no known type: they speak for `unknown`."""

    titles: tuple[str, ...]


def placeholders(template: str) -> list[str]:
    """Field names that a template asks for."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The types that papers are recognised as, by code, and where the additional ones came from."""

    types: tuple[TypeDefinition, ...]
    sources: Mapping[str, str] = field(default_factory=dict)
    """Code → file of each type that is not packaged or takes a packaged one's place."""

    def get(self, code: str) -> TypeDefinition | None:
        return self._by_code.get(code)

    def with_types(self, added: Iterable[tuple[TypeDefinition, str]]) -> Catalogue:
        """This catalogue with more types, each with the file it came from; the same code is replaced."""
        types, sources = dict(self._by_code), dict(self.sources)
        for definition, source in added:
            types[definition.code] = definition
            sources[definition.code] = source
        return Catalogue(tuple(types[code] for code in sorted(types)), sources)

    @cached_property
    def _by_code(self) -> dict[str, TypeDefinition]:
        return {definition.code: definition for definition in self.types}


@cache
def packaged_types() -> Catalogue:
    """The types that come with the program."""
    folder = resources.files("extraction") / "types"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return Catalogue(
        tuple(TypeDefinition.model_validate(_yaml(f.read_text(encoding="utf-8"))) for f in files)
    )


class _InForce:
    """The one catalogue that a process works with."""

    catalogue: Catalogue | None = None


def types_in_force() -> Catalogue:
    """The packaged types, with those of an agency where the program was started with some."""
    return _InForce.catalogue or packaged_types()


def put_in_force(catalogue: Catalogue | None) -> None:
    """From now on this process knows these types; None: the packaged ones."""
    _InForce.catalogue = catalogue


@contextmanager
def in_force(catalogue: Catalogue) -> Iterator[None]:
    """These types for the time of a `with` block, for the whole process."""
    before = _InForce.catalogue
    put_in_force(catalogue)
    try:
        yield
    finally:
        put_in_force(before)


def known_types() -> tuple[TypeDefinition, ...]:
    """Every type in force, by code."""
    return types_in_force().types


def type_definition(code: str) -> TypeDefinition:
    """The definition of one type in force. Raises UnknownDocumentType."""
    definition = types_in_force().get(code)
    if definition is None:
        raise UnknownDocumentType(type=code, known=", ".join(d.code for d in known_types()))
    return definition


@cache
def other_titles() -> tuple[str, ...]:
    """Titles that name other kinds of papers."""
    text = (resources.files("extraction") / "other_titles.yaml").read_text(encoding="utf-8")
    return OtherTitles.model_validate(_yaml(text)).titles


def _yaml(text: str) -> object:
    """Parsed by libyaml where PyYAML has it: ten times faster, and the definitions are read at every start."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
