"""Tables and lists of a form: each row's cells become fields (`member_2_name`), and their words are left to nobody else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from extraction import blocks, values
from extraction.definitions import FieldDefinition, Group, TypeDefinition
from extraction.finding import Found, doubted
from extraction.grids import Grid
from extraction.layout import Row, Sheet, Token, key_of
from extraction.lexicon import cased_like
from extraction.parsed import Parsed
from extraction.table_body import Body, body
from extraction.table_head import NUMBER_HEADS, ColumnBook, Head, book_of, grid_at, heads

_LEAST_SCORE = 1.6
"""A heading says at least so much: two columns known for sure."""
_PLAIN_LIKENESS = 0.9
"""A header cell that names a plain field says its label and hardly more."""
_TRAILING_ROWS = 2
"""A table that goes on over the page has at most so many rows below it: the page's number, a note."""
_SURE = 0.98
_LOOSE = 0.8
"""Below this it is not clear whether a word stands in this cell or in its neighbour."""
_HEADING_LINES = 5
_FIRST_ROW = re.compile(r"\(?0?1[.)]?")
_NUMBERED = re.compile(r"\(?\d{1,3}[.)/]{0,2}|[-–•+*]")

Top = tuple[int, float]
"""Sheet and height of the title."""


@dataclass
class Tables:
    """What stands in tables and lists, and the sheets without their words."""

    sheets: tuple[Sheet, ...]
    found: dict[str, Found] = field(default_factory=dict)
    """Cells of groups by field name, and plain fields whose labels head a column."""
    left_out: bool = False
    """A group has more rows than its definition reads."""


def read(
    definition: TypeDefinition, sheets: Sequence[Sheet], grids: Sequence[Grid], title: tuple[int, int] | None
) -> Tables:
    """Every group of the type, then the plain fields that stand below their labels in a table.

    What stands at or above the title (sheet and row) belongs to no table.
    """
    tables = Tables(tuple(sheets))
    top = (title[0], sheets[title[0]].rows[title[1]].y0) if title is not None else None
    for group in definition.members:
        _read_group(tables, definition, group, grids, top)
    _read_plain(tables, definition, grids, top)
    _drop_headings(tables)
    return tables


def missing_cells(definition: TypeDefinition, names: Iterable[str]) -> list[str]:
    """Cells that every row has and that rows of which something was found lack, by field name."""
    known = set(names)
    return [
        f"{group.name}_{row}_{column.name}"
        for group in definition.members
        for row in sorted(_rows_of(group, known))
        for column in group.columns
        if column.required and f"{group.name}_{row}_{column.name}" not in known
    ]


def _rows_of(group: Group, names: Iterable[str]) -> set[int]:
    pattern = re.compile(rf"{group.name}_(\d+)_\w+")
    return {int(match[1]) for name in names if (match := pattern.fullmatch(name))}


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────


def _read_group(
    tables: Tables, definition: TypeDefinition, group: Group, grids: Sequence[Grid], top: Top | None
) -> None:
    rows: list[dict[str, Found]] = []
    claimed: list[tuple[int, set[Token]]] = []
    for part in _parts(tables.sheets, book_of(group.columns), grids, top):
        rows += _cells_of(part)
        claimed.append((part.head.sheet, part.claimed))
    if not claimed:
        listed = blocks.read(definition, group, tables.sheets)
        rows, claimed = listed.rows, listed.claimed
    tables.left_out = tables.left_out or len(rows) > group.most
    for number, row in enumerate(rows[: group.most], start=1):
        for name, found in row.items():
            tables.found[f"{group.name}_{number}_{name}"] = found
    tables.sheets = _without(tables.sheets, claimed)


def _parts(sheets: Sequence[Sheet], book: ColumnBook, grids: Sequence[Grid], top: Top | None) -> list[Body]:
    """The table on each sheet that it runs over, with a heading or without."""
    found: list[Body] = []
    by_sheet = {
        head.sheet: head
        for head in heads(sheets, book, grids)
        if head.score >= _LEAST_SCORE and not _above_title(head, sheets, top)
    }
    for at, sheet in enumerate(sheets):
        last = found[-1] if found else None
        head = by_sheet.get(at)
        if head is not None and (last is None or _same_columns(last.head, head)):
            found.append(body(sheet, head))
        elif (
            last is not None
            and head is None
            and last.head.sheet == at - 1
            and _runs_out(sheets[at - 1], last)
        ):
            further = _further(sheet, at, last, grids)
            if further is None:
                break
            found.append(further)
    return found


def _above_title(head: Head, sheets: Sequence[Sheet], top: Top | None) -> bool:
    return top is not None and (head.sheet, sheets[head.sheet].rows[head.first].y0) <= top


def _same_columns(first: Head, second: Head) -> bool:
    names = [{c.wanted.name for c in head.matched if c.wanted} for head in (first, second)]
    return len(names[0] & names[1]) >= 2


def _runs_out(sheet: Sheet, part: Body) -> bool:
    """Whether the table stands at the end of its sheet, so that it may go on over the page."""
    return bool(part.records) and len(sheet.rows) - 1 - part.last <= _TRAILING_ROWS


def _further(sheet: Sheet, at: int, above: Body, grids: Sequence[Grid]) -> Body | None:
    """The part of a table that goes on over the page without its heading; None where nothing does."""
    start = next((i for i, row in enumerate(sheet.rows[:3]) if len(row.tokens) > 1), None)
    if start is None:
        return None
    head = replace(above.head, sheet=at, first=start, last=start - 1, grid=grid_at(sheet.rows[start], grids))
    part = body(sheet, head, above=above, start=start)
    return part if part.records else None


def _cells_of(part: Body) -> list[dict[str, Found]]:
    """The values of each row; rows without any are none."""
    rows = []
    for record in part.records:
        row: dict[str, Found] = {}
        for at, column in enumerate(part.head.columns):
            tokens = record.cells.get(at, [])
            if column.wanted is None or not tokens:
                continue
            clear = min(part.clearness(at), record.clear)
            cell = cell_value(column.wanted, tokens, _SURE * column.likeness * clear)
            if cell is not None:
                row[column.wanted.name] = doubted(cell, "loose_end") if clear < _LOOSE else cell
        if row:
            rows.append(row)
    return rows


def cell_value(wanted: FieldDefinition, tokens: Sequence[Token], quality: float) -> Found | None:
    """What a cell says; the row's own number before a name is no part of it."""
    words = list(tokens)
    if (
        wanted.kind in {"name", "text", "organisation"}
        and len(words) > 1
        and _NUMBERED.fullmatch(words[0].text)
    ):
        words = words[1:]
    parsed = values.parse(wanted.kind, words, wanted.pattern)
    if parsed is None or not parsed.tokens:
        return None
    return Found(_as_known(parsed, wanted.phrases) if wanted.phrases else parsed, quality)


def _as_known(parsed: Parsed, phrases: Sequence[str]) -> Parsed:
    """A cell whose column mostly says one of a few words: marks that it lost are put back, other words are doubtful."""
    known = {key_of(phrase): phrase for phrase in phrases}.get(key_of(parsed.value))
    if known is None:
        return replace(parsed, failed=(*parsed.failed, "vocabulary"))
    if known.lower() == parsed.value.lower():
        return replace(parsed, passed=(*parsed.passed, "vocabulary"))
    value = cased_like(known, parsed.value)
    return replace(parsed, value=value, passed=(*parsed.passed, "near_vocabulary"), printed=parsed.as_printed)


# ── plain fields in tables ───────────────────────────────────────────────────────────────────────────


def _read_plain(tables: Tables, definition: TypeDefinition, grids: Sequence[Grid], top: Top | None) -> None:
    """Fields whose labels stand side by side as a table's heading, the values in one row below."""
    book = book_of(_told_apart(definition.fields))
    claimed: list[tuple[int, set[Token]]] = []
    sheets = tables.sheets
    for head in heads(sheets, book, grids):
        unknown = [c for c in head.columns if c.wanted is None and not c.numbers]
        if (
            unknown
            or _above_title(head, sheets, top)
            or any(c.likeness < _PLAIN_LIKENESS for c in head.matched)
        ):
            continue
        part = body(sheets[head.sheet], head)
        rows = _cells_of(part)
        if len(rows) != 1 or len(rows[0]) < 2:
            continue  # several rows: which one is meant nobody can say
        tables.found.update({name: found for name, found in rows[0].items() if name not in tables.found})
        claimed.append((head.sheet, part.claimed))
    tables.sheets = _without(tables.sheets, claimed)


def _told_apart(fields: Sequence[FieldDefinition]) -> tuple[FieldDefinition, ...]:
    """The fields that stand at labels, each with those labels that no other field has: a table has no sections."""
    count = Counter(key for f in fields for key in {key_of(text) for text in (*f.labels, *f.also)})

    def own(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(text for text in texts if count[key_of(text)] == 1)

    told = (
        f.model_copy(update={"labels": own(f.labels), "also": own(f.also)})
        for f in fields
        if "label" in f.finders
    )
    return tuple(f for f in told if f.labels)


def _drop_headings(tables: Tables) -> None:
    """Leave out the headings of tables that nothing is read from as rows: no value above them goes on with «TT»."""
    claimed: list[tuple[int, set[Token]]] = []
    for at, sheet in enumerate(tables.sheets):
        for first, row in enumerate(sheet.rows):
            if row.tokens[0].key in NUMBER_HEADS and len(row.tokens) > 2:
                lines = _heading_lines(sheet.rows, first)
                claimed.append((at, {t for line in lines for t in line.tokens}))
    tables.sheets = _without(tables.sheets, claimed)


def _heading_lines(rows: Sequence[Row], first: int) -> Sequence[Row]:
    """The lines of a heading down to the row numbered 1; none where no such row follows soon."""
    for at in range(first + 1, min(first + _HEADING_LINES, len(rows))):
        if _FIRST_ROW.fullmatch(rows[at].tokens[0].text):
            return rows[first:at]
    return ()


def _without(sheets: Sequence[Sheet], claimed: Sequence[tuple[int, set[Token]]]) -> tuple[Sheet, ...]:
    """The sheets without the words that tables and lists own; a sheet that has none stays the same object."""
    taken: dict[int, set[Token]] = {}
    for at, tokens in claimed:
        taken.setdefault(at, set()).update(tokens)
    return tuple(
        replace(sheet, rows=_rest(sheet.rows, taken[at])) if taken.get(at) else sheet
        for at, sheet in enumerate(sheets)
    )


def _rest(rows: Sequence[Row], taken: set[Token]) -> tuple[Row, ...]:
    kept = (tuple(t for t in row.tokens if t not in taken) for row in rows)
    return tuple(Row(tokens) for tokens in kept if tokens)
