"""Rule sets by date: every legal threshold with its article, chosen by the day of intake."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from typing import Generic, Literal, TypeVar

import yaml

from models.base import Value
from models.ecopy import CopyForm, PresentedAs
from models.people import Role
from models.signatures import Level

T = TypeVar("T")


class Rule(Value, Generic[T]):
    """A value and the article it rests on."""

    value: T
    source: str


class ImageRules(Value):
    minimum_dpi: Rule[int]
    recommended_dpi: Rule[int]
    colour_required: Rule[bool]
    scale_percent: Rule[int]
    maximum_skew_degrees: Rule[float]
    minimum_sharpness: Rule[float]
    minimum_contrast: Rule[float]
    minimum_effective_dpi: Rule[int]
    maximum_cut_lines: Rule[int]
    maximum_glare_share: Rule[float]


class CaptureRules(Value):
    level: Rule[Level]
    signer_role: Rule[Role]
    pdfa: Rule[Literal["2b"]]


class EcopyRules(Value):
    level: Rule[Level]
    signer_role: Rule[Role]
    confirmer_roles: Rule[tuple[Role, ...]]
    pdfa: Rule[Literal["2u"]]
    presented_as: Rule[tuple[PresentedAs, ...]]
    electronic_source: Rule[bool]


class StampRules(Value):
    form_names: Rule[dict[CopyForm, str]]
    time_format: Rule[str]
    font: Rule[str]
    font_size: Rule[float]
    position: Rule[Literal["top-right"]]


class MarkRules(Value):
    paper: Rule[str]
    electronic: Rule[str]


class ReviewRules(Value):
    accept_confidence: Rule[float]
    accept_type_probability: Rule[float]


class RuleSet(Value):
    """All rules in force from one date until the next set begins."""

    id: str
    effective_from: date
    instruments: tuple[str, ...]
    image: ImageRules
    capture: CaptureRules
    ecopy: EcopyRules
    stamp: StampRules
    conversion_mark: MarkRules
    review: ReviewRules


@cache
def all_rule_sets() -> tuple[RuleSet, ...]:
    """The packaged rule sets, oldest first."""
    files = [f for f in resources.files("models.rules").iterdir() if f.name.endswith(".yaml")]
    loaded = [RuleSet.model_validate(yaml.safe_load(f.read_text(encoding="utf-8"))) for f in files]
    return tuple(sorted(loaded, key=lambda r: r.effective_from))


def rule_set_on(day: date) -> RuleSet:
    """The rule set in force on `day`. Raises LookupError for a day before the oldest one."""
    in_force = [r for r in all_rule_sets() if r.effective_from <= day]
    if not in_force:
        raise LookupError(f"no rule set is known for {day.isoformat()}")
    return in_force[-1]


def rule_set_by_id(identifier: str) -> RuleSet:
    """The rule set recorded on an earlier result. Raises LookupError when it is not packaged."""
    for rules in all_rule_sets():
        if rules.id == identifier:
            return rules
    raise LookupError(f"no rule set is called {identifier}")
