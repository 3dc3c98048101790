"""Archive lots over the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

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
    """The acceptance of a lot on its sample, from which on its e-copies are issued and may be used again; or its rejection."""

    accept: bool
    note: Note | None = None
    whole: Note | None = None
    """How each document was looked at: of a small lot that is accepted without a sample, where the rule set allows it."""


class LotJudgement(Value):
    """What a person found when they compared a document of the sample with the paper."""

    right: bool = False
    """Everything was right: then neither of the others."""
    characters_wrong: int | None = Field(default=None, ge=0, le=10_000_000)
    """How many characters of its text and data are not what stands on the paper."""
    faults: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")], ...] = Field(
        default=(), max_length=20
    )
    """Codes of the rule set's `acceptance.faults`."""
