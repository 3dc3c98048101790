"""Certificates inside a signature: each must stand, link by link, under an anchor; nothing comes along unproven."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from asn1crypto import cms, x509

from models.signatures import Reason
from signing.trust import TrustStore, signed_by

MAX_CERTIFICATES = 64
"""More than any honest signature carries; a guard against hostile ones."""


def embedded_fault(
    signed: cms.SignedData,
    signer: x509.Certificate,
    trust: TrustStore,
    *,
    strict: bool = True,
    known: Iterable[x509.Certificate] = (),
) -> Reason | None:
    """UNKNOWN_ISSUER when the signer has no way up to an anchor, NOT_CANONICAL when another certificate is out of place.

    In place is what stands on the signer's own way up; in signatures of others (`strict` false) also what
    stands under an anchor elsewhere. `known` may stand in between too, such as the certificates beside the evidence: a
    time-stamp need not bring its issuers along. Only links of names and signatures are followed here; validity and usage
    are judged elsewhere.
    """
    certificates = [choice.chosen for choice in signed["certificates"]]
    distinct = {certificate.dump() for certificate in certificates}
    if len(distinct) != len(certificates) or len(certificates) > MAX_CERTIFICATES:
        return Reason.NOT_CANONICAL
    proven = _proven([*certificates, *trust.others, *islice(known, 4 * MAX_CERTIFICATES)], trust)
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
            if any(issued_under(one, issuer) for issuer in proven.values())
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
            if der not in way and any(issued_under(one, issuer) for one in current)
        }
        way.update(above)
        current = list(above.values())
    return frozenset(way)


def issued_under(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        own, above = certificate["tbs_certificate"], issuer["tbs_certificate"]
        named = own["issuer"].dump() == above["subject"].dump()
        # what is not signed: the outer algorithm must repeat the inner one, and the count of unused bits be zero
        repeated = own["signature"].dump() == certificate["signature_algorithm"].dump()
        whole = certificate["signature_value"].contents[:1] == b"\x00"
    except (ValueError, TypeError, KeyError):
        return False
    return named and repeated and whole and signed_by(certificate, issuer)
