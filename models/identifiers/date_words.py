"""Dates in words, as civil-status papers repeat them: «Ngày bảy tháng ba năm hai nghìn không trăm mười chín»."""

from __future__ import annotations

from datetime import date

from models.identifiers.dates import to_date
from models.identifiers.number_words import in_words as number_said
from models.identifiers.spoken import (
    DIGITS,
    JOINERS,
    MARKED,
    letters_of,
    nearest,
    remarked,
    said_below_hundred,
)

_MONTHS = {"gieng": 1, "chap": 12}
_DAY_WORDS = {"mung", "mong"}
_SCALES = {"muoi", "tram", "nghin", "ngan"}
_MARKERS = {"ngay", "thang"}
_VOCABULARY = frozenset({*DIGITS, *_MONTHS, *JOINERS, *_DAY_WORDS, *_SCALES, *_MARKERS})
_LONGEST = 30
"""Words; the longest date has fifteen."""
_MARKED = {
    **MARKED, "mung": "mùng", "mong": "mồng", "gieng": "giêng", "chap": "chạp", "ngay": "ngày", "thang": "tháng",
}  # fmt: skip


def parse_words(text: str) -> date | None:
    """The date that `text` spells in words; None when it spells none, or more than one is possible.

    Tone marks don't matter («bẩy», «ngàn», «lẻ», «mùng», «giêng», «chạp» are known), and one letter of a
    word may be misread where only one word can be meant. A word nobody knows between them may have been a
    number: then there is no date.
    """
    words = _known_words(text)
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


def _known_words(text: str) -> list[str]:
    """The words of the vocabulary from the first to the last of them; none where an unknown one lies between."""
    tokens = [t for t in letters_of(text) if len(t) > 1]  # a lone letter is a speck
    words = [nearest(token, _VOCABULARY) for token in tokens]
    while words and words[0] is None:
        words.pop(0)
    while words and words[-1] is None:
        words.pop()
    known = [word for word in words if word is not None]
    return known if len(known) == len(words) <= _LONGEST else []


def _assembled(day: int | None, month_words: list[str], year_words: list[str]) -> date | None:
    if len(month_words) == 1 and month_words[0] in _MONTHS:
        month: int | None = _MONTHS[month_words[0]]
    else:
        month = number_in_words(month_words)
    year = number_in_words(year_words)
    if day is None or month is None or year is None:
        return None
    return to_date(day, month, year)


def number_in_words(words: list[str]) -> int | None:
    """0–9999 from flattened words: «hai nghin khong tram muoi chin», «hai nghin le nam», «mot chin tam lam»."""
    if len(words) == 4 and all(w in DIGITS for w in words):
        return int("".join(str(DIGITS[w]) for w in words))  # a year read digit by digit
    rest = list(words)
    total = 0
    for scales, value in ((("nghin", "ngan"), 1000), (("tram",), 100)):
        if len(rest) >= 2 and rest[0] in DIGITS and rest[1] in scales:
            total += DIGITS[rest[0]] * value
            rest = rest[2:]
    if not rest:
        return total if total else None
    tail = _below_hundred(rest)
    return None if tail is None else total + tail


def _below_hundred(words: list[str]) -> int | None:
    if words[0] in JOINERS:
        words = words[1:]
        return DIGITS.get(words[0]) if len(words) == 1 else None
    if words[0] == "muoi":
        tens, ones = 1, words[1:]
    elif len(words) >= 2 and words[0] in DIGITS and words[1] == "muoi":
        tens, ones = DIGITS[words[0]], words[2:]
    elif len(words) == 2:  # «tám lăm», «hai mốt»
        tens, ones = DIGITS.get(words[0], 0), words[1:]
        if not tens:
            return None
    else:
        return DIGITS.get(words[0]) if len(words) == 1 else None
    if not ones:
        return tens * 10
    return tens * 10 + DIGITS[ones[0]] if len(ones) == 1 and ones[0] in DIGITS else None


def in_words(day: date) -> str:
    """The date in words as a registrar writes it; `parse_words` reads it back."""
    month = {1: "một", 4: "tư"}.get(day.month) or said_below_hundred(day.month)
    return f"Ngày {said_below_hundred(day.day)} tháng {month} năm {number_said(day.year)}"


def with_marks(text: str) -> str:
    """A date in words with lost or wrong tone marks put right, where only one word of dates can be meant."""
    return remarked(text, _MARKED, right=("bẩy",))


def words_agree(words: str, day: date) -> bool | None:
    """Whether the words spell `day`; None when they can't be read, which proves nothing either way."""
    spelt = parse_words(words)
    return None if spelt is None else spelt == day
