"""Values found on the sheets: behind labels, below them, or as fixed phrases; each with the words that say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rapidfuzz.distance import Levenshtein

from extraction import machine_zone, values
from extraction.definitions import FieldDefinition, Kind, TypeDefinition
from extraction.labels import Anchor, LabelBook, anchors_by_row, label_like
from extraction.layout import Row, Sheet, Token, capital_share, key_of
from extraction.lexicon import cased_like, lexicon
from extraction.parsed import Parsed
from extraction.phrases import Runs
from models.extraction import Origin

_ONE_LINE: frozenset[Kind] = frozenset(
    {"sex", "ethnicity", "nationality", "year", "document_number", "personal_id"}
)
_PROSE: frozenset[Kind] = frozenset({"place", "text", "organisation", "office", "name", "date_words"})
_CRUMB = 6
"""Prose shorter than this may be what OCR made of a label's translation or of a leader."""
_NEXT_LINE = 2.6
"""The next line begins within so many letter heights below the last one."""


@dataclass(frozen=True)
class Found:
    """A value on the paper."""

    parsed: Parsed
    quality: float
    """0–1: how sure it is that this is the field's value and not something else."""
    origin: Origin | None = None
    """Set where the value was not simply read: `derived` from another field, or a `code`."""

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
    memory: dict[str, Any] = field(default_factory=dict)
    """What one finder worked out and another needs again."""

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
    """Right of the label; below it where nothing readable stands to the right, or nothing that passes its checks."""
    right = right_of(search, anchor)
    beside: Found | None = None
    if any(t.key for t in right):
        more, loose = _wrapped(search, wanted, anchor) if wanted.lines > 1 else ([], False)
        parsed = values.parse(wanted.kind, [*right, *more])
        if parsed is not None:
            beside = Found(parsed, anchor.quality)
            beside = doubted(beside, "loose_end") if loose else beside
    if wanted.lines == 1 or (beside is not None and not beside.parsed.failed):
        return beside
    if beside is not None and wanted.kind in _PROSE and len(beside.parsed.value) >= _CRUMB:
        return (
            beside  # misread words are still the value; what stands below them is its end or something else
        )
    below = _below(search, wanted, anchor)
    if beside is None or (below is not None and _rank(below) > _rank(beside)):
        return below
    return beside


def right_of(search: Search, anchor: Anchor) -> list[Token]:
    """The words between a label and the next label of its row, or the row's end."""
    sheet = search.sheets[anchor.sheet]
    row = sheet.rows[anchor.row]
    following = [a.start for a in search.by_row.get((anchor.sheet, anchor.row), []) if a.start >= anchor.end]
    end = min(following, default=len(row.tokens))
    return list(row.tokens[anchor.end : end])


def _is_last_in_row(search: Search, anchor: Anchor) -> bool:
    return not any(a.start > anchor.start for a in search.by_row.get((anchor.sheet, anchor.row), []))


def _wrapped(search: Search, wanted: FieldDefinition, anchor: Anchor) -> tuple[list[Token], bool]:
    """What goes on over the next lines, and whether that it does is only likely."""
    if wanted.kind in _ONE_LINE or not _is_last_in_row(search, anchor):
        return [], False
    if (
        wanted.kind not in _PROSE
        and anchor.start > 0
        and len(search.by_row.get((anchor.sheet, anchor.row), [])) > 1
    ):
        return [], False  # a second column's value stands below its own label, not at the margin
    sheet = search.sheets[anchor.sheet]
    found: list[Token] = []
    last = sheet.rows[anchor.row]
    left = _column_left(search, anchor)
    loose = False
    for at in range(anchor.row + 1, min(anchor.row + wanted.lines, len(sheet.rows))):
        inside = _own_part(search, anchor.sheet, at, left, 1.0)
        if not inside:
            break
        row = Row(inside)
        going_on = _goes_on(sheet, last, row, wanted)
        if going_on is None:
            break
        loose = loose or not going_on
        found.extend(inside)
        last = row
    return found, loose


def _own_part(search: Search, sheet: int, at: int, left: float, right: float) -> tuple[Token, ...] | None:
    """The words of a row inside a column; None where a label opens something new in it.

    What belongs to a label further left (the expiry beside an address on a card) is left out.
    """
    row = search.sheets[sheet].rows[at]
    taken: set[Token] = set()
    for other in search.by_row.get((sheet, at), []):
        if left <= other.x0 < right:
            return None
        taken.update(row.tokens[other.start : other.end])
        if other.x0 < left:
            taken.update(_claimed(search, other))
    inside = [t for t in row.tokens if left <= t.middle < right and t not in taken]
    if inside:  # a line that begins a little left of its label is not cut in two
        near = 2 * search.sheets[sheet].character
        for token in reversed([t for t in row.tokens if t.x0 < inside[0].x0]):
            if token in taken or inside[0].x0 - token.x1 > near:
                break
            inside.insert(0, token)
    return tuple(inside)


def _claimed(search: Search, anchor: Anchor) -> Sequence[Token]:
    """The words right of a label that are its value: what can be read as one, else all up to a wide gap."""
    right = right_of(search, anchor)
    wanted = search.definition.field(anchor.fields[0]) if anchor.fields else None
    if wanted is not None and wanted.kind not in _PROSE:
        parsed = values.parse(wanted.kind, right)
        return parsed.tokens if parsed else ()
    return search.sheets[anchor.sheet].cells(Row(tuple(right)))[0].tokens if right else ()


def _column_left(search: Search, anchor: Anchor) -> float:
    """Where the label's column begins: lines further left belong to something else (a portrait, a seal)."""
    sheet = search.sheets[anchor.sheet]
    before = [a for a in search.by_row.get((anchor.sheet, anchor.row), []) if a.start < anchor.start]
    return before[0].x0 - 2 * sheet.character if before else anchor.x0 - 6 * sheet.character


def _goes_on(sheet: Sheet, last: Row, row: Row, wanted: FieldDefinition) -> bool | None:
    """Whether a line belongs to the value above it: True surely, False likely, None not at all."""
    text = row.text
    far = row.y0 - last.y1 > 1.6 * max(sheet.height, last.height) and row.y0 - last.y0 > 1.3 * sheet.pitch
    if far or row.x0 > last.x0 + 0.5 * (sheet.right - sheet.left):
        return None
    if label_like(row) or text.startswith("(") or not any(len(t.key) > 1 for t in row.tokens) or "<<" in text:
        return None
    if capital_share(row.text) > capital_share(last.text) + 0.5 or row.height > 1.5 * last.height:
        return None
    if wanted.kind in {"date", "date_words", "expiry"}:
        return True
    # Surely where the line above had no room left for the next word, or stops in the middle of something.
    first = row.tokens[0]
    full = sheet.right - last.x1 < (first.x1 - first.x0) + 6 * sheet.character
    return full or last.text.rstrip().endswith((",", "-", "–")) or text[:1].islower() or _ends_open(last)


def _ends_open(row: Row) -> bool:
    """A line that ends in «tỉnh» or «xã» goes on with the name."""
    return row.tokens[-1].key in {key_of(word) for word in lexicon().address_words}


def _below(search: Search, wanted: FieldDefinition, anchor: Anchor) -> Found | None:
    """The value under the label, inside the label's column."""
    sheet = search.sheets[anchor.sheet]
    neighbours = [a for a in search.by_row.get((anchor.sheet, anchor.row), []) if a.start > anchor.start]
    left = anchor.x0 - 2.5 * sheet.character
    right = neighbours[0].x0 - 0.5 * sheet.character if neighbours else 1.0
    collected: list[Token] = []
    loose = False
    last = sheet.rows[anchor.row]
    for at in range(anchor.row + 1, min(anchor.row + 1 + max(wanted.lines, 1), len(sheet.rows))):
        if sheet.rows[at].y0 - last.y1 > _NEXT_LINE * sheet.height:
            break
        inside = _own_part(search, anchor.sheet, at, left, right)
        if inside is None:
            break
        if not any(t.key for t in inside):
            continue
        part = Row(inside)
        if label_like(part) or "<<" in part.text:
            break
        going_on = _goes_on(sheet, last, part, wanted) if collected else True
        if going_on is None:
            break
        loose = loose or not going_on
        collected.extend(inside)
        last = part
        if wanted.kind in _ONE_LINE:
            break
    parsed = values.parse(wanted.kind, collected) if collected else None
    if parsed is None:
        return None
    found = Found(parsed, anchor.quality * 0.97)
    return doubted(found, "loose_end") if loose else found


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


def by_machine_zone(search: Search, wanted: FieldDefinition) -> Found | None:
    """The value in a card's machine-readable zone, where its check digits are right."""
    said = machine_zone.of(search.sheets)
    value = said.values.get(wanted.name) if said else None
    if said is None or value is None:
        return None
    return Found(Parsed(value, said.tokens, passed=("check_digit",)), 1.0, origin="code")


def doubted(found: Found, check: str) -> Found:
    """The same value with one more failed check."""
    return replace(found, parsed=replace(found.parsed, failed=(*found.parsed.failed, check)))
