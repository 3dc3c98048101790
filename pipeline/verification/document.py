"""A verification as its JSON document: every fact, every code with its words."""

from __future__ import annotations

from typing import Any

from models.signatures import (
    Reason,
    RecordReport,
    SignatureEvidence,
    SignatureReport,
    VerificationReport,
)
from models.wire.verification import (
    ReasonSaid,
    RecordSaid,
    Said,
    SignatureSaid,
    VerificationDocument,
    VerifiedFile,
)
from pipeline.version import software


def verification_document(
    name: str,
    report: VerificationReport,
    *,
    data: dict[str, Any] | None = None,
    register_status: dict[str, Any] | None = None,
) -> VerificationDocument:
    """The document about the file called `name`, with the data in it and the register's word where there are any."""
    from signing.judging.words import VERDICTS

    evidence = report.evidence or (None,) * len(report.signatures)
    return VerificationDocument(
        software=software(),
        verified_at=report.verified_at,
        file=VerifiedFile(name=name, sha256=report.sha256, size=report.size),
        verdict=_said(report.verdict.value, VERDICTS[report.verdict]),
        reasons=tuple(_reason(reason) for reason in report.reasons),
        signatures=tuple(
            _signature(report, one, proof) for one, proof in zip(report.signatures, evidence, strict=True)
        ),
        record=_record(report.record) if report.record is not None else None,
        data=data,
        register_status=register_status,
    )


def _signature(
    report: VerificationReport, one: SignatureReport, proof: SignatureEvidence | None
) -> SignatureSaid:
    from signing.judging.etsi import indications
    from signing.judging.words import REVOCATION, VERDICTS, change_words, kind_words

    main, subs = indications(report, one)
    return SignatureSaid(
        field_name=one.field_name,
        kind=one.kind,
        role=_said(one.role or "unknown", kind_words(one.role)),
        verdict=_said(one.verdict.value, VERDICTS[one.verdict]),
        etsi_indication=main.upper() if main == "indeterminate" else f"TOTAL-{main.upper()}",
        etsi_subindications=subs,
        reasons=tuple(_reason(reason) for reason in one.reasons),
        signer=one.signer,
        organisation=one.organisation,
        level=one.level.value if one.level is not None else None,
        format=proof.subfilter if proof is not None else None,
        claimed_at=one.claimed_at,
        proven_at=one.proven_at,
        path=one.path,
        revocation=_said(one.revocation, REVOCATION[one.revocation]),
        covers_whole_file=one.covers_whole_file,
        covers_bytes=one.covers_bytes,
        byte_range=proof.byte_range if proof is not None else None,
        changes_after=tuple(
            _said(code, (change_words(code, "vi"), change_words(code, "en"))) for code in one.changes_after
        ),
        digest_algorithm=proof.digest_algorithm if proof is not None else None,
        signature_algorithm=proof.signature_algorithm if proof is not None else None,
        document_digest=proof.document_digest if proof is not None else None,
        certificate=proof.certificate if proof is not None else None,
        anchor=proof.anchor if proof is not None else None,
    )


def _record(one: RecordReport) -> RecordSaid:
    from signing.judging.words import VERDICTS

    return RecordSaid(
        sha256=one.sha256,
        verdict=_said(one.verdict.value, VERDICTS[one.verdict]),
        reasons=tuple(_reason(reason) for reason in one.reasons),
        proven_at=one.proven_at,
        authority=one.authority,
        stamps=one.stamps,
    )


def _said(code: str, words: tuple[str, str]) -> Said:
    return Said(code=code, vi=words[0], en=words[1])


def _reason(reason: Reason) -> ReasonSaid:
    from signing.judging.words import REASONS, REMEDIES

    (vi, en), (remedy_vi, remedy_en) = REASONS[reason], REMEDIES[reason]
    return ReasonSaid(code=reason.value, vi=vi, en=en, remedy_vi=remedy_vi, remedy_en=remedy_en)
