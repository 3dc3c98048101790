"""Lists in pages: an opaque cursor that goes on after the last item seen, whatever came or went meanwhile."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query

from models.errors import RequestMalformed
from models.wire.pages import Page

R = TypeVar("R")
W = TypeVar("W")

MOST = 200
USUAL = 50
_LONGEST = 1000


@dataclass(frozen=True)
class Paging:
    """Which part of a list is asked for."""

    cursor: str | None
    limit: int

    @property
    def fetch(self) -> int:
        """How many to read: one more than asked for tells whether others follow."""
        return self.limit + 1

    def after(self, parts: int = 1) -> tuple[str, ...] | None:
        """The sort key of the last item that was seen, of so many `parts`; None at the beginning.

        Raises RequestMalformed for a cursor that no page of such a list gave out.
        """
        return None if self.cursor is None else _opened(self.cursor, parts)

    def page(
        self, found: Sequence[R], key: Callable[[R], tuple[str, ...]], wire: Callable[[R], W]
    ) -> Page[W]:
        """The page out of up to `fetch` things found; `key` is each one's sort key, `wire` its form outside."""
        shown = found[: self.limit]
        more = len(found) > len(shown)
        return Page(items=tuple(wire(one) for one in shown), next=sealed(key(shown[-1])) if more else None)


def paging(
    cursor: Annotated[
        str | None,
        Query(max_length=_LONGEST, description="`next` of the page before; it tells nothing else."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = USUAL,
) -> Paging:
    return Paging(cursor, limit)


Paged = Annotated[Paging, Depends(paging)]


def sealed(key: tuple[str, ...]) -> str:
    """A sort key as a cursor."""
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _opened(cursor: str, parts: int) -> tuple[str, ...]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError, binascii.Error) as fault:
        raise RequestMalformed(fields="query/cursor") from fault
    if not isinstance(key, list) or len(key) != parts or not all(_usable(part) for part in key):
        raise RequestMalformed(fields="query/cursor")
    return tuple(key)


def _usable(part: object) -> bool:
    """No database takes a NUL or half a surrogate pair for text."""
    return isinstance(part, str) and "\0" not in part and not any("\ud800" <= c <= "\udfff" for c in part)
