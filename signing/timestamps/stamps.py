"""Time-stamps by themselves (RFC 3161), not inside a PDF: does one hold for a given digest, under whom, since when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import cms, crl, pem, x509
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.ades import ades_timestamp_validation
from pyhanko.sign.validation.policy_decl import (
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

from models.times import vietnam_time
from signing.judging.levels import NoNetwork, Store, knowledge
from signing.keys.credential import common_name
from signing.loop import finish
from signing.quiet import keep_libraries_quiet
from signing.trust import TrustStore, revoked_at


@dataclass(frozen=True)
class StampJudgement:
    """What a time-stamp is worth."""

    holds: bool
    reason: str
    """Why it does not hold; empty where it does."""
    stamped_at: datetime | None
    authority: str | None

    @property
    def open(self) -> bool:
        """Whether nothing but fresh revocation lists is lacking."""
        return self.reason in _LISTS_LACKING


_LISTS_LACKING = frozenset({"try_later", "revocation_out_of_bounds_no_poe"})


def judge_stamp(
    token: bytes,
    digest: bytes,
    trust: TrustStore,
    at: datetime,
    *,
    store: Store | None = None,
    past: bool = False,
    skew: timedelta = timedelta(),
    unrevoked_at: datetime | None = None,
) -> StampJudgement:
    """Judge a DER TimeStampToken over `digest` (its algorithm is the token's) under `trust`, as of `at` (aware).

    `store` is further evidence. In the `past` nothing counts that was said later than `at` (by clocks that may be off by
    `skew`). The authority's certificate must not have been revoked by `unrevoked_at`, the stamp's own time by default.
    Never raises on broken tokens, never uses the network.
    """
    keep_libraries_quiet()
    try:
        signed = _signed_data(token)
        info = signed["encap_content_info"]["content"].parsed
        imprint = info["message_imprint"]["hashed_message"].native
        stamped_at: datetime = info["gen_time"].native
        signer = extract_certificate_info(signed).signer_cert
        if imprint != digest:
            return StampJudgement(False, "imprint", stamped_at, common_name(signer))
        known = Store(tuple(trust.others), (), tuple(trust.revocation_lists)).and_(store or Store())
        if past:
            known = known.issued_by(at + skew)
        lists = [*trust.revocation_lists, *(store or Store()).lists]
        spec = SignatureValidationSpec(
            cert_validation_policy=trust.policy(past=past),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                RevinfoOnlineFetchingRule.LOCAL_ONLY, fetcher_backend=NoNetwork()
            ),
            local_knowledge=knowledge(known.certificates, known.answers, known.lists),
        )
        reason = finish(_fault(signed, digest, spec, vietnam_time(at), lists, unrevoked_at or stamped_at))
    except Exception as error:  # noqa: BLE001 - hostile bytes may break any part of the libraries; that is the answer
        return StampJudgement(False, f"{type(error).__name__}: {error}", None, None)
    return StampJudgement(not reason, reason, stamped_at, common_name(signer))


async def _fault(
    signed: cms.SignedData,
    digest: bytes,
    spec: SignatureValidationSpec,
    at: datetime,
    lists: Iterable[crl.CertificateList],
    unrevoked_at: datetime,
) -> str:
    result = await ades_timestamp_validation(
        signed,
        spec,
        expected_tst_imprint=lambda _algorithm: digest,
        timing_info=ValidationTimingInfo(
            validation_time=at, best_signature_time=at, point_in_time_validation=True
        ),
    )
    if result.ades_subindic != AdESPassed.OK:
        return str(getattr(result.ades_subindic, "name", result.ades_subindic)).lower()
    path = result.api_status.validation_path if result.api_status else None
    if path is None:
        return "no path"
    revoked = revoked_at(path, lists)
    return "revoked" if revoked is not None and revoked <= unrevoked_at else ""


def certificates_in(tokens: Iterable[bytes]) -> str:
    """The certificates that time-stamps bring along, each once, as PEM."""
    found: dict[bytes, None] = {}
    for token in tokens:
        names = extract_certificate_info(_signed_data(token))
        found.update((one.dump(), None) for one in (names.signer_cert, *names.other_certs))
    return _pem(found)


def anchors_as_pem(trust: TrustStore) -> str:
    return _pem(anchor.dump() for anchor in trust.anchors)


def _pem(certificates: Iterable[bytes]) -> str:
    return "".join(
        pem.armor("CERTIFICATE", x509.Certificate.load(der).dump()).decode() for der in certificates
    )


def _signed_data(token: bytes) -> cms.SignedData:
    return cms.ContentInfo.load(token, strict=True)["content"]
