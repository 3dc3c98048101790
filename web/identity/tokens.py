"""`POST /oauth/token`: devices and systems get a short-lived token for a signed assertion (RFC 6749, RFC 7523)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse

from models.access import Action
from models.errors import (
    AssertionExpired,
    AssertionMisdirected,
    AssertionRefused,
    AssertionReplayed,
    EcopyError,
    GrantNotSupported,
    ScopeNotGranted,
)
from models.wire.access import Token, TokenRefused
from pipeline.identity.assertions import token_for
from pipeline.identity.keys import ALGORITHMS
from web.context import context_of
from web.guard import Office
from web.identity.outside import AsStranger, audiences, home_url
from web.problems import answer, problem
from web.responses import either, problems

router = APIRouter(tags=["sign-in"])

GRANT = "client_credentials"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_KEPT = ("Content-Language", "WWW-Authenticate")
_OAUTH: tuple[tuple[type[EcopyError], str], ...] = (
    (AssertionRefused, "invalid_client"),
    (ScopeNotGranted, "invalid_scope"),
)


def _named(*faults: type[EcopyError]) -> str:
    return ", ".join(f"`{fault.code}`" for fault in faults)


@router.post(
    "/oauth/token",
    response_model=Token,
    responses=either(
        problems(door=False),
        {
            400: {"model": TokenRefused, "description": _named(GrantNotSupported, ScopeNotGranted)},
            401: {
                "model": TokenRefused,
                "description": _named(
                    AssertionRefused, AssertionExpired, AssertionReplayed, AssertionMisdirected
                ),
            },
        },
    ),
    summary="A token for a client that proves itself by a signed assertion",
)
def issue_token(
    request: Request,
    office: Office,
    _: AsStranger,
    grant_type: Annotated[str, Form(max_length=200)] = "",
    client_assertion_type: Annotated[str, Form(max_length=200)] = "",
    client_assertion: Annotated[str, Form(max_length=8192)] = "",
    scope: Annotated[str | None, Form(max_length=4000)] = None,
) -> Any:
    """A token of ten minutes.

    The assertion is a JWT of the client's key (EdDSA or ES256): `iss` and `sub` its id, `aud` this installation's
    address (`issuer` of `/.well-known/oauth-authorization-server`), `exp` 5 minutes ahead at most, a new `jti` every
    time. `scope` narrows the token to some actions.
    """
    try:
        if grant_type != GRANT:
            return _refused(request, GrantNotSupported(), "unsupported_grant_type")
        if client_assertion_type != ASSERTION_TYPE or not client_assertion:
            return _refused(request, GrantNotSupported(), "invalid_request")
        made = token_for(office, client_assertion, audiences(request), scope=scope)
    except (AssertionRefused, ScopeNotGranted) as fault:
        return _refused(request, fault, next(word for kind, word in _OAUTH if isinstance(fault, kind)))
    said = Token(
        access_token=made.token,
        expires_in=int(made.lifetime.total_seconds()),
        scope=None if made.actions is None else " ".join(made.actions),
    )
    return JSONResponse(
        said.model_dump(exclude_none=True), headers={"Cache-Control": "no-store", "Pragma": "no-cache"}
    )


@router.get(
    "/.well-known/oauth-authorization-server",
    summary="What the token endpoint is and takes (RFC 8414)",
    response_model=dict[str, Any],
    responses=problems(door=False),
)
async def show_server_metadata(request: Request) -> dict[str, Any]:
    home = home_url(request)
    return {
        "issuer": home,
        "token_endpoint": f"{home}/oauth/token",
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": [
            name for names in ALGORITHMS.values() for name in names
        ],
        "scopes_supported": [action.value for action in Action],
    }


def _refused(request: Request, fault: EcopyError, word: str) -> JSONResponse:
    """The problem, with the words that OAuth has for it, as RFC 6749 section 5.2 sends it."""
    plain = answer(request, fault)
    context = context_of(request.scope)
    body = problem(fault, context.request_id, context.language)
    told = {**body, "error": word, "error_description": fault.message(context.language)}
    headers = {name: plain.headers[name] for name in _KEPT if name in plain.headers}
    return JSONResponse(told, fault.http_status, {**headers, "Cache-Control": "no-store"})
