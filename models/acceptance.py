"""Acceptance of archive lots on a sample: what is asked for, the plan, what people found, and the verdict."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.base import Value

Step = Literal["first", "second"]
"""Which of the two samples a document was drawn in."""

VerdictWord = Literal["unfinished", "accept", "more", "reject"]
"""`unfinished`: not all of the sample is judged. `more`: the first sample leaves it open, a second one is to be drawn."""


class Asked(Value):
    """What the rule set asks of a plan."""

    acceptable_share: float = Field(ge=0, lt=1)
    """Share of bad documents up to which a lot is to be accepted."""
    rejectable_share: float = Field(gt=0, le=1)
    """Share from which on it is to be rejected."""
    producer_risk: float = Field(gt=0, lt=1)
    """Most that an acceptable lot may be rejected (α)."""
    consumer_risk: float = Field(gt=0, lt=1)
    """Most that a lot which must be rejected may be accepted (β)."""


class SamplingPlan(Value):
    """How many documents of a lot are looked at, and what is made of the bad ones among them."""

    asked: Asked
    size: int
    """Documents in the lot."""
    first: int
    """Documents in the first sample."""
    accept: int
    """So many bad ones in it at most: the lot is accepted."""
    reject: int
    """So many at least: it is rejected. In between a second sample is drawn."""
    second: int
    """Documents in the second sample; 0 where one sample decides."""
    accept_total: int
    """So many bad ones at most in both together: accepted, else rejected."""
    producer_risk: float
    """What the plan's risks really are, at most what was asked for."""
    consumer_risk: float
    expected: float
    """Documents that are looked at on the average of lots that are just acceptable."""


class OcPoint(Value):
    """One point of the operating characteristic."""

    share_bad: float
    accepted: float
    """How probable it is that such a lot is accepted."""


class Characters(Value):
    """Characters in the documents that were looked at."""

    looked_at: int
    wrong: int
    share_wrong: float | None
    """None where nothing was looked at."""
    limit: float | None
    """One-sided upper confidence limit of the share in the whole lot; None where there is no variance to go by."""


class SampledDocument(Value):
    """A document of a sample."""

    document: str
    step: Step
    box: str
    """The box it came from; empty where none is known."""
    judged_by: str | None
    judged_at: str | None
    characters: int | None
    """Characters that were looked at; None before the judgement."""
    wrong: int | None
    faults: tuple[str, ...]
    bad: bool | None
    """Whether it has a fault, or too many wrong characters; None before the judgement."""
    by_confirmation: bool = False
    """Nobody looked again: whoever confirmed it had been asked to look at every field, and did."""


class Verdict(Value):
    """What the sample says of a lot."""

    word: VerdictWord
    judged: int
    to_judge: int
    """Documents of the sample that nobody judged yet."""
    bad: int
    share_bad: float | None
    """Of the judged documents."""
    limit_bad: float | None
    """One-sided upper confidence limit of the share of bad documents in the lot; None before the sample is judged."""
    confidence: float
    """Of both limits: 1 - β."""
    characters: Characters
    characters_right: float
    """Share that the rule set wants."""
    faults: dict[str, int]
    """How many documents have each fault."""


class LotSample(Value):
    """The sample of a lot as it stands."""

    id: str
    lot: str
    number: int
    """Counted from 1: a lot that changed after its sample was drawn gets a new one."""
    seed: str
    """What it was drawn with: with the same documents it is drawn again the same."""
    rule_set: str
    drawn_by: str
    drawn_at: str
    stale: bool
    """Documents came to the lot or left it since: nothing can be decided on this sample any more."""
    plan: SamplingPlan
    characteristic: tuple[OcPoint, ...]
    verdict: Verdict
    documents: tuple[SampledDocument, ...]
