"""Values found on the sheets: behind labels, below them, or as fixed phrases; each with the words that say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from extraction import values
from extraction.anchor import Anchor, anchors_by_row
from extraction.columns import with_whole_labels
from extraction.definitions import FieldDefinition, Kind, TypeDefinition
from extraction.labels import label_book, label_like
from extraction.layout import Row, Sheet, Token, capital_share, key_of
from extraction.lexicon import lexicon
from extraction.not_labels import without_headings
from extraction.parsed import Parsed
from extraction.phrases import Runs
from models.extraction import Origin

_ONE_LINE: frozenset[Kind] = frozenset(
    {
        "sex", "ethnicity", "nationality", "year", "document_number", "personal_id", "old_id", "tax_code",
        "land_serial", "dossier_code", "procedure_code", "agency_code", "code", "phone", "email",
    }
)  # fmt: skip
_PROSE: frozenset[Kind] = frozenset(
    {"place", "text", "party", "organisation", "office", "name", "date_words", "money_words", "area_words"}
)
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
        """Find the labels. `title` is sheet and row in `sheets`; the search's own sheets may have other rows."""
        book = label_book(definition)
        whole = tuple(with_whole_labels(sheet, book.likeness) for sheet in sheets)
        own_runs = tuple(r if w is s else Runs(w.rows) for s, w, r in zip(sheets, whole, runs, strict=True))
        if title is not None:
            title = _same_row(sheets[title[0]].rows[title[1]], whole[title[0]], title)
        anchors = without_headings(book.anchors(whole, own_runs), whole, title)
        return cls(definition, whole, own_runs, title, anchors, anchors_by_row(anchors))

    def anchors_of(self, name: str) -> list[Anchor]:
        """The labels of a field: on the paper's order, clear ones before doubtful ones."""
        own = [a for a in self.anchors if a.fields == (name,)]
        return sorted(own, key=lambda a: (a.quality < 0.8, a.place))


def _same_row(row: Row, sheet: Sheet, place: tuple[int, int]) -> tuple[int, int]:
    """Where a row of the same sheet as it was before stands now."""
    first = row.tokens[0]
    return place[0], next(at for at, other in enumerate(sheet.rows) if first in other.tokens)


def by_label(search: Search, wanted: FieldDefinition) -> Found | None:
    """The value at the field's label: right of it, or below where nothing stands right of it."""
    best: Found | None = None
    for anchor in search.anchors_of(wanted.name):
        found = at_anchor(search, wanted, anchor)
        if found is None:
            continue
        if not found.parsed.failed and anchor.quality >= 0.85:
            return found
        if best is None or _rank(found) > _rank(best):
            best = found
    return best


def _rank(found: Found) -> tuple[int, float]:
    return -len(found.parsed.failed), found.quality


def at_anchor(search: Search, wanted: FieldDefinition, anchor: Anchor) -> Found | None:
    """Right of the label; below it where nothing readable stands to the right, or nothing that passes its checks."""
    own = right_of(search, anchor)
    right = own or _next_line(search, anchor)
    beside: Found | None = None
    if any(t.key for t in right):
        more, loose = _wrapped(search, wanted, anchor) if wanted.lines > 1 and own else ([], False)
        parsed = values.parse(wanted.kind, before_words([*right, *more], wanted.until), wanted.pattern)
        if parsed is not None:
            beside = Found(parsed, anchor.quality)
            beside = doubted(beside, "loose_end") if loose else beside
    if wanted.lines == 1 or (beside is not None and not beside.parsed.failed):
        return beside
    if beside is not None and wanted.kind in _PROSE and len(beside.parsed.value) >= _CRUMB:
        return (
            beside  # misread words are still the value; what stands below them is its end or something else
        )
    if anchor.column is not None:
        return beside  # below it stands the next row of the table
    below = _below(search, wanted, anchor)
    if beside is None or (below is not None and _rank(below) > _rank(beside)):
        return below
    return beside


def _next_line(search: Search, anchor: Anchor) -> list[Token]:
    """The line below a label that closes a line of running text: «…, CCCD số / 006068965743»."""
    sheet, at = search.sheets[anchor.sheet], anchor.row
    row = sheet.rows[at]
    before = [a for a in search.by_row.get((anchor.sheet, at), []) if a.start < anchor.start]
    running = bool(before) and anchor.column is None and len(sheet.cells(row)) == 1
    closes = anchor.end == len(row.tokens) and all(right_of(search, a) for a in before)
    if not running or not closes or at + 1 >= len(sheet.rows) or (anchor.sheet, at + 1) in search.by_row:
        return []
    below = sheet.rows[at + 1]
    return list(below.tokens) if below.y0 - row.y1 < _NEXT_LINE * sheet.height else []


def before_words(tokens: Sequence[Token], until: Sequence[str]) -> list[Token]:
    """The tokens before the first of some words; the value itself can't begin with one."""
    endings = [[key_of(word) for word in words.split()] for words in until]
    for at in range(1, len(tokens)):
        if any([t.key for t in tokens[at : at + len(ending)]] == ending for ending in endings):
            return list(tokens[:at])
    return list(tokens)


def right_of(search: Search, anchor: Anchor) -> list[Token]:
    """The words between a label and the next label of its row, or the row's end."""
    sheet = search.sheets[anchor.sheet]
    row = sheet.rows[anchor.row]
    if anchor.column is not None:
        left, right = anchor.column
        return [t for t in row.tokens[anchor.end :] if left <= t.middle < right]
    following = [a.start for a in search.by_row.get((anchor.sheet, anchor.row), []) if a.start >= anchor.end]
    end = min(following, default=len(row.tokens))
    value = list(row.tokens[anchor.end : end])
    return value if anchor.share == (0, 1) else _part_of(value, *anchor.share)


def _part_of(value: Sequence[Token], which: int, parts: int) -> list[Token]:
    """One of the parts that strokes make of a value; nothing where they make more or fewer."""
    found: list[list[Token]] = [[]]
    for token in value:
        for at, piece in enumerate(token.text.split("/")):
            if at:
                found.append([])
            if piece:
                found[-1].append(
                    token if piece == token.text else replace(token, text=piece, key=key_of(piece))
                )
    return found[which] if len(found) == parts else []


def _is_last_in_row(search: Search, anchor: Anchor) -> bool:
    return anchor.column is not None or not any(
        a.start > anchor.start for a in search.by_row.get((anchor.sheet, anchor.row), [])
    )


def _wrapped(search: Search, wanted: FieldDefinition, anchor: Anchor) -> tuple[list[Token], bool]:
    """What goes on over the next lines, and whether that it does is only likely."""
    if wanted.kind in _ONE_LINE or not _is_last_in_row(search, anchor):
        return [], False
    if (
        wanted.kind not in _PROSE
        and anchor.start > 0
        and anchor.column is None
        and len(search.by_row.get((anchor.sheet, anchor.row), [])) > 1
    ):
        return [], False  # a second column's value stands below its own label, not at the margin
    sheet = search.sheets[anchor.sheet]
    found: list[Token] = []
    last = Row(tuple(right_of(search, anchor)))
    left, end = anchor.column or (_column_left(search, anchor), 1.0)
    loose = False
    for at in range(anchor.row + 1, min(anchor.row + wanted.lines, len(sheet.rows))):
        inside = _own_part(search, anchor.sheet, at, left, end, bordered=anchor.column is not None)
        ends_here = inside is None
        if inside is None and wanted.kind in _PROSE:
            inside = _before_label(search, anchor.sheet, at)
        if not inside:
            break
        row = Row(inside)
        going_on = _goes_on(sheet, last, row, wanted, min(end, sheet.right))
        if going_on is None or (ends_here and not going_on):
            break
        loose = loose or not going_on
        found.extend(inside)
        last = row
        if ends_here:
            break
    return found, loose


def _before_label(search: Search, sheet: int, at: int) -> tuple[Token, ...]:
    """The words of a row before its first label, which stands in running text: «… tỉnh Hà / Nam, số 428, ngày …»."""
    row = search.sheets[sheet].rows[at]
    first = search.by_row[(sheet, at)][0]
    words = row.tokens[: first.start]
    if first.colon or not any(len(t.key) > 1 for t in words):
        return ()  # with a colon the words may be the beginning of a label we know the end of
    return words if len(search.sheets[sheet].cells(Row(words))) == 1 else ()


def _own_part(
    search: Search, sheet: int, at: int, left: float, right: float, *, bordered: bool = False
) -> tuple[Token, ...] | None:
    """The words of a row inside a column; None where a label opens something new in it.

    What belongs to a label further left (the expiry beside an address on a card) is left out.
    """
    row = search.sheets[sheet].rows[at]
    taken: set[Token] = set()
    for other in search.by_row.get((sheet, at), []):
        if left <= other.x0 < right or (bordered and other.x0 < left):
            return None
        taken.update(row.tokens[other.start : other.end])
        if other.x0 < left:
            taken.update(_claimed(search, other))
    inside = [t for t in row.tokens if left <= t.middle < right and t not in taken]
    if inside and not bordered:  # a line that begins a little left of its label is not cut in two
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
        parsed = values.parse(wanted.kind, right, wanted.pattern)
        return parsed.tokens if parsed else ()
    return search.sheets[anchor.sheet].cells(Row(tuple(right)))[0].tokens if right else ()


def _column_left(search: Search, anchor: Anchor) -> float:
    """Where the label's column begins: lines further left belong to something else (a portrait, a seal)."""
    sheet = search.sheets[anchor.sheet]
    before = [a for a in search.by_row.get((anchor.sheet, anchor.row), []) if a.start < anchor.start]
    return before[0].x0 - 2 * sheet.character if before else anchor.x0 - 6 * sheet.character


def _goes_on(sheet: Sheet, last: Row, row: Row, wanted: FieldDefinition, right: float) -> bool | None:
    """Whether a line belongs to the value above it: True surely, False likely, None not at all.

    `right` is where lines of the value's column end.
    """
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
    full = right - last.x1 < (first.x1 - first.x0) + 6 * sheet.character
    if not full and last.text.endswith(".") and first.text[:1].isupper():
        return None  # the paragraph had ended
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
        opens_another = label_like(part) and (collected or wanted.kind != "text")  # «Sẹo chấm C: 1 cm …»
        if opens_another or "<<" in part.text:
            break
        going_on = _goes_on(sheet, last, part, wanted, sheet.right) if collected else True
        if going_on is None:
            break
        loose = loose or not going_on
        collected.extend(inside)
        last = part
        left = min(left, part.x0 - sheet.character)  # under a centred label the value may begin left of it
        if wanted.kind in _ONE_LINE:
            break
    parsed = (
        values.parse(wanted.kind, before_words(collected, wanted.until), wanted.pattern)
        if collected
        else None
    )
    if parsed is None:
        return None
    found = Found(parsed, anchor.quality * 0.97)
    return doubted(found, "loose_end") if loose else found


def doubted(found: Found, check: str) -> Found:
    """The same value with one more failed check."""
    return replace(found, parsed=replace(found.parsed, failed=(*found.parsed.failed, check)))
