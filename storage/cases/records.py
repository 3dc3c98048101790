"""Rows about cases, holders and facts as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.casework import ArchiveProof, Channel, Handling
from models.extraction import Origin
from models.geometry import Box
from models.holders import HolderIdentifier, HolderKind
from models.signatures import Level
from models.states import ComponentState, DossierState, LotState

RetentionKind = Literal["unknown", "permanent", "until"]


@dataclass(frozen=True)
class DossierRecord:
    """A dossier (hồ sơ)."""

    code: str
    procedure_code: str
    procedure_valid_from: str
    agency: str
    holder_id: str | None
    channel: Channel
    state: DossierState
    received_at: str
    received_by: str
    outcome_at: str | None
    outcome_by: str | None
    outcome_note: str | None


@dataclass(frozen=True)
class ComponentRecord:
    """A component of a dossier, with what the procedure's rule says about it."""

    id: str
    dossier_code: str
    component_code: str
    position: int
    name: str
    document_type: str | None
    required: bool
    result: bool
    handling: Handling
    """The rule's, unless the dossier came online."""
    state: ComponentState
    document_id: str | None
    """What meets it; while the state is `wanted`, what is on its way to."""
    updated_at: str


@dataclass(frozen=True)
class LotRecord:
    """An archive lot."""

    id: str
    name: str
    agency: str
    state: LotState
    created_at: str
    created_by: str
    decided_at: str | None
    decided_by: str | None
    decision_note: str | None
    proof: ArchiveProof | None
    """What proves the time of its e-copies; None leaves it to the rule set."""


@dataclass(frozen=True)
class HolderRecord:
    """A holder with the numbers it is known by."""

    id: str
    kind: HolderKind
    name: str
    birth_date: str | None
    identifiers: tuple[HolderIdentifier, ...]


@dataclass(frozen=True)
class FieldRecord:
    """One version of a confirmed field."""

    document_id: str
    name: str
    version: int
    current: bool
    value: str | None
    printed: str | None
    confidence: float
    origin: Origin
    page: int | None
    box: Box | None
    changed_by: str
    changed_at: str
    reason: str | None


@dataclass(frozen=True)
class DocumentFacts:
    """The confirmed minimum data of a document (ND118 Art. 19.2) and how long it is kept."""

    document_id: str
    document_type: str | None
    """None before the confirmation, like everything below."""
    number: str | None
    issued_on: str | None
    issuer: str | None
    title: str | None
    abstract: str | None
    valid_from: str | None
    valid_to: str | None
    perpetual: bool
    scope: str | None
    retention: RetentionKind
    retain_until: str | None
    retention_source: str | None
    restricted: bool
    signed_original: bool
    """An electronic original whose signatures were valid when it was registered."""


@dataclass(frozen=True)
class SignatureRecord:
    """A signature made here: on the capture where `ecopy_id` is None."""

    id: str
    document_id: str
    ecopy_id: str | None
    revision: int | None
    field_name: str
    role: str
    signer: str
    certificate: str | None
    """SHA-256 of the certificate."""
    level: Level
    signed_at: str
