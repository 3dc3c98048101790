"""Mã số thuế, mã số doanh nghiệp: ten digits with a check digit, three more for a branch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.identifiers.digits import is_digit, mended
from models.text import nfc

_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_FORM = re.compile(r"(\d{10})(?:-?(\d{3}))?", re.ASCII)
_DASHES = str.maketrans({"–": "-", "—": "-", "‐": "-", "−": "-"})


@dataclass(frozen=True)
class TaxCode:
    """A code of the right form; whether its check digit is right is for `checks` to say."""

    number: str
    """Ten digits."""
    branch: str | None
    """Three digits of a branch or dependent unit, 001 to 999."""
    mended: bool = False
    """Whether a letter had to be taken for a digit."""

    @property
    def text(self) -> str:
        return f"{self.number}-{self.branch}" if self.branch else self.number

    @property
    def checks(self) -> bool:
        """Whether the check digit is right. Some codes of households and dependants break the rule: warn, don't refuse."""
        return check_digit(self.number[:9]) == self.number[9] and self.number[2:9] != "0000000"


def read(text: str) -> TaxCode | None:
    """A code from text as OCR read it: spaces dropped, look-alike letters mended; None when the form is wrong."""
    plain = "".join(nfc(text).translate(_DASHES).split()).strip(".,;:")
    if sum(map(is_digit, plain)) * 2 < len(plain):
        return None
    fixed = mended(plain)
    match = _FORM.fullmatch(fixed)
    if match is None or match[2] == "000":
        return None
    return TaxCode(match[1], match[2], fixed != plain)


def normalised(text: str) -> str:
    """`0100233488` or `0314409058-002`. Raises ValueError when the form or the check digit is wrong."""
    match = _FORM.fullmatch("".join(text.translate(_DASHES).split()))
    if match is None or match[2] == "000":
        raise ValueError("mã số thuế có 10 chữ số, chi nhánh thêm 3 chữ số từ 001")
    code = TaxCode(match[1], match[2])
    if not code.checks:
        raise ValueError("sai số kiểm tra của mã số thuế")
    return code.text


def check_digit(nine: str) -> str | None:
    """The tenth digit for the first nine; None where no digit fits and the number is never given out."""
    value = 10 - sum(w * int(d) for w, d in zip(_WEIGHTS, nine, strict=True)) % 11
    return str(value) if value < 10 else None


def is_valid(text: str) -> bool:
    """Whether `text` is a tax code with the right check digit."""
    try:
        normalised(text)
    except ValueError:
        return False
    return True
