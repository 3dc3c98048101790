"""Headers that keep browsers honest: nothing is guessed, framed, kept or run that the API sends."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.settings import Settings

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
UNLESS_SAID = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "no-store",
}
"""A page of ours may say otherwise, such as which scripts it has."""
HSTS = "max-age=31536000; includeSubDomains"

API = "/api/"
HARMLESS = (
    "application/json",
    "application/problem+json",
    "application/jose",
    "application/jwk-set+json",
    "application/schema+json",
    "application/pdf",
    "application/octet-stream",
    "application/xml",
    "application/offset+octet-stream",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "text/plain",
)
"""What the API may call its answers; whatever else a file claims to be, it leaves as plain bytes to be saved."""
SHOWN = (
    "application/json",
    "application/problem+json",
    "application/jwk-set+json",
    "application/schema+json",
    "text/plain",
)


class HeadersMiddleware:
    """Puts them on every answer, refusals and faults included."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._always = dict(ALWAYS)
        if (settings.public_url or "").startswith("https:"):
            self._always["Strict-Transport-Security"] = HSTS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._always.items():
                    headers[name] = value
                for name, value in UNLESS_SAID.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(API):
                    _never_a_page(headers)
            await send(message)

        await self._app(scope, receive, guarded)


def _never_a_page(headers: MutableHeaders) -> None:
    """Of an answer of the API: no browser takes it for a page, and files are saved instead of shown."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in HARMLESS:
        headers["Content-Type"] = "application/octet-stream"
    if kind and kind not in SHOWN:
        headers.setdefault("Content-Disposition", "attachment")
        if headers["Content-Disposition"].lower().startswith("inline"):
            headers["Content-Disposition"] = f"attachment{headers['Content-Disposition'][6:]}"
