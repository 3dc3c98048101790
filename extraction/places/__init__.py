"""Administrative units by day of validity: what a printed place names, whether it could be, what it is today."""

from extraction.places.judge import AFTER_ISSUE, CHECK, PlaceJudgement, Suggestion, judge
from extraction.places.lineage import CurrentUnit, current_unit
from extraction.places.reading import PlaceReading, read
from extraction.places.table import Table, Unit, table

__all__ = [
    "AFTER_ISSUE",
    "CHECK",
    "CurrentUnit",
    "PlaceJudgement",
    "PlaceReading",
    "Suggestion",
    "Table",
    "Unit",
    "current_unit",
    "judge",
    "read",
    "table",
]
