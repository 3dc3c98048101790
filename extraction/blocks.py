"""Lists that repeat a person or a thing under a heading: «1. Ông …; Sinh ngày …», «Thành viên 1: …», read block by block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from extraction import values
from extraction.definitions import FieldDefinition, Group, MinimumMapping, TypeDefinition
from extraction.finding import Found, Search, by_label
from extraction.layout import Row, Sheet, Token, key_of
from extraction.phrases import Match, PhraseSet, Runs

_MOST_ROWS = 400
"""So many rows below a heading are looked through."""
_HEADING_SHARE = 0.6
"""So many letters of a heading's row, up to its colon, are the heading's."""
_FAR = 4.5
"""A row that begins so many heights below the one before belongs to no list any more."""
_QUALITY = 0.95
_NUMBER = re.compile(r"\(?(\d{1,3})[.)/]{1,2}")
_BULLET = re.compile(r"[-–•+*]|\(?[a-zđ][.)]")
_ORDINALS = ("nhat", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi")
_NAMED_ROW = re.compile(
    rf"(thanhvien|codong|chusohuu|nguoi|ho)(gopvon|sanglap|hopdanh)?(so|thu)?(\d{{1,3}}|{'|'.join(_ORDINALS)})"
)
_MOST_NAMED_WORDS = 6


@dataclass
class Listed:
    """The rows of a list and the words they stand in, by sheet."""

    rows: list[dict[str, Found]] = field(default_factory=list)
    claimed: list[tuple[int, set[Token]]] = field(default_factory=list)


@dataclass(frozen=True)
class _Line:
    """A row of a sheet in a list."""

    sheet: int
    row: Row


def read(definition: TypeDefinition, group: Group, sheets: Sequence[Sheet]) -> Listed:
    """The blocks below the group's heading; nothing where it has no heading or nothing of it is found."""
    listed = Listed()
    lines = _below_heading(definition, group, sheets)
    starts = _starts(lines, group)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        row = _read_block(definition, group, sheets, lines[start:end])
        if row:
            listed.rows.append(row)
    if listed.rows:
        used: dict[int, set[Token]] = {}
        for line in lines[starts[0] :]:
            used.setdefault(line.sheet, set()).update(line.row.tokens)
        listed.claimed = list(used.items())
    return listed


# ── where the list stands ────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=256)
def _phrases(texts: tuple[str, ...]) -> PhraseSet:
    return PhraseSet(texts)


def _column_labels(group: Group) -> tuple[str, ...]:
    return tuple(text for column in group.columns for text in (*column.labels, *column.also))


def _foreign_labels(definition: TypeDefinition, group: Group) -> tuple[str, ...]:
    """What the form itself asks outside its sections, and the sections: the list ends where a row begins with one."""
    own = {key_of(text) for text in (*_column_labels(group), *group.labels)}
    others = [text for f in definition.fields if f.section is None for text in (*f.labels, *f.also)]
    others += [text for section in definition.sections for text in section.labels]
    return tuple(dict.fromkeys(text for text in others if key_of(text) not in own and len(key_of(text)) > 4))


def _stops(definition: TypeDefinition, group: Group) -> tuple[str, ...]:
    """What may stand in a block and is no column: what the form asks of other people, and its own stops."""
    own = {key_of(text) for text in _column_labels(group)}
    asked = [text for f in definition.fields if f.section is not None for text in (*f.labels, *f.also)]
    return tuple(dict.fromkeys(text for text in (*definition.stops, *asked) if key_of(text) not in own))


def _below_heading(definition: TypeDefinition, group: Group, sheets: Sequence[Sheet]) -> list[_Line]:
    """The rows from below the heading down to what the form says next."""
    heading = _heading(group, sheets)
    if heading is None:
        return []
    ends = _phrases(_foreign_labels(definition, group))
    found: list[_Line] = []
    for at in range(heading[0], len(sheets)):
        rows = sheets[at].rows[heading[1] + 1 if at == heading[0] else 0 :][: _MOST_ROWS - len(found)]
        last: Row | None = sheets[at].rows[heading[1]] if at == heading[0] else None
        ending = {match.row for match in ends.find(Runs(rows)) if _begins(rows[match.row], match)}
        for place, row in enumerate(rows):
            far = last is not None and row.y0 - last.y1 > _FAR * max(last.height, row.height)
            if place in ending or far or row.text.startswith(("TM.", "KT.", "TL.")):
                return found
            found.append(_Line(at, row))
            last = row
    return found


def _heading(group: Group, sheets: Sequence[Sheet]) -> tuple[int, int] | None:
    """Sheet and row of the group's heading: a row that says one of its labels and little else."""
    if not group.labels:
        return None
    phrases = _phrases(group.labels)
    for at, sheet in enumerate(sheets):
        matches = [m for m in phrases.find(Runs(sheet.rows)) if _begins(sheet.rows[m.row], m)]
        for match in sorted(matches, key=lambda m: m.row):
            tokens = sheet.rows[match.row].tokens
            said = sum(len(t.key) for t in tokens[match.start : match.end])
            if said >= _HEADING_SHARE * sum(len(t.key) for t in tokens):
                return at, match.row
    return None


def _begins(row: Row, match: Match) -> bool:
    """Whether a row begins with the match, but for a numbering."""
    return all(_numbering(t) or not t.key for t in row.tokens[: match.start])


def _numbering(token: Token) -> bool:
    return bool(
        _NUMBER.fullmatch(token.text)
        or _BULLET.fullmatch(token.text)
        or re.fullmatch(r"[IVX]+\.", token.text)
    )


# ── where blocks begin ───────────────────────────────────────────────────────────────────────────────


def _starts(lines: Sequence[_Line], group: Group) -> list[int]:
    """The lines that blocks begin at: named («Thành viên 1»), repeating the first label, or numbered 1, 2, 3."""
    if not lines:
        return []
    rows = [line.row for line in lines]
    named = [at for at, row in enumerate(rows) if _named_words(row)]
    if named:
        return named
    matches = _phrases(_column_labels(group)).find(Runs(rows))
    first = _phrases((*group.columns[0].labels, *group.columns[0].also)).find(Runs(rows))
    repeated = sorted({m.row for m in first if _begins(rows[m.row], m)})
    if repeated:
        return repeated
    numbered: list[int] = []
    for at, row in enumerate(rows):
        number = _NUMBER.fullmatch(row.tokens[0].text)
        if number is not None and int(number[1]) == len(numbered) + 1:
            numbered.append(at)
    return numbered if matches or len(numbered) > 1 else []


def _named_words(row: Row) -> int:
    """How many words say «Thành viên 1:» or «Cổ đông thứ hai»; 0 where the row begins otherwise."""
    skip = 1 if _numbering(row.tokens[0]) and len(row.tokens) > 1 else 0
    key = ""
    for count, token in enumerate(row.tokens[skip : skip + _MOST_NAMED_WORDS], start=1):
        key += token.key
        if _NAMED_ROW.fullmatch(key):
            return skip + count
    return 0


# ── what a block says ────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=64)
def _block_type(group: Group, stops: tuple[str, ...]) -> TypeDefinition:
    """A block as a small form of its own: the columns are its fields."""
    columns = tuple(column.model_copy(update={"inline": True}) for column in group.columns)
    return TypeDefinition(
        code=group.name,
        version=1,
        name_vi=group.name_vi,
        name_en=group.name_en,
        title=group.name_vi,
        cues=(),
        fields=columns,
        stops=stops,
        minimum=MinimumMapping(abstract=(group.name_vi,)),
    )


def _read_block(
    definition: TypeDefinition, group: Group, sheets: Sequence[Sheet], lines: Sequence[_Line]
) -> dict[str, Found]:
    """The values of one block by column name."""
    parts = []
    for at in dict.fromkeys(line.sheet for line in lines):
        parts.append(replace(sheets[at], rows=tuple(line.row for line in lines if line.sheet == at)))
    form = _block_type(group, _stops(definition, group))
    search = Search.over(form, tuple(parts), tuple(Runs(part.rows) for part in parts), None)
    found: dict[str, Found] = {}
    for column in form.fields:
        value = by_label(search, column)
        if value is not None and value.tokens:
            found[column.name] = replace(value, quality=value.quality * _QUALITY)
    first = form.fields[0]
    if first.name not in found:
        unlabelled = _opening(search, first)
        if unlabelled is not None and (found or unlabelled.parsed.passed):
            found[first.name] = unlabelled
    return found


def _opening(search: Search, wanted: FieldDefinition) -> Found | None:
    """What a block begins with, behind its number and up to its first label: «1. Ông NGUYỄN VĂN A; …»."""
    row = search.sheets[0].rows[0]
    start = max(_named_words(row), 1 if _numbering(row.tokens[0]) else 0)
    anchors = [a.start for a in search.by_row.get((0, 0), []) if a.start >= start]
    tokens = list(row.tokens[start : min(anchors, default=len(row.tokens))])
    end = next((at + 1 for at, t in enumerate(tokens) if t.text.endswith((";", ","))), len(tokens))
    person = values.parse("name", tokens[:end])
    if person is not None and not person.failed:
        return Found(person, _QUALITY)
    parsed = values.parse(wanted.kind, tokens[:end], wanted.pattern)
    return Found(parsed, _QUALITY * 0.9) if parsed is not None and parsed.tokens else None
