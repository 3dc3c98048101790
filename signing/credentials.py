"""A credential is a private key with its certificate and issuers, loaded once and kept in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import pem, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from models.errors import CertificateRefused

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
"""The digest algorithms that may be signed with (TT 15/2025/TT-BKHCN, Annex I)."""


@dataclass(frozen=True)
class Credential:
    """A key that signs, its certificate, and the certificates above it (the root may be among them)."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    key: PrivateKey = field(repr=False)

    @property
    def common_name(self) -> str:
        return common_name(self.certificate)

    def sign(self, data: bytes, digest_algorithm: str) -> bytes:
        """The raw signature over `data`: RSA PKCS#1 v1.5, or ECDSA in DER. Raises KeyError on a weak digest."""
        digest = HASHES[digest_algorithm]()
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), digest)
        return self.key.sign(data, ec.ECDSA(digest))


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


def credential_from_pem(key: Path, certificate: Path, chain: tuple[x509.Certificate, ...]) -> Credential:
    """Load an unencrypted PEM key with its certificate. Raises OSError or CertificateRefused."""
    loaded = serialization.load_pem_private_key(key.read_bytes(), password=None)
    return Credential(load_certificates(certificate)[0], chain, _supported(loaded))


def credential_from_pkcs12(path: Path, password: str) -> Credential:
    """Load a PKCS#12 file (.p12, .pfx).

    Raises OSError when it can't be read, CertificateRefused when the password is wrong or the content is
    no usable key with its certificate.
    """
    data = path.read_bytes()
    try:
        content = pkcs12.load_pkcs12(data, password.encode("utf-8"))
    except ValueError as error:
        raise CertificateRefused(reason=f"{path.name}: wrong password or not a PKCS#12 file") from error
    if content.key is None or content.cert is None:
        raise CertificateRefused(reason=f"{path.name} holds no key with a certificate")
    own = x509.Certificate.load(content.cert.certificate.public_bytes(serialization.Encoding.DER))
    others = tuple(
        x509.Certificate.load(extra.certificate.public_bytes(serialization.Encoding.DER))
        for extra in content.additional_certs
    )
    return Credential(own, others, _supported(content.key))


def _supported(key: object) -> PrivateKey:
    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return key
    raise CertificateRefused(reason=f"keys of the kind {type(key).__name__} are not supported")
