"""What to believe of an engine's output: calibrated word confidences, and which lines are no text at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from imaging.round_seals import RoundSeal
from ocr.decoding.vietnamese import is_syllable
from ocr.lines import PlacedLine, PlacedWord

# Measured on 19,000 words of generated papers in seven scan conditions and 1,300 of real letters.
_RAW = (0.0, 30.0, 50.0, 65.0, 75.0, 84.0, 88.5, 90.0, 91.5, 93.0, 95.0, 96.0, 100.0)
_RIGHT = (0.05, 0.2, 0.37, 0.48, 0.53, 0.6, 0.7, 0.81, 0.86, 0.92, 0.95, 0.985, 0.997)
_LEAST_LINE = 0.4
_LEAST_SHORT_LINE = 0.7
_SURE = 0.6
_HOPELESS = 0.15
_SURE_ON_SEAL = 0.65
_TALLEST_MM = 18.0
"""Nothing on an official sheet is printed in 50 points; blots and blocks of codes are as high."""
_ZONE = re.compile(r"[A-Z0-9<]{20,}")
"""A machine-readable zone: no dictionary word in it, so that some engines are never sure of one."""


def calibrated(raw: float) -> float:
    """Tesseract's 0–100 as the share of words of that confidence that are right, 0–1."""
    return float(np.interp(raw, _RAW, _RIGHT))


def promising(lines: Iterable[PlacedLine], dpi: float) -> list[PlacedLine]:
    """Drop only what can't be text at all; what remains deserves a second look before it is judged."""
    kept = []
    for line in lines:
        words = tuple(w for w in line.words if _is_word(w, dpi))
        long_enough = sum(c.isalnum() for w in words for c in w.text) >= 8
        if words and (long_enough or any(w.confidence > _HOPELESS for w in words)):
            kept.append(replace(line, words=words))
    return kept


def believable(lines: Iterable[PlacedLine], dpi: float) -> list[PlacedLine]:
    """Drop what was never text: specks read as punctuation, strokes of a seal or a photograph read as letters."""
    kept = []
    for line in lines:
        words = _trimmed(tuple(w for w in line.words if _is_word(w, dpi)))
        if words and _is_line(replace(line, words=words)):
            kept.append(replace(line, words=words))
    return kept


def _is_word(word: PlacedWord, dpi: float) -> bool:
    height_mm = word.height / dpi * 25.4
    if height_mm > _TALLEST_MM or word.x1 <= word.x0 or height_mm <= 0.2:
        return False
    if not any(c.isalnum() for c in word.text):
        return word.confidence >= 0.25 or len(word.text) == 1
    return True


def without_seal_lettering(lines: Iterable[PlacedLine], seals: Sequence[RoundSeal]) -> list[PlacedLine]:
    """Drop what was read out of the ring of letters of a seal (all in pixels of the cleaned page).

    Only what the engine was unsure of and what stands in capitals, as on seals, or spells nothing: a name typed
    across a seal is worth a doubtful reading.
    """
    if not seals:
        return list(lines)
    kept = []
    for line in lines:
        words = tuple(w for w in line.words if not _is_lettering(w, seals))
        if words:
            kept.append(replace(line, words=words))
    return kept


def _is_lettering(word: PlacedWord, seals: Sequence[RoundSeal]) -> bool:
    letters = "".join(c for c in word.text if c.isalpha())
    if word.confidence >= _SURE_ON_SEAL or (is_syllable(letters) and not letters.isupper()):
        return False
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return any(seal.letters_at(x, y) for seal in seals)


def _trimmed(words: tuple[PlacedWord, ...]) -> tuple[PlacedWord, ...]:
    """Without junk at either end: remains of leaders, rules and specks, slivers of a neighbouring picture."""
    start, end = 0, len(words)
    while start < end and _is_junk(words[start]):
        start += 1
    while end > start and _is_junk(words[end - 1]):
        end -= 1
    return words[start:end]


def _is_junk(word: PlacedWord) -> bool:
    """Punctuation that stands alone (the dashes of a list are believed where they are certain), hopeless bits."""
    if any(c.isalnum() for c in word.text):
        return word.confidence <= _HOPELESS and len(word.text) <= 3
    return not (word.text in ("-", "+", "–", "*", "•") and word.confidence >= 0.5)


def _is_line(line: PlacedLine) -> bool:
    letters = sum(c.isalnum() for c in line.text)
    if letters == 0 or not _latin(line.text):
        return False
    if "<<" in line.text and _ZONE.search(line.text):
        return True
    if letters > 3 and any(w.confidence >= _SURE and _letters(w) >= 2 for w in line.words):
        return True
    return line.confidence >= (_LEAST_SHORT_LINE if letters <= 3 else _LEAST_LINE)


def _letters(word: PlacedWord) -> int:
    return sum(c.isalnum() for c in word.text)


def _latin(text: str) -> bool:
    """Mostly letters, digits and the fillers of a machine-readable zone: noise comes out as strings of symbols."""
    fillers = "<" if "<<" in text else ""
    solid = sum(unicodedata.category(c)[0] in "LN" or c in fillers for c in text)
    return solid >= 0.5 * sum(not c.isspace() for c in text)
