"""What the API says of captures that the counter officer signs by an act of their own."""

from __future__ import annotations

from typing import Literal

from models.base import Value
from models.errors import ErrorReport
from models.wire.handover import HandoverOpened


class CaptureSigned(Value):
    """What the act made of one capture."""

    document: str
    state: Literal["signed", "awaiting_timestamp", "awaited"]
    """`awaiting_timestamp`: the signature is kept, and becomes the capture as soon as it has its time-stamp; `awaited`:
    nothing of it was signed."""
    error: ErrorReport | None


class CaptureAct(Value):
    """One act for all awaited captures of a dossier or scan."""

    captures: tuple[CaptureSigned, ...]


class CapturesHandedOver(Value):
    """All awaited captures of a dossier or scan, to be signed one after another at the officer's own computer: the page
    sends the first `request`, waits for its answer, and goes on with the next."""

    handovers: tuple[HandoverOpened, ...]


class AwaitedCase(Value):
    """Captures that one act can sign together."""

    dossier: str | None
    document: str
    """The first of them; what the act is asked for by, where there is no dossier."""
    captures: int


class AwaitedCaptures(Value):
    """What waits for the counter officer's signature, the oldest first."""

    awaited: tuple[AwaitedCase, ...]
