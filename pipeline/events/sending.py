"""One message to one receiver: to the address that was judged, no redirect followed, nothing of the answer believed.

The answer's body is not read: what a receiver says besides its status is of no use, and nobody can read another system's
pages through a webhook.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from models.errors import BadSettings, HookAddressRefused
from pipeline.events.addresses import Address, Endpoint, Gate, NoAddress
from pipeline.settings import Settings

Fault = Literal[
    "http", "redirect", "timeout", "no_connection", "tls", "no_address", "refused", "no_http", "no_secret"
]
LONGEST_WAIT_S = 86_400
"""The longest `Retry-After` that is heeded."""


@dataclass(frozen=True)
class Sent:
    """What became of a message. `status`: of the answer, where one came."""

    status: int | None = None
    fault: Fault | None = None
    """None: the receiver has it."""
    wait_s: int | None = None
    """What the receiver asked for in `Retry-After`."""


@dataclass(frozen=True)
class Sender:
    """Sends messages within an installation's limits. Safe to share between threads."""

    gate: Gate
    timeout_s: float
    ca_file: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> Sender:
        """Raises BadSettings where the file of roots can't be used."""
        _context(settings.hook_ca_file)
        return cls(Gate.of(settings), settings.hook_timeout_seconds, settings.hook_ca_file)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Post `body` (JSON) to `url`; never longer than the limit, whatever the other side does."""
        try:
            endpoint = self.gate.endpoint(url)
            addresses = self.gate.resolve(endpoint)
        except HookAddressRefused:
            return Sent(fault="refused")
        except NoAddress:
            return Sent(fault="no_address")
        try:
            connection = _connected(addresses, endpoint.port, self.timeout_s)
        except TimeoutError:
            return Sent(fault="timeout")
        except OSError:
            return Sent(fault="no_connection")
        connection.settimeout(self.timeout_s)
        with _Deadline(connection, self.timeout_s) as deadline:
            try:
                sent = self._exchange(deadline, endpoint, body, headers)
                # To the parser of the answer a connection that was shut is one that ended well.
                return Sent(fault="timeout") if deadline.passed else sent
            except (OSError, http.client.HTTPException, ValueError) as fault:
                return Sent(fault="timeout" if deadline.passed else _why(fault))

    def _exchange(
        self, deadline: _Deadline, endpoint: Endpoint, body: bytes, headers: Mapping[str, str]
    ) -> Sent:
        if endpoint.tls:
            deadline.wrap(_context(self.ca_file), endpoint.host)
        talk = http.client.HTTPConnection(endpoint.host, endpoint.port)
        talk.sock = deadline.socket
        talk.putrequest("POST", endpoint.target, skip_host=True, skip_accept_encoding=True)
        told = {
            "Host": endpoint.authority,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
            "User-Agent": "ecopy-webhooks/1",
            **headers,
        }
        for name, value in told.items():
            talk.putheader(name, value)
        talk.endheaders(body)
        answer = talk.getresponse()
        try:
            return _judged(answer.status, answer.getheader("Retry-After"))
        finally:
            answer.close()


class _Deadline:
    """A socket that is shut when its time is over: a peer that sends a byte now and then gains nothing by it."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self.socket = connection
        self.passed = False
        self._timer = threading.Timer(seconds, self._over)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.socket.close()

    def wrap(self, context: ssl.SSLContext, host: str) -> None:
        plain = self.socket
        self.socket = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        # From here on the timer shuts the wrapped socket, and with it a handshake that does not end.
        self.socket.do_handshake()

    def _over(self) -> None:
        self.passed = True
        try:
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)
        except OSError:
            return  # it is over already


def _connected(addresses: Sequence[Address], port: int, timeout_s: float) -> socket.socket:
    """A connection to the first that takes it. Raises OSError."""
    fault: OSError = ConnectionError()
    for address in addresses:
        try:
            return socket.create_connection((str(address), port), timeout=timeout_s / len(addresses))
        except OSError as reason:
            fault = reason
    raise fault


def _judged(status: int, retry_after: str | None) -> Sent:
    if 200 <= status < 300:
        return Sent(status)
    wait = (retry_after or "").strip() if status in (429, 503) else ""
    wait_s = (
        min(int(wait), LONGEST_WAIT_S) if wait.isascii() and wait.isdecimal() and len(wait) < 10 else None
    )
    return Sent(status, "redirect" if 300 <= status < 400 else "http", wait_s)


def _why(fault: Exception) -> Fault:
    if isinstance(fault, ssl.SSLError):
        return "tls"
    if isinstance(fault, TimeoutError):
        return "timeout"
    return "no_connection" if isinstance(fault, OSError) else "no_http"


@lru_cache(maxsize=4)
def _context(ca_file: Path | None) -> ssl.SSLContext:
    """The system's roots and those of `ca_file`. Raises BadSettings."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as fault:
            raise BadSettings(reason=f"ECOPY_HOOK_CA_FILE: {fault}") from fault
    return context
