"""One question to a service over HTTP, such as a time-stamping authority or a responder: limited in time and in size.

The limit of time holds for everything together, so that a service which sends a byte now and then gains nothing. Proxies
are those of the usual environment (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from signing.loop import finish

if TYPE_CHECKING:
    import httpx

REDIRECTS = 3
SCHEMES = ("http", "https")


class NoAnswer(Exception):
    """The service did not answer the question; the text says how, the address aside."""

    def __init__(self, trouble: str, status: int | None = None) -> None:
        super().__init__(trouble)
        self.status = status
        """The status of the answer, where there was one."""


@dataclass(frozen=True)
class Client:
    """Asks within its limits. Safe to share between threads; no connection is kept."""

    timeout: float
    """Seconds for one question, from the look-up of the name to the last byte of the answer."""
    limit: int
    """Bytes of the longest answer that is read."""
    transport: httpx.AsyncBaseTransport | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)
    """For services that want a certificate of ours, or have a root of their own; the machine's roots otherwise."""

    def post(
        self, url: str, body: bytes, content_type: str, accept: str, more: Mapping[str, str] | None = None
    ) -> bytes:
        """The body of the answer to a POST with `more` headers. Raises NoAnswer; redirects are not followed."""
        headers = {"Content-Type": content_type, "Accept": accept, **(more or {})}
        return finish(self._within("POST", url, headers, body, redirects=0))

    def get(self, url: str) -> bytes:
        """The body of the answer to a GET, over a few redirects to http or https. Raises NoAnswer."""
        return finish(self._within("GET", url, {}, None, redirects=REDIRECTS))

    async def _within(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, redirects: int
    ) -> bytes:
        import httpx

        try:
            async with asyncio.timeout(self.timeout):
                return await self._asked(method, url, headers, body, redirects)
        except TimeoutError:
            raise NoAnswer(f"Timeout: no whole answer in {self.timeout:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise NoAnswer(f"{type(error).__name__} {error}".strip()) from error

    async def _asked(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, redirects: int
    ) -> bytes:
        import httpx

        async with httpx.AsyncClient(
            timeout=self.timeout,
            transport=self.transport,
            verify=self.context or _roots(),
            follow_redirects=False,
        ) as client:
            target = httpx.URL(url)
            for _ in range(redirects + 1):
                if target.scheme not in SCHEMES or not target.host:
                    raise NoAnswer(f"{target.scheme or 'no'} is no scheme to ask by")
                async with client.stream(method, target, headers=headers, content=body) as response:
                    if not response.has_redirect_location:
                        return await self._body(response)
                    target = target.join(response.headers["Location"])
            raise NoAnswer(f"redirected to {target.host}", response.status_code)

    async def _body(self, response: httpx.Response) -> bytes:
        if response.status_code != 200:
            raise NoAnswer(f"status {response.status_code}", response.status_code)
        received = bytearray()
        async for part in response.aiter_bytes():
            received += part
            if len(received) > self.limit:
                raise NoAnswer(f"more than {self.limit} bytes")
        return bytes(received)


@lru_cache(maxsize=1)
def _roots() -> ssl.SSLContext:
    """The machine's roots, for services at https; loaded once, because that costs more than a question."""
    return ssl.create_default_context()
