"""Forms set as tables: labels broken over lines beside their value, and one column of labels for several persons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from extraction.anchor import Anchor, is_colon
from extraction.layout import Row, Sheet, Token

_NEXT_LINE = 1.7
"""A label's second line is no further below its first than so many times the usual distance of lines."""
_LABEL_LINES = 3
_LEAST_VALUES = 4
"""So many rows with a value at the same place make a column of values."""

_LEAST_BEGINS = 2

Likeness = Callable[[Sequence[str]], float]
"""How much words, as keys, are a label as a whole, 0–1."""


# ── labels over several lines ────────────────────────────────────────────────────────────────────────


def with_whole_labels(sheet: Sheet, likeness: Likeness) -> Sheet:
    """The sheet with every label that goes on in the line below put together again, before its value.

    «Họ, chữ đệm, tên người ‖ : HUỲNH HỮU TÙNG» over «cha» says the father's name; line by line it says none's.
    """
    rows: list[Row] = []
    at, column = 0, _value_column(sheet)
    while at < len(sheet.rows):
        joined, used = _whole_label(sheet, at, likeness, column)
        rows.extend(joined)
        at += used
    return (
        replace(sheet, rows=tuple(rows))
        if len(rows) != len(sheet.rows) or rows != list(sheet.rows)
        else sheet
    )


def _whole_label(sheet: Sheet, at: int, likeness: Likeness, column: float | None) -> tuple[list[Row], int]:
    """The rows that take the place of row `at` and of those its label runs over, and how many those are."""
    label, value = _parted(sheet, sheet.rows[at], column)
    if not label or (label[-1].key and is_colon(label[-1])):
        return [sheet.rows[at]], 1  # a colon on its last word closes a label
    value_left = value[0].x0 if value else sheet.right
    best_likeness, values = likeness([t.key for t in label]), [value]
    words = list(label)
    best: tuple[list[Row], int] | None = None
    for below in range(at + 1, min(at + _LABEL_LINES, len(sheet.rows))):
        row, above = sheet.rows[below], sheet.rows[below - 1]
        more = tuple(t for t in row.tokens if t.x1 < value_left + 0.5 * sheet.character)
        if not more or not more[0].text[:1].islower() or row.y0 - above.y0 > _NEXT_LINE * sheet.pitch:
            break
        words += more
        rest = row.tokens[len(more) :]
        if rest:
            values.append(rest)
        whole = likeness([t.key for t in words])
        if whole > best_likeness:
            best_likeness = whole
            best = [Row((*words, *values[0])), *(Row(v) for v in values[1:])], below + 1 - at
    return best or ([sheet.rows[at]], 1)


def _value_column(sheet: Sheet) -> float | None:
    """Where the values begin on a form with labels in one column and values in the next; None on any other."""
    starts = sorted(c[1].x0 for row in sheet.rows if len(c := sheet.cells(row)) == 2)
    near = 0.7 * sheet.character
    most = max(starts, key=lambda x: sum(abs(x - other) < near for other in starts), default=None)
    if most is None or sum(abs(most - other) < near for other in starts) < _LEAST_VALUES:
        return None
    return most - near


def _parted(sheet: Sheet, row: Row, column: float | None) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """A row's label and its value: up to the first colon, else to the column of values, else to the first wide gap."""
    for at, token in enumerate(row.tokens):
        if is_colon(token):
            # A colon of its own stands before the value, at the head of its column.
            return row.tokens[: at + bool(token.key)], row.tokens[at + bool(token.key) :]
    begins = [
        at for at, t in enumerate(row.tokens) if column is not None and 0 <= t.x0 - column < sheet.character
    ]
    end = begins[0] if begins and begins[0] else len(sheet.cells(row)[0].tokens)
    return row.tokens[:end], row.tokens[end:]


# ── one column of labels, several of values ──────────────────────────────────────────────────────────


def with_matrices(
    anchors: Sequence[Anchor], sheets: Sequence[Sheet], section_of: Mapping[str, str | None]
) -> list[Anchor]:
    """Labels under «NGƯỜI MẸ ‖ NGƯỜI CHA» open one field for each of these, each with its own column of values."""
    kept: list[Anchor] = []
    by_row: dict[tuple[int, int], list[Anchor]] = {}
    for anchor in sorted(anchors, key=lambda a: a.place):
        by_row.setdefault((anchor.sheet, anchor.row), []).append(anchor)
    done: set[tuple[int, int]] = set()
    for place, group in by_row.items():
        if place in done:
            continue
        kept.extend(group)
        heads = _heads(group, sheets[place[0]])
        if heads:
            rows = _matrix_rows(sheets[place[0]], by_row, place, heads, section_of)
            kept.extend(_cells(sheets[place[0]], heads, rows, section_of))
            done |= {(a.sheet, a.row) for a in rows}
    return kept


def _heads(group: Sequence[Anchor], sheet: Sheet) -> list[Anchor]:
    """The headings of columns in a row: labels that open different sections, with nothing behind them but each other."""
    tokens = sheet.rows[group[0].row].tokens
    heads = [a for a in group if a.section and not a.colon]
    if len(heads) < 2 or len({a.section for a in heads}) < len(heads) or heads[-1].end != len(tokens):
        return []
    apart = all(a.end == b.start for a, b in pairwise(heads))
    return heads if apart else []


def _matrix_rows(
    sheet: Sheet,
    by_row: Mapping[tuple[int, int], Sequence[Anchor]],
    place: tuple[int, int],
    heads: Sequence[Anchor],
    section_of: Mapping[str, str | None],
) -> list[Anchor]:
    """The labels of the rows below the headings: each may open a field in every column's section."""
    found: list[Anchor] = []
    sections = {head.section for head in heads}
    for at in range(place[1] + 1, len(sheet.rows)):
        group = by_row.get((place[0], at))
        if not group:
            continue
        first = group[0]
        fits = {section_of[name] for name in first.fields} & sections
        if first.section or first.x0 >= heads[0].x0 or not fits:
            break
        found.append(first)
    return found


def _cells(
    sheet: Sheet, heads: Sequence[Anchor], labels: Sequence[Anchor], section_of: Mapping[str, str | None]
) -> list[Anchor]:
    """One label for every column, its value within the column's borders."""
    if not labels:
        return []
    borders = _borders(sheet, heads, labels)
    found = []
    for label in labels:
        for head, column in zip(heads, pairwise(borders), strict=True):
            names = tuple(n for n in label.fields if section_of[n] == head.section)
            if names:
                found.append(replace(label, fields=names[:1], column=column, colon=True))
    return found


def _borders(sheet: Sheet, heads: Sequence[Anchor], labels: Sequence[Anchor]) -> list[float]:
    """Where the columns begin and end: between two headings where the fewest words are in the way."""
    label_end = max(sheet.rows[a.row].tokens[a.end - 1].x1 for a in labels)
    # The rows of the matrix with their continuations, up to the end of the last label's next line.
    rows = sheet.rows[labels[0].row : labels[-1].row + 2]
    words = [t for row in rows for t in row.tokens if t.x0 > label_end - sheet.character]
    tokens = sheet.rows[heads[0].row].tokens
    centres = [(tokens[h.start].x0 + tokens[h.end - 1].x1) / 2 for h in heads]
    first = max(label_end, min([t.x0 for t in words], default=label_end) - sheet.character)
    between = (_border(words, left, right, sheet.character) for left, right in pairwise(centres))
    return [first, *between, 1.0]


def _border(words: Sequence[Token], left: float, right: float, character: float) -> float:
    """Where between two headings' middles the right column begins: most lines begin there and no word runs across."""
    best, border = 0, None
    for start in sorted({t.x0 for t in words if left < t.x0 < right}):
        edge = start - 0.3 * character
        begins = sum(abs(t.x0 - start) < 0.7 * character for t in words)
        crossed = sum(t.x0 < edge < t.x1 for t in words)
        if begins - 2 * crossed > best:
            best, border = begins - 2 * crossed, edge
    if border is not None and best >= _LEAST_BEGINS:
        return border
    # Nothing is in the right column, so that what the left one says may run into it.
    return max((t.x1 for t in words if t.x0 < right), default=(left + right) / 2)
