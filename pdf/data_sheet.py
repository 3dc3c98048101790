"""A document's data as pages that people read: labels and values in columns, PDF/A-2u, the same input the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Dictionary

from pdf.assembly import add_page, save
from pdf.fonts import EmbeddedFont
from pdf.typeset import (
    GREY,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SMALL,
    TEXT_WIDTH,
    Block,
    TextPages,
    contents,
    labelled,
    lines,
    stacked,
)
from pdf.writer import declare_pdfa
from pdf.xmp import DocumentMetadata, xmp_packet

_LABELS = 170.0
"""Width of the column of labels; values stand beside it."""
_GAP = 10.0
_TEXT, _HEAD, _TITLE = 11.0, 12.0, 16.0


@dataclass(frozen=True)
class Row:
    """One value with what it is; `aside` stands small below it."""

    label: str
    value: str
    aside: str = ""


@dataclass(frozen=True)
class Part:
    """Rows that belong together."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class DataSheet:
    """What the pages say; Vietnamese first, NFC."""

    title: str
    notice: str
    """What the pages are and are not, below the title."""
    parts: tuple[Part, ...]
    foot: str
    """On every page, before its number."""


def write_data_sheet(sheet: DataSheet, metadata: DocumentMetadata) -> bytes:
    """The pages as a file. What no font can show of the texts is left out."""
    font, out = EmbeddedFont(), io.BytesIO()
    with pikepdf.new() as pdf:
        pages = contents(pdf, font, TextPages(lambda font: list(_blocks(sheet, font)), sheet.foot))
        resources = {"/Font": Dictionary(F1=font.embed(pdf))}
        for content in pages:
            add_page(pdf, PAGE_WIDTH, PAGE_HEIGHT, resources, content)
        declare_pdfa(pdf, xmp_packet(metadata, "2u"), metadata)
        save(pdf, out)
    return out.getvalue()


def _blocks(sheet: DataSheet, font: EmbeddedFont) -> Iterator[Block]:
    yield stacked(lines(sheet.title, font, _TITLE), after=4)
    yield stacked(lines(sheet.notice, font, SMALL, grey=GREY), after=10)
    for part in sheet.parts:
        yield stacked(lines(part.title, font, _HEAD), before=8, after=4, keep_with_next=True)
        for row in part.rows:
            yield from _row(row, font)


def _row(row: Row, font: EmbeddedFont) -> Iterator[Block]:
    """The label beside the value."""
    values = lines(row.value or "—", font, _TEXT, _LABELS, TEXT_WIDTH - _LABELS)
    values += lines(row.aside, font, SMALL, _LABELS, TEXT_WIDTH - _LABELS, GREY)
    yield from labelled(lines(row.label, font, _TEXT, 0, _LABELS - _GAP, GREY), values)
