"""Single sign-on in the browser: off to the provider, and back with a session in the cookie."""

from __future__ import annotations

from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from models.errors import OidcNotBound, OidcOff, OidcRefused, OidcUnreachable
from models.wire.access import AgencyIdentifier
from pipeline.identity.oidc import STATE_LIFETIME, SingleSignOn
from web.guard import Office, cookie_name
from web.identity.outside import AsStranger, home_url, set_cookie
from web.responses import problems

router = APIRouter(prefix="/sign-in/oidc", tags=["sign-in"])

COOKIE = "ecopy_oidc"
_PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>ecopy</title>
<meta http-equiv="refresh" content="0;url={to}"></head>
<body><p><a href="{to}">Tiếp tục / Continue</a></p></body></html>
"""
"""A page and not a redirect: a session that other sites' requests do not carry would not be sent along with one that the
provider's site began."""
_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@router.get(
    "",
    status_code=303,
    response_class=RedirectResponse,
    responses=problems(OidcOff, OidcUnreachable, door=False),
    summary="Sign in with the single sign-on",
)
def begin_single_sign_on(
    request: Request,
    office: Office,
    _: AsStranger,
    to: Annotated[str, Query(max_length=500, description="Page of this installation to go on with.")] = "/",
    agency: Annotated[AgencyIdentifier | None, Query(description="For whom to act, of several.")] = None,
) -> Response:
    """Sends the browser to the provider."""
    begun = _provider(request, office).depart(_back(request), to=to, agency=agency)
    answer = RedirectResponse(begun.url, 303, {"Cache-Control": "no-store"})
    # Lax, since the browser comes back from another site; it is worth nothing without the provider's answer.
    answer.set_cookie(
        _cookie(office),
        begun.kept,
        max_age=int(STATE_LIFETIME.total_seconds()),
        path=router.prefix,
        secure=home_url(request).startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get(
    "/callback",
    response_class=HTMLResponse,
    responses=problems(OidcOff, OidcRefused, OidcNotBound, OidcUnreachable, door=False),
    summary="Back from the single sign-on",
)
def finish_single_sign_on(request: Request, office: Office, _: AsStranger) -> Response:
    """Opens a session for the account that is bound to who the provider says it is."""
    answered = {name: value for name, value in request.query_params.items() if len(value) <= 4096}
    found = _provider(request, office).arrive(request.cookies.get(_cookie(office), ""), answered)
    page = HTMLResponse(
        _PAGE.format(to=escape(found.to, quote=True)),
        headers={"Cache-Control": "no-store", "Content-Security-Policy": _POLICY},
    )
    page.delete_cookie(
        _cookie(office),
        path=router.prefix,
        secure=home_url(request).startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    set_cookie(request, page, found.session)
    return page


def _cookie(office: Office) -> str:
    return cookie_name(office, COOKIE, prefix="__Secure-")  # `__Host-` would need the path of everything


def _back(request: Request) -> str:
    return f"{home_url(request)}{router.prefix}/callback"


def _provider(request: Request, office: Office) -> SingleSignOn:
    state = request.app.state
    if not hasattr(state, "single_sign_on"):
        state.single_sign_on = SingleSignOn(office)
    provider: SingleSignOn = state.single_sign_on
    return provider
