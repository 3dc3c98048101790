"""The head of an administrative paper (ND30 Annex I): issuer, number, place and date, and the subject below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from rapidfuzz.distance import Levenshtein

from extraction import lexicon as lex
from extraction import values
from extraction.definitions import FieldDefinition
from extraction.finding import Found, Search
from extraction.layout import Row, Token, capital_share, cells, joined, rows_of
from extraction.parsed import trimmed
from extraction.phrases import PhraseSet, Runs, without_overlaps
from models.identifiers import dates, document_number
from models.text import flattened

_NATION = (
    "Cộng hòa xã hội chủ nghĩa Việt Nam",
    "Độc lập - Tự do - Hạnh phúc",
    "Socialist Republic of Viet Nam",
)
_NATION_SET = PhraseSet(_NATION)
_NATION_WEIGHTS = {at: float(len(text)) for at, text in enumerate(_NATION)}
_LONGEST_HEAD = 24  # rows
_HEAD_SHARE = 0.34
"""Without a title the head is the top third of the page."""


@dataclass(frozen=True)
class Head:
    """The head of the first page: its left column (issuer, number) and its right one (place, date)."""

    left: tuple[Row, ...]
    right: tuple[Row, ...]
    character: float


def head_of(search: Search) -> Head | None:
    """The head above the title, split where the nation's name begins; None on a page without words."""
    if "head" not in search.memory:
        search.memory["head"] = _head(search)
    head: Head | None = search.memory["head"]
    return head


def _head(search: Search) -> Head | None:
    at = next((i for i, s in enumerate(search.sheets) if s.rows), None)
    if at is None:
        return None
    sheet = search.sheets[at]
    rows = sheet.rows[: min(_head_end(search, at), _LONGEST_HEAD)]
    nation: list[Token] = []
    for match in without_overlaps(_NATION_SET.find(Runs(rows)), _NATION_WEIGHTS):
        nation.extend(sheet.rows[match.row].tokens[match.start : match.end])
    # Beside the issuer the nation stands right of the middle; above everything else, in it.
    beside = bool(nation) and median(t.middle for t in nation) > 0.56
    split = min(t.x0 for t in nation) - sheet.character if beside else 0.46
    left: list[Sequence[Token]] = []
    right: list[Sequence[Token]] = []
    for row in rows:
        rest = tuple(t for t in row.tokens if t not in nation)
        for cell in sheet.cells(Row(rest)) if rest else []:
            if beside and cell.x0 < split < cell.x1:  # two columns set close together
                left.append([t for t in cell.tokens if t.middle < split])
                right.append([t for t in cell.tokens if t.middle >= split])
            else:
                is_left = cell.x0 < split and (cell.x0 + cell.x1) / 2 < max(split, 0.5)
                (left if is_left else right).append(cell.tokens)
    return Head(tuple(rows_of(left)), tuple(rows_of(right)), sheet.character)


def _head_end(search: Search, at: int) -> int:
    """The row below the head: the title's, else that of the first label of the body, else at a third of the page."""
    if search.title and search.title[0] == at:
        return search.title[1]
    sheet = search.sheets[at]
    by_share = sum(row.y1 < _HEAD_SHARE for row in sheet.rows)
    body = [
        a.row
        for a in search.anchors
        if a.sheet == at and a.fields and not _stands_in_head(search.definition.field(a.fields[0]))
    ]
    return min([by_share, *body])


def _stands_in_head(field: FieldDefinition | None) -> bool:
    return field is not None and (field.kind == "document_number" or field.before is not None)


_NUMBER = re.compile(r"\d\s*/\s*[\dA-ZĐ]")


def _agency_names(head: Head) -> list[list[Row]]:
    """Groups of lines in the left column, each the name of one agency, from the top."""
    groups: list[list[Row]] = []
    for row in head.left:
        text = trimmed(row.text)
        flat = flattened(text)
        if _is_number_row(row) or _NUMBER.search(text) or any(dates.find_dates(text)):
            break
        if not any(sum(c.isalpha() for c in w) >= 2 for w in text.split()):
            continue
        starts = starts_agency(flat)
        unit = _starts_unit(flat)
        # Agencies stand in capitals; on older forms, in small letters, only a name that begins like one counts.
        if capital_share(text) < 0.6 and not (starts and text[:1].isupper()) and not (unit and groups):
            continue
        open_name = bool(groups) and _names_unit_next(groups[-1][-1])
        if starts and not open_name and not (groups and _is_bare_head(groups[-1]) and unit):
            groups.append([row])
        elif groups:
            groups[-1].append(row)
    return groups


def starts_agency(flat: str) -> bool:
    words = flat.split()
    for target, length in lex.flat_entries("agency_heads"):
        start = " ".join(words[:length])
        slack = (1 if len(target) >= 6 else 0) + (len(target) > 12)
        if Levenshtein.distance(start, target, score_cutoff=slack + 1) <= slack:
            return True
    return False


def _starts_unit(flat: str) -> bool:
    return any(flat.startswith(unit + " ") for unit, _ in lex.flat_entries("unit_words"))


def _names_unit_next(row: Row) -> bool:
    """A line that stops at «XÃ» goes on with the commune's name, even one that begins like an agency's: «Trường …»."""
    last = trimmed(row.text).lower().split()[-1:]  # with its marks: «QUẾ XÁ» is a name
    return bool(last) and last[0] in {"xã", "phường", "huyện", "quận", "tỉnh", "trấn", "phố"}


def _is_bare_head(rows: Sequence[Row]) -> bool:
    key = "".join(r.key for r in rows)
    return key in {"uybannhandan", "ubnd", "hoidongnhandan", "hdnd"}


def header_issuer(search: Search, wanted: FieldDefinition) -> Found | None:
    """The issuing agency: the last name in the left column."""
    head = head_of(search)
    groups = _agency_names(head) if head else []
    return _agency(groups[-1]) if groups else None


def header_issuer_parent(search: Search, wanted: FieldDefinition) -> Found | None:
    """The agency above the issuer: what stands over the last name."""
    head = head_of(search)
    groups = _agency_names(head) if head else []
    return _agency([row for group in groups[:-1] for row in group]) if len(groups) > 1 else None


def _agency(rows: Sequence[Row]) -> Found | None:
    parsed = values.parse("organisation", [t for row in rows for t in row.tokens])
    return Found(parsed, 0.95) if parsed else None


def _is_number_row(row: Row) -> bool:
    return _after_number_label(row) is not None


def _after_number_label(row: Row) -> int | None:
    """Where the number begins behind «Số», which OCR may spell without marks; «SỞ» is another word."""
    for at, token in enumerate(row.tokens[:3]):
        label = token.text.lower().strip(" :.")
        if token.key in {"so", "s0"} and not label.startswith(("sở", "sơ")):
            rest = "".join(t.text for t in row.tokens[at + 1 :])
            if token.text.endswith(":") or any(c.isdigit() for c in rest) or "/" in rest:
                return at + 1
    return None


def header_number(search: Search, wanted: FieldDefinition) -> Found | None:
    """Số, ký hiệu: behind «Số» in the head, else the only thing there that looks like one."""
    head = head_of(search)
    if head is None:
        return None
    for row in (*head.left, *head.right):
        for cell in cells(row, head.character, gap=8):
            at = _after_number_label(cell)
            if at is None:
                continue
            parsed = values.parse("document_number", cell.tokens[at:])
            if parsed is not None:
                return Found(parsed, 1.0)
    for row in head.left:
        for start in range(len(row.tokens)):
            parsed = values.parse("document_number", row.tokens[start:])
            if parsed is not None and document_number.parse(parsed.value).notation:
                return Found(parsed, 0.85)
    return None


def _place_date_rows(search: Search) -> list[Row]:
    """Lines «Bắc Ninh, ngày 07 tháng 3 năm 2025»: in the head, else near the foot of the paper."""
    head = head_of(search)
    if head is None:
        return []
    in_head = [row for row in (*head.right, *head.left) if place_before_date(row) is not None]
    if in_head:
        return in_head
    below = max((a.row for a in search.anchors if a.sheet == 0 and a.fields), default=10**6)
    at_foot = [
        cell
        for at, sheet in enumerate(search.sheets)
        for index, row in enumerate(sheet.rows)
        if (at > 0 or row.y0 > 0.5 or index > below) and (at, index) not in search.by_row
        for cell in sheet.cells(row)
        if cell.x1 > 0.5
    ]
    # At the foot only a line that names its place first: other dates stand there too.
    return [row for row in reversed(at_foot) if (place_before_date(row) or (0,))[0] > 0]


_LABEL_WORDS = re.compile(r"\b(?:sinh|dang ky|cap|can cu|so|het han|quyet dinh)\b")


def place_before_date(row: Row) -> tuple[int, dates.DateInText] | None:
    """The date of such a line and the number of words before it; None for any other line."""
    text = joined(row.tokens)
    found = next((d for d in dates.find_dates(text) if d.spelt), None)
    if found is None:
        return None
    before = text[: found.start].strip(" ,.;")
    if len(before.split()) > 7 or any(c.isdigit() or c == ":" for c in before):
        return None
    if before and (not before[:1].isupper() or _LABEL_WORDS.search(flattened(before))):
        return None
    if text[found.end :].strip(" .,;:") and len(text[found.end :].split()) > 2:
        return None
    return len(before.split()), found


def header_date(search: Search, wanted: FieldDefinition) -> Found | None:
    """The date of the paper."""
    for row in _place_date_rows(search):
        parsed = values.parse("date", row.tokens)
        if parsed is not None:
            return Found(parsed, 1.0)
    return None


def header_place(search: Search, wanted: FieldDefinition) -> Found | None:
    """The place before the date."""
    for row in _place_date_rows(search):
        text = joined(row.tokens)
        found = next(d for d in dates.find_dates(text) if d.spelt)
        used, at = [], 0
        for index, token in enumerate(row.tokens):
            at += 1 if index and not token.glued else 0
            if at + len(token.text) <= found.start and token.key:
                used.append(token)
            at += len(token.text)
        parsed = values.parse("place", used) if used else None
        if parsed is not None:
            # A commune stands here as often as a province.
            failed = tuple(check for check in parsed.failed if check != "no_province")
            return Found(replace(parsed, failed=failed), 0.95)
    return None


_SUBJECT_START = re.compile(r"^\W*(?:[vy][eêẻ]?\s*vi[eê][cç]|v\s*/\s*v|vv)\b[\s:.]*")
_SUBJECT_END = re.compile(r"^\W*(?:can cu|xet |dieu \d|theo de nghi|thuc hien|kinh gui|quyet dinh)")


def subject(search: Search, wanted: FieldDefinition) -> Found | None:
    """Trích yếu: the lines between the title and the issuing authority or the legal grounds."""
    if search.title is None:
        return None
    sheet = search.sheets[search.title[0]]
    rows: list[Row] = []
    for row in sheet.rows[search.title[1] + 1 : search.title[1] + 12]:
        if not any(len(t.key) >= 2 and t.text[:1].isalpha() for t in row.tokens):
            if rows:
                break  # the short rule below the subject
            continue
        if _SUBJECT_END.match(flattened(row.text)) or (rows and _is_authority(row, rows[0])):
            break
        if rows and row.y0 - rows[-1].y1 > 2.2 * sheet.height:
            break
        rows.append(row)
    if rows and not _SUBJECT_START.match(flattened(rows[0].text)) and _is_authority(rows[0], None):
        rows = []
    tokens = [t for row in rows for t in row.tokens]
    parsed = values.parse("text", tokens) if tokens else None
    if parsed is None:
        return None
    start = _SUBJECT_START.match(flattened(parsed.value))
    clear = start is not None
    value = trimmed(parsed.value[start.end() :]) if start else parsed.value
    if not value:
        return None
    return Found(replace(parsed, value=value), 0.97 if clear else 0.85)


def _is_authority(row: Row, first: Row | None) -> bool:
    """«CHỦ TỊCH ỦY BAN NHÂN DÂN …»: in capitals where the subject is not, or an office or agency in capitals."""
    text = row.text
    if capital_share(text) < 0.8:
        return False
    if first is not None and capital_share(first.text) < 0.6:
        return True
    flat = flattened(trimmed(text))
    return any(flat.startswith(office) for office, _ in lex.flat_entries("offices")) or starts_agency(flat)
