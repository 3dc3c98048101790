"""The one HTTP application: what it is made of, and its life from opening the home to closing it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from typing import TypeVar

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from models.ports import Clock
from pipeline.application import open_application
from pipeline.kiosks.profiles import load_profiles
from pipeline.observing.listening import Watched
from pipeline.settings import Settings
from pipeline.version import number
from web import problems, responses
from web.api.captures import router as captures
from web.api.corrections import router as corrections
from web.api.dossiers import router as dossiers
from web.api.handover import router as handovers
from web.api.lots import router as lots
from web.api.papers import ROUTERS as PAPERS
from web.api.requests import router as holders_requests
from web.api.reuse import router as reuse
from web.context import ContextMiddleware
from web.events.feed import router as events
from web.events.hooks import router as webhooks
from web.events.service import Deliveries
from web.faults import FaultsMiddleware
from web.headers import HeadersMiddleware
from web.health import router as health
from web.identity.keeping import Forgetting
from web.identity.routers import ROUTERS as IDENTITY
from web.kiosks import ROUTERS as KIOSKS
from web.limits import LimitsMiddleware
from web.rates import RatesMiddleware
from web.services import Service
from web.signing import Signing
from web.uploads.parts import router as part_uploads
from web.uploads.protocol import TusMiddleware
from web.uploads.service import Uploads
from web.uploads.submissions import router as submissions
from web.uploads.tus import router as uploads
from web.watching import Watching
from web.working import Anchoring, Evidence, Working

T = TypeVar("T")

SERVICES: tuple[type[Service], ...] = (
    Forgetting,
    Deliveries,
    Uploads,
    Signing,
    Working,
    Watching,
    Anchoring,
    Evidence,
)
"""What works beside the requests."""


def create_app(settings: Settings, clock: Clock | None = None, watched: Watched | None = None) -> FastAPI:
    """The application of `settings`; the home is opened when it starts and closed when it ends. `watched` is told of it."""
    watched = watched or Watched()

    @asynccontextmanager
    async def life(api: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            api.state.office = await _entered(stack, open_application(settings, clock, watched.meter))
            await _entered(stack, api.state.office.working())
            await run_in_threadpool(lambda: api.state.office.hands)  # what is set wrongly is told at once
            await run_in_threadpool(load_profiles, settings.scan_profiles, api.state.office.rules_today())
            api.state.services = {kind.name: kind(api.state.office) for kind in SERVICES}
            for service in api.state.services.values():
                service.start()
                stack.push_async_callback(run_in_threadpool, service.stop)
            watched.opened(
                api.state.office,
                broker=api.state.services[Working.name].broker_answers,
                threads=lambda: {name: service.alive for name, service in api.state.services.items()},
            )
            yield

    api = FastAPI(
        title="ecopy",
        version=number(),
        summary="Signed electronic copies and data of papers, for every agency to reuse",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        separate_input_output_schemas=False,
        generate_unique_id_function=_operation,
    )
    api.state.watched = watched
    problems.install(api)
    responses.install(api)
    for router in (
        health,
        *IDENTITY,
        *KIOSKS,
        *PAPERS,
        handovers,
        captures,
        dossiers,
        lots,
        reuse,
        corrections,
        holders_requests,
        events,
        webhooks,
        uploads,
        part_uploads,
        submissions,
    ):
        api.include_router(router)
    api.add_middleware(FaultsMiddleware)  # the innermost; each further one stands around those before it
    api.add_middleware(RatesMiddleware, settings=settings)
    api.add_middleware(LimitsMiddleware, settings=settings)
    api.add_middleware(HeadersMiddleware, settings=settings)
    api.add_middleware(TusMiddleware)
    api.add_middleware(ContextMiddleware)  # the outermost: everything behind it has a context
    return api


def _operation(route: APIRoute) -> str:
    """The name of an operation in the contract, which generated clients go by: a verb and what it is done to."""
    return route.name


async def _entered(stack: AsyncExitStack, blocking: AbstractContextManager[T]) -> T:
    """Enter what blocks in a thread, and leave it in one when the stack ends."""
    value = await run_in_threadpool(blocking.__enter__)
    stack.push_async_callback(run_in_threadpool, blocking.__exit__, None, None, None)
    return value
