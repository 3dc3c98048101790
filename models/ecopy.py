"""The e-copy (bản sao điện tử): its form, the conversion mark, and the note of how it was made."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from models.base import Value
from models.extraction import FieldValue, MinimumData

DATA_SCHEMA = "ecopy-data-1"
NOTE_SCHEMA = "ecopy-transfer-note-1"


class CopyForm(StrEnum):
    """Hình thức sao of ND30 Art. 25."""

    SAO_Y = "sao_y"
    SAO_LUC = "sao_luc"
    TRICH_SAO = "trich_sao"


PresentedAs = Literal["ban_goc", "ban_chinh", "ban_sao"]
"""What the citizen put on the counter: original, issued exemplar (bản chính), or a mere copy."""

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
    page_count: int
    image_count: int
    pages: tuple[PageNote, ...]
    reading_engine: str
    extractor: str
    confirmed_by: str
    confirmed_at: str
    corrected_fields: tuple[str, ...] = ()
    anomalies: tuple[str, ...] = ()
    copy_form: CopyForm
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
