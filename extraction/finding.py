"""Values found on the sheets: behind labels, below them, or as fixed phrases; each with the words that say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz.distance import Levenshtein

from extraction import values
from extraction.definitions import FieldDefinition, Kind, TypeDefinition
from extraction.labels import Anchor, LabelBook, anchors_by_row, label_like
from extraction.layout import Row, Sheet, Token, key_of
from extraction.lexicon import cased_like
from extraction.phrases import Runs
from extraction.values import Parsed

_ONE_LINE: frozenset[Kind] = frozenset(
    {"sex", "ethnicity", "nationality", "year", "document_number", "personal_id"}
)
_NEXT_LINE = 2.6
"""The next line begins within so many letter heights below the last one."""


@dataclass(frozen=True)
class Found:
    """A value on the paper."""

    parsed: Parsed
    quality: float
    """0–1: how sure it is that this is the field's value and not something else."""
    derived: bool = False
    """Worked out from another field instead of read."""

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.parsed.tokens


@dataclass
class Search:
    """What is known about the sheets while their fields are looked for."""

    definition: TypeDefinition
    sheets: tuple[Sheet, ...]
    runs: tuple[Runs, ...]
    title: tuple[int, int] | None
    """Sheet and row of the title, where one was found."""
    anchors: list[Anchor] = field(default_factory=list)
    by_row: dict[tuple[int, int], list[Anchor]] = field(default_factory=dict)

    @classmethod
    def over(
        cls,
        definition: TypeDefinition,
        sheets: tuple[Sheet, ...],
        runs: tuple[Runs, ...],
        title: tuple[int, int] | None,
    ) -> Search:
        anchors = LabelBook(definition).anchors(sheets, runs)
        return cls(definition, sheets, runs, title, anchors, anchors_by_row(anchors))

    def anchors_of(self, name: str) -> list[Anchor]:
        """The labels of a field: on the paper's order, clear ones before doubtful ones."""
        own = [a for a in self.anchors if a.fields == (name,)]
        return sorted(own, key=lambda a: (a.quality < 0.8, a.place))


def by_label(search: Search, wanted: FieldDefinition) -> Found | None:
    """The value at the field's label: right of it, or below where nothing stands right of it."""
    best: Found | None = None
    for anchor in search.anchors_of(wanted.name):
        found = _at_anchor(search, wanted, anchor)
        if found is None:
            continue
        if not found.parsed.failed and anchor.quality >= 0.85:
            return found
        if best is None or _rank(found) > _rank(best):
            best = found
    return best


def _rank(found: Found) -> tuple[int, float]:
    return -len(found.parsed.failed), found.quality


def _at_anchor(search: Search, wanted: FieldDefinition, anchor: Anchor) -> Found | None:
    right = right_of(search, anchor)
    if any(t.key for t in right):
        tokens = right + (_wrapped(search, wanted, anchor, right) if wanted.lines > 1 else [])
        parsed = values.parse(wanted.kind, tokens)
        if parsed is not None:
            return Found(parsed, anchor.quality)
        if wanted.kind not in _ONE_LINE or wanted.lines == 1:
            return None
    return _below(search, wanted, anchor)


def right_of(search: Search, anchor: Anchor) -> list[Token]:
    """The words between a label and the next label of its row, or the row's end."""
    sheet = search.sheets[anchor.sheet]
    row = sheet.rows[anchor.row]
    following = [a.start for a in search.by_row[(anchor.sheet, anchor.row)] if a.start >= anchor.end]
    end = min(following, default=len(row.tokens))
    return list(row.tokens[anchor.end : end])


def _is_last_in_row(search: Search, anchor: Anchor) -> bool:
    return not any(a.start > anchor.start for a in search.by_row[(anchor.sheet, anchor.row)])


def _wrapped(search: Search, wanted: FieldDefinition, anchor: Anchor, right: Sequence[Token]) -> list[Token]:
    """What goes on over the next lines, as long as they follow closely and open nothing new."""
    if wanted.kind in _ONE_LINE or not _is_last_in_row(search, anchor):
        return []
    sheet = search.sheets[anchor.sheet]
    found: list[Token] = []
    last = sheet.rows[anchor.row]
    left = _column_left(search, anchor)
    for at in range(anchor.row + 1, min(anchor.row + wanted.lines, len(sheet.rows))):
        row = sheet.rows[at]
        if (anchor.sheet, at) in search.by_row or not _continues(search, sheet, last, row, anchor, wanted):
            break
        found.extend(t for t in row.tokens if t.x1 > left)
        last = row
    return found


def _column_left(search: Search, anchor: Anchor) -> float:
    """Where the label's column begins: lines further left belong to something else (a portrait, a seal)."""
    sheet = search.sheets[anchor.sheet]
    before = [a for a in search.by_row[(anchor.sheet, anchor.row)] if a.start < anchor.start]
    return before[0].x0 - 2 * sheet.character if before else anchor.x0 - 6 * sheet.character


def _continues(
    search: Search, sheet: Sheet, last: Row, row: Row, anchor: Anchor, wanted: FieldDefinition
) -> bool:
    if row.y0 - last.y1 > _NEXT_LINE * sheet.height * 0.6 + 0.4 * last.height:
        return False
    if (
        label_like(row)
        or (anchor.sheet, anchor.row) == search.title
        or _all_capitals(row) > _all_capitals(last) + 0.5
    ):
        return False
    text = row.text
    if text.startswith("(") or not any(c.isalnum() for c in text):
        return False
    if row.x0 > last.x0 + 0.5 * (sheet.right - sheet.left):
        return False
    if any("<<" in t.text for t in row.tokens):
        return False
    if wanted.kind in {"date", "date_words", "expiry"}:
        return True
    # A line goes on only where the one before had no room left for the next word, or ends in the middle.
    first = row.tokens[0]
    room = sheet.right - last.x1
    full = room < (first.x1 - first.x0) + 8 * sheet.character
    open_end = last.text.rstrip().endswith((",", "-", "–")) or text[:1].islower()
    return full or open_end


def _all_capitals(row: Row) -> float:
    letters = [c for t in row.tokens for c in t.text if c.isalpha()]
    return sum(c.isupper() for c in letters) / len(letters) if letters else 0.0


def _below(search: Search, wanted: FieldDefinition, anchor: Anchor) -> Found | None:
    """The value under the label, inside the label's column."""
    sheet = search.sheets[anchor.sheet]
    label_row = sheet.rows[anchor.row]
    neighbours = [a for a in search.by_row[(anchor.sheet, anchor.row)] if a.start > anchor.start]
    left = anchor.x0 - 2.5 * sheet.character
    right = neighbours[0].x0 - 0.5 * sheet.character if neighbours else 1.0
    collected: list[Token] = []
    last = label_row
    for at in range(anchor.row + 1, min(anchor.row + 1 + max(wanted.lines, 1), len(sheet.rows))):
        row = sheet.rows[at]
        opened = [a for a in search.by_row.get((anchor.sheet, at), []) if left <= a.x0 < right]
        if opened or row.y0 - last.y1 > _NEXT_LINE * sheet.height:
            break
        inside = [t for t in row.tokens if left <= t.middle < right]
        if not inside:
            continue
        if collected and not _continues(search, sheet, last, row, anchor, wanted):
            break
        if label_like(Row(tuple(inside))) or any("<<" in t.text for t in inside):
            break
        collected.extend(inside)
        last = Row(tuple(inside))
        if wanted.kind in _ONE_LINE:
            break
    if not collected:
        return None
    parsed = values.parse(wanted.kind, collected)
    return None if parsed is None else Found(parsed, anchor.quality * 0.97)


def by_phrase(search: Search, wanted: FieldDefinition) -> Found | None:
    """One of the field's fixed phrases, on one line or over up to three lines of one column."""
    best: tuple[float, str, tuple[Token, ...]] | None = None
    for phrase in wanted.phrases:
        key = key_of(phrase)
        for sheet in search.sheets:
            for similarity, tokens in _phrase_places(sheet, key):
                if similarity >= 0.82 and (
                    best is None or similarity * len(key) > best[0] * len(key_of(best[1]))
                ):
                    best = (similarity, phrase, tokens)
    if best is None:
        return None
    similarity, phrase, tokens = best
    text = " ".join(t.text for t in tokens)
    value = cased_like(phrase, text)
    return Found(Parsed(value, tokens, passed=("vocabulary",), printed=text), min(1.0, 0.75 + similarity / 4))


def _phrase_places(sheet: Sheet, key: str) -> list[tuple[float, tuple[Token, ...]]]:
    found = []
    cells = [sheet.cells(row) for row in sheet.rows]
    for at, row_cells in enumerate(cells):
        for cell in row_cells:
            if not cell.key:
                continue
            tokens, last = cell.tokens, cell
            for further in range(3):
                joined_key = "".join(t.key for t in tokens)
                if len(joined_key) > len(key) * 1.25:
                    break
                similarity = Levenshtein.normalized_similarity(joined_key, key)
                if similarity >= 0.7:
                    found.append((similarity, tokens))
                below = [
                    c
                    for c in (cells[at + further + 1] if at + further + 1 < len(cells) else [])
                    if _under(last, c)
                ]
                if len(below) != 1:
                    break
                tokens, last = (*tokens, *below[0].tokens), below[0]
    return found


def _under(upper: Row, lower: Row) -> bool:
    shared = min(upper.x1, lower.x1) - max(upper.x0, lower.x0)
    return (
        shared > 0.5 * min(upper.x1 - upper.x0, lower.x1 - lower.x0)
        and lower.y0 - upper.y1 < 1.5 * upper.height
    )


def doubted(found: Found, check: str) -> Found:
    """The same value with one more failed check."""
    return replace(found, parsed=replace(found.parsed, failed=(*found.parsed.failed, check)))
