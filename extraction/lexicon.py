"""Closed vocabularies and the shape of Vietnamese syllables: what can be right, and what can only be a misreading."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

import yaml

from models.base import Value
from models.text import flattened, nfc, squeeze


class Lexicon(Value):
    """The lists of `lexicon.yaml`."""

    surnames: tuple[str, ...]
    middle_names: tuple[str, ...]
    ethnicities: tuple[str, ...]
    nationalities: tuple[str, ...]
    provinces: tuple[str, ...]
    address_words: tuple[str, ...]
    place_phrases: tuple[str, ...]
    agency_heads: tuple[str, ...]
    unit_words: tuple[str, ...]
    offices: tuple[str, ...]
    signature_headings: tuple[str, ...]
    office_stamps: tuple[str, ...]
    ranks: tuple[str, ...]
    honorifics: tuple[str, ...]
    organisation_heads: tuple[str, ...]
    syllable_rimes: str
    odd_words: str


@cache
def lexicon() -> Lexicon:
    """The packaged vocabularies."""
    text = (resources.files("extraction") / "lexicon.yaml").read_text(encoding="utf-8")
    return Lexicon.model_validate(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


@cache
def _words(group: str) -> frozenset[str]:
    return frozenset(nfc(getattr(lexicon(), group)).split())


@cache
def surnames() -> frozenset[str]:
    """Known surnames, lower case."""
    return frozenset(nfc(s).lower() for s in lexicon().surnames)


@cache
def by_flat_key(group: str) -> dict[str, str]:
    """Entries of one list by their markless key; keys that two different entries share are left out."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    for entry in getattr(lexicon(), group):
        key = flat_key(entry)
        if key in found and found[key].lower() != nfc(entry).lower():
            shared.add(key)
        found.setdefault(key, nfc(entry))
    return {key: entry for key, entry in found.items() if key not in shared}


@cache
def flat_entries(group: str) -> tuple[tuple[str, int], ...]:
    """The markless keys of one list, each with its number of words."""
    keys = (flat_key(entry) for entry in getattr(lexicon(), group))
    return tuple((key, len(key.split())) for key in keys)


def flat_key(text: str) -> str:
    """Markless lower-case key with single spaces; hyphens count as spaces."""
    return squeeze(re.sub(r"[-–'’.]", " ", flattened(nfc(text))))


_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_STOP_TONES = {"\u0301", "\u0323"}
_ONSETS = ("ngh", "ng", "nh", "ch", "gh", "gi", "kh", "ph", "th", "tr", "qu", "b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "")  # fmt: skip
_STOPS = ("ch", "c", "p", "t")


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """Whether `word` can be a Vietnamese syllable: onset, rime and tone agree (no stop without sắc or nặng)."""
    letters: list[str] = []
    tones: list[str] = []
    for c in unicodedata.normalize("NFD", word.lower()):
        (tones if c in _TONES else letters).append(c)
    plain = nfc("".join(letters))
    if len(tones) > 1 or not plain:
        return False
    for onset in _ONSETS:
        rime = plain[len(onset) :]
        if plain.startswith(onset) and _fits(onset, rime):
            return not rime.endswith(_STOPS) or (len(tones) == 1 and tones[0] in _STOP_TONES)
    return False


def _fits(onset: str, rime: str) -> bool:
    rimes = _words("syllable_rimes")
    if onset == "gi":
        return rime == "" or rime in rimes
    if onset == "qu":
        return (rime in rimes and rime[:1] not in ("o", "u", "ư")) or rime == "ôc"
    if rime not in rimes:
        return False
    front = rime[0] in "ieêy"
    if onset in ("k", "gh", "ngh"):
        return front
    if onset in ("c", "g", "ng"):
        return not front or rime in ("i", "in", "iêng", "iêt")  # gì, gìn, giêng, giết
    return True


def misspelt(text: str) -> int:
    """How many words of `text` can't be Vietnamese; numbers, abbreviations in capitals and initials don't count."""
    count = 0
    shouting = text.upper() == text
    for word in re.findall(r"(?<![\d,.])[^\W\d_]+", text):  # «1,5cm» is a measure
        lower = word.lower()
        if (
            lower in _words("odd_words")
            or len(word) == 1
            or (not shouting and word.isupper() and len(word) <= 6)
        ):
            continue
        count += not is_syllable(lower)
    return count


def cased_like(entry: str, printed: str) -> str:
    """`entry` in capitals where (nearly) all of `printed` is."""
    letters = [c for c in printed if c.isalpha()]
    return (
        entry.upper()
        if len(letters) > 1 and sum(c.isupper() for c in letters) > 0.8 * len(letters)
        else entry
    )


def marked_like(entry: str, printed: str) -> str:
    """`printed` with the tone marks of `entry`, word by word; its hyphens and capitals stay."""
    marked = iter(re.findall(r"[^\W\d_]+", nfc(entry)))
    parts = re.split(r"([^\W\d_]+)", printed)
    words = [p for p in parts if p and p[0].isalpha()]
    if len(words) != len(re.findall(r"[^\W\d_]+", nfc(entry))):
        return printed
    return "".join(recased(next(marked), p) if p and p[0].isalpha() else p for p in parts)


def recased(word: str, printed: str) -> str:
    """`word` with the capitals of `printed`, which must be the same word but for its marks."""
    if flattened(word) != flattened(printed):
        return printed
    if printed.isupper():
        return word.upper()
    return word.capitalize() if printed[:1].isupper() else word.lower()


def is_name_word(word: str) -> bool:
    """Whether a capitalised word is more likely part of a name than an administrative word: «Tỉnh» but «Tinh»."""
    return word[:1].isupper() and not word.isupper()


def lacks_marks(word: str, entry: str) -> bool:
    """Whether `word` is `entry` with marks lost and none that are wrong: «quân» for «quận», but not «quản»."""
    read, right = (unicodedata.normalize("NFD", w.lower()).replace("đ", "d\u0335") for w in (word, entry))
    if flattened(word) != flattened(entry) or len(read) >= len(right):
        return False
    letters = iter(right)
    return all(c in letters for c in read)


def marks(text: str) -> int:
    """How many tone and letter marks `text` carries, the stroke of đ included."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return sum(unicodedata.combining(c) != 0 or c == "đ" for c in decomposed)
