"""Text as people and systems write it into fields: NFC, single spaces, no control characters."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from models.text import nfc, squeeze


def one_line(text: str) -> str:
    """NFC with single spaces. Raises ValueError for control characters and halves of surrogate pairs."""
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\t\n\r" for letter in text):
        raise ValueError("control characters are no text")
    return squeeze(text)


def some_words(text: str) -> str:
    """`one_line`, but not without a word. Raises ValueError."""
    found = one_line(text)
    if not found:
        raise ValueError("nothing but white space")
    return found


def as_typed(text: str) -> str:
    """NFC, with its line ends. Raises ValueError as `one_line` does."""
    one_line(text)
    return nfc(text).strip()


OneLine = Annotated[str, AfterValidator(one_line)]
SomeWords = Annotated[str, AfterValidator(some_words)]
AsTyped = Annotated[str, AfterValidator(as_typed)]
