"""Handwriting in a printed form: a value in a pen's ink, or with strokes on it, is flagged and left to a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extraction.anchor import Anchor
from extraction.checks import Verdict
from extraction.definitions import FieldDefinition
from extraction.finding import Found, Search, right_of
from extraction.layout import Token
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
_PEN = "blue"
_IN_PEN, _SIGNER_IN_PEN = 0.25, 0.8
"""A value with so many of its letters in the pen's ink is written by hand, in part at least; a signature across the
signer's printed name colours some of its words, seldom all."""
_PRINTED_BLUE = 0.5
"""With so many of their letters in blue, labels are printed in it, and the ink of values says nothing."""
_ENOUGH_LABELS = 12
"""Letters in the labels of a page; where it has fewer, all that is no field's value stands for its print."""


@dataclass(frozen=True)
class Strokes:
    """A part of a page that the layout engine saw as pen strokes and left unread."""

    page: int
    box: Box


def strokes_of(pages: Sequence[PageReading]) -> tuple[Strokes, ...]:
    """All handwriting and signatures that were found and not read."""
    kinds = ("handwriting", "signature")
    return tuple(Strokes(page.page, r.box) for page in pages for r in page.regions if r.kind in kinds)


def verdicts(search: Search, located: Mapping[str, Found], strokes: Sequence[Strokes]) -> list[Verdict]:
    """One failed verdict per field whose words strokes lie on, or are in a pen's ink: half written, or a guess.

    A field that the form expects to be written by hand fails too, however well its words seem to be read.
    """
    blue_pages = _printed_blue(search, located)
    in_pen = {name for name, one in located.items() if one.origin is None and _in_pen(name, one, blue_pages)}
    # The day of signing is the day of effect too, and as much a guess there.
    copied = {located[name].parsed.value for name in in_pen}
    in_pen |= {n for n, one in located.items() if one.origin == "derived" and one.parsed.value in copied}
    found = []
    for name, one in located.items():
        wanted = search.definition.field(name)
        on_strokes = one.origin is None and name not in _SIGNER and any(_lies_on(one, s) for s in strokes)
        if on_strokes or name in in_pen:
            found.append(Verdict(CHECK, False, (name,), FLAG))
        elif one.origin is None and wanted is not None and wanted.handwriting == "expected":
            found.append(Verdict(CHECK, False, (name,)))
    return found


def _in_pen(name: str, found: Found, blue_pages: frozenset[int]) -> bool:
    """Whether a value's words are in the ink of a pen: blue on a page whose print is not.

    A clerk fills in a day or a number where the rest of the line is printed, so one figure in pen is enough.
    """
    tokens = [t for t in found.tokens if t.page not in blue_pages and t.key]
    share = _share_in_pen(tokens)
    if name in _SIGNER:
        return share >= _SIGNER_IN_PEN
    return share >= _IN_PEN or any(t.ink == _PEN and any(c.isdigit() for c in t.key) for t in tokens)


def _printed_blue(search: Search, located: Mapping[str, Found]) -> frozenset[int]:
    """Pages whose own print is blue, by their labels: on them the ink of a value tells nothing."""
    labels: dict[int, list[Token]] = defaultdict(list)
    for anchor in search.anchors:
        sheet = search.sheets[anchor.sheet]
        labels[sheet.page] += sheet.rows[anchor.row].tokens[anchor.start : anchor.end]
    values = {(t.page, t.x0, t.y0) for found in located.values() for t in found.tokens}
    others: dict[int, list[Token]] = defaultdict(list)
    for sheet in search.sheets:
        others[sheet.page] += (t for t in sheet.tokens() if (t.page, t.x0, t.y0) not in values)
    blue = set()
    for page, rest in others.items():
        enough = sum(len(t.key) for t in labels[page]) >= _ENOUGH_LABELS
        if _share_in_pen(labels[page] if enough else rest) >= _PRINTED_BLUE:
            blue.add(page)
    return frozenset(blue)


def _share_in_pen(tokens: Sequence[Token]) -> float:
    letters = sum(len(t.key) for t in tokens)
    return sum(len(t.key) for t in tokens if t.ink == _PEN) / letters if letters else 0.0


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
