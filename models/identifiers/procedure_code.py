"""Mã thủ tục hành chính: `1.001928`, localised `2.000815.000.00.00.H55`, as an online service `2.000815.000.00.00.H55.02`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.identifiers import agency_code
from models.identifiers.agency_code import AgencyCode

_CODE = re.compile(r"(\d\.\d{6})(?:\.(\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2})(?:\.(\d{2}))?)?", re.ASCII)


@dataclass(frozen=True)
class ProcedureCode:
    """The parts of a procedure's code."""

    number: str
    """`2.000815`: the procedure in the national database."""
    agency: AgencyCode | None
    """Whose localised version it is."""
    service: str | None
    """Two digits of the online service."""
    text: str


def parse(text: str) -> ProcedureCode:
    """Read a code as printed, spaces dropped. Raises ValueError."""
    plain = "".join(text.split()).strip(",;:")
    match = _CODE.fullmatch(plain)
    if match is None:
        raise ValueError("mã thủ tục hành chính có dạng 1.001928, có thể kèm mã cơ quan và số dịch vụ")
    agency = agency_code.parse(match[2]) if match[2] else None
    return ProcedureCode(match[1], agency, match[3], plain)


def parse_or_none(text: str) -> ProcedureCode | None:
    """As `parse`, with None in place of the error."""
    try:
        return parse(text)
    except ValueError:
        return None
