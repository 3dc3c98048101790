"""Which PAdES level a signature has, and the AdES engine (ETSI EN 319 102-1) that fits this level."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed, AdESSubIndic
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    ades_basic_validation,
    ades_lta_validation,
    ades_timestamp_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import (
    DocumentTimestampStatus,
    PdfSignatureStatus,
    SignatureStatus,
    StandardCMSSignatureStatus,
)
from pyhanko_certvalidator.fetchers import FetcherBackend
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from models.signatures import Level, Reason
from signing.canonical import signature_timestamp
from signing.coverage import FoundSignature, RememberedPolicy
from signing.trust import SIGNING_USAGES, TrustStore


class NoNetwork(FetcherBackend):
    """Verification never leaves the machine; what is needed must be in the file or beside the anchor."""

    def get_fetchers(self) -> Any:
        raise AssertionError("verification must not use the network")

    async def close(self) -> None:
        return None


@dataclass(frozen=True)
class Store:
    """The evidence embedded in a file (its DSS), parsed once."""

    certificates: tuple[x509.Certificate, ...] = ()
    answers: tuple[ocsp.OCSPResponse, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()

    @classmethod
    def read(cls, reader: PdfFileReader) -> Store:
        """The final state of the DSS; empty where there is none. Raises what the library raises on rubbish."""
        try:
            store = DocumentSecurityStore.read_dss(reader)
        except NoDSSFoundError:
            return cls()
        return cls(
            certificates=tuple(store.load_certs()),
            answers=tuple(ocsp.OCSPResponse.load(entry.get_object().data) for entry in store.ocsps),
            lists=tuple(crl.CertificateList.load(entry.get_object().data) for entry in store.crls),
        )

    def speaks_of(self, certificate: x509.Certificate) -> bool:
        """Whether some answer or list is about this certificate."""
        if any(entry.issuer == certificate.issuer for entry in self.lists):
            return True
        return any(
            single["cert_id"]["serial_number"].native == certificate.serial_number
            for answer in self.answers
            if answer["response_status"].native == "successful"
            for single in answer.response_data["responses"]
        )


def level_of(one: FoundSignature, later: Iterable[FoundSignature], store: Store, trust: TrustStore) -> Level:
    """The level by what is there, sound or not."""
    assert one.signed is not None
    token = signature_timestamp(one.signed)
    if token is None:
        return Level.B_B
    needing = [
        certificate
        for signed in (one.signed, token)
        for certificate in _certificates(signed)
        if not trust.is_anchor(certificate)
    ]
    if not all(store.speaks_of(certificate) for certificate in needing if certificate.self_issued is False):
        return Level.B_T
    stamped = any(other.kind == "document_timestamp" for other in later)
    return Level.B_LTA if stamped else Level.B_LT


def _certificates(signed: cms.SignedData) -> list[x509.Certificate]:
    found = extract_certificate_info(signed)
    return [found.signer_cert, *found.other_certs]


@dataclass(frozen=True)
class Finding:
    """What an engine found out."""

    passed: bool
    subindication: AdESSubIndic
    status: SignatureStatus | None
    stamp: AdESSubIndic | None = None
    """How the signature's own time-stamp fared; None where there is none."""
    stamped_at: datetime | None = None
    """The time it states, proven only when `stamp` has passed."""


class Engine:
    """The engines with everything they need to know about one file."""

    def __init__(self, trust: TrustStore, store: Store, policy: RememberedPolicy, now: datetime) -> None:
        self._policy = policy
        self._timing = ValidationTimingInfo(
            validation_time=now, best_signature_time=now, point_in_time_validation=True
        )
        self._beside = SignatureValidationSpec(
            cert_validation_policy=trust.policy(),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                RevinfoOnlineFetchingRule.LOCAL_ONLY, fetcher_backend=NoNetwork()
            ),
            local_knowledge=knowledge(trust.others, (), trust.revocation_lists),
            key_usage_settings=KeyUsageConstraints(key_usage=SIGNING_USAGES),
        )
        everything = knowledge(
            (*trust.others, *store.certificates), store.answers, (*trust.revocation_lists, *store.lists)
        )
        self._all = SignatureValidationSpec(
            cert_validation_policy=self._beside.cert_validation_policy,
            revinfo_gathering_policy=self._beside.revinfo_gathering_policy,
            local_knowledge=everything,
            key_usage_settings=self._beside.key_usage_settings,
        )

    async def judge_signature(self, one: FoundSignature, level: Level) -> Finding:
        """Run the engine of this level. Raises what the library raises on rubbish."""
        stamp, stamped_at = await self._judge_stamp(one)
        if level is Level.B_LTA:
            result: AdESBasicValidationResult = await ades_lta_validation(
                one.embedded,
                PdfSignatureValidationSpec(self._beside, diff_policy=self._policy),
                timing_info=self._timing,
            )
            if result.signature_timestamp_status is not None:
                stamp = result.signature_timestamp_status.ades_subindic
        elif level is Level.B_B:
            result = await ades_basic_validation(
                one.embedded.signed_data,
                self._all,
                timing_info=self._timing,
                raw_digest=one.embedded.compute_digest(),
            )
        else:
            result = await ades_with_time_validation(
                one.embedded.signed_data,
                self._all,
                timing_info=self._timing,
                raw_digest=one.embedded.compute_digest(),
                extra_status_kwargs=one.embedded.summarise_integrity_info(),
                status_cls=PdfSignatureStatus,
            )
        return _finding(result, stamp, stamped_at)

    async def _judge_stamp(self, one: FoundSignature) -> tuple[AdESSubIndic | None, datetime | None]:
        """The signature's own time-stamp, judged by itself: its failure must not hide behind other proofs."""
        assert one.signed is not None
        token = signature_timestamp(one.signed)
        if token is None:
            return None, None
        signature = one.signed["signer_infos"][0]["signature"].native
        result = await ades_timestamp_validation(
            token,
            self._all,
            expected_tst_imprint=_hasher(signature),
            timing_info=self._timing,
        )
        return result.ades_subindic, token["encap_content_info"]["content"].parsed["gen_time"].native

    async def judge_timestamp(self, one: FoundSignature) -> Finding:
        """Judge a document time-stamp at the present time. Raises what the library raises on rubbish."""
        result = await ades_timestamp_validation(
            one.embedded.signed_data,
            self._all,
            expected_tst_imprint=one.embedded.compute_digest,
            timing_info=self._timing,
            extra_status_kwargs=one.embedded.summarise_integrity_info(),
            status_cls=DocumentTimestampStatus,
        )
        info = one.embedded.signed_data["encap_content_info"]["content"].parsed
        return _finding(result, result.ades_subindic, info["gen_time"].native)


def _finding(
    result: AdESBasicValidationResult, stamp: AdESSubIndic | None, stamped_at: datetime | None
) -> Finding:
    status = result.api_status
    sound = status is not None and (
        status.bottom_line
        if isinstance(status, StandardCMSSignatureStatus)
        else status.intact and status.valid and status.trusted
    )
    return Finding(
        passed=result.ades_subindic == AdESPassed.OK and sound and stamp in (None, AdESPassed.OK),
        subindication=result.ades_subindic,
        status=status,
        stamp=stamp,
        stamped_at=stamped_at,
    )


def _hasher(data: bytes) -> Any:
    return lambda algorithm: hashlib.new(algorithm, data).digest()


def knowledge(
    certificates: Iterable[x509.Certificate],
    answers: Iterable[ocsp.OCSPResponse],
    lists: Iterable[crl.CertificateList],
) -> LocalKnowledge:
    return LocalKnowledge(
        known_certs=list(certificates),
        known_ocsps=[container for answer in answers for container in OCSPContainer.load_multi(answer)],
        known_crls=[CRLContainer(entry) for entry in lists],
    )


REASONS: dict[AdESSubIndic, Reason] = {
    AdESFailure.FORMAT_FAILURE: Reason.FORMAT_BROKEN,
    AdESFailure.HASH_FAILURE: Reason.DIGEST_MISMATCH,
    AdESFailure.SIG_CRYPTO_FAILURE: Reason.SIGNATURE_BROKEN,
    AdESFailure.REVOKED: Reason.CERTIFICATE_REVOKED,
    AdESIndeterminate.REVOKED_NO_POE: Reason.CERTIFICATE_REVOKED,
    AdESIndeterminate.REVOKED_CA_NO_POE: Reason.CERTIFICATE_REVOKED,
    AdESIndeterminate.EXPIRED: Reason.CERTIFICATE_EXPIRED,
    AdESIndeterminate.NOT_YET_VALID: Reason.CERTIFICATE_NOT_YET_VALID,
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: Reason.CERTIFICATE_EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: Reason.CERTIFICATE_EXPIRED,
    AdESIndeterminate.NO_POE: Reason.TIMESTAMP_INVALID,
    AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE: Reason.REVOCATION_UNKNOWN,
    AdESIndeterminate.TRY_LATER: Reason.REVOCATION_UNKNOWN,
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: Reason.UNKNOWN_ISSUER,
    AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: Reason.CERTIFICATE_USAGE,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: Reason.ALGORITHM_WEAK,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: Reason.ALGORITHM_WEAK,
    AdESIndeterminate.TIMESTAMP_ORDER_FAILURE: Reason.TIMESTAMP_INVALID,
    AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND: Reason.FORMAT_BROKEN,
}
"""Our codes for the engines' sub-indications; what is missing here needs a closer look at the path."""
