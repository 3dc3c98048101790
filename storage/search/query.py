"""A query as people put it, and what it asks of the index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.base import Value
from models.errors import NothingToSearch
from models.text import nfc
from storage.search.words import APART, bare, bears_marks, words_of

MOST_WORDS = 40
MOST_MONTHS = 36
"""A range of dates up to this many months narrows the search month by month, a longer one year by year."""

# Words of one kind alone. A private character in front, so that no word of a text can be taken for one.
NAME, ISSUER, NUMBER, TYPE, MONTH, YEAR, EVERY = (chr(0xE001 + n) for n in range(7))
"""EVERY is a word of every document, for a query that has only an open range of dates."""

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
    """All of them are among a document's indexed words."""
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
    for quoted, single in _PIECE.findall(nfc(query.words).translate(_QUOTES)):
        found = words_of(quoted or single)
        words.update(dict.fromkeys(found))
        if len(found) > 1:
            # What is written as one piece (123/QĐ-UBND) is one piece too.
            phrases[_phrase(found)] = None
    for mark, text in ((NAME, query.name), (ISSUER, query.issuer)):
        found = words_of(text or "")
        if text and not found:
            raise NothingToSearch(reason=text)
        scoped = [mark + word for word in found]
        words.update(dict.fromkeys(scoped))
        if len(scoped) > 1:
            marked = any(bears_marks(word) for word in found)
            phrases["scoped", " ".join(scoped if marked else (mark + bare(word) for word in found))] = None
    if query.number:
        words[_number_word(query.number)] = None
    if query.document_type:
        words[type_word(query.document_type)] = None
    if len(words) > MOST_WORDS:
        raise NothingToSearch(reason=f"> {MOST_WORDS}")
    any_of = _periods(query.issued_from, query.issued_to)
    if not words and not any_of and query.issued_from is None and query.issued_to is None:
        raise NothingToSearch(reason=query.words)
    return Needle(
        words=tuple(words) if words or any_of else (EVERY,),
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
    """Year and month of an ISO date; every month of the year where no more is known."""
    year, _, rest = day.partition("-")
    months = [rest[:2]] if rest else [f"{month:02d}" for month in range(1, 13)]
    return [YEAR + year, *(MONTH + year + month for month in months)] if year.isdecimal() else []


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
    """Months or years of which one must be the document's; none where an end is open or it is no help."""
    if first is None or last is None or last < first:
        return ()
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months <= MOST_MONTHS:
        count = [first.year * 12 + first.month - 1 + n for n in range(months)]
        return tuple(f"{MONTH}{n // 12:04d}{n % 12 + 1:02d}" for n in count)
    years = last.year - first.year + 1
    return tuple(f"{YEAR}{first.year + n:04d}" for n in range(years)) if years <= MOST_WORDS else ()
