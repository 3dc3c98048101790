"""Dots below letters that went with a dotted leader: whether ê or ệ stood there, the words around must say.

The dots of a form's leader run where the dots below letters are. Where one falls on the other, cleaning takes both,
or leaves both; that an engine sees no dot then says nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from imaging.pieces import PixelBox
from ocr.crops import LineCrop
from ocr.linefinder import FoundLine
from ocr.recognisers.base import ReadCharacter, ReadLine

LIKELY = 0.05
"""How likely a letter over a leader is to have lost its dot, before its word is looked at; measured on forms."""
_DOT = "\u0323"
_VOWELS = frozenset("aăâeêioôơuưy")
_ABOVE, _BELOW = 0.5, 0.25
"""How far above and below the lower edge of a line its leader runs, in heights of the line."""

Stretch = tuple[float, float]
"""From where to where on a line, in shares of its crop's width."""


def over_leaders(line: FoundLine, crop: LineCrop, leaders: Sequence[PixelBox]) -> list[Stretch]:
    """The stretches of a found line under which one of `leaders` (cleaned pixels) was wiped out."""
    high = line.y1 - line.y0
    left, right = (float(crop.to_page[0] @ (x, 0.0, 1.0)) for x in (0.0, crop.width))
    wide = max(right - left, 1.0)
    return [
        ((leader.x0 - left) / wide, (leader.x1 - left) / wide)
        for leader in leaders
        if leader.x1 > left
        and leader.x0 < right
        and line.y1 - _ABOVE * high <= (leader.y0 + leader.y1) / 2 <= line.y1 + _BELOW * high
    ]


def with_lost_dots(line: ReadLine, stretches: Sequence[Stretch]) -> ReadLine:
    """`line` with the letter with a dot below as an alternative to every vowel without a tone over a leader."""
    if not stretches:
        return line
    return ReadLine(tuple(_doubted(c, stretches) for c in line.characters))


def _doubted(character: ReadCharacter, stretches: Sequence[Stretch]) -> ReadCharacter:
    middle = (character.x0 + character.x1) / 2
    if character.text.lower() not in _VOWELS or not any(a <= middle <= b for a, b in stretches):
        return character
    dotted = unicodedata.normalize("NFC", character.text + _DOT)
    seen = dict(character.alternatives)
    if seen.get(dotted, 0.0) >= LIKELY:
        return character
    seen[dotted] = LIKELY
    ranked = sorted(seen.items(), key=lambda item: -item[1])
    return replace(character, confidence=min(character.confidence, 1 - LIKELY), alternatives=tuple(ranked))
