"""The machine-readable zone printed on cards as a witness: what it says, confirms and contradicts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extraction.checks import Verdict
from extraction.layout import Row, Sheet, Token
from extraction.values import UNLIMITED
from models.extraction import CodeReport
from models.geometry import Box
from models.identifiers import mrz

CONTRADICTION = "mrz_contradicts_print"
WRONG_DIGIT = "mrz_check_digit_wrong"
_NO_END = "2099-12-31"
"""What the zone says of a card that never expires."""
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "number": ("personal_id",),
    "birth_date": ("birth_date",),
    "valid_to": ("valid_to",),
    "composite": (),
}
"""Fields that a wrong check digit speaks against."""


@dataclass(frozen=True)
class Zone:
    """What the zone says about fields, checked by its digits, and its words."""

    values: Mapping[str, str]
    tokens: tuple[Token, ...]
    name: str | None = None
    """As the third line has it: capitals without marks, perhaps cut off; no check digit covers it."""
    complete: bool = False
    """The composite check digit is right as well."""
    wrong: tuple[mrz.Part, ...] = ()
    """Parts that their check digits contradict."""

    def report(self) -> CodeReport:
        """The zone among the other codes of the paper."""
        page = self.tokens[0].page
        named = {"full_name": self.name} if self.name else {}
        return CodeReport(
            kind="machine_zone",
            symbology="mrz",
            page=page,
            box=Box.around(t.box for t in self.tokens if t.page == page),
            values={**self.values, **named},
            text="\n".join(t.text for t in self.tokens)[:200],
            problems=("wrong_check_digit",) if self.wrong else (),
        )


def of(sheets: Sequence[Sheet]) -> Zone | None:
    """The zone on any of the sheets; None when there is none."""
    for sheet in sheets:
        rows = _zone_rows(sheet)
        zone = mrz.parse("\n".join(row.text for row in rows)) if rows else None
        if zone is not None:
            return _said(zone, rows)
    return None


def _said(zone: mrz.MachineZone, rows: Sequence[Row]) -> Zone:
    said = {
        "personal_id": zone.personal_id,
        "birth_date": zone.birth_date.isoformat() if zone.birth_date else None,
        "sex": zone.sex,
        "valid_to": zone.valid_to.isoformat() if zone.valid_to else None,
    }
    return Zone(
        {name: value for name, value in said.items() if value},
        tuple(t for row in rows for t in row.tokens),
        zone.name,
        zone.complete,
        zone.wrong,
    )


def _zone_rows(sheet: Sheet) -> list[Row]:
    """Rows that may be lines of a zone: those that name the country, and the name's line below them."""
    rows: list[Row] = []
    for row in sheet.rows:
        plain = row.text.replace(" ", "")
        if ("VN" in plain and len(plain) >= 20) or (rows and _may_be_name(plain)):
            rows.append(row)
    return rows


def _may_be_name(plain: str) -> bool:
    return len(plain) >= 12 and bool(re.search(r"<<|«|≪", plain)) and not re.search(r"[a-zà-ỹ]{3}", plain)


def verdicts(zone: Zone | None, values: Mapping[str, str]) -> list[Verdict]:
    """One verdict per value of the zone that was also found in print, and on parts whose check digit is wrong."""
    if zone is None:
        return []
    found = []
    for name, said in zone.values.items():
        if name in values:
            agrees = said == values[name] or (said == _NO_END and values[name] == UNLIMITED)
            found.append(Verdict("machine_readable", agrees, (name,), None if agrees else CONTRADICTION))
    if zone.name and "full_name" in values:
        agrees = same_name(zone.name, values["full_name"])
        found.append(Verdict("zone_name", agrees, ("full_name",), None if agrees else CONTRADICTION))
    found += [
        Verdict("zone_digit", False, tuple(f for f in _FIELDS.get(part, ()) if f in values), WRONG_DIGIT)
        for part in zone.wrong
    ]
    return found


def same_name(zone: str, printed: str) -> bool:
    """Whether the zone's name is the printed one without its marks, fillers aside; a long one may be cut off."""
    wanted, read = mrz.name_in_zone(printed).replace("<", ""), zone.replace(" ", "")
    if len(zone) >= mrz.LONGEST_NAME - 1:
        wanted = wanted[: len(read)]
    return read == wanted
