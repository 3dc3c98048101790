"""Dossiers over the wire: opened, met component by component, moved on, decided."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.base import Value
from models.casework import Channel, Handling
from models.states import ComponentState, DossierState
from models.wire.words import Code, DossierCode, Id, Line, Note


class DossierToOpen(Value):
    """A dossier that was taken in. The components are those of the procedure as in force today."""

    code: DossierCode
    procedure: Code
    """Mã thủ tục hành chính."""
    channel: Channel = "direct"
    holder: Line | None = None
    """A number of the applicant's: personal number, tax code, old identity card, passport."""
    holder_name: Line | None = None


class Component(Value):
    """A component (thành phần hồ sơ) as it stands."""

    code: str
    name: str
    handling: Handling
    required: bool
    result: bool
    """It gets an e-copy (ND118 Art. 19.2)."""
    state: ComponentState
    document: str | None
    document_type: str | None
    """What the procedure asks for."""
    found_type: str | None
    """What the document was confirmed to be."""


class Dossier(Value):
    """A dossier (hồ sơ) as it stands."""

    code: str
    procedure: str
    channel: Channel
    state: DossierState
    received_at: str
    outcome_at: str | None
    components: tuple[Component, ...]
    documents: tuple[str, ...]
    missing: tuple[str, ...]
    """Components that still lack a signed scan, without which it can't be handed over."""


class ComponentMeeting(Value):
    """How a component was met without a scan, or that it is wanted again."""

    state: Literal["presented", "online", "waived", "wanted"]


class ComponentDocument(Value):
    """Which of the dossier's own documents meets a component."""

    document: Id


class DossierMove(Value):
    """A step of a dossier that goes on: handed over, to be supplemented, complete again."""

    state: Literal["received", "supplement", "in_process"]


class DossierEnd(Value):
    """How a dossier ended (ND118 Art. 19.5, 21, 22)."""

    outcome: Literal["succeeded", "failed", "refused", "withdrawn", "closed"]
    note: Note | None = Field(default=None, description="Kept with the dossier; no personal data.")


class DossierEnded(Value):
    """A dossier that has ended, and what may be used again since."""

    dossier: Dossier
    reusable: tuple[str, ...]
    """Its documents that may be used again (ND118 Art. 22.1); others follow when their e-copies are issued."""
