"""Mã hồ sơ: the agency, the day and the running number of a dossier (ND118 Art. 28), in all forms in use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.identifiers import agency_code
from models.identifiers.agency_code import AgencyCode
from models.identifiers.dates import to_date

Form = Literal["ordinary", "central", "legacy"]

_DASHES = str.maketrans({"–": "-", "—": "-", "‐": "-", "−": "-"})
_CODE = re.compile(r"([0-9A-Z.]+)-(\d{6})-(\d{4,})", re.ASCII)
# MX1X2.Y1Y2Y3.Z1Z2 in front, AAXXXX behind: the code that a centralised system gives.
_CENTRAL_AGENCY = re.compile(r"[A-Y]\d{2}\.\d{3}\.\d{2}", re.ASCII)


@dataclass(frozen=True)
class DossierCode:
    """The parts of a dossier's code."""

    agency: AgencyCode
    on: date
    """The day it was received."""
    sequence: str
    """The running number of the day, leading zeros kept."""
    form: Form
    """`central`: of a centralised system (TT 03/2025/TT-VPCP Art. 13.3); `legacy`: the agency in the older order."""
    text: str

    @property
    def owner(self) -> str | None:
        """The two digits of the system's owner, in codes of centralised systems."""
        return self.sequence[:2] if self.form == "central" else None


def parse(text: str) -> DossierCode:
    """Read a code as printed, spaces dropped: `H01.23-260105-0001`, `000.00.19.H17-200101-0001`. Raises ValueError."""
    plain = "".join(text.translate(_DASHES).split())
    match = _CODE.fullmatch(plain)
    if match is None:
        raise ValueError("mã hồ sơ gồm mã cơ quan, ngày (YYMMDD) và số thứ tự, cách nhau bằng dấu gạch ngang")
    agency = agency_code.parse(match[1])
    six = match[2]
    on = to_date(int(six[4:]), int(six[2:4]), 2000 + int(six[:2]))
    if on is None:
        raise ValueError(f"{six} trong mã hồ sơ không phải là một ngày (YYMMDD)")
    form: Form = "ordinary"
    if agency_code.is_legacy(match[1]):
        form = "legacy"
    elif _CENTRAL_AGENCY.fullmatch(match[1]) and len(match[3]) >= 6:
        form = "central"
    return DossierCode(agency, on, match[3], form, plain)


def parse_or_none(text: str) -> DossierCode | None:
    """As `parse`, with None in place of the error."""
    try:
        return parse(text)
    except ValueError:
        return None
