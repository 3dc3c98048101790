"""The last resort: a fault that nobody foresaw is logged with the request's id, and answered like every other error."""

from __future__ import annotations

import logging

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import EcopyError
from web.context import context_of
from web.problems import answer

log = logging.getLogger("ecopy.web")


class FaultsMiddleware:
    """Stands inside the middlewares that dress answers, so that this one is dressed too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except (ClientDisconnect, ConnectionError):  # whoever asked has gone
            raise
        except Exception as fault:
            if started:
                raise  # half an answer can't be taken back: the server ends the connection
            request_id = context_of(scope).request_id
            log.error("%s: unexpected fault", request_id, exc_info=fault)
            await answer(Request(scope), EcopyError(reason=request_id))(scope, receive, send)
