"""Lines on one level: cut where columns part, joined where a line had come in two, none lying over another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ocr.linefinder.fitting import Line

_COLUMN_GAP = 2.6
"""White wider than this many heights of capitals parts what the net took for one line. Lines are parted again at
narrower gaps once they are read: only then is it known whether a pale dash stands in the gap."""
_STRAY = 0.35
_JOIN_GAP = 0.8
_SAME_HEIGHT = 1.7
_WITHIN = 0.6
_MOST_OVER = 3.0
"""A signature or a seal swallows no line; the marks of a title are at least a third as high as its letters."""

Bar = tuple[float, float, float]
"""An upright rule: x, upper and lower end."""


def settled(lines: Sequence[Line], bars: Sequence[Bar]) -> list[Line]:
    """`lines` cut at column gaps and upright rules, then joined across narrow gaps."""
    parts = [part for line in lines for part in _cut(line, bars)]
    return _joined(_distinct(parts), bars)


def _cut(line: Line, bars: Sequence[Bar]) -> list[Line]:
    members = line.members[np.argsort(line.pieces.x0[line.members])]
    starts, reach = line.pieces.x0[members], np.maximum.accumulate(line.pieces.x1[members])
    gaps = starts[1:] - reach[:-1]
    wide = gaps > _COLUMN_GAP * line.height
    for i in np.flatnonzero(wide):
        wide[i] = line.inked(float(reach[i]), float(starts[i + 1])) < _STRAY
    for x in _crossing(line, bars):
        wide |= (reach[:-1] <= x + 2) & (starts[1:] >= x - 2)
    if not wide.any():
        return [line]
    groups = np.split(members, np.flatnonzero(wide) + 1)
    return [part for group in groups if (part := _part(line, group)) is not None]


def _crossing(line: Line, bars: Sequence[Bar]) -> list[float]:
    """Places where an upright rule stands all through the line's height."""
    found = []
    for x, upper, lower in bars:
        level = line.level(x)
        if line.x0 < x < line.x1 and upper <= line.top + level + 3 and lower >= line.bottom + level - 3:
            found.append(x)
    return found


def _part(line: Line, members: np.ndarray) -> Line | None:
    """A part of a line with its own ends, top and bottom; None for specks that have no letter among them."""
    pieces = line.pieces
    shift = line.slope * (pieces.cx[members] - line.x)
    top, bottom = pieces.y0[members] - shift, pieces.y1[members] - shift
    if float((bottom - top).max()) < 0.45 * line.height:
        return None
    return replace(
        line,
        x0=max(line.x0, float(pieces.x0[members].min())),
        x1=min(line.x1, float(pieces.x1[members].max())),
        top=max(line.top, float(top.min())),
        bottom=min(line.bottom, float(bottom.max())),
        members=members,
    )


def _distinct(lines: list[Line]) -> list[Line]:
    """Without lines that lie within larger ones: a title's marks or an underline taken for a line of their own."""
    kept: list[Line] = []
    for line in sorted(lines, key=lambda x: -x.height * (x.x1 - x.x0)):
        if not any(_within(line, other) for other in kept):
            kept.append(line)
    return kept


def _within(small: Line, large: Line) -> bool:
    across = min(small.x1, large.x1) - max(small.x0, large.x0)
    if across < _WITHIN * (small.x1 - small.x0) or large.height > _MOST_OVER * small.height:
        return False
    x = (small.x0 + small.x1) / 2
    shift = large.level(x) - small.level(x)
    down = min(small.bottom, large.bottom + shift) - max(small.top, large.top + shift)
    return down >= _WITHIN * (small.bottom - small.top)


def _joined(lines: list[Line], bars: Sequence[Bar]) -> list[Line]:
    """Neighbours on one level with less than a word's gap between them become one line."""
    done: list[Line] = []
    for line in sorted(lines, key=lambda x: x.x0):
        for i, other in enumerate(done):
            if _runs_on(other, line, bars):
                done[i] = _both(other, line)
                break
        else:
            done.append(line)
    return done


def _runs_on(left: Line, right: Line, bars: Sequence[Bar]) -> bool:
    low, high = sorted((left.height, right.height))
    gap = right.x0 - left.x1
    if (
        left.pieces is not right.pieces
        or high > _SAME_HEIGHT * low
        or not -0.5 * low <= gap <= _JOIN_GAP * low
    ):
        return False
    x = (left.x1 + right.x0) / 2
    a, b = left.middle + left.level(x), right.middle + right.level(x)
    if abs(a - b) > 0.3 * low:
        return False
    return not any(left.x1 - 2 <= at <= right.x0 + 2 and up <= a <= down for at, up, down in bars)


def _both(left: Line, right: Line) -> Line:
    main, other = (left, right) if left.x1 - left.x0 >= right.x1 - right.x0 else (right, left)
    # The other part's ends, as the main part's slope sees them.
    ends = [
        (y + other.level(x) - main.level(x)) for x in (other.x0, other.x1) for y in (other.top, other.bottom)
    ]
    return replace(
        main,
        x0=min(left.x0, right.x0),
        x1=max(left.x1, right.x1),
        top=min(main.top, (ends[0] + ends[2]) / 2),
        bottom=max(main.bottom, (ends[1] + ends[3]) / 2),
        score=min(left.score, right.score),
        members=np.concatenate([left.members, right.members]),
    )
