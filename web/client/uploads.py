"""Bytes to the server: taken up where a line broke, until its signed receipt proves them safe.

A weak line may break before any piece of a fixed size is through, so a piece carries no checksum of its own and the server
keeps whatever arrived of it; what it has in the end is the right file or refused, by the hash of the whole.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import httpx

from models.errors import AnswerNotUnderstood, EcopyError
from models.wire.receipts import Receipt, ReceiptKeys, check_receipt

if TYPE_CHECKING:
    from web.client.connection import Connection

UPLOADS = "/api/v1/uploads"
PIECE = 8 << 20
"""After so many bytes the server is heard."""
FAILURES = 8
"""So often in a row nothing at all may get through before it is given up."""
_BUFFER = 1 << 16
_TRANSIENT = frozenset({"UPLOAD_OFFSET", "UPLOAD_BUSY", "UPLOAD_INTERRUPTED"})


class Source(Protocol):
    """What is sent: the same bytes however often, and from wherever, they are read."""

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> str: ...

    def read(self, offset: int) -> Iterator[bytes]:
        """The bytes from `offset` on, in pieces of any size."""
        ...


class FileSource:
    """A file that stays as it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        digest, size = sha256(), 0
        for piece in self.read(0):
            digest.update(piece)
            size += len(piece)
        self.sha256, self.size = digest.hexdigest(), size

    def read(self, offset: int) -> Iterator[bytes]:
        with self._path.open("rb") as source:
            source.seek(offset)
            while piece := source.read(_BUFFER):
                yield piece


@dataclass(frozen=True)
class Sent:
    """A receipt that proves it, as it came and as it reads."""

    text: str
    receipt: Receipt


@dataclass(frozen=True)
class _Place:
    """Where an upload stands: bytes over there, and the receipt once they are all."""

    offset: int
    receipt: str | None


class _Piece:
    """Part of a source, which may be read again where a request has to be sent again."""

    def __init__(self, source: Source, offset: int, size: int) -> None:
        self._source, self._offset, self._size = source, offset, size

    def __iter__(self) -> Iterator[bytes]:
        left = self._size
        for piece in self._source.read(self._offset):
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                return


def upload(
    server: Connection,
    purpose: str,
    source: Source,
    upload_id: str,
    words: Mapping[str, str | None],
    *,
    keys: ReceiptKeys | None = None,
    wait: Callable[[float], object] = time.sleep,
    heard: Callable[[int], None] = lambda _: None,
) -> Sent:
    """Send `source` under `upload_id`; `words` are what tus metadata says of it, `filename` among them.

    Only `keys` are believed where they are given. `heard` learns how much is there. Raises what `Work.submit` says, and
    what `wait` raises.
    """
    said = {"id": upload_id, "sha256": source.sha256, **words}
    place = _begin(server, purpose, source.size, said)
    address, failures = f"{UPLOADS}/{upload_id}", 0
    certain = True
    while place.receipt is None:
        before = place.offset
        try:
            place = (
                _next_piece(server, purpose, address, source, before)
                if certain
                else _now(server, purpose, address)
            )
        except EcopyError as error:
            if not (error.retryable or error.code in _TRANSIENT):
                raise
            failures += 1
            if failures > FAILURES:
                raise
            certain = False  # how much of the piece has come is the server's to say
            wait(min(30.0, 0.1 * 2**failures))
            continue
        certain = True
        if place.offset > before:
            failures = 0
        heard(place.offset)
    proof = check_receipt(
        place.receipt,
        keys or server.receipt_keys(),
        upload=upload_id,
        sha256=source.sha256,
        size=source.size,
    )
    return Sent(place.receipt, proof)


def _begin(server: Connection, purpose: str, size: int, said: Mapping[str, str | None]) -> _Place:
    pairs = (
        f"{name} {base64.b64encode(value.encode()).decode()}"
        for name, value in said.items()
        if value is not None
    )
    headers = {**_headers(purpose), "Upload-Length": str(size), "Upload-Metadata": ",".join(pairs)}
    # Its id makes the same creation again no second one.
    return _place(server.send("POST", UPLOADS, headers=headers, repeatable=True))


def _next_piece(server: Connection, purpose: str, address: str, source: Source, offset: int) -> _Place:
    size = min(PIECE, source.size - offset)
    headers = {
        **_headers(purpose),
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(size),
        "Upload-Offset": str(offset),
    }
    piece = _Piece(source, offset, size)
    return _place(server.send("PATCH", address, headers=headers, content=piece, repeatable=False))


def _now(server: Connection, purpose: str, address: str) -> _Place:
    return _place(server.send("HEAD", address, headers=_headers(purpose), repeatable=True))


def _headers(purpose: str) -> dict[str, str]:
    return {"Tus-Resumable": "1.0.0", "Ecopy-Purpose": purpose}


def _place(answer: httpx.Response) -> _Place:
    offset = answer.headers.get("upload-offset", "")
    if not offset.isdecimal():
        raise AnswerNotUnderstood(status=answer.status_code, reason="Upload-Offset")
    return _Place(int(offset), answer.headers.get("ecopy-receipt"))
