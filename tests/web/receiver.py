"""A receiver of webhooks for tests: a real HTTP server that answers as it is told, or does not."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`answer` decides on each request; `got` is what came, in its order."""

    url: str
    answer: Callable[[Got], Answer]
    got: list[Got] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, seconds: float = 30) -> list[Got]:
        """What came, once so many came."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.got) >= count, seconds), f"only {len(self.got)} came"
            return list(self.got)


def ok(_: Got) -> Answer:
    return 204, {}


@contextmanager
def receiver(answer: Callable[[Got], Answer] = ok, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            one = Got(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            with found.news:
                found.got.append(one)
                found.news.notify_all()
            status, headers = found.answer(one)
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        do_POST = do_GET = _take  # noqa: N815 - by GET comes whoever follows a redirect

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    port = server.server_address[1]
    found = Receiver(f"{'https' if tls else 'http'}://localhost:{port}/ecopy", answer)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
