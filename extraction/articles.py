"""The running text of a decision: when it takes effect, whom it concerns and under which identifier."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from extraction import lexicon as lex
from extraction import values
from extraction.definitions import FieldDefinition
from extraction.finding import Found, Search
from extraction.heading import header_date
from extraction.layout import Row, Token
from extraction.parsed import Parsed, trimmed
from extraction.phrases import PhraseSet, Runs, without_overlaps
from models.identifiers import personal_id
from models.text import flattened


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
        first = max(0, bisect_right(self.starts, start) - 1)
        found = self.tokens[first : bisect_left(self.starts, end)]
        return found[1:] if found and self.starts[first] + len(found[0].text) <= start else found

    def index_at(self, place: int) -> int:
        """The first token that begins at or behind a letter."""
        return bisect_left(self.starts, place)


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
            return Found(own, signed.quality * 0.98, origin="derived")
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
                value = trimmed(flow.text[at : at + stop.start()])
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
