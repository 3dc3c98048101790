"""The plan of a batch: a YAML file that says which papers of an archive are taken in, in which order, and as what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import BeforeValidator, Field, field_validator, model_validator

from extraction.extract import known_types
from extraction.type_file import BadTypeFile, Problem, line_of, read_model
from models.base import Value
from models.batches import ONE_DOCUMENT
from models.casework import ArchiveProof
from models.ecopy import PresentedAs
from models.errors import BatchPlanWrong, PathNotFound
from models.identifiers.dates import parse_date
from models.scans import ScanRecord
from models.text import Language, folded, nfc, squeeze
from pipeline.application import Application
from storage import schema as t

_PLACES = frozenset({"box", "year", "batch"})
_PLACE = re.compile(r"\{([^{}]*)\}")


def _day(value: Any) -> Any:
    return (parse_date(value) or value) if isinstance(value, str) else value


def _words(value: Any) -> Any:
    """One word where a list of them may stand."""
    return (value,) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class Matching(Value):
    """Which files something is said of: all conditions that are given must hold, of several words one."""

    box: Words = ()
    """Patterns of boxes, such as `Hộp 1*`."""
    path: Words = ()
    """Patterns of paths below the archive, such as `*/Nháp/*`; `*` goes over folders too."""

    def holds(self, box: str, path: str) -> bool:
        return (not self.box or fits(box, self.box)) and (not self.path or fits(path, self.path))


class TypeRule(Matching):
    """What papers are, by where they lie."""

    type: str = Field(min_length=1)


class SkipRule(Matching):
    """What must not be scanned."""

    reason: str = Field(min_length=1, max_length=200)
    """For people."""
    type: Words = ()
    secret: Words = ()
    component: Words = ()
    before: Day | None = None
    """Papers dated before that day."""
    after: Day | None = None
    """Papers dated after that day."""

    @model_validator(mode="after")
    def _says_something(self) -> SkipRule:
        if not any(getattr(self, name) for name in type(self).model_fields if name != "reason"):
            raise ValueError("a rule needs a condition")
        return self


class Prices(Value):
    """What things cost, in any one currency; for the estimate."""

    timestamp: float = Field(default=0, ge=0)
    gib: float = Field(default=0, ge=0)
    """A gibibyte kept."""
    machine_hour: float = Field(default=0, ge=0)
    currency: str = Field(default="VND", max_length=10)


class Plan(Value):
    """A whole plan."""

    name: str = Field(min_length=1, max_length=200)
    """Of the batch; the same name goes on with the same batch."""
    lot: str = Field(default="{batch} – {box}", min_length=1, max_length=200)
    """Name of the lot that a file comes into, with `{box}`, `{year}` and `{batch}` in it."""
    proof: ArchiveProof | None = None
    """What proves the time of the lots' e-copies."""
    agency: str | None = Field(default=None, max_length=35)
    """Identifier of the agency whose papers they are; the installation's own by default."""
    manifest: Path | None = None
    """CSV or XLSX; relative to the plan."""
    sheet: str | None = None
    """Of an XLSX manifest; its first sheet by default."""
    unlisted: Literal["skip", "take"] = "skip"
    """What happens to files that the manifest does not name."""
    box_level: int = Field(default=1, ge=1, le=8)
    """How many levels of folders make a box."""
    cut_off: Day | None = None
    """Papers of that day and later are digitised as they come in, and are none of this batch."""
    order: Literal["newest", "oldest", "path"] = "newest"
    presented_as: PresentedAs = "ban_chinh"
    grouping: Literal["pages", "one"] = "pages"
    """Whether the pages of a file say how it falls into documents, or each file is one."""
    document_type: str | None = None
    types: tuple[TypeRule, ...] = ()
    skip: tuple[SkipRule, ...] = ()
    suffixes: tuple[str, ...] | None = None
    """Of the files that are taken; those of documents and pictures by default."""
    scan: ScanRecord | None = None
    """What is known of the scanning of all files; pages counted on paper come from the manifest."""
    ahead: int = Field(default=64, ge=1, le=10_000)
    """So many files are taken in before they are worked on, and no more."""
    keep_free_gib: float = Field(default=5, ge=0.01)
    most_parked: int = Field(default=200, ge=1)
    """The batch stops where so many files are stuck at errors."""
    prices: Prices = Prices()

    @field_validator("name")
    @classmethod
    def _plain(cls, text: str) -> str:
        return squeeze(text)

    @field_validator("lot")
    @classmethod
    def _known_places(cls, text: str) -> str:
        unknown = [place for place in _PLACE.findall(text) if place not in _PLACES]
        if unknown:
            raise ValueError(f"{{{unknown[0]}}}: only {{box}}, {{year}} and {{batch}} are filled in")
        return squeeze(text)

    @field_validator("suffixes")
    @classmethod
    def _with_dots(cls, suffixes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if suffixes is None else tuple(f".{one.lower().lstrip('.')}" for one in suffixes)

    def lot_name(self, box: str, dated: str | None) -> str:
        """Of a file in `box` that is `dated` so."""
        words: Mapping[str, str] = {"box": box or "–", "year": (dated or "–")[:4], "batch": self.name}
        return squeeze(_PLACE.sub(lambda place: words[place[1]], self.lot))

    @property
    def parts(self) -> str | None:
        """How files fall into documents, as the register keeps it."""
        return ONE_DOCUMENT if self.grouping == "one" else None


def read_plan(app: Application, path: Path, language: Language) -> Plan:
    """The plan in a file, with types by code and the manifest's whole path. Raises PathNotFound, BatchPlanWrong."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise PathNotFound(path=path) from None
    except (OSError, UnicodeDecodeError) as fault:
        raise BatchPlanWrong(path=path, reason=str(fault)) from fault
    try:
        plan = _with_codes(read_model(text, Plan), text)
        if plan.agency is not None and not _is_known(app, plan.agency):
            line = line_of(text, ("agency",))
            raise BadTypeFile([Problem(line, "agency", "chưa biết cơ quan này", "no such agency is known")])
    except BadTypeFile as fault:
        said = "; ".join(problem.text(language) for problem in fault.problems)
        raise BatchPlanWrong(path=path, reason=said) from fault
    if plan.manifest is None:
        return plan
    manifest = (path.parent / plan.manifest).absolute()
    if not manifest.is_file():
        raise PathNotFound(path=manifest)
    return plan.model_copy(update={"manifest": manifest})


def fits(text: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns is all of a text, whatever the case of its letters."""
    whole = nfc(text).casefold()
    return any(fnmatchcase(whole, nfc(pattern).casefold()) for pattern in patterns)


def type_finder() -> Callable[[str], str | None]:
    """Codes of document types by what people call them: the code itself or one of the type's names, marks or none."""
    names: dict[str, str] = {}
    for definition in known_types():
        for name in (definition.name_en, definition.title, definition.name_vi, definition.code):
            names[folded(name)] = definition.code
    return lambda text: names.get(folded(text))


def _with_codes(plan: Plan, text: str) -> Plan:
    """The plan with its types by their codes. Raises BadTypeFile for those that nobody knows."""
    find, problems = type_finder(), []

    def code(name: str, *place: str | int) -> str:
        found = find(name)
        if found is None:
            key = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
            known = ", ".join(sorted(one.code for one in known_types()))
            said = (
                f"không có loại giấy tờ «{name}»; chọn một trong: {known}",
                f"no type “{name}”; choose one of: {known}",
            )
            problems.append(Problem(line_of(text, place), key, *said))
        return found or name

    changed = plan.model_copy(
        update={
            "document_type": code(plan.document_type, "document_type") if plan.document_type else None,
            "types": tuple(
                rule.model_copy(update={"type": code(rule.type, "types", at, "type")})
                for at, rule in enumerate(plan.types)
            ),
            "skip": tuple(
                rule.model_copy(update={"type": tuple(code(one, "skip", at, "type") for one in rule.type)})
                for at, rule in enumerate(plan.skip)
            ),
        }
    )
    if problems:
        raise BadTypeFile(problems)
    return changed


def _is_known(app: Application, agency: str) -> bool:
    if agency == app.hands.agency.identifier:
        return True
    with app.register.reading() as connection:
        query = sa.select(t.agencies.c.identifier).where(t.agencies.c.identifier == agency).limit(1)
        return connection.scalar(query) is not None
