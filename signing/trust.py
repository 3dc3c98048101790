"""Whom we trust: anchors, helpful certificates and revocation lists, and whether a certificate stands under them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import crl, ocsp, pem, x509
from cryptography import x509 as pyca
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from models.errors import PathNotFound, UsageError
from models.signatures import Reason
from signing.folders import WatchedFolder
from signing.keys.credential import common_name, load_certificates

if TYPE_CHECKING:
    from signing.development.pki import DevelopmentPki

LIST_FOLDER = "crl"
ISSUER_FOLDER = "issuers"

SKEW = timedelta(minutes=1)
"""What a service's clock may be off from ours when it is asked: its answer was made a moment before, or after, now."""

STRICT_REVOCATION = CertRevTrustPolicy(revocation_checking_policy=REQUIRE_REVINFO)
"""Every certificate below the anchor needs a list or an answer that says it is good (NĐ 23/2025 Art. 15–16)."""

PAST_REVOCATION = CertRevTrustPolicy(revocation_checking_policy=REQUIRE_REVINFO, retroactive_revinfo=True)
"""The same for a moment in the past, of which answers given shortly after it speak too."""

SIGNING_USAGES = frozenset({"digital_signature", "non_repudiation"})
FOREIGN_PURPOSES = frozenset({"time_stamping", "ocsp_signing"})


@dataclass(frozen=True)
class TrustStore:
    """Trust anchors with the certificates and revocation lists that are known beforehand."""

    anchors: tuple[x509.Certificate, ...]
    others: Sequence[x509.Certificate] = ()
    revocation_lists: Sequence[crl.CertificateList] = ()

    def __reduce__(self) -> tuple[object, ...]:
        """Travel to a child process as DER: asn1crypto's objects are not whole when unpickled."""
        certificates = [tuple(c.dump() for c in group) for group in (self.anchors, self.others)]
        return _from_der, (*certificates, tuple(one.dump() for one in self.revocation_lists))

    @classmethod
    def from_pem(cls, path: Path) -> TrustStore:
        """The anchors in a PEM file; beside it, every revocation list (PEM or DER) in a `crl/` folder, and every
        certificate between signers and anchors in an `issuers/` folder, both as they are whenever they are asked.

        Raises PathNotFound, or UsageError when a file there is not what its place says.
        """
        try:
            anchors = load_certificates(path)
            lists = WatchedFolder(path.parent / LIST_FOLDER, _load_list)
            others = WatchedFolder(path.parent / ISSUER_FOLDER, load_certificates)
        except OSError as error:
            raise PathNotFound(path=path) from error
        except ValueError as error:
            raise UsageError(reason=f"{path}: {error}") from error
        return cls(anchors=anchors, others=others, revocation_lists=lists)

    @classmethod
    def for_development(cls, pki: DevelopmentPki) -> TrustStore:
        """The development root, with the lists lying beside it. Raises as `from_pem`."""
        return cls.from_pem(pki.root_path)

    def is_anchor(self, certificate: x509.Certificate) -> bool:
        """Whether `certificate` is one of the anchors, byte for byte."""
        wanted = certificate.dump()
        return any(anchor.dump() == wanted for anchor in self.anchors)

    def context(
        self,
        moment: datetime,
        others: Iterable[x509.Certificate] = (),
        answers: Iterable[ocsp.OCSPResponse] = (),
        lists: Iterable[crl.CertificateList] = (),
        *,
        skew: timedelta = timedelta(seconds=1),
    ) -> ValidationContext:
        """A context for path validation at `moment`, strict about revocation, never going to the network.

        `skew`: what the clocks of those who made the evidence may be off.
        """
        return ValidationContext(
            trust_roots=list(self.anchors),
            other_certs=[*self.others, *others],
            moment=moment,
            ocsps=list(answers),
            crls=[*self.revocation_lists, *lists],
            revinfo_policy=STRICT_REVOCATION,
            allow_fetching=False,
            time_tolerance=skew,
        )

    def policy(self, *, past: bool = False) -> CertValidationPolicySpec:
        """The same strictness for the AdES engines, which build their own contexts; `past`: at a moment long ago."""
        return CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=list(self.anchors)),
            revinfo_policy=PAST_REVOCATION if past else STRICT_REVOCATION,
        )


def _from_der(
    anchors: tuple[bytes, ...], others: tuple[bytes, ...], revocation_lists: tuple[bytes, ...]
) -> TrustStore:
    return TrustStore(
        anchors=tuple(x509.Certificate.load(der) for der in anchors),
        others=tuple(x509.Certificate.load(der) for der in others),
        revocation_lists=tuple(parse_list(der) for der in revocation_lists),
    )


def _load_list(path: Path) -> tuple[crl.CertificateList]:
    data = path.read_bytes()
    if pem.detect(data):
        data = pem.unarmor(data)[2]
    return (parse_list(data),)


def parse_list(der: bytes) -> crl.CertificateList:
    """A DER revocation list. Raises ValueError on anything else."""
    parsed = crl.CertificateList.load(der, strict=True)
    parsed["tbs_cert_list"]["this_update"].native  # noqa: B018 - forces the parse, so that rubbish fails here
    return parsed


def parse_answer(der: bytes) -> ocsp.OCSPResponse:
    """A DER OCSP response. Raises ValueError on anything else."""
    parsed = ocsp.OCSPResponse.load(der, strict=True)
    parsed["response_status"].native  # noqa: B018
    return parsed


@dataclass(frozen=True)
class PathJudgement:
    """A path to an anchor, or the reason why there is none."""

    path: ValidationPath | None
    reason: Reason | None = None
    detail: str = ""
    moment: datetime | None = None
    """Since when it is revoked or expired, or from when it is valid."""


async def judge_path(context: ValidationContext, certificate: x509.Certificate) -> PathJudgement:
    """Build and validate the path of `certificate` in `context`, revocation included. Raises nothing."""
    try:
        path = await CertificateValidator(certificate, validation_context=context).async_validate_path()
    except RevokedError as error:
        return PathJudgement(None, Reason.CERTIFICATE_REVOKED, str(error), error.revocation_dt)
    except ExpiredError as error:
        return PathJudgement(None, Reason.CERTIFICATE_EXPIRED, str(error), error.expired_dt)
    except NotYetValidError as error:
        return PathJudgement(None, Reason.CERTIFICATE_NOT_YET_VALID, str(error), error.valid_from)
    except InsufficientRevinfoError as error:
        return PathJudgement(None, Reason.REVOCATION_UNKNOWN, str(error))
    except DisallowedAlgorithmError as error:
        return PathJudgement(None, Reason.ALGORITHM_WEAK, str(error))
    except (PathBuildingError, InvalidCertificateError) as error:
        return PathJudgement(None, Reason.UNKNOWN_ISSUER, str(error))
    except (PathValidationError, ValueError) as error:
        return PathJudgement(None, Reason.UNKNOWN_ISSUER, str(error))
    return PathJudgement(path)


def revoked_at(path: ValidationPath, lists: Iterable[crl.CertificateList]) -> datetime | None:
    """The earliest moment at which genuine lists revoke something on the path; None when nothing is listed.

    The engines stop at the first good answer they find, though a fresher list may say otherwise.
    """
    certificates = list(path.iter_certs(include_root=True))
    moments = [
        moment
        for issuer, certificate in pairwise(certificates)
        for one in lists
        if one.issuer.dump() == certificate.issuer.dump() and _is_genuine(one.dump(), issuer.dump())
        for moment in _listed(certificate, one)
    ]
    return min(moments, default=None)


def _listed(certificate: x509.Certificate, one: crl.CertificateList) -> Iterator[datetime]:
    for entry in one["tbs_cert_list"]["revoked_certificates"] or ():
        if entry["user_certificate"].native == certificate.serial_number:
            yield entry["revocation_date"].native


@lru_cache(maxsize=64)
def _is_genuine(revocation_list: bytes, issuer: bytes) -> bool:
    key = pyca.load_der_x509_certificate(issuer).public_key()
    try:
        return pyca.load_der_x509_crl(revocation_list).is_signature_valid(key)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return False


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the name and the key of `issuer` are those that issued `certificate`."""
    return _link_holds(certificate.dump(), issuer.dump())


@lru_cache(maxsize=512)
def _link_holds(certificate: bytes, issuer: bytes) -> bool:
    try:
        below, above = pyca.load_der_x509_certificate(certificate), pyca.load_der_x509_certificate(issuer)
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature, pyca.InvalidVersion, UnsupportedAlgorithm):
        return False
    return True


def signing_usage_fault(certificate: x509.Certificate) -> str | None:
    """Why this certificate is not for signing documents; None when it is."""
    if certificate.ca:
        return "it belongs to a certification authority"
    usages = certificate.key_usage_value
    if usages is None or not SIGNING_USAGES & usages.native:
        return "its key usage has neither digitalSignature nor nonRepudiation"
    purposes = certificate.extended_key_usage_value
    if purposes is not None and FOREIGN_PURPOSES & set(purposes.native):
        return "it is for time-stamping or status answers"
    return None


def timestamping_usage_fault(certificate: x509.Certificate) -> str | None:
    """Why this certificate is not for time-stamping (RFC 3161, 2.3); None when it is."""
    for extension in certificate["tbs_certificate"]["extensions"]:
        if extension["extn_id"].native == "extended_key_usage":
            purposes = extension["extn_value"].parsed.native
            if purposes == ["time_stamping"] and extension["critical"].native:
                return None
            return "its extended key usage is not critically and solely timeStamping"
    return "it has no extended key usage"


def path_names(path: ValidationPath) -> tuple[str, ...]:
    """Common names from the end entity up to the anchor."""
    certificates = list(path.iter_certs(include_root=True))
    return tuple(common_name(certificate) for certificate in reversed(certificates))
