"""What is said about a digitised source: one value a source, the same for machines, files and people."""

from __future__ import annotations

from typing import Literal

from models.base import Value
from models.casework import HeldBefore
from models.errors import ErrorReport
from models.extraction import Origin


class FieldOutcome(Value):
    """A field as machines get it; `box` is [x0, y0, x1, y1] on the upright page, 0–1."""

    value: str | None
    confidence: float
    page: int | None
    box: list[float] | None
    origin: Origin


class CaptureOutcome(Value):
    path: str | None
    sha256: str


class EcopyOutcome(Value):
    id: str
    form: str = "sao_y"
    path: str | None
    sha256: str
    level: str
    state: str = "issued"
    """`superseded` or `revoked` where it counts no more."""
    status_at: str | None = None
    status_reason: str | None = None
    """Code of the rule set's, or `newer_copy`."""
    superseded_by: str | None = None


class FurtherCopy(Value):
    """A copy that was asked for besides the whole one."""

    id: str
    form: str
    state: str
    sha256: str | None
    """Of its newest file; None before the issue."""


class WaitingPaper(Value):
    """A source that something went wrong with."""

    document: str
    """Its first document."""
    state: Literal["at_work", "put_off", "parked"]
    attempts: int
    next_at: str | None
    """When it is tried again; parked, it is not, before a restart or before somebody says so."""
    error: ErrorReport | None
    since: str | None
    """When it first failed to go on."""


class SeenBefore(Value):
    """An earlier document of the same paper, or of what may be the same one."""

    document: str
    likeness: Literal["same", "perhaps"]
    digitised_at: str
    dossier: str | None
    lot: str | None
    agrees: list[str]
    """Of `type`, `number`, `issued_on`, `issuer`, `holder`."""
    same_picture: bool
    """The pictures of both first pages show the same sheet. False proves nothing: two scans may differ too much."""


class SignatureOutcome(Value):
    """A signature that the received file already carried."""

    field_name: str
    signer: str | None
    verdict: str
    reasons: list[str]
    level: str | None
    proven_at: str | None


class BeginningOutcome(Value):
    """Why a new document begins with the first page of this one."""

    reason: str
    """As in `models.batches.BoundaryReason`."""
    probability: float


class DocumentOutcome(Value):
    """One document of a source."""

    id: str
    pages: list[int]
    """Its pages in the source; pages of fields are counted in the document, from 1."""
    begins: BeginningOutcome | None
    """None for the first document of a source, and where nothing had to be decided."""
    document_type: str
    type_probability: float
    state: str
    fields: dict[str, FieldOutcome]
    needs_review: list[str]
    flags: list[str]
    capture: CaptureOutcome | None
    ecopy: EcopyOutcome | None
    further: tuple[FurtherCopy, ...] = ()
    signatures: tuple[SignatureOutcome, ...] = ()
    """Only of files that came signed."""
    seen_before: tuple[SeenBefore, ...] = ()
    """When and for what this paper was digitised before; never merged."""
    waiting: WaitingPaper | None = None
    """Why it does not go on by itself, and since when; of an e-copy too that waits for its time-stamp."""
    error: ErrorReport | None = None
    """Why this one of several documents went no further; the others did. Or why its capture waits for its officer, or its e-copy
    for a person's seal."""


class SourceOutcome(Value):
    """One received content; several paths where the same bytes were given more than once."""

    sources: list[str]
    sha256: str
    pages: int
    """How many the source has."""
    left_out: dict[int, str]
    """Its pages that belong to no document, kept in the original alone: `separator`, `blank` or `person`."""
    documents: list[DocumentOutcome]
    held_already: HeldBefore | None = None
    """When and for what it came in first, where it is brought for a further dossier."""
    seconds: dict[str, float]


class SourceRefused(Value):
    """A source that was not taken."""

    sources: list[str]
    error: ErrorReport
