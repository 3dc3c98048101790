"""Certificates inside a signature: each must stand, link by link, under an anchor; nothing comes along unproven."""

from __future__ import annotations

from functools import lru_cache

from asn1crypto import cms, x509
from cryptography import x509 as pyca
from cryptography.exceptions import InvalidSignature

from models.signatures import Reason
from signing.trust import TrustStore

MAX_LINKS = 8


def embedded_fault(
    signed: cms.SignedData, signer: x509.Certificate, trust: TrustStore, *, strict: bool = True
) -> Reason | None:
    """UNKNOWN_ISSUER when the signer has no way up to an anchor, NOT_CANONICAL when another certificate is out of place.

    In place is what stands on the signer's own way up; in signatures of others (`strict` false) also what
    stands under an anchor elsewhere. Only links of names and signatures are followed here; validity and usage
    are judged elsewhere.
    """
    certificates = [choice.chosen for choice in signed["certificates"]]
    if len({certificate.dump() for certificate in certificates}) != len(certificates):
        return Reason.NOT_CANONICAL
    pool = [*certificates, *trust.others, *trust.anchors]
    way = _way_up(signer, pool, trust)
    if way is None:
        return Reason.UNKNOWN_ISSUER
    for certificate in certificates:
        if certificate.dump() not in way and (strict or _way_up(certificate, pool, trust) is None):
            return Reason.NOT_CANONICAL
    return None


def _way_up(
    certificate: x509.Certificate, pool: list[x509.Certificate], trust: TrustStore
) -> frozenset[bytes] | None:
    """Everything on the proven links from `certificate` up to an anchor; None when no anchor is reached."""
    current, way, arrived = [certificate], {certificate.dump()}, False
    for _ in range(MAX_LINKS):
        arrived = arrived or any(trust.is_anchor(one) for one in current)
        current = [
            issuer for one in current for issuer in pool if issuer.dump() not in way and _issued(one, issuer)
        ]
        way.update(issuer.dump() for issuer in current)
    return frozenset(way) if arrived else None


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    own, above = certificate["tbs_certificate"], issuer["tbs_certificate"]
    if own["issuer"].dump() != above["subject"].dump():
        return False
    if own["signature"].dump() != certificate["signature_algorithm"].dump():
        return False  # the outer algorithm is not signed, so it must repeat the inner one
    if certificate["signature_value"].contents[:1] != b"\x00":
        return False  # a count of unused bits, which everybody else ignores
    return _link_holds(certificate.dump(), issuer.dump())


@lru_cache(maxsize=512)
def _link_holds(certificate: bytes, issuer: bytes) -> bool:
    try:
        below, above = pyca.load_der_x509_certificate(certificate), pyca.load_der_x509_certificate(issuer)
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
