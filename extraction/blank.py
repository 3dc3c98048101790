"""A form that nobody filled in: its labels stand there and next to nothing beside them."""

from __future__ import annotations

from collections.abc import Collection

from extraction.finding import Search

FLAG = "blank_form"
_LEAST = 4
"""So many labels make a form."""
_FILLED = 0.25
"""A form of whose labelled fields no more than this share have a value is blank."""


def is_blank(search: Search, found: Collection[str]) -> bool:
    """Whether hardly any field whose label was found has a value; strokes left unread count as one."""
    labelled = {anchor.fields[0] for anchor in search.anchors if anchor.fields and anchor.colon}
    return len(labelled) >= _LEAST and len(labelled & set(found)) <= _FILLED * len(labelled)
