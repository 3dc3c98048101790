"""Archive lots over the wire."""

from __future__ import annotations

from pydantic import Field

from models.base import Value
from models.casework import ArchiveProof
from models.states import DocumentState, LotState
from models.wire.words import Line, Note


class LotToOpen(Value):
    """An archive lot (lô tài liệu lưu trữ); its name is its agency's own."""

    name: Line = Field(max_length=150)
    """As long as a purpose can name."""
    proof: ArchiveProof | None = None
    """What proves the time of its e-copies: a time-stamp in each, or one for many of them in evidence records (RFC 4998);
    by default what the rule set says."""


class Lot(Value):
    """A lot with the number of its documents in each state."""

    id: str
    name: str
    state: LotState
    created_at: str
    decided_at: str | None
    proof: ArchiveProof
    documents: dict[DocumentState, int]


class LotDocument(Value):
    """One document of a lot."""

    document: str
    state: DocumentState


class LotDecision(Value):
    """The acceptance of a lot, which makes its issued documents reusable, or its rejection."""

    accept: bool
    note: Note | None = None
