"""What the endpoints before the door share: where this installation is, who a stranger is, the session's cookie."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request, Response

from pipeline.application import Application
from pipeline.attempts import Acting, acting
from pipeline.identity.sessions import Session
from pipeline.identity.signin import STRANGER
from web.context import context_of
from web.guard import cookie_name, office_of


def home_url(request: Request) -> str:
    """Address of this installation: the setting, or the socket that the request came in by; never what a header says."""
    office: Application = request.app.state.office
    if office.settings.public_url:
        return office.settings.public_url.rstrip("/")
    host, port = request.scope.get("server") or ("127.0.0.1", 80)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def audiences(request: Request) -> frozenset[str]:
    """What an assertion for this installation may call it: its address, or that of its token endpoint."""
    home = home_url(request)
    names = {home, home.replace("http://127.0.0.1:", "http://localhost:")}
    return frozenset({*names, *(f"{name}/oauth/token" for name in names)})


async def stranger(request: Request) -> AsyncIterator[None]:
    """What happens inside is done by nobody known, from their address."""
    with acting(Acting(STRANGER, context_of(request.scope).place)):
        yield


AsStranger = Annotated[None, Depends(stranger)]


def set_cookie(request: Request, response: Response, session: Session) -> None:
    """Keep the session in the browser, out of reach of scripts and of other sites' requests."""
    response.set_cookie(
        cookie_name(office_of(request)),
        session.token,
        max_age=_seconds(request),
        path="/",
        secure=home_url(request).startswith("https:"),
        httponly=True,
        samesite="strict",
    )


def drop_cookie(request: Request, response: Response) -> None:
    response.delete_cookie(
        cookie_name(office_of(request)),
        path="/",
        secure=home_url(request).startswith("https:"),
        httponly=True,
        samesite="strict",
    )


def _seconds(request: Request) -> int:
    office: Application = request.app.state.office
    return int(office.settings.session_hours * 3600)
