"""Builds the certificates, revocation lists and status answers of the development PKI; no files, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, ExtensionOID, NameOID

NOTICE_VI = "PHÁT TRIỂN - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
NOTICE_EN = "DEVELOPMENT - NO LEGAL VALUE"
NOTICE_SHORT = "NO LEGAL VALUE"
"""For common names, which X.509 limits to 64 bytes."""

KEY_BITS = 2048
"""RSA, as the specialised certificates of public service use; the least that TT 15/2025 allows."""

SKEW = timedelta(hours=1)
"""Certificates and lists begin this much earlier, so that a slightly slow clock elsewhere accepts them."""

RESPONDER = "http://ocsp.ecopy.invalid/"
"""Answers are made in process; nothing listens at this address (RFC 2606 reserves the name)."""

Revocations: TypeAlias = dict[int, datetime]
"""Serial number → moment of revocation."""


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Purpose:
    """What a certificate may be used for, and for how long."""

    usages: frozenset[str]
    extended: tuple[x509.ObjectIdentifier, ...] = ()
    extended_critical: bool = False
    ocsp_no_check: bool = False
    declares_responder: bool = False
    authority_depth: int | None = None
    """Path length of a certification authority; None for an end entity."""
    lifetime: timedelta = timedelta(days=3 * 365)


ROOT = Purpose(frozenset({"key_cert_sign", "crl_sign"}), authority_depth=1, lifetime=timedelta(days=20 * 365))
INTERMEDIATE = Purpose(
    frozenset({"key_cert_sign", "crl_sign"}), authority_depth=0, lifetime=timedelta(days=15 * 365)
)
SIGNING = Purpose(frozenset({"digital_signature", "content_commitment"}), declares_responder=True)
TIMESTAMPING = Purpose(
    frozenset({"digital_signature"}),
    extended=(ExtendedKeyUsageOID.TIME_STAMPING,),
    extended_critical=True,  # RFC 3161, 2.3
    declares_responder=True,
    lifetime=timedelta(days=10 * 365),
)
STATUS = Purpose(
    frozenset({"digital_signature"}),
    extended=(ExtendedKeyUsageOID.OCSP_SIGNING,),
    ocsp_no_check=True,  # RFC 6960, 4.2.2.2.1: nobody need ask about the responder itself
    lifetime=timedelta(days=10 * 365),
)


def subject(common_name: str, organisation: str, identifier: str | None = None) -> x509.Name:
    """A distinguished name that says twice, in two languages, that it has no legal value."""
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, NOTICE_VI),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, NOTICE_EN),
    ]
    if identifier is not None:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, identifier))
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    return x509.Name(parts)


def issue(
    name: x509.Name,
    purpose: Purpose,
    now: datetime,
    issuer: Issued | None = None,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None,
) -> Issued:
    """A certificate for `name` and `key` (a fresh RSA one by default), signed by `issuer`, or by itself without one."""
    key = key or rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    authority_name = issuer.certificate.subject if issuer else name
    authority_key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + purpose.lifetime)
        .add_extension(
            x509.BasicConstraints(purpose.authority_depth is not None, purpose.authority_depth), critical=True
        )
        .add_extension(_key_usage(purpose.usages), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
    )
    if purpose.extended:
        usage = x509.ExtendedKeyUsage(list(purpose.extended))
        builder = builder.add_extension(usage, critical=purpose.extended_critical)
    if purpose.ocsp_no_check:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    if purpose.declares_responder:
        # verifiers look at embedded OCSP answers only for certificates that declare a responder
        place = x509.UniformResourceIdentifier(RESPONDER)
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    return Issued(builder.sign(authority_key, hashes.SHA256()), key)


def _key_usage(usages: frozenset[str]) -> x509.KeyUsage:
    known = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{usage: usage in usages for usage in known})


def revocation_list(
    authority: Issued, revoked: Revocations, now: datetime, lifetime: timedelta
) -> x509.CertificateRevocationList:
    """The authority's list as of `now`; its number is the moment in milliseconds, so it only grows."""
    number = int(now.timestamp() * 1000)
    identifier = authority.certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_KEY_IDENTIFIER)
    assert isinstance(identifier.value, x509.SubjectKeyIdentifier)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - SKEW)
        .next_update(now + lifetime)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier.value), critical=False
        )
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for serial, moment in sorted(revoked.items()):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(authority.key, hashes.SHA256())


def status_answer(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    responder: Issued,
    revoked: Revocations,
    now: datetime,
    lifetime: timedelta,
) -> bytes:
    """A DER OCSP response (RFC 6960) about one certificate, as of `now`."""
    moment = revoked.get(certificate.serial_number)
    response = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=issuer,
        algorithm=hashes.SHA1(),  # an identifier, not a proof; the only one that all clients know (RFC 5019)
        cert_status=ocsp.OCSPCertStatus.GOOD if moment is None else ocsp.OCSPCertStatus.REVOKED,
        this_update=now,
        next_update=now + lifetime,
        revocation_time=moment,
        revocation_reason=None,
    )
    response = response.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    signed = response.certificates([responder.certificate]).sign(responder.key, hashes.SHA256())
    return signed.public_bytes(Encoding.DER)
