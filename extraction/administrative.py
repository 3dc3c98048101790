"""Finds the parts that ND30 Annex I gives every administrative paper: head, subject, effect, holder, signer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from extraction import lexicon as lex
from extraction import values
from extraction.definitions import FieldDefinition
from extraction.finding import Found, Search
from extraction.layout import Row, Sheet, Token, cells, joined, key_of, regrouped
from extraction.phrases import PhraseSet, Runs, without_overlaps
from extraction.values import Parsed
from models.identifiers import dates, document_number, personal_id
from models.text import flattened

_NATION = (
    "Cộng hòa xã hội chủ nghĩa Việt Nam",
    "Độc lập - Tự do - Hạnh phúc",
    "Socialist Republic of Viet Nam",
)
_NATION_SET = PhraseSet(_NATION)
_NATION_WEIGHTS = {at: float(len(text)) for at, text in enumerate(_NATION)}
_HEAD_SHARE = 0.34
"""Without a title the head is the top third of the page."""


# ── head ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Head:
    """The head of the first page: its left column (issuer, number) and its right one (place, date)."""

    left: tuple[Row, ...]
    right: tuple[Row, ...]
    character: float


def head_of(search: Search) -> Head | None:
    """The head above the title, split where the nation's name begins; None on a page without words."""
    at = next((i for i, s in enumerate(search.sheets) if s.rows), None)
    if at is None:
        return None
    sheet = search.sheets[at]
    title = search.title[1] if search.title and search.title[0] == at else None
    rows = sheet.rows[:title] if title is not None else [r for r in sheet.rows if r.y1 < _HEAD_SHARE]
    nation: list[Token] = []
    for match in without_overlaps(_NATION_SET.find(search.runs[at]), _NATION_WEIGHTS):
        if match.row < len(rows):
            nation.extend(sheet.rows[match.row].tokens[match.start : match.end])
    split = 0.46
    if nation and min(t.x0 for t in nation) > 0.3:
        split = min(t.x0 for t in nation) - sheet.character
    tokens = [t for row in rows for t in row.tokens if t not in nation]
    left = [t for t in tokens if t.middle < split]
    right = [t for t in tokens if t.middle >= split]
    return Head(tuple(regrouped(left)), tuple(regrouped(right)), sheet.character)


def _agency_names(head: Head) -> list[list[Row]]:
    """Groups of lines in the left column, each the name of one agency, from the top."""
    groups: list[list[Row]] = []
    for row in head.left:
        text = values.trimmed(row.text)
        flat = flattened(text)
        if _is_number_row(row) or any(dates.find_dates(text)):
            break
        words = [w for w in text.split() if sum(c.isalpha() for c in w) >= 2]
        if not words or _capitals(text) < 0.6:
            if groups:
                continue
            continue
        starts = _starts_agency(flat)
        unit = _starts_unit(flat)
        if starts and not (groups and _is_bare_head(groups[-1]) and unit):
            groups.append([row])
        elif groups:
            groups[-1].append(row)
    return groups


def _starts_agency(flat: str) -> bool:
    words = flat.split()
    for entry in lex.lexicon().agency_heads:
        head = flattened(entry).split()
        start = " ".join(words[: len(head)])
        target = " ".join(head)
        slack = 1 if len(target) >= 6 else 0
        if Levenshtein.distance(start, target, score_cutoff=slack + 1) <= slack + (len(target) > 12):
            return True
    return False


def _starts_unit(flat: str) -> bool:
    return any(flat.startswith(flattened(unit) + " ") for unit in lex.lexicon().unit_words)


def _is_bare_head(rows: Sequence[Row]) -> bool:
    key = "".join(r.key for r in rows)
    return key in {"uybannhandan", "ubnd", "hoidongnhandan", "hdnd"}


def _capitals(text: str) -> float:
    letters = [c for c in text if c.isalpha()]
    return sum(c.isupper() for c in letters) / len(letters) if letters else 0.0


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
    candidates = [*head.right, *head.left]
    for sheet in reversed(search.sheets):
        candidates.extend(
            cell for row in reversed(sheet.rows) if row.y0 > 0.5 for cell in sheet.cells(row) if cell.x1 > 0.5
        )
    return [row for row in candidates if _place_before_date(row) is not None]


_LABEL_WORDS = re.compile(r"\b(?:sinh|dang ky|cap|can cu|so|het han|quyet dinh)\b")


def _place_before_date(row: Row) -> tuple[int, dates.DateInText] | None:
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
            return Found(parsed, 0.95)
    return None


# ── subject ──────────────────────────────────────────────────────────────────────────────────────────

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
    value = values.trimmed(parsed.value[start.end() :]) if start else parsed.value
    if not value:
        return None
    return Found(replace(parsed, value=value), 0.97 if clear else 0.85)


def _is_authority(row: Row, first: Row | None) -> bool:
    """«CHỦ TỊCH ỦY BAN NHÂN DÂN …»: in capitals where the subject is not, or an office or agency in capitals."""
    text = row.text
    if _capitals(text) < 0.8:
        return False
    if first is not None and _capitals(first.text) < 0.6:
        return True
    flat = flattened(values.trimmed(text))
    return any(flat.startswith(flattened(o)) for o in lex.lexicon().offices) or _starts_agency(flat)


# ── running text ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Flow:
    """The words below the title as one text, and its flattened form of the same length."""

    tokens: tuple[Token, ...]
    starts: tuple[int, ...]
    text: str
    flat: str

    @classmethod
    def of(cls, search: Search) -> Flow:
        first, title_row = search.title or (0, -1)
        tokens = [
            t
            for at, sheet in enumerate(search.sheets[first:])
            for row in (sheet.rows[title_row + 1 :] if at == 0 else sheet.rows)
            for t in row.tokens
        ]
        starts: list[int] = []
        parts: list[str] = []
        at = 0
        for index, token in enumerate(tokens):
            if index and not token.glued:
                parts.append(" ")
                at += 1
            starts.append(at)
            parts.append(token.text)
            at += len(token.text)
        text = "".join(parts)
        return cls(tuple(tokens), tuple(starts), text, flattened(text))

    def between(self, start: int, end: int) -> tuple[Token, ...]:
        """The tokens that letters start..end fall into."""
        return tuple(
            t for t, s in zip(self.tokens, self.starts, strict=True) if s < end and s + len(t.text) > start
        )

    def index_at(self, place: int) -> int:
        """The first token that begins at or behind a letter."""
        return next((i for i, s in enumerate(self.starts) if s >= place), len(self.tokens))


_EFFECT = re.compile(r"h[a-z]{1,2}eu l[a-z]{1,2}c(?: thi h[a-z]nh)?,?")
_SIGNING_DAY = re.compile(r"^\W*(?:k[a-z] )?t[uv]\W+ng[a-z]y k[yi]\b(?! k)")
_FROM = re.compile(r"^\W*(?:thi h[a-z]nh )?(?:k[a-z] )?t[uv]\W")


def effect_date(search: Search, wanted: FieldDefinition) -> Found | None:
    """The day a decision takes effect: printed, or the day of signing where it says so."""
    flow = Flow.of(search)
    for match in _EFFECT.finditer(flow.flat):
        subject_words = flow.flat[max(0, match.start() - 45) : match.start()]
        if "nay" not in subject_words.split()[-6:] and "quyet dinh" not in subject_words:
            continue
        rest = flow.flat[match.end() : match.end() + 70]
        if _SIGNING_DAY.match(rest):
            signed = header_date(search, wanted)
            if signed is None:
                return None
            words = flow.between(match.start(), match.end() + len(_SIGNING_DAY.match(rest)[0]))  # type: ignore[index]
            own = Parsed(signed.parsed.value, words, signed.parsed.passed, signed.parsed.failed)
            return Found(own, signed.quality * 0.98, derived=True)
        if _FROM.match(rest):
            tokens = flow.between(match.end(), match.end() + 60)
            parsed = values.parse("date", tokens)
            if parsed is not None:
                return Found(parsed, 0.97)
    return None


_ARTICLE_1 = re.compile(r"\bd[a-z]{1,2}eu\s*[1il]\s*[.:,]")
_ARTICLE_2 = re.compile(r"\bd[a-z]{1,2}eu\s*2\s*[.:,]")
_LONGEST_ARTICLE = 2500
_HONORIFIC = re.compile(r"(?:ông|bà|ong|anh|chị|cháu|ông/bà)")
_CODE_FOLLOWS = re.compile(
    r"^\W*(?:\(|,)?\s*(?:co )?(?:ma so|mst|ma doanh nghiep|giay chung nhan dang ky|dkkd)"
)


def _article_1(flow: Flow) -> tuple[int, int]:
    """Where article 1 begins and ends in the text; empty when it can't be found."""
    start = _ARTICLE_1.search(flow.flat)
    if start is None:
        return 0, 0
    end = _ARTICLE_2.search(flow.flat, start.end())
    limit = min(start.end() + _LONGEST_ARTICLE, len(flow.flat))
    return start.end(), min(end.start(), limit) if end else limit


def holder_name(search: Search, wanted: FieldDefinition) -> Found | None:
    """The one person or organisation that article 1 is about; None for a list or for nobody in particular."""
    flow = Flow.of(search)
    start, end = _article_1(flow)
    if start == end:
        return None
    people = _people(flow, start, end)
    names = {p.value for p in people}
    if len(names) == 1:
        return _repeated(flow, people[0])
    if len(names) > 1:
        head = flow.text[: flow.flat.find("can cu")] if "can cu" in flow.flat else ""
        in_subject = [p for p in people if p.value in head]
        return _repeated(flow, in_subject[0]) if len({p.value for p in in_subject}) == 1 else None
    return _organisation_holder(flow, start, end)


def _people(flow: Flow, start: int, end: int) -> list[Parsed]:
    found = []
    for at in range(flow.index_at(start), flow.index_at(end)):
        word = flow.tokens[at].text.strip("().,:;/").lower()
        if not _HONORIFIC.fullmatch(word) or flow.tokens[at].text[-1:] in ",;.":
            continue
        following = at + 1
        while following < len(flow.tokens) and (
            not flow.tokens[following].key or flow.tokens[following].text.strip("():").lower() == "bà"
        ):
            following += 1
        parsed = values.parse("name", flow.tokens[following : following + 7])
        if parsed is not None and "surname" in parsed.passed and len(parsed.value.split()) >= 2:
            found.append(parsed)
    return found


def _repeated(flow: Flow, parsed: Parsed) -> Found:
    """A name that stands in the paper twice, letter by letter the same, has confirmed itself."""
    again = flow.text.count(parsed.value) > 1
    return Found(replace(parsed, passed=(*parsed.passed, *(("repeated",) if again else ()))), 0.9)


def _organisation_holder(flow: Flow, start: int, end: int) -> Found | None:
    for entry in lex.lexicon().organisation_heads:
        for match in re.finditer(rf"\b{flattened(entry)}\b", flow.flat[start:end]):
            at = start + match.start()
            stop = re.search(r"[,;.(]|\bco\b(?= (?:ma|dia|tru))|\bma so\b|\bdo\b|\bvoi\b", flow.flat[at:end])
            if (
                stop is None
                or not flow.text[at].isupper()
                or not _CODE_FOLLOWS.match(flow.flat[at + stop.start() : end])
            ):
                continue
            parsed = values.parse("organisation", flow.between(at, at + stop.start()))
            if parsed is not None:
                value = values.trimmed(flow.text[at : at + stop.start()])
                return _repeated(flow, replace(parsed, value=value))
    return None


def holder_id(search: Search, wanted: FieldDefinition) -> Found | None:
    """The first personal number or tax code behind one of its labels, below the title.

    A personal number is held against the birth date and the «ông» or «bà» that stand beside it.
    """
    flow = Flow.of(search)
    labels = PhraseSet(wanted.labels)
    weights = {at: float(len(label)) for at, label in enumerate(wanted.labels)}
    best: Found | None = None
    for match in without_overlaps(labels.find(Runs([Row(flow.tokens)])) if flow.tokens else [], weights):
        near = [t for t in flow.tokens[match.end : match.end + 9] if t.key not in {"so", "la"}]
        parsed = values.parse("holder_id", near[:6])
        if parsed is None:
            continue
        found = Found(_held_against_holder(flow, match.start, parsed), 0.93)
        if not found.parsed.failed:
            return found
        best = best or found
    return best


_BORN = re.compile(r"\bs[il1]nh\b(?: ngay| nam)*\W*")
_BESIDE = 160


def _held_against_holder(flow: Flow, at: int, parsed: Parsed) -> Parsed:
    number = personal_id.parse_or_none(parsed.value)
    if number is None:
        return parsed
    place = flow.starts[at]
    before, after = max(0, place - _BESIDE), min(len(flow.text), place + _BESIDE)
    years: list[int] = []
    for match in _BORN.finditer(flow.flat, before, after):
        born = values.parse("year", flow.between(match.end(), match.end() + 28))
        if born is not None:
            years.append(int(born.value))
    addressed = re.findall(r"(?<!\w)(ông|bà)(?!\w)", flow.text[before:place].lower())
    sex = (
        {"ông": "Nam", "bà": "Nữ"}[addressed[-1]] if addressed and "ông/bà" not in flow.text.lower() else None
    )
    if (len(set(years)) == 1 and years[0] != number.birth_year) or (sex and sex != number.sex):
        return replace(parsed, failed=(*parsed.failed, "holder"))
    return replace(parsed, passed=(*parsed.passed, "holder")) if len(set(years)) == 1 else parsed


# ── signer ───────────────────────────────────────────────────────────────────────────────────────────

_BEHALF = re.compile(r"^(?:(?:t/?m|k/?t|t/?l|tuq|q|t/?u)\s*[.,:]?\s+|(?:tm|kt|tl|tuq|q)[.,:]\s*)")


@dataclass(frozen=True)
class Signer:
    """The signature block: the line of the office and the name below it."""

    office: Row
    name: Row | None


def signer_of(search: Search) -> Signer | None:
    """The lowest office line with a name under it, the right column before the left one."""
    best: tuple[tuple[bool, bool, int, float], Signer] | None = None
    for at, sheet in enumerate(search.sheets):
        rows = [sheet.cells(row) for row in sheet.rows]
        for index, row in enumerate(rows):
            for cell in row:
                if not _is_office(cell):
                    continue
                name = _name_below(sheet, rows[index + 1 :], cell)
                rank = (name is not None, (cell.x0 + cell.x1) / 2 > 0.45, at, cell.y0)
                if best is None or rank >= best[0]:
                    best = (rank, Signer(cell, name))
    if best is None or (best[1].name is None and best[1].office.y0 < 0.4):
        return None
    return best[1]


def office_words(row: Row) -> list[Token]:
    """The words of an office line without «TM.», «KT.» and the like."""
    tokens = list(row.tokens)
    while tokens and (
        key_of(tokens[0].text) in {"tm", "kt", "tl", "tuq", "q", "t", "k", "m", "l"} or not tokens[0].key
    ):
        tokens.pop(0)
    return tokens


def _is_office(cell: Row) -> bool:
    words = office_words(cell)
    text = values.trimmed(joined(words))
    if not text or len(words) > 10 or text.endswith(("./.", ";")):
        return False
    flat = lex.flat_key(_BEHALF.sub("", flattened(text)))
    for office in lex.lexicon().offices:
        target = lex.flat_key(office)
        start = " ".join(flat.split()[: len(target.split())])
        slack = 1 if len(target) > 7 else 0
        if Levenshtein.distance(start, target, score_cutoff=slack + 1) > slack:
            continue
        return _capitals(text) > 0.7 or (flat == target and text[:1].isupper())
    return False


def _name_below(sheet: Sheet, rows: Sequence[Sequence[Row]], office: Row) -> Row | None:
    """The first line under an office, in its column, that can be a person's name."""
    centre = (office.x0 + office.x1) / 2
    reach = max(0.13, (office.x1 - office.x0) * 0.6)
    for row in rows:
        for cell in row:
            if cell.y0 - office.y1 > 14 * sheet.height or abs((cell.x0 + cell.x1) / 2 - centre) > reach:
                continue
            if _is_office(cell):
                return None  # the block's real office line comes further down
            if _is_person(cell):
                return cell
    return None


def _is_person(cell: Row) -> bool:
    words = _without_rank(cell.tokens)
    text = values.trimmed(joined(words))
    parts = text.split()
    if not 2 <= len(parts) <= 6 or not all(p[:1].isupper() and p.replace("-", "").isalpha() for p in parts):
        return False
    passed, failed = values.name_checks(text)
    return "surname" in passed or not failed or failed == ("surname",)


def _without_rank(tokens: Sequence[Token]) -> list[Token]:
    kept = [t for t in tokens if t.key]
    for rank in sorted(lex.lexicon().ranks, key=len, reverse=True):
        size = len(rank.split())
        if len(kept) > size + 1 and "".join(t.key for t in kept[:size]) == key_of(rank):
            return _without_rank(kept[size:])
    return kept


def signer_office(search: Search, wanted: FieldDefinition) -> Found | None:
    """Chức vụ of the signer, without «TM.» and «KT.»."""
    signer = signer_of(search)
    parsed = values.parse("office", office_words(signer.office)) if signer else None
    return Found(parsed, 0.97 if signer and signer.name else 0.7) if parsed else None


def signer_name(search: Search, wanted: FieldDefinition) -> Found | None:
    """The signer's name without rank or degree."""
    signer = signer_of(search)
    if signer is None or signer.name is None:
        return None
    parsed = values.parse("name", _without_rank(signer.name.tokens))
    return Found(parsed, 0.95) if parsed else None
