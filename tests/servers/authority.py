"""A certification authority over HTTP: certificates, OCSP, lists and issuers of a PKI made on the spot, and every way to go
wrong. What it answers is what `answers` says by path; without a word there it behaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.keys.credential import Credential
from signing.keys.memory import MemoryKey
from signing.trust import TrustStore

Answer = tuple[int, dict[str, str], bytes]
Answerer = Callable[[bytes], Answer]
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Pair:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def asn1(self) -> asn1.Certificate:
        return asn1.Certificate.load(self.certificate.public_bytes(Encoding.DER))

    def credential(self, *chain: Pair) -> Credential:
        return Credential(self.asn1, tuple(one.asn1 for one in chain), MemoryKey(self.key))


@dataclass
class Authority:
    """Root, intermediate and responder; more is issued on demand. `url` is where it is served."""

    url: str
    now: datetime
    answers: dict[str, Answerer] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    revoked: dict[int, datetime] = field(default_factory=dict)
    root: Pair = field(init=False)
    intermediate: Pair = field(init=False)
    responder: Pair = field(init=False)

    def __post_init__(self) -> None:
        self.root = self.issue("Root", None, ca=True)
        self.intermediate = self.issue("Intermediate", self.root, ca=True, lists="root")
        self.responder = self.issue(
            "OCSP",
            self.intermediate,
            purpose=ExtendedKeyUsageOID.OCSP_SIGNING,
            no_check=True,
            usages=("digital_signature",),
        )

    @property
    def trust(self) -> TrustStore:
        return TrustStore(anchors=(self.root.asn1,))

    def signer(self, name: str = "Signer", **options: Any) -> Pair:
        """Somebody who signs, with all addresses in the certificate unless told otherwise."""
        given: dict[str, Any] = {"status": "ocsp", "lists": "intermediate", "issuer_at": "intermediate"}
        return self.issue(name, self.intermediate, **{**given, **options})

    def tsa(self, **options: Any) -> Pair:
        critical = {"purpose": ExtendedKeyUsageOID.TIME_STAMPING, "usages": ("digital_signature",)}
        return self.signer("TSA", **{**critical, **options})

    def issue(
        self,
        name: str,
        issuer: Pair | None,
        *,
        ca: bool = False,
        usages: tuple[str, ...] = ("digital_signature", "content_commitment"),
        purpose: x509.ObjectIdentifier | None = None,
        no_check: bool = False,
        status: str | None = None,
        lists: str | None = None,
        issuer_at: str | None = None,
        begins: timedelta = -YEAR,
        ends: timedelta = YEAR,
    ) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        above = issuer or Pair(None, key)  # type: ignore[arg-type]
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + begins)
            .not_valid_after(self.now + ends)
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(_usage({"key_cert_sign", "crl_sign"} if ca else set(usages)), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(above.key.public_key()), critical=False
            )
        )
        if purpose is not None:
            critical = purpose == ExtendedKeyUsageOID.TIME_STAMPING
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=critical)
        if no_check:
            builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
        places = [(Access.OCSP, status, "ocsp"), (Access.CA_ISSUERS, issuer_at, "issuers")]
        access = [
            x509.AccessDescription(method, x509.UniformResourceIdentifier(f"{self.url}/{kind}/{place}"))
            for method, place, kind in places
            if place is not None
        ]
        if access:
            builder = builder.add_extension(x509.AuthorityInformationAccess(access), critical=False)
        if lists is not None:
            place = x509.UniformResourceIdentifier(f"{self.url}/lists/{lists}")
            point = x509.DistributionPoint([place], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return Pair(builder.sign(above.key, hashes.SHA256()), key)

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────

    def status(
        self,
        query: bytes,
        *,
        responder: Pair | None = None,
        begins: timedelta = timedelta(minutes=-1),
        ends: timedelta | None = timedelta(days=2),
        about: Pair | None = None,
        nonce: bytes | None = b"",
        status: ocsp.OCSPCertStatus | None = None,
    ) -> bytes:
        """A DER answer to a DER query about a certificate of the intermediate; `nonce`: b"" repeats the query's."""
        asked = ocsp.load_der_ocsp_request(query)
        serial = about.certificate.serial_number if about else asked.serial_number
        moment = self.revoked.get(serial)
        said = status or (ocsp.OCSPCertStatus.REVOKED if moment else ocsp.OCSPCertStatus.GOOD)
        by = responder or self.responder
        digest = x509.SubjectKeyIdentifier.from_public_key(self.intermediate.key.public_key()).digest
        name = hashes.Hash(hashes.SHA1())
        name.update(self.intermediate.certificate.subject.public_bytes())
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                name.finalize(),
                digest,
                serial,
                hashes.SHA1(),
                said,
                self.now + begins,
                self.now + ends if ends is not None else None,
                (moment or self.now) if said is ocsp.OCSPCertStatus.REVOKED else None,
                None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
            .certificates([by.certificate])
        )
        own = [one.value.nonce for one in asked.extensions if isinstance(one.value, x509.OCSPNonce)]
        if nonce is not None and (nonce or own):
            builder = builder.add_extension(x509.OCSPNonce(nonce or own[0]), critical=False)
        return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def list_of(
        self,
        issuer: Pair,
        *,
        key: ec.EllipticCurvePrivateKey | None = None,
        begins: timedelta = timedelta(minutes=-1),
        ends: timedelta = timedelta(days=2),
    ) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(self.now + begins)
            .next_update(self.now + ends)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
            )
            .add_extension(x509.CRLNumber(1), critical=False)
        )
        for serial, moment in self.revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(key or issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def answer(self, path: str, body: bytes) -> Answer:
        self.seen.append(path)
        if path in self.answers:
            return self.answers[path](body)
        good: dict[str, Callable[[], bytes]] = {
            "/ocsp/ocsp": lambda: self.status(body),
            "/lists/root": lambda: self.list_of(self.root),
            "/lists/intermediate": lambda: self.list_of(self.intermediate),
            "/issuers/intermediate": lambda: self.intermediate.certificate.public_bytes(Encoding.DER),
            "/issuers/root": lambda: self.root.certificate.public_bytes(Encoding.DER),
        }
        return (200, {}, good[path]()) if path in good else (404, {}, b"")

    def asked(self, kind: str) -> int:
        """How often something of this kind was asked for: `ocsp`, `lists` or `issuers`."""
        return sum(path.startswith(f"/{kind}/") for path in self.seen)


def saying(body: bytes, status: int = 200, **headers: str) -> Answerer:
    return lambda _query: (status, headers, body)


@contextmanager
def authority(now: datetime) -> Iterator[Authority]:
    """A fresh PKI at `now`, served on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, content = made.answer(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _any  # noqa: N815 - the library's names

        def log_message(self, *args: object) -> None:
            """Tests look at `seen`."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Clients that hang up are what is tested."""

    server = Server(("127.0.0.1", 0), Handler)
    made = Authority(f"http://127.0.0.1:{server.server_port}", now)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def _usage(wanted: set[str]) -> x509.KeyUsage:
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
    return x509.KeyUsage(**{usage: usage in wanted for usage in known})


def slowly(body: bytes, seconds: float) -> Answerer:
    """The answer after a while."""

    def answer(_query: bytes) -> Answer:
        time.sleep(seconds)
        return 200, {}, body

    return answer
