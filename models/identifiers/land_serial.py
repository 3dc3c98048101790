"""Số phát hành (seri) of land-use certificates: two letters and six to eight digits, `BK 123456`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.identifiers.digits import is_digit, mended
from models.text import nfc

_SERIAL = re.compile(r"([A-ZĐ0158]{2})([0-9A-Za-z|]{6,8})")
_LETTERS = str.maketrans({"0": "O", "1": "I", "5": "S", "8": "B"})


@dataclass(frozen=True)
class LandSerial:
    """A serial in its two parts."""

    letters: str
    digits: str
    mended: bool
    """Whether a letter had to be taken for a digit or a digit for a letter."""

    @property
    def text(self) -> str:
        return f"{self.letters} {self.digits}"


def parse(text: str) -> LandSerial:
    """Read a serial as printed, with or without the space. Raises ValueError.

    It has no check digit: only the form can be wrong. A figure in the place of a letter is taken for the
    letter it looks like (8K for BK) as long as the other one was read as a letter.
    """
    plain = "".join(c for c in nfc(text) if not c.isspace() and c not in ".,;:-–")
    match = _SERIAL.fullmatch(plain)
    letters = match[1] if match else ""
    digits = match[2] if match else ""
    fixed = mended(digits)
    if (
        not any(c.isalpha() for c in letters)
        or not all(map(is_digit, fixed))
        or sum(map(is_digit, digits)) * 2 < len(digits)
    ):
        raise ValueError("số phát hành giấy chứng nhận gồm 2 chữ cái và 6 đến 8 chữ số")
    right = letters.translate(_LETTERS)
    return LandSerial(right, fixed, right != letters or fixed != digits)


def parse_or_none(text: str) -> LandSerial | None:
    """As `parse`, with None in place of the error."""
    try:
        return parse(text)
    except ValueError:
        return None
