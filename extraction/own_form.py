"""Values known by their own form alone, wherever they stand: a serial number at the foot of a land certificate."""

from __future__ import annotations

from extraction import values
from extraction.definitions import FieldDefinition
from extraction.finding import Found, Search

_LONGEST = 4
"""Words that such a value may be broken into."""


def own_form(search: Search, wanted: FieldDefinition) -> Found | None:
    """The one thing on the paper that has the form of the field's kind; None where there are several different ones."""
    found: dict[str, Found] = {}
    for sheet in search.sheets:
        for row in sheet.rows:
            for cell in sheet.cells(row):
                if len(cell.tokens) > _LONGEST:
                    continue
                parsed = values.parse(wanted.kind, cell.tokens, wanted.pattern)
                if parsed is not None and parsed.passed and not parsed.failed:
                    found.setdefault(parsed.value, Found(parsed, 0.9))
    return next(iter(found.values())) if len(found) == 1 else None
