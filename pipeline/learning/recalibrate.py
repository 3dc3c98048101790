"""A new calibration from what people judged: fitted on two thirds of the documents, measured on the last third."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256

from extraction.calibration import Calibration, Sample, fit, in_force
from extraction.confidence import field_confidence, holds
from extraction.definitions import types_in_force
from models.base import Value
from models.errors import TooFewJudgements
from models.rulesets import RuleSet
from pipeline.learning.figures import Acceptance, Belief, Reliability, acceptance
from pipeline.learning.samples import JudgedSample

FEWEST_FIELDS = 300
"""The held-out third then has a hundred: a share of nine in ten is known to six points, an error halved shows."""
FEWEST_DOCUMENTS = 30
"""Fields of one paper are right or wrong together (one bad scan, one hand): ten papers are the least to measure on."""
FEWEST_WRONG = 10
"""Of a fit's weights each needs about ten wrong fields to be more than chance; with fewer only the level could move."""

Threshold = Callable[[Sample], float | None]
"""The confidence from which a sample's field is accepted; None: a person always looks."""


class Measured(Value):
    """One calibration on the held-out documents."""

    version: str
    reliability: Reliability
    acceptance: Acceptance


class Comparison(Value):
    """The calibration in force beside the new one, on documents that neither saw in this fit."""

    fields: int
    """Samples in all: fitted on and held out."""
    wrong: int
    documents: int
    held_out_fields: int
    held_out_documents: int
    left_out: int
    """Samples of another extractor: their evidence means something else."""
    before: Measured
    after: Measured

    @property
    def better(self) -> bool:
        """Whether the new confidences say more of the truth and what they accept is at least as safe.

        As safe: no more wrong values, or so many more values that the share right is known to be no lower.
        """
        before, after = self.before, self.after
        safe = (
            after.acceptance.wrong <= before.acceptance.wrong
            or after.acceptance.right_at_least >= before.acceptance.right_at_least
        )
        return safe and after.reliability.log_loss < before.reliability.log_loss


def recalibrated(
    judged: Sequence[JudgedSample], *, base: Calibration, extractor: str, version: str, threshold: Threshold
) -> tuple[Calibration, Comparison]:
    """Fit anew from the samples of `extractor` and measure. What is measured is what is handed back.

    Raises TooFewJudgements.
    """
    usable = [one for one in judged if _rules(one.extractor) == _rules(extractor)]
    held_out = _a_third({one.document for one in usable})
    fitted_on = [one.sample for one in usable if one.document not in held_out]
    measured_on = [one.sample for one in usable if one.document in held_out]
    _check_enough(usable)
    made = fit(fitted_on, version=version, base=base)
    return made, Comparison(
        fields=len(usable),
        wrong=sum(not one.sample.right for one in usable),
        documents=len({one.document for one in usable}),
        held_out_fields=len(measured_on),
        held_out_documents=len(held_out),
        left_out=len(judged) - len(usable),
        before=_measured(base, measured_on, threshold),
        after=_measured(made, measured_on, threshold),
    )


def version_of(judged: Sequence[JudgedSample], base: Calibration, day: date) -> str:
    """A name for what is fitted to these samples from that base: the same samples and base, the same name in a day."""
    digest = sha256(base.version.encode())
    for one in judged:
        digest.update(one.sample.model_dump_json().encode())
    return f"own-{day:%Y%m%d}-{digest.hexdigest()[:8]}"


def threshold_under(rules: RuleSet) -> Threshold:
    """The thresholds of the types in force, else the rule set's."""
    general = rules.review.accept_confidence.value
    types = types_in_force()

    def threshold(sample: Sample) -> float | None:
        definition = types.get(sample.document_type)
        field = definition.field(sample.field) if definition else None
        if definition is None or field is None:
            return general
        if field.must_check:
            return None
        own = definition.accept_of(field)
        return general if own is None else own

    return threshold


def _rules(extractor: str) -> str:
    """The extractor's own version, without the calibration's."""
    return extractor.partition(";")[0]


def _a_third(documents: set[str]) -> frozenset[str]:
    """Every third document in an order that has nothing to do with when or where it came in."""
    return frozenset(sorted(documents, key=lambda d: sha256(d.encode()).digest())[::3])


def _check_enough(usable: Sequence[JudgedSample]) -> None:
    fields, wrong = len(usable), sum(not one.sample.right for one in usable)
    documents = len({one.document for one in usable})
    if fields < FEWEST_FIELDS or documents < FEWEST_DOCUMENTS or wrong < FEWEST_WRONG:
        raise TooFewJudgements(
            fields=fields,
            documents=documents,
            wrong=wrong,
            fewest_fields=FEWEST_FIELDS,
            fewest_documents=FEWEST_DOCUMENTS,
            fewest_wrong=FEWEST_WRONG,
        )


def _measured(calibration: Calibration, samples: Sequence[Sample], threshold: Threshold) -> Measured:
    belief, accepted, wrong = Belief(), 0, 0
    with in_force(calibration):
        for sample in samples:
            confidence = field_confidence(sample.kind, sample.evidence)
            belief.add(confidence, sample.right)
            limit = threshold(sample)
            if limit is not None and confidence >= limit and not holds(sample.kind, sample.evidence):
                accepted += 1
                wrong += not sample.right
    return Measured(
        version=calibration.version,
        reliability=belief.reliability(),
        acceptance=acceptance(len(samples), accepted, wrong),
    )
