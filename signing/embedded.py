"""Certificates inside a signature: each must stand, link by link, under an anchor; nothing comes along unproven."""

from __future__ import annotations

from functools import lru_cache

from asn1crypto import cms, x509
from cryptography import x509 as pyca
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from models.signatures import Reason
from signing.trust import TrustStore

MAX_CERTIFICATES = 64
"""More than any honest signature carries; a guard against hostile ones."""


def embedded_fault(
    signed: cms.SignedData, signer: x509.Certificate, trust: TrustStore, *, strict: bool = True
) -> Reason | None:
    """UNKNOWN_ISSUER when the signer has no way up to an anchor, NOT_CANONICAL when another certificate is out of place.

    In place is what stands on the signer's own way up; in signatures of others (`strict` false) also what
    stands under an anchor elsewhere. Only links of names and signatures are followed here; validity and usage
    are judged elsewhere.
    """
    certificates = [choice.chosen for choice in signed["certificates"]]
    distinct = {certificate.dump() for certificate in certificates}
    if len(distinct) != len(certificates) or len(certificates) > MAX_CERTIFICATES:
        return Reason.NOT_CANONICAL
    proven = _proven([*certificates, *trust.others], trust)
    if signer.dump() not in proven:
        return Reason.UNKNOWN_ISSUER
    in_place = _way_up(signer, proven) if strict else frozenset(proven)
    return None if distinct <= in_place else Reason.NOT_CANONICAL


def _proven(certificates: list[x509.Certificate], trust: TrustStore) -> dict[bytes, x509.Certificate]:
    """The anchors and everything that stands under them, by their DER.

    A certificate counts as an issuer only when it is proven itself: its key may still fit when the rest of it
    has been tampered with.
    """
    proven = {anchor.dump(): anchor for anchor in trust.anchors}
    waiting = {one.dump(): one for one in certificates if one.dump() not in proven}
    while True:
        found = {
            der: one
            for der, one in waiting.items()
            if any(_issued(one, issuer) for issuer in proven.values())
        }
        if not found:
            return proven
        proven |= found
        waiting = {der: one for der, one in waiting.items() if der not in found}


def _way_up(signer: x509.Certificate, proven: dict[bytes, x509.Certificate]) -> frozenset[bytes]:
    """The signer and every proven certificate above it."""
    way, current = {signer.dump()}, [signer]
    while current:
        above = {
            der: issuer
            for der, issuer in proven.items()
            if der not in way and any(_issued(one, issuer) for one in current)
        }
        way.update(above)
        current = list(above.values())
    return frozenset(way)


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        own, above = certificate["tbs_certificate"], issuer["tbs_certificate"]
        named = own["issuer"].dump() == above["subject"].dump()
        # what is not signed: the outer algorithm must repeat the inner one, and the count of unused bits be zero
        repeated = own["signature"].dump() == certificate["signature_algorithm"].dump()
        whole = certificate["signature_value"].contents[:1] == b"\x00"
    except (ValueError, TypeError, KeyError):
        return False
    return named and repeated and whole and _link_holds(certificate.dump(), issuer.dump())


@lru_cache(maxsize=512)
def _link_holds(certificate: bytes, issuer: bytes) -> bool:
    try:
        below, above = pyca.load_der_x509_certificate(certificate), pyca.load_der_x509_certificate(issuer)
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature, pyca.InvalidVersion, UnsupportedAlgorithm):
        return False
    return True
