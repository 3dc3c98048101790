"""Words scattered over a straightened page become text lines: joined along leaders, split at column gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from models.text import folded

_COLUMN_GAP = 1.5
"""A gap wider than this many line heights separates columns, unless a leader runs through it."""
_OVERLAP = 0.5
_FORMULAS = ("cong hoa xa hoi", "doc lap - tu do", "doc lap tu do")
"""Openings of the national header: always a line of their own, however close the left column comes."""


@dataclass(frozen=True)
class PlacedWord:
    """A word in pixels of the straightened page."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float
    """0–1."""
    characters: tuple[float, ...] = ()
    """Confidence of each character of `text`, or nothing where the engine gives none."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """What else the whole word could be, likeliest first."""
    engine: str = ""
    """Name of the engine that read it."""

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def part(self, start: int, end: int) -> PlacedWord:
        """The word that characters `start` to `end` make; its place is estimated by their share of the width."""
        if (start, end) == (0, len(self.text)):
            return self
        each = (self.x1 - self.x0) / len(self.text)
        return replace(
            self,
            text=self.text[start:end],
            x0=self.x0 + start * each,
            x1=self.x0 + end * each,
            characters=self.characters[start:end],
            alternatives=(),
        )


@dataclass(frozen=True)
class PlacedLine:
    """Words of one line from left to right."""

    words: tuple[PlacedWord, ...]

    @property
    def x0(self) -> float:
        return min(w.x0 for w in self.words)

    @property
    def x1(self) -> float:
        return max(w.x1 for w in self.words)

    @property
    def y0(self) -> float:
        return float(median(w.y0 for w in self.words))

    @property
    def y1(self) -> float:
        return float(median(w.y1 for w in self.words))

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)

    @property
    def confidence(self) -> float:
        """Mean of the word confidences weighted by length."""
        length = sum(len(w.text) for w in self.words)
        return sum(w.confidence * len(w.text) for w in self.words) / length


@dataclass(frozen=True)
class Leader:
    """A dotted leader in pixels of the straightened page."""

    x0: float
    y0: float
    x1: float
    y1: float


Bar = tuple[float, float, float]
"""An upright rule in pixels of the straightened page: x, upper and lower end."""


def build_lines(
    fragments: Iterable[Sequence[PlacedWord]], leaders: Sequence[Leader] = (), bars: Sequence[Bar] = ()
) -> list[PlacedLine]:
    """Join and split `fragments` (words an engine put on one line) into lines, top to bottom.

    Two words stand on one line when they overlap by half their height and either no column gap lies between
    them or a dotted leader spans it: label and value of a form stay together, the columns of the national
    header and of a table come apart. What stands on two sides of one of the `bars` is never joined.
    """
    pieces: list[list[PlacedWord]] = []
    for fragment in fragments:
        pieces.extend(_split(sorted(fragment, key=lambda w: w.x0), leaders, bars))
    pieces = _joined(pieces, leaders, bars)
    lines = [PlacedLine(tuple(p)) for piece in pieces for p in _split_formula(piece)]
    return sorted(lines, key=lambda line: (line.middle, line.x0))


def _split(words: list[PlacedWord], leaders: Sequence[Leader], bars: Sequence[Bar]) -> list[list[PlacedWord]]:
    if not words:
        return []
    height = median(w.height for w in words)
    parts = [[words[0]]]
    for word in words[1:]:
        left = parts[-1][-1]
        if _apart(left, word, height, leaders, bars) or _overlap(left, word) < 0.2:
            parts.append([word])
        else:
            parts[-1].append(word)
    return parts


def _apart(
    left: PlacedWord, right: PlacedWord, height: float, leaders: Sequence[Leader], bars: Sequence[Bar]
) -> bool:
    if bars and _parted(left, right, bars):
        return True
    gap = right.x0 - left.x1
    return gap > _COLUMN_GAP * height and not _led(left, right, leaders)


def _parted(left: PlacedWord, right: PlacedWord, bars: Sequence[Bar]) -> bool:
    """True where an upright rule runs between two words."""
    middle = (left.y0 + left.y1 + right.y0 + right.y1) / 4
    slack = 0.2 * left.height
    return any(
        left.x1 - slack <= x <= right.x0 + slack and upper <= middle <= lower for x, upper, lower in bars
    )


def _led(left: PlacedWord, right: PlacedWord, leaders: Sequence[Leader]) -> bool:
    """True where leaders cover most of the gap between two words."""
    low = max(left.y1, right.y1)
    reach = 0.6 * max(left.height, right.height)
    covered = sum(
        max(0.0, min(leader.x1, right.x0) - max(leader.x0, left.x1))
        for leader in leaders
        if low - reach <= (leader.y0 + leader.y1) / 2 <= low + 0.3 * reach
    )
    return covered >= 0.6 * (right.x0 - left.x1)


def _overlap(a: PlacedWord | PlacedLine, b: PlacedWord | PlacedLine) -> float:
    """Vertical overlap as a share of the lower of the two heights."""
    lower = min(a.height, b.height)
    return (min(a.y1, b.y1) - max(a.y0, b.y0)) / lower if lower > 0 else 0.0


def _joined(
    pieces: list[list[PlacedWord]], leaders: Sequence[Leader], bars: Sequence[Bar]
) -> list[list[PlacedWord]]:
    """Append each piece to the nearest one on its left that runs on at the same height."""
    done: list[list[PlacedWord]] = []
    # Most pairs are on different levels, which their outermost words tell soonest.
    levels: list[tuple[float, float]] = []
    for piece in sorted(pieces, key=lambda p: p[0].x0):
        top, bottom = min(w.y0 for w in piece), max(w.y1 for w in piece)
        best: int | None = None
        for i, other in enumerate(done):
            if levels[i][1] <= top or bottom <= levels[i][0] or other[-1].x0 > piece[0].x0:
                continue
            if _runs_on(other, piece, leaders, bars) and (best is None or other[-1].x1 > done[best][-1].x1):
                best = i
        if best is None:
            done.append(list(piece))
            levels.append((top, bottom))
        else:
            done[best].extend(piece)
            levels[best] = (min(levels[best][0], top), max(levels[best][1], bottom))
    return done


def _runs_on(
    left: list[PlacedWord], right: list[PlacedWord], leaders: Sequence[Leader], bars: Sequence[Bar]
) -> bool:
    a, b = PlacedLine(tuple(left[-4:])), PlacedLine(tuple(right[:4]))
    if _overlap(a, b) < _OVERLAP or max(a.height, b.height) > 2.2 * min(a.height, b.height):
        return False
    height = min(a.height, b.height)
    if right[0].x0 - left[-1].x1 < -0.5 * height:  # they lie over each other: two readings, not one line
        return False
    return not _apart(left[-1], right[0], max(a.height, b.height), leaders, bars)


def _split_formula(words: list[PlacedWord]) -> list[list[PlacedWord]]:
    for at in range(1, len(words) - 2):
        if words[at].text[:1] in "CĐ" and folded(" ".join(w.text for w in words[at:])).startswith(_FORMULAS):
            return [words[:at], words[at:]]
    return [words]
