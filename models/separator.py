"""Separator and cover sheets between papers of one batch: what their code says, made and read back. A hint, no proof."""

from __future__ import annotations

import re
import zlib
from typing import Literal

from pydantic import Field

from models.base import Value

FORMAT = "ECOPY1"
"""First part of every payload; another number is another format, which this one does not read."""

SheetKind = Literal["SEP", "COV"]
"""`SEP`: a new paper begins behind this sheet. `COV`: a new dossier begins; its papers may be separated further."""

_ANY_FORMAT = re.compile(r"ECOPY\d{1,3}\|")
_CODE = r"^[0-9A-Za-z][0-9A-Za-z._/-]*$"


class SeparatorSheet(Value):
    """What a separator or cover sheet announces. Anyone can print one: nothing may rest on it alone."""

    kind: SheetKind = "SEP"
    document_type: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$", max_length=64)
    """Type code of the paper behind it; None: to be recognised."""
    dossier: str | None = Field(default=None, pattern=_CODE, max_length=64)
    """Mã hồ sơ."""
    pages: int | None = Field(default=None, ge=1, le=9999)
    """Pages (`COV`: papers) that follow, as whoever printed the sheet counted them."""


def payload_of(sheet: SeparatorSheet) -> str:
    """The text for the sheet's code: `ECOPY1|SEP|type|dossier|pages|checksum`, empty where unknown, ASCII only."""
    pages = str(sheet.pages) if sheet.pages is not None else ""
    body = "|".join((FORMAT, sheet.kind, sheet.document_type or "", sheet.dossier or "", pages))
    return f"{body}|{_checksum(body)}"


def claims_to_be_one(text: str) -> bool:
    """Whether a code's text begins as a separator sheet's does, sound or not."""
    return _ANY_FORMAT.match(text) is not None


def read_payload(text: str) -> SeparatorSheet:
    """Read a sheet's code back. Raises ValueError where its form or its checksum is wrong; never guesses."""
    body, _, checksum = text.rpartition("|")
    parts = body.split("|")
    if len(text) > 256 or len(parts) != 5 or parts[0] != FORMAT or parts[1] not in ("SEP", "COV"):
        raise ValueError("no separator sheet of this format")
    if checksum != _checksum(body):
        raise ValueError("the separator sheet's checksum is wrong")
    _, kind, document_type, dossier, pages = parts
    if pages and not (pages.isascii() and pages.isdigit()):
        raise ValueError("the separator sheet's page count is no number")
    return SeparatorSheet.model_validate(
        {
            "kind": kind,
            "document_type": document_type or None,
            "dossier": dossier or None,
            "pages": int(pages) if pages else None,
        }
    )


def _checksum(body: str) -> str:
    """CRC-32 (ISO 3309) as eight hexadecimal digits: against misreading, not against forgery."""
    return f"{zlib.crc32(body.encode('utf-8', 'surrogatepass')):08X}"
