"""The API's description tells every way a request can fail: as an RFC 9457 problem, with the codes that can come."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from models.errors import (
    AddressTooLong,
    BodyTooLarge,
    BodyTooSlow,
    CaseNotOpen,
    EcopyError,
    ForbiddenCharacters,
    HeadersTooLarge,
    NotAuthenticated,
    NotHttp,
    PurposeNeeded,
    PurposeNotAllowed,
    RequestMalformed,
    RoleNotAllowed,
    ScopeMissing,
    StorageFault,
    TooBusy,
    TooManyRequests,
)
from models.wire.problems import Problem
from web.problems import MEDIA_TYPE

Responses = dict[int | str, dict[str, Any]]

_EVERYWHERE: tuple[type[EcopyError], ...] = (
    RequestMalformed,
    StorageFault,
    NotHttp,
    ForbiddenCharacters,
    BodyTooSlow,
    BodyTooLarge,
    AddressTooLong,
    HeadersTooLarge,
    TooManyRequests,
    TooBusy,
)
_AT_THE_DOOR: tuple[type[EcopyError], ...] = (
    PurposeNeeded,
    NotAuthenticated,
    RoleNotAllowed,
    ScopeMissing,
    PurposeNotAllowed,
    CaseNotOpen,
)
_SCHEMA = {"$ref": "#/components/schemas/Problem"}
_KNOWN = frozenset(HTTPStatus)
_OF_THE_FRAMEWORK = ("HTTPValidationError", "ValidationError")


def problems(*failures: int | type[EcopyError], door: bool = True) -> Responses:
    """What an endpoint can answer instead, for its `responses=`: statuses, or errors with their codes.

    What every endpoint can answer is in it: a malformed request, a store that is out of reach, the limits of `web.limits`,
    `web.rates` and `web.protocol` and, unless `door` is off, the refusals of `AtTheDoor`.
    """
    errors = [*_EVERYWHERE, *(_AT_THE_DOOR if door else ())]
    errors += [failure for failure in failures if isinstance(failure, type)]
    statuses = {error.http_status for error in errors}
    statuses |= {failure for failure in failures if isinstance(failure, int)}
    return {
        status: _described(status, (error.code for error in errors if error.http_status == status))
        for status in sorted(statuses)
    }


def either(one: Responses, other: Responses) -> Responses:
    """Both of them, for `responses=`: a status that can mean either tells the words and the bodies of both."""
    found = dict(one)
    for status, answer in other.items():
        before = found.get(status, {})
        words = [told["description"] for told in (before, answer) if "description" in told]
        found[status] = {**before, **answer, "description": "; ".join(words)}
    return found


def install(api: FastAPI) -> None:
    """Make the description of `api` tell problems alone, in place of the framework's own form of errors."""
    described = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            description = described()
            schemas = description.setdefault("components", {}).setdefault("schemas", {})
            for name in _OF_THE_FRAMEWORK:
                schemas.pop(name, None)
            schemas.update(_problem_schemas())
            for item in description.get("paths", {}).values():
                _mend(item)
            api.openapi_schema = description
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]


def _described(status: int, codes: Iterable[str]) -> dict[str, Any]:
    named = ", ".join(f"`{code}`" for code in dict.fromkeys(codes))
    phrase = (
        HTTPStatus(status).phrase if status in _KNOWN else f"{status}"
    )  # 460 is the upload protocol's own
    return {
        "description": f"{phrase}: {named}" if named else phrase,
        "content": {MEDIA_TYPE: {"schema": _SCHEMA}},
    }


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), "Problem": schema}


def _mend(item: dict[str, Any]) -> None:
    """Of the operations of one path: a framework's 422 becomes ours, what fails otherwise is told as a problem too, and
    what proves the caller goes together with what they say it is for."""
    for method, operation in item.items():
        if not isinstance(operation, dict):
            continue
        responses = operation.get("responses", {})
        given = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if given.get("$ref", "").endswith("/HTTPValidationError"):
            responses["422"] = _described(422, (RequestMalformed.code,))
        for status, answer in responses.items():
            if status.isdecimal() and int(status) >= 400 and method != "head":
                answer.setdefault("content", {MEDIA_TYPE: {"schema": _SCHEMA}})
        ways = operation.get("security", [])
        if len(ways) > 1:  # the framework tells them as one or the other
            operation["security"] = [{name: scopes for way in ways for name, scopes in way.items()}]
