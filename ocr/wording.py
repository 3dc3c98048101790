"""Small repairs of what was read that need no language model: the dots of leaders between and around words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ocr.lines import Leader, PlacedLine, PlacedWord

_DOTS = ".,·…_•"
_AFTER_COLON = re.compile(rf"(?<=:)[{_DOTS}:;\-]+$")
_AT_START = re.compile(rf"^[{_DOTS}]+(?=\w)")
_RUN_AT_END = re.compile(rf"[{_DOTS}]{{2,}}$")
_COLON_INSIDE = re.compile(rf"(?<=:)[{_DOTS}]+(?=\w)")
_LONG_RUN = re.compile(r"[._]{4,}|…{2,}|^[.,·_]{2,}$")
"""No sentence prints this: it is a leader wherever it stands."""


def without_leader_dots(lines: Iterable[PlacedLine], leaders: Sequence[Leader]) -> list[PlacedLine]:
    """Drop the dots that belong to a leader from words of lines which have one; elsewhere only long rows of dots.

    A line of nothing but dots goes altogether.
    """
    repaired = (_repaired(line, all_dots=_has_leader(line, leaders)) for line in lines)
    return [line for line in repaired if line.words]


def _has_leader(line: PlacedLine, leaders: Sequence[Leader]) -> bool:
    return any(
        line.y0 <= (leader.y0 + leader.y1) / 2 <= line.y1 + 0.4 * line.height
        and leader.x0 <= line.x1 + 3 * line.height
        and leader.x1 >= line.x0 - 3 * line.height
        for leader in leaders
    )


def _repaired(line: PlacedLine, *, all_dots: bool) -> PlacedLine:
    words: list[PlacedWord] = []
    for word in line.words:
        if all_dots:
            words.extend(_without_dots(word))
        elif _LONG_RUN.search(word.text):
            words.extend(_parts(word, [m.span() for m in _LONG_RUN.finditer(word.text)]))
        else:
            words.append(word)
    return line if tuple(words) == line.words else replace(line, words=tuple(words))


def _without_dots(word: PlacedWord) -> list[PlacedWord]:
    found = [p.search(word.text) for p in (_AT_START, _COLON_INSIDE, _AFTER_COLON, _RUN_AT_END)]
    return _parts(word, [m.span() for m in found if m])


def _parts(word: PlacedWord, gone: Sequence[tuple[int, int]]) -> list[PlacedWord]:
    """What is left of a word without the characters `gone`, piece by piece: “sinh:...Ủy” is two words."""
    parts, at = [], 0
    for start, end in (*sorted(gone), (len(word.text), len(word.text))):
        if word.text[at:start].strip(_DOTS):
            parts.append(word.part(at, start))
        at = max(at, end)
    return parts
