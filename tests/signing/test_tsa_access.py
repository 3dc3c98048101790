"""Authorities that do not serve everybody: over TLS, with a password, with a certificate of the client's."""

from __future__ import annotations

import base64
import hashlib
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from models.errors import BadSettings, TimestampUnavailable
from models.signatures import Level, Verdict
from pipeline.settings import load_settings
from pipeline.trust_services import authorities
from signing.judging.verify import verify_pdf
from signing.making.signer import PdfSigner
from signing.timestamps.access import accesses, origin
from signing.timestamps.authorities import HttpTsa
from tests.openssl_tsa import Asked, embedded_authority, served
from tests.signing.support import Bench, request

DIGEST = hashlib.sha256(b"x").digest()
USER, PASSWORD, LOCK = "so-tư-pháp", "xoài cóc: ổi", "mít tố nữ"


@dataclass
class House:
    """An authority's server and its client, each with a certificate of the same little root."""

    folder: Path
    bench: Bench
    seen: list[Asked] = field(default_factory=list)
    password: str = PASSWORD

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._issued("Root", self.key, ca=True)
        self._write("root.pem", self.root.public_bytes(Encoding.PEM))
        for name in ("server", "client"):
            key = ec.generate_private_key(ec.SECP256R1())
            own = self._issued(name, key).public_bytes(Encoding.PEM)
            bare = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            locked = key.private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(LOCK.encode())
            )
            for file, content in (("pem", own), ("key", bare), ("locked", locked), ("both", own + bare)):
                self._write(f"{name}.{file}", content)
        self._write("password", f"{PASSWORD}\n".encode())
        self._write("lock", f"{LOCK}\n".encode())

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(content)
        path.chmod(0o400)

    def put(self, name: str, content: str) -> None:
        self._write(name, content.encode())

    def _issued(self, name: str, key: ec.EllipticCurvePrivateKey, *, ca: bool = False) -> x509.Certificate:
        names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, "Root")]
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(names[0])
            .issuer_name(names[1])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )

    def _answer(self, query: bytes, asked: Asked) -> tuple[int, bytes]:
        self.seen.append(asked)
        wanted = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        if self.password and asked.headers.get("Authorization") != f"Basic {wanted}":
            return 401, b""
        return embedded_authority(self.bench.pki, self.bench.clock)(query)

    @contextmanager
    def open(self, *, mutual: bool = False) -> Iterator[str]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.both")
        if mutual:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.folder / "root.pem")
        with served(self._answer, context) as url:
            yield url

    def line(self, url: str, *names: str, **more: str) -> str:
        """The entry for `url` with the files called so."""
        files = {"password": "password-source", "lock": "key-password-source", "root.pem": "ca-file"}
        options = [f"user={USER}"] if "password" in names else []
        for name in names:
            option = files.get(name) or (
                "certificate" if name in ("client.pem", "client.both") else "key-source"
            )
            options.append(f"{option}={self.folder / name}")
        return f"{url.rstrip('/')}?{'&'.join(options)}"

    def tsa(self, url: str, *names: str) -> HttpTsa:
        return HttpTsa(
            url,
            timeout=5,
            tries=2,
            sleep=lambda _: None,
            access=accesses(self.line(url, *names))[origin(url)],
        )


@pytest.fixture
def house(bench: Bench, tmp_path: Path) -> House:
    folder = tmp_path / "house"
    folder.mkdir()
    return House(folder, bench)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What was said in errors, to which the logs of everybody are added in the end: no secret may be in it."""
    caplog.set_level(logging.DEBUG)
    words: list[str] = []
    yield words
    words += [caplog.text, *(str(vars(record)) for record in caplog.records)]
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    for secret in (PASSWORD, LOCK, pair, "xoài", "mít"):
        assert not any(secret in word for word in words)


def _trouble(tsa: HttpTsa, told: list[str]) -> str:
    with pytest.raises(TimestampUnavailable) as fault:
        tsa.token(DIGEST, "sha256")
    told += [repr(tsa), repr(fault.value), str(fault.value.__cause__), str(fault.value.details)]
    told += [fault.value.message("vi"), fault.value.message("en")]
    return str(fault.value.details["reason"])


def test_a_password_opens_the_way_to_a_whole_signature(house: House, source: Path, told: list[str]) -> None:
    bench = house.bench
    with house.open() as url:
        tsa = house.tsa(url, "password", "root.pem")
        signer = PdfSigner.for_development(bench.pki, "vanthu", bench.clock, tsa)
        signer.sign(source, bench.folder / "out.pdf", request(Level.B_LTA, bench.clock))
        told.append(repr(signer.tsa))
    report = verify_pdf(bench.folder / "out.pdf", bench.trust)
    assert (report.verdict, report.signatures[0].level) == (Verdict.VALID, Level.B_LTA)


def test_a_wrong_password_is_sent_once_and_a_new_one_at_once(house: House, told: list[str]) -> None:
    with house.open() as url:
        tsa = house.tsa(url, "password", "root.pem")
        house.password = "changed"
        assert "401" in _trouble(tsa, told)
        for again in (tsa, house.tsa(url, "password", "root.pem")):
            assert "refused before" in _trouble(again, told)
        assert len(house.seen) == 1
        house.put("password", "changed")
        assert tsa.token(DIGEST, "sha256")
        house.put("password", "")
        assert "empty" in _trouble(tsa, told)
        (house.folder / "password").unlink()
        assert "password" in _trouble(tsa, told)
    assert len(house.seen) == 2


def test_a_failing_service_does_not_spoil_the_password(
    house: House, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.open() as url:
        tsa = house.tsa(url, "password", "root.pem")
        with monkeypatch.context() as failing:
            failing.setattr(
                "tests.signing.test_tsa_access.embedded_authority", lambda *_: lambda _: (503, b"")
            )
            assert "503" in _trouble(tsa, told)
        assert tsa.token(DIGEST, "sha256")


@pytest.mark.parametrize(
    "files", [("client.both",), ("client.pem", "client.key"), ("client.pem", "client.locked", "lock")]
)
def test_a_certificate_opens_the_way(house: House, files: tuple[str, ...], told: list[str]) -> None:
    house.password = ""
    with house.open(mutual=True) as url:
        assert house.tsa(url, *files, "root.pem").token(DIGEST, "sha256")
        told.append(repr(house.tsa(url, *files, "root.pem")))
        assert not house.seen[0].headers.get("Authorization")
        _trouble(house.tsa(url, "root.pem"), told)
    assert len(house.seen) == 1


def test_a_certificate_that_cannot_be_used_says_so_and_is_read_anew(house: House, told: list[str]) -> None:
    house.password = ""
    with house.open(mutual=True) as url:
        tsa = house.tsa(url, "client.pem", "client.locked", "lock", "root.pem")
        house.put("lock", "another")
        assert "ECOPY_TSA_ACCESS" in _trouble(tsa, told)
        house.put("lock", LOCK)
        assert tsa.token(DIGEST, "sha256")
        context = tsa.access.context()
        assert tsa.access.context() is context  # made once
        (house.folder / "client.pem").unlink()
        assert "client.pem" in _trouble(tsa, told)
        house.put("client.pem", "no certificate")
        assert "ECOPY_TSA_ACCESS" in _trouble(tsa, told)


def test_nothing_is_said_to_a_server_that_we_do_not_trust(house: House, told: list[str]) -> None:
    with house.open() as url:
        assert "CERTIFICATE_VERIFY_FAILED" in _trouble(house.tsa(url, "password"), told)
    assert house.seen == []


@pytest.mark.parametrize(
    "line",
    [
        "tsa.vn?user=a&password-source=/p",
        "http://tsa.vn?user=a&password-source=/p",
        "https://a:b@tsa.vn?user=a&password-source=/p",
        "https://tsa.vn/path?user=a&password-source=/p",
        "https://tsa.vn:x?user=a&password-source=/p",
        "https://tsa.vn?user=a",
        "https://tsa.vn?password-source=/p",
        "https://tsa.vn?user=a:b&password-source=/p",
        "https://tsa.vn?user=a&password=b",
        "https://tsa.vn?user=a&password-source=p",
        "https://tsa.vn?key-source=/k",
        "https://tsa.vn?certificate=/c&colour=red",
        "https://tsa.vn",
        "https://tsa.vn?ca-file=/c https://TSA.vn:443?ca-file=/c",
        "http://127.0.0.1?certificate=/c",
    ],
)
def test_a_line_that_cannot_be_right_is_refused_at_the_start(line: str) -> None:
    with pytest.raises(BadSettings, match="ECOPY_TSA_ACCESS"):
        accesses(line)


def test_the_settings_say_who_lets_us_in_and_how(tmp_path: Path) -> None:
    urls = "https://tsa.vn/stamp http://free.vn/"
    line = "https://tsa.vn?user=a%20b&password-source=/p&ca-file=/c"
    chain = authorities(load_settings(home=tmp_path, tsa_urls=urls, tsa_access=line))
    first, second = (member.authority.access for member in chain._members)  # type: ignore[attr-defined]
    assert (first.user, first.ca_file, second.user) == ("a b", Path("/c"), None)
    with pytest.raises(BadSettings, match=r"other\.vn:443 is not among ECOPY_TSA_URLS"):
        authorities(
            load_settings(home=tmp_path, tsa_urls=urls, tsa_access=line.replace("tsa.vn", "other.vn"))
        )
    for secret in ("https://user:4711@tsa.vn/", "https://user@tsa.vn/"):
        with pytest.raises(BadSettings, match="ECOPY_TSA_ACCESS") as told:
            load_settings(home=tmp_path, tsa_urls=secret)
        assert "4711" not in repr(told.value)
