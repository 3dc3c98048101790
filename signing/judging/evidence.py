"""What identifies a judged signature, for reports that other programs check: digests, certificate, anchor."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from pyhanko_certvalidator.path import ValidationPath

from models.signatures import SignatureEvidence
from signing.judging.canonical import NotCanonical, contents_of_gap, named_certificate
from signing.judging.coverage import FoundSignature
from signing.keys.credential import HASHES, certificate_facts
from signing.objects import entry


def evidence_of(one: FoundSignature, gap: bytes, path: ValidationPath | None) -> SignatureEvidence | None:
    """The evidence of one signature whose /Contents stand in `gap`; None for what is not canonical.

    Raises what the libraries raise on rubbish.
    """
    if one.signed is None or one.byte_range is None:
        return None
    signer = one.signed["signer_infos"][0]
    algorithm = signer["digest_algorithm"]["algorithm"].native
    if algorithm not in HASHES:
        return None
    attributes = signer["signed_attrs"].untag().dump()
    covered = one.byte_range
    try:
        der, _ = contents_of_gap(gap)
    except NotCanonical:
        return None
    roots = list(path.iter_certs(include_root=True))[:1] if path is not None else []
    return SignatureEvidence(
        field_name=one.name,
        subfilter=str(entry(one.embedded.sig_object, "/SubFilter", "")).removeprefix("/"),
        byte_range=(0, covered.gap_start, covered.gap_end, covered.end - covered.gap_end),
        digest_algorithm=algorithm,
        signature_algorithm=signer["signature_algorithm"]["algorithm"].native,
        document_digest=one.embedded.compute_digest().hex(),
        attributes_digest=hashlib.new(algorithm, attributes).hexdigest(),
        signature_value=b64encode(signer["signature"].native).decode(),
        contents_sha256=hashlib.sha256(der).hexdigest(),
        certificate=certificate_facts(named_certificate(one.signed)),
        anchor=certificate_facts(roots[0]) if roots else None,
    )
