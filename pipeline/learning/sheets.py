"""Figures as a table for spreadsheets: UTF-8 with its mark, no cell that would run as a formula."""

from __future__ import annotations

import csv
import io

from extraction.definitions import types_in_force
from extraction.machine_codes.text import cell_safe
from models.judgement import TYPE_FIELD
from models.text import squeeze
from pipeline.learning.faults import FAULTS
from pipeline.learning.report import FieldFigures, LearnReport

_MARK = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else and spoil the Vietnamese letters."""
_COUNTS = (
    "looked_at", "asked", "accepted", "accepted_wrong", "confirmed", "changed", "added", "removed",
)  # fmt: skip
COLUMNS = (
    "document_type", "type_name", "field", "field_name", "kind", *_COUNTS, "share_right", *FAULTS,
)  # fmt: skip


def field_sheet(report: LearnReport) -> str:
    """All fields that were looked at, one a row, in the report's order (CSV of RFC 4180)."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(COLUMNS)
    for figures in report.fields:
        sheet.writerow(_row(figures))
    return _MARK + out.getvalue()


def _row(figures: FieldFigures) -> list[str]:
    """Names come from an agency's own files and may begin like a formula; figures never do."""
    names = (figures.document_type, *_names(figures), figures.kind)
    code, type_name, field_name, kind = (cell_safe(squeeze(name)) for name in names)
    counts = (str(getattr(figures, name)) for name in _COUNTS)
    faults = (str(figures.faults.get(fault, 0)) for fault in FAULTS)
    field = cell_safe(squeeze(figures.field))
    return [code, type_name, field, field_name, kind, *counts, f"{figures.share_right:.4f}", *faults]


def _names(figures: FieldFigures) -> tuple[str, str]:
    """Vietnamese names of type and field; empty where the type is no longer known."""
    definition = types_in_force().get(figures.document_type)
    if definition is None:
        return "", ""
    if figures.field == TYPE_FIELD:
        return definition.name_vi, "Loại giấy tờ"
    field = definition.field(figures.field)
    return definition.name_vi, field.name_vi if field else ""
