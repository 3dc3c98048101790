"""Signed statements: the proof that the certificates were good travels inside, and checking needs no network."""

from __future__ import annotations

import hashlib
import logging
from base64 import b64decode
from collections.abc import Iterable
from datetime import UTC, datetime

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError, extract_certificate_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from models.signatures import Reason, StatementReport, Verdict
from models.times import iso, vietnam_time
from signing.judging.canonical import signature_timestamp
from signing.keys.credential import HASHES, common_name
from signing.loop import finish
from signing.making.evidence import Evidence
from signing.quiet import keep_libraries_quiet
from signing.timestamps.tokens import opened
from signing.trust import TrustStore, judge_path, revoked_at, signing_usage_fault, timestamping_usage_fault

logger = logging.getLogger(__name__)

_OPEN_QUESTIONS = frozenset(
    {
        Reason.UNKNOWN_ISSUER,
        Reason.CERTIFICATE_EXPIRED,
        Reason.CERTIFICATE_NOT_YET_VALID,
        Reason.REVOCATION_UNKNOWN,
        Reason.ALGORITHM_WEAK,
    }
)
_BROKEN = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    CMSExtractionError,
    CMSStructuralError,
)


def carry(signed: cms.ContentInfo, evidence: Iterable[Evidence]) -> None:
    """Put status answers and revocation lists into a signature, outside of what it signs (RFC 5652, 10.2.1; RFC 5940)."""
    found: dict[bytes, cms.RevocationInfoChoice] = {}
    for one in evidence:
        for entry in one.lists:
            found[entry.dump()] = cms.RevocationInfoChoice(name="crl", value=entry)
        for answer in one.answers:
            other = cms.OtherRevocationInfoFormat(
                {"other_rev_info_format": "ocsp_response", "other_rev_info": answer}
            )
            found[answer.dump()] = cms.RevocationInfoChoice(name="other", value=other)
    content = signed["content"]
    content["crls"] = list(found.values())
    content["version"] = "v5"  # there is revocation information of a further kind


def check_statement(
    content: bytes, signature: str, trust: TrustStore, *, at: datetime | None = None
) -> StatementReport:
    """Judge a detached signature (base64 of the DER) over `content` under `trust`, as of `at` or now.

    Broken or hostile input never raises: it becomes INVALID with FORMAT_BROKEN. Never uses the network.
    """
    keep_libraries_quiet()
    now = vietnam_time(at or datetime.now(UTC))
    try:
        signed = cms.ContentInfo.load(b64decode(signature, validate=True), strict=True)["content"]
        return finish(_judge(content, signed, trust, now))
    except (*_BROKEN, SignatureValidationError) as error:
        logger.debug("a statement's signature can't be judged", exc_info=error)
        return _report([Reason.FORMAT_BROKEN], None, None)


async def _judge(content: bytes, signed: cms.SignedData, trust: TrustStore, now: datetime) -> StatementReport:
    found = extract_certificate_info(signed)
    (info,) = signed["signer_infos"]
    algorithm = info["digest_algorithm"]["algorithm"].native
    certificate = found.signer_cert
    if algorithm not in HASHES:
        return _report([Reason.ALGORITHM_WEAK], certificate, None)
    digest = hashlib.new(algorithm, content).digest()
    intact, valid = validate_sig_integrity(info, certificate, "data", digest)
    reasons = [] if intact else [Reason.DIGEST_MISMATCH]
    if not valid:
        reasons.append(Reason.SIGNATURE_BROKEN)
    if signing_usage_fault(certificate) is not None:
        reasons.append(Reason.CERTIFICATE_USAGE)
    evidence = _carried(signed)
    proven, stamp_fault = await _stamped(signed, trust, evidence, now)
    if stamp_fault is not None:
        reasons.append(stamp_fault)
    fault = await _path_fault(certificate, found.other_certs, trust, evidence, proven or now)
    if fault is not None:
        reasons.append(fault)
    return _report(reasons, certificate, proven)


async def _stamped(
    signed: cms.SignedData, trust: TrustStore, evidence: Evidence, now: datetime
) -> tuple[datetime | None, Reason | None]:
    """The moment that a trusted time-stamp proves; or why the one that is there proves none."""
    token = signature_timestamp(signed)
    if token is None:
        return None, None
    value = signed["signer_infos"][0]["signature"].native
    kind = (
        token["encap_content_info"]["content"].parsed["message_imprint"]["hash_algorithm"]["algorithm"].native
    )
    if kind not in HASHES:
        return None, Reason.TIMESTAMP_INVALID
    whole = cms.ContentInfo({"content_type": "signed_data", "content": token})
    try:
        _, authority, others = opened(whole.dump(), hashlib.new(kind, value).digest(), kind)
    except (*_BROKEN, SignatureValidationError):
        return None, Reason.TIMESTAMP_INVALID
    moment: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    if timestamping_usage_fault(authority) is not None or moment > now:
        return None, Reason.TIMESTAMP_INVALID
    # The authority is judged as of its own stamp: the evidence is from then, and the answer is about then.
    if await _path_fault(authority, others, trust, evidence, moment) is not None:
        return None, Reason.TIMESTAMP_INVALID
    return vietnam_time(moment), None


async def _path_fault(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    trust: TrustStore,
    evidence: Evidence,
    moment: datetime,
) -> Reason | None:
    context = trust.context(moment, others, evidence.answers, evidence.lists)
    judgement = await judge_path(context, certificate)
    if judgement.path is None:
        return judgement.reason
    revoked = revoked_at(judgement.path, [*trust.revocation_lists, *evidence.lists])
    return Reason.CERTIFICATE_REVOKED if revoked is not None and revoked <= moment else None


def _carried(signed: cms.SignedData) -> Evidence:
    answers: list[ocsp.OCSPResponse] = []
    lists: list[crl.CertificateList] = []
    for choice in signed["crls"] or ():
        if choice.name == "crl":
            lists.append(choice.chosen)
        else:
            answers.append(choice.chosen["other_rev_info"].parse(ocsp.OCSPResponse)
                           if not isinstance(choice.chosen["other_rev_info"], ocsp.OCSPResponse)
                           else choice.chosen["other_rev_info"])  # fmt: skip
    return Evidence(tuple(answers), tuple(lists))


def _report(
    reasons: list[Reason], certificate: x509.Certificate | None, proven: datetime | None
) -> StatementReport:
    unique = tuple(dict.fromkeys(reasons))
    verdict = Verdict.VALID
    if unique:
        verdict = Verdict.INDETERMINATE if set(unique) <= _OPEN_QUESTIONS else Verdict.INVALID
    return StatementReport(
        verdict=verdict,
        reasons=unique,
        signer=common_name(certificate) if certificate is not None else None,
        proven_at=iso(proven) if proven is not None else None,
    )
