"""Reuse over the wire: what is there before anything is scanned, used again or overridden with a reason."""

from __future__ import annotations

from pydantic import Field, model_validator

from models.base import Value
from models.reuse import Check, FoundEcopy, FoundHolder
from models.wire.words import Code, Id, Line, Note


class LookUp(Value):
    """Whose papers are looked for: by a number, or by a name for candidates that a person tells apart."""

    number: Line | None = None
    """Personal number, tax code, old identity card, passport."""
    name: Line | None = None
    born: str | None = Field(default=None, pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?$")
    """ISO date, or the year alone; with a name only."""
    document_type: Code | None = None
    """One type of paper, or all."""

    @model_validator(mode="after")
    def _by_one_or_the_other(self) -> LookUp:
        if (self.number is None) == (self.name is None) or (self.born is not None and self.name is None):
            raise ValueError("either `number`, or `name` with or without `born`")
        return self


class LookUpAnswer(Value):
    """What is there for a holder today; nothing found means that the paper has to be taken."""

    at: str
    document_type: str | None
    holder: FoundHolder | None
    found: tuple[FoundEcopy, ...]
    """Newest first, each with what forbids its use (`why_not`) and what a person has to check (`checks`)."""
    usable: tuple[str, ...]
    """Ids of the documents in `found` that nothing forbids to use."""
    more: bool
    """There are older ones that were left out."""
    candidates: tuple[FoundHolder, ...]


class UseAgain(Value):
    """A component is to be met with what is there."""

    document: Id
    """Of the document, or of its e-copy."""
    component: Code
    checked: tuple[Check, ...] = Field(default=(), max_length=len(Check))
    """What the person has looked at in person."""


class TakePaper(Value):
    """Paper is asked for although an e-copy could be used, with the reason (ND118 Art. 5.1.i)."""

    document: Id
    component: Code
    reason: Code
    """A code of the rule set's."""
    note: Note | None = None
