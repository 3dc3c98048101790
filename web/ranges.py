"""Byte ranges of RFC 9110: what a request asks of a file, as one stretch of it or all of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.errors import RangeNotSatisfiable

_ONE = re.compile(r"\s*bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Stretch:
    """Bytes from `first` to `last`, both included, of `size`."""

    first: int
    last: int
    size: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    @property
    def content_range(self) -> str:
        return f"bytes {self.first}-{self.last}/{self.size}"


def asked_for(header: str | None, size: int) -> Stretch | None:
    """The stretch that a `Range` asks for; None for the whole file.

    Several ranges at once, other units and malformed ones are left alone, as the standard allows: the whole file comes.
    Raises RangeNotSatisfiable where nothing of a range is in the file.
    """
    found = _ONE.fullmatch(header) if header is not None else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = int(found[2])
        if not length or not size:
            raise RangeNotSatisfiable(size=size)
        return Stretch(max(0, size - length), size - 1, size)
    first, last = int(found[1]), int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None
    if first >= size:
        raise RangeNotSatisfiable(size=size)
    return Stretch(first, min(last, size - 1), size)


def is_one(header: str) -> bool:
    """Whether a `Range` has the form of a single stretch of bytes."""
    return _ONE.fullmatch(header) is not None
