"""Passwords: what one must be like to be taken (NIST SP 800-63B-4 section 3.1.1), with no rule about kinds of letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from enum import StrEnum
from functools import cache

SHORTEST, LONGEST = 12, 256
"""Characters. Nothing is ever cut off."""
_LEAST_DIFFERENT = 6
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv",
)
_COMMON = (
    "password", "passw0rd", "passcode", "matkhau", "matma", "baomat", "bimat", "admin", "administrator", "quantri",
    "quantrivien", "root", "user", "guest", "welcome", "xinchao", "letmein", "login", "dangnhap", "changeme",
    "default", "secret", "iloveyou", "anhyeuem", "emyeuanh", "toiyeuvietnam", "vietnam", "hanoi", "saigon", "danang",
    "hochiminh", "tphcm", "motcua", "hanhchinh", "hanhchinhcong", "dichvucong", "canbo", "ubnd", "tiepnhan",
    "vanthu", "congchuc", "dragon", "monkey", "football", "bongda", "master", "sunshine", "princess", "superman",
    "ecopy",
)  # fmt: skip
"""Words that guessing begins with; one of them with figures and signs around it is no password."""


class Weakness(StrEnum):
    SHORT = "short"
    LONG = "long"
    CONTROL = "control"
    """Holds characters that cannot be seen or typed."""
    MONOTONOUS = "monotonous"
    COMMON = "common"
    """A word that everybody tries first, or a row of keys."""
    PERSONAL = "personal"
    """Little more than the account's or the agency's own name."""


def normal(password: str) -> str:
    """A password as it is hashed: in normal form C, since Vietnamese keyboards write both ways (RFC 8265 section 4.2)."""
    return unicodedata.normalize("NFC", password)


def weakness(password: str, known: Collection[str] = ()) -> Weakness | None:
    """Why `password` is not taken, if so; `known` are words that everybody knows of the account."""
    text = normal(password)
    if len(text) < SHORTEST:
        return Weakness.SHORT
    if len(text) > LONGEST:
        return Weakness.LONG
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        return Weakness.CONTROL
    folded = _folded(text)
    if len(set(folded)) < _LEAST_DIFFERENT:
        return Weakness.MONOTONOUS
    core = _without(folded, (*_COMMON, *_rows_of_keys()))
    if len(core) < 4:
        return Weakness.COMMON
    mine = [_folded(part) for word in known for part in (word, *word.split()) if len(part) >= 3]
    return Weakness.PERSONAL if len(_without(folded, mine)) < 4 else None


@cache
def _rows_of_keys() -> tuple[str, ...]:
    """Every piece of four or more of what stands side by side."""
    return tuple(
        run[start:end] for run in _RUNS for start in range(len(run)) for end in range(start + 4, len(run) + 1)
    )


def _without(text: str, words: Collection[str]) -> str:
    """The letters of `text` that are left when `words`, rows of keys and figures are taken out."""
    for word in sorted(words, key=len, reverse=True):
        for shape in (word, word[::-1]):
            text = text.replace(shape, "")
    return "".join(letter for letter in text if letter.isalpha())


def _folded(text: str) -> str:
    """Lower case without marks and without what stands between words."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in plain if letter.isalnum() or unicodedata.category(letter)[0] in "PS")
