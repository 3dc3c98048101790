"""What is asked about certificates over HTTP: responders (RFC 6960), revocation lists, issuers; addresses are theirs.

Here answers are only taken in; whether one counts is judged in `signing.status.judging`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from asn1crypto import crl, ocsp, pem, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp as pyca_ocsp

from signing.asking import SCHEMES, Client, NoAnswer
from signing.trust import parse_answer, parse_list

ANSWER_LIMIT = 256 << 10
LIST_LIMIT = 16 << 20
ISSUER_LIMIT = 256 << 10
"""Bytes; no honest answer, list or file of issuers is longer."""
MOST_ADDRESSES = 3
"""So many addresses of a kind are tried for one certificate."""
NONCE_BYTES = 32


@dataclass(frozen=True)
class Questions:
    """Asks with limits of time and size. Safe to share between threads."""

    timeout: float = 10.0
    """Seconds for one question."""
    client: Client | None = field(default=None, repr=False)
    """Another client, for tests of faults."""

    def status(self, url: str, certificate: x509.Certificate, issuer: x509.Certificate) -> ocsp.OCSPResponse:
        """What the responder at `url` says about `certificate`, with our nonce or none. Raises NoAnswer."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        try:
            question = pyca_ocsp.OCSPRequestBuilder().add_certificate(
                pyca.load_der_x509_certificate(certificate.dump()),
                pyca.load_der_x509_certificate(issuer.dump()),
                hashes.SHA1(),  # an identifier, not a proof; the only one that all responders know (RFC 5019)
            )
            question = question.add_extension(pyca.OCSPNonce(nonce), critical=False)
            body = question.build().public_bytes(Encoding.DER)
        except ValueError as error:
            raise NoAnswer(f"nothing can be asked about the certificate: {error}") from error
        data = self._client(ANSWER_LIMIT).post(
            url, body, "application/ocsp-request", "application/ocsp-response"
        )
        try:
            answer = parse_answer(data)
            status = answer["response_status"].native
            if status != "successful":
                raise NoAnswer(f"the responder said {status}")
            returned = answer.nonce_value
        except (ValueError, TypeError, KeyError) as error:
            raise NoAnswer(f"no status answer: {error}") from error
        # Most responders answer from stock and leave the nonce out: then the answer's own period decides.
        if returned is not None and returned.native != nonce:
            raise NoAnswer("an answer to another question: its nonce is not ours")
        return answer

    def revocation_list(self, url: str) -> crl.CertificateList:
        """The revocation list at `url`, DER or PEM. Raises NoAnswer."""
        data = self._client(LIST_LIMIT).get(url)
        try:
            return parse_list(pem.unarmor(data)[2] if pem.detect(data) else data)
        except (ValueError, TypeError, KeyError) as error:
            raise NoAnswer(f"no revocation list: {error}") from error

    def issuers(self, url: str) -> tuple[x509.Certificate, ...]:
        """The certificates at `url`: one in DER, or several in PEM or PKCS#7 (RFC 5280, 4.2.2.1). Raises NoAnswer."""
        data = self._client(ISSUER_LIMIT).get(url)
        try:
            found = _certificates(data)
            return tuple(x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in found)
        except (ValueError, TypeError) as error:
            raise NoAnswer(f"no certificates: {error}") from error

    def _client(self, limit: int) -> Client:
        return self.client or Client(self.timeout, limit)


def responders(certificate: x509.Certificate) -> tuple[str, ...]:
    """Where the certificate says its status is told (AIA, id-ad-ocsp)."""
    return _over_http(certificate.ocsp_urls)


def list_places(certificate: x509.Certificate) -> tuple[str, ...]:
    """Where the certificate says the lists lie that would name it; only lists for all reasons, of its own issuer."""
    points = certificate.crl_distribution_points
    plain = [point for point in points if not point["reasons"].native and not point["crl_issuer"].native]
    return _over_http(url for point in plain for url in _full_names(point))


def issuer_places(certificate: x509.Certificate) -> tuple[str, ...]:
    """Where the certificate says its issuer's certificate lies (AIA, id-ad-caIssuers)."""
    access = certificate.authority_information_access_value or ()
    return _over_http(
        one["access_location"].native
        for one in access
        if one["access_method"].native == "ca_issuers"
        and one["access_location"].name == "uniform_resource_identifier"
    )


def _full_names(point: x509.DistributionPoint) -> Iterator[str]:
    name = point["distribution_point"]
    if name.name == "full_name":
        for place in name.chosen:
            if place.name == "uniform_resource_identifier":
                yield place.native


def _over_http(urls: object) -> tuple[str, ...]:
    found = [url for url in urls if str(url).partition("://")[0].lower() in SCHEMES]  # type: ignore[attr-defined]
    return tuple(dict.fromkeys(found))[:MOST_ADDRESSES]


def _certificates(data: bytes) -> list[pyca.Certificate]:
    if pem.detect(data):
        label = pem.unarmor(data)[0]
        return (
            pkcs7.load_pem_pkcs7_certificates(data)
            if label in ("PKCS7", "CMS")
            else pyca.load_pem_x509_certificates(data)
        )
    try:
        return [pyca.load_der_x509_certificate(data)]
    except ValueError:
        return pkcs7.load_der_pkcs7_certificates(data)
