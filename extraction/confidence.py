"""How sure a field is, 0–1, and which rules keep it from being accepted however sure the machine is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from extraction import calibration
from extraction.definitions import Kind
from extraction.layout import Token
from models.extraction import Evidence, Hold
from models.rulesets import ReviewRules

FAILED = 0.45
"""The most for a value that a check contradicts: below any threshold that a rule set or a type may have."""

_IDENTIFIERS: frozenset[Kind] = frozenset(
    {
        "personal_id", "holder_id", "document_number", "old_id", "identity", "tax_code", "land_serial",
        "dossier_code", "procedure_code", "agency_code", "code", "money", "area", "short_number",
    }
)  # fmt: skip

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
        "year_match",
        "anniversary",
        "adds_up",
        "share_of_total",
    }
)
"""Checks that count as «could have failed» for an identifier."""

_WEIGHED: frozenset[str] = frozenset(
    {
        "agency", "begins_small", "case_change", "deputy", "handwriting", "inner_stop", "jumbled",
        "known_otherwise", "label_inside", "label_word", "left_over", "length", "loose_end", "lost_marks",
        "marked_otherwise", "marks", "marks_slip", "marks_slip_often", "mended", "name_role", "name_sex",
        "no_province", "open_end", "place_units", "poor_reading", "said_twice", "separator", "shared_words",
        "stamp_word", "surname", "two_people", "two_words", "unsure_word",
    }
)  # fmt: skip
"""Failed checks that are a reason to look, weighed by the calibration; every other one is a contradiction."""

_UNLESS_PROVEN: dict[str, Hold] = {
    "handwriting": "handwriting",
    "poor_reading": "poor_reading",
    "marks": "respelled",
}
"""Failed checks that only a proof makes up for."""
_SURE_PLACE = 0.65
"""Below this the words behind a label were taken for the field's because the label is like a known one."""

PROVEN: frozenset[str] = frozenset({"machine_readable", "check_digit", "words_match"})
"""Checks that hold even on a badly read paper."""


def evidence_of(
    tokens: Sequence[Token], quality: float, passed: Iterable[str], failed: Iterable[str]
) -> Evidence:
    """What is known about a value said by `tokens`; `quality` is how sure its place is, 0–1."""
    weights = [max(len(t.key), 1) for t in tokens]
    mean = sum(t.confidence * w for t, w in zip(tokens, weights, strict=True)) / sum(weights)
    return Evidence(
        weakest=round(min(t.confidence for t in tokens), 4),
        mean=round(min(mean, 1.0), 4),
        place=round(min(max(quality, 0.0), 1.0), 4),
        passed=tuple(dict.fromkeys(passed)),
        failed=tuple(dict.fromkeys(failed)),
    )


def field_confidence(kind: Kind, evidence: Evidence) -> float:
    """How likely the value is right, by the calibration in force; a contradicted one is never likely."""
    sure = calibration.probability(kind, evidence)
    return round(min(sure, FAILED) if _is_contradicted(evidence) else sure, 4)


def holds(kind: Kind, evidence: Evidence) -> tuple[Hold, ...]:
    """Why a person must look at the value however sure the machine is; nothing outweighs any of these.

    A contradiction is nobody's to settle but a person's; unproven is an identifier that no check could have refused,
    and a value behind a label that is only like one that the form is known to have; handwriting, a badly read paper and
    a value that the machine spelt otherwise than it was read are for people unless a code, or words and figures, say
    the same.
    """
    passed = set(evidence.passed)
    found: list[Hold] = []
    if _is_contradicted(evidence):
        found.append("contradicted")
    unproven = kind in _IDENTIFIERS and not _CONFIRMING & passed
    if unproven or (evidence.place < _SURE_PLACE and not PROVEN & passed):
        found.append("unchecked")
    if not PROVEN & passed:
        found += [hold for check, hold in _UNLESS_PROVEN.items() if check in evidence.failed]
    return tuple(found)


def with_holds(kind: Kind, evidence: Evidence) -> Evidence:
    """The evidence with what keeps a value of this kind from being accepted."""
    return evidence.model_copy(update={"holds": holds(kind, evidence)})


def _is_contradicted(evidence: Evidence) -> bool:
    return not _WEIGHED.issuperset(evidence.failed)


PROSE: frozenset[Kind] = frozenset({"name", "place", "organisation", "text", "party"})
"""Kinds in which a lost tone mark makes another right word, so that nothing gives it away."""


def loses_marks(failures: Sequence[Collection[str]]) -> bool:
    """Whether the reading lost tone marks in several fields, so that others may lack some unseen."""
    return sum(bool({"marks", "spelling", "repeated"} & set(failed)) for failed in failures) >= 2


def is_poor_reading(failures: Sequence[Collection[str]]) -> bool:
    """Whether so many fields of a paper failed a check that the others can't be trusted either.

    Handwriting, a copy of a copy or a page read upside down shows itself in this way.
    """
    hard = sum(bool(set(failed) - _WEIGHED) for failed in failures)
    return hard >= 3 and hard * 4 >= len(failures)


def is_doubtful(confidence: float, rules: ReviewRules) -> bool:
    """Whether a field of this confidence must be looked at by a person."""
    return confidence < rules.accept_confidence.value
