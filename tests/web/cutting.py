"""A line that breaks: everything passes through it to a server, until an answer has had its share of bytes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Line:
    """`cuts`: after how many bytes of answer the next connections break; without more of them none does."""

    url: str
    cuts: list[int] = field(default_factory=list)


@contextmanager
def line_to(server: str) -> Iterator[Line]:
    """A line to `server`."""
    where = urlsplit(server)
    listening = socket.create_server(("127.0.0.1", 0))
    line = Line(f"http://127.0.0.1:{listening.getsockname()[1]}")

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection((where.hostname or "", where.port or 0))
                limit = line.cuts.pop(0) if line.cuts else None
                threading.Thread(target=_pass, args=(near, far, None), daemon=True).start()
                threading.Thread(target=_pass, args=(far, near, limit), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield line
    finally:
        listening.close()


def _pass(source: socket.socket, sink: socket.socket, limit: int | None) -> None:
    passed = 0
    with suppress(OSError):
        while piece := source.recv(4096):
            if limit is not None and passed + len(piece) > limit:
                sink.sendall(piece[: limit - passed])
                break
            sink.sendall(piece)
            passed += len(piece)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
