"""Files straight from the vault: piece by piece, never whole in memory, whole files or one stretch of them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack, aclosing, suppress
from typing import BinaryIO

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from models.errors import RangeNotSatisfiable, StorageFault
from pipeline.application import Application
from pipeline.attempts import attempt
from pipeline.papers.release import Fetched
from web import etags, problems
from web.ranges import asked_for, is_one

CHUNK = 1 << 19
"""Bytes that one answer holds at a time; a few hundred of them at once are no burden."""


class VaultFile(Response):
    """The content of an object as an attachment: `ETag` is its SHA-256, `Range` and `If-Range` are understood.

    The object is opened when the answer is sent: where the store can't give it soundly, that is a problem with a code,
    and a fault found in the middle breaks the connection off, so that nobody takes a part, or what was changed, for the
    whole. A whole file is checked on its way, a stretch of one before.
    """

    def __init__(
        self,
        request: Request,
        office: Application,
        released: Fetched,
        *,
        purpose: str,
        filename: str,
        media_type: str = "application/pdf",
        headers: dict[str, str] | None = None,
    ) -> None:
        """`filename` is plain ASCII; `purpose` is for the record, where the store fails."""
        super().__init__(media_type=media_type, headers=headers)
        self._request, self._office, self._released, self._purpose = request, office, released, purpose
        digest = base64.b64encode(bytes.fromhex(released.sha256)).decode()
        self.headers.update(
            {
                "ETag": etags.tag(released.sha256),
                "Accept-Ranges": "bytes",
                "Cache-Control": "private, no-cache",
                "Content-Disposition": f'attachment; filename="{filename}"',
                "Repr-Digest": f"sha-256=:{digest}:",
                "X-Content-Type-Options": "nosniff",
            }
        )
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stack = ExitStack()
        try:
            await self._answer(stack, scope, receive, send)
        finally:
            await run_in_threadpool(stack.close)

    async def _answer(self, stack: ExitStack, scope: Scope, receive: Receive, send: Send) -> None:
        if etags.is_known(self._request, self.headers["ETag"]):
            self.status_code = 304
            await self._begin(send)
            await send({"type": "http.response.body", "body": b""})
            return
        asked = self._asked()
        source, size = await run_in_threadpool(self._open, stack, asked is None)
        try:
            stretch = None if asked is None else asked_for(asked, size)
        except RangeNotSatisfiable as refused:
            problem = problems.answer(self._request, refused)
            problem.headers["Content-Range"] = f"bytes */{size}"
            await problem(scope, receive, send)
            return
        self.headers["Content-Length"] = str(size if stretch is None else stretch.length)
        if stretch is not None:
            self.status_code = 206
            self.headers["Content-Range"] = stretch.content_range
        if scope["method"] == "HEAD":
            await self._begin(send)
            await send({"type": "http.response.body", "body": b""})
            return
        if asked is not None:
            await run_in_threadpool(source.seek, 0 if stretch is None else stretch.first)
        async with aclosing(_pieces(source, size if stretch is None else stretch.length)) as pieces:
            await self._send(pieces, send)

    def _open(self, stack: ExitStack, whole: bool) -> tuple[BinaryIO, int]:
        """Where that fails, what was put on record as released is followed by the failure."""
        vault, key = self._office.vault, self._released.object_key
        with attempt(self._office, "release", self._released.id, purpose=self._purpose):
            return stack.enter_context(vault.served(key, whole=whole))

    def _asked(self) -> str | None:
        """The range asked for, where it is to be heeded."""
        asked = self._request.headers.get("range")
        if asked is None or not is_one(asked) or self._request.method != "GET":
            return None
        return asked if etags.may_continue(self._request, self.headers["ETag"]) else None

    async def _begin(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

    async def _send(self, pieces: AsyncIterator[tuple[bytes, int]], send: Send) -> None:
        """The answer begins with its first piece: what is found wrong before is still told as a problem."""
        begun = False
        try:
            async for piece, left in pieces:
                if not begun:
                    await self._begin(send)
                    begun = True
                await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
                if left and await self._request.is_disconnected():
                    return  # nobody is there to read the rest
        except StorageFault as fault:
            await run_in_threadpool(self._note, fault)
            raise

    def _note(self, fault: StorageFault) -> None:
        """A release that ended before its end is on record as such."""
        with (
            suppress(StorageFault),
            attempt(self._office, "release", self._released.id, purpose=self._purpose),
        ):
            raise fault


async def _pieces(source: BinaryIO, length: int) -> AsyncGenerator[tuple[bytes, int], None]:
    """Pieces of the next `length` bytes with what is left after each; one is read while the one before is on its way."""
    left, ahead = length, _read(source, length)
    try:
        while True:
            piece = await ahead
            left -= len(piece)
            if left:
                ahead = _read(source, left)
            yield piece, left
            if not left:
                return
    finally:
        if not ahead.done():  # the file is closed next, and nobody may be reading it then
            await asyncio.wait([ahead])


def _read(source: BinaryIO, left: int) -> asyncio.Future[bytes]:
    return asyncio.ensure_future(run_in_threadpool(_next, source, min(CHUNK, left)))


def _next(source: BinaryIO, size: int) -> bytes:
    piece = source.read(size)
    if size and not piece:
        raise StorageFault(reason="an object ended early")
    return piece


def stated_range(request: Request) -> str | None:
    """The stretch that a request names, for the record; None where it asks for the whole file."""
    given = request.headers.get("range") if request.method == "GET" else None
    return "".join(given.split()) if given is not None and is_one(given) else None
