"""Labels of a form found on a sheet: where each stands, which field it opens, what ends the value before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest

from extraction import values
from extraction.anchor import NUMBERING, Anchor, Place, is_colon, is_lone_colon
from extraction.columns import with_matrices
from extraction.definitions import TypeDefinition
from extraction.layout import WIDE_GAP, Row, Sheet, Token, key_of
from extraction.near_labels import SAME, NearLabels
from extraction.phrases import LONGEST_KEY, Match, PhraseSet, Runs, says_each_word, without_overlaps
from models.text import without_marks

_FOOTNOTE = re.compile(r"\(?\d{1,2}\)?[:;]?")
_SHORT_KEY = 4
_TAIL, _LONGER = 3, 0.7
"""A printed label may be so many words longer than a known one; it may then be another's."""
_TRANSLATION_REACH = 9
"""A second-language label behind a stroke ends within so many words."""


@dataclass
class _Entry:
    text: str
    key: str
    words: tuple[str, ...]
    fields: list[str] = field(default_factory=list)
    section: str | None = None
    inline: bool = False
    second: bool = False
    stop: bool = False


class LabelBook:
    """All labels of one type, prepared for matching."""

    def __init__(self, definition: TypeDefinition) -> None:
        self.definition = definition
        entries: dict[str, _Entry] = {}

        def entry(text: str) -> _Entry:
            return entries.setdefault(
                key_of(text), _Entry(text, key_of(text), tuple(filter(None, map(key_of, text.split()))))
            )

        for one in definition.fields:
            for label in one.labels:
                found = entry(label)
                found.fields.append(one.name)
                found.inline = found.inline or one.inline
            for label in one.also:
                found = entry(label)
                found.fields.append(one.name)
                found.second = True
        for section in definition.sections:
            for label in section.labels:
                entry(label).section = section.name
        for stop in definition.stops:
            entry(stop).stop = True
        self._entries = list(entries.values())
        self._phrases = PhraseSet([e.text for e in self._entries])
        self._near = NearLabels(["" if e.section else e.text for e in self._entries])
        # Letters count; a label that opens a section outweighs the plain one inside it.
        self._weights = {at: float(min(len(e.key), LONGEST_KEY)) for at, e in enumerate(self._entries)}

    def anchors(self, sheets: Sequence[Sheet], runs: Sequence[Runs]) -> list[Anchor]:
        """Every label on the sheets, in reading order, each with the one field it opens (or none)."""
        found: list[Anchor] = []
        for at, (sheet, sheet_runs) in enumerate(zip(sheets, runs, strict=True)):
            found.extend(self._on_sheet(at, sheet, sheet_runs))
        section_of = {f.name: f.section for f in self.definition.fields}
        return self._settled(with_matrices(found, sheets, section_of))

    def likeness(self, keys: Sequence[str]) -> float:
        """0–1: how much these words, as keys, are one of the labels as a whole."""
        return self._phrases.likeness(keys)

    def _on_sheet(self, at: int, sheet: Sheet, runs: Runs) -> list[Anchor]:
        judged: list[Match] = []
        qualities: dict[tuple[int, int, int, int], float] = {}
        for match in self._phrases.find(runs):
            quality = self._quality(match, sheet)
            if quality > 0:
                judged.append(match)
                qualities[(match.phrase, match.row, match.start, match.end)] = quality
        anchors = []
        settled = self._with_near(without_overlaps(judged, self._weights), sheet, qualities)
        for match, following in zip_longest(settled, settled[1:]):
            entry = self._entries[match.phrase]
            tokens = sheet.rows[match.row].tokens
            reach = len(tokens)
            if following and following.row == match.row and not self._one_label(match, following):
                reach = following.start
            end, colon = _label_end(tokens[:reach], match.end)
            if not colon and (tail := _tail_end(tokens[:reach], end)):
                end, colon = tail, True
            anchors.append(
                Anchor(
                    sheet=at,
                    row=match.row,
                    start=match.start,
                    end=end,
                    quality=qualities[(match.phrase, match.row, match.start, match.end)],
                    fields=tuple(entry.fields),
                    section=entry.section,
                    x0=_label_left(tokens, match.start, sheet.character)
                    if entry.second
                    else tokens[match.start].x0,
                    colon=colon,
                )
            )
        return _joint_labels(_translations_joined(anchors, sheet), sheet)

    def _with_near(
        self, settled: Sequence[Match], sheet: Sheet, qualities: dict[tuple[int, int, int, int], float]
    ) -> list[Match]:
        """Printed labels that no entry has word for word; one that says the same beats a match with its last words."""
        kept = list(settled)
        for near in self._near.on(sheet, [(m.row, m.start, m.end) for m in settled]):
            inside = [m for m in kept if m.row == near.row and m.start < near.end and m.end > near.start]
            if any(m.start == near.start or m.end > near.end for m in inside):
                continue
            if inside and (
                near.quality < SAME
                or set(self._entries[inside[0].phrase].fields) & set(self._entries[near.entry].fields)
            ):
                continue
            kept = [m for m in kept if m not in inside]
            kept.append(Match(near.entry, near.row, near.start, near.end, 1.0))
            qualities[(near.entry, near.row, near.start, near.end)] = near.quality
        return sorted(kept, key=lambda m: (m.row, m.start))

    def _one_label(self, first: Match, second: Match) -> bool:
        """Whether the second match is the first one's translation."""
        fields = set(self._entries[first.phrase].fields)
        return self._entries[second.phrase].second and bool(fields & set(self._entries[second.phrase].fields))

    def _quality(self, match: Match, sheet: Sheet) -> float:
        """0 where the words stand in running text and so are no label."""
        entry = self._entries[match.phrase]
        tokens = sheet.rows[match.row].tokens
        run = tokens[match.start : match.end]
        if match.similarity < 1 and not says_each_word(entry.words, [t.key for t in run]):
            return 0.0
        if match.similarity < 1 and any(b.x0 - a.x1 > WIDE_GAP * sheet.character for a, b in pairwise(run)):
            return 0.0  # half of it is the next cell's first word
        if _ends_label(tokens, match.start) or (
            tokens[match.end - 1].key != "" and _inner_colon(tokens, match)
        ):
            return 0.0
        colon = _colon_after(tokens, match.end)
        opening = _opens(tokens, match.start, sheet.character)
        short = len(entry.key) <= _SHORT_KEY
        if colon:
            place = 1.0 if opening or not short else 0.97
        elif short and not self._value_follows(entry, tokens[_label_end(tokens, match.end)[0] :]):
            return 0.0
        elif opening:
            place = _LONGER if _tail_end(tokens, match.end) else 0.93
        elif entry.inline:  # in running text a likeness is chance: «Sơn Tây» is no «Số, ngày»
            place = 0.9 if match.similarity == 1 else 0.0
        elif _as_printed(entry.text, tokens[match.start : match.end]):
            place = 0.85
        else:
            return 0.0
        return place * match.similarity

    def _value_follows(self, entry: _Entry, tokens: Sequence[Token]) -> bool:
        """Whether what follows can only be the value: «Số 128/2019», not «Số 12 phố Huế»."""
        kinds = {f.kind for f in self.definition.fields if f.name in entry.fields}
        found = [values.parse(kind, list(tokens[:8])) for kind in kinds]
        return any(parsed and parsed.passed and parsed.tokens[0] is tokens[0] for parsed in found)

    def _settled(self, anchors: list[Anchor]) -> list[Anchor]:
        """Sections resolved and the constraints `before` and `after` applied."""
        sectioned = self._sectioned(sorted(anchors, key=lambda a: a.place))
        first: dict[str, Place] = {}
        for anchor in sectioned:
            for name in anchor.fields:
                first.setdefault(name, anchor.place)
        settled = []
        for anchor in sectioned:
            if not anchor.fields or self._in_order(anchor, first):
                settled.append(anchor)
        return settled

    def _in_order(self, anchor: Anchor, first: dict[str, Place]) -> bool:
        definition = self.definition.field(anchor.fields[0])
        if definition is None:
            return False
        if definition.before and definition.before in first and anchor.place > first[definition.before]:
            return False
        return not (definition.after and anchor.place < first.get(definition.after, (10**9, 0, 0)))

    def _sectioned(self, anchors: list[Anchor]) -> list[Anchor]:
        """Give each label the one field that its section leaves; side-by-side sections split the width."""
        section_of = {f.name: f.section for f in self.definition.fields}
        order = self.definition.order
        open_sections: list[tuple[float, str]] = []
        opened_at: tuple[int, int] | None = None
        settled = []
        for anchor in anchors:
            if anchor.column is not None:  # its column's heading has said whose it is
                settled.append(anchor)
                continue
            if anchor.section:
                if opened_at == (anchor.sheet, anchor.row):
                    open_sections.append((anchor.x0, anchor.section))
                else:
                    open_sections = [(anchor.x0, anchor.section)]
                opened_at = (anchor.sheet, anchor.row)
            current = _current_section(open_sections, anchor.x0)
            inside = [n for n in anchor.fields if section_of[n] == current]
            outside = [n for n in anchor.fields if section_of[n] is None]
            chosen = sorted(inside or outside, key=lambda n: order[n])[:1]
            settled.append(replace(anchor, fields=tuple(chosen)))
        return settled


_books: dict[int, LabelBook] = {}
_MOST_BOOKS = 64


def label_book(definition: TypeDefinition) -> LabelBook:
    """The labels of a type, prepared for its first paper and kept: to prepare them takes as long as a page."""
    book = _books.get(id(definition))
    if book is None:
        if len(_books) >= _MOST_BOOKS:
            _books.clear()
        # The book holds its definition, so that no other can come to have the same identity.
        book = _books[id(definition)] = LabelBook(definition)
    return book


def _current_section(open_sections: list[tuple[float, str]], x0: float) -> str | None:
    if not open_sections:
        return None
    left_of = [name for start, name in open_sections if start <= x0 + 0.02]
    return left_of[-1] if left_of else open_sections[0][1]


def _opens(tokens: Sequence[Token], start: int, character: float) -> bool:
    """Whether a label may begin here: at a row's or a cell's beginning, or behind a numbering."""
    at = start
    while at > 0 and NUMBERING.fullmatch(tokens[at - 1].text):
        at -= 1
    if at == 0:
        return True
    before = tokens[at - 1]
    return tokens[at].x0 - before.x1 > WIDE_GAP * character or not before.key


def _ends_label(tokens: Sequence[Token], start: int) -> bool:
    """A run must not begin with what only closes something before it."""
    return not tokens[start].key


def _inner_colon(tokens: Sequence[Token], match: Match) -> bool:
    """A colon inside the run separates a label from its value: the run is no label as a whole."""
    return any(is_colon(t) for t in tokens[match.start : match.end - 1])


def _colon_after(tokens: Sequence[Token], end: int) -> bool:
    """A colon closes the label: on its last word, alone behind it, or behind a footnote or a translation."""
    if is_colon(tokens[end - 1]):
        return True
    return _label_end(tokens, end)[1]


def _label_end(tokens: Sequence[Token], end: int) -> tuple[int, bool]:
    """Where the value begins: behind a colon, a footnote «(1)», a remark «(viết chữ in hoa)» or a translation."""
    if is_colon(tokens[end - 1]):
        return end, True
    at = end
    if at < len(tokens) and _FOOTNOTE.fullmatch(tokens[at].text) and tokens[at].text[:1] == "(":
        colon = is_colon(tokens[at])
        at += 1
        if colon:
            return at, True
    if at < len(tokens) and tokens[at].text.startswith("("):
        close = next((i for i in range(at, min(at + 8, len(tokens))) if ")" in tokens[i].text), None)
        if close is not None and not any(c.isdigit() for t in tokens[at : close + 1] for c in t.text):
            at = close + 1
            if is_colon(tokens[close]):
                return at, True
    if at < len(tokens) and tokens[at].text.startswith(("/", "|")):
        for i in range(at, min(at + _TRANSLATION_REACH, len(tokens))):
            if is_colon(tokens[i]):
                return i + 1, True
        return (at + 1 if not tokens[at].key else at), False
    if at < len(tokens) and is_lone_colon(tokens[at]):
        return at + 1, True
    return at, False


def _tail_end(tokens: Sequence[Token], at: int) -> int | None:
    """Where a label ends that says a little more than the one we know: «Họ, chữ đệm, tên của trẻ:»."""
    for end in range(at, min(at + _TAIL, len(tokens))):
        text = tokens[end].text
        if not text[:1].islower() or any(c.isdigit() for c in text):
            return None
        if is_colon(tokens[end]):
            return end + 1
    return None


def _as_printed(label: str, tokens: Sequence[Token]) -> bool:
    """In the middle of a line and without a colon, only the very words with the very capitals are a label."""
    text = "".join(c for t in tokens for c in without_marks(t.text) if c.isalnum())
    return len(text) > _SHORT_KEY + 1 and text == "".join(c for c in without_marks(label) if c.isalnum())


def _label_left(tokens: Sequence[Token], start: int, character: float) -> float:
    """Where a two-language label begins whose first language could not be read: «… / Date of issue:»."""
    at = start
    while (
        at > 0 and tokens[at].x0 - tokens[at - 1].x1 <= WIDE_GAP * character and not is_colon(tokens[at - 1])
    ):
        at -= 1
    return tokens[at].x0


def _translations_joined(anchors: list[Anchor], sheet: Sheet) -> list[Anchor]:
    """Drop the second-language label that stands inside the first one's reach, moving the value behind it."""
    kept: list[Anchor] = []
    for anchor in anchors:
        last = kept[-1] if kept and kept[-1].row == anchor.row else None
        if last and set(last.fields) & set(anchor.fields):
            if anchor.start < last.end:
                kept[-1] = replace(last, end=max(last.end, anchor.end), colon=last.colon or anchor.colon)
                continue
            between = sheet.rows[anchor.row].tokens[last.end : anchor.start]
            second_language = anchor.quality > 0 and sum(len(t.key) for t in between) <= 2  # a misread stroke
            if second_language:
                kept[-1] = replace(
                    last, end=anchor.end, colon=anchor.colon, quality=max(last.quality, anchor.quality)
                )
                continue
        elif last and anchor.start < last.end:
            continue
        kept.append(anchor)
    return kept


def _joint_labels(anchors: list[Anchor], sheet: Sheet) -> list[Anchor]:
    """Two labels with a stroke between them have one value with a stroke in it: each gets its part."""
    found = list(anchors)
    for at, (first, second) in enumerate(pairwise(anchors)):
        tokens = sheet.rows[first.row].tokens
        beside = first.row == second.row and first.end == second.start > 0 and not first.colon
        joint = beside and tokens[second.start - 1].text == "/"
        if joint and first.fields and second.fields and not set(first.fields) & set(second.fields):
            found[at] = replace(first, end=second.end, share=(0, 2), colon=second.colon)
            found[at + 1] = replace(second, share=(1, 2))
    return found


def label_like(row: Row) -> bool:
    """A row that begins like a label we don't know: a few words, then a colon."""
    return any(is_colon(token) for token in row.tokens[:7])
