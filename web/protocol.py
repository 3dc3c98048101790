"""HTTP/1.1 as uvicorn speaks it, with patience that ends: who never finishes asking is not waited for."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from models.errors import EcopyError, HeadersTooLarge, NotHttp, TooBusy
from models.ids import new_id
from web.headers import ALWAYS, UNLESS_SAID
from web.limits import HEADER_BYTES, HEADER_LINES
from web.problems import MEDIA_TYPE, RETRY_AFTER_S, problem

REQUEST_S = 15
"""From the first byte of a request, or from connecting, to the end of its headers."""
ANSWER_S = 300
"""When so long nothing more of an answer can be sent, the other side is thought gone."""


class PatientProtocol(H11Protocol):
    """A connection that has `REQUEST_S` to say what it wants, every time it begins to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asking: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._most, self.limit_concurrency = self.limit_concurrency, None  # ours is a problem like all others

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._most is not None and len(self.connections) > self._most:
            self._turn_away(TooBusy())
        else:
            self._begin_to_ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._asked()
        self._taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._asking is None and self._idle():
            self._begin_to_ask()
        super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        if not self._idle():
            self._asked()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._taken()
        self._stuck = self.loop.call_later(ANSWER_S, self.transport.abort)

    def resume_writing(self) -> None:
        self._taken()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """The answer to what is no request, as a problem like all others; `msg` tells a person nothing."""
        fault = sys.exc_info()[1]
        too_large = isinstance(fault, h11.RemoteProtocolError) and fault.error_status_hint == 431
        reason: EcopyError = NotHttp()
        if too_large:
            reason = HeadersTooLarge(reason=f"> {HEADER_BYTES}", count=HEADER_LINES, limit=HEADER_BYTES)
        self._turn_away(reason)

    def _turn_away(self, reason: EcopyError) -> None:
        """Answer without a request, and end the connection."""
        self.logger.warning("%s from %s", reason.code, self.client[0] if self.client else "-")
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()  # half an answer is on its way already
            return
        body = json.dumps(problem(reason, new_id(), "vi"), ensure_ascii=False).encode()
        headers = {
            "content-type": MEDIA_TYPE,
            "content-length": str(len(body)),
            "content-language": "vi",
            "connection": "close",
            **({"retry-after": str(RETRY_AFTER_S)} if reason.retryable else {}),
            **ALWAYS,
            **UNLESS_SAID,
        }
        response = h11.Response(status_code=reason.http_status, headers=list(headers.items()))
        for event in (response, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _idle(self) -> bool:
        """Between requests, or within the headers of one."""
        return self.conn.their_state is h11.IDLE

    def _begin_to_ask(self) -> None:
        self._asking = self.loop.call_later(REQUEST_S, self.transport.abort)

    def _asked(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _taken(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
