"""Số, ký hiệu of a document: `123/QĐ-UBND`, `45/2024/QĐ-UBND`, `128/2019`, read tolerantly, written one way."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.identifiers.dates import EARLIEST_YEAR, LATEST_YEAR
from models.identifiers.digits import digit_string
from models.text import nfc

_DASHES = str.maketrans(
    {"–": "-", "—": "-", "‐": "-", "−": "-", "­": "-", "Ð": "Đ", "ð": "đ", "⁄": "/", "\\": "/"}
)
_SPACE_AROUND = re.compile(r"\s*([/\-&])\s*")
_PART = re.compile(r"[A-ZĐ][A-Za-zĐđ0-9&.]*(?:-[A-Za-zĐđ0-9&.]+)*")
_NUMBER = re.compile(r"([0-9OoQIl|SsBZz]{1,7})([a-zđ]|bis)?")
_LEADING = re.compile(r"^\s*[Ss][ốôổồóo6]\s*[:.]?\s*")
# What OCR makes of the abbreviations that nearly every number carries.
_MENDED_PARTS = {
    **dict.fromkeys(("QD", "0Đ", "OĐ", "OD", "0D", "GĐ", "QĐĐ", "QDĐ", "QĐD"), "QĐ"),
    **dict.fromkeys(("UBNĐ", "UBNO", "UBN0", "U8ND", "ƯBND", "UBNP"), "UBND"),
    **dict.fromkeys(("HDND", "HĐNĐ"), "HĐND"),
    **dict.fromkeys(("GPXĐ", "GPX0", "6PXD"), "GPXD"),
    **dict.fromkeys(("TLK5", "1LKS"), "TLKS"),
    **dict.fromkeys(("8S", "B5"), "BS"),
}

KNOWN_NOTATIONS = frozenset(
    {
        "QĐ-UBND",
        "QĐ-TTg",
        "QĐ-CTUBND",
        "QĐ-CT",
        "QĐ-HĐND",
        "TLKS-BS",
        "TLKS",
        "TLKH-BS",
        "TLKH",
        "TLKT-BS",
        "TLKT",
        "GKS-BS",
        "XNTTHN",
        "UBND-XNTTHN",
        "GPXD",
        "GPXD-UBND",
        "GPXD-SXD",
        "GP-UBND",
        "UBND-VP",
        "GCN",
        "QĐ-BTC",
        "QĐ-BNV",
        "QĐ-BYT",
        "QĐ-BGDĐT",
        "QĐ-BTP",
        "QĐ-BCA",
        "QĐ-BXD",
        "QĐ-BGTVT",
        "QĐ-BCT",
        "QĐ-SXD",
        "QĐ-SNV",
        "QĐ-SYT",
        "QĐ-STP",
        "QĐ-SGDĐT",
        "QĐ-SGD&ĐT",
        "QĐ-STC",
        "QĐ-SCT",
        "QĐ-SKHĐT",
        "QĐ-STNMT",
        "QĐ-SLĐTBXH",
        "QĐ-XPHC",
        "QĐ-XPVPHC",
    }
)
"""Notations common enough that reading one by accident is unlikely; others are as good, only less certain."""


@dataclass(frozen=True)
class DocumentNumber:
    """The parts of a number as ND30 Annex I builds it, and of a civil-status number."""

    serial: str
    """The running number as printed, leading zeros and a letter (12a) kept."""
    year: int | None
    """Printed in legal documents (45/2024/QĐ-UBND) and civil-status books (128/2019)."""
    notation: str | None
    """Ký hiệu, for instance `QĐ-UBND`; None in civil-status books."""
    mended: bool
    """Whether something other than spaces and dashes had to be put right."""

    @property
    def text(self) -> str:
        parts = (self.serial, str(self.year) if self.year else None, self.notation)
        return "/".join(part for part in parts if part)

    @property
    def kind(self) -> str | None:
        """The abbreviation of the document's type: `QĐ` of `QĐ-UBND`."""
        return self.notation.split("-")[0] if self.notation else None


def parse(text: str) -> DocumentNumber:
    """Read a number as printed, with or without «Số:» before it. Raises ValueError when it is none."""
    plain = _SPACE_AROUND.sub(r"\1", nfc(text).translate(_DASHES)).strip(" .,;:…_")
    plain = _LEADING.sub("", plain).strip()
    serial_part, *rest = plain.split("/")
    match = _NUMBER.fullmatch(serial_part.strip())
    if match is None:
        raise ValueError(f"“{text}” không phải là số, ký hiệu văn bản")
    serial = digit_string(match[1])
    if serial is None:
        raise ValueError(f"“{text}” không có phần số")
    mended = serial != match[1]
    year: int | None = None
    if rest and (year := _year(rest[0])) is not None:
        mended = mended or rest[0] != str(year)
        rest = rest[1:]
    notation: str | None = None
    if rest:
        raw = "/".join(rest)
        notation = _notation(raw)
        mended = mended or notation != raw
    return DocumentNumber(serial + (match[2] or ""), year, notation, mended)


def parse_or_none(text: str) -> DocumentNumber | None:
    """As `parse`, with None in place of the error."""
    try:
        return parse(text)
    except ValueError:
        return None


def _year(text: str) -> int | None:
    digits = digit_string(text)
    if digits is None or len(digits) != 4 or not EARLIEST_YEAR <= int(digits) <= LATEST_YEAR:
        return None
    return int(digits)


def _notation(text: str) -> str:
    parts = [_MENDED_PARTS.get(part, part) for part in re.split(r"([-/])", text)]
    notation = "".join(parts)
    if not all(_PART.fullmatch(part) for part in notation.split("/")):
        raise ValueError(f"“{text}” không phải là ký hiệu văn bản")
    return notation


def normalised(text: str) -> str | None:
    """The number in its one spelling (no spaces, plain hyphens, Đ with its stroke); None when it is none."""
    number = parse_or_none(text)
    return number.text if number else None
