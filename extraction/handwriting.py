"""Handwriting in a printed form: a value that pen strokes lie on is flagged and left to a person, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extraction.anchor import Anchor
from extraction.checks import Verdict
from extraction.definitions import FieldDefinition, TypeDefinition
from extraction.finding import Found, Search, right_of
from models.extraction import Evidence, FieldValue, Hold
from models.geometry import Box
from models.reading import PageReading

CHECK: Hold = "handwriting"
"""The check that such a value fails."""
FLAG = "handwriting"
"""Raised for a document with such a value."""

_COVERED = 0.25
"""A value of which strokes cover so much is (partly) written by hand."""
_OVERLAP = 0.4
"""Strokes in a value's place share so much of their height, or of the line's, with the line."""
_HIGHEST = 4.0
"""Strokes higher than so many lines are a signature or a scribble that only runs through the place."""
_SIGNER = ("signer_name", "signer_title")
"""The hand signs over these: strokes there say nothing."""


@dataclass(frozen=True)
class Strokes:
    """A part of a page that the layout engine saw as pen strokes and left unread."""

    page: int
    box: Box


def strokes_of(pages: Sequence[PageReading]) -> tuple[Strokes, ...]:
    """All handwriting and signatures that were found and not read."""
    kinds = ("handwriting", "signature")
    return tuple(Strokes(page.page, r.box) for page in pages for r in page.regions if r.kind in kinds)


def verdicts(
    definition: TypeDefinition, located: Mapping[str, Found], strokes: Sequence[Strokes]
) -> list[Verdict]:
    """One failed verdict per field whose words strokes lie on: what was read there is half written, or a guess.

    A field that the form expects to be written by hand fails too, however well its words seem to be read.
    """
    found = []
    for name, one in located.items():
        if one.origin is not None or name in _SIGNER:
            continue
        wanted = definition.field(name)
        if any(_lies_on(one, part) for part in strokes):
            found.append(Verdict(CHECK, False, (name,), FLAG))
        elif wanted is not None and wanted.handwriting == "expected":
            found.append(Verdict(CHECK, False, (name,)))
    return found


def _lies_on(found: Found, strokes: Strokes) -> bool:
    boxes = [t.box for t in found.tokens if t.page == strokes.page]
    whole = sum(box.width * box.height for box in boxes)
    return whole > 0 and sum(_shared(box, strokes.box) for box in boxes) >= _COVERED * whole


def _shared(one: Box, other: Box) -> float:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return width * height if width > 0 and height > 0 else 0.0


def unread(search: Search, located: Mapping[str, Found], strokes: Sequence[Strokes]) -> dict[str, FieldValue]:
    """Fields at whose label strokes stand and nothing else: no value, and the place for a person to look at.

    What was taken for the value from a line below is a guess then, and given up.
    """
    places: dict[str, FieldValue] = {}
    for wanted in search.definition.fields if strokes else ():
        if wanted.name in _SIGNER:
            continue
        found = located.get(wanted.name)
        here = next(_written_at(search, wanted, strokes), None)
        if here is not None and (found is None or _is_below(search, here[0], found)):
            anchor, one = here
            evidence = Evidence(weakest=0, mean=0, place=anchor.quality, failed=(CHECK,), holds=(CHECK,))
            places[wanted.name] = FieldValue(
                value=None, confidence=0, page=one.page, box=one.box, origin="ocr", evidence=evidence
            )
    return places


def _written_at(
    search: Search, wanted: FieldDefinition, strokes: Sequence[Strokes]
) -> Iterator[tuple[Anchor, Strokes]]:
    for anchor in search.anchors_of(wanted.name):
        sheet = search.sheets[anchor.sheet]
        if any(t.key for t in right_of(search, anchor)):
            continue
        row = sheet.rows[anchor.row]
        left, right = row.tokens[anchor.end - 1].x1, _end(search, anchor)
        for one in strokes:
            if one.page != sheet.page or one.box.height > _HIGHEST * sheet.height:
                continue
            shared = min(one.box.y1, row.y1) - max(one.box.y0, row.y0)
            beside = left <= one.box.centre[0] < right
            if beside and shared >= _OVERLAP * min(one.box.height, row.height):
                yield anchor, one


def _is_below(search: Search, anchor: Anchor, found: Found) -> bool:
    row = search.sheets[anchor.sheet].rows[anchor.row]
    return found.origin is None and all(
        t.page != row.tokens[0].page or t.y0 > row.y0 + 0.5 * row.height for t in found.tokens
    )


def _end(search: Search, anchor: Anchor) -> float:
    """Where the place right of a label ends: at the next label, at its column's edge, or with the page."""
    if anchor.column is not None:
        return anchor.column[1]
    row = search.sheets[anchor.sheet].rows[anchor.row]
    following = [a for a in search.by_row.get((anchor.sheet, anchor.row), []) if a.start >= anchor.end]
    return min((row.tokens[a.start].x0 for a in following), default=1.0)
