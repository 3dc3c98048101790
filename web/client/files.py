"""Files from the server: piece by piece to disk, taken up where a line broke, kept only where the hash is right."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import httpx

from models.errors import AnswerNotUnderstood, DownloadDamaged, RemoteFault, ServerUnreachable

if TYPE_CHECKING:
    from web.client.connection import Connection

PIECE = 1 << 16
BREAKS = 8
"""So often a line may break on one file."""


@dataclass(frozen=True)
class Fetched:
    """A file that is there, whole and as the server has it."""

    path: Path
    sha256: str
    size: int


def fetch(server: Connection, purpose: str, address: str, to: Path) -> Fetched:
    """What is at `address` into the new file `to`, which appears when it is whole.

    Raises FileExistsError, DownloadDamaged, and what `Ecopy` raises.
    """
    if to.exists():
        raise FileExistsError(to)
    draft = to.with_name(f".{to.name}.part")
    try:
        with draft.open("wb") as sink:
            expected = _into(sink, server, purpose, address)
            sink.flush()
            os.fsync(sink.fileno())
        found, size = _hash(draft)
        if found != expected:
            raise DownloadDamaged
        os.link(draft, to)  # never over another file
    finally:
        draft.unlink(missing_ok=True)
    return Fetched(to, found, size)


def _into(sink: BinaryIO, server: Connection, purpose: str, address: str) -> str:
    """Write everything, going on after a break; the SHA-256 that the server says it has."""
    tag = ""
    for _ in range(BREAKS):
        headers = {"Ecopy-Purpose": purpose, "Accept-Encoding": "identity"}
        if sink.tell():
            headers |= {"Range": f"bytes={sink.tell()}-", "If-Range": tag}
        with server.streamed(address, headers=headers) as answer:
            if answer.status_code == 200:  # from the beginning, or anew: it changed meanwhile
                sink.seek(0)
                sink.truncate()
            tag = answer.headers.get("etag", "")
            if len(tag) != 66:
                raise AnswerNotUnderstood(status=answer.status_code, reason="ETag")
            try:
                for piece in answer.iter_bytes(PIECE):
                    sink.write(piece)
            except httpx.TransportError as fault:
                broken: RemoteFault = ServerUnreachable(url=server.url, reason=type(fault).__name__)
            else:
                return tag.strip('"')
    raise broken


def _hash(path: Path) -> tuple[str, int]:
    digest, size = sha256(), 0
    with path.open("rb") as source:
        while piece := source.read(1 << 20):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size
