"""A problem as the API tells it (RFC 9457), with the code that programs go by."""

from __future__ import annotations

from pydantic import Field

from models.base import Value


class FaultyField(Value):
    """One thing that is wrong with a request's form; what was given is not repeated."""

    at: str
    reason: str
    detail: str


class Problem(Value):
    """Why a request was not done. `code` is stable; `detail` and `remedy` are for people, in their language."""

    type: str = Field(examples=["urn:ecopy:problem:NOT_FOUND"])
    title: str
    status: int
    detail: str
    remedy: str
    code: str
    retryable: bool
    """Whether the same request may succeed later."""
    instance: str
    """Names the request, as the log does."""
    errors: tuple[FaultyField, ...] | None = None
    """Of REQUEST_MALFORMED: what is wrong with the form."""
