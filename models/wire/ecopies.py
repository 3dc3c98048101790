"""What the API says of an e-copy: whether it counts today, and a person's word that it counts no more."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.base import Value
from models.wire.lines import OneLine

Standing = Literal["issued", "superseded", "revoked", "disposed"]
"""`disposed`: it was issued; its paper's retention has ended and everything was destroyed."""

Ulid = Annotated[str, Field(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Note = Annotated[OneLine, Field(max_length=1000)]


class EcopyStanding(Value):
    """What an e-copy is worth at this moment, for anybody who holds one; it tells nothing else."""

    ecopy: str
    state: Standing
    at: str
    """The moment of the answer."""


class CopyStatus(Value):
    """What became of an e-copy."""

    ecopy: str
    state: Standing
    status_at: str | None
    reason: str | None
    """Code of the rule set's, or `newer_copy`."""
    superseded_by: str | None


class CopyStatuses(Value):
    items: tuple[CopyStatus, ...]


class Revocation(Value):
    """Why an e-copy is taken out of use."""

    reason: Code
    """A code of the rule set's revocation reasons."""
    note: Note | None = None


class Supersession(Value):
    """A newer e-copy takes an older one's place."""

    by_ecopy: Ulid
    note: Note | None = None
