"""Search over the API: what is looked for travels in the body, since addresses end up in logs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from models.base import Value
from models.states import DocumentState, EcopyState
from models.wire.lines import OneLine, SomeWords

Words = Annotated[OneLine, Field(max_length=500)]


class SearchRequest(Value):
    """Everything given must hold; something has to be given.

    A word with marks must stand there with these marks, one without marks may bear any. `"…"` is a phrase.
    """

    words: Words = ""
    number: Annotated[OneLine, Field(max_length=120)] | None = None
    """Number and notation (`123/QĐ-UBND`), or its beginning (`123`)."""
    name: Annotated[OneLine, Field(max_length=200)] | None = None
    """Words of a holder's name that follow each other."""
    issuer: Annotated[OneLine, Field(max_length=200)] | None = None
    """Words of the issuing agency's name that follow each other."""
    document_type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")] | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    restricted_reason: Annotated[SomeWords, Field(max_length=150)] | None = None
    """Restricted papers are shown only to who says why; it goes on record."""


class SearchHit(Value):
    """A document found, with what helps to tell it from others."""

    document: str
    document_type: str | None
    title: str | None
    number: str | None
    issued_on: str | None
    issuer: str | None
    holders: tuple[str, ...]
    state: DocumentState
    restricted: bool
    ecopy: str | None
    ecopy_state: EcopyState | None


class SearchPage(Value):
    """Some of what was found, newest first; `next` goes back as `cursor`, and is null at the end."""

    items: tuple[SearchHit, ...]
    next: str | None
    paused: bool
    """The search stopped for the amount of its work, with fewer hits than asked for: going on may find more."""
