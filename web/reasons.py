"""`Ecopy-Reason`: why a restricted paper is looked at all the same; on record with the look."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends
from fastapi.security import APIKeyHeader

from models.errors import RequestMalformed
from models.wire.lines import one_line

REASON_HEADER = "Ecopy-Reason"
MOST_LETTERS = 150

_header = APIKeyHeader(
    name=REASON_HEADER,
    auto_error=False,
    description="Why a paper whose processing is restricted is looked at all the same, at most 150 letters; UTF-8, "
    "percent-encoded. Only such papers need it.",
)


def stated_reason(given: Annotated[str | None, Depends(_header)]) -> str | None:
    """The reason that a request states. Raises RequestMalformed for one that is no text."""
    if given is None:
        return None
    try:
        said = one_line(unquote(given, errors="strict"))
    except ValueError:
        raise RequestMalformed(fields=f"header/{REASON_HEADER}") from None
    if len(said) > MOST_LETTERS:
        raise RequestMalformed(fields=f"header/{REASON_HEADER}")
    return said or None


StatedReason = Annotated[str | None, Depends(stated_reason)]
