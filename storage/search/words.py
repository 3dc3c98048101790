"""What a word is, to the index and to a query alike: cut and written here, never by the database.

A word is a run of letters and digits in NFC and lower case, with the tone mark of open oa, oe and uy in one place (hòa
and hoà are one word). It is indexed as it stands and without its marks (đ becomes d), so that a query word with marks
finds only itself and one without marks finds all of its kind.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable
from functools import lru_cache

from models.text import folded, nfc

LONGEST = 64
"""Letters of a word that count; what is longer comes from broken readings, and the databases have limits of their own."""

APART = "\ue000"
"""Stands between texts that no phrase reaches across. A private character, hence never part of a word."""

PAIR = 0xE400
"""Where the 512 private characters begin that words of pairs start with."""

_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_RUN = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
_NOT_OURS = re.compile(r"[\ue000-\uf8ff]")
_TONES = ("\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
_LAST_LETTER = {
    nfc(first + tone) + second: first + nfc(second + tone)
    for first, second in (("o", "a"), ("o", "e"), ("u", "y"))
    for tone in _TONES
}


def words_of(text: str) -> list[str]:
    """The words of a text in their order, with their marks."""
    lower = nfc(nfc(_NOT_OURS.sub(" ", text)).casefold())
    return [word for run in _RUN.findall(lower) if (word := _one_spelling(run[:LONGEST]))]


@lru_cache(maxsize=65536)
def bare(word: str) -> str:
    """A word without its marks."""
    return "".join(_RUN.findall(folded(word))) or word


def bears_marks(word: str) -> bool:
    """Whether a word of a query asks for itself alone."""
    return bare(word) != word


def as_they_stand(texts: Iterable[str]) -> str:
    """Texts as the index keeps them: words between single spaces, APART between the texts."""
    return f" {APART} ".join(" ".join(words) for text in texts if (words := words_of(text)))


def without_their_marks(indexed: str) -> str:
    """What `as_they_stand` gave, word for word without marks."""
    return " ".join(word if word.startswith(APART) else bare(word) for word in indexed.split())


def pairs_of(*columns: str) -> dict[str, None]:
    """A word for every two words that stand side by side in one of the columns, each once, in their order.

    It is one of 2^24, so that a register of any size has no more of them: a document that lacks the pair may bear its
    word by chance, one that has it always bears it.
    """
    pairs: dict[str, None] = {}
    for column in columns:
        before = APART
        for word in column.split():
            if APART not in (before[0], word[0]):
                pairs[_pair(before, word)] = None
            before = word
    return pairs


def _pair(first: str, second: str) -> str:
    number = zlib.crc32(f"{first} {second}".encode()) & 0xFFFFFF
    last = "".join(_DIGITS[number >> shift & 31] for shift in (10, 5, 0))
    return f"{chr(PAIR + (number >> 15))}{last}"


def _one_spelling(word: str) -> str:
    moved = _LAST_LETTER.get(word[-2:])
    return nfc(word[:-2] + moved) if moved else unicodedata.normalize("NFC", word)
