"""Limits before anything is read: long addresses, many headers, large, slow or unasked-for bodies end here with a code.

A body is counted while it comes, whatever its sender said of it. Who sends too much or too slowly is answered, and the
connection ends: what is still on its way is not taken in.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import (
    AddressTooLong,
    BodyTooLarge,
    BodyTooSlow,
    EcopyError,
    ForbiddenCharacters,
    HeadersTooLarge,
    NotHttp,
)
from pipeline.settings import Settings
from web.context import context_of
from web.guard import office_of, token_of, who_holds
from web.problems import answer

log = logging.getLogger("ecopy.web")

ADDRESS_BYTES = 8 * 1024
HEADER_BYTES = 16 * 1024
HEADER_LINES = 100
STRANGER_BYTES = 64 * 1024
"""More than this is read of nobody who has not shown a token."""
LINGER_BYTES, LINGER_S = 256 * 1024, 1.0
"""What is still taken in, unread, so that a sender in full flow finds the answer and not a broken line."""


@dataclass(frozen=True)
class Patience:
    """How slow a body may be: `idle_s` between two pieces, and `slowest` bytes a second after `grace_s`."""

    idle_s: float
    grace_s: float
    slowest: int


REQUEST = Patience(idle_s=20, grace_s=20, slowest=4096)
UPLOAD = Patience(idle_s=30, grace_s=60, slowest=512)
"""Kiosks in the hills send over weak lines; an upload that is cut off goes on where it stopped."""


@dataclass(frozen=True)
class BodyClass:
    """What bodies an address takes; `asks_first`: its handler lets nobody in before the first byte is read."""

    limit: int
    patience: Patience
    asks_first: bool = False


class BodyClasses:
    """The class of every address, by its path."""

    def __init__(self, settings: Settings) -> None:
        self._plain = BodyClass(settings.max_request_bytes, REQUEST)
        self._ways = (
            (re.compile(r"/(oauth|api/v1/(session|enrolment))(/|$)"), BodyClass(STRANGER_BYTES, REQUEST)),
            (
                re.compile(r"/api/v1/(uploads|handovers/links)(/|$)"),
                BodyClass(settings.max_file_bytes, UPLOAD, asks_first=True),
            ),
            (
                re.compile(
                    r"/api/v1/(submissions|results|documents)(/|$)|/api/v1/dossiers/[^/]+/results?(/|$)"
                ),
                BodyClass(settings.max_attached_bytes, REQUEST),
            ),
        )

    def of(self, path: str) -> BodyClass:
        return next((found for way, found in self._ways if way.match(path)), self._plain)


class LimitsMiddleware:
    """Refuses what is too much, and cuts off what turns out to be."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._classes = BodyClasses(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._classes.of(scope["path"]))
        try:
            check_address(scope)
            check_headers(scope)
            await exchange.check_length()
        except EcopyError as refused:
            await exchange.refuse(refused)
            return
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            log.info("%s: the sender went away", context_of(scope).request_id)
        await exchange.finish()


def check_address(scope: Scope) -> None:
    """Raises AddressTooLong, or ForbiddenCharacters for what no name of ours has in it."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > ADDRESS_BYTES:
        raise AddressTooLong(limit=ADDRESS_BYTES)
    path: str = scope["path"]
    segments = path.split("/")
    if _UNFIT.search(path) or "." in segments or ".." in segments:
        raise ForbiddenCharacters(where="path")
    if b"%00" in scope["query_string"]:
        raise ForbiddenCharacters(where="query")


_UNFIT = re.compile(r"[\x00-\x1f\x7f\\�]")


def check_headers(scope: Scope) -> None:
    """Raises HeadersTooLarge; NotHttp where a body's end is told in two ways, which others may read differently."""
    size = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    count = len(scope["headers"])
    if count > HEADER_LINES or size > HEADER_BYTES:
        raise HeadersTooLarge(reason=f"{count} / {size}", count=HEADER_LINES, limit=HEADER_BYTES)
    names = {name for name, _ in scope["headers"]}
    if {b"content-length", b"transfer-encoding"} <= names:
        raise NotHttp


class _Exchange:
    """One request and its answer, watched while they go to and fro."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, kind: BodyClass) -> None:
        self._scope, self._receive, self._send, self._kind = scope, receive, send, kind
        headers = Headers(scope=scope)
        self._declared = headers.get("content-length")
        self._waits = headers.get("expect", "").lower() == "100-continue"
        self._open = "transfer-encoding" in headers or self._declared not in (None, "0")
        self._forbidden = _forbidden_in(headers.get("content-type", ""))
        self._tail = b""
        self._received = 0
        self._waited = 0.0
        self._breach: EcopyError | None = None
        self._started = False

    async def check_length(self) -> None:
        """Raises BodyTooLarge by what is said; NotAuthenticated where a stranger comes with more than a few words."""
        length = None if self._declared is None else _number(self._declared)
        if length is not None and length > self._kind.limit:
            raise BodyTooLarge(limit=self._kind.limit)
        much = self._open and (length is None or length > STRANGER_BYTES)
        if much and not self._kind.asks_first and self._kind.limit > STRANGER_BYTES:
            request = Request(self._scope)
            await run_in_threadpool(who_holds, office_of(request), token_of(request))

    async def receive(self) -> Message:
        if self._breach is not None:
            return {"type": "http.disconnect"}
        if not self._open:
            return await self._receive()
        asked = time.monotonic()
        try:
            async with asyncio.timeout(self._kind.patience.idle_s):
                message = await self._receive()
        except TimeoutError:
            self._waited += time.monotonic() - asked
            return self._cut_off(self._slow())
        self._waited += time.monotonic() - asked  # what we do with a piece is not its sender's time
        if message["type"] != "http.request":
            self._open = False
            return message
        piece: bytes = message.get("body", b"")
        self._received += len(piece)
        self._open = message.get("more_body", False)
        if self._received > self._kind.limit:
            return self._cut_off(BodyTooLarge(limit=self._kind.limit))
        if self._open and self._too_slow():
            return self._cut_off(self._slow())
        if self._forbidden:
            seen = self._tail + piece
            if self._forbidden in seen:
                return self._cut_off(ForbiddenCharacters(where="body"))
            self._tail = seen[1 - len(self._forbidden) :]
        return message

    async def send(self, message: Message) -> None:
        if self._breach is not None and not self._started:
            return  # what the handler made of a body cut off is not the answer; ours comes when it is done
        if message["type"] == "http.response.start":
            self._started = True
            if self._open:
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        elif self._open and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._linger()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    async def finish(self) -> None:
        """Answer what was cut off, once its handler has let go of it."""
        if self._breach is not None and not self._started:
            breach, self._breach = self._breach, None
            await self.refuse(breach)

    async def refuse(self, reason: EcopyError) -> None:
        context = context_of(self._scope)
        log.warning("%s: %s from %s", context.request_id, reason.code, context.place)
        await answer(Request(self._scope), reason)(self._scope, self._receive, self.send)

    def _cut_off(self, reason: EcopyError) -> Message:
        """To the handler it is as if the sender had gone: it keeps or drops what came so far, as it would then."""
        self._breach = reason
        return {"type": "http.disconnect"}

    def _slow(self) -> BodyTooSlow:
        return BodyTooSlow(received=self._received, seconds=round(self._waited))

    def _too_slow(self) -> bool:
        passed = self._waited - self._kind.patience.grace_s
        return passed > 0 and self._received < passed * self._kind.patience.slowest

    async def _linger(self) -> None:
        if self._waits and not self._received:
            return  # it asked before it sent, and was told no
        taken = 0
        try:
            async with asyncio.timeout(LINGER_S):
                while taken < LINGER_BYTES:
                    message = await self._receive()
                    taken += len(message.get("body", b""))
                    if message["type"] != "http.request" or not message.get("more_body", False):
                        return
        except TimeoutError:
            return


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise NotHttp
    return int(text)


def _forbidden_in(content_type: str) -> bytes:
    """How U+0000 is written in such a body; no database takes it for text."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return b"\\u0000"
    return b"%00" if kind == "application/x-www-form-urlencoded" else b""
