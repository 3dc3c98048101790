"""A message goes to the address that was judged and nowhere else, and no receiver holds a sender longer than the limit."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from models.errors import BadSettings
from pipeline.events.addresses import Gate
from pipeline.events.sending import LONGEST_WAIT_S, Sender, Sent
from pipeline.settings import load_settings
from tests.web.receiver import receiver

HERE = Gate(networks=("127.0.0.0/8", "::1/128"), plain_http=True)
SENDER = Sender(HERE, timeout_s=10)
HASTY = Sender(HERE, timeout_s=0.4)


def test_a_message_arrives_with_its_headers_and_nothing_else() -> None:
    with receiver() as there:
        assert SENDER.post(f"{there.url}?a=b", b'{"x":1}', {"webhook-id": "1"}) == Sent(204)
    (got,) = there.got
    assert (got.path, got.body, got.headers["webhook-id"]) == ("/ecopy?a=b", b'{"x":1}', "1")
    assert got.headers["host"] == there.url.split("/")[2]
    assert set(got.headers) == {
        "host", "content-type", "content-length", "connection", "user-agent", "webhook-id",
    }  # fmt: skip


def test_a_redirect_is_not_followed() -> None:
    with receiver() as inside:
        with receiver(lambda _: (307, {"Location": inside.url})) as there:
            assert SENDER.post(there.url, b"{}", {}) == Sent(307, "redirect")
        assert inside.got == []


@pytest.mark.parametrize(
    ("status", "asked", "wait"),
    [
        (503, "120", 120),
        (429, "999999", LONGEST_WAIT_S),
        (503, "-1", None),
        (503, "Wed, 21 Oct", None),
        (500, "9", None),
    ],
)
def test_how_long_to_wait_is_heeded_within_limits(status: int, asked: str, wait: int | None) -> None:
    with receiver(lambda _: (status, {"Retry-After": asked})) as there:
        assert SENDER.post(there.url, b"{}", {}) == Sent(status, "http", wait)


def test_the_name_is_resolved_once_and_only_the_judged_address_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name whose second answer is another place (DNS rebinding) gains nothing by it."""
    asked: list[str] = []
    connected: list[str] = []

    def resolve(host: str, port: int, *_: object, **__: object) -> list[object]:
        asked.append(host)
        place = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address[0])
        made = socket.socket()
        made.settimeout(timeout)
        made.connect(address)
        return made

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with receiver() as there:
        port = there.url.split(":")[2].split("/")[0]
        assert SENDER.post(f"http://tthc.vn:{port}/x", b"{}", {}).fault is None
    assert (asked, connected) == (["tthc.vn"], ["127.0.0.1"])
    assert there.got[0].headers["host"] == f"tthc.vn:{port}"


def test_a_closed_address_is_not_even_connected_to() -> None:
    with receiver() as there:
        assert Sender(Gate(plain_http=True), 10).post(there.url, b"{}", {}) == Sent(fault="refused")
    assert there.got == []


def test_nobody_at_the_port_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        assert SENDER.post(url, b"{}", {}) == Sent(fault="no_connection")


def _says_nothing(peer: socket.socket, over: threading.Event) -> None:
    over.wait(30)


def _drips(peer: socket.socket, over: threading.Event) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.wait(0.05):
        peer.sendall(b"X")


def _hangs_up(peer: socket.socket, over: threading.Event) -> None:
    peer.recv(1)


def _talks_nonsense(peer: socket.socket, over: threading.Event) -> None:
    peer.recv(65536)
    peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


def _never_ends_its_headers(peer: socket.socket, over: threading.Event) -> None:
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * (1 << 20))


def _pours(peer: socket.socket, over: threading.Event) -> None:
    """A good answer with a body that has no end: nobody reads it."""
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not over.is_set():
        peer.sendall(b"x" * 65536)


@pytest.mark.parametrize(
    ("does", "told"),
    [
        (_says_nothing, Sent(fault="timeout")),
        (_drips, Sent(fault="timeout")),
        (_hangs_up, Sent(fault="no_connection")),
        (_talks_nonsense, Sent(fault="no_http")),
        (_never_ends_its_headers, Sent(fault="no_http")),
        (_pours, Sent(200)),
    ],
)
def test_a_peer_that_misbehaves_is_left_at_the_limit(
    does: Callable[[socket.socket, threading.Event], None], told: Sent
) -> None:
    with _peer(does) as port:
        assert HASTY.post(f"http://127.0.0.1:{port}/", b"{}", {}) == told


def test_a_handshake_that_does_not_end_is_left_at_the_limit() -> None:
    with _peer(_says_nothing) as port:
        assert HASTY.post(f"https://localhost:{port}/", b"{}", {}) == Sent(fault="timeout")


def test_a_receiver_is_known_by_its_certificate(tmp_path: Path) -> None:
    certificate = _certificate(tmp_path, "localhost")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    trusting = Sender(HERE, timeout_s=10, ca_file=certificate)
    with receiver(tls=server) as there:
        assert SENDER.post(there.url, b"{}", {}) == Sent(fault="tls"), "its root is not known"
        assert trusting.post(there.url.replace("localhost", "127.0.0.1"), b"{}", {}) == Sent(fault="tls")
        assert there.got == []
        assert trusting.post(there.url, b"{}", {}) == Sent(204)


def test_a_file_of_roots_that_holds_none_is_told_at_the_start(tmp_path: Path) -> None:
    bad = tmp_path / "roots.pem"
    bad.write_text("no certificate")
    with pytest.raises(BadSettings, match="ECOPY_HOOK_CA_FILE"):
        Sender.of(load_settings(home=tmp_path, hook_ca_file=bad))


@contextmanager
def _peer(does: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                try:
                    does(peer, over)
                except OSError:
                    return  # the sender went away

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            thread.join(10)


def _certificate(folder: Path, name: str) -> Path:
    """A certificate for `name` with its key in one file; it is its own root."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path
