"""Uploads over the wire: how far one is, its receipt, and the addresses of its parts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema

from models.base import Value
from models.casework import HeldBefore
from models.ecopy import PresentedAs
from models.scans import ScanRecord
from models.states import DocumentState
from models.uploads import Declared, FileName, Scan, Sha256, Ulid, UploadKind, UploadState, Word


class Upload(Value):
    """An upload as it stands."""

    id: str
    kind: UploadKind
    state: UploadState
    length: int
    """Bytes of the whole file."""
    offset: int
    """Bytes that are here."""
    sha256: str | None
    purpose: str
    created_at: str
    expires_at: str
    error: str | None = None
    """Code of what was wrong with it; null where nothing was."""
    document: str | None = None
    """The document that it became."""
    document_state: DocumentState | None = None
    held_already: HeldBefore | None = None
    """When and for what the same file came in first, where it is brought for a further dossier: nothing is kept twice."""
    receipt: str | None = None
    """See `models.wire.receipts`: the file may be let go of with a valid one, not before."""


class PartsOrder(Value):
    """A file that is to go straight into the object store."""

    id: Ulid | None = None
    """The sender's ULID of it; one is given where there is none."""
    filename: FileName
    presented_as: PresentedAs
    length: int = Field(ge=1, le=1 << 50)
    sha256: Sha256
    document_type: Word | None = None
    one_document: bool = False
    scan: ScanRecord | None = None
    """What is known of the scanning."""


class PartAddress(Value):
    """Where one part goes: `PUT` exactly `length` bytes, from byte `offset` of the file on."""

    number: int
    offset: int
    length: int
    url: str


class PartsUpload(Upload):
    """An upload in parts; `parts` are those that have not come, or not whole, with addresses that hold for an hour."""

    part_length: int
    parts: tuple[PartAddress, ...] = ()


class SubmissionWords(Declared):
    """What is said of a file that comes whole in one request."""

    id: Ulid | None = None
    """The sender's ULID of it: sent again under it, it is taken once."""
    scan: Annotated[
        Scan,
        WithJsonSchema({"type": "string", "contentMediaType": "application/json", "maxLength": 8192}),
    ] = None
    """What is known of the scanning: a `ScanRecord` as JSON."""
