"""Whether a certificate may be signed with, judged before a byte is written: each reason against it has its own error."""

from __future__ import annotations

from datetime import datetime

from asn1crypto import x509
from pyhanko_certvalidator.path import ValidationPath

from models.errors import (
    CertificateExpired,
    CertificateNotYetValid,
    CertificateRefused,
    CertificateRevoked,
    CertificateSelfSigned,
    CertificateStatusUnknown,
    CertificateUnknownIssuer,
    CertificateUsage,
    CertificateWeak,
)
from models.signatures import Reason
from models.times import for_people
from signing.keys.credential import Credential, common_name, name_part
from signing.making.evidence import Evidence, EvidenceSource
from signing.timestamps.tokens import Known
from signing.trust import (
    SKEW,
    PathJudgement,
    TrustStore,
    judge_path,
    revoked_at,
    signing_usage_fault,
)

REFUSALS: dict[Reason, type[CertificateRefused | CertificateStatusUnknown]] = {
    Reason.CERTIFICATE_REVOKED: CertificateRevoked,
    Reason.CERTIFICATE_EXPIRED: CertificateExpired,
    Reason.CERTIFICATE_NOT_YET_VALID: CertificateNotYetValid,
    Reason.REVOCATION_UNKNOWN: CertificateStatusUnknown,
    Reason.ALGORITHM_WEAK: CertificateWeak,
    Reason.UNKNOWN_ISSUER: CertificateUnknownIssuer,
}


async def own_certificate(
    credential: Credential, trust: TrustStore, source: EvidenceSource, now: datetime
) -> Known:
    """Refuse to sign with a certificate that nobody could accept (NĐ 23/2025 Art. 15–16).

    Raises a kind of CertificateRefused; CertificateStatusUnknown where nobody says whether it is revoked; or
    SigningFault when the evidence is damaged.
    """
    certificate = credential.certificate
    _check_itself(certificate, now)
    evidence = source.gather(certificate, now, credential.chain, own=True)
    context = trust.context(
        now, (*credential.chain, *evidence.between), evidence.answers, evidence.lists, skew=SKEW
    )
    judgement = await judge_path(context, certificate)
    if judgement.path is None:
        refusal = REFUSALS.get(judgement.reason or Reason.UNKNOWN_ISSUER, CertificateRefused)
        raise refusal(reason=_told(certificate, judgement, evidence))
    _check_lists(certificate, judgement.path, trust, evidence)
    return Known(judgement.path, evidence)


def _check_itself(certificate: x509.Certificate, now: datetime) -> None:
    """What the certificate says about itself: purpose, period, issuer. Raises CertificateRefused."""
    name = common_name(certificate)
    fault = signing_usage_fault(certificate)
    if fault is not None:
        raise CertificateUsage(reason=f"{name}: {fault}")
    if certificate.self_issued:
        raise CertificateSelfSigned(reason=name)
    if now > certificate.not_valid_after:
        raise CertificateExpired(reason=f"{name}, {for_people(certificate.not_valid_after)}")
    if now < certificate.not_valid_before:
        raise CertificateNotYetValid(reason=f"{name}, {for_people(certificate.not_valid_before)}")


def _check_lists(
    certificate: x509.Certificate, path: ValidationPath, trust: TrustStore, evidence: Evidence
) -> None:
    """The judgement stops at the first good answer; a list may say otherwise. Raises CertificateRevoked."""
    moment = revoked_at(path, [*trust.revocation_lists, *evidence.lists])
    if moment is not None:
        raise CertificateRevoked(reason=f"{common_name(certificate)}, {for_people(moment)}")


def _told(certificate: x509.Certificate, judgement: PathJudgement, evidence: Evidence) -> str:
    """Whose certificate, and what of it: a moment, the issuer that nobody knows, who gave no answer."""
    if judgement.moment is not None:
        what = for_people(judgement.moment)
    elif judgement.reason is Reason.UNKNOWN_ISSUER:
        what = name_part(certificate.issuer, "common_name") or certificate.issuer.human_friendly
    elif judgement.reason is Reason.REVOCATION_UNKNOWN and evidence.troubles:
        what = "; ".join(dict.fromkeys(evidence.troubles))
    else:
        what = judgement.detail
    return f"{common_name(certificate)}, {what}"
