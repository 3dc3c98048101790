"""Entity tags (RFC 9110): what somebody has already is not sent again, what changed meanwhile is not overwritten."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Annotated, TypeVar

from fastapi import Header, Request, Response

from models.base import Value
from models.errors import PreconditionFailed

V = TypeVar("V", bound=Value)

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_LENGTH = 32

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="Change it only while its ETag is one of these.", max_length=1000),
]
"""For the description of endpoints that look at it through `check_match`."""


def tag(text: str) -> str:
    """A strong tag around what names a representation already, such as a SHA-256."""
    return f'"{text}"'


def tag_of(value: Value) -> str:
    """A strong tag of a JSON body."""
    return tag(sha256(value.model_dump_json().encode()).hexdigest()[:_LENGTH])


def is_known(request: Request, current: str) -> bool:
    """Whether `If-None-Match` says that the client has `current` already (weak comparison)."""
    given = request.headers.get("if-none-match")
    return given is not None and _named(given, current, weak=True)


def check_match(request: Request, current: str) -> None:
    """Raise PreconditionFailed unless `If-Match`, where there is one, names `current` (strong comparison)."""
    given = request.headers.get("if-match")
    if given is not None and not _named(given, current, weak=False):
        raise PreconditionFailed


def may_continue(request: Request, current: str) -> bool:
    """Whether a range may be sent: without `If-Range`, or when it is the tag of what there is. A date never is."""
    given = request.headers.get("if-range")
    return given is None or given.strip() == current


def tagged(request: Request, response: Response, value: V) -> V | Response:
    """`value` with its tag, or 304 where the client has it; nobody between keeps it."""
    headers = {"ETag": tag_of(value), "Cache-Control": "private, no-cache"}
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return value


def _named(given: str, current: str, *, weak: bool) -> bool:
    if given.strip() == "*":
        return True
    listed = _TAG.findall(given)
    if weak:
        return current.removeprefix("W/") in {one.removeprefix("W/") for one in listed}
    return not current.startswith("W/") and current in listed
