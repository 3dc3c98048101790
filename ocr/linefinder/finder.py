"""From a cleaned page to its lines: the net says where text is, the ink says how far it reaches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from imaging.cleaning import CleanedPage
from imaging.scaling import reduced
from ocr.linefinder.closer import Row, Zone, small_rows, zones_of
from ocr.linefinder.detector import text_map
from ocr.linefinder.fitting import Line, fitted
from ocr.linefinder.found import FoundLine
from ocr.linefinder.ink import pieces_of_ink
from ocr.linefinder.judging import Place, Usual, usual_print, verdict
from ocr.linefinder.kernels import kernels_of
from ocr.linefinder.lonely import lonely
from ocr.linefinder.marks import adopt_marks
from ocr.linefinder.rows import Bar, settled
from ocr.linefinder.strokes import strokes

_SMALLEST_PX = 12
_EDGE_MM = 18.0
_CLOSE_ENOUGH = 0.7


@dataclass(frozen=True)
class _Detail:
    """How closely to look: resolution of the ink, and of the net."""

    ink_dpi: float
    net_dpi: float


_PAGE = _Detail(150.0, 82.0)
"""Of the ink enough for the dot of an i at 6 points, and four times as fast as 300. A4 is 960 high for the net."""
_CLOSE = _Detail(300.0, 190.0)


def find(cleaned: CleanedPage) -> list[FoundLine]:
    """See `ocr.linefinder.find_lines`."""
    height, width = cleaned.grey.shape
    if min(height, width) < _SMALLEST_PX:
        return []
    lines, small = _look_at(cleaned, Zone(0, 0, width, height), _PAGE)
    for zone in zones_of(small, lines, cleaned.grey.shape, cleaned.dpi / 25.4):
        closer, _ = _look_at(cleaned, zone, _CLOSE)
        lines = [line for line in lines if not zone.meets(line)] + closer
    return sorted(lines, key=lambda line: ((line.y0 + line.y1) / 2, line.x0))


def _look_at(cleaned: CleanedPage, zone: Zone, detail: _Detail) -> tuple[list[FoundLine], list[Row]]:
    """The lines of one zone of a page, and where in it a closer look is worth while; all in pixels of the page."""
    part = cleaned.grey[zone.y0 : zone.y1, zone.x0 : zone.x1]
    look, look_dpi = reduced(part, cleaned.dpi, detail.ink_dpi)
    pieces = pieces_of_ink(look)
    if not len(pieces):
        return [], []
    text = text_map(look, look_dpi, detail.net_dpi)
    scale = (part.shape[1] / look.shape[1], part.shape[0] / look.shape[0])
    lines = fitted(kernels_of(text), pieces, look)
    adopt_marks(lines, pieces)
    lines = settled(lines, _bars(cleaned, zone, scale))
    small: list[Row] = []
    if look_dpi / max(text.scale) < _CLOSE_ENOUGH * min(_CLOSE.net_dpi, cleaned.dpi):
        small = [_on_page(row, zone, scale) for row in small_rows(lines, pieces, look_dpi / 25.4)]
    usual = usual_print(lines, look_dpi / 25.4)
    lines += lonely(lines, pieces, usual)
    judged = _judged(lines, usual, cleaned, zone, scale)
    # A signature the net did not take for text must still be known to be there.
    penned = strokes([line for line, _ in judged], pieces, look_dpi / 25.4, usual.darkest)
    found = [at for _, at in judged]
    return found + [replace(_found(line, zone, scale), kind="handwriting") for line in penned], small


def _judged(
    lines: Sequence[Line], usual: Usual, cleaned: CleanedPage, zone: Zone, scale: tuple[float, float]
) -> list[tuple[Line, FoundLine]]:
    """What is text or pen strokes among the lines, and as what it is reported."""
    places = _places(cleaned, zone, scale)
    found = []
    for line in lines:
        at = _found(line, zone, scale)
        kind = verdict(line, usual, places, on_edge=_on_edge(at, cleaned))
        if kind != "nothing":
            found.append((line, replace(at, kind=kind)))
    return found


def _bars(cleaned: CleanedPage, zone: Zone, scale: tuple[float, float]) -> list[Bar]:
    """The page's upright rules as the look of a zone sees them."""
    return [
        ((rule.x0 - zone.x0) / scale[0], (rule.y0 - zone.y0) / scale[1], (rule.y1 - zone.y0) / scale[1])
        for rule in cleaned.rules
        if not rule.horizontal
    ]


def _places(cleaned: CleanedPage, zone: Zone, scale: tuple[float, float]) -> list[Place]:
    """Seals, stamps and pen strokes in coloured ink as the look of a zone sees them."""
    return [
        Place(
            (layer.box.x0 - zone.x0) / scale[0],
            (layer.box.y0 - zone.y0) / scale[1],
            (layer.box.x1 - zone.x0) / scale[0],
            (layer.box.y1 - zone.y0) / scale[1],
            penned=layer.kind == "signature",
        )
        for layer in cleaned.layers
    ]


def _on_edge(line: FoundLine, cleaned: CleanedPage) -> bool:
    reach = _EDGE_MM * cleaned.dpi / 25.4
    height, width = cleaned.grey.shape
    return line.y1 < reach or line.y0 > height - reach or line.x1 < reach or line.x0 > width - reach


def _on_page(row: Row, zone: Zone, scale: tuple[float, float]) -> Row:
    x0, y0, x1, y1 = row
    return (
        x0 * scale[0] + zone.x0,
        y0 * scale[1] + zone.y0,
        x1 * scale[0] + zone.x0,
        y1 * scale[1] + zone.y0,
    )


def _found(line: Line, zone: Zone, scale: tuple[float, float]) -> FoundLine:
    """In pixels of the page; the upright box of a sloping line is higher by what it falls."""
    middle = line.middle + line.level((line.x0 + line.x1) / 2)
    half = (line.bottom - line.top + abs(line.slope) * (line.x1 - line.x0)) / 2
    x0, y0, x1, y1 = _on_page((line.x0, middle - half, line.x1, middle + half), zone, scale)
    return FoundLine(
        x0, y0, x1, y1, slope=math.degrees(math.atan(line.slope * scale[1] / scale[0])), score=line.score
    )
