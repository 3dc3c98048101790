"""The agency's block of ND30 Annex I: form of the copy, name of the agency, time of signing."""

from __future__ import annotations

from datetime import datetime

from models.ecopy import WHOLE_FORMS, CopyForm
from models.people import Agency
from models.rulesets import RuleSet
from models.times import vietnam_time
from pdf.stamp import StampDrawing, draw_stamp
from pipeline.application import Application
from storage.records import DocumentRecord

AIR = 2.0
"""Points added around the block when a free place is looked for."""


def agency_stamp(
    agency: Agency,
    form: CopyForm,
    moment: datetime,
    rules: RuleSet,
    *,
    annex_of: str | None = None,
    archive: bool = False,
) -> StampDrawing:
    """The block as it will stand on page 1, drawn by the rule set.

    A copy of the whole of an annex (`annex_of` is the number of the document it belongs to) names that document; one of an
    `archive` record has the agency and the time alone.
    """
    lines = [rules.stamp.form_names.value[form], agency.name]
    if form in WHOLE_FORMS:
        if annex_of is not None:
            lines = [rules.stamp.annex.value.format(number=annex_of)]
        elif archive and not rules.stamp.archive_names_form.value:
            lines = [agency.name]
    lines.append(vietnam_time(moment).strftime(rules.stamp.time_format.value))
    return draw_stamp(lines, font_size=rules.stamp.font_size.value)


def stamp_of(
    app: Application, document: DocumentRecord, form: CopyForm, moment: datetime, rules: RuleSet
) -> StampDrawing:
    """The block of a document's copy."""
    scan = app.register.source(document.source_id).scan
    return agency_stamp(
        app.hands.agency,
        form,
        moment,
        rules,
        annex_of=scan.annex_of if scan is not None else None,
        archive=document.lot_id is not None,
    )


def space_needed(app: Application, document: DocumentRecord) -> tuple[float, float]:
    """Width and height in points to look for at intake; figures are equally wide, so any moment will do."""
    stamp = stamp_of(app, document, CopyForm.SAO_Y, app.clock.now(), app.rules_of(document.rule_set))
    return stamp.width_pt + AIR, stamp.height_pt + AIR
