"""Two readings of one line become one: where they differ the surer words count, where they agree both gain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from ocr.decoding.calibration import SecondOpinion
from ocr.lines import PlacedWord

_ZONE = "<<"
_NOTHING = 0.5


def is_doubtful(words: Sequence[PlacedWord], table: SecondOpinion) -> bool:
    """True where a line should be read again: some word is not sure enough, or a found line gave no word at all."""
    return not words or any(w.confidence < table.doubtful_below for w in words)


def merged(
    first: Sequence[PlacedWord], second: Sequence[PlacedWord], table: SecondOpinion
) -> list[PlacedWord]:
    """One line from two engines' words, left to right.

    Stretches of words that both read alike keep the first engine's places and gain confidence; of stretches that
    differ the one with the higher mean confidence stands, and the other one is remembered as an alternative.
    """
    found: list[PlacedWord] = []
    at_a = at_b = 0
    for block in Levenshtein.editops([w.text for w in first], [w.text for w in second]).as_matching_blocks():
        found.extend(_surer(first[at_a : block.a], second[at_b : block.b]))
        at_a, at_b = block.a + block.size, block.b + block.size
        pairs = zip(first[block.a : at_a], second[block.b : at_b], strict=True)
        found.extend(_agreed(one, other, table) for one, other in pairs)
    return found


def _agreed(one: PlacedWord, other: PlacedWord, table: SecondOpinion) -> PlacedWord:
    sure = table.agreed(1 - (1 - one.confidence) * (1 - other.confidence))
    best = max(sure, one.confidence)
    return replace(one, confidence=best, characters=tuple(max(c, best) for c in one.characters))


def _surer(a: Sequence[PlacedWord], b: Sequence[PlacedWord]) -> list[PlacedWord]:
    """One of two readings of the same stretch; a machine-readable zone is left to the engine that knows its filler."""
    zone_a, zone_b = (any(_ZONE in w.text for w in words) for words in (a, b))
    a_wins = zone_a if zone_a != zone_b else _mean(a) >= _mean(b)
    best, rest = (a, b) if a_wins else (b, a)
    if len(best) != 1 or len(rest) != 1:
        return list(best)
    kept = [(text, c) for text, c in best[0].alternatives if text != rest[0].text]
    doubt = (rest[0].text, min(rest[0].confidence, 1 - best[0].confidence))
    return [replace(best[0], alternatives=tuple(sorted([doubt, *kept], key=lambda o: -o[1])[:3]))]


def _mean(words: Sequence[PlacedWord]) -> float:
    """Mean confidence weighted by length; what only one engine saw must be likelier than not."""
    length = sum(len(w.text) for w in words)
    return sum(w.confidence * len(w.text) for w in words) / length if length else _NOTHING
