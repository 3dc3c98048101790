"""Since when a certificate is revoked, by the lists at hand; nothing is asked of anybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from asn1crypto import x509
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.path import ValidationPath

from signing.keys.credential import issuers_of
from signing.trust import TrustStore, revoked_at, signed_by


def known_revocation(
    certificate: x509.Certificate, trust: TrustStore, above: Iterable[x509.Certificate] = ()
) -> datetime | None:
    """The earliest moment at which genuine lists beside the anchors revoke the certificate, or one above it.

    `above`: certificates between it and an anchor, where the trust store does not have them. None where no list says
    so, or no path of genuine signatures leads to an anchor.
    """
    chain = issuers_of(certificate, [*above, *trust.others, *trust.anchors])
    links = [certificate, *chain]
    if not chain or not trust.is_anchor(chain[-1]):
        return None
    if not all(signed_by(below, issuer) for below, issuer in zip(links, chain, strict=False)):
        return None
    path = ValidationPath(CertTrustAnchor(chain[-1]), list(reversed(chain[:-1])), certificate)
    return revoked_at(path, trust.revocation_lists)
