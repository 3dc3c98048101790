"""Finds a table's heading row: words over several lines become header cells, each matched with the column it heads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import median

from rapidfuzz.distance import Levenshtein

from extraction.definitions import FieldDefinition
from extraction.grids import Grid
from extraction.layout import Row, Sheet, Token, key_of
from extraction.levelling import slope_of, step_between

_MOST_STARTS = 12
"""So many rows of a sheet are tried as the first line of a heading: a page of nothing but tables stays cheap."""
_MOST_LINES = 7
"""A heading's cells run over so many lines at most."""
_MOST_CELLS = 24
"""No heading has more."""
_WORD_SHARE = 0.4
"""So many letters of a heading's line belong to words that column labels have."""
_GAPS = (3.2, 2.2, 1.6, 1.15, 0.8)
"""Gaps between header cells, in widths of a character, that are tried: the widest that explains most is taken."""
_CLEAR = 0.8
"""A heading's words and a label are at least so alike."""
_SHORTENED, _LENGTHENED = 0.88, 0.93
"""How much is left of a match where the paper prints the label's beginning only, or more than the label."""
_LEAST_KEY = 6
"""A shorter beginning says nothing."""
_UNKNOWN_CELL = 0.35
"""What a header cell that nobody knows costs: mostly one cell that was torn in two."""
_LINE_STEP = 2.4
"""The next line of a heading begins within so many heights."""
_OTHER_HEADS = frozenset({"stt", "tt", "sott", "sothutu", "thutu", "ghichu", "kyten", "chuky"})
NUMBER_HEADS = frozenset({"stt", "tt", "sott", "sothutu", "thutu"})
"""Keys of what stands above the rows' numbers."""
_FIGURES = re.compile(r".*\d{2}")
_NUMBERING = re.compile(r"\(?(?:\d{1,2}|[A-Z])\)?(?:=.*)?")
_STROKE = re.compile(r"[Il|!\[\]/\\.,'-]")
"""What OCR makes of a rule."""
_ONE_ROW_NUMBER = re.compile(r"0?1[.)]?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, from the heading on; `wanted` None where no field is read from it."""

    x0: float
    x1: float
    """Where its heading begins and ends."""
    wanted: FieldDefinition | None
    likeness: float
    """0–1: how well the heading fits the label."""
    numbers: bool = False
    """The rows' numbers stand here."""


@dataclass(frozen=True, slots=True)
class Head:
    """A heading found on a sheet: rows first..last of it, and its columns from left to right."""

    sheet: int
    first: int
    last: int
    columns: tuple[Column, ...]
    grid: Grid | None
    """The ruled table it stands in."""
    score: float
    slope: float
    """By how much the lines of its sheet fall (`extraction/levelling.py`)."""

    @property
    def matched(self) -> list[Column]:
        return [c for c in self.columns if c.wanted is not None]


@dataclass(frozen=True, eq=False)
class ColumnBook:
    """Columns prepared for many sheets."""

    columns: Mapping[str, FieldDefinition]
    labels: Mapping[str, tuple[str, ...]]
    """The matching keys of each column's labels, by column name."""
    words: frozenset[str]
    """The words of all labels."""


@lru_cache(maxsize=256)
def book_of(columns: tuple[FieldDefinition, ...]) -> ColumnBook:
    """The book of some columns."""
    texts = {c.name: (*c.labels, *c.also) for c in columns}
    words = (key_of(word) for some in texts.values() for text in some for word in text.split())
    return ColumnBook(
        columns={c.name: c for c in columns},
        labels={name: tuple({key_of(t): None for t in some if key_of(t)}) for name, some in texts.items()},
        words=frozenset(w for w in words if w) | _OTHER_HEADS,
    )


def heads(
    sheets: Sequence[Sheet], book: ColumnBook, grids: Sequence[Grid], *, least: int = 2
) -> Iterator[Head]:
    """The best heading of each sheet that heads at least `least` of the book's columns, in reading order."""
    for at, sheet in enumerate(sheets):
        search = _HeadSearch(at, sheet, book, grids)
        found = [
            head
            for start in _starts(sheet, book.words)
            if (head := search.beginning_at(start)) is not None and len(head.matched) >= least
        ]
        if found:
            yield max(found, key=lambda head: (round(head.score, 3), -head.first))


def _starts(sheet: Sheet, words: frozenset[str]) -> list[int]:
    """The rows that a heading may begin at: mostly words of labels, and no colon that makes a label of them."""
    found = []
    for at, row in enumerate(sheet.rows):
        letters = sum(len(t.key) for t in row.tokens)
        known = [t for t in row.tokens if t.key in words]
        if len(known) < 2 or any(t.text.endswith((":", "：")) for t in row.tokens):
            continue
        share = sum(len(t.key) for t in known) / max(letters, 1)
        if share >= _WORD_SHARE:
            found.append((-round(share, 2), at))
    return sorted(at for _, at in sorted(found)[:_MOST_STARTS])


class _HeadSearch:
    """The search for headings on one sheet; what was compared once is remembered."""

    def __init__(self, at: int, sheet: Sheet, book: ColumnBook, grids: Sequence[Grid]) -> None:
        self._at, self._sheet, self._book, self._grids = at, sheet, book, grids
        self._slope = slope_of(sheet.rows, sheet.character)
        self._likeness: dict[tuple[str, str], float] = {}

    def beginning_at(self, start: int) -> Head | None:
        """The heading that begins at a row: the lines that explain most."""
        grid = grid_at(self._sheet.rows[start], self._grids)
        rows = list(_lines(self._sheet, start, self._slope))
        best: Head | None = None
        for count in range(1, len(rows) + 1):
            for cells in _ways_apart([t for row in rows[:count] for t in row.tokens], grid):
                known = self._known(cells)
                score = sum(c.likeness for c in known if c.wanted is not None)
                score -= _UNKNOWN_CELL * sum(c.wanted is None and not c.numbers for c in known)
                if best is None or score > best.score + 1e-6:
                    best = Head(self._at, start, start + count - 1, tuple(known), grid, score, self._slope)
        return best

    def _known(self, cells: Sequence[Sequence[Token]]) -> list[Column]:
        """Each header cell with the column it heads; a column is headed once, by the cell that fits best."""
        keys = ["".join(t.key for t in in_lines(cell)) for cell in cells]
        fits = sorted(
            (-likeness, at, name)
            for at, key in enumerate(keys)
            for name in self._book.columns
            if key and key not in _OTHER_HEADS and (likeness := self._alike(key, name))
        )
        headed: dict[int, tuple[str, float]] = {}
        for likeness, at, name in fits:
            if at not in headed and all(other != name for other, _ in headed.values()):
                headed[at] = (name, -likeness)
        found = []
        for at, cell in enumerate(cells):
            named, likeness = headed.get(at, ("", 0.0))
            wanted = self._book.columns.get(named)
            x0, x1 = cell[0].x0, max(t.x1 for t in cell)
            found.append(Column(x0, x1, wanted, likeness, numbers=keys[at] in NUMBER_HEADS))
        return found

    def _alike(self, key: str, name: str) -> float:
        known = self._likeness.get((key, name))
        if known is None:
            known = self._likeness[(key, name)] = likeness_of(key, self._book.labels[name])
        return known


def grid_at(row: Row, grids: Sequence[Grid]) -> Grid | None:
    """The ruled table that most of a row stands in."""
    page = row.tokens[0].page
    for grid in grids:
        inside = sum(grid.holds(t.middle, (t.y0 + t.y1) / 2) for t in row.tokens if grid.page == t.page)
        if grid.page == page and 2 * inside > len(row.tokens):
            return grid
    return None


def _lines(sheet: Sheet, start: int, slope: float) -> Iterator[Row]:
    """The rows from a heading's first line on that may belong to it: close together, without figures or colons."""
    last: Row | None = None
    for row in sheet.rows[start : start + _MOST_LINES]:
        if last is not None and step_between(last, row, slope) > _LINE_STEP * max(last.height, row.height):
            return
        if any(_FIGURES.match(t.text) or t.text.endswith((":", "：")) for t in row.tokens):
            return
        if last is not None and _ONE_ROW_NUMBER.fullmatch(row.tokens[0].text):
            return  # «1», the first row's number
        yield row
        last = row


# ── words to cells ───────────────────────────────────────────────────────────────────────────────────


def _ways_apart(tokens: Sequence[Token], grid: Grid | None) -> Iterator[list[list[Token]]]:
    """The words apart by white space from top to bottom, for each width that such a space may have; rules part too."""
    ordered = sorted((t for t in tokens if not _STROKE.fullmatch(t.text)), key=lambda t: t.x0)
    rules = grid.columns if grid is not None else ()
    character = _character(tokens)
    seen: set[int] = set()
    for gap in _GAPS:
        cells: list[list[Token]] = []
        edge = 0.0
        for token in ordered:
            ruled = bool(cells) and any(cells[-1][-1].middle < x <= token.middle for x in rules)
            if cells and not ruled and token.x0 - edge <= gap * character:
                cells[-1].append(token)
            else:
                cells.append([token])
                edge = token.x1
            edge = max(edge, token.x1)
        if 1 < len(cells) <= _MOST_CELLS and len(cells) not in seen:
            seen.add(len(cells))
            yield cells


def _character(tokens: Sequence[Token]) -> float:
    widths = [(t.x1 - t.x0) / len(t.text) for t in tokens if len(t.text) > 1]
    return max(median(widths), 1e-4) if widths else 0.01


def in_lines(tokens: Sequence[Token]) -> list[Token]:
    """Words in reading order: line by line, each from left to right."""
    lines: list[list[Token]] = []
    for token in sorted(tokens, key=lambda t: t.y0 + t.y1):
        last = lines[-1][-1] if lines else None
        if last is not None and (token.y0 + token.y1 - last.y0 - last.y1) / 2 <= 0.5 * (last.y1 - last.y0):
            lines[-1].append(token)
        else:
            lines.append([token])
    return [t for line in lines for t in sorted(line, key=lambda t: t.x0)]


# ── cells to columns ─────────────────────────────────────────────────────────────────────────────────


def likeness_of(key: str, labels: tuple[str, ...]) -> float:
    """How well a header cell says one of some labels, 0–1; both may be cut short at a word's end."""
    best = 0.0
    for label in labels:
        whole = Levenshtein.normalized_similarity(key, label, score_cutoff=_CLEAR)
        best = max(best, whole if len(label) > 4 or whole == 1 else 0.0)
        shared = min(len(key), len(label))
        if shared < _LEAST_KEY or len(key) == len(label):
            continue
        part = Levenshtein.normalized_similarity(key[:shared], label[:shared], score_cutoff=0.9)
        best = max(best, part * (_SHORTENED if len(key) < len(label) else _LENGTHENED))
    return best


def continues(row: Row, head: Head) -> bool:
    """Whether a row below a heading still belongs to it: the columns' numbers «(1) (2) (3)», or a translation."""
    if _is_numbering(row):
        return True
    texts = [t.text for t in row.tokens]
    if any(_FIGURES.match(text) for text in texts):
        return False
    if texts[0].startswith("(") or (texts[-1].endswith(")") and not any("(" in text for text in texts)):
        return True
    said = 0
    for at, column in enumerate(head.columns):
        right = head.columns[at + 1].x0 if at + 1 < len(head.columns) else 1.0
        key = "".join(t.key for t in row.tokens if column.x0 - 1e-6 <= t.middle < right)
        if column.wanted is not None and key:
            said += likeness_of(key, tuple(key_of(text) for text in column.wanted.also)) >= _CLEAR
    return said >= 2


def _is_numbering(row: Row) -> bool:
    """«(1) (2) (3)» or «A B 1 2»."""
    texts = [t.text for t in row.tokens]
    if len(texts) < 2 or not all(_NUMBERING.fullmatch(text) for text in texts):
        return False
    figures = [int(found[0]) for text in texts if (found := re.search(r"\d+", text))]
    return len(figures) >= 2 and all(b - a == 1 for a, b in pairwise(figures))
