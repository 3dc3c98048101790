"""Where extraction fails, by what people confirmed and corrected: figures first, nobody's data unless asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from models.base import Value
from models.judgement import TYPE_FIELD, Judgement
from pipeline.learning.faults import FAULTS, Confusion, Confusions, Fault, fault_of
from pipeline.learning.figures import Acceptance, Belief, Reliability, acceptance
from storage.records import JudgementRecord

MOST_CONFUSIONS = 20
SHARED_BY = 3
"""A confused syllable is told only if it came up in so many documents: a rare one may be a piece of a name."""


class FieldFigures(Value):
    """One field of one type of document; TYPE_FIELD is the type itself."""

    document_type: str
    """As confirmed."""
    field: str
    kind: str
    looked_at: int
    asked: int
    accepted: int
    """Proposed and accepted by the machine, without a question."""
    accepted_wrong: int
    """Accepted, and changed or removed by the person: what would have gone into the register wrong."""
    confirmed: int
    changed: int
    added: int
    removed: int
    faults: dict[Fault, int]
    """Kinds of faults that came up, the commonest first."""

    @property
    def wrong(self) -> int:
        return self.changed + self.added + self.removed

    @property
    def share_right(self) -> float:
        return self.confirmed / self.looked_at


class CheckFigures(Value):
    """One check, over all values it spoke about."""

    name: str
    failed: int
    failed_wrong: int
    """Values it spoke against that were wrong: what it is there for."""
    passed: int
    passed_wrong: int
    """Values it found no fault with, and that were wrong all the same."""


class TypeConfusion(Value):
    """Papers taken for another type, or for none."""

    proposed: str | None
    truth: str
    count: int


class Example(Value):
    """One wrong proposal with what stands on somebody's paper: personal data."""

    document_id: str
    document_type: str
    field: str
    accepted: bool
    fault: Fault
    printed: str | None
    proposed: str | None
    truth: str | None
    confidence: float | None
    page: int | None


class LearnReport(Value):
    """What the judgements of a time tell."""

    documents: int
    first: str | None
    """When the first and the last of them were confirmed."""
    last: str | None
    extractors: dict[str, int]
    """How many fields each version of the extractor proposed or missed."""
    fields: tuple[FieldFigures, ...]
    """The dangerous ones first: accepted and wrong, then those that were wrong most often."""
    types: tuple[TypeConfusion, ...]
    letters: tuple[Confusion, ...]
    syllables: tuple[Confusion, ...]
    checks: tuple[CheckFigures, ...]
    """Those that failed most first."""
    acceptance: Acceptance
    reliability: Reliability
    examples: tuple[Example, ...] = ()


@dataclass
class _Field:
    kind: str
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[Fault] = field(default_factory=Counter)
    asked: int = 0
    accepted: int = 0
    accepted_wrong: int = 0

    def add(self, judgement: Judgement) -> None:
        self.outcomes[judgement.outcome] += 1
        self.asked += judgement.look == "asked"
        self.accepted += judgement.accepted
        fault = fault_of(judgement)
        if fault is not None:
            self.faults[fault] += 1
            self.accepted_wrong += judgement.accepted


@dataclass
class _Check:
    failed: int = 0
    failed_wrong: int = 0
    passed: int = 0
    passed_wrong: int = 0


class Summary:
    """Gathers judgements one by one, in the order the register gives them; nothing but counts is kept."""

    def __init__(self, examples: int = 0) -> None:
        self._most_examples = examples
        self._examples: list[Example] = []
        self._documents = 0
        self._document = ""
        self._times: tuple[str, str] | None = None
        self._extractors: Counter[str] = Counter()
        self._fields: dict[tuple[str, str], _Field] = {}
        self._types: Counter[tuple[str | None, str]] = Counter()
        self._checks: dict[str, _Check] = {}
        self._confusions = Confusions()
        self._belief = Belief()

    def add(self, record: JudgementRecord) -> None:
        """Count one judged field."""
        judgement = record.judgement
        if record.document_id != self._document:
            self._documents, self._document = self._documents + 1, record.document_id
        self._times = (self._times[0] if self._times else record.judged_at, record.judged_at)
        self._extractors[record.extractor] += 1
        key = (record.document_type, judgement.field)
        self._fields.setdefault(key, _Field(judgement.kind)).add(judgement)
        if judgement.field == TYPE_FIELD:
            self._add_type(judgement)
            return
        self._confusions.add(record.document_id, judgement)
        self._add_evidence(judgement)
        self._add_example(record)

    def _add_type(self, judgement: Judgement) -> None:
        if not judgement.right:
            proposed = judgement.proposal.value if judgement.proposal else None
            self._types[(proposed, judgement.truth or "")] += 1

    def _add_evidence(self, judgement: Judgement) -> None:
        proposal = judgement.proposal
        if proposal is None:
            return
        self._belief.add(proposal.confidence, judgement.right)
        if proposal.evidence is None:
            return
        for name in set(proposal.evidence.failed):
            check = self._checks.setdefault(name, _Check())
            check.failed += 1
            check.failed_wrong += not judgement.right
        for name in set(proposal.evidence.passed):
            check = self._checks.setdefault(name, _Check())
            check.passed += 1
            check.passed_wrong += not judgement.right

    def _add_example(self, record: JudgementRecord) -> None:
        """Keep the newest, those that were accepted before all others."""
        fault = fault_of(record.judgement)
        if fault is None or not self._most_examples:
            return
        self._examples.append(_example(record, fault))
        if len(self._examples) > self._most_examples:
            self._examples.remove(min(self._examples, key=lambda e: e.accepted))  # the oldest of the harmless

    def report(self) -> LearnReport:
        """What was gathered so far."""
        figures = [_figures(*key, gathered) for key, gathered in self._fields.items()]
        fields = [f for f in figures if f.field != TYPE_FIELD]
        proposed = self._belief.reliability()
        return LearnReport(
            documents=self._documents,
            first=self._times[0] if self._times else None,
            last=self._times[1] if self._times else None,
            extractors=dict(self._extractors.most_common()),
            fields=tuple(sorted(figures, key=_danger)),
            types=tuple(
                TypeConfusion(proposed=read, truth=truth, count=n)
                for (read, truth), n in self._types.most_common()
            ),
            letters=self._confusions.letters(MOST_CONFUSIONS),
            syllables=self._confusions.syllables(MOST_CONFUSIONS, documents=SHARED_BY),
            checks=tuple(
                sorted(
                    (CheckFigures(name=name, **vars(check)) for name, check in self._checks.items()),
                    key=lambda c: (-c.failed, -c.passed_wrong, c.name),
                )
            ),
            acceptance=acceptance(
                proposed.count, sum(f.accepted for f in fields), sum(f.accepted_wrong for f in fields)
            ),
            reliability=proposed,
            examples=self._shown(),
        )

    def _shown(self) -> tuple[Example, ...]:
        """What was accepted first, of either the newest first."""
        newest = self._examples[::-1]
        return (*(e for e in newest if e.accepted), *(e for e in newest if not e.accepted))


def summed_up(records: Iterable[JudgementRecord], *, examples: int = 0) -> LearnReport:
    """The report on `records`, with so many examples of what went wrong: they show what stands on people's papers."""
    summary = Summary(examples)
    for record in records:
        summary.add(record)
    return summary.report()


def _figures(document_type: str, name: str, gathered: _Field) -> FieldFigures:
    counts = gathered.outcomes
    ranked = sorted(gathered.faults.items(), key=lambda item: (-item[1], FAULTS.index(item[0])))
    return FieldFigures(
        document_type=document_type,
        field=name,
        kind=gathered.kind,
        looked_at=counts.total(),
        asked=gathered.asked,
        accepted=gathered.accepted,
        accepted_wrong=gathered.accepted_wrong,
        confirmed=counts["confirmed"],
        changed=counts["changed"],
        added=counts["added"],
        removed=counts["removed"],
        faults=dict(ranked),
    )


def _danger(figures: FieldFigures) -> tuple[float | int | str, ...]:
    """Sorts what would have gone into the register wrong first, then what makes the most work."""
    return (
        -figures.accepted_wrong,
        -figures.wrong,
        figures.share_right,
        -figures.looked_at,
        figures.document_type,
        figures.field,
    )


def _example(record: JudgementRecord, fault: Fault) -> Example:
    proposal = record.judgement.proposal
    return Example(
        document_id=record.document_id,
        document_type=record.document_type,
        field=record.judgement.field,
        accepted=record.judgement.accepted,
        fault=fault,
        printed=proposal.printed if proposal else None,
        proposed=proposal.value if proposal else None,
        truth=record.judgement.truth,
        confidence=proposal.confidence if proposal else None,
        page=proposal.page if proposal else None,
    )
