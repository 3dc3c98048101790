"""Signing at the officer's own computer, as the page of the văn thư and the program beside it see it."""

from __future__ import annotations

from pydantic import Field

from models.base import Value
from models.errors import ErrorReport
from models.states import EcopyState, HandoverState


class ProgramRequest(Value):
    """What the page sends to the program, in the program's own words (VGCA Sign Service)."""

    FileUploadHandler: str
    """Where the signed file goes, once."""
    SessionId: str = ""
    JWTToken: str = ""
    FileName: str
    """Where the prepared document is."""
    DocNumber: str = ""
    IssuedDate: str = ""
    MetaData: tuple[dict[str, str], ...] = ()


class HandoverStatus(Value):
    """Where a hand-over stands, and the e-copy with it, where it is one's."""

    id: str
    document: str
    ecopy: str | None
    """None where it is the document's capture that is signed."""
    state: HandoverState
    ecopy_state: EcopyState | None
    asked_by: str
    asked_at: str
    expires_at: str
    error: ErrorReport | None
    """Why it ended without a signature."""


class HandoverOpened(HandoverStatus):
    """A hand-over as it begins. The addresses in `request` are its only proof: they are told this once."""

    service: str
    """The address of the program on the computer that the page is shown on."""
    request: ProgramRequest


class ProgramAnswer(Value):
    """What the program is answered, in its own words."""

    Status: bool
    Message: str = Field(
        description="Empty, or why the file was not taken, in Vietnamese unless asked otherwise."
    )
    FileName: str
    FileServer: str = Field(description="Where the page finds out how it went.")
