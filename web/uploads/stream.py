"""A body on its way to the disk: counted, hashed where that was asked for, never in memory as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from models.errors import StorageFault, UploadChecksum, UploadInterrupted, UploadTooLong
from storage.uploads.files import UploadFile
from web.uploads.protocol import ALGORITHMS, Checksum
from web.uploads.service import Held

BUFFER = 256 * 1024
"""Of one body this much is in memory at most, besides what the connection has just brought."""


async def take(request: Request, held: Held, *, limit: int, checksum: Checksum | None = None) -> int:
    """Append the body to an upload of at most `limit` bytes in all; the new offset, on disk.

    A body that breaks off leaves what came of it, unless it has a checksum. Raises UploadTooLong before the first byte
    where that is said, UploadInterrupted, UploadChecksum, StoreFull, StorageFault; then it is as it was before.
    """
    file, start = held.file, held.file.size
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > limit - start:
        raise UploadTooLong(length=limit)
    if checksum is not None:
        await run_in_threadpool(file.doubt)
    digest = None if checksum is None else ALGORITHMS[checksum.algorithm]()
    body = _Body(file, limit, digest, request.app.state.office.meter.uploaded)
    whole = False
    try:
        with held.scope:
            await body.read(request)
            whole = True
    except ClientDisconnect:
        whole = False
    except (UploadTooLong, StorageFault):
        await run_in_threadpool(file.cut, start)
        raise
    if not whole:
        if checksum is None:
            await run_in_threadpool(body.keep)
        else:
            await run_in_threadpool(file.cut, start)
        raise UploadInterrupted(offset=file.size)
    if checksum is not None and body.digest.digest() != checksum.digest:
        await run_in_threadpool(file.cut, start)
        raise UploadChecksum
    await run_in_threadpool(file.believe if checksum is not None else file.sync)
    return file.size


class _Body:
    """The bytes of one request, a buffer at a time."""

    def __init__(self, file: UploadFile, limit: int, digest: Any, counted: Callable[[int], None]) -> None:
        self.digest = digest
        self._counted = counted
        self._file = file
        self._room = limit - file.size
        self._limit = limit
        self._waiting = bytearray()

    async def read(self, request: Request) -> None:
        async for piece in request.stream():
            if len(piece) + len(self._waiting) > self._room:
                raise UploadTooLong(length=self._limit)
            self._waiting += piece
            if len(self._waiting) >= BUFFER:
                await run_in_threadpool(self._flush)
        await run_in_threadpool(self._flush)

    def keep(self) -> None:
        """What came before the line broke is on disk."""
        self._flush()
        self._file.sync()

    def _flush(self) -> None:
        piece = bytes(self._waiting)
        self._waiting.clear()
        self._file.append(piece)
        self._room -= len(piece)
        self._counted(len(piece))
        if self.digest is not None:
            self.digest.update(piece)
