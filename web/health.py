"""Health: whether the process lives, and whether it can do its work."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from pipeline.application import Application
from web.guard import Office
from web.responses import either, problems

router = APIRouter(prefix="/health", tags=["health"])


class Health(BaseModel):
    """`status` is `pass` or `fail`; which part fails is in the log and `ecopy doctor`, not told to strangers."""

    status: Literal["pass", "fail"]


@router.get("/live", responses=problems(door=False))
async def check_liveness() -> Health:
    """The process answers."""
    return Health(status="pass")


@router.get("/ready", responses=either(problems(door=False), {503: {"model": Health}}))
def check_readiness(request: Request, response: Response, office: Office) -> Health:
    """The register answers and the work beside the requests goes on."""
    services = request.app.state.services.values()
    if _register_answers(office) and all(service.alive for service in services):
        return Health(status="pass")
    response.status_code = 503
    return Health(status="fail")


def _register_answers(office: Application) -> bool:
    from models.errors import StorageFault

    try:
        with office.register.reading() as connection:
            connection.execute(sa.text("select 1"))
    except StorageFault:
        return False
    return True
