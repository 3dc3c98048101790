"""Files to the server: in pieces with checksums, taken up where a line broke, until its signed receipt proves them safe."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import httpx

from models.errors import AnswerNotUnderstood, EcopyError
from models.wire.receipts import Receipt, check_receipt

if TYPE_CHECKING:
    from web.client.session import Ecopy

UPLOADS = "/api/v1/uploads"
PIECE = 8 << 20
FAILURES = 8
"""So many pieces in a row may fail before it is given up."""
_TRANSIENT = frozenset({"UPLOAD_OFFSET", "UPLOAD_BUSY", "UPLOAD_INTERRUPTED", "UPLOAD_CHECKSUM"})


@dataclass(frozen=True)
class _Place:
    """Where an upload stands: bytes over there, and the receipt once they are all."""

    offset: int
    receipt: str | None


def upload(
    server: Ecopy, purpose: str, path: Path, upload_id: str, words: Mapping[str, str | None]
) -> Receipt:
    """Send `path` under `upload_id`; `words` are what tus metadata says of it. Raises what `Work.submit` says."""
    with path.open("rb") as source:
        digest, size = _hash(source)
        said = {"id": upload_id, "filename": path.name, "sha256": digest, **words}
        place = _begin(server, purpose, size, said)
        address, failures = f"{UPLOADS}/{upload_id}", 0
        while place.receipt is None:
            try:
                place = _next_piece(server, purpose, address, source, place.offset)
                failures = 0
            except EcopyError as error:
                failures += 1
                if failures > FAILURES or not (error.retryable or error.code in _TRANSIENT):
                    raise
                time.sleep(min(30.0, 0.2 * 2**failures))
                place = _now(server, purpose, address)
    return check_receipt(place.receipt, server.receipt_keys(), upload=upload_id, sha256=digest, size=size)


def _begin(server: Ecopy, purpose: str, size: int, said: Mapping[str, str | None]) -> _Place:
    pairs = (
        f"{name} {base64.b64encode(value.encode()).decode()}"
        for name, value in said.items()
        if value is not None
    )
    headers = {**_headers(purpose), "Upload-Length": str(size), "Upload-Metadata": ",".join(pairs)}
    # Its id makes the same creation again no second one.
    return _place(server.send("POST", UPLOADS, headers=headers, repeatable=True))


def _next_piece(server: Ecopy, purpose: str, address: str, source: BinaryIO, offset: int) -> _Place:
    source.seek(offset)
    piece = source.read(PIECE)
    checksum = base64.b64encode(sha256(piece).digest()).decode()
    headers = {
        **_headers(purpose),
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": str(offset),
        "Upload-Checksum": f"sha256 {checksum}",
    }
    return _place(server.send("PATCH", address, headers=headers, content=piece, repeatable=False))


def _now(server: Ecopy, purpose: str, address: str) -> _Place:
    return _place(server.send("HEAD", address, headers=_headers(purpose), repeatable=True))


def _headers(purpose: str) -> dict[str, str]:
    return {"Tus-Resumable": "1.0.0", "Ecopy-Purpose": purpose}


def _place(answer: httpx.Response) -> _Place:
    offset = answer.headers.get("upload-offset", "")
    if not offset.isdecimal():
        raise AnswerNotUnderstood(status=answer.status_code, reason="Upload-Offset")
    return _Place(int(offset), answer.headers.get("ecopy-receipt"))


def _hash(source: BinaryIO) -> tuple[str, int]:
    digest, size = sha256(), 0
    while piece := source.read(1 << 20):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size
