"""Place names that a paper repeats are held against each other: lost tone marks show, and are put back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from extraction.definitions import Kind
from extraction.finding import Found
from extraction.lexicon import lexicon, marks, recased
from models.text import flattened

_PLACES: frozenset[Kind] = frozenset({"place", "organisation"})
_PUNCTUATION = " ,.;:()"

Words = tuple[str, ...]


def with_agreed_places(located: Mapping[str, Found], kinds: Mapping[str, Kind]) -> dict[str, Found]:
    """The fields with names of communes, districts and the like spelt as where they kept most tone marks.

    OCR loses marks and hardly invents them, so the spelling with most marks is the right one, of several with as many
    the most frequent, then the first; a field that had to be changed fails the check `marks`.
    """
    values = {
        name: found.parsed.value.split(" ") for name, found in located.items() if kinds[name] in _PLACES
    }
    best = {
        part: max(variants, key=lambda words: (_marks(words), variants[words]))
        for part, variants in _variants(values).items()
        if len(variants) > 1
    }
    agreed = dict(located)
    for name, words in values.items():
        fixed = list(words)
        for part, spelling in best.items():
            for at in _places_of(part, words):
                for offset, word in enumerate(spelling):
                    fixed[at + offset] = _respelt(word, fixed[at + offset])
        if fixed != words:
            parsed = located[name].parsed
            value = " ".join(fixed)
            changed = replace(
                parsed, value=value, failed=(*parsed.failed, "marks"), printed=parsed.as_printed
            )
            agreed[name] = replace(located[name], parsed=changed)
    return agreed


def _variants(values: Mapping[str, list[str]]) -> dict[Words, Counter[Words]]:
    """How each name of two words or more is spelt over all fields and how often, by its markless words."""
    # No sets: their order changes from run to run, and with it what is spelt like what.
    parts = dict.fromkeys(
        tuple(flattened(w.strip(_PUNCTUATION)) for w in name)
        for words in values.values()
        for name in _names(words)
        if len(name) >= 2
    )
    found: dict[Words, Counter[Words]] = defaultdict(Counter)
    for part in parts:
        for words in values.values():
            for at in _places_of(part, words):
                found[part][tuple(w.strip(_PUNCTUATION).lower() for w in words[at : at + len(part)])] += 1
    return found


def _names(words: list[str]) -> list[list[str]]:
    """The names behind administrative words: «xã Long Thượng» gives «Long Thượng»."""
    units = {flattened(w) for entry in lexicon().address_words for w in entry.split()}
    found: list[list[str]] = []
    current: list[str] | None = None
    for word in words:
        if flattened(word) in units and not (current and word[:1].isupper() and not word.isupper()):
            current = []
            continue
        if current is None:
            continue
        if word[:1].isupper():
            current.append(word)
        if word[-1:] in ",.;" or not word[:1].isupper():
            found.append(current)
            current = None
    if current:
        found.append(current)
    return found


def _places_of(part: Words, words: list[str]) -> list[int]:
    """Where a name stands among words; never across a comma: «huyện Long Hà, tỉnh …» names no «Hà Tĩnh»."""
    flat = [flattened(w.strip(_PUNCTUATION)) for w in words]
    return [
        at
        for at in range(len(flat) - len(part) + 1)
        if tuple(flat[at : at + len(part)]) == part
        and not any(word[-1:] in ",.;" for word in words[at : at + len(part) - 1])
    ]


def _marks(words: Words) -> int:
    return sum(map(marks, words))


def _respelt(word: str, printed: str) -> str:
    core = printed.strip(_PUNCTUATION)
    return printed.replace(core, recased(word, core), 1) if core else printed
