"""What was understood: the document's type and its fields, each with value, confidence and evidence."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.base import Value
from models.geometry import Box, Unit

Origin = Literal["ocr", "text-layer", "derived", "code", "person"]
"""Where a value came from: printed text read by OCR, a PDF's own text layer, worked out from other
fields (the sex in a personal number), a machine-readable code (QR, MRZ), or typed by a person."""

UNKNOWN_TYPE = "unknown"


class FieldValue(Value):
    """One field of a document. `value` is normalised: ISO dates, digits without spaces, NFC."""

    value: str | None
    confidence: Unit
    page: int | None = Field(default=None, ge=1)
    box: Box | None = None
    origin: Origin
    printed: str | None = None
    """The text as printed and read, before normalisation."""


class Extraction(Value):
    """A reading turned into a typed document by one version of the extractor."""

    extractor: str
    """Name and version, for instance `rules-1`."""
    document_type: str
    """Type code, or `unknown`."""
    type_probability: Unit
    fields: dict[str, FieldValue]
    needs_review: tuple[str, ...] = ()
    """Names of fields that a person must look at; a required field that was not found is one of them."""
    flags: tuple[str, ...] = ()
    """Stable codes of what is odd about the document as a whole."""


class MinimumData(Value):
    """The least that must be known about a digitised paper (ND118 Art. 19.2).

    Mã loại giấy tờ; số định danh của tổ chức, cá nhân (without one: họ tên, năm sinh, ngày cấp, cơ quan cấp);
    tên giấy tờ; trích yếu nội dung chính; thời hạn có hiệu lực; phạm vi có hiệu lực.
    """

    type_code: str
    holder_identifier: str | None
    holder_name: str | None = None
    holder_birth_year: str | None = None
    issued_on: str | None = None
    issuer: str | None = None
    title: str
    abstract: str
    valid_from: str | None = None
    valid_to: str | None = None
    """ISO date; None together with `perpetual` true means no end."""
    perpetual: bool = False
    scope: str | None = None
