"""Mã số thuế, mã số doanh nghiệp: ten digits with a check digit, three more for a branch."""

from __future__ import annotations

import re

_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_FORM = re.compile(r"(\d{10})(?:-?(\d{3}))?", re.ASCII)


def normalised(text: str) -> str:
    """`0100233488` or `0314409058-002`. Raises ValueError when the form or the check digit is wrong."""
    match = _FORM.fullmatch("".join(text.split()))
    if match is None:
        raise ValueError("mã số thuế có 10 chữ số, chi nhánh thêm 3 chữ số")
    number, branch = match[1], match[2]
    if check_digit(number[:9]) != number[9] or number[2:9] == "0000000" or branch == "000":
        raise ValueError("sai số kiểm tra của mã số thuế")
    return f"{number}-{branch}" if branch else number


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
