"""What stands above a signature: the agency it speaks for, and the dates of a declaration and of its certification."""

from __future__ import annotations

from collections.abc import Sequence

from extraction import values
from extraction.definitions import FieldDefinition
from extraction.finding import Found, Search
from extraction.heading import place_before_date, starts_agency
from extraction.layout import Row, Sheet, Token, capital_share, joined
from extraction.lexicon import flat_entries
from extraction.parsed import trimmed
from extraction.signer import is_office, office_words, signer_of
from models.text import flattened

_HIGHEST = 7
"""The agency's name begins at most so many rows above the office that signs."""


def signing_agency(search: Search, wanted: FieldDefinition) -> Found | None:
    """The agency named above the office that signs: «TM. ỦY BAN NHÂN DÂN / HUYỆN VŨ THƯ / CHỦ TỊCH»."""
    signer = signer_of(search)
    if signer is None:
        return None
    sheet = next(s for s in search.sheets if any(signer.office.tokens[0] in row.tokens for row in s.rows))
    above = _column_above(sheet, signer.office)
    for at, cell in enumerate(above):
        words = office_words(cell)
        tokens = [*words, *_name_going_on(above[at + 1 :])]
        if not words or not starts_agency(flattened(trimmed(joined(tokens)))):
            continue
        parsed = values.parse("organisation", tokens)
        if parsed is not None:
            return Found(parsed, 0.9)
    return None


def _column_above(sheet: Sheet, office: Row) -> list[Row]:
    """The cells in capitals right above the office, in its column, from the top, without «Xác nhận của» before them."""
    centre = (office.x0 + office.x1) / 2
    rows = [row for row in sheet.rows if row.y1 <= office.y0 + 0.5 * sheet.height][-_HIGHEST:]
    cells = [cell for row in rows for cell in sheet.cells(row) if cell.x0 <= centre <= cell.x1]
    named = [Row(tokens) for cell in cells if (tokens := _certifier(cell))]
    return [c for c in named if capital_share(c.text) > 0.7 and ":" not in c.text]


_CERTIFIED_BY = ("xac", "nhan", "cua")


def _certifier(cell: Row) -> tuple[Token, ...]:
    """The agency behind «Xác nhận của»; the cell's own words where it does not begin so."""
    if tuple(t.key for t in cell.tokens[: len(_CERTIFIED_BY)]) == _CERTIFIED_BY:
        return cell.tokens[len(_CERTIFIED_BY) :]
    return cell.tokens


def _name_going_on(cells: Sequence[Row]) -> list[Token]:
    """The rest of an agency's name; «KT. CHỦ TỊCH» and «GIÁM ĐỐC» are the office's lines already."""
    found: list[Token] = []
    for cell in cells:
        if len(office_words(cell)) < len(cell.tokens) or is_office(cell):
            break
        found.extend(cell.tokens)
    return found


def agency_line(search: Search, wanted: FieldDefinition) -> Found | None:
    """The agency that a line in capitals names, behind an office or alone: «GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO …».

    The first such line from the top; where the field has phrases, the first that begins with one of them.
    """
    beginnings = tuple(flattened(phrase) for phrase in wanted.phrases)
    for sheet in search.sheets:
        for row in sheet.rows:
            for cell in sheet.cells(row):
                tokens = _without_office(cell) if capital_share(cell.text) > 0.7 else []
                name = flattened(trimmed(joined(tokens)))
                if not starts_agency(name) or (beginnings and not name.startswith(beginnings)):
                    continue
                parsed = values.parse("organisation", tokens)
                if parsed is not None:
                    return Found(parsed, 0.85)
    return None


def _without_office(cell: Row) -> list[Token]:
    """The words behind an office at the line's beginning; all of them where there is none."""
    tokens = list(cell.tokens)
    for office, length in flat_entries("offices"):
        if len(tokens) > length and " ".join(flattened(t.text) for t in tokens[:length]) == office:
            return tokens[length:]
    return tokens


def _dated_lines(search: Search) -> list[tuple[int, Row]]:
    """Lines «Hà Nội, ngày 07 tháng 3 năm 2025» below the title, with their sheet, in reading order.

    Of two side by side the right one comes first: who declares signs right, who certifies left.
    """
    first, title_row = search.title or (0, -1)
    found: list[tuple[int, Row]] = []
    for at, sheet in enumerate(search.sheets[first:], start=first):
        rows = sheet.rows[title_row + 1 :] if at == first else sheet.rows
        for row in rows:
            cells = [c for c in sheet.cells(row) if place_before_date(c) is not None]
            found.extend((at, cell) for cell in reversed(cells))
    return found


def declared_date(search: Search, wanted: FieldDefinition) -> Found | None:
    """The day a person signed what he declares: the first dated line below the form."""
    lines = _dated_lines(search)
    return _date_of(lines[0][1]) if lines else None


def certified_date(search: Search, wanted: FieldDefinition) -> Found | None:
    """The day an agency certified it: the last of several dated lines."""
    lines = _dated_lines(search)
    return _date_of(lines[-1][1]) if len(lines) > 1 else None


def _date_of(row: Row) -> Found | None:
    parsed = values.parse("date", row.tokens)
    return Found(parsed, 0.92) if parsed else None
