"""How place names are compared: kinds and their abbreviations, keys that forgive spelling, capitals and lost marks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from models.text import nfc

LEVELS: dict[str, tuple[int, ...]] = {
    "tỉnh": (2,),
    "thành phố": (2, 3),
    "quận": (3,),
    "huyện": (3,),
    "thị xã": (3,),
    "phường": (5,),
    "xã": (5,),
    "thị trấn": (5,),
    "đặc khu": (5,),
}
"""Kinds of units and the lengths of the codes they have: 2 province, 3 district (until 30/6/2025), 5 commune."""

_FULL = {
    "tinh": "tỉnh", "thanhpho": "thành phố", "quan": "quận", "huyen": "huyện", "thixa": "thị xã", "phuong": "phường",
    "xa": "xã", "thitran": "thị trấn", "dackhu": "đặc khu",
}  # fmt: skip
_SHORT = {
    "t": "tỉnh", "tp": "thành phố", "q": "quận", "h": "huyện", "tx": "thị xã", "p": "phường", "f": "phường",
    "x": "xã", "tt": "thị trấn", "đk": "đặc khu",
}  # fmt: skip
_ABBREVIATED = re.compile(
    r"^(?:(tp|tx|tt|đk)(?:\.\s*|\s+|(?=[A-ZĐ]))|([tpqhxf])(?:\.\s*|\s(?=\d)|(?=\d)))", re.IGNORECASE
)
_EDGE = " \t.:-–"


def without_kind(text: str) -> tuple[str | None, str]:
    """«TP. Huế» → («thành phố», «Huế»); the kind is None where none is printed. Its marks may be lost or misread."""
    text = nfc(text).strip(_EDGE)
    short = _ABBREVIATED.match(text)
    if short is not None and text[short.end() :].strip(_EDGE):
        return _SHORT[(short[1] or short[2]).lower()], text[short.end() :].strip(_EDGE)
    words = re.match(r"(\w+)(?:[\s.:]+(\w+))?", text)
    if words is None:
        return None, text
    for end, key in (
        (words.end(), _letters(words[1]) + _letters(words[2] or "")),
        (words.end(1), _letters(words[1])),
    ):
        rest = text[end:].strip(_EDGE)
        if key in _FULL and rest and not text[end].isalnum():
            return _FULL[key], rest
    return None, text


def loose_key(text: str) -> str:
    """Letters and digits only, without marks: what survives capitals, lost marks, spaces and hyphens."""
    return "".join(_loose_word(word) for word in _words(text))


def exact_key(text: str) -> str:
    """The loose key with the marks of each word behind it, in order: «Hoà» is «Hòa», «Hoa» is not."""
    return "".join(_loose_word(word) + _marks_of(word) for word in _words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", nfc(text).lower())


@lru_cache(maxsize=8192)
def _letters(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return "".join(c for c in decomposed if c.isalnum())


@lru_cache(maxsize=8192)
def _loose_word(word: str) -> str:
    plain = _letters(word)
    if plain.isdigit():
        return plain.lstrip("0") or "0"
    # «Mĩ» and «Mỹ», «Qui» and «Quy» are spelt both ways; «Tai» and «Tay» are two words.
    return re.sub(r"(?<=[bcdghklmnpqrstvx])y$|(?<=qu)y$", "i", plain)


_SPELT_FREELY = frozenset({"dak", "krong", "ngok"})
"""Words of the Central Highlands that official lists write with different marks: Đăk, Đắk, Đak."""


@lru_cache(maxsize=8192)
def _marks_of(word: str) -> str:
    if _letters(word) in _SPELT_FREELY:
        return ""
    decomposed = unicodedata.normalize("NFD", word.replace("đ", "d\u0335"))
    return "".join(sorted(c for c in decomposed if unicodedata.combining(c)))
