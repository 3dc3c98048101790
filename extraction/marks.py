"""Are the tone marks of a reading to be trusted? Held against the paper itself and against what forms are known to say.

A recogniser that loses marks in print too faint for them is as sure of the wrong mark as of the right one. But the
words of labels, titles and agencies are known beforehand, and names come more than once: where these have other marks
than they should, so may words that nobody can know.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from extraction import lexicon as lex
from extraction.checks import Verdict
from extraction.definitions import Catalogue, Kind, other_titles, types_in_force
from extraction.finding import Found, Search
from extraction.layout import Token
from extraction.parsed import EDGE

_WORDY: frozenset[Kind] = frozenset({"place", "text", "party", "organisation", "office", "name"})
_MANY = 3
"""So many known words with wrong marks are more than an accident."""
_LEAST = 6
"""Shorter pairs of words have other meanings with other marks: «trụ sở» and «trú số»."""

Pair = tuple[str, str]
"""Two words that stand one behind the other, in small letters."""


def verdicts(search: Search, located: Mapping[str, Found]) -> list[Verdict]:
    """Which values have words that are marked otherwise elsewhere, and which stand on a page whose marks slip."""
    wordy = {
        name: list(pairwise(_words(found.tokens)))
        for name, found in located.items()
        if found.origin is None
        and (wanted := search.definition.field(name)) is not None
        and wanted.kind in _WORDY
    }
    printed: Counter[Pair] = Counter()
    for sheet in search.sheets:
        for row in sheet.rows:
            printed.update(pairwise(_words(row.tokens)))
    known = _known(types_in_force())
    slips = sum(_slips(pair, known) for pair in _of_the_form(search))
    variants = _by_letters(printed)
    found = []
    for name, pairs in wordy.items():
        if any(_slips(pair, known) for pair in pairs):
            found.append(Verdict("known_otherwise", False, (name,)))
        elif any(_is_rarer(pair, printed, variants) for pair in pairs):
            found.append(Verdict("marked_otherwise", False, (name,)))
        if slips:
            found.append(Verdict("marks_slip_often" if slips >= _MANY else "marks_slip", False, (name,)))
    return found


def _of_the_form(search: Search) -> set[Pair]:
    """Pairs of words in labels and the title. Running text has words that differ from a form's in their marks only."""
    found: set[Pair] = set()
    for anchor in search.anchors:
        row = search.sheets[anchor.sheet].rows[anchor.row]
        found.update(pairwise(_words(row.tokens[anchor.start : anchor.end])))
    if search.title is not None:
        sheet, at = search.title
        found.update(pairwise(_words(search.sheets[sheet].rows[at].tokens)))
    return found


def _words(tokens: Iterable[Token]) -> list[str]:
    """The words in small letters without punctuation, marks in one order: «hoà» and «hòa» are the same."""
    return [_one_order(word.lower()) for t in tokens if (word := t.text.strip(EDGE + "()"))]


_STROKE = "\u0335"
"""Stands for the stroke of «đ», which no decomposition takes off."""


@lru_cache(maxsize=16384)
def _one_order(word: str) -> str:
    """The letters, then their marks sorted."""
    parts = unicodedata.normalize("NFD", word.replace("đ", "d" + _STROKE))
    return _letters_of(parts) + "".join(sorted(c for c in parts if unicodedata.combining(c)))


@lru_cache(maxsize=16384)
def _letters_of(word: str) -> str:
    return "".join(c for c in word if not unicodedata.combining(c))


def _letters(pair: Pair) -> Pair:
    return _letters_of(pair[0]), _letters_of(pair[1])


def _slips(pair: Pair, known: Mapping[Pair, frozenset[Pair]]) -> bool:
    """Whether two words are known with other marks only."""
    spellings = known.get(_letters(pair))
    return spellings is not None and pair not in spellings


def _by_letters(pairs: Iterable[Pair]) -> dict[Pair, set[Pair]]:
    found: dict[Pair, set[Pair]] = defaultdict(set)
    for pair in pairs:
        found[_letters(pair)].add(pair)
    return found


def _is_rarer(pair: Pair, printed: Mapping[Pair, int], variants: Mapping[Pair, set[Pair]]) -> bool:
    """Whether the paper has the two words as often or more often with other marks."""
    here = printed.get(pair, 0)
    return any(other != pair and printed[other] >= here for other in variants.get(_letters(pair), ()))


# ── what forms say ───────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4)
def _known(catalogue: Catalogue) -> Mapping[Pair, frozenset[Pair]]:
    """Pairs of words in labels, titles, agencies and offices, by their letters."""
    found: dict[Pair, set[Pair]] = defaultdict(set)
    for text in _texts(catalogue):
        words = [_one_order(w.lower()) for word in text.split() if (w := word.strip(EDGE + "()"))]
        for pair in pairwise(words):
            letters = _letters(pair)
            long_enough = len(letters[0]) + len(letters[1]) >= _LEAST and "".join(letters).isalpha()
            if long_enough and letters != pair:  # without marks they are another language's
                found[letters].add(pair)
    return {letters: frozenset(spellings) for letters, spellings in found.items()}


def _texts(catalogue: Catalogue) -> Iterator[str]:
    words = lex.lexicon()
    yield from words.agency_heads
    yield from words.offices
    yield from words.organisation_heads
    yield from words.place_phrases
    yield from words.signature_headings
    yield from other_titles()
    for definition in catalogue.types:
        yield definition.title
        yield from definition.stops
        yield from (cue.text for cue in definition.cues)
        yield from _lists(section.labels for section in definition.sections)
        columns = [column for group in definition.members for column in group.columns]
        for wanted in (*definition.fields, *columns):
            yield wanted.name_vi
            yield from wanted.labels
            yield from wanted.phrases


def _lists(texts: Iterable[Sequence[str]]) -> Iterator[str]:
    for some in texts:
        yield from some
