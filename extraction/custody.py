"""How papers of a type are handled at the counter and how long they are kept, each with what it rests on."""

from __future__ import annotations

from pydantic import Field, model_validator

from models.base import Value
from models.casework import Handling


class HandlingRule(Value):
    """The usual handling of a type; the component of a procedure may say otherwise."""

    value: Handling
    source: str
    """The article it rests on."""


class Retention(Value):
    """How long papers of a type are kept."""

    years: int | None = Field(default=None, ge=1, le=100)
    permanent: bool = False
    source: str
    binding: bool = False
    """False: a proposal that the archive has to confirm; nothing is destroyed by it."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Retention:
        if (self.years is None) != self.permanent:
            raise ValueError("either years or permanent: true")
        return self
