"""Which PAdES level a signature has, and the AdES engine (ETSI EN 319 102-1) that fits this level.

The library's own past validation loses proofs that are there once a file was renewed twice or a CA has expired. It is
not used: what is old is judged by the ordinary engines, as of the moment for which a later time-stamp proves it, with
nothing but the evidence that this time-stamp covers (`Proof`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed, AdESSubIndic
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    ades_basic_validation,
    ades_timestamp_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
    bootstrap_validation_data_handlers,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import (
    DocumentTimestampStatus,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    SignatureStatus,
    StandardCMSSignatureStatus,
)
from pyhanko_certvalidator.fetchers import FetcherBackend
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from models.signatures import Level, Reason
from signing.judging.canonical import signature_timestamp
from signing.judging.coverage import FoundSignature
from signing.trust import SIGNING_USAGES, TrustStore

SKEW = timedelta(minutes=10)
"""The clocks of a time-stamping authority and of whoever answers about its certificate may differ by so much."""


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
    def read(cls, reader: PdfFileReader | HistoricalResolver) -> Store:
        """The DSS of a file, or of a revision; empty where there is none. Raises what the library raises on rubbish."""
        try:
            store = DocumentSecurityStore.read_dss(reader)
        except NoDSSFoundError:
            return cls()
        return cls(
            certificates=tuple(store.load_certs()),
            answers=tuple(ocsp.OCSPResponse.load(entry.get_object().data) for entry in store.ocsps),
            lists=tuple(crl.CertificateList.load(entry.get_object().data) for entry in store.crls),
        )

    def and_(self, other: Store) -> Store:
        """Both together."""
        return Store(
            (*self.certificates, *other.certificates),
            (*self.answers, *other.answers),
            (*self.lists, *other.lists),
        )

    def issued_by(self, moment: datetime) -> Store:
        """Without the answers and lists that are younger than `moment`."""
        return replace(
            self,
            answers=tuple(one for one in self.answers if _answered_at(one, moment) <= moment),
            lists=tuple(one for one in self.lists if one["tbs_cert_list"]["this_update"].native <= moment),
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


def _answered_at(answer: ocsp.OCSPResponse, otherwise: datetime) -> datetime:
    """When the youngest statement in an answer was made; `otherwise` for one that states nothing."""
    if answer["response_status"].native != "successful":
        return otherwise
    return max(
        (single["this_update"].native for single in answer.response_data["responses"]), default=otherwise
    )


@dataclass(frozen=True)
class Proof:
    """A moment for which something is proven to have existed, and the evidence that existed then as well.

    The present is such a moment for all of a file. Another one is the time of each sound document time-stamp, for all
    that it covers (ETSI EN 319 102-1, 5.6.2.3): whatever is good as of then has been good ever since, whether its
    certificates expired or were revoked later.
    """

    at: datetime
    store: Store
    past: bool = False
    record: bool = False
    """Whether it is an evidence record that proves all of the file to have existed then."""

    @classmethod
    def by(cls, stamp: FoundSignature) -> Proof | None:
        """What a sound document time-stamp proves; None where it does not cover the whole of its revision."""
        assert stamp.signed is not None
        if stamp.embedded.evaluate_signature_coverage() < SignatureCoverageLevel.ENTIRE_REVISION:
            return None
        then = stamp.embedded.reader.get_historical_resolver(stamp.revision)
        return cls(stated_time(stamp.signed), Store.read(then), past=True)


def stated_time(token: cms.SignedData) -> datetime:
    """The time that a time-stamp token states."""
    stated: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return stated


@dataclass(frozen=True)
class Finding:
    """What an engine found out."""

    passed: bool
    subindication: AdESSubIndic
    status: SignatureStatus | None
    proof: Proof
    """For which moment."""
    stamp: AdESSubIndic | None = None
    """How the signature's own time-stamp fared; None where there is none."""
    stamped_at: datetime | None = None
    """The time it states, proven only when `stamp` has passed."""
    stamp_path: ValidationPath | None = None
    """The path of the signature's own time-stamp."""


class Engine:
    """The engines with everything they need to know about one file at one moment."""

    def __init__(self, trust: TrustStore, proof: Proof) -> None:
        self._proof = proof
        self._timing = ValidationTimingInfo(
            validation_time=proof.at, best_signature_time=proof.at, point_in_time_validation=True
        )
        known = Store(
            (*trust.others, *proof.store.certificates),
            proof.store.answers,
            (*trust.revocation_lists, *proof.store.lists),
        )
        if proof.past:  # nobody can have known by then what was said later
            known = known.issued_by(proof.at + SKEW)
        self._all = SignatureValidationSpec(
            cert_validation_policy=trust.policy(past=proof.past),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                RevinfoOnlineFetchingRule.LOCAL_ONLY, fetcher_backend=NoNetwork()
            ),
            local_knowledge=knowledge(known.certificates, known.answers, known.lists),
            key_usage_settings=KeyUsageConstraints(key_usage=SIGNING_USAGES),
        )

    async def judge_signature(self, one: FoundSignature, level: Level) -> Finding:
        """Run the engine of this level. Raises what the library raises on rubbish."""
        stamp = await self._judge_stamp(one)
        if level is Level.B_B:
            result: AdESBasicValidationResult = await ades_basic_validation(
                one.embedded.signed_data,
                self._all,
                timing_info=self._timing,
                raw_digest=one.embedded.compute_digest(),
                validation_data_handlers=self._handlers(),
            )
        else:
            result = await ades_with_time_validation(
                one.embedded.signed_data,
                self._all,
                timing_info=self._timing,
                raw_digest=one.embedded.compute_digest(),
                extra_status_kwargs=one.embedded.summarise_integrity_info(),
                status_cls=PdfSignatureStatus,
                validation_data_handlers=self._handlers(),
            )
        if stamp is None:
            return self._finding(result, None)
        token = signature_timestamp(one.embedded.signed_data)
        assert token is not None
        path = stamp.api_status.validation_path if stamp.api_status is not None else None
        return self._finding(result, stamp.ades_subindic, stated_time(token), path)

    async def _judge_stamp(self, one: FoundSignature) -> AdESBasicValidationResult | None:
        """The signature's own time-stamp, judged by itself: its failure must not hide behind other proofs."""
        assert one.signed is not None
        token = signature_timestamp(one.signed)
        if token is None:
            return None
        return await ades_timestamp_validation(
            token,
            self._all,
            expected_tst_imprint=_hasher(one.signed["signer_infos"][0]["signature"].native),
            timing_info=self._timing,
            validation_data_handlers=self._handlers(),
        )

    async def judge_timestamp(self, one: FoundSignature) -> Finding:
        """Judge a document time-stamp. Raises what the library raises on rubbish."""
        result = await ades_timestamp_validation(
            one.embedded.signed_data,
            self._all,
            expected_tst_imprint=one.embedded.compute_digest,
            timing_info=self._timing,
            extra_status_kwargs=one.embedded.summarise_integrity_info(),
            status_cls=DocumentTimestampStatus,
            validation_data_handlers=self._handlers(),
        )
        return self._finding(result, result.ades_subindic, stated_time(one.embedded.signed_data))

    def _handlers(self) -> Any:
        """What the engines keep their books in; left alone, they would take the machine's clock for the present."""
        return bootstrap_validation_data_handlers(
            self._all, self._timing, poe_manager_override=POEManager(current_dt_override=self._proof.at)
        )

    def _finding(
        self,
        result: AdESBasicValidationResult,
        stamp: AdESSubIndic | None,
        stamped_at: datetime | None = None,
        stamp_path: ValidationPath | None = None,
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
            proof=self._proof,
            stamp=stamp,
            stamped_at=stamped_at,
            stamp_path=stamp_path,
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
