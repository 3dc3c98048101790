"""The machine-readable zone printed on cards as a witness: what it says, confirms and contradicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extraction.checks import Verdict
from extraction.layout import Sheet, Token
from models.identifiers import mrz

CONTRADICTION = "mrz_contradicts_print"


@dataclass(frozen=True)
class Zone:
    """What the zone says about fields, checked by its digits, and its words."""

    values: Mapping[str, str]
    tokens: tuple[Token, ...]


def of(sheets: Sequence[Sheet]) -> Zone | None:
    """The zone on any of the sheets; None when there is none or no check digit is right."""
    rows = [row for sheet in sheets for row in sheet.rows if _may_be_zone(row.text)]
    zone = mrz.parse("\n".join(row.text for row in rows)) if rows else None
    if zone is None:
        return None
    said = {
        "personal_id": zone.personal_id,
        "birth_date": zone.birth_date.isoformat() if zone.birth_date else None,
        "sex": zone.sex,
        "valid_to": zone.valid_to.isoformat() if zone.valid_to else None,
    }
    page = rows[0].tokens[0].page
    tokens = tuple(t for row in rows for t in row.tokens if t.page == page)
    return Zone({name: value for name, value in said.items() if value}, tokens)


def verdicts(zone: Zone | None, values: Mapping[str, str]) -> list[Verdict]:
    """One verdict per value of the zone that was also found in print."""
    found = []
    for name, said in (zone.values if zone else {}).items():
        if name in values:
            agrees = said == values[name]
            found.append(Verdict("machine_readable", agrees, (name,), None if agrees else CONTRADICTION))
    return found


def _may_be_zone(text: str) -> bool:
    plain = text.replace(" ", "")
    return "VN" in plain and len(plain) >= 20
