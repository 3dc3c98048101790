"""A credential is a private key with its certificate and issuers, loaded once and kept in memory."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from asn1crypto import pem, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from models.errors import CertificateRefused, SigningFault
from models.signatures import SignerCertificate
from models.times import iso

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
        """The raw signature over `data`: RSA PKCS#1 v1.5, or ECDSA in DER.

        It is checked with the certificate before it is handed out: raises SigningFault when they don't fit
        together, and on a digest algorithm that may not be used.
        """
        if digest_algorithm not in HASHES:
            raise SigningFault(reason=f"{digest_algorithm} may not be used")
        digest = HASHES[digest_algorithm]()
        if isinstance(self.key, rsa.RSAPrivateKey):
            signature = self.key.sign(data, padding.PKCS1v15(), digest)
        else:
            signature = self.key.sign(data, ec.ECDSA(digest))
        self._check(signature, data, digest)
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
            raise SigningFault(reason="the key does not belong to the certificate") from error

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
