"""Machine-readable zone of identity cards (ICAO 9303-5, TD1: three lines of thirty), every check digit tested."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from models.identifiers.dates import to_date
from models.identifiers.digits import mended
from models.text import without_marks

_WEIGHTS = (7, 3, 1)
_D = r"[0-9OoQDIl|SZBGsz]"
# Between the number and its own check digit stand two fillers, which OCR may take for letters.
_LINE_1 = re.compile(rf"(?:[I1lT|\\]?[D0O])?VNM({_D}{{9}})({_D})({_D}{{12}})[^0-9\n]{{1,3}}({_D})")
_LINE_2 = re.compile(rf"({_D}{{6}})({_D})([MF<])({_D}{{6}})({_D})VN[^0-9\n]*([0-9])?[^0-9\n]*(?:\n([^\n]*))?")
_NAME = re.compile(r"[A-Z]+(?:<[A-Z]+)*<<[A-Z]+(?:<[A-Z]+)*")
_FILLERS = "<" * 11
LONGEST_NAME = 30
"""Letters and fillers that the third line holds: a longer name is cut off."""

Part = Literal["number", "birth_date", "valid_to", "composite"]


@dataclass(frozen=True)
class MachineZone:
    """What the zone says; numbers and dates only where their check digits are right."""

    personal_id: str | None
    birth_date: date | None
    sex: str | None
    """`Nam` or `Nữ`; only together with a right birth date."""
    valid_to: date | None
    name: str | None = None
    """Capitals without marks, single spaces, perhaps cut off. No check digit covers it."""
    complete: bool = False
    """The composite check digit over all numbers and dates is right as well."""
    wrong: tuple[Part, ...] = ()
    """Parts that were read in full and that their check digits contradict: misread, or not a genuine card."""

    def __bool__(self) -> bool:
        return self != MachineZone(None, None, None, None)


def check_digit(text: str) -> str:
    """The check digit of ICAO 9303-3: weights 7, 3, 1; letters count from 10, `<` counts 0."""
    total = sum(_value(c) * _WEIGHTS[i % 3] for i, c in enumerate(text))
    return str(total % 10)


def _value(character: str) -> int:
    if "0" <= character <= "9":
        return int(character)
    if "A" <= character <= "Z":
        return ord(character) - 55
    if character == "<":
        return 0
    raise ValueError(f"{character!r} has no place in a machine-readable zone")


def parse(text: str) -> MachineZone | None:
    """The zone in lines of text as OCR read them; None when there is none.

    A letter that looks like a digit counts as that digit only where the check digit then is right.
    """
    plain = re.sub(r"[ \t«‹〈≪(]", lambda m: "" if m[0].isspace() else "<<" if m[0] in "«≪" else "<", text)
    number, first, bad_number = _number(plain)
    second = _second_line(plain, number)
    wrong: list[Part] = ["number"] if bad_number else []
    zone = second.zone if second else MachineZone(number, None, None, None)
    if second:
        wrong += zone.wrong
        if first and second.digits and second.composite is not None:
            right = check_digit(first + second.digits + _FILLERS) == second.composite
            wrong += [] if right else ["composite"]
            zone = replace(zone, complete=right and not wrong)
    zone = replace(zone, personal_id=number, wrong=tuple(wrong))
    return zone or None


def _number(plain: str) -> tuple[str | None, str | None, bool]:
    """The proven number, the checked part of its line, and whether there was a number but none proven."""
    seen = False
    for match in _LINE_1.finditer(plain):
        seen = True
        last9, check, number, own_check = (_digits(part) for part in match.groups())
        # The first check digit leaves out the place code, so that the second one must be right too.
        proven = check_digit(last9) == check and check_digit(number) == own_check
        if proven and last9 == number[3:]:
            return number, f"{last9}{check}{number}<<{own_check}", False
    return None, None, seen


@dataclass(frozen=True)
class _SecondLine:
    zone: MachineZone
    digits: str | None
    """Both dates with their check digits, where both are right."""
    composite: str | None


def _second_line(plain: str, number: str | None) -> _SecondLine | None:
    """The first second line of which something is proven; else the first one at all."""
    unproven: _SecondLine | None = None
    for match in _LINE_2.finditer(plain):
        born, born_check, expires, expires_check = (_digits(match[group]) for group in (1, 2, 4, 5))
        birth_right = check_digit(born) == born_check
        expiry_right = check_digit(expires) == expires_check
        birth = _full_date(born, _birth_century(number)) if birth_right else None
        wrong: list[Part] = [] if birth_right else ["birth_date"]
        wrong += [] if expiry_right else ["valid_to"]
        found = _SecondLine(
            MachineZone(
                None,
                birth,
                {"M": "Nam", "F": "Nữ"}.get(match[3]) if birth else None,
                _full_date(expires, 2000) if expiry_right else None,
                _name(match[7]),
                wrong=tuple(wrong),
            ),
            born + born_check + expires + expires_check if not wrong else None,
            match[6],
        )
        if birth_right or expiry_right:
            return found
        unproven = unproven or found
    return unproven


def _digits(part: str) -> str:
    return mended(part).replace("D", "0")


def _name(line: str | None) -> str | None:
    """Surname, two fillers, the other names with one filler between them."""
    match = _NAME.match(line.strip().replace("0", "O").replace("1", "I")) if line else None
    return match[0].replace("<", " ").replace("  ", " ") if match else None


def name_in_zone(name: str) -> str:
    """A name as the third line writes it: capitals without marks, fillers for spaces, cut off where it is too long."""
    words = re.findall(r"[A-Z]+", without_marks(name).upper())
    return "<".join([f"{words[0]}<", *words[1:]])[:LONGEST_NAME].rstrip("<") if words else ""


def _birth_century(number: str | None) -> int | None:
    return {"0": 1900, "1": 1900, "2": 2000, "3": 2000}.get(number[3]) if number else None


def _full_date(six: str, century: int | None) -> date | None:
    if century is None or not six.isdigit():
        return None
    return to_date(int(six[4:6]), int(six[2:4]), century + int(six[:2]))
