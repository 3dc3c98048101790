"""Dates in words, as civil-status papers repeat them: «Ngày bảy tháng ba năm hai nghìn không trăm mười chín»."""

from __future__ import annotations

import re
from datetime import date

from models.identifiers.dates import to_date
from models.text import flattened, nfc

_DIGITS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5,
    "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
_MONTHS = {"gieng": 1, "chap": 12}
_JOINERS = {"linh", "le"}
_DAY_WORDS = {"mung", "mong"}
_SCALES = {"muoi", "tram", "nghin", "ngan"}
_MARKERS = {"ngay", "thang"}
_VOCABULARY = frozenset({*_DIGITS, *_MONTHS, *_JOINERS, *_DAY_WORDS, *_SCALES, *_MARKERS})
_SPOKEN = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_LETTERS = re.compile(r"[^\W\d_]+")


def parse_words(text: str) -> date | None:
    """The date that `text` spells in words; None when it spells none, or more than one is possible.

    Tone marks don't matter («bẩy», «ngàn», «lẻ», «mùng», «giêng», «chạp» are known), and one letter of a
    word may be misread where only one word can be meant.
    """
    words = [w for w in (_word(t) for t in _LETTERS.findall(flattened(nfc(text)))) if w]
    if "thang" not in words:
        return None
    month_at = words.index("thang")
    start = words.index("ngay") + 1 if "ngay" in words[:month_at] else 0
    day = number_in_words([w for w in words[start:month_at] if w not in _DAY_WORDS])
    rest = words[month_at + 1 :]
    found = {
        one
        for at, word in enumerate(rest)
        if word == "nam"
        for one in [_assembled(day, rest[:at], rest[at + 1 :])]
        if one is not None
    }
    return found.pop() if len(found) == 1 else None


def _assembled(day: int | None, month_words: list[str], year_words: list[str]) -> date | None:
    if len(month_words) == 1 and month_words[0] in _MONTHS:
        month: int | None = _MONTHS[month_words[0]]
    else:
        month = number_in_words(month_words)
    year = number_in_words(year_words)
    if day is None or month is None or year is None:
        return None
    return to_date(day, month, year)


def _word(token: str) -> str | None:
    """The word of the vocabulary that `token` is, or is one letter away from; None for anything else."""
    if token in _VOCABULARY:
        return token
    near = [w for w in _VOCABULARY if len(w) > 2 and _one_edit_apart(w, token)]
    return near[0] if len(near) == 1 else None


def _one_edit_apart(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return a[head + 1 :] in (b[head + 1 :], b[head:]) or a[head:] == b[head + 1 :]


def number_in_words(words: list[str]) -> int | None:
    """0–9999 from flattened words: «hai nghin khong tram muoi chin», «hai nghin le nam», «mot chin tam lam»."""
    if len(words) == 4 and all(w in _DIGITS for w in words):
        return int("".join(str(_DIGITS[w]) for w in words))  # a year read digit by digit
    rest = list(words)
    total = 0
    for scales, value in ((("nghin", "ngan"), 1000), (("tram",), 100)):
        if len(rest) >= 2 and rest[0] in _DIGITS and rest[1] in scales:
            total += _DIGITS[rest[0]] * value
            rest = rest[2:]
    if not rest:
        return total if total else None
    tail = _below_hundred(rest)
    return None if tail is None else total + tail


def _below_hundred(words: list[str]) -> int | None:
    if words[0] in _JOINERS:
        words = words[1:]
        return _DIGITS.get(words[0]) if len(words) == 1 else None
    if words[0] == "muoi":
        tens, ones = 1, words[1:]
    elif len(words) >= 2 and words[0] in _DIGITS and words[1] == "muoi":
        tens, ones = _DIGITS[words[0]], words[2:]
    elif len(words) == 2:  # «tám lăm», «hai mốt»
        tens, ones = _DIGITS.get(words[0], 0), words[1:]
        if not tens:
            return None
    else:
        return _DIGITS.get(words[0]) if len(words) == 1 else None
    if not ones:
        return tens * 10
    return tens * 10 + _DIGITS[ones[0]] if len(ones) == 1 and ones[0] in _DIGITS else None


def in_words(day: date) -> str:
    """The date in words as a registrar writes it; `parse_words` reads it back."""
    month = {1: "một", 4: "tư"}.get(day.month) or _spoken_below_hundred(day.month)
    return f"Ngày {_spoken_below_hundred(day.day)} tháng {month} năm {_spoken_year(day.year)}"


def _spoken_below_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _SPOKEN[ones]
    head = "mười" if tens == 1 else f"{_SPOKEN[tens]} mươi"
    if ones == 0:
        return head
    last = _SPOKEN[ones]
    if ones == 5:
        last = "lăm"
    elif tens > 1 and ones == 1:
        last = "mốt"
    elif tens > 1 and ones == 4:
        last = "tư"
    return f"{head} {last}"


def _spoken_year(year: int) -> str:
    thousands, rest = divmod(year, 1000)
    hundreds, below = divmod(rest, 100)
    words = [f"{_SPOKEN[thousands]} nghìn"]
    if rest:
        words.append(f"{_SPOKEN[hundreds]} trăm")
    if 0 < below < 10:
        words.append(f"linh {_SPOKEN[below]}")
    elif below:
        words.append(_spoken_below_hundred(below))
    return " ".join(words)


_MARKED = {
    "khong": "không", "hai": "hai", "ba": "ba", "bon": "bốn", "tu": "tư", "sau": "sáu", "bay": "bảy", "tam": "tám",
    "chin": "chín", "tram": "trăm", "nghin": "nghìn", "ngan": "ngàn", "linh": "linh", "le": "lẻ", "lam": "lăm", "nam": "năm",
    "mung": "mùng", "mong": "mồng", "gieng": "giêng", "chap": "chạp", "ngay": "ngày", "thang": "tháng",
}  # fmt: skip
_SPELLINGS = frozenset({*_MARKED.values(), "bẩy", "nhăm"})


def with_marks(text: str) -> str:
    """A date in words with lost or wrong tone marks put right, where only one word of dates can be meant."""
    out: list[str] = []
    before, last = "", ""
    for part in re.split(r"([^\W\d_]+)", nfc(text)):
        if not _LETTERS.fullmatch(part):
            out.append(part)
            continue
        flat = flattened(part)
        if flat == "mot":  # «mười một» but «hai mươi mốt»
            fixed = "mốt" if last == "muoi" and before in _DIGITS else "một"
        elif flat == "muoi":
            fixed = "mươi" if last in _DIGITS else "mười"
        else:
            fixed = part.lower() if part.lower() in _SPELLINGS else _MARKED.get(_word(flat) or "", part)
        before, last = last, flat
        if part.isupper() and len(part) > 1:
            fixed = fixed.upper()
        elif part[:1].isupper():
            fixed = fixed[:1].upper() + fixed[1:]
        out.append(fixed)
    return nfc("".join(out))


def words_agree(words: str, day: date) -> bool | None:
    """Whether the words spell `day`; None when they can't be read, which proves nothing either way."""
    spelt = parse_words(words)
    return None if spelt is None else spelt == day
