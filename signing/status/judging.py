"""Whether an answer or a list says something about a certificate that counts: theirs, fresh, by one who may say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from asn1crypto import crl, ocsp, x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import (
    CRLValidationError,
    OCSPValidationError,
    PathBuildingError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

from signing.trust import SKEW, STRICT_REVOCATION, TrustStore, signed_by


@dataclass(frozen=True)
class Link:
    """A certificate below an anchor, with what stands above it, the anchor first."""

    above: tuple[x509.Certificate, ...]
    certificate: x509.Certificate

    @property
    def issuer(self) -> x509.Certificate:
        return self.above[-1]

    @property
    def path(self) -> ValidationPath:
        return ValidationPath(CertTrustAnchor(self.above[0]), list(self.above[1:]), self.certificate)


@dataclass(frozen=True)
class Said:
    """What an answer or a list comes to. Neither good nor revoked: it does not count, and `trouble` says why."""

    good: bool = False
    revoked: bool = False
    trouble: str = ""


async def links_to_anchor(
    trust: TrustStore, certificate: x509.Certificate, others: Iterable[x509.Certificate]
) -> tuple[Link, ...]:
    """The links from an anchor down to `certificate`, each signed by the one above; empty where there is no such way.

    Nothing else is judged here, period and purpose neither.
    """
    context = _context(trust, None, others)
    try:
        paths = await context.path_builder.async_build_paths(certificate)
    except PathBuildingError:
        return ()
    for path in paths:
        chain = tuple(path.iter_certs(include_root=True))
        if all(signed_by(below, above) for above, below in pairwise(chain)):
            return tuple(Link(chain[:at], chain[at]) for at in range(1, len(chain)))
    return ()


BROKEN = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    UnsupportedAlgorithm,
)
"""What the libraries raise over bytes that are not what they should be, some of them only when they are looked at."""


async def answer_says(
    trust: TrustStore,
    link: Link,
    answer: ocsp.OCSPResponse,
    now: datetime,
    *,
    lists: Iterable[crl.CertificateList] = (),
    answers: Iterable[ocsp.OCSPResponse] = (),
) -> Said:
    """Judge a responder's answer; `lists` and `answers` speak for the responder and those above it (RFC 6960, 3.2)."""
    try:
        context = _context(trust, now, link.above, [answer, *answers], lists)
        await verify_ocsp_response(link.certificate, link.path, context)
    except RevokedError:
        return Said(revoked=True)
    except (OCSPValidationError, ValidationError, *BROKEN) as error:
        return Said(trouble=_words(error))
    return Said(good=True)


async def list_says(
    trust: TrustStore,
    link: Link,
    one: crl.CertificateList,
    now: datetime,
    *,
    lists: Iterable[crl.CertificateList] = (),
    answers: Iterable[ocsp.OCSPResponse] = (),
) -> Said:
    """Judge a revocation list; `lists` and `answers` speak for its issuer and those above it (RFC 5280, 6.3)."""
    try:
        context = _context(trust, now, link.above, answers, [one, *lists])
        await verify_crl(link.certificate, link.path, context)
    except RevokedError:
        return Said(revoked=True)
    except (CRLValidationError, ValidationError, *BROKEN) as error:
        return Said(trouble=_words(error))
    return Said(good=True)


def _context(
    trust: TrustStore,
    moment: datetime | None,
    others: Iterable[x509.Certificate],
    answers: Iterable[ocsp.OCSPResponse] = (),
    lists: Iterable[crl.CertificateList] = (),
) -> ValidationContext:
    """Without the lists beside the anchor: an answer counts by itself or not at all."""
    return ValidationContext(
        trust_roots=list(trust.anchors),
        other_certs=[*trust.others, *others],
        moment=moment,
        ocsps=list(answers),
        crls=list(lists),
        revinfo_policy=STRICT_REVOCATION,
        allow_fetching=False,
        time_tolerance=SKEW,
    )


def _words(error: Exception) -> str:
    failures = [str(failure[0]) for failure in getattr(error, "failures", ())]
    return "; ".join(failures) or str(error) or type(error).__name__
