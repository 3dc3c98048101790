"""Vietnamese text helpers: NFC everywhere, comparison without tone marks, the two languages of a message."""

import os
import re
import unicodedata
from functools import lru_cache
from typing import Literal

Language = Literal["vi", "en"]

_SPACES = re.compile(r"\s+")
_MARKS = {"đ": "d", "Đ": "D"}


def nfc(text: str) -> str:
    """Return `text` in Unicode normal form C, the only form stored or shown."""
    return unicodedata.normalize("NFC", text)


def squeeze(text: str) -> str:
    """NFC text with every run of white space folded into one space and the ends trimmed."""
    return _SPACES.sub(" ", nfc(text)).strip()


def shown(name: str) -> str:
    """A name of any bytes (those that are no UTF-8 as surrogates) as text that can be kept and shown: in NFC, what is not
    printable written as an escape."""
    text = nfc(os.fsencode(name).decode("utf-8", "backslashreplace"))
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def spelt(path: os.PathLike[str]) -> str:
    """A path as text, its letters as they are; bytes that are no UTF-8 written as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def without_marks(text: str) -> str:
    """Drop tone marks and letter marks (also đ → d), keeping case: for tolerant comparison only."""
    decomposed = unicodedata.normalize("NFD", "".join(_MARKS.get(c, c) for c in text))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def folded(text: str) -> str:
    """A key for tolerant comparison: no marks, lower case, single spaces."""
    return squeeze(without_marks(text)).casefold()


def flattened(text: str) -> str:
    """Lower-case, markless text of exactly the length of `text`, so that places found in one hold in the other."""
    return "".join(_flat_letter(c) for c in text)


@lru_cache(maxsize=4096)
def _flat_letter(letter: str) -> str:
    base = without_marks(letter).lower()
    return base[0] if len(base) == 1 else letter
