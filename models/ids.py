"""Identifiers that the product gives out itself: ULIDs, sortable by time, safe in paths and URLs."""

import re

from ulid import ULID

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


def new_id() -> str:
    """A fresh ULID (26 characters of Crockford base 32)."""
    return str(ULID())


def is_id(text: str) -> bool:
    """Whether `text` has the form of an identifier given out by `new_id`."""
    return _ULID.fullmatch(text) is not None
