"""Health: whether the process lives, and whether it can do its work."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from pipeline.observing.listening import Watched
from web.responses import either, problems

router = APIRouter(prefix="/health", tags=["health"])


class Health(BaseModel):
    """`status` is `pass` or `fail`; which part fails is told where the metrics are, not to strangers."""

    status: Literal["pass", "fail"]


@router.get("/live", responses=problems(door=False))
async def check_liveness() -> Health:
    """The process answers."""
    return Health(status="pass")


@router.get("/ready", responses=either(problems(door=False), {503: {"model": Health}}))
def check_readiness(request: Request, response: Response) -> Health:
    """Register, store and disk can be used, and the work beside the requests goes on."""
    watched: Watched = request.app.state.watched
    if watched.health().status != "fail":
        return Health(status="pass")
    response.status_code = 503
    return Health(status="fail")
