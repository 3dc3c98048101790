"""Rate limits: nobody's haste is everybody's wait.

Who has been let in once is counted as themselves, whatever address they come from; all others by their address, and at
the sign-in more narrowly. Every process counts for itself, in memory that does not grow with the number of strangers.
"""

from __future__ import annotations

import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import Generic, TypeVar

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import TooManyRequests
from pipeline.settings import Settings
from web.context import context_of, noted_caller
from web.guard import token_of
from web.problems import answer

log = logging.getLogger("ecopy.web")

KEPT = 20_000
"""Buckets and tokens remembered; the longest unused go first."""
SIGN_IN = ("/api/v1/session", "/api/v1/enrolment", "/sign-in/")
"""Where something could be guessed. A signed assertion can't be, and a hundred kiosks behind one address ask for their tokens
in the minute in which the power comes back."""

V = TypeVar("V")


class _Newest(Generic[V]):
    """A mapping that forgets what was not used for longest."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._held: OrderedDict[str, V] = OrderedDict()

    def get(self, key: str) -> V | None:
        if key in self._held:
            self._held.move_to_end(key)
        return self._held.get(key)

    def put(self, key: str, value: V) -> None:
        self._held[key] = value
        self._held.move_to_end(key)
        if len(self._held) > self._kept:
            self._held.popitem(last=False)

    def drop(self, key: str) -> None:
        self._held.pop(key, None)

    def __len__(self) -> int:
        return len(self._held)


@dataclass
class _Bucket:
    level: float
    at: float


class Rate:
    """Token buckets of one kind: `a_minute` on average, a sixth of it (at least ten) at once."""

    def __init__(self, a_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._each_s = a_minute / 60
        self._most = max(10.0, a_minute / 6)
        self._now = now
        self._buckets: _Newest[_Bucket] = _Newest()

    def take(self, key: str) -> float:
        """Take one; the seconds to wait where there is none, else 0."""
        now = self._now()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = _Bucket(self._most, now)
            self._buckets.put(key, bucket)
        bucket.level = min(self._most, bucket.level + (now - bucket.at) * self._each_s)
        bucket.at = now
        if bucket.level < 1:
            return (1 - bucket.level) / self._each_s
        bucket.level -= 1
        return 0.0


class RatesMiddleware:
    """Refuses who asks too often, before anything is looked up."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._callers = Rate(settings.requests_per_minute)
        self._strangers = Rate(settings.stranger_requests_per_minute)
        self._sign_ins = Rate(settings.sign_ins_per_minute)
        self._known: _Newest[str] = _Newest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        token = token_of(request)
        proof = sha256(token.encode(errors="replace")).hexdigest() if token else ""
        wait = self._wait(scope, self._known.get(proof) if proof else None)
        if wait > 0:
            context = context_of(scope)
            log.warning("%s: TOO_MANY_REQUESTS from %s", context.request_id, context.place)
            refused = TooManyRequests(retry_after_s=max(1, math.ceil(wait)))
            await answer(request, refused)(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and proof:
                caller = noted_caller(scope)
                if caller is not None:
                    self._known.put(proof, caller)
                elif message["status"] == 401:
                    self._known.drop(proof)  # ended or revoked: a stranger again
            await send(message)

        await self._app(scope, receive, watched)

    def _wait(self, scope: Scope, caller: str | None) -> float:
        if caller is not None:
            return self._callers.take(caller)
        address = address_of(scope)
        if scope["path"].startswith(SIGN_IN):
            wait = self._sign_ins.take(address)
            if wait > 0:
                return wait
        return self._strangers.take(address)


def address_of(scope: Scope) -> str:
    """The address a request is counted by; of IPv6 the network, which one subscriber has to themselves."""
    client = scope.get("client")
    if not client:
        return "-"
    try:
        address = ip_address(client[0].partition("%")[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
