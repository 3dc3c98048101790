"""A proxy before a real S3 server that fails as networks and stores do: down, slow, full, cut off, forgetful, wrong."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

FULL = b"<?xml version='1.0'?><Error><Code>QuotaExceeded</Code><Message>no space</Message></Error>"
SKEWED = b"<?xml version='1.0'?><Error><Code>RequestTimeTooSkewed</Code><Message>late</Message></Error>"


@dataclass
class Faults:
    """What goes wrong, each so many times; -1 is always."""

    endpoint: str
    """The real server."""
    methods: tuple[str, ...] = ("GET", "PUT", "POST", "HEAD", "DELETE")
    """What it happens to."""
    refuse: int = 0
    """Close the connection without a word."""
    swallow: int = 0
    """Do what is asked, and close the connection before the answer."""
    delay_s: float = 0
    cut_up: int = 0
    """Read part of what is sent, then close."""
    cut_down: int = 0
    """Answer with half of the body, then close."""
    forget: int = 0
    """Answer that it is done, and do nothing."""
    change_up: int = 0
    """Change one byte on the way to the server."""
    change_down: int = 0
    """Change one byte on the way from it."""
    answer: tuple[int, bytes] | None = None
    """Answer with this instead."""
    seen: list[str] = field(default_factory=list)
    wait: Callable[[float], object] = threading.Event().wait

    def take(self, name: str, method: str) -> bool:
        left = getattr(self, name)
        if left == 0 or method not in self.methods:
            return False
        setattr(self, name, left - 1 if left > 0 else left)
        return True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    faults: ClassVar[Faults]

    def _pass_on(self) -> None:
        faults, method = self.faults, self.command
        faults.seen.append(f"{method} {self.path}")
        length = int(self.headers.get("content-length") or 0)
        if faults.take("cut_up", method):
            self.rfile.read(length // 2)
            return self._hang_up()
        body = self.rfile.read(length)
        if method in faults.methods and faults.delay_s:
            faults.wait(faults.delay_s)
        if faults.take("refuse", method):
            return self._hang_up()
        if method in faults.methods and faults.answer is not None:
            return self._answer(faults.answer[0], [("content-type", "application/xml")], faults.answer[1])
        if faults.take("forget", method):
            return self._answer(200, [("etag", '"0"')], b"")
        if body and faults.take("change_up", method):
            body = bytes([body[0] ^ 1]) + body[1:]
        server = http.client.HTTPConnection(faults.endpoint, timeout=30)
        server.request(method, self.path, body=body, headers=dict(self.headers))
        answer = server.getresponse()
        content = answer.read()
        server.close()
        if faults.take("swallow", method):
            return self._hang_up()
        if content and faults.take("change_down", method):
            content = content[:-1] + bytes([content[-1] ^ 1])
        half = bool(content) and faults.take("cut_down", method)
        hop = {"connection", "transfer-encoding", "content-length"}
        headers = [(k, v) for k, v in answer.getheaders() if k.lower() not in hop]
        told = answer.getheader("content-length") if method == "HEAD" else str(len(content))
        self._answer(answer.status, [*headers, ("content-length", told or "0")], content, half=half)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _pass_on  # noqa: N815 - the library's names

    def _answer(
        self, status: int, headers: list[tuple[str, str]], body: bytes, *, half: bool = False
    ) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name == "content-length" for name, _ in headers):
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if half else body)
        if half:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Tests say what they saw."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what is tested."""


@contextmanager
def faulty(endpoint: str, *, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, Faults]]:
    """A proxy before `endpoint`, under `tls` where given: its own host:port, and what is to go wrong."""
    faults = Faults(endpoint)
    handler = type("Handler", (_Handler,), {"faults": faults})
    server = _Server(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", faults
    finally:
        server.shutdown()
        server.server_close()
