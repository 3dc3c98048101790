"""What was understood: the document's type and its fields, each with value, confidence and evidence."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from models.base import Value
from models.geometry import Box, Unit

Origin = Literal["ocr", "text-layer", "derived", "code", "person"]
"""Where a value came from: printed text read by OCR, a PDF's own text layer, worked out from other
fields (the sex in a personal number), a machine-readable code (QR, MRZ), or typed by a person."""

UNKNOWN_TYPE = "unknown"

Hold = Literal["contradicted", "unchecked", "handwriting", "poor_reading", "respelled"]
"""A rule that keeps a value from being accepted whatever its confidence: another statement on the paper or the value's
own form speaks against it; an identifier that no check could have refused; written by hand, on a badly read paper, or
given tone marks that were not read, and proven by nothing."""


class Evidence(Value):
    """What speaks for and against a value that a machine found; the confidence is worked out from nothing else."""

    weakest: Unit
    """The engine's confidence in the least sure of the words that say the value."""
    mean: Unit
    """The same, mean over the letters."""
    place: Unit
    """How sure it is that the words are this field's and not another's: the label's match, the way of finding."""
    passed: tuple[str, ...] = ()
    """Checks that could have failed and did not, by their stable names."""
    failed: tuple[str, ...] = ()
    holds: tuple[Hold, ...] = ()
    """Rules that keep the value from being accepted."""


class PlaceToday(Value):
    """What the unit that a printed place names is today; the print itself is never changed."""

    unit: str | None
    """The commune or province that took all of it, for instance «Phường Cẩm Hòa»; None where it was divided."""
    code: str | None
    """Its code in the national list (QĐ 19/2025), None with `unit`."""
    province: str | None
    confidence: Unit
    """The chance that `unit` is right; for a divided unit, that a blind pick among `candidates` would be."""
    candidates: tuple[str, ...] = ()
    """Of a divided unit: the units that each took a part of it. Only the exact address tells which."""
    known_until: date
    """The last day that the table of units knows of."""


class FieldValue(Value):
    """One field of a document. `value` is normalised: ISO dates, digits without spaces, NFC."""

    value: str | None
    confidence: Unit
    page: int | None = Field(default=None, ge=1)
    box: Box | None = None
    origin: Origin
    printed: str | None = None
    """The text as printed and read, before normalisation."""
    evidence: Evidence | None = None
    """None for what a person typed and for documents read before evidence was kept."""
    today: PlaceToday | None = None
    """Of a place whose units could be told: what they are today."""


CodeKind = Literal["citizen_card", "machine_zone", "separator", "link", "other"]
"""What a machine-readable code is: the QR code or the printed zone (MRZ) of an identity card, a separator sheet
of ours, an address to look something up, or anything else, kept as it is."""


class CodeReport(Value):
    """What one machine-readable code says. Its text is what a stranger wrote: shown, never followed or run."""

    kind: CodeKind
    symbology: str
    """As in `models.reading.Symbology`, or `mrz`."""
    page: int = Field(ge=1)
    box: Box
    values: dict[str, str] = Field(default_factory=dict)
    """Normalised, by field name; only what has its form."""
    rest: tuple[str, ...] = ()
    """Parts behind the known ones, raw (later fields of the 2024 card); cleaned for showing."""
    text: str
    """The whole text, cleaned for showing: no control or direction characters, cut off where it is long."""
    host: str | None = None
    """Of a link: the host it leads to, in its ASCII form. Nothing fetches it."""
    problems: tuple[str, ...] = ()
    """Stable words for what is wrong with it; each raises a flag."""
    contradicts: tuple[str, ...] = ()
    """Fields whose print says something else: `values` has the code's word, `FieldValue.printed` the paper's."""
    unsafe_in_cells: bool = False
    """A spreadsheet would run a part of the text as a formula: see `extraction.machine_codes.text.cell_safe`."""


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
    codes: tuple[CodeReport, ...] = ()
    """What the machine-readable codes on its pages say, in the order of pages and places."""


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
