"""What the API says of a document: where it stands, what stands on it, and a person's word that the data are right."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.base import Value
from models.ecopy import CopyForm
from models.errors import ErrorReport
from models.extraction import MinimumData, Origin
from models.geometry import Unit
from models.signatures import Level
from models.states import DocumentState, EcopyState
from models.wire.lines import AsTyped

MOST_CORRECTIONS = 500


class CaptureStatus(Value):
    """The signed capture (bản sao chụp)."""

    sha256: str
    level: Level
    signed_at: str


class IssuedCopy(Value):
    """An e-copy (bản sao điện tử) of a document as far as it has come."""

    id: str
    form: CopyForm
    """Sao y, sao lục, trích sao, or certified."""
    state: EcopyState
    revision: int | None
    """The newest; None before the issue, like everything below."""
    sha256: str | None
    size: int | None
    """Bytes."""
    level: Level | None
    signed_at: str | None
    superseded_by: str | None


class DocumentStatus(Value):
    """Where a document stands; nothing of its contents."""

    id: str
    state: DocumentState
    document_type: str | None
    """Code of the type, once a named person has confirmed it."""
    pages: int | None
    """None until the scan is split."""
    intake: Literal["counter", "archive", "import"]
    received_at: str
    updated_at: str
    confirmed_at: str | None
    reusable_from: str | None
    dossier: str | None
    """Code of the dossier it came in with."""
    lot: str | None
    work: Literal["waiting", "at_work", "put_off", "parked"] | None
    """What the program is doing about it; `parked` after repeated faults, until an administrator lets it try again. None
    where it waits for a person, or for nothing."""
    waiting_since: str | None
    """When the program first failed to go on with it, where it does not go on: a service such as the time-stamping
    authority is away, or a fault lasts."""
    error: ErrorReport | None
    """Why it was refused, put off or parked, or which person's act it waits for."""
    quarantined: bool
    restricted: bool
    """Its processing is restricted: contents are given out for a stated reason only."""
    signed_original: bool
    """The file received is an electronic original with valid signatures; no e-copy is made of it."""
    capture: CaptureStatus | None
    ecopy: IssuedCopy | None
    """The copy of the whole that it gets by itself."""
    further: tuple[IssuedCopy, ...]
    """Copies that were asked for besides: excerpts, certified copies; the oldest first."""
    siblings: tuple[str, ...]
    """Other documents of the same scan, in the order of its pages."""


class FieldData(Value):
    """One field. `box` is [x0, y0, x1, y1] on the upright page, 0–1; pages are the document's own, from 1."""

    value: str | None
    """Normalised: ISO dates, digits without spaces, NFC."""
    printed: str | None
    """As read, before it was normalised."""
    confidence: Unit
    origin: Origin
    page: int | None
    box: list[float] | None
    version: int | None
    """1 as confirmed, higher after corrections; None for a proposal."""
    needs_review: bool
    """A person has to look at it before anything is confirmed."""


class DocumentData(Value):
    """What stands on a document, as a machine proposes or a named person confirmed it."""

    document: str
    standing: Literal["proposed", "confirmed"]
    """A proposal has no authority: nobody stands for it (ND118 Art. 19.2)."""
    document_type: str
    document_type_name: str | None
    """Vietnamese; None for an unknown type."""
    schema_id: str | None
    """`$id` of the JSON Schema of `data`; `GET /api/v1/document-types/{code}/schema` gives it."""
    data: dict[str, str | None]
    """Field name → value, by the type's schema."""
    fields: dict[str, FieldData]
    """The same with where each value stands and how sure it is."""
    minimum: MinimumData | None
    """Of ND118 Art. 19.2; None for an unknown type."""
    needs_review: tuple[str, ...]
    """Of a proposal: the fields that a person has to look at."""
    flags: tuple[str, ...]
    confirmed_by: str | None
    confirmed_at: str | None
    ecopy: str | None
    """Id of the e-copy that was issued with the data as first confirmed."""


class Confirmation(Value):
    """A person's word that the data are right, with what they corrected from the paper."""

    document_type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")] | None = None
    """The right type, where another one was proposed."""
    corrections: Annotated[
        dict[
            Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")],
            Annotated[AsTyped, Field(max_length=2000)],
        ],
        Field(max_length=MOST_CORRECTIONS),
    ] = {}  # noqa: RUF012 - a frozen value's default
    """Field name → value as printed; an empty text takes the field out."""


class DocumentType(Value):
    """A type of documents that the installation knows."""

    code: str
    version: int
    name_vi: str
    name_en: str
    schema_id: str


class DocumentTypes(Value):
    items: tuple[DocumentType, ...]
