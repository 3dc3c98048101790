"""The agency's block of ND30 Annex I: form of the copy, name of the agency, time of signing."""

from __future__ import annotations

from datetime import datetime

from models.ecopy import CopyForm
from models.people import Agency
from models.rulesets import RuleSet
from models.times import vietnam_time
from pdf.stamp import StampDrawing, draw_stamp

AIR = 2.0
"""Points added around the block when a free place is looked for."""


def agency_stamp(agency: Agency, form: CopyForm, moment: datetime, rules: RuleSet) -> StampDrawing:
    """The block as it will stand on page 1, drawn by the rule set."""
    lines = (
        rules.stamp.form_names.value[form],
        agency.name,
        vietnam_time(moment).strftime(rules.stamp.time_format.value),
    )
    return draw_stamp(lines, font_size=rules.stamp.font_size.value)


def space_needed(agency: Agency, moment: datetime, rules: RuleSet) -> tuple[float, float]:
    """Width and height in points to look for at intake; figures are equally wide, so any moment will do."""
    stamp = agency_stamp(agency, CopyForm.SAO_Y, moment, rules)
    return stamp.width_pt + AIR, stamp.height_pt + AIR
