"""A code's bytes as text that can be shown and compared, and what is wrong with them; nothing in them is obeyed."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from typing import Literal

from models.text import nfc

Problem = Literal["wrong_encoding", "control_characters", "text_direction", "formula", "too_long"]
"""What can be wrong with a code's text; see PROBLEM_FLAGS in `understanding.py`."""

LONGEST_BYTES = 4096
LONGEST_SHOWN = 1000
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SEPARATING = frozenset("\x0b\x0c\x1c\x1d\x1e\x1f\x85")
"""Control characters that Python counts as white space."""
_RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""
LOST = "\ufffd"
"""Stands where a byte or character could not be kept."""


@dataclass(frozen=True)
class CodeText:
    """The text of one code."""

    text: str
    """NFC; control, format and private characters are replaced by LOST, line ends, tabs and other space by a space."""
    problems: tuple[Problem, ...]

    @property
    def shown(self) -> str:
        """Cut off where it is long."""
        return self.text if len(self.text) <= LONGEST_SHOWN else self.text[: LONGEST_SHOWN - 1] + "…"


def decoded(payload: bytes) -> CodeText:
    """Read UTF-8, the only encoding a Vietnamese code may use; UTF-16 with its mark is read and reported.

    Nothing fails: bytes that are no text become LOST, and what is longer than LONGEST_BYTES is cut off.
    """
    problems: list[Problem] = []
    if len(payload) > LONGEST_BYTES:
        problems.append("too_long")
        payload = payload[:LONGEST_BYTES]
    text, sound = _text(payload, whole="too_long" not in problems)
    if not sound:
        problems.append("wrong_encoding")
    text = nfc(text)
    if any(c in _DIRECTION for c in text):
        problems.append("text_direction")
    if any(_is_control(c) for c in text):
        problems.append("control_characters")
    text = "".join(" " if c.isspace() else LOST if _is_control(c) or c in _DIRECTION else c for c in text)
    if runs_in_cells(text):
        problems.append("formula")
    return CodeText(text, tuple(problems))


def _text(payload: bytes, *, whole: bool) -> tuple[str, bool]:
    """The text, and whether it was UTF-8; a letter cut in two at the end of a cut text is no fault."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if payload.startswith(mark):
            return payload[2:].decode(encoding, "replace"), False
    payload = payload.removeprefix(codecs.BOM_UTF8)
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        return decoder.decode(payload, final=whole), True
    except UnicodeDecodeError:
        return payload.decode("utf-8", "replace"), False


def _is_control(character: str) -> bool:
    """Whether it is neither printed nor white space; what turns the direction is told apart from these."""
    if character.isspace() and character not in _SEPARATING:
        return False
    return character not in _DIRECTION and unicodedata.category(character).startswith("C")


def runs_in_cells(text: str) -> bool:
    """Whether a spreadsheet would run the text, or a part of it between strokes, as a formula."""
    return any(
        part.lstrip(f" {LOST}").startswith(_RUNS) and len(part.strip()) > 1 for part in text.split("|")
    )


def cell_safe(text: str) -> str:
    """The text as a spreadsheet may get it (CSV, Excel): one that would run as a formula stands behind an apostrophe.

    For whoever writes tables from `CodeReport.text` and `.rest`. Field values won from codes need it no more than
    printed ones: names, dates and numbers are accepted in their own form only.
    """
    return f"'{text}" if text.lstrip(f" {LOST}").startswith(_RUNS) else text
