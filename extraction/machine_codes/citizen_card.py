"""The QR code of citizen identity cards: seven fields between strokes, later ones kept as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from models.identifiers import personal_id
from models.identifiers.dates import to_date
from models.text import squeeze

FIELDS = ("personal_id", "old_id", "full_name", "birth_date", "sex", "residence", "issued_on")
"""Their order, as on the chip card of 2021; the card of 2024 is taken to add others behind them."""
_MOST = 40
_TWELVE, _NINE, _DAY = re.compile(r"[0-9]{12}"), re.compile(r"[0-9]{9}"), re.compile(r"[0-9]{8}")
# Letters of any alphabet, for names of ethnic minorities and foreigners; nothing that could be a formula or mark-up.
_NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:[ '’.-]{1,2}[^\W\d_][^\W\d_'’.-]*)*\.?")
_PLACE = re.compile(r"[^\W_][\w ,./()'’&:;–-]*")
_LONGEST_NAME, _LONGEST_PLACE = 100, 300


@dataclass(frozen=True)
class CitizenCard:
    """What the code says; only parts that have their form."""

    values: dict[str, str]
    """By field name; dates ISO, NFC."""
    rest: tuple[str, ...]
    """Parts behind the seventh, raw."""
    malformed: bool
    """A part lacks its form, or there are more parts than any card has."""
    contradictory: bool
    """It has no sound number, or one that contradicts birth date or sex: no part of it proves anything."""


def read(text: str) -> CitizenCard | None:
    """The card's data in a code's text (see `text.decoded`); None where it is some other code."""
    parts = text.split("|", _MOST)
    if len(parts) < len(FIELDS) or not (
        _TWELVE.fullmatch(parts[0].strip()) or _DAY.fullmatch(parts[3].strip())
    ):
        return None
    values: dict[str, str] = {}
    malformed = len(parts) > _MOST
    for name, part in zip(FIELDS, parts, strict=False):
        given = squeeze(part)
        value = _READ[name](given)
        if value is not None:
            values[name] = value
        elif given or name in ("personal_id", "full_name", "birth_date"):
            malformed = True
    return CitizenCard(values, tuple(parts[len(FIELDS) : _MOST]), malformed, _contradictory(values))


def _contradictory(values: dict[str, str]) -> bool:
    number = personal_id.parse_or_none(values.get("personal_id", ""))
    if number is None:
        return True
    born = date.fromisoformat(values["birth_date"]) if "birth_date" in values else None
    return not personal_id.consistent_with(number, sex=values.get("sex"), birth_date=born)


def _number(text: str) -> str | None:
    return text if _TWELVE.fullmatch(text) and personal_id.is_valid(text) else None


def _old_number(text: str) -> str | None:
    return text if _NINE.fullmatch(text) else None


def _name(text: str) -> str | None:
    return text if len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) else None


def _day(text: str) -> str | None:
    if not _DAY.fullmatch(text):
        return None
    found = to_date(int(text[:2]), int(text[2:4]), int(text[4:]))
    return found.isoformat() if found else None


def _sex(text: str) -> str | None:
    return text if text in ("Nam", "Nữ") else None


def _place(text: str) -> str | None:
    return text if len(text) <= _LONGEST_PLACE and _PLACE.fullmatch(text) else None


_READ = {
    "personal_id": _number,
    "old_id": _old_number,
    "full_name": _name,
    "birth_date": _day,
    "sex": _sex,
    "residence": _place,
    "issued_on": _day,
}
