"""A doubtful letter is decided by Vietnamese spelling, but only between what the engine itself thought possible."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from pathlib import Path

from models.text import nfc, without_marks
from ocr.decoding.pairs import pairs
from ocr.decoding.vietnamese import is_syllable
from ocr.recognisers.base import ReadCharacter, ReadLine

TABLE = Path(__file__).with_name("syllables.txt")
"""How common syllables are in official text (`python -m bench.syllables`): a power of two, then syllables."""
_BELIEF = 0.5
"""How far frequency counts against what the engine sees; measured on generated papers, names among them."""
_COMPANY = 0.5
"""How far the neighbouring words count."""
_IMPOSSIBLE = math.log(0.06)
"""What an impossible syllable loses against one that is possible and never seen."""
_LEAST = 0.003
"""What the engine holds less likely is not put in, whatever spelling says: papers have misprints."""
_MOST_DOUBTS = 4


def spelt(line: ReadLine) -> ReadLine:
    """`line` with doubtful letters exchanged where that makes a far likelier syllable of the word.

    What stands before and after counts as well: «quy đinh» and «đinh» alone are not the same. Words with digits or
    signs inside, abbreviations in capitals and words without any Vietnamese letter stay as they were read, so that
    no number, code or name in another language is ever bent.
    """
    parts = _parts(line.characters)
    for i, part in enumerate(parts):
        if (
            len(part) >= 2
            and part[0].text.isalpha()
            and (i + 1 == len(parts) or _ends_a_word(parts[i + 1][0].text))
        ):
            neighbours = _Neighbours(_beside(parts, i, -1), _beside(parts, i, 1))
            parts[i] = _decided(part, neighbours)
    return ReadLine(tuple(character for part in parts for character in part))


def _parts(characters: Sequence[ReadCharacter]) -> list[Sequence[ReadCharacter]]:
    """Runs of letters, and what stands between them character by character."""
    parts: list[list[ReadCharacter]] = []
    running = False
    for character in characters:
        letter = len(character.text) == 1 and character.text.isalpha()
        if letter and running:
            parts[-1].append(character)
        else:
            parts.append([character])
        running = letter
    return list(parts)


def _beside(parts: Sequence[Sequence[ReadCharacter]], at: int, step: int) -> str:
    """The word before (-1) or after (1) that one, in lower case; nothing where more than a space lies between."""
    between, word = at + step, at + 2 * step
    if not 0 <= word < len(parts) or not parts[between][0].text.isspace():
        return ""
    return _text(parts[word]).lower()


@dataclass(frozen=True)
class _Neighbours:
    """The words around one, in lower case."""

    before: str
    after: str

    def weight(self, word: str) -> float:
        """What they say for `word` between them, in natural logarithms."""
        lower, table = word.lower(), pairs()
        return _COMPANY * (table.attraction(self.before, lower) + table.attraction(lower, self.after))


def weight(word: str) -> float:
    """What spelling says for `word` (NFC, letters only), in natural logarithms; higher is likelier."""
    if not is_syllable(word):
        return _IMPOSSIBLE
    return _BELIEF * math.log(2) * _powers().get(word.lower(), 0)


@cache
def _powers() -> dict[str, int]:
    rows = (row.split() for row in TABLE.read_text(encoding="utf-8").splitlines())
    return {syllable: int(power) for power, *syllables in rows for syllable in syllables}


def _text(word: Sequence[ReadCharacter]) -> str:
    return nfc("".join(c.text for c in word))


def _decided(word: Sequence[ReadCharacter], neighbours: _Neighbours) -> Sequence[ReadCharacter]:
    text = _text(word)
    if not is_syllable(text) and _foreign(text):
        return word
    doubts = sorted((i for i, c in enumerate(word) if c.alternatives), key=lambda i: word[i].confidence)
    doubts = doubts[:_MOST_DOUBTS]
    if not doubts:
        return word
    asread = weight(text) + neighbours.weight(text)
    for count in (1, 2):
        choices = [
            (choice.share + weight(choice.text) + neighbours.weight(choice.text) - asread, choice)
            for places in combinations(doubts, count)
            for choice in _exchanged(word, places)
            if _allowed(text, choice.text)
        ]
        gain, best = max(choices, key=lambda pair: pair[0], default=(0.0, None))
        if best is not None and gain > 0:
            return best.characters(word, gain)
    return word


def _ends_a_word(text: str) -> bool:
    return text.isspace() or text in ",.;:!?)]}”’\"'…"


def _foreign(text: str) -> bool:
    """No Vietnamese letter in it: a word or name of another language, or an abbreviation."""
    return without_marks(text) == text


def _allowed(before: str, after: str) -> bool:
    if before.isupper() and without_marks(after) != without_marks(before):
        return False  # ĐHQG, QĐ: in capitals only a mark may change
    return is_syllable(after)


@dataclass(frozen=True)
class _Choice:
    """Other texts at some places of a word."""

    share: float
    """How likely that is beside what was read, to the engine, in natural logarithms."""
    texts: dict[int, str]
    text: str

    def characters(self, word: Sequence[ReadCharacter], gain: float) -> list[ReadCharacter]:
        """The word with this choice, as sure as engine and spelling together make it."""
        sure = 1 / (1 + math.exp(-gain))
        changed = []
        for i, character in enumerate(word):
            if i not in self.texts:
                changed.append(character)
            elif self.texts[i]:
                before = ((character.text, 1 - sure),)
                changed.append(replace(character, text=self.texts[i], confidence=sure, alternatives=before))
        return changed


def _exchanged(word: Sequence[ReadCharacter], places: Sequence[int]) -> Iterator[_Choice]:
    found: list[tuple[float, dict[int, str]]] = [(0.0, {})]
    for i in places:
        found = [
            (share + math.log(confidence / max(word[i].confidence, 1e-6)), {**texts, i: text})
            for share, texts in found
            for text, confidence in word[i].alternatives
            if confidence >= _LEAST
        ]
    for share, texts in found:
        yield _Choice(share, texts, nfc("".join(texts.get(i, c.text) for i, c in enumerate(word))))
