"""The characters the line recogniser knows: everything Vietnamese administrative paper prints."""

from __future__ import annotations

import unicodedata

HEIGHT = 48
"""Pixels of a line's picture from top to bottom."""
STRIDE = 8
"""Pixels of a line's picture for each step of the network's output."""
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VOWELS = "aăâeêioôơuưy"
_LOWER = sorted(
    {unicodedata.normalize("NFC", v + t) for v in _VOWELS for t in _TONES} | set("bcdđfghjklmnpqrstvwxz")
)
_SIGNS = "0123456789.,:;!?()[]{}<>/\\|-–—_+=*&%@#$'\"“”‘’…°²³½×•«»^~§"

BLANK = ""
"""Class 0 of the network: no character at this step."""
ALPHABET: tuple[str, ...] = (BLANK, " ", *_LOWER, *(c.upper() for c in _LOWER), *_SIGNS)
"""Class by class; NFC, one code point each."""

_CLASS = {c: i for i, c in enumerate(ALPHABET) if c}


def classes(text: str) -> list[int]:
    """Class numbers of an NFC text. Raises KeyError for a character outside the alphabet."""
    return [_CLASS[c] for c in text]


def is_known(text: str) -> bool:
    """True where every character has a class."""
    return all(c in _CLASS for c in text)
