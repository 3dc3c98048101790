"""A line's characters become words: split at spaces, edges on the ink, confidences calibrated, alternatives kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from models.text import nfc
from ocr.crops import LineCrop, widest_run
from ocr.decoding.calibration import Calibration
from ocr.lines import PlacedWord
from ocr.recognisers.base import ReadCharacter, ReadLine

_INK = 160
_MOST_ALTERNATIVES = 3
_LEAST_ALTERNATIVE = 0.02
_MOST = 0.5
"""An alternative is never likelier than what was read."""


def words_of(line: ReadLine, crop: LineCrop, calibration: Calibration, engine: str) -> list[PlacedWord]:
    """The words of one line in pixels of the cleaned page, NFC, left to right."""
    groups = _groups(line.characters)
    edges = _edges(groups, crop)
    return [_word(group, *edge, crop, calibration, engine) for group, edge in zip(groups, edges, strict=True)]


def _groups(characters: Sequence[ReadCharacter]) -> list[list[ReadCharacter]]:
    groups: list[list[ReadCharacter]] = [[]]
    for character in characters:
        if character.text.isspace():
            groups.append([])
        else:
            groups[-1].append(character)
    return [group for group in groups if group]


def _word(
    group: Sequence[ReadCharacter],
    left: float,
    right: float,
    crop: LineCrop,
    calibration: Calibration,
    engine: str,
) -> PlacedWord:
    x0, y0, x1, y1 = crop.place(left, right)
    sure = [calibration.character(c.confidence) for c in group]
    text = nfc("".join(c.text for c in group))
    each = [s for c, s in zip(group, sure, strict=True) for _ in c.text]
    return PlacedWord(
        text=text,
        x0=x0,
        y0=y0,
        x1=x1,
        y1=y1,
        confidence=calibration.word(text, group),
        characters=tuple(each) if len(each) == len(text) else (),
        alternatives=_alternatives(group),
        engine=engine,
    )


def _alternatives(group: Sequence[ReadCharacter]) -> tuple[tuple[str, float], ...]:
    """The word with one character exchanged, by how likely the exchange is; two doubts at once are too many."""
    found: dict[str, float] = {}
    texts = [c.text for c in group]
    whole = nfc("".join(texts))
    for i, character in enumerate(group):
        for other, confidence in character.alternatives:
            text = nfc("".join((*texts[:i], other, *texts[i + 1 :])))
            if text and text != whole and confidence >= _LEAST_ALTERNATIVE:
                found[text] = max(found.get(text, 0.0), min(_MOST, confidence))
    ranked = sorted(found.items(), key=lambda item: -item[1])
    return tuple(ranked[:_MOST_ALTERNATIVES])


def _edges(groups: Sequence[Sequence[ReadCharacter]], crop: LineCrop) -> list[tuple[float, float]]:
    """Left and right edge of each word as shares of the width, moved to where the ink ends.

    A net says where it saw a letter, not how wide it was: between two words the widest white gap counts.
    """
    if not groups:
        return []
    inked = _inked_columns(crop)
    lefts, rights = [0.0] * len(groups), [0.0] * len(groups)
    columns = np.flatnonzero(inked)
    first, last = (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, crop.width)
    lefts[0] = min(first / crop.width, groups[0][0].x1)
    rights[-1] = max(last / crop.width, groups[-1][-1].x0)
    for i, (a, b) in enumerate(pairwise(groups)):
        low, high = (a[-1].x0 + a[-1].x1) / 2, (b[0].x0 + b[0].x1) / 2
        start, end = _widest_gap(inked, round(low * crop.width), round(high * crop.width))
        rights[i], lefts[i + 1] = start / crop.width, end / crop.width
    return [(min(a, b), max(a, b)) for a, b in zip(lefts, rights, strict=True)]


def _inked_columns(crop: LineCrop) -> np.ndarray:
    top, bottom = int(crop.ink[0]), max(int(crop.ink[0]) + 1, round(crop.ink[1]))
    return np.asarray(crop.pixels[top:bottom].min(axis=0) < _INK)


def _widest_gap(inked: np.ndarray, low: int, high: int) -> tuple[int, int]:
    """The longest run of columns without ink between two columns; the middle where there is none."""
    low, high = max(0, min(low, high)), min(len(inked), max(low, high))
    run = widest_run(~inked[low:high])
    if run is None:
        middle = (low + high) // 2
        return middle, middle
    return low + run[0], low + run[1] + 1
