"""All of a page's lines in the order in which people read them, as blocks of one kind each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from imaging.rules import PixelRule
from ocr.layout.aligned import aligned_table, runs_of, table_rows
from ocr.layout.blocks import Block, BlockKind, row_by_row, rows_of
from ocr.layout.columns import side_by_side
from ocr.layout.ruled import ruled_tables
from ocr.lines import PlacedLine

_PAGE_NUMBER = re.compile(r"^(?:trang\s*)?[-–(]?\s*\d{1,3}\s*(?:[/.]\s*\d{1,3})?\s*[-–)]?$", re.IGNORECASE)
_RIM = 0.12
"""Page numbers stand in the outer part of the page's height, footers too."""
_CENTRED = 0.06
_FOOTER_GAP = 2.5
_PARAGRAPH_GAP = 1.1
_LABEL = re.compile(r"^[^:]{2,48}:")
_LEAST_FORM_ROWS = 3
_FORM_SHARE = 0.6
_RULE_REACH = 0.5
"""How far the ends of a table's rules may miss each other, in line heights."""


def arrange(
    lines: Sequence[PlacedLine],
    *,
    rules: Sequence[PixelRule] = (),
    size: tuple[float, float] | None = None,
) -> list[Block]:
    """Put the lines of one straightened page into reading order; each comes back exactly once.

    `rules` are the page's straight rules and `size` its (width, height), in the pixels of the lines. Tables are
    read cell by cell; a zone whose lines leave a common corridor free column by column where it is the national
    header, the signature block, or two columns that keep no common rows; everything else row by row.
    """
    if not lines:
        return []
    above, body, below = _without_furniture(sorted(lines, key=lambda line: line.middle), size)
    reach = _RULE_REACH * median(line.height for line in lines)
    blocks = []
    rest = body
    for table in ruled_tables(body, rules, reach):
        inside = {id(line) for line in table.lines}
        top = table.cells[0].y0
        upper = [line for line in rest if id(line) not in inside and line.middle < top]
        blocks.extend(_arranged(upper))
        blocks.append(table)
        gone = inside | {id(line) for line in upper}
        rest = [line for line in rest if id(line) not in gone]
    blocks.extend(_arranged(rest))
    return [*above, *blocks, *below]


def _without_furniture(
    lines: list[PlacedLine], size: tuple[float, float] | None
) -> tuple[list[Block], list[PlacedLine], list[Block]]:
    """Page number and footer taken off `lines` (top to bottom), so that they join no column."""
    above: list[Block] = []
    below: list[Block] = []
    if size is None:
        return above, lines, below
    width, height = size
    while lines and lines[0].y1 < _RIM * height and _PAGE_NUMBER.match(lines[0].text.strip()):
        above.append(Block("page_number", (lines.pop(0),)))
    while len(lines) > 1 and lines[-1].y0 > (1 - _RIM) * height:
        last = lines[-1]
        centred = abs((last.x0 + last.x1) / 2 - width / 2) < _CENTRED * width
        alone = last.y0 - max(x.y1 for x in lines[:-1]) > _FOOTER_GAP * last.height
        if _PAGE_NUMBER.match(last.text.strip()):
            below.insert(0, Block("page_number", (lines.pop(),)))
        elif centred and alone:
            below.insert(0, Block("text", (lines.pop(),)))
        else:
            break
    return above, lines, below


def _arranged(lines: Sequence[PlacedLine]) -> list[Block]:
    """Lines between ruled tables: first what is aligned as a table, then what stands in columns, then the rest."""
    rows = rows_of(lines)
    blocks = []
    for in_table, start, end in runs_of(table_rows(rows)):
        if in_table:
            blocks.append(aligned_table(rows[start:end]))
        else:
            blocks.extend(_in_columns([line for row in rows[start:end] for line in row]))
    return blocks


def _in_columns(lines: Sequence[PlacedLine]) -> list[Block]:
    rest = sorted(lines, key=lambda line: line.middle)
    blocks: list[Block] = []
    body: list[PlacedLine] = []
    at = 0
    while at < len(rest):
        taken, columns = side_by_side(rest[at:])
        if taken:
            blocks.extend(_paragraphs(body))
            blocks.extend(Block("text", tuple(column)) for column in columns)
            body = []
            at += taken
        else:
            body.append(rest[at])
            at += 1
    return blocks + _paragraphs(body)


def _paragraphs(lines: Sequence[PlacedLine]) -> list[Block]:
    """Body lines row by row; a new block at a wide white band."""
    groups: list[list[list[PlacedLine]]] = []
    bottom = 0.0
    for row in rows_of(lines):
        top, height = min(line.y0 for line in row), max(line.height for line in row)
        if groups and top - bottom <= _PARAGRAPH_GAP * height:
            groups[-1].append(row)
        else:
            groups.append([row])
        bottom = max(line.y1 for line in row)
    return [Block(_kind(group), tuple(row_by_row([x for row in group for x in row]))) for group in groups]


def _kind(rows: Sequence[Sequence[PlacedLine]]) -> BlockKind:
    """A form has a label on most of its rows."""
    labelled = sum(any(_LABEL.match(line.text) for line in row) for row in rows)
    form = labelled >= _LEAST_FORM_ROWS and labelled >= _FORM_SHARE * len(rows)
    return "form" if form else "text"
