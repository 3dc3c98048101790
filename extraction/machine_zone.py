"""The machine-readable zone printed on cards as a witness: what it confirms and what it contradicts."""

from __future__ import annotations

from collections.abc import Mapping

from extraction.checks import Verdict
from extraction.finding import Search
from models.identifiers import mrz

CONTRADICTION = "mrz_contradicts_print"
_PARTS = ("personal_id", "birth_date", "sex", "valid_to")


def verdicts(search: Search, values: Mapping[str, str]) -> list[Verdict]:
    """One verdict per field of the zone whose check digit is right and that was also found in print."""
    names = [name for name in _PARTS if search.definition.field(name) is not None]
    if not names:
        return []
    lines = [row.text for sheet in search.sheets for row in sheet.rows if _may_be_zone(row.text)]
    zone = mrz.parse("\n".join(lines)) if lines else None
    if zone is None:
        return []
    found = []
    for name in names:
        said = getattr(zone, name)
        printed = values.get(name)
        if said is None or printed is None:
            continue
        agrees = (said if isinstance(said, str) else said.isoformat()) == printed
        found.append(Verdict("machine_readable", agrees, (name,), None if agrees else CONTRADICTION))
    return found


def _may_be_zone(text: str) -> bool:
    plain = text.replace(" ", "")
    return "VN" in plain and len(plain) >= 20
