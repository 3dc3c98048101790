"""Puts the words of a page into lines and the lines into reading order; columns never run into one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

Rectangle = tuple[float, float, float, float]

_SAME_ROW = 0.5
"""Share of the lower one's height by which two pieces must overlap to stand in one row."""
_COLUMN_GAP = 1.3
"""Gap between two pieces of a row, in heights of the line, that no space in running text reaches."""
_PARAGRAPH_GAP = 0.9
"""Distance between two lines, in heights, that starts a new block."""
_LABELS = 0.5
"""Share of left cells ending in a colon from which two columns are labels and values, read row by row."""


@dataclass(frozen=True)
class Segment:
    """A word or a run of words; coordinates in points from the upper left, y downwards."""

    x0: float
    y0: float
    x1: float
    y1: float
    upright: bool
    text: str
    words: tuple[Segment, ...] = ()

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @classmethod
    def of_word(cls, text: str, x0: float, y0: float, x1: float, y1: float, upright: bool) -> Segment:
        return cls(x0, y0, x1, y1, bool(upright), text)

    @classmethod
    def of_words(cls, words: Sequence[Segment]) -> Segment:
        return cls(
            min(w.x0 for w in words),
            min(w.y0 for w in words),
            max(w.x1 for w in words),
            max(w.y1 for w in words),
            words[0].upright,
            " ".join(w.text for w in words),
            tuple(words),
        )


def segments(words: Sequence[Segment]) -> list[list[Segment]]:
    """Rows of the page from top to bottom, each split into segments where a gap is wider than any space.

    Words that do not stand upright come last, each a row of its own.
    """
    rows: list[list[Segment]] = []
    for word in sorted((w for w in words if w.upright), key=lambda w: (w.y0 + w.y1) / 2):
        row = next((r for r in reversed(rows[-3:]) if _same_row(r, word)), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    return [_split(sorted(row, key=lambda w: w.x0)) for row in rows] + [
        [Segment.of_words([w])] for w in words if not w.upright
    ]


def _same_row(row: list[Segment], word: Segment) -> bool:
    top, bottom = median(w.y0 for w in row), median(w.y1 for w in row)
    overlap = min(bottom, word.y1) - max(top, word.y0)
    return overlap > _SAME_ROW * min(bottom - top, word.height)


def _split(row: list[Segment]) -> list[Segment]:
    height = median(w.height for w in row)
    runs = [[row[0]]]
    for word in row[1:]:
        if word.x0 - max(w.x1 for w in runs[-1]) > _COLUMN_GAP * height:
            runs.append([word])
        else:
            runs[-1].append(word)
    return [Segment.of_words(run) for run in runs]


def in_reading_order(rows: Sequence[list[Segment]], rulings: Sequence[Rectangle]) -> list[list[Segment]]:
    """Blocks of lines in reading order.

    Two columns side by side over several rows (issuer and national motto at the head; recipients and signature
    at the foot) are read one after the other; tables, and forms with labels on the left, row by row.
    """
    blocks: list[list[Segment]] = []
    at = 0
    while at < len(rows):
        group = _columns(rows, at)
        if len(group) > 1 and not _tabular(group, rulings):
            gutter = _gutter(group)
            for side in (0, 1):
                cells = [s for row in group for s in row if (s.x0 >= gutter) == bool(side)]
                blocks += _paragraphs(cells)
            at += len(group)
            continue
        rest = at + max(1, len(group))
        while rest < len(rows) and len(rows[rest]) == 1:  # no column can begin here: running text
            rest += 1
        blocks += _paragraphs([s for row in rows[at:rest] for s in _with_labels(row, rulings)])
        at = rest
    return blocks


def _with_labels(row: list[Segment], rulings: Sequence[Rectangle]) -> list[Segment]:
    """A row read from left to right: what stands after a label on a form belongs to its line."""
    lines = [row[0]]
    for cell in row[1:]:
        label = lines[-1]
        if label.text.endswith(":") and not _ruled_apart(label, cell, rulings):
            lines[-1] = Segment.of_words((*label.words, *cell.words))
        else:
            lines.append(cell)
    return lines


def _ruled_apart(left: Segment, right: Segment, rulings: Sequence[Rectangle]) -> bool:
    middle = (left.y0 + left.y1) / 2
    return any(
        r[2] - r[0] < 3 and r[1] <= middle <= r[3] and left.x1 - 1 <= r[0] <= right.x0 + 1 for r in rulings
    )


def _columns(rows: Sequence[list[Segment]], start: int) -> list[list[Segment]]:
    """Rows from `start` that two columns share: a gutter runs between them that no segment crosses.

    Rows with one cell belong as long as they keep to one side and rows with both cells follow or precede.
    """
    group: list[list[Segment]] = []
    left, right = float("-inf"), float("inf")
    both = 0
    for row in rows[start:]:
        if len(row) > 2 or not all(s.upright for s in row):
            break
        if len(row) == 2:
            new_left, new_right = max(left, row[0].x1), min(right, row[1].x0)
            both += 1
        elif not group:
            break
        elif row[0].x1 <= (left + right) / 2:
            new_left, new_right = max(left, row[0].x1), right
        elif row[0].x0 >= (left + right) / 2:
            new_left, new_right = left, min(right, row[0].x0)
        else:
            break
        if new_right - new_left < 0.5 * row[0].height or (group and _far(group, row)):
            break
        left, right = new_left, new_right
        group.append(row)
    while group and len(group[-1]) == 1 and not _hangs_together(group):
        group.pop()
    return group if both >= 2 or (both == 1 and len(group) > 1) else []


def _hangs_together(group: list[list[Segment]]) -> bool:
    """True where the last row, with one cell, goes on in the column above it instead of starting running text."""
    last, before = group[-1][0], [s for row in group[:-1] for s in row]
    gutter = _gutter(group)
    column = [s for s in before if (s.x0 >= gutter) == (last.x0 >= gutter)]
    if not column:
        return False
    return last.y0 - max(s.y1 for s in column) < 2.5 * last.height


def _far(group: list[list[Segment]], row: list[Segment]) -> bool:
    bottom = max(s.y1 for r in group for s in r)
    return min(s.y0 for s in row) - bottom > 4 * max(s.height for s in row)


def _gutter(group: list[list[Segment]]) -> float:
    pairs = [row for row in group if len(row) == 2]
    return (max(row[0].x1 for row in pairs) + min(row[1].x0 for row in pairs)) / 2


def _tabular(group: list[list[Segment]], rulings: Sequence[Rectangle]) -> bool:
    top, bottom = min(s.y0 for r in group for s in r), max(s.y1 for r in group for s in r)
    vertical = [r for r in rulings if r[3] - r[1] > 8 and r[2] - r[0] < 3 and r[1] < bottom and r[3] > top]
    pairs = [row for row in group if len(row) == 2]
    labels = sum(row[0].text.endswith(":") for row in pairs)
    aligned = max(row[1].x0 for row in pairs) - min(row[1].x0 for row in pairs) < 2
    return bool(vertical) or labels > _LABELS * len(pairs) or (aligned and len(pairs) > 3)


def _paragraphs(lines: list[Segment]) -> list[list[Segment]]:
    """Split lines where the distance to the line above grows."""
    blocks: list[list[Segment]] = []
    for line in lines:
        above = blocks[-1][-1] if blocks else None
        if above is not None and line.y0 - above.y1 < _PARAGRAPH_GAP * max(line.height, above.height):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks
