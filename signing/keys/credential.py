"""A credential is a certificate with its issuers and the key behind it, wherever that key lives."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Protocol, runtime_checkable

from asn1crypto import algos, pem, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from models.errors import KeyMismatch, SigningFault
from models.signatures import SignerCertificate
from models.times import iso

HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
"""The digest algorithms that may be signed with (TT 15/2025/TT-BKHCN, Annex I)."""


class SigningKey(Protocol):
    """A private key that never leaves its place: memory, a token, or a remote service."""

    def sign(self, data: bytes, digest_algorithm: str) -> bytes:
        """The raw signature over `data`: RSA PKCS#1 v1.5, or ECDSA in DER; `digest_algorithm` is one of HASHES.

        Raises SigningFault or one of its kinds; safe from several threads.
        """
        ...


@runtime_checkable
class TogetherKey(SigningKey, Protocol):
    """A key whose holder may authorise several signatures at once."""

    def at_once(self) -> int:
        """How many signatures one authorisation may be for, 1 or more. Raises as `sign`."""
        ...

    def sign_together(self, contents: Sequence[bytes], digest_algorithm: str) -> list[bytes]:
        """The raw signatures over `contents`, at most `at_once` of them, in their order, by one authorisation.

        Raises as `sign`: there are all of them or none.
        """
        ...


@dataclass(frozen=True)
class Credential:
    """A key that signs, its certificate, and the certificates above it (the root may be among them)."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    key: SigningKey = field(repr=False)

    @property
    def common_name(self) -> str:
        return common_name(self.certificate)

    def sign(self, data: bytes, digest_algorithm: str) -> bytes:
        """The raw signature over `data`: RSA PKCS#1 v1.5, or ECDSA in DER.

        It is checked with the certificate before it is handed out: raises KeyMismatch when they don't fit
        together, SigningFault on a digest algorithm that may not be used, and what the key itself raises.
        """
        if digest_algorithm not in HASHES:
            raise SigningFault(reason=f"{digest_algorithm} may not be used")
        signature = self.key.sign(data, digest_algorithm)
        self._check(signature, data, HASHES[digest_algorithm]())
        return signature

    def _check(self, signature: bytes, data: bytes, digest: hashes.HashAlgorithm) -> None:
        public = self._public_key
        try:
            if isinstance(public, rsa.RSAPublicKey):
                public.verify(signature, data, padding.PKCS1v15(), digest)
            elif isinstance(public, ec.EllipticCurvePublicKey):
                public.verify(signature, data, ec.ECDSA(digest))
            else:
                raise SigningFault(reason="the certificate's key is of an unknown kind")
        except InvalidSignature as error:
            raise KeyMismatch(reason="the key does not belong to the certificate") from error

    @cached_property
    def _public_key(self) -> object:
        return serialization.load_der_public_key(self.certificate.public_key.dump())


def common_name(certificate: x509.Certificate) -> str:
    """The subject's common name, or the whole subject in readable form where it has none."""
    return name_part(certificate.subject, "common_name") or certificate.subject.human_friendly


def name_part(name: x509.Name, part: str) -> str | None:
    """The first value of one kind of attribute in a distinguished name, for instance `organization_name`."""
    for relative in name.chosen:
        for pair in relative:
            if pair["type"].native == part:
                return str(pair["value"].native)
    return None


def certificate_facts(certificate: x509.Certificate) -> SignerCertificate:
    """What the register keeps of a certificate that signed."""
    der = certificate.dump()
    validity = certificate["tbs_certificate"]["validity"]
    return SignerCertificate(
        sha256=sha256(der).hexdigest(),
        subject=certificate.subject.human_friendly,
        issuer=certificate.issuer.human_friendly,
        serial=f"{certificate.serial_number:x}",
        not_before=iso(validity["not_before"].native),
        not_after=iso(validity["not_after"].native),
        der=b64encode(der).decode(),
    )


def issuers_of(
    certificate: x509.Certificate, known: Iterable[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """The certificates above `certificate` among the `known` ones, nearest first, as far as they go."""
    left, path = list(known), [certificate]
    while path[-1].self_issued is not True:
        above = next((one for one in left if _may_have_issued(one, path[-1])), None)
        if above is None:
            break
        left.remove(above)
        path.append(above)
    return tuple(path[1:])


def _may_have_issued(one: x509.Certificate, other: x509.Certificate) -> bool:
    if not one.ca or one.subject != other.issuer:
        return False
    wanted = other.authority_key_identifier
    return wanted is None or one.key_identifier is None or wanted == one.key_identifier


def ecdsa_in_der(raw: bytes) -> bytes:
    """r and s side by side, as tokens give them (PKCS#11 2.40, 6.3.1), as Ecdsa-Sig-Value (RFC 3279, 2.2.3)."""
    half = len(raw) // 2
    r, s = int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    encoded: bytes = algos.DSASignature({"r": r, "s": s}).dump()
    return encoded


def load_certificates(path: Path) -> tuple[x509.Certificate, ...]:
    """All certificates of a PEM file, or the one of a DER file.

    Raises OSError when the file can't be read, ValueError when it holds no certificate.
    """
    data = path.read_bytes()
    if not pem.detect(data):
        return (_parsed(data),)
    found = [der for label, _, der in pem.unarmor(data, multiple=True) if label == "CERTIFICATE"]
    if not found:
        raise ValueError(f"{path.name} holds no certificate")
    return tuple(_parsed(der) for der in found)


def _parsed(der: bytes) -> x509.Certificate:
    certificate = x509.Certificate.load(der, strict=True)
    certificate.native  # noqa: B018 - forces the whole parse, so that a broken one fails here
    return certificate
