"""Errors as machines get them over HTTP: RFC 9457 problems with the codes of `models.errors`, in two languages."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from models.errors import EcopyError, MethodNotAllowed, NoSuchAddress, RequestMalformed
from models.text import Language
from pipeline.application import Application
from web.context import context_of

log = logging.getLogger("ecopy.web")

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 30


class Problem(JSONResponse):
    media_type = MEDIA_TYPE


def install(api: FastAPI) -> None:
    """Every way of going wrong ends in a problem with a code and a remedy."""
    api.add_exception_handler(EcopyError, _known)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _of_the_framework)
    api.add_exception_handler(Exception, _unexpected)


def problem(error: EcopyError, request_id: str, language: Language, **more: Any) -> dict[str, Any]:
    """The body of a problem: `type` names the code, `detail` and `remedy` are for people."""
    return {
        "type": f"urn:ecopy:problem:{error.code}",
        "title": error.code,
        "status": error.http_status,
        "detail": error.message(language),
        "remedy": error.remedy(language),
        "code": error.code,
        "retryable": error.retryable,
        "instance": f"urn:ecopy:request:{request_id}",
        **more,
    }


def answer(request: Request, error: EcopyError, **more: Any) -> Problem:
    context = context_of(request.scope)
    headers: dict[str, str] = {"Content-Language": context.language}
    if error.http_status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="ecopy"'
    wait = error.details.get("retry_after_s", RETRY_AFTER_S if error.retryable else None)
    if wait is not None:
        headers["Retry-After"] = str(wait)
    body = problem(error, context.request_id, context.language, **more)
    office: Application | None = getattr(request.app.state, "office", None)
    if office is not None:
        office.meter.problem(error.code)
    return Problem(body, status_code=error.http_status, headers=headers)


async def _known(request: Request, error: Exception) -> Problem:
    assert isinstance(error, EcopyError)
    if error.http_status >= 500:
        log.error("%s: %s", context_of(request.scope).request_id, error)
    return answer(request, error)


async def _invalid(request: Request, error: Exception) -> Problem:
    assert isinstance(error, RequestValidationError)
    # What was given is not repeated: it may be personal data.
    fields = [
        {"at": "/".join(str(part) for part in fault["loc"]), "reason": fault["type"], "detail": fault["msg"]}
        for fault in error.errors()
    ]
    named = ", ".join(field["at"] for field in fields[:5])
    return answer(request, RequestMalformed(fields=named), errors=fields)


async def _of_the_framework(request: Request, error: Exception) -> Problem:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        found = answer(request, MethodNotAllowed(method=request.method))
    elif error.status_code == 404:
        found = answer(request, NoSuchAddress())
    else:
        found = answer(request, RequestMalformed(fields=str(error.detail)))
    found.headers.update(error.headers or {})
    return found


async def _unexpected(request: Request, error: Exception) -> Problem:
    context = context_of(request.scope)
    log.error("%s: unexpected fault", context.request_id, exc_info=error)
    return answer(request, EcopyError(reason=context.request_id))
