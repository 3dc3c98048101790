"""The cases that papers come in for: procedures (thủ tục hành chính) with what they ask for, dossiers, archive lots."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from models.base import Value
from models.states import DossierState

Handling = Literal["SCAN", "PRESENT_ONLY", "ONLINE", "SECRET_NO_SCAN", "DB_REPLACED"]
"""What happens to the paper at the counter (TT 03/2025 Art. 5.2): scanned; only shown; comes online; secret, never
scanned; its data are taken from a database first."""

NEVER_SCANNED: frozenset[Handling] = frozenset({"PRESENT_ONLY", "SECRET_NO_SCAN"})
"""Handlings that forbid a scan; what should come online or from a database may still have to be taken on paper
(ND118 Art. 17.1.b)."""

Channel = Literal["direct", "online", "post"]
"""Kênh thực hiện: at the counter, on the Portal, by the public postal service."""

ArchiveProof = Literal["own_timestamp", "evidence_record"]
"""What proves since when an archive's e-copies exist: a time-stamp in each file, or one for many of them, in evidence
records (RFC 4998) beside the files."""

GOOD_ENDS = frozenset({DossierState.SUCCEEDED})
"""The ends that make a dossier's papers reusable (ND118 Art. 22.1)."""


class ComponentRule(Value):
    """One thing that a procedure asks for (thành phần hồ sơ)."""

    code: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1)
    document_type: str | None = Field(default=None, max_length=40)
    """The type of document that meets it, where one type does."""
    handling: Handling = "SCAN"
    required: bool = True
    result: bool = False
    """It is itself the result of a procedure, or sector law wants it digitised: it gets an e-copy (ND118 Art. 19.2)."""


class Procedure(Value):
    """One version of a procedure, in force from `valid_from` to `valid_to` (both days included)."""

    code: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1)
    valid_from: date
    valid_to: date | None = None
    source: str = Field(min_length=1)
    """The catalogue or decision it was taken from."""
    components: tuple[ComponentRule, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Procedure:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        codes = [component.code for component in self.components]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"a component is named twice: {', '.join(twice)}")
        return self


class HeldBefore(Value):
    """A file that is brought for a dossier is here already: it stays the document it is, linked to both."""

    code: Literal["HELD_ALREADY"] = "HELD_ALREADY"
    digitised_at: str
    dossier: str | None
    """The dossier it was digitised for."""
    lot: str | None
    """The id of the archive lot, where it came in with one."""


def procedure_number(code: str) -> str:
    """`2.000815` of a localised or online code such as `2.000815.000.00.00.H55.02`; other codes as they are."""
    head = ".".join(code.split(".")[:2])
    return head if code.startswith(f"{head}.") and len(head) == len("2.000815") else code
