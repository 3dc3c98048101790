"""Keys in memory: from a PKCS#12 file or the development PKI; for servers without a token, and for trying out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from models.errors import CertificateRefused
from signing.keys.credential import HASHES, Credential

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class MemoryKey:
    """A private key, loaded once and kept."""

    private: PrivateKey = field(repr=False)

    def sign(self, data: bytes, digest_algorithm: str) -> bytes:
        """See SigningKey."""
        digest = HASHES[digest_algorithm]()
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(data, padding.PKCS1v15(), digest)
        return self.private.sign(data, ec.ECDSA(digest))


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
    return Credential(own, others, MemoryKey(_supported(content.key)))


def _supported(key: object) -> PrivateKey:
    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return key
    raise CertificateRefused(reason=f"keys of the kind {type(key).__name__} are not supported")
