"""Certificates inside a signature: each must stand, link by link, under an anchor; nothing comes along unproven."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from asn1crypto import cms, x509
from cryptography import x509 as pyca
from cryptography.exceptions import InvalidSignature

from models.signatures import Reason
from signing.trust import TrustStore

MAX_LINKS = 8


def embedded_fault(signed: cms.SignedData, signer: x509.Certificate, trust: TrustStore) -> Reason | None:
    """UNKNOWN_ISSUER when the signer has no way up to an anchor, NOT_CANONICAL when another certificate has none.

    Only links of names and signatures are followed here; validity and usage are judged elsewhere.
    """
    certificates = [choice.chosen for choice in signed["certificates"]]
    if len({certificate.dump() for certificate in certificates}) != len(certificates):
        return Reason.NOT_CANONICAL
    pool = [*certificates, *trust.others, *trust.anchors]
    if not _climbs(signer, pool, trust):
        return Reason.UNKNOWN_ISSUER
    if all(_climbs(certificate, pool, trust) for certificate in certificates):
        return None
    return Reason.NOT_CANONICAL


def _climbs(certificate: x509.Certificate, pool: Iterable[x509.Certificate], trust: TrustStore) -> bool:
    """Whether proven links lead from `certificate` to an anchor."""
    current = [certificate]
    for _ in range(MAX_LINKS):
        if any(trust.is_anchor(one) for one in current):
            return True
        current = [issuer for one in current for issuer in pool if issuer is not one and _issued(one, issuer)]
    return False


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    own, above = certificate["tbs_certificate"], issuer["tbs_certificate"]
    if own["issuer"].dump() != above["subject"].dump():
        return False
    if own["signature"].dump() != certificate["signature_algorithm"].dump():
        return False  # the outer algorithm is not signed, so it must repeat the inner one
    return _link_holds(certificate.dump(), issuer.dump())


@lru_cache(maxsize=512)
def _link_holds(certificate: bytes, issuer: bytes) -> bool:
    try:
        below, above = pyca.load_der_x509_certificate(certificate), pyca.load_der_x509_certificate(issuer)
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
