"""The counter's page over HTTP, for the browser of this computer and nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from importlib.resources import files
from typing import Any, TypeVar

from pydantic import Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk_agent.counter.dossiers import checked_code
from kiosk_agent.page.counter_page import CounterPage
from kiosk_agent.page.shown import shown
from models.base import Value
from models.ecopy import PresentedAs
from models.errors import EcopyError, UsageError
from models.reuse import Check

V = TypeVar("V", bound=Value)

HEARTBEAT_S = 20.0
MARK = "ecopy-kiosk"
"""Header of every request that changes something: no page from elsewhere can send it without being asked first."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; "
    "connect-src 'self' wss://127.0.0.1:8987; form-action 'none'; frame-ancestors 'none'"
)


class SignIn(Value):
    account: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=1024)


class SecondStep(Value):
    login: str = Field(max_length=1024)
    code: str = Field(max_length=20)


class StandIn(Value):
    name: str = Field(min_length=2, max_length=120)


class TakeDossier(Value):
    code: str | None = Field(default=None, max_length=60)
    """None: a provisional one."""
    procedure: str | None = Field(default=None, max_length=40)


class Reconcile(Value):
    provisional: str = Field(max_length=60)
    code: str = Field(max_length=60)


class Holder(Value):
    number: str = Field(min_length=1, max_length=400)


class Use(Value):
    document: str = Field(max_length=40)
    component: str = Field(max_length=40)
    checked: tuple[Check, ...] = ()


class Begin(Value):
    presented_as: PresentedAs
    component: str | None = Field(default=None, max_length=40)
    document_type: str | None = Field(default=None, max_length=40)


class Pull(Value):
    profile: str | None = Field(default=None, max_length=40)
    counted: int | None = Field(default=None, ge=1, le=10_000)


class Order(Value):
    pages: tuple[str, ...] = Field(max_length=10_000)


class Sign(Value):
    dossier: str


class Redirect(Value):
    component: str | None = Field(default=None, max_length=40)


class Nothing(Value):
    """No words are needed."""


Handler = Callable[[Request], Awaitable[Response]]


def application(page: CounterPage, *, hosts: frozenset[str]) -> ASGIApp:
    """The page as an ASGI application; it answers under the names in `hosts` (`127.0.0.1:8017`) alone."""
    desk = page.desk

    def does(kind: type[V], work: Callable[[Request, V], Any]) -> Handler:
        async def handler(request: Request) -> Response:
            try:
                said = kind.model_validate_json(await request.body() or b"{}")
            except ValidationError as fault:
                where = ", ".join("/".join(map(str, one["loc"])) for one in fault.errors()[:5])
                raise UsageError(reason=where or "JSON") from None
            made = await run_in_threadpool(work, request, said)
            return _json(made.model_dump_json().encode() if isinstance(made, Value) else b"{}")

        return handler

    def scan_of(request: Request) -> str:
        return str(request.path_params["scan"])

    async def state(_: Request) -> Response:
        return _json((await run_in_threadpool(shown, page)).model_dump_json().encode())

    async def preview(request: Request) -> Response:
        look = page.agent.seen.looks.get(request.path_params["page"])
        if look is None:
            return Response(status_code=404)
        return Response(look.preview, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    async def events(request: Request) -> Response:
        return StreamingResponse(_events(page, request), media_type="text/event-stream")

    async def index(_: Request) -> Response:
        return Response(_static("index.html"), media_type="text/html; charset=utf-8")

    def post(path: str, kind: type[V], work: Callable[[Request, V], Any]) -> Route:
        return Route(f"/api/{path}", does(kind, work), methods=["POST"])

    def begun(_: Request, said: Begin) -> Value:
        scan = desk.begin(said.presented_as, component=said.component, document_type=said.document_type)
        return Begun(scan=scan)

    routes = [
        Route("/", index),
        Route("/api/state", state),
        Route("/api/events", events),
        Route("/api/pages/{page}/preview", preview),
        post("sign-in", SignIn, lambda _, said: desk.begin_sign_in(said.account, said.password)),
        post(
            "sign-in/code",
            SecondStep,
            lambda _, said: desk.finish_sign_in(said.login, said.code).model_copy(update={"token": None}),
        ),
        post("stand-in", StandIn, lambda _, said: desk.stand_in(said.name)),
        post("sign-out", Nothing, lambda _, __: desk.sign_out()),
        post("dossier", TakeDossier, partial(_take, page)),
        post("dossier/away", Nothing, lambda _, __: desk.put_away()),
        post("dossier/refresh", Nothing, lambda _, __: desk.refresh() and None),
        post("reconcile", Reconcile, lambda _, said: desk.reconcile(said.provisional, said.code) and None),
        post("holder", Holder, lambda _, said: desk.identify(said.number) and None),
        post("holder/card", Nothing, lambda _, __: page.identify_by_card()),
        post("reuse", Use, lambda _, said: desk.use_again(said.document, said.component, said.checked)),
        post("scanner", Nothing, lambda _, __: page.find_scanner() and None),
        post("scans", Begin, begun),
        post(
            "scans/{scan}/pull",
            Pull,
            lambda request, said: page.pull(scan_of(request), said.profile, said.counted),
        ),
        post(
            "scans/{scan}/order",
            Order,
            lambda request, said: page.put_in_order(scan_of(request), list(said.pages)),
        ),
        post("scans/{scan}/finish", Nothing, lambda request, _: page.finish(scan_of(request))),
        post("scans/{scan}/drop", Nothing, lambda request, _: page.give_up(scan_of(request))),
        post(
            "scans/{scan}/redirect",
            Redirect,
            lambda request, said: desk.redirect(scan_of(request), component=said.component),
        ),
        post(
            "scans/{scan}/pages/{page}/drop",
            Nothing,
            lambda request, _: page.drop_page(request.path_params["page"], scan_of(request)),
        ),
        post("sign", Sign, lambda _, said: desk.sign_all(checked_code(said.dossier))),
        post("sign/handover", Sign, lambda _, said: desk.hand_over(checked_code(said.dossier))),
        post("sign/awaited", Nothing, lambda _, __: desk.look_for_signatures() and None),
        Mount("/static", StaticFiles(directory=str(files("kiosk_agent.page") / "static"))),
    ]

    async def refused(_: Request, fault: Exception) -> Response:
        assert isinstance(fault, EcopyError)
        body = {**fault.report(page.language).model_dump(), "retryable": fault.retryable}
        return JSONResponse(body, status_code=fault.http_status)

    inner = Starlette(routes=routes, exception_handlers={EcopyError: refused})
    return _Door(inner, hosts)


class Begun(Value):
    scan: str


class _Door:
    """Only this computer's browser, only this page: names that somebody else gave this address are none of ours, and what
    changes something has to come from the page itself."""

    def __init__(self, inner: ASGIApp, hosts: frozenset[str]) -> None:
        self._inner, self._hosts = inner, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get("origin")
        foreign = origin is not None and origin.partition("://")[2] not in self._hosts
        unmarked = scope["method"] != "GET" and MARK not in headers
        if headers.get("host") not in self._hosts or foreign or unmarked:
            await Response("403", status_code=403)(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                told["Content-Security-Policy"] = _POLICY
                told["X-Content-Type-Options"] = "nosniff"
                told["Referrer-Policy"] = "no-referrer"
                told.setdefault("Cache-Control", "no-cache")
            await send(message)

        await self._inner(scope, receive, guarded)


def _take(page: CounterPage, _: Request, said: TakeDossier) -> None:
    if said.code is None:
        page.desk.take_provisional(said.procedure)
    else:
        page.desk.take(said.code, said.procedure)


async def _events(page: CounterPage, request: Request) -> AsyncIterator[str]:
    """One line whenever something has changed; the page asks for the state then."""
    count = -1
    while not await request.is_disconnected():
        now = await asyncio.to_thread(page.agent.news.wait, count, HEARTBEAT_S)
        yield f"data: {json.dumps({'news': now})}\n\n" if now != count else ": \n\n"
        count = now


def _static(name: str) -> bytes:
    return (files("kiosk_agent.page") / "static" / name).read_bytes()


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
