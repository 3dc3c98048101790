"""Certificates of the development PKI for keys that are somewhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from asn1crypto import x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from signing.development.certs import subject
from signing.development.pki import DevelopmentPki
from signing.keys.credential import load_certificates

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def certified(pki: DevelopmentPki, public: PublicKey | bytes, name: str) -> x509.Certificate:
    """A certificate for signing documents, by the intermediate authority of `pki`."""
    if isinstance(public, bytes):
        loaded = serialization.load_der_public_key(public)
        assert isinstance(loaded, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        public = loaded
    issuer = pyca.load_pem_x509_certificate((pki.folder / "certificates" / "intermediate.pem").read_bytes())
    key = serialization.load_pem_private_key(
        (pki.folder / "private" / "intermediate.key.pem").read_bytes(), None
    )
    assert isinstance(key, rsa.RSAPrivateKey)
    now = datetime.now(UTC)
    usages = dict.fromkeys(
        [
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ],
        False,
    )
    made = (
        pyca.CertificateBuilder()
        .subject_name(subject(name, "Ủy ban nhân dân phường Mẫu Thử"))
        .issuer_name(issuer.subject)
        .public_key(public)
        .serial_number(pyca.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(pyca.BasicConstraints(False, None), critical=True)
        .add_extension(
            pyca.KeyUsage(digital_signature=True, content_commitment=True, **usages), critical=True
        )
        .add_extension(pyca.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            pyca.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return x509.Certificate.load(made.public_bytes(Encoding.DER))


def above(pki: DevelopmentPki) -> tuple[x509.Certificate, ...]:
    """Intermediate and root."""
    return (
        *load_certificates(pki.folder / "certificates" / "intermediate.pem"),
        *load_certificates(pki.root_path),
    )
