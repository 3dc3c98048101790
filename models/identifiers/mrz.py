"""Machine-readable zone of identity cards (ICAO 9303-5, TD1: three lines of thirty), every check digit tested."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from models.identifiers.dates import to_date
from models.identifiers.digits import mended

_WEIGHTS = (7, 3, 1)
_D = r"[0-9OoQIl|SZBGDsz]"
# Between the number and its own check digit stand two fillers, which OCR may take for letters.
_LINE_1 = re.compile(rf"[I1lT|\\]?DVNM({_D}{{9}})({_D})({_D}{{12}})[^0-9\n]{{1,3}}({_D})")
_LINE_2 = re.compile(
    r"([0-9OoQIl|SZBGD]{6})([0-9OoQIl|SZBGD])([MF<])([0-9OoQIl|SZBGD]{6})([0-9OoQIl|SZBGD])VN"
)


@dataclass(frozen=True)
class MachineZone:
    """What the zone says; only parts whose check digits are right."""

    personal_id: str | None
    birth_date: date | None
    sex: str | None
    """`Nam` or `Nữ`; only together with a right birth date."""
    valid_to: date | None


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
    """The zone in lines of text as OCR read them; None when there is none or no check digit is right."""
    plain = re.sub(r"[ \t«‹]", lambda m: "" if m[0].isspace() else "<", text)
    number = _number(plain)
    birth, sex, expiry = _dates(plain, number)
    if number is None and birth is None and expiry is None:
        return None
    return MachineZone(number, birth, sex, expiry)


def _number(plain: str) -> str | None:
    for match in _LINE_1.finditer(plain):
        last9, check, number, own_check = (mended(part).replace("D", "0") for part in match.groups())
        if not number.isdigit() or last9 != number[3:]:
            continue
        # The first check digit leaves out the place code, so that the second one must be right too.
        if check_digit(last9) == check and check_digit(number) == own_check:
            return number
    return None


def _dates(plain: str, number: str | None) -> tuple[date | None, str | None, date | None]:
    for match in _LINE_2.finditer(plain):
        born, born_check, expires, expires_check = (
            mended(match[group]).replace("D", "0") for group in (1, 2, 4, 5)
        )
        birth = _full_date(born, _birth_century(number)) if check_digit(born) == born_check else None
        sex = {"M": "Nam", "F": "Nữ"}.get(match[3]) if birth else None
        expiry = _full_date(expires, 2000) if check_digit(expires) == expires_check else None
        if birth or expiry:
            return birth, sex, expiry
    return None, None, None


def _birth_century(number: str | None) -> int | None:
    return {"0": 1900, "1": 1900, "2": 2000, "3": 2000}.get(number[3]) if number else None


def _full_date(six: str, century: int | None) -> date | None:
    if century is None or not six.isdigit():
        return None
    return to_date(int(six[4:6]), int(six[2:4]), century + int(six[:2]))
