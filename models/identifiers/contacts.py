"""Telephone numbers and e-mail addresses as papers print them, in one spelling."""

from __future__ import annotations

import re

from models.identifiers.digits import is_digit, mended

_PHONE = re.compile(r"0\d{8,10}|1[89]00\d{4,6}", re.ASCII)
_COUNTRY = re.compile(r"\(?\s*(?:\+|00)?\s*84\s*[).\-/ ]?\s*(?:\(0\))?")
_BETWEEN = frozenset(" \u00a0.-–()/")
_EMAIL = re.compile(
    r"[a-z0-9][a-z0-9._%+\-]{0,63}@(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}", re.I
)


def phone(text: str) -> str:
    """A Vietnamese number from its leading 0 on, or 1800/1900…: «(84-24) 3825 1234» is 02438251234. Raises ValueError.

    Older area codes and mobile numbers of eleven digits stay as printed.
    """
    plain = text.strip(" .,;:")
    abroad = re.match(r"\(?\s*(\+|00)", plain)
    if match := _COUNTRY.match(plain):
        rest = plain[match.end() :].lstrip(" .-–)(")
        national = "0" + rest.lstrip("0")
        if _PHONE.fullmatch(_digits(national)):
            return _digits(national)
    digits = _digits(plain)
    if abroad or not _PHONE.fullmatch(digits):
        raise ValueError("cần số điện thoại Việt Nam, 9 đến 11 chữ số kể từ số 0")
    return digits


def _digits(text: str) -> str:
    return "".join(c for c in text if c not in _BETWEEN)


def phone_as_read(text: str) -> tuple[str, bool] | None:
    """As `phone` from text as OCR read it, and whether a letter had to be taken for a digit; None when it fails."""
    fixed = mended(text)
    if sum(map(is_digit, text)) * 2 < sum(c.isalnum() for c in text):
        return None
    try:
        return phone(fixed), fixed != text
    except ValueError:
        return None


def email(text: str) -> str:
    """An address without the spaces that print or OCR put into it, in lower case. Raises ValueError.

    Nothing is mended: any letter may stand in an address.
    """
    plain = "".join(text.split()).strip(",;:.<>()")
    if not plain.isascii() or not _EMAIL.fullmatch(plain) or ".." in plain:
        raise ValueError("địa chỉ thư điện tử không đúng dạng")
    return plain.lower()
