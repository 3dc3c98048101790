"""Real RFC 3161 authorities for tests: OpenSSL's responder, and the embedded one, behind a small HTTP server."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import cms, tsp

from models.ports import Clock
from signing.development.pki import DevelopmentPki
from signing.timestamps.authorities import EmbeddedTsa, _signed_token, _timestamp_info

Answer = Callable[[bytes], tuple[int, bytes]]
"""From the DER query to HTTP status and DER reply."""

OPENSSL_CONFIG = """
[tsa]
default_tsa = unit
[unit]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Asked:
    """What else came with a query."""

    headers: Message


@contextmanager
def served(
    answer: Answer | Callable[[bytes, Asked], tuple[int, bytes]], tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Serve `answer` on the loopback; yields its URL. With `tls` it is told who asks."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            status, body = answer(query) if tls is None else answer(query, Asked(self.headers))  # type: ignore[call-arg]
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def finish_request(self, request: Any, client_address: Any) -> None:
            """The handshake is the thread's own matter: one that fails, as is tested, hinders nobody."""
            if tls is not None:
                try:
                    request = tls.wrap_socket(request, server_side=True)
                except (ssl.SSLError, OSError):
                    return
            super().finish_request(request, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def openssl_authority(pki: Path, folder: Path) -> Answer:
    """OpenSSL's responder with the TSA key of the development PKI in `pki`: no line of ours in it."""
    (folder / "tsa.conf").write_text(OPENSSL_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")

    one_at_a_time = threading.Lock()

    def answer(query: bytes) -> tuple[int, bytes]:
        with one_at_a_time:
            return reply(query)

    def reply(query: bytes) -> tuple[int, bytes]:
        (folder / "query").write_bytes(query)
        command: list[str | Path] = [
            "openssl",
            "ts",
            "-reply",
            "-queryfile",
            folder / "query",
            "-out",
            folder / "reply",
        ]
        command += ["-config", folder / "tsa.conf", "-signer", pki / "certificates/tsa.pem"]
        command += ["-inkey", pki / "private/tsa.key.pem", "-chain", pki / "certificates/intermediate.pem"]
        subprocess.run(command, capture_output=True, check=True)
        return 200, (folder / "reply").read_bytes()

    return answer


def embedded_authority(pki: DevelopmentPki, clock: Clock, *, policy: str | None = None) -> Answer:
    """The embedded authority behind HTTP: quick, and its clock and policy are the test's."""
    authority = EmbeddedTsa.for_development(pki, clock)

    def answer(query: bytes) -> tuple[int, bytes]:
        asked = tsp.TimeStampReq.load(query)
        imprint = asked["message_imprint"]
        info = tsp.TSTInfo.load(
            _timestamp_info(
                imprint["hashed_message"].native,
                imprint["hash_algorithm"]["algorithm"].native,
                authority.credential.certificate,
                clock.now(),
            )
        )
        info["nonce"] = asked["nonce"].native
        if policy is not None:
            info["policy"] = policy
        token = cms.ContentInfo.load(_signed_token(info.dump(force=True), authority.credential))
        return 200, tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()

    return answer
