"""What both XML formats need: pixels for boxes, text that XML 1.0 can carry, one way to write a tree."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from models.geometry import Box
from models.reading import Cell, PageReading, Region
from models.text import nfc

READ_KINDS = frozenset({"text", "table", "form", "page_number"})
"""Kinds of regions whose text is read; the others are places only, unless an engine read them all the same."""
_NOMINAL = (2480, 3508)
"""Size in pixels a page without a picture is given: A4 at 300 dpi."""


def size_of(page: PageReading) -> tuple[int, int]:
    """Width and height of the page in pixels."""
    return (page.width_px or _NOMINAL[0], page.height_px or _NOMINAL[1])


def pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 on the upright picture."""
    width, height = size
    return round(box.x0 * width), round(box.y0 * height), round(box.x1 * width), round(box.y1 * height)


def clean(text: str) -> str:
    """NFC without the characters XML 1.0 forbids."""
    return "".join(c for c in nfc(text) if c >= " " and c not in "\ufffe\uffff" and not _surrogate(c))


def holds_text(region: Region) -> bool:
    return bool(region.lines) or region.kind in READ_KINDS


def lines_by_cell(region: Region) -> Iterator[tuple[Cell | None, tuple[int, ...]]]:
    """Cells row by row with the places of their lines, and last the lines that stand in no cell."""
    inside: set[int] = set()
    for cell in sorted(region.cells, key=lambda c: (c.row, c.column)):
        inside.update(cell.lines)
        yield cell, cell.lines
    rest = tuple(place for place in range(len(region.lines)) if place not in inside)
    if rest or not region.cells:
        yield None, rest


def written(root: ET.Element, doctype: str = "") -> str:
    """The document with its declaration, indented by one space a level."""
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + doctype + ET.tostring(root, encoding="unicode") + "\n"


def _surrogate(c: str) -> bool:
    return "\ud800" <= c <= "\udfff"
