"""A list in pieces: what is on this page, and where the next one begins."""

from __future__ import annotations

from typing import Generic, TypeVar

from models.base import Value

T = TypeVar("T")


class Page(Value, Generic[T]):
    """Up to `limit` items; `next` goes back as `cursor` for those that follow, and is null at the end."""

    items: tuple[T, ...]
    next: str | None = None
