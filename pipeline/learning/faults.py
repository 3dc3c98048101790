"""How a proposed value is wrong, and which letters and syllables were taken for which; from reading and truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from rapidfuzz.distance import Levenshtein

from models.base import Value
from models.judgement import TYPE_KIND, Judgement
from models.text import folded, squeeze

Fault = Literal["missed", "not_there", "handling", "marks", "letters", "cut", "overrun", "elsewhere"]
"""missed: nothing was proposed, the paper has a value. not_there: a value was proposed, the paper has none. handling:
the words were read right and made into something else. marks: only tone marks, letter marks or capitals differ.
letters: some letters differ. cut: a piece is missing at an end. overrun: more was taken than belongs to it. elsewhere:
other words altogether."""

FAULTS: tuple[Fault, ...] = get_args(Fault)

_SAID_AS_PRINTED = frozenset({"name", "place", "organisation", "text", "office", "ethnicity", "nationality"})
"""Kinds whose value has the form of the print, so that the reading itself can be laid beside the truth."""
_ALIKE = 0.6
"""Below this similarity (1 - distance / length) two texts are different words, not one text misread."""
_LONGEST_SLIP = 3
"""More letters than this in a row are a word misread, not letters; of figures a single one, or a number would show."""


def fault_of(judgement: Judgement) -> Fault | None:
    """What is wrong with the proposal; None where nothing is."""
    if judgement.right:
        return None
    proposal, truth = judgement.proposal, judgement.truth
    if proposal is None or proposal.value is None:
        return "missed"
    if truth is None:
        return "not_there"
    if judgement.kind == TYPE_KIND:
        return "elsewhere"
    if squeeze(proposal.printed or "") == truth:
        return "handling"
    value, true = folded(proposal.value), folded(truth)
    if value == true:
        return "marks"
    if _within(value, true):
        return "cut"
    if _within(true, value):
        return "overrun"
    return "letters" if Levenshtein.normalized_similarity(value, true) >= _ALIKE else "elsewhere"


def _within(part: str, whole: str) -> bool:
    """Whether `part` is a run of whole words of `whole`."""
    return bool(part) and f" {part} " in f" {whole} "


class Confusion(Value):
    """Something read, and what stood there."""

    read: str
    """Empty where something was overlooked."""
    truth: str
    """Empty where there was nothing."""
    count: int


@dataclass
class _Pair:
    count: int = 0
    documents: int = 0
    last: str = ""


@dataclass
class Confusions:
    """Counts what was taken for what. Judgements come document by document."""

    _letters: Counter[tuple[str, str]] = field(default_factory=Counter)
    _syllables: dict[tuple[str, str], _Pair] = field(default_factory=dict)

    def add(self, document_id: str, judgement: Judgement) -> None:
        """Lay a misread value beside its truth; what was taken from another place tells nothing about letters."""
        if fault_of(judgement) not in {"marks", "letters"}:
            return
        read, truth = _read_and_true(judgement)
        if Levenshtein.normalized_similarity(read, truth) < _ALIKE:
            return
        self._letters.update(_slips(read, truth))
        for pair in _misread_syllables(read.split(), truth.split()):
            seen = self._syllables.setdefault(pair, _Pair())
            seen.count += 1
            if seen.last != document_id:
                seen.documents, seen.last = seen.documents + 1, document_id

    def letters(self, most: int) -> tuple[Confusion, ...]:
        """The commonest confusions of one to three letters."""
        return _commonest(self._letters, most)

    def syllables(self, most: int, *, documents: int) -> tuple[Confusion, ...]:
        """The commonest confusions of syllables; only those of at least so many documents, so that none is anyone's."""
        shared = {pair: seen.count for pair, seen in self._syllables.items() if seen.documents >= documents}
        return _commonest(shared, most)


def _commonest(counts: dict[tuple[str, str], int], most: int) -> tuple[Confusion, ...]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(read=read, truth=truth, count=n) for (read, truth), n in ranked[:most])


def _read_and_true(judgement: Judgement) -> tuple[str, str]:
    """The reading and the truth in the same form: as printed where the value is, else both normalised."""
    proposal = judgement.proposal
    read = (proposal.value if proposal else None) or ""
    if proposal and proposal.printed and judgement.kind in _SAID_AS_PRINTED:
        read = proposal.printed
    return squeeze(read).lower(), squeeze(judgement.truth or "").lower()


def _slips(read: str, truth: str) -> Iterator[tuple[str, str]]:
    """Short stretches that differ, neighbours taken together: `rn` for `m` is one slip."""
    for r, t in _differences(read, truth):
        slip = "".join(r), "".join(t)
        longest = 1 if any(c.isdigit() for c in "".join(slip)) else _LONGEST_SLIP
        if max(map(len, slip)) <= longest:
            yield slip


def _misread_syllables(read: Sequence[str], truth: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Single syllables taken for others, without figures."""
    for r, t in _differences(read, truth):
        if len(r) == len(t):
            yield from (p for p in zip(r, t, strict=True) if not any(c.isdigit() for c in "".join(p)))


def _differences(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Stretches of two sequences that differ, in order."""
    a, b = [0, 0], [0, 0]
    for step in Levenshtein.opcodes(one, other):
        if step.tag != "equal":
            a[1], b[1] = step.src_end, step.dest_end
            continue
        if a[0] < a[1] or b[0] < b[1]:
            yield one[a[0] : a[1]], other[b[0] : b[1]]
        a, b = [step.src_end, step.src_end], [step.dest_end, step.dest_end]
    if a[0] < a[1] or b[0] < b[1]:
        yield one[a[0] : a[1]], other[b[0] : b[1]]
