"""What kind of word a word is: engines are sure of each kind in their own way."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from ocr.decoding.vietnamese import is_syllable

WordKind = Literal["syllable", "number", "code", "other"]
"""`syllable`: letters that Vietnamese spelling allows; `number`: with a digit in it; `code`: of a machine-readable
zone; `other`: abbreviations, foreign words, signs, and whatever was misread into something impossible."""

_SIGNS = ".,:;!?()[]{}\"'“”‘’…/-–—"
_INSIDE = re.compile(r"[/\-–—]")


@lru_cache(maxsize=20_000)
def kind_of(word: str) -> WordKind:
    """The kind of a word without surrounding space."""
    core = word.strip(_SIGNS)
    if "<" in core:
        return "code"
    if any(c.isdigit() for c in core):
        return "number"
    parts = [part for part in _INSIDE.split(core) if part]
    return "syllable" if parts and all(p.isalpha() and is_syllable(p) for p in parts) else "other"
