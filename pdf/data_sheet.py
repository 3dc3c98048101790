"""A document's data as pages that people read: labels and values in columns, PDF/A-2u, the same input the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream, unparse_content_stream

from pdf.assembly import add_page, deflated, save
from pdf.fonts import EmbeddedFont
from pdf.wrapping import wrapped
from pdf.writer import declare_pdfa
from pdf.xmp import DocumentMetadata, xmp_packet

_WIDTH, _HEIGHT = 595.28, 841.89
_MARGIN, _FOOT = 56.0, 40.0
_LABELS = 170.0
"""Width of the column of labels; values stand beside it."""
_GAP = 10.0
_TEXT, _SMALL, _HEAD, _TITLE = 11.0, 9.0, 12.0, 16.0
_LEADING = 1.3
_GREY, _BLACK = 0.35, 0.0


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


@dataclass(frozen=True)
class _Line:
    """Text at a place of a page, from its left edge."""

    text: str
    x: float
    size: float
    grey: float = _BLACK


@dataclass(frozen=True)
class _Block:
    """Lines that stay on one page, each with its distance from the block's top to its base line."""

    lines: tuple[tuple[float, _Line], ...]
    height: float
    keep_with_next: bool = False


def write_data_sheet(sheet: DataSheet, metadata: DocumentMetadata) -> bytes:
    """The pages as a file. What no font can show of the texts is left out."""
    font, out = EmbeddedFont(), io.BytesIO()
    with pikepdf.new() as pdf:
        pages = list(_paginated(list(_blocks(sheet, font))))
        contents = [
            _content(pdf, font, page, f"{sheet.foot} · Trang {number}/{len(pages)}")
            for number, page in enumerate(pages, start=1)
        ]
        resources = {"/Font": Dictionary(F1=font.embed(pdf))}
        for content in contents:
            add_page(pdf, _WIDTH, _HEIGHT, resources, content)
        declare_pdfa(pdf, xmp_packet(metadata, "2u"), metadata)
        save(pdf, out)
    return out.getvalue()


def _blocks(sheet: DataSheet, font: EmbeddedFont) -> Iterator[_Block]:
    width = _WIDTH - 2 * _MARGIN
    yield _stacked(_lines(sheet.title, font, _TITLE, 0, width), after=4)
    yield _stacked(_lines(sheet.notice, font, _SMALL, 0, width, _GREY), after=10)
    for part in sheet.parts:
        yield _stacked(_lines(part.title, font, _HEAD, 0, width), before=8, after=4, keep_with_next=True)
        for row in part.rows:
            yield from _row(row, font, width)


def _row(row: Row, font: EmbeddedFont, width: float) -> Iterator[_Block]:
    """The label beside the value; a value of many lines goes on over the page line by line."""
    labels = _lines(row.label, font, _TEXT, 0, _LABELS - _GAP, _GREY)
    values = _lines(row.value or "—", font, _TEXT, _LABELS, width - _LABELS)
    values += _lines(row.aside, font, _SMALL, _LABELS, width - _LABELS, _GREY)
    for at in range(max(len(labels), len(values))):
        beside = [*labels[at : at + 1], *values[at : at + 1]]
        step = max(line.size for line in beside) * _LEADING
        last = at == max(len(labels), len(values)) - 1
        yield _Block(tuple((step * 0.8, line) for line in beside), step + (3 if last else 0))


def _stacked(
    lines: Sequence[_Line], *, before: float = 0, after: float = 0, keep_with_next: bool = False
) -> _Block:
    placed, height = [], before
    for line in lines:
        placed.append((height + line.size * _LEADING * 0.8, line))
        height += line.size * _LEADING
    return _Block(tuple(placed), height + after, keep_with_next)


def _paginated(blocks: Sequence[_Block]) -> Iterator[list[tuple[float, _Line]]]:
    """Lines with their base lines on each page, from its lower edge; there is always a page."""
    page: list[tuple[float, _Line]] = []
    top = _HEIGHT - _MARGIN
    for number, block in enumerate(blocks):
        needed = block.height
        if block.keep_with_next and number + 1 < len(blocks):
            needed += blocks[number + 1].height
        if page and top - needed < _MARGIN + _FOOT:
            yield page
            page, top = [], _HEIGHT - _MARGIN
        page += [(top - down, line) for down, line in block.lines]
        top -= block.height
    yield page


def _content(pdf: Pdf, font: EmbeddedFont, page: list[tuple[float, _Line]], foot: str) -> Stream:
    below = _lines(foot, font, _SMALL, 0, _WIDTH - 2 * _MARGIN, _GREY)
    placed = [*page, *((_MARGIN - at * _SMALL * _LEADING, line) for at, line in enumerate(below[:3]))]
    drawn: list[Any] = [([], "BT")]
    for base, line in placed:
        drawn += [
            ([line.grey], "g"),
            ([Name.F1, line.size], "Tf"),
            ([1, 0, 0, 1, round(_MARGIN + line.x, 2), round(base, 2)], "Tm"),
            ([font.encode(line.text)], "Tj"),
        ]
    drawn.append(([], "ET"))
    return deflated(pdf, unparse_content_stream(drawn))


def _lines(
    text: str, font: EmbeddedFont, size: float, x: float, width: float, grey: float = _BLACK
) -> list[_Line]:
    """`text` in lines no wider than `width` points; a word that is wider is cut."""
    return [_Line(line, x, size, grey) for line in wrapped(text, font, width / size)]
