"""A second holder below the first: the same label once more, «Ông: …» and then «Bà: …»."""

from __future__ import annotations

from extraction.definitions import FieldDefinition
from extraction.finding import Found, Search, at_anchor
from extraction.labels import Anchor


def again(search: Search, wanted: FieldDefinition) -> Found | None:
    """The value at the second label of the field that this one repeats.

    Of a field that stands `after` another repeated one only labels behind that one's second label count: the
    number of the second holder is the first number behind his name.
    """
    begun = search.definition.field(wanted.after) if wanted.after else None
    start = _second(search, begun.again) if begun is not None and begun.again else None
    if wanted.again is None or (begun is not None and begun.again and start is None):
        return None
    if start is not None:
        behind = [a for a in _labels(search, wanted.again) if a.place > start.place]
        anchor = behind[0] if behind else None
    else:
        anchor = _second(search, wanted.again)
    return at_anchor(search, wanted, anchor) if anchor is not None else None


def _labels(search: Search, name: str) -> list[Anchor]:
    return sorted(search.anchors_of(name), key=lambda anchor: anchor.place)


def _second(search: Search, name: str) -> Anchor | None:
    """The field's second label; None where there is one or none, or more than two: then it is a list."""
    found = _labels(search, name)
    return found[1] if len(found) == 2 else None
