"""Holders' requests about their own data over the wire (Law 91/2025 Art. 4), with the law's deadlines."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from models.base import Value
from models.rulesets import SubjectRight
from models.states import RequestState
from models.wire.words import FieldName, Id, Line, Note


class RequestToReceive(Value):
    """What a holder asks for, in their own words."""

    holder: Line
    """A number of theirs: personal number, tax code, old identity card, passport."""
    kind: SubjectRight
    text: Note = Field(min_length=1)


class RequestListed(Value):
    """A request as lists show it: without words."""

    id: str
    kind: SubjectRight
    state: RequestState
    received_at: str
    received_by: str
    reply_due: str
    """ISO date; the last day for an answer."""
    execute_due: str
    """ISO date; the last day for doing it."""
    replied_at: str | None
    closed_at: str | None
    handled_by: str | None
    overdue: bool


class HolderRequest(RequestListed):
    """A request with what was asked and answered."""

    text: str
    answer: str | None


class RequestAnswer(Value):
    """The answer. Restrictions and corrections are carried out with it, an access by the export."""

    text: Note = ""
    refuse: bool = False
    corrections: dict[Id, dict[FieldName, Note]] = Field(default={}, max_length=50)
    """Of a request for correction: the right values by field, by document."""


class HolderExport(Value):
    """Everything that is kept about a holder, and who looked at it and why."""

    holder: dict[str, Any]
    identifiers: tuple[dict[str, Any], ...]
    documents: tuple[dict[str, Any], ...]
    dossiers: tuple[dict[str, Any], ...]
    reuse: tuple[dict[str, Any], ...]
    requests: tuple[dict[str, Any], ...]
    looks: tuple[dict[str, Any], ...]
