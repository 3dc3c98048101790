"""Rule sets by date: every legal threshold with its article, chosen by the day of intake."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from string import Formatter
from typing import Generic, Literal, TypeVar

import yaml
from pydantic import model_validator

from models.acceptance import Asked
from models.base import Value
from models.casework import ArchiveProof
from models.ecopy import CopyForm, PresentedAs
from models.people import Role
from models.quality import PictureLimits
from models.signatures import Level

T = TypeVar("T")


class Rule(Value, Generic[T]):
    """A value and the article it rests on."""

    value: T
    source: str


class ImageRules(Value):
    minimum_dpi: Rule[int]
    recommended_dpi: Rule[int]
    colour_required: Rule[bool]
    scale_percent: Rule[int]
    maximum_skew_degrees: Rule[float]
    minimum_sharpness: Rule[float]
    minimum_contrast: Rule[float]
    minimum_effective_dpi: Rule[int]
    maximum_cut_lines: Rule[int]
    maximum_glare_share: Rule[float]
    minimum_paper_light: Rule[float]
    maximum_ink_light: Rule[float]
    maximum_blown_share: Rule[float]
    """Ink lighter than the one on paper that is blown out to white by more than the other: overexposed."""

    @property
    def limits(self) -> PictureLimits:
        """The bare figures, as kiosks get them."""
        return PictureLimits.model_validate(
            {name: getattr(self, name).value for name in PictureLimits.model_fields}
        )


class CaptureRules(Value):
    level: Rule[Level]
    signer_role: Rule[Role]
    pdfa: Rule[Literal["2b"]]


class EcopyRules(Value):
    level: Rule[Level]
    signer_role: Rule[Role]
    confirmer_roles: Rule[tuple[Role, ...]]
    confirmer_may_seal: Rule[bool]
    """Whether one person may confirm the data and have the agency's key sign the copy."""
    pdfa: Rule[Literal["2u"]]
    copy_forms: Rule[dict[PresentedAs, CopyForm]]
    """What a copy of the whole paper is, by what was presented; nothing is copied that does not stand here."""
    electronic_source: Rule[bool]
    archive_proof: Rule[ArchiveProof]
    """What proves the time of signing of an archive lot's e-copies where the lot says nothing."""


class ExcerptRules(Value):
    presented_as: Rule[tuple[PresentedAs, ...]]
    asker_roles: Rule[tuple[Role, ...]]


class AttestationRules(Value):
    """The certified copy. Its words may name title, pages, number, book, day, agency, office and certifier."""

    presented_as: Rule[tuple[PresentedAs, ...]]
    certifier_roles: Rule[tuple[Role, ...]]
    title: Rule[str]
    paragraphs: Rule[tuple[str, ...]]
    signing: Rule[tuple[str, ...]]

    @model_validator(mode="after")
    def _names_are_known(self) -> AttestationRules:
        for text in (*self.paragraphs.value, *self.signing.value):
            unknown = {name for _, name, _, _ in Formatter().parse(text) if name} - ATTESTATION_NAMES
            if unknown:
                raise ValueError(f"an attestation has no {sorted(unknown)}")
        return self


ATTESTATION_NAMES = frozenset({"title", "pages", "number", "book", "day", "agency", "office", "certifier"})


class StampRules(Value):
    form_names: Rule[dict[CopyForm, str]]
    annex: Rule[str]
    """What stands on the copy of an annex above the time; may name `number`, that of the document it belongs to."""
    archive_names_form: Rule[bool]
    """Whether the block on an archival record names the form of the copy."""
    time_format: Rule[str]
    font: Rule[str]
    font_size: Rule[float]
    position: Rule[Literal["top-right"]]
    margin_mm: Rule[float]
    """A mark that somebody else's program draws has to stay within so much of the top of page 1."""


class MarkRules(Value):
    paper: Rule[str]
    electronic: Rule[str]


class PaperRules(Value):
    """Electronic to paper."""

    mark: Rule[str]
    converter_roles: Rule[tuple[Role, ...]]


class ReviewRules(Value):
    accept_confidence: Rule[float]
    accept_type_probability: Rule[float]


class Reason(Value):
    """A reason that a person may give, with what it rests on."""

    vi: str
    en: str
    source: str
    ours: bool
    """True where no article names it: a province may strike it out."""
    note: bool = False
    """It has to be explained in words."""


class ReuseRules(Value):
    finder_roles: Rule[tuple[Role, ...]]
    """Who looks for what is there; a system asks for the officer whose dossier it runs."""
    user_roles: Rule[tuple[Role, ...]]
    override_reasons: dict[str, Reason]


class AcceptanceRules(Value):
    """The acceptance of an archive lot on a sample of its documents."""

    characters_right: Rule[float]
    """Share of characters that has to be right, in each document and in the whole sample."""
    unit: Rule[Literal["document"]]
    """What is drawn and judged."""
    acceptable_share: Rule[float]
    rejectable_share: Rule[float]
    producer_risk: Rule[float]
    consumer_risk: Rule[float]
    whole_up_to: Rule[int]
    """A lot of so many documents at most may be accepted by who says that each of them was looked at, and how."""
    confirmation_counts: Rule[bool]
    """Whether a document needs no second look where its confirmer was asked to look at every field, and did."""
    inspector_roles: Rule[tuple[Role, ...]]
    """Who draws samples and judges documents; the lot itself is decided on by who may confirm."""
    faults: dict[str, Reason]
    """What makes a document bad, however many of its characters are right."""

    @property
    def asked(self) -> Asked:
        return Asked(
            acceptable_share=self.acceptable_share.value,
            rejectable_share=self.rejectable_share.value,
            producer_risk=self.producer_risk.value,
            consumer_risk=self.consumer_risk.value,
        )

    @model_validator(mode="after")
    def _in_order(self) -> AcceptanceRules:
        if self.acceptable_share.value >= self.rejectable_share.value:
            raise ValueError("what is accepted must be better than what is rejected")
        return self


class CorrectionRules(Value):
    decider_roles: Rule[tuple[Role, ...]]
    raiser_may_decide: Rule[bool]


class CertificateRules(Value):
    warn_days: Rule[int]
    """So long before a certificate of office stops signing somebody is told."""


class LifecycleRules(Value):
    status_roles: Rule[tuple[Role, ...]]
    """Who revokes and supersedes e-copies, places holds and sets retention."""
    revocation_reasons: dict[str, Reason]


class DisposalRules(Value):
    proposer_roles: Rule[tuple[Role, ...]]
    approver_roles: Rule[tuple[Role, ...]]
    basis: Rule[str]


SubjectRight = Literal["access", "correction", "restriction", "deletion"]


class SubjectRequestRules(Value):
    in_force_from: Rule[date]
    reply_working_days: Rule[int]
    execute_days: Rule[dict[SubjectRight, int]]
    """Calendar days; one that ends on a day off ends on the next working day."""
    receiver_roles: Rule[tuple[Role, ...]]
    """Who takes requests in."""
    handler_roles: Rule[tuple[Role, ...]]
    """Who answers them."""
    deletion_vi: Rule[str]
    deletion_en: Rule[str]


class AuditRules(Value):
    keep_months: Rule[int]
    """How long entries of the audit trail are kept at least."""
    review_days: Rule[int]
    """How often a person reviews the trail."""


class LockRules(Value):
    interim_days: Rule[int]
    """How long an object is locked at a time while its retention is not fixed, or has no end."""
    renew_days: Rule[int]
    """A lock with less than this left is renewed."""
    compliance: Rule[bool]
    """Whether objects with a fixed retention are locked so that nobody can lift it before its end."""


class AlgorithmEnd(Value):
    """The last day on which an algorithm is relied on to prove something by itself."""

    algorithm: str
    """A digest (`sha1`, `sha224`), a kind of signature (`rsa_pkcs1v15`), or a kind of key (`rsa`, `ec`)."""
    below_bits: int | None = None
    """Only keys shorter than this; None: all of them."""
    last_day: date
    source: str


class LastingRules(Value):
    renew_months: Rule[int]
    """So long before the proof in an e-copy ends it is renewed."""
    algorithms: tuple[AlgorithmEnd, ...]
    """What is not named has no end yet."""


class RuleSet(Value):
    """All rules in force from one date until the next set begins."""

    id: str
    effective_from: date
    instruments: tuple[str, ...]
    image: ImageRules
    capture: CaptureRules
    ecopy: EcopyRules
    excerpt: ExcerptRules
    attestation: AttestationRules
    stamp: StampRules
    conversion_mark: MarkRules
    to_paper: PaperRules
    review: ReviewRules
    audit: AuditRules
    locks: LockRules
    lasting: LastingRules
    certificates: CertificateRules
    reuse: ReuseRules
    acceptance: AcceptanceRules
    corrections: CorrectionRules
    lifecycle: LifecycleRules
    disposal: DisposalRules
    subject_requests: SubjectRequestRules


@cache
def all_rule_sets() -> tuple[RuleSet, ...]:
    """The packaged rule sets, oldest first."""
    files = [f for f in resources.files("models.rules").iterdir() if f.name.endswith(".yaml")]
    loaded = [RuleSet.model_validate(yaml.safe_load(f.read_text(encoding="utf-8"))) for f in files]
    return tuple(sorted(loaded, key=lambda r: r.effective_from))


def rule_set_on(day: date) -> RuleSet:
    """The rule set in force on `day`. Raises LookupError for a day before the oldest one."""
    in_force = [r for r in all_rule_sets() if r.effective_from <= day]
    if not in_force:
        raise LookupError(f"no rule set is known for {day.isoformat()}")
    return in_force[-1]


def rule_set_by_id(identifier: str) -> RuleSet:
    """The rule set recorded on an earlier result. Raises LookupError when it is not packaged."""
    for rules in all_rule_sets():
        if rules.id == identifier:
            return rules
    raise LookupError(f"no rule set is called {identifier}")
