"""Does a value look like what it should be? Signs that the finder took too much, too little or another's words.

None of these signs proves anything by itself; how much each weighs is fitted (`extraction/calibration.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import cache
from itertools import pairwise

from extraction import lexicon as lex
from extraction.checks import Verdict
from extraction.definitions import FieldDefinition, Kind, TypeDefinition
from extraction.finding import Found, Search
from extraction.labels import label_like
from extraction.layout import Row, Sheet, Token, capital_share
from models.text import flattened, nfc

_WORDY: frozenset[Kind] = frozenset({"place", "text", "party", "organisation", "office", "name"})
_SENTENCES: frozenset[Kind] = frozenset({"place", "text", "party", "organisation"})


def verdicts(search: Search, located: Mapping[str, Found]) -> list[Verdict]:
    """What the values say about themselves, about each other and about the signature block; no flags."""
    found: list[Verdict] = []
    for name, one in located.items():
        wanted = search.definition.field(name)
        if wanted is None or one.origin == "code":
            continue
        found += [Verdict(check, False, (name,)) for check in _faults(wanted, one)]
        found += _name_and_role(wanted, one)
    found += _name_and_sex(search.definition, located)
    found += _shared(located)
    found += _left_over(search, located)
    found += _deputy(search, located)
    return found


def _faults(wanted: FieldDefinition, found: Found) -> Iterator[str]:
    for name, kinds, is_faulty in _FAULTS:
        if wanted.kind in kinds and is_faulty(found.parsed.value, found.tokens):
            yield name


# ── one value by itself ──────────────────────────────────────────────────────────────────────────────

# From the least unit to the largest; a name of a hamlet or street may follow any of its words.
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("xa", "phuong", "thi tran", "dac khu"),
    ("huyen", "quan", "thi xa"),
    ("tinh",),
)
_UNIT = re.compile(r"(?<!\w)(thị trấn|thị xã|đặc khu|xã|phường|huyện|quận|tỉnh)(?=\s+[^\W\d_]|\s+\d)")
_LEVEL_OF = {name: level for level, names in enumerate(_LEVELS) for name in names}


def is_jumbled(value: str, tokens: Sequence[Token] = ()) -> bool:
    """An address whose units come twice, out of order, or without a comma before them: two lines ran into one."""
    last = -1
    for match in _UNIT.finditer(value):
        level = _LEVEL_OF[flattened(match[1])]
        before = value[: match.start()].rstrip()
        if level <= last or (before and not before.endswith((",", ";", "-", "–", "(")) and last >= 0):
            return True
        last = level
    return False


_COLON = re.compile(r"(?<!\d):(?!\d|//)")


def has_label(value: str, tokens: Sequence[Token] = ()) -> bool:
    """A colon between words: a label, or the end of one, was taken with the value."""
    return _COLON.search(value.rstrip(": ")) is not None


def begins_small(value: str, tokens: Sequence[Token] = ()) -> bool:
    """A small letter first: the beginning may stand on the line above, or belong to a label.

    Not behind an opening that was read with it and left out of the value («Về việc»).
    """
    return value[:1].islower() and not (tokens and tokens[0].text[:1].isupper())


_STOP_INSIDE = re.compile(r"[^\W\d_]{3,}\. [^\W\d_a-zà-ỹđ]")


def has_stop(value: str, tokens: Sequence[Token] = ()) -> bool:
    """A sentence ends in it and another begins: the end of what stands above, or what stands below, came with it."""
    return _STOP_INSIDE.search(value) is not None


_STAMPS = re.compile(
    r"\b(?:ĐẾN|HỎA TỐC|HOẢ TỐC|THƯỢNG KHẨN|KHẨN|TỐI MẬT|TUYỆT MẬT|MẬT|SỐ HÓA|SỐ HOÁ|BẢN SAO)\b"
)
"""Words of stamps (ND30 Annex I and VI), in capitals; in names of people and agencies they have no place."""


def has_stamp(value: str, tokens: Sequence[Token] = ()) -> bool:
    """A stamp's word stands in it."""
    return _STAMPS.search(value) is not None


_TELLING = 4
"""Words said twice in a row of this length are the same line taken twice."""


def says_twice(value: str, tokens: Sequence[Token] = ()) -> bool:
    """A run of words comes twice."""
    words = re.findall(r"\w+", flattened(value))
    runs = [tuple(words[at : at + _TELLING]) for at in range(len(words) - _TELLING + 1)]
    return len(set(runs)) < len(runs)


def changes_case(value: str, tokens: Sequence[Token] = ()) -> bool:
    """Ordinary words and then two or more in capitals: a stamp or a heading behind the value."""
    words = [word for word in re.findall(r"[^\W\d_]+", value) if len(word) > 1]
    tail = 0
    while tail < len(words) and words[-1 - tail].isupper():
        tail += 1
    head = " ".join(words[: len(words) - tail])
    return 2 <= tail < len(words) and capital_share(head) < 0.4


def is_two_people(value: str, tokens: Sequence[Token] = ()) -> bool:
    """A second surname where a given name should be, or more words than names have."""
    words = value.split()
    if words[0].lower() not in lex.surnames():
        return False  # no person at all: a company may hold a decision
    if len(words) >= 6:
        return True
    return len(words) == 5 and words[-2].lower() in _common_surnames()


_COMMON = 16
"""So many surnames at the head of the lexicon are those of nearly everybody; rarer ones are given names as well."""


@cache
def _common_surnames() -> frozenset[str]:
    return frozenset(nfc(name).lower() for name in lex.lexicon().surnames[:_COMMON])


_FAULTS: tuple[tuple[str, frozenset[Kind], Callable[[str, Sequence[Token]], bool]], ...] = (
    ("jumbled", frozenset({"place", "organisation"}), is_jumbled),
    ("label_inside", _WORDY, has_label),
    ("begins_small", _SENTENCES, begins_small),
    ("said_twice", _SENTENCES, says_twice),
    ("inner_stop", _SENTENCES, has_stop),
    ("stamp_word", frozenset({"organisation", "office", "name"}), has_stamp),
    ("case_change", _WORDY, changes_case),
    ("two_people", frozenset({"name"}), is_two_people),
)


# ── names against sex and role ───────────────────────────────────────────────────────────────────────

_OF_WOMEN, _OF_MEN = "thị", "văn"
"""Second words that hardly anybody of the other sex has."""
_WOMEN = re.compile(r"\b(?:mẹ|vợ|bà)\b", re.IGNORECASE)
_MEN = re.compile(r"\b(?:cha|bố|chồng|ông)\b", re.IGNORECASE)


def sex_of_name(name: str) -> str | None:
    """«Nữ» or «Nam» where the name says it («Thị», «Văn»), else None."""
    words = name.lower().split()
    if len(words) < 3:
        return None
    return {_OF_WOMEN: "Nữ", _OF_MEN: "Nam"}.get(words[1])


def _name_and_role(wanted: FieldDefinition, found: Found) -> list[Verdict]:
    """A mother's name that only a man can have stands in the wrong column."""
    says = sex_of_name(found.parsed.value) if wanted.kind == "name" else None
    woman, man = _WOMEN.search(wanted.name_vi), _MEN.search(wanted.name_vi)
    if says is None or (woman is None) == (man is None):
        return []
    return [Verdict("name_role", says == ("Nữ" if woman else "Nam"), (wanted.name,))]


def _name_and_sex(definition: TypeDefinition, located: Mapping[str, Found]) -> list[Verdict]:
    """A person's name against the sex printed for the same person (the same words before «name» and «sex»)."""
    found = []
    for name, one in located.items():
        wanted = definition.field(name)
        if wanted is None or wanted.kind != "sex":
            continue
        person = name.removesuffix("sex")
        for other in (f"{person}name", f"{person}full_name"):
            says = sex_of_name(located[other].parsed.value) if other in located else None
            if says is not None:
                found.append(Verdict("name_sex", says == one.parsed.value, (name, other)))
    return found


# ── words that two fields claim ──────────────────────────────────────────────────────────────────────


def _shared(located: Mapping[str, Found]) -> list[Verdict]:
    """Two fields that a label gave the same printed words: one of them took what is the other's."""
    owner: dict[Token, str] = {}
    clashes: set[tuple[str, ...]] = set()
    for name, found in located.items():
        if found.origin is not None:
            continue
        for token in found.tokens:
            other = owner.setdefault(token, name)
            if other != name:
                clashes.add((other, name))
    return [Verdict("shared_words", False, pair) for pair in sorted(clashes)]


# ── what stands around a value ───────────────────────────────────────────────────────────────────────

_BELOW = 1.1
"""The next line of a text begins at most so many letter heights below the last one."""


def _left_over(search: Search, located: Mapping[str, Found]) -> list[Verdict]:
    """Words right below a value that no field and no label claims: the value may go on there."""
    claimed = {token for found in located.values() for token in found.tokens}
    for anchor in search.anchors:
        claimed.update(search.sheets[anchor.sheet].rows[anchor.row].tokens[anchor.start : anchor.end])
    ends = {
        found.tokens[-1]: name
        for name, found in located.items()
        if found.origin is None and _is_wordy(search.definition, name)
    }
    verdicts = []
    for sheet in search.sheets:
        for row, below in pairwise(sheet.rows):
            for name in {ends[token] for token in row.tokens if token in ends}:
                if _goes_on_below(sheet, row, below, located[name].tokens, claimed):
                    verdicts.append(Verdict("left_over", False, (name,)))
    return verdicts


def _is_wordy(definition: TypeDefinition, name: str) -> bool:
    wanted = definition.field(name)
    return wanted is not None and wanted.kind in _WORDY


def _goes_on_below(sheet: Sheet, row: Row, below: Row, value: Sequence[Token], claimed: Set[Token]) -> bool:
    if below.y0 - row.y1 > _BELOW * sheet.height:
        return False
    last = [token for token in row.tokens if token in value]
    left, right = last[0].x0, last[-1].x1
    for cell in sheet.cells(below):
        if cell.x0 < right and cell.x1 > left and len(cell.key) > 1 and claimed.isdisjoint(cell.tokens):
            heading = capital_share(cell.text) > 0.8 and capital_share(" ".join(t.text for t in last)) < 0.6
            return not heading and not label_like(cell) and not cell.text.startswith("(")
    return False


# ── the signature block ──────────────────────────────────────────────────────────────────────────────

_DEPUTY = re.compile(r"^(?:pho|phu trach|quyen|cap pho|uy vien)\b")
_FOR_THE_HEAD = re.compile(r"k/?t[.,:]?")
_NEAR = 4.0
"""The office stands at most so many letter heights below «KT.»."""


def _deputy(search: Search, located: Mapping[str, Found]) -> list[Verdict]:
    """«KT.» (ký thay) is signed by a deputy (ND30 Annex I): an office below it without «Phó» lost that word."""
    found = []
    for wanted in search.definition.fields:
        office = located.get(wanted.name)
        if office is None or "signer_office" not in wanted.finders:
            continue
        if any(_signs_for_head(sheet, office.tokens) for sheet in search.sheets):
            deputy = _DEPUTY.match(flattened(office.parsed.value)) is not None
            found.append(Verdict("deputy", deputy, (wanted.name,)))
    return found


def _signs_for_head(sheet: Sheet, office: Sequence[Token]) -> bool:
    """Whether «KT.» opens the office's own line or one close above it in the same column."""
    if sheet.page != office[0].page:
        return False
    left, right, y = office[0].x0, office[-1].x1, office[0].y0
    for row in sheet.rows:
        if not -sheet.height <= y - row.y0 <= _NEAR * sheet.height:
            continue
        for cell in sheet.cells(row):
            first = next((token for token in cell.tokens if token.key), cell.tokens[0])
            inside = cell.x0 < right and cell.x1 > left
            if inside and _FOR_THE_HEAD.fullmatch(flattened(first.text)):
                return True
    return False
