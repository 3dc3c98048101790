"""How sure a field is, 0–1: from the engine's word confidences, the label's match and checks that could fail."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from extraction.definitions import Kind
from extraction.layout import Token
from models.rulesets import ReviewRules

# A failed check takes the confidence below any threshold a rule set may have.
FAILED = 0.45
UNCHECKED = 0.6
"""The most for an identifier that no check has confirmed."""

_IDENTIFIERS: frozenset[Kind] = frozenset({"personal_id", "holder_id", "document_number"})

# What a passed check leaves of the remaining doubt. Checks that a misreading nearly always breaks leave little.
_REMAINING: dict[str, float] = {
    "calendar": 0.85,
    "structure": 0.9,
    "holder": 0.45,
    "machine_readable": 0.1,
    "check_digit": 0.3,
    "words_match": 0.15,
    "words": 0.7,
    "vocabulary": 0.5,
    "near_vocabulary": 0.8,
    "surname": 0.95,
    "spelling": 0.95,
    "province": 0.95,
    "repeated": 0.35,
    "form": 0.9,
    "notation": 0.85,
    "agency": 0.9,
    "range": 0.9,
    "number_year": 0.5,
}
_CONFIRMING: frozenset[str] = frozenset(
    {
        "holder",
        "machine_readable",
        "check_digit",
        "form",
        "vocabulary",
        "words_match",
        "repeated",
        "number_year",
    }
)
"""Checks that count as «could have failed» for an identifier."""

# Failed checks that are a reason to look, weaker than a contradiction.
_MILD: dict[str, float] = {
    "mended": 0.7,
    "marks": 0.7,
    "lost_marks": 0.75,
    "two_words": 0.75,
    "unsure_word": 0.75,
    "surname": 0.7,
    "length": 0.6,
    "no_province": 0.75,
    "loose_end": 0.7,
    "poor_reading": 0.6,
}

PROVEN: frozenset[str] = frozenset({"machine_readable", "check_digit", "words_match"})
"""Checks that hold even on a badly read paper."""


def reading_confidence(tokens: Sequence[Token]) -> float:
    """What the engine thinks of the words that say a value: their weakest counts as much as their mean."""
    weights = [max(len(t.key), 1) for t in tokens]
    mean = sum(t.confidence * w for t, w in zip(tokens, weights, strict=True)) / sum(weights)
    return 0.35 * mean + 0.65 * min(t.confidence for t in tokens)


def field_confidence(
    kind: Kind, tokens: Sequence[Token], quality: float, passed: Collection[str], failed: Collection[str]
) -> float:
    """The confidence of one field, between 0 and 0.995: no machine is certain."""
    doubt = 1 - reading_confidence(tokens)
    for check in passed:
        doubt *= _REMAINING.get(check, 1.0)
    confidence = (1 - doubt) * (0.35 + 0.65 * quality)
    for check in failed:
        confidence = min(confidence, _MILD.get(check, FAILED))
    if kind in _IDENTIFIERS and not _CONFIRMING & set(passed):
        confidence = min(confidence, UNCHECKED)
    return round(min(max(confidence, 0.0), 0.995), 4)


PROSE: frozenset[Kind] = frozenset({"name", "place", "organisation", "text"})
"""Kinds in which a lost tone mark makes another right word, so that nothing gives it away."""


def loses_marks(failures: Sequence[Collection[str]]) -> bool:
    """Whether the reading lost tone marks in several fields, so that others may lack some unseen."""
    return sum(bool({"marks", "spelling", "repeated"} & set(failed)) for failed in failures) >= 2


def is_poor_reading(failures: Sequence[Collection[str]]) -> bool:
    """Whether so many fields of a paper failed a check that the others can't be trusted either.

    Handwriting, a copy of a copy or a page read upside down shows itself in this way.
    """
    hard = sum(bool(set(failed) - set(_MILD)) for failed in failures)
    return hard >= 3 and hard * 4 >= len(failures)


def is_doubtful(confidence: float, rules: ReviewRules) -> bool:
    """Whether a field of this confidence must be looked at by a person."""
    return confidence < rules.accept_confidence.value
