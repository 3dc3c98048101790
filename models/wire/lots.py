"""Archive lots over the wire."""

from __future__ import annotations

from pydantic import Field

from models.base import Value
from models.states import DocumentState, LotState
from models.wire.words import Line, Note


class LotToOpen(Value):
    """An archive lot (lô tài liệu lưu trữ); its name is its agency's own."""

    name: Line = Field(max_length=150)
    """As long as a purpose can name."""


class Lot(Value):
    """A lot with the number of its documents in each state."""

    id: str
    name: str
    state: LotState
    created_at: str
    decided_at: str | None
    documents: dict[DocumentState, int]


class LotDocument(Value):
    """One document of a lot."""

    document: str
    state: DocumentState


class LotDecision(Value):
    """The acceptance of a lot, which makes its issued documents reusable, or its rejection."""

    accept: bool
    note: Note | None = None
