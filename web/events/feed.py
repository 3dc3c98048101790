"""The feed of events: what happened at the caller's agency, from any point on, with waiting for what comes next."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from models.access import Action
from models.errors import EventsForgotten, RequestMalformed
from models.wire.events import EventFeed, message_of
from models.wire.webhooks import EventTypes
from pipeline.events.feed import newest, read_feed
from storage.events.feed import Stretch
from web.events.service import Deliveries
from web.guard import AtTheDoor, Door
from web.paging import Paged, Paging, sealed
from web.responses import problems

router = APIRouter(prefix="/api/v1/events", tags=["events"])

LONGEST_WAIT_S = 25
_LOOKS_EVERY_S = 0.25
_HIGHEST = 2**63 - 1


@router.get(
    "",
    response_model=EventFeed,
    summary="What happened at the caller's agency, in its order; optionally wait for it",
    responses=problems(EventsForgotten),
)
async def list_events(
    request: Request,
    response: Response,
    door: AtTheDoor,
    paging: Paged,
    type: Annotated[
        EventTypes, Query(description="Only these; without it all. May be given several times.")
    ] = (),
    start: Annotated[
        Literal["oldest", "newest"],
        Query(description="Where to begin without a cursor: with what is kept, or with what comes."),
    ] = "oldest",
    wait: Annotated[
        int,
        Query(ge=0, le=LONGEST_WAIT_S, description="Seconds to wait for an event where there is none yet."),
    ] = 0,
) -> EventFeed:
    """Purpose `exchange:…`. Keep `next` and send it as `cursor`; every event comes once for each that keeps its place."""
    await run_in_threadpool(door.admit, Action.READ_EVENTS)
    after = await run_in_threadpool(_position, door, paging, start)
    until = time.monotonic() + wait
    while True:
        found = await run_in_threadpool(_read, door, after, paging.limit, type)
        if found.events or time.monotonic() >= until or await request.is_disconnected():
            response.headers["Cache-Control"] = "no-store"
            return EventFeed(
                items=tuple(message_of(one) for one in found.events),
                next=sealed((str(found.reached),)),
                more=found.more,
            )
        after = found.reached
        await _something_new(request, after, until)


def _position(door: Door, paging: Paging, start: str) -> int | None:
    """The number behind which the reader goes on; None for the oldest. Raises RequestMalformed."""
    given = paging.after()
    if given is None:
        return newest(door.office) if start == "newest" else None
    if not (given[0].isascii() and given[0].isdecimal() and len(given[0]) < 20) or int(given[0]) > _HIGHEST:
        raise RequestMalformed(fields="query/cursor")
    return int(given[0])


def _read(door: Door, after: int | None, limit: int, types: EventTypes) -> Stretch:
    return read_feed(
        door.office, door.caller, after=after, limit=limit, types=types, purpose=str(door.purpose)
    )


async def _something_new(request: Request, after: int, until: float) -> None:
    """Until there are events behind `after`, of whatever agency, or the time is over; asks no database."""
    service: Deliveries = request.app.state.services[Deliveries.name]
    while service.newest <= after and time.monotonic() < until:
        await asyncio.sleep(_LOOKS_EVERY_S)
        if await request.is_disconnected():
            return
