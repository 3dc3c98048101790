"""What is known of every request before anybody is asked who they are: its id, its language, where it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.ids import new_id
from models.text import Language
from pipeline.observing.context import about

_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}")
_KEY = "ecopy.context"
_CALLER = "ecopy.caller"


@dataclass(frozen=True)
class RequestContext:
    """Of one request. `place` is the address it came from, as the trail keeps it."""

    request_id: str
    language: Language
    place: str
    known: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What was found out on the way in."""


def context_of(scope: Any) -> RequestContext:
    found: RequestContext = scope[_KEY]
    return found


def note_caller(scope: Any, caller_id: str) -> None:
    """Say who it turned out to be, for those further out who count requests."""
    context_of(scope).known[_CALLER] = caller_id


def noted_caller(scope: Any) -> str | None:
    return context_of(scope).known.get(_CALLER)


class ContextMiddleware:
    """Gives every HTTP request its context and tells its id back in `Request-Id`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("request-id", "")
        client = scope.get("client")
        context = RequestContext(
            request_id=given if _ID.fullmatch(given) else new_id(),
            language=_language(headers.get("accept-language", "")),
            place=f"ip:{client[0]}" if client else "",
        )
        scope[_KEY] = context

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Request-Id"] = context.request_id
            await send(message)

        with about(request_id=context.request_id):
            await self._app(scope, receive, told)


def _language(accepted: str) -> Language:
    """English where it is asked for before Vietnamese."""
    best: dict[str, float] = {}
    for part in accepted.split(",")[:20]:
        tag, _, rest = part.strip().partition(";")
        weight = rest.strip().removeprefix("q=")
        try:
            value = float(weight) if weight else 1.0
        except ValueError:
            continue
        primary = tag.strip().lower().partition("-")[0]
        best[primary] = max(best.get(primary, 0.0), value)
    return "en" if best.get("en", 0.0) > best.get("vi", 0.0) else "vi"
