"""Finds known phrases on a sheet in spite of OCR errors: every run of words is compared, in C, by length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from extraction.layout import Row, key_of

LONGEST_RUN = 12
_ALIKE = str.maketrans("l10", "iio")
"""Letters and digits that OCR mixes up are one letter here, on both sides."""
LONGEST_KEY = 64
_LONE_WORD = 7
"""A single word of no more letters must be read without an error."""
_WORD = 3
"""So many letters that stand between two words of a phrase are a word that it does not have."""


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found in a row, over the tokens start..end (end excluded)."""

    phrase: int
    row: int
    start: int
    end: int
    similarity: float


def cutoff_for(length: int) -> float:
    """The least similarity that makes a match: short phrases may hold no error, long ones one in six letters."""
    if length <= 4:
        return 1.0
    if length <= 7:
        return 1 - 1 / length - 1e-6
    return 0.8


def says_each_word(words: Sequence[str], run: Sequence[str]) -> bool:
    """Whether a run of words says each word of a phrase and no word more; both as keys.

    A long phrase bears the loss of one word («tên cha» for «tên của trẻ» is alike in five letters of six), and it
    is that word which tells one label from another.
    """
    phrase, said = "".join(words).translate(_ALIKE), "".join(run).translate(_ALIKE)
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    kept, added = [0] * len(words), 0
    for code in Levenshtein.opcodes(phrase, said):
        if code.tag == "equal":
            for at, (start, end) in enumerate(pairwise(starts)):
                kept[at] += max(0, min(end, code.src_end) - max(start, code.src_start))
        elif code.tag == "insert":
            added = max(added, code.dest_end - code.dest_start)
    # Labels of two persons often differ in a short last word alone («cha», «mẹ», «của …»).
    # A word alone is as soon another word («quyển», «huyện») as a misread one.
    last = kept[-1] == len(words[-1]) or len(words[-1]) > (_WORD if len(words) > 1 else _LONE_WORD)
    return added < _WORD and last and all(2 * k >= len(word) for k, word in zip(kept, words, strict=True))


class PhraseSet:
    """Phrases prepared once for many sheets."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self.phrases = tuple(phrases)
        self._words = [tuple(filter(None, map(key_of, phrase.split()))) for phrase in self.phrases]
        self._by_length: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for index, phrase in enumerate(self.phrases):
            key = key_of(phrase).translate(_ALIKE)[:LONGEST_KEY]
            if key:
                self._by_length[len(key)].append((index, key))

    def likeness(self, keys: Sequence[str]) -> float:
        """0–1: how much words, as keys, are a phrase as a whole; 0 below what makes a match."""
        said = "".join(keys).translate(_ALIKE)[:LONGEST_KEY]
        likely = [
            (similarity, index)
            for length, members in self._by_length.items()
            if abs(length - len(said)) <= 0.2 * length
            for index, key in members
            if (similarity := Levenshtein.normalized_similarity(said, key, score_cutoff=cutoff_for(length)))
        ]
        words = [key for key in keys if key]
        return max((s for s, index in likely if says_each_word(self._words[index], words)), default=0.0)

    def find(self, runs: Runs) -> list[Match]:
        """Every run of words similar enough to a phrase; overlaps are left for the caller to settle."""
        found: list[Match] = []
        for length, members in self._by_length.items():
            cutoff = cutoff_for(length)
            slack = int(length * (1 - cutoff) + 0.5)
            keys = runs.keys_of_length(length - slack, length + slack)
            if not keys:
                continue
            scores = cdist(
                [key for _, key in members],
                keys,
                scorer=Levenshtein.normalized_similarity,
                score_cutoff=cutoff,
                dtype=np.float32,
            )
            for member, column in zip(*np.nonzero(scores), strict=True):
                similarity = float(scores[member, column])
                for row, start, end in runs.places(keys[column]):
                    found.append(Match(members[member][0], row, start, end, similarity))
        return found


class Runs:
    """All runs of up to twelve words of a sheet's rows, by their key."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._places: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for at, row in enumerate(rows):
            keys = [token.key.translate(_ALIKE) for token in row.tokens]
            for start, first in enumerate(keys):
                if not first:
                    continue
                key = ""
                for end in range(start, min(len(keys), start + LONGEST_RUN)):
                    if not keys[end]:
                        continue
                    key += keys[end]
                    if len(key) > LONGEST_KEY + 8:
                        break
                    self._places[key].append((at, start, end + 1))
        self._lengths: dict[int, list[str]] = defaultdict(list)
        for key in self._places:
            self._lengths[len(key)].append(key)

    def keys_of_length(self, least: int, most: int) -> list[str]:
        return [key for length in range(least, most + 1) for key in self._lengths.get(length, ())]

    def places(self, key: str) -> Sequence[tuple[int, int, int]]:
        return self._places[key]


def without_overlaps(matches: Iterable[Match], weight: dict[int, float]) -> list[Match]:
    """The heaviest matches that don't share a token; weight is letters matched, `weight` adds per phrase."""
    taken: set[tuple[int, int]] = set()
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: -(m.similarity**3) * weight[m.phrase]):
        cells = {(match.row, at) for at in range(match.start, match.end)}
        if not cells & taken:
            taken |= cells
            kept.append(match)
    return sorted(kept, key=lambda m: (m.row, m.start))
