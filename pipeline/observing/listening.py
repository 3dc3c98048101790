"""Figures and health over HTTP, at an address of their own: for Prometheus and for whoever starts and stops processes.

It is not the address that the world is served at. What is told there names no person and no paper, but how much an agency
has to do; it is for the machine itself, or a network that only operators are in.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6
from typing import Any

from prometheus_client.exposition import choose_encoder

from models.errors import BadSettings, MetricsAddressTaken
from pipeline.application import Application
from pipeline.observing.figures import CountingMeter, RegisterCollector
from pipeline.observing.health import Check, Examiner, Health
from pipeline.settings import Settings

log = logging.getLogger("ecopy.metrics")

OFF = "off"
PATIENCE_S = 10.0
MOST_AT_ONCE = 16
_STARTING = Health((Check("application", "fail", "starting"),))


class Watched:
    """What is told: from the first moment that the process lives, and of the application once that is open."""

    def __init__(self) -> None:
        self.meter = CountingMeter()
        self._health: Callable[[], Health] | None = None

    def opened(
        self,
        app: Application,
        *,
        broker: Callable[[], bool] | None = None,
        threads: Callable[[], Mapping[str, bool]] = dict,
    ) -> None:
        """The application is open; see `Examiner`."""
        self._health = Examiner(app, broker=broker, threads=threads)
        self.meter.registry.register(RegisterCollector(app, self._health))

    def health(self) -> Health:
        return _STARTING if self._health is None else self._health()


@contextmanager
def telling(settings: Settings, watched: Watched) -> Iterator[str | None]:
    """Answer at the address of the settings while inside; tells the address, None where nobody is answered.

    Raises BadSettings; MetricsAddressTaken where the address was set on purpose.
    """
    try:
        server = _server(settings, watched)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        if "metrics_listen" in settings.model_fields_set:
            raise MetricsAddressTaken(address=settings.metrics_listen, reason=reason) from fault
        log.warning("nobody is told figures: %s: %s", settings.metrics_listen, reason)
        server = None
    if server is None:
        yield None
        return
    thread = threading.Thread(target=server.serve_forever, name="ecopy-metrics", daemon=True)
    thread.start()
    try:
        host, port = server.server_address[:2]
        yield f"{host!s}:{port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _server(settings: Settings, watched: Watched) -> ThreadingHTTPServer | None:
    if settings.metrics_listen == OFF:
        return None
    host, _, port = settings.metrics_listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise BadSettings(reason=f"ECOPY_METRICS_LISTEN: {settings.metrics_listen}")
    return _Server((host.strip("[]"), int(port)), watched)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], watched: Watched) -> None:
        if ":" in address[0]:
            self.address_family = AF_INET6
        self.watched = watched
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own; beyond so many at once a connection is closed."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.exception("a request for figures could not be answered")


class _Handler(BaseHTTPRequestHandler):
    timeout = PATIENCE_S
    server: _Server

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/metrics":
            encoder, kind = choose_encoder(self.headers.get("Accept", ""))
            self._answer(200, kind, encoder(self.server.watched.meter.registry))
        elif path == "/health/live":
            self._answer(200, "application/health+json", _as_json(Health(())))
        elif path == "/health/ready":
            health = self.server.watched.health()
            self._answer(503 if health.status == "fail" else 200, "application/health+json", _as_json(health))
        else:
            self._answer(404, "text/plain", b"/metrics /health/live /health/ready\n")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "ecopy"

    def log_message(self, format: str, *args: Any) -> None:
        """Who asks for figures is not worth a line."""


def _as_json(health: Health) -> bytes:
    """As in draft-inadarei-api-health-check."""
    checks = {check.component: [{"status": check.status, "output": check.found}] for check in health.checks}
    said = {"status": health.status, **({"checks": checks} if checks else {})}
    return json.dumps(said, ensure_ascii=False).encode()
