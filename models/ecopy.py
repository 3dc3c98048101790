"""The e-copy (bản sao điện tử): its form, the conversion mark, and the note of how it was made."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from models.base import Value
from models.extraction import FieldValue, MinimumData
from models.scans import ScanRecord

DATA_SCHEMA = "ecopy-data-1"
NOTE_SCHEMA = "ecopy-transfer-note-2"
NOTE_SCHEMAS = ("ecopy-transfer-note-1", NOTE_SCHEMA)
"""Those that are read; version 1 says nothing of the scanning, the checks and the reviewer's office."""


class CopyForm(StrEnum):
    """Hình thức sao of ND30 Art. 25, and the certified copy of ND45/2020 Art. 10."""

    SAO_Y = "sao_y"
    """The whole of an original or an issued exemplar."""
    SAO_LUC = "sao_luc"
    """The whole of a sao y on paper."""
    TRICH_SAO = "trich_sao"
    """A part, laid out anew."""
    CHUNG_THUC = "chung_thuc"
    """The whole, with the attestation of who compared it with the paper."""


WHOLE_FORMS = (CopyForm.SAO_Y, CopyForm.SAO_LUC)
"""Those that a document gets by itself, one of them by what was presented; the others are asked for."""

PresentedAs = Literal["ban_goc", "ban_chinh", "ban_sao_y", "ban_sao"]
"""What the citizen put on the counter: original, issued exemplar (bản chính), a sao y that an agency made on paper, or a
mere copy."""


class Attestation(Value):
    """What a certified copy says of its certification, besides the words of the rule set."""

    number: str
    """Số chứng thực."""
    book: str
    """Quyển số."""
    certifier: str
    """Name of the person who compared it with the paper and certifies."""
    office: str
    """Their office, as it is written below."""


class CopyRequest(Value):
    """What a further copy was asked for."""

    form: CopyForm
    asked_by: str
    """`models.people.Person.id`."""
    purpose: str
    fields: tuple[str, ...] = ()
    """Of an excerpt: the fields that stand in it, in the order of the paper's form."""
    attestation: Attestation | None = None
    """Of a certified copy."""


Medium = Literal["paper", "electronic"]


class EcopyData(Value):
    """The reviewed data carried inside the e-copy."""

    schema_version: str = DATA_SCHEMA
    document_id: str
    ecopy_id: str
    document_type: str
    document_type_name: str
    minimum: MinimumData
    fields: dict[str, FieldValue]


class PageNote(Value):
    """What happened to one page on its way."""

    page: int
    """Counted in the document."""
    width_px: int
    height_px: int
    dpi: float
    colour: str
    rendered: bool
    flags: tuple[str, ...] = ()
    source_page: int | None = None
    """The same page in the scan, which may hold other documents too; None in notes of before there were any."""


CheckName = Literal[
    "file",
    "page_quality",
    "duplicate_pages",
    "page_count",
    "page_order",
    "document_bounds",
    "received_signatures",
    "same_paper",
    "data",
    "person",
]
"""`file`: what the file really is, and whether it can do harm. `page_quality`: each picture against the thresholds of the
rule set. `page_count`: the paper that was counted against the pictures. `page_order`: printed page numbers
against the order of the scan. `document_bounds`: where each paper of a scan begins. `received_signatures`: those the file came with. `same_paper`: whether it was digitised before. `data`: what is read
against itself, its codes and the world. `person`: somebody looked at the data beside the picture."""


class NoteCheck(Value):
    """A check that was made, and what came of it."""

    name: CheckName
    version: str
    """Of the software's step; behind a semicolon the rule set whose thresholds it used, where it used any."""
    outcome: Literal["passed", "found", "confirmed", "corrected"]
    """`found`: something odd (`found` says what); a person `confirmed` the data as they were read, or `corrected` them."""
    found: tuple[str, ...] = ()
    """Flags (`docs/flags.md`)."""
    by: str
    """`ecopy`, or the person's id."""


class Reviewer(Value):
    """The person who stands for the data (ND118 Art. 19.2)."""

    id: str
    name: str
    role: str | None = None
    """`models.people.Role` that they acted in; None where that was not put on record."""


class TransferNote(Value):
    """Machine-readable record of the conversion, after BSI TR-RESISCAN; carried in the e-copy and registered."""

    schema_version: str = NOTE_SCHEMA
    ecopy_id: str
    document_id: str
    source_sha256: str
    source_kind: str
    medium: Medium
    presented_as: PresentedAs
    received_at: str
    captured_by: str | None
    """The counter officer here who scanned it and signed the capture; None where nobody here did."""
    capture_sha256: str | None
    digitised_by: str | None = None
    """Who brought it in digitised, and stands for the scan; None for what was scanned here."""
    scan: ScanRecord | None = None
    """What whoever scanned it says of the scanning, of the whole file; None where nobody said anything."""
    scan_images: int | None = None
    """Pictures in the whole file, which may hold other documents, blank pages and separator sheets too."""
    paper_pages: int | None = None
    """Pages of this paper as whoever scanned it counted them. None where nobody did, and where the file holds other
    documents too: the count of all of them is in `scan`."""
    page_count: int
    """Pages of this document."""
    image_count: int
    """Pictures that show them."""
    pages: tuple[PageNote, ...]
    reading_engine: str
    extractor: str
    confirmed_by: str
    confirmed_at: str
    reviewer: Reviewer | None = None
    """Who `confirmed_by` names."""
    corrected_fields: tuple[str, ...] = ()
    anomalies: tuple[str, ...] = ()
    """Flags (`docs/flags.md`), whichever check found them."""
    checks: tuple[NoteCheck, ...] = ()
    """Those that were made, and no others."""
    copy_form: CopyForm
    excerpt_of: tuple[str, ...] = ()
    """Of an excerpt: the fields that it was made of."""
    attestation: Attestation | None = None
    """Of a certified copy."""
    agency: str
    agency_identifier: str
    rule_set: str
    software: str


class ConversionMark(Value):
    """Ký hiệu riêng xác nhận chuyển đổi (LGDDT Art. 12.1): that it was converted, by whom and when."""

    text: str
    converter: str
    converted_at: str
    source_medium: Medium
