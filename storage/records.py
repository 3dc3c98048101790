"""Rows of the register as frozen values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar

from models.ecopy import CopyForm, CopyRequest, PresentedAs
from models.judgement import Judgement
from models.people import Role
from models.scans import ScanRecord
from models.signatures import Level
from models.states import DocumentState, EcopyState

R = TypeVar("R")
Intake = Literal["counter", "archive", "import"]
"""Scanned at the counter; scanned in the archive; digitised elsewhere and brought in for a dossier."""
WHOLE_DOCUMENT = 0
"""The `page` of a derivation that concerns the document as a whole."""


@dataclass(frozen=True)
class StoredRef:
    """An object that is durable in the store."""

    key: str
    size: int
    """Of the content, as whoever reads it gets it."""
    sha256: str
    """Of the content."""
    stored_size: int | None = None
    """Of what lies in the store: more, where that is encrypted. None for an object that has been adopted before."""
    stored_sha256: str | None = None


@dataclass(frozen=True)
class SourceRecord:
    """A file as it was received."""

    id: str
    sha256: str
    size: int
    filename: str
    object_key: str
    received_at: str
    received_by: str
    agency: str | None
    """The identifier of the agency it was handed in at; None: the installation's own."""
    intake: Intake
    presented_as: PresentedAs
    grouping: str
    """How it is to be split into documents: `models.batches.AUTO`, `ONE_DOCUMENT`, or the pages a person named."""
    scan: ScanRecord | None
    """What whoever scanned it says of the scanning; None where nobody said anything."""
    facts: dict[str, Any] | None
    error_code: str | None
    error_details: dict[str, Any] | None
    quarantined: bool


@dataclass(frozen=True)
class DocumentRecord:
    """A document (giấy tờ) found in a source."""

    id: str
    source_id: str
    position: int
    """1 is the document that was registered with the source; the pictures and readings of all pages are kept with it."""
    pages: str | None
    """The pages of the source that it is made of (`models.page_ranges`); None until that is known."""
    state: DocumentState
    rule_set: str
    forced_type: str | None
    created_at: str
    updated_at: str
    confirmed_by: str | None
    confirmed_at: str | None
    reusable_from: str | None
    dossier_code: str | None
    """The dossier or lot it came in with, where it came in with one."""
    lot_id: str | None


@dataclass(frozen=True)
class Derivation:
    """What one version of a stage made of a document or of one of its pages."""

    id: str
    document_id: str
    stage: str
    page: int
    version: str
    object_key: str | None
    facts: dict[str, Any]
    seconds: float


@dataclass(frozen=True)
class CaptureRecord:
    """The signed capture (bản sao chụp) of a document."""

    document_id: str
    object_key: str
    sha256: str
    level: Level
    signed_by: str
    signed_at: str


@dataclass(frozen=True)
class EcopyRecord:
    """An e-copy (bản sao điện tử) of a document."""

    id: str
    document_id: str
    copy_form: CopyForm
    state: EcopyState
    created_at: str
    particulars: CopyRequest | None
    """What it was asked for; None for the whole copy that a document gets by itself."""


@dataclass(frozen=True)
class RevisionRecord:
    """One revision of an e-copy's file; each is a byte prefix of the next."""

    ecopy_id: str
    revision: int
    object_key: str
    sha256: str
    size: int
    level: Level
    signed_by: str
    signed_at: str


@dataclass(frozen=True)
class JudgementRecord:
    """What a named person made of one field of a document."""

    document_id: str
    document_type: str
    """The type as confirmed."""
    type_version: int
    """Version of the type's definition."""
    extractor: str
    engine: str
    """Engine and version of the reading that the proposal was made from."""
    judged_by: str
    """`models.people.Person.id`, as in the audit trail."""
    role: Role
    judged_at: str
    judgement: Judgement


_JSON = {"facts", "error_details"}
_ENUMS: dict[str, Any] = {"copy_form": CopyForm, "level": Level}


def record_of(row: Mapping[Any, Any], kind: type[R]) -> R:
    """A row as the record of that `kind`."""
    values: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        value = row[field.name]
        if field.name in _JSON and value is not None:
            value = json.loads(value)
        elif field.name == "particulars" and value is not None:
            value = CopyRequest.model_validate_json(value)
        elif field.name == "scan" and value is not None:
            value = ScanRecord.model_validate_json(value)
        elif field.name in _ENUMS:
            value = _ENUMS[field.name](value)
        elif field.name == "state":
            value = (DocumentState if kind is DocumentRecord else EcopyState)(value)
        values[field.name] = value
    return kind(**values)
