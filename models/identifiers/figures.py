"""Amounts in figures as Vietnamese papers print them: points between thousands, a comma before decimals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from models.identifiers.digits import is_digit, mended

_D = r"[0-9OoQIl|SBZ]"
FIGURE = rf"{_D}+(?:\s?[.,]\s?{_D}+|\s{_D}{{3}}(?!{_D}))*"
"""A pattern for an amount: groups of digits with points, commas or spaces between them."""

_SEPARATOR = re.compile(r"\s?([.,])\s?|\s")


@dataclass(frozen=True)
class Figure:
    """An amount in figures."""

    value: Decimal | None
    """None when the groups of digits fit no way of writing numbers: a digit was lost or won."""
    digits: str
    """All digits as read, mended, without separators."""
    grouped: bool
    """Whether thousands are set apart, so that a digit more or less would have shown."""
    ambiguous: bool
    """Whether a comma before three digits may stand for thousands or for decimals."""
    mended: bool
    """Whether a letter had to be taken for a digit, or signs for one another."""


def read(text: str) -> Figure | None:
    """The amount that `text` is; None when it is none, or less than half of it was digits as read."""
    text = text.strip()
    if not re.fullmatch(FIGURE, text):
        return None
    groups = [group for group in re.split(rf"[^{_D[1:-1]}]+", text) if group]
    joined = "".join(groups)
    if sum(map(is_digit, joined)) * 2 < len(joined):
        return None
    fixed = [mended(group) for group in groups]
    signs = [match[1] or " " for match in _SEPARATOR.finditer(text)]
    digits = "".join(fixed)
    changed = digits != joined
    value, grouped, ambiguous, mixed = _weighed(fixed, signs)
    return Figure(value, digits, grouped, ambiguous, changed or mixed)


def _weighed(groups: list[str], signs: list[str]) -> tuple[Decimal | None, bool, bool, bool]:
    """Value, whether thousands are grouped, whether ambiguous, whether signs were mixed up."""
    if not signs:
        return Decimal(groups[0]), False, False, False
    threes = all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3
    if threes and (groups[0] != "0" or signs[0] == " "):
        if groups[0].startswith("0"):
            return None, False, False, False  # «025.000» has lost its beginning
        comma_alone = signs == [","]
        mixed = len(set(signs)) > 1
        return Decimal("".join(groups)), True, comma_alone, mixed
    *whole, decimals = groups
    if signs[-1] == " " or (len(signs) > 1 and signs[-1] in signs[:-1]):
        return None, False, False, False
    grouped = len(whole) > 1
    if grouped and not (
        len(whole[0]) <= 3 and not whole[0].startswith("0") and all(len(group) == 3 for group in whole[1:])
    ):
        return None, False, False, False
    if len(whole[0]) > 1 and whole[0].startswith("0"):
        return None, False, False, False
    return Decimal(f"{''.join(whole)}.{decimals}"), grouped, False, len(set(signs[:-1])) > 1


def grouped(number: int) -> str:
    """«250.000.000»."""
    return f"{number:,}".replace(",", ".")


def plain(number: Decimal) -> str:
    """The one spelling in data: a decimal point, no thousands, no zeros at the end («125.4», «251»)."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
