"""Until when the proof in a file holds: what its last time-stamp rests on expires, or an algorithm in it grows weak.

What an earlier time-stamp rests on may expire, for a later one covers it (ETSI EN 319 102-1, 5.6.2). The trust anchor
is left out: whether an anchor is relied on is the verifier's decision, whatever its certificate says (RFC 5280, 6.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Literal

from asn1crypto import algos, cms, keys, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import (
    CMSExtractionError,
    CMSStructuralError,
    SigningError,
    extract_certificate_info,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from models.errors import SigningFault
from models.rulesets import AlgorithmEnd
from models.times import VIETNAM
from signing.judging.canonical import signature_timestamp
from signing.judging.levels import Store
from signing.keys.credential import common_name
from signing.quiet import keep_libraries_quiet
from signing.trust import TrustStore, signed_by

BARE = frozenset({"rsassa_pkcs1v15", "dsa"})
"""Signature algorithms that CMS may name without their digest, which stands beside them (RFC 3370, 3)."""
LONGEST_WAY = 16
"""More certificates between signer and anchor than any honest chain has."""

Because = Literal["certificate", "algorithm"]


@dataclass(frozen=True, order=True)
class ProofEnd:
    """When a proof ends; the earliest of several is the least."""

    at: datetime
    because: Because
    of: str
    """The certificate's common name, or the algorithm as the rule set calls it."""


@dataclass(frozen=True)
class Leaning:
    """Somebody's signature that the file's proof rests on: the last time-stamp's, or one that no time-stamp covers."""

    signed: cms.SignedData
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    """Certificates that came along."""

    @classmethod
    def on(cls, signed: cms.SignedData) -> Leaning:
        found = extract_certificate_info(signed)
        return cls(signed, found.signer_cert, tuple(found.other_certs))


def proof_ends(path: Path, trust: TrustStore, algorithms: Iterable[AlgorithmEnd]) -> ProofEnd | None:
    """When the proof in a PDF ends by what it says itself; None where nothing is signed.

    Nothing is verified here: of a file that is not valid the answer means nothing. Raises OSError, or SigningFault for
    a file whose signatures can't be read; a stranger's file belongs in a child process.
    """
    keep_libraries_quiet()
    with path.open("rb") as file, reading(path):
        reader = PdfFileReader(file)
        known = Store.read(reader).certificates
        ends = [end for leaning in leaned_on(reader) for end in ends_of(leaning, known, trust, algorithms)]
    return min(ends, default=None)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What the library raises on files that it can't read, as SigningFault."""
    try:
        yield
    except (PdfError, SigningError, CMSExtractionError, CMSStructuralError) as fault:
        raise SigningFault(reason=f"{path.name}: {fault}") from fault
    except (KeyError, ValueError, TypeError, IndexError, AssertionError, AttributeError) as fault:
        raise SigningFault(reason=f"{path.name}: {type(fault).__name__} {fault}") from fault


def leaned_on(reader: PdfFileReader) -> Iterator[Leaning]:
    """What stands by itself in a file: its last document time-stamp, and the signatures made after it.

    Of a signature with a time-stamp of its own it is that time-stamp, for the rest is proven as of its time.
    """
    found: list[EmbeddedPdfSignature] = list(reader.embedded_signatures)
    stamps = [place for place, one in enumerate(found) if one.sig_object_type == "/DocTimeStamp"]
    for one in found[stamps[-1] if stamps else 0 :]:
        token = None
        if one.sig_object_type != "/DocTimeStamp":
            token = signature_timestamp(one.signed_data)
        yield Leaning.on(token if token is not None else one.signed_data)


def ends_of(
    leaning: Leaning,
    known: Iterable[x509.Certificate],
    trust: TrustStore,
    algorithms: Iterable[AlgorithmEnd],
) -> Iterator[ProofEnd]:
    """Every end of what one signature rests on: its certificates up to the anchor, and the algorithms used by them."""
    algorithms = tuple(algorithms)
    way = list(_way_up(leaning.certificate, [*leaning.others, *known, *trust.others], trust))
    yield from certificate_ends(way, trust, algorithms)
    signer = leaning.signed["signer_infos"][0]
    names = [signer["digest_algorithm"]["algorithm"].native]
    if leaning.signed["encap_content_info"]["content_type"].native == "tst_info":
        imprint = leaning.signed["encap_content_info"]["content"].parsed["message_imprint"]
        names.append(imprint["hash_algorithm"]["algorithm"].native)
    for name in names:
        yield from _ends(name, None, algorithms)
    yield from _signature_ends(signer["signature_algorithm"], leaning.certificate.public_key, algorithms)


def certificate_ends(
    way: Iterable[x509.Certificate], trust: TrustStore, algorithms: Iterable[AlgorithmEnd]
) -> Iterator[ProofEnd]:
    """Ends of the certificates of a path and of the algorithms that they are signed with; anchors have none."""
    algorithms, way = tuple(algorithms), list(way)
    for place, certificate in enumerate(way):
        if trust.is_anchor(certificate):
            continue
        yield ProofEnd(certificate.not_valid_after, "certificate", common_name(certificate))
        issuer = way[place + 1].public_key if place + 1 < len(way) else None
        yield from _signature_ends(certificate["signature_algorithm"], issuer, algorithms)
        yield from _key_ends(certificate.public_key, algorithms)


def _way_up(
    certificate: x509.Certificate, known: list[x509.Certificate], trust: TrustStore
) -> Iterator[x509.Certificate]:
    """The certificate and those above it, as far as they are known, up to the anchor."""
    for _ in range(LONGEST_WAY):
        yield certificate
        if trust.is_anchor(certificate):
            return
        above = [
            one
            for one in (*trust.anchors, *known)
            if one.subject.dump() == certificate.issuer.dump() and signed_by(certificate, one)
        ]
        if not above:
            return
        certificate = next((one for one in above if trust.is_anchor(one)), above[0])


def _signature_ends(
    algorithm: algos.SignedDigestAlgorithm, key: keys.PublicKeyInfo | None, ends: tuple[AlgorithmEnd, ...]
) -> Iterator[ProofEnd]:
    if algorithm["algorithm"].native not in BARE:
        yield from _ends(algorithm.hash_algo, None, ends)
    family = algorithm.signature_algo
    bits = key.bit_size if key is not None else None
    yield from _ends(
        {"rsassa_pkcs1v15": "rsa_pkcs1v15", "rsassa_pss": "rsa_pss"}.get(family, family), bits, ends
    )


def _key_ends(key: keys.PublicKeyInfo, ends: tuple[AlgorithmEnd, ...]) -> Iterator[ProofEnd]:
    yield from _ends("rsa" if key.algorithm.startswith("rsa") else key.algorithm, key.bit_size, ends)


def _ends(name: str, bits: int | None, ends: tuple[AlgorithmEnd, ...]) -> Iterator[ProofEnd]:
    for end in ends:
        small = end.below_bits is None or (bits is not None and bits < end.below_bits)
        if end.algorithm == name and small:
            moment = datetime.combine(end.last_day + timedelta(days=1), time(), VIETNAM)
            yield ProofEnd(moment, "algorithm", name if bits is None else f"{name}-{bits}")
