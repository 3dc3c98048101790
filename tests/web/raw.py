"""A peer that says what it likes: bytes over a socket, for what no decent HTTP client would send."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Peer:
    """One connection to a served home."""

    socket: socket.socket

    def say(self, *parts: str | bytes) -> None:
        for part in parts:
            self.socket.sendall(part.encode() if isinstance(part, str) else part)

    def ask(self, line: str, *headers: str, body: bytes = b"") -> None:
        """A request of that first line, with a Host."""
        self.say("\r\n".join((f"{line} HTTP/1.1", "Host: test", *headers, "", "")), body)

    def drip(self, pieces: Iterator[bytes], every_s: float) -> None:
        """Send piece by piece until the other side has had enough of it."""
        try:
            for piece in pieces:
                self.say(piece)
                time.sleep(every_s)
        except OSError:
            return

    def heard(self) -> str:
        """Everything until the other side ends the connection, which it has ten seconds for."""
        found = b""
        try:
            while piece := self.socket.recv(65536):
                found += piece
        except ConnectionResetError:
            pass
        return found.decode()

    def status(self) -> int:
        """The status of the answer that ends the connection; 0 where there is none."""
        first = self.heard().partition("\r\n")[0].split()
        return int(first[1]) if len(first) > 1 else 0


@contextmanager
def peer(url: str) -> Iterator[Peer]:
    where = urlsplit(url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as connection:
        yield Peer(connection)
