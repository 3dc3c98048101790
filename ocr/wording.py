"""Small repairs of what was read that need no language model: the dots of leaders between and around words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ocr.lines import Leader, PlacedLine, PlacedWord

_DOTS = ".,·…_•"
_AFTER_COLON = re.compile(rf":[{_DOTS}:;\-]+$")
_AT_START = re.compile(rf"^[{_DOTS}]+(?=\w)")
_RUN_AT_END = re.compile(rf"[{_DOTS}]{{2,}}$")
_COLON_INSIDE = re.compile(rf":[{_DOTS}]+(?=\w)")


def without_leader_dots(lines: Iterable[PlacedLine], leaders: Sequence[Leader]) -> list[PlacedLine]:
    """Drop the dots that belong to a leader from the words of lines which have one; other lines stay as read."""
    return [_repaired(line) if _has_leader(line, leaders) else line for line in lines]


def _has_leader(line: PlacedLine, leaders: Sequence[Leader]) -> bool:
    return any(
        line.y0 <= (leader.y0 + leader.y1) / 2 <= line.y1 + 0.4 * line.height
        and leader.x0 <= line.x1 + 3 * line.height
        and leader.x1 >= line.x0 - 3 * line.height
        for leader in leaders
    )


def _repaired(line: PlacedLine) -> PlacedLine:
    words: list[PlacedWord] = []
    for word in line.words:
        text = _AFTER_COLON.sub(":", word.text)
        text = _AT_START.sub("", _RUN_AT_END.sub("", text))
        if not text.strip(_DOTS):
            continue
        words.extend(_split_at_colon(replace(word, text=text)))
    return replace(line, words=tuple(words)) if words else line


def _split_at_colon(word: PlacedWord) -> list[PlacedWord]:
    """“sinh:...Ủy” is two words whose leader was read as part of them."""
    found = _COLON_INSIDE.search(word.text)
    if found is None:
        return [word]
    first, second = word.text[: found.start() + 1], word.text[found.end() :]
    at = word.x0 + (word.x1 - word.x0) * (found.start() + found.end()) / 2 / len(word.text)
    return [replace(word, text=first, x1=at), replace(word, text=second, x0=at)]
