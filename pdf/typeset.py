"""Pages laid out from text: blocks of lines one below the other on A4, the same input the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pikepdf import Name, Pdf, Stream, unparse_content_stream

from pdf.assembly import deflated
from pdf.fonts import EmbeddedFont
from pdf.placement import Placement
from pdf.wrapping import wrapped

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
SHEET = Placement(PAGE_WIDTH, PAGE_HEIGHT, 0.0, 0.0, PAGE_WIDTH, PAGE_HEIGHT)
"""The whole of such a page."""
MARGIN, FOOT = 56.0, 40.0
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
SMALL = 9.0
LEADING = 1.3
GREY, BLACK = 0.35, 0.0


@dataclass(frozen=True)
class Line:
    """Text at a place of a page, from the left edge of what is printed on."""

    text: str
    x: float
    size: float
    grey: float = BLACK


@dataclass(frozen=True)
class Block:
    """Lines that stay on one page, each with its distance from the block's top to its base line."""

    lines: tuple[tuple[float, Line], ...]
    height: float
    keep_with_next: bool = False


@dataclass(frozen=True)
class TextPages:
    """Pages of text in a document."""

    blocks: Callable[[EmbeddedFont], Sequence[Block]]
    """Called with the document's font, by which lines are measured."""
    foot: str
    """On every page, before its number."""
    top_margin: float = MARGIN
    """Of the first page, in points."""


PlacedLines = list[tuple[float, Line]]
"""Lines with their base lines, from the lower edge of the page."""


def lines(
    text: str,
    font: EmbeddedFont,
    size: float,
    x: float = 0.0,
    width: float = TEXT_WIDTH,
    grey: float = BLACK,
    *,
    centred: bool = False,
) -> list[Line]:
    """`text` in lines no wider than `width` points; a word that is wider is cut."""
    made = []
    for line in wrapped(text, font, width / size):
        indent = (width - font.width(line) * size) / 2 if centred else 0.0
        made.append(Line(line, x + indent, size, grey))
    return made


def stacked(
    placed: Sequence[Line], *, before: float = 0, after: float = 0, keep_with_next: bool = False
) -> Block:
    """Lines below each other."""
    at, height = [], before
    for line in placed:
        at.append((height + line.size * LEADING * 0.8, line))
        height += line.size * LEADING
    return Block(tuple(at), height + after, keep_with_next)


def beside(*columns: Sequence[Line], before: float = 0, after: float = 0) -> Block:
    """Columns of lines that begin at one height."""
    blocks = [stacked(column, before=before) for column in columns]
    height = max(block.height for block in blocks) + after
    return Block(tuple(line for block in blocks for line in block.lines), height)


def labelled(label: Sequence[Line], value: Sequence[Line], *, after: float = 3.0) -> Iterator[Block]:
    """What a value is, beside it; a value of many lines goes on over the page line by line."""
    count = max(len(label), len(value))
    for at in range(count):
        row = [*label[at : at + 1], *value[at : at + 1]]
        step = max(line.size for line in row) * LEADING
        yield Block(tuple((step * 0.8, line) for line in row), step + (after if at == count - 1 else 0))


def paginated(blocks: Sequence[Block], *, top_margin: float = MARGIN) -> Iterator[PlacedLines]:
    """What stands on each page; there is always one. `top_margin` is the first page's, in points."""
    page: PlacedLines = []
    top = PAGE_HEIGHT - top_margin
    for number, block in enumerate(blocks):
        needed = block.height
        if block.keep_with_next and number + 1 < len(blocks):
            needed += blocks[number + 1].height
        if page and top - needed < MARGIN + FOOT:
            yield page
            page, top = [], PAGE_HEIGHT - MARGIN
        page += [(top - down, line) for down, line in block.lines]
        top -= block.height
    yield page


def contents(pdf: Pdf, font: EmbeddedFont, pages: TextPages) -> list[Stream]:
    """The contents of the pages, numbered at the foot."""
    laid_out = list(paginated(pages.blocks(font), top_margin=pages.top_margin))
    return [
        drawn(pdf, font, page, f"{pages.foot} · Trang {number}/{len(laid_out)}")
        for number, page in enumerate(laid_out, start=1)
    ]


def drawn(pdf: Pdf, font: EmbeddedFont, page: PlacedLines, foot: str, face: str = "/F1") -> Stream:
    """The content of a page with up to three lines of `foot` below; `face` is the name of `font` among its resources."""
    below = lines(foot, font, SMALL, grey=GREY)
    placed = [*page, *((MARGIN - at * SMALL * LEADING, line) for at, line in enumerate(below[:3]))]
    content: list[Any] = [([], "BT")]
    for base, line in placed:
        content += [
            ([line.grey], "g"),
            ([Name(face), line.size], "Tf"),
            ([1, 0, 0, 1, round(MARGIN + line.x, 2), round(base, 2)], "Tm"),
            ([font.encode(line.text)], "Tj"),
        ]
    content.append(([], "ET"))
    return deflated(pdf, unparse_content_stream(content))
