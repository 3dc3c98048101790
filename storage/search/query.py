"""A query as people put it, and what it asks of the index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.base import Value
from models.errors import NothingToSearch
from models.text import nfc
from storage.search.words import APART, bare, bears_marks, pairs_of, words_of

MOST_WORDS = 40
FIRST_YEAR, LAST_YEAR = 1800, 2199
"""What was issued before or after counts as the first month or the last, until its date itself is compared."""

# Words of one kind alone. A private character in front, so that no word of a text can be taken for one.
NAME, ISSUER, NUMBER, TYPE, MONTH, YEAR, DECADE = (chr(0xE001 + n) for n in range(7))
NEVER = DECADE
"""A decade without its number is a word of no document: a range of dates that ends before it starts."""

Column = Literal["folded", "exact", "scoped"]

_PIECE = re.compile(r'"([^"]*)"?|([^\s"]+)')
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})


class SearchQuery(Value):
    """What is looked for; everything given must hold.

    A word with marks must stand there with these marks, one without marks may bear any. `"…"` is a phrase: with any
    mark in it, it must stand there letter for letter.
    """

    words: str = ""
    number: str | None = None
    """Number and notation (`123/QĐ-UBND`), or its beginning (`123`)."""
    name: str | None = None
    """Words of a holder's name that follow each other."""
    issuer: str | None = None
    """Words of the issuing agency's name that follow each other."""
    document_type: str | None = None
    issued_from: date | None = None
    issued_to: date | None = None

    @property
    def criteria(self) -> tuple[str, ...]:
        """Names of what is given, for the record; never the values."""
        return tuple(name for name in type(self).model_fields if getattr(self, name))


@dataclass(frozen=True)
class Needle:
    """A query in the terms of the index."""

    words: tuple[str, ...]
    """All of them are among a document's indexed words. Those of phrases are not here: their pairs say more."""
    pairs: tuple[str, ...]
    """So are these, if the phrases stand in it; almost always only then."""
    any_of: tuple[str, ...]
    """One of these is, unless there are none."""
    phrases: tuple[tuple[Column, str], ...]
    """Each stands in its column, whole words between single spaces."""
    issued_from: str | None
    issued_to: str | None


def needle_of(query: SearchQuery) -> Needle:
    """The terms of a query. Raises NothingToSearch where there are none, or too many."""
    words: dict[str, None] = {}
    phrases: dict[tuple[Column, str], None] = {}
    asked = 0
    for quoted, single in _PIECE.findall(nfc(query.words).translate(_QUOTES)):
        found = words_of(quoted or single)
        asked += len(found)
        if len(found) > 1:
            # What is written as one piece (123/QĐ-UBND) is one piece too.
            phrases[_phrase(found)] = None
        else:
            words.update(dict.fromkeys(found))
    for mark, text in ((NAME, query.name), (ISSUER, query.issuer)):
        found = words_of(text or "")
        if text and not found:
            raise NothingToSearch(reason=text)
        scoped = [mark + word for word in found]
        asked += len(found)
        if len(scoped) > 1:
            marked = any(bears_marks(word) for word in found)
            phrases["scoped", " ".join(scoped if marked else (mark + bare(word) for word in found))] = None
        else:
            words.update(dict.fromkeys(scoped))
    if query.number:
        words[_number_word(query.number)] = None
    if query.document_type:
        words[type_word(query.document_type)] = None
    if asked > MOST_WORDS:
        raise NothingToSearch(reason=f"> {MOST_WORDS}")
    any_of = _periods(query.issued_from, query.issued_to)
    if not (words or phrases or any_of):
        raise NothingToSearch(reason=query.words)
    return Needle(
        words=tuple(words),
        pairs=tuple(pairs_of(*(phrase for _, phrase in phrases))),
        any_of=any_of,
        phrases=tuple(phrases),
        issued_from=query.issued_from.isoformat() if query.issued_from else None,
        issued_to=query.issued_to.isoformat() if query.issued_to else None,
    )


def name_words(name: str) -> str:
    """A holder's name as `scoped` keeps it: as it stands, then without marks."""
    return _scoped(NAME, name)


def issuer_words(issuer: str) -> str:
    return _scoped(ISSUER, issuer)


def number_words(number: str) -> list[str]:
    """The number's words: it is found by the whole of it and by its beginning, part by part."""
    parts = [part.lstrip("0") or "0" for part in map(bare, words_of(number))]
    return [NUMBER + NUMBER.join(parts[:count]) for count in range(1, len(parts) + 1)]


def type_word(code: str) -> str:
    return TYPE + TYPE.join(map(bare, words_of(code)))


def date_words(day: str) -> list[str]:
    """Decade, year and month of an ISO date; every month of the year where no more is known."""
    year, month, _ = f"{day}--".split("-", 2)
    if not year.isdecimal():
        return []
    months = [int(month)] if month.isdecimal() else range(1, 13)
    numbers = dict.fromkeys(_month(int(year), month) for month in months)
    first = next(iter(numbers))
    return [_decade(first // 120), _year(first // 12), *map(_month_word, numbers)]


def _phrase(words: list[str]) -> tuple[Column, str]:
    if any(bears_marks(word) for word in words):
        return "exact", " ".join(words)
    return "folded", " ".join(words)


def _scoped(mark: str, text: str) -> str:
    words = words_of(text)
    plain = [bare(word) for word in words]
    told = [words] if plain == words else [words, plain]
    return f" {APART} ".join(" ".join(mark + word for word in row) for row in told)


def _number_word(number: str) -> str:
    """Raises NothingToSearch where there is neither letter nor digit in it."""
    words = number_words(number)
    if not words:
        raise NothingToSearch(reason=number)
    return words[-1]


def _periods(first: date | None, last: date | None) -> tuple[str, ...]:
    """Decades, years and months of which one must be the document's, as few as there can be; none for no range."""
    if first is None and last is None:
        return ()
    if first and last and last < first:
        return (NEVER,)
    at = _month(first.year, first.month) if first else FIRST_YEAR * 12
    end = (_month(last.year, last.month) if last else LAST_YEAR * 12 + 11) + 1
    words = []
    while at < end:
        months, word = next(
            (months, word)
            for months, word in ((120, _decade), (12, _year), (1, _month_word))
            if at % months == 0 and at + months <= end
        )
        words.append(word(at // months))
        at += months
    return tuple(words)


def _month(year: int, month: int) -> int:
    """Number of a month, in years that have words."""
    return min(max(year * 12 + month - 1, FIRST_YEAR * 12), LAST_YEAR * 12 + 11)


def _decade(number: int) -> str:
    return f"{DECADE}{number:03d}"


def _year(number: int) -> str:
    return f"{YEAR}{number:04d}"


def _month_word(number: int) -> str:
    return f"{MONTH}{number // 12:04d}{number % 12 + 1:02d}"
