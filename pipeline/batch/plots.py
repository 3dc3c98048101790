"""Plots of a batch's report, as SVG that stands in the page itself: columns, and pairs of bars."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 860, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 30, 30
BLUE, GREEN, RED, GREY = "#1f5fa8", "#1c7c54", "#b3263a", "#c9ced6"
MOST_LABELS = 12
LONGEST_LABEL = 46


def columns(labels: Sequence[str], values: Sequence[float], unit: str, colour: str = BLUE) -> str:
    """One column for each label, over an axis from 0 that says its unit."""
    top = _round_up(max(values, default=0))
    floor, room = HEIGHT - BOTTOM, (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    parts = [_text(4, 12, unit)]
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = floor - share * (floor - TOP)
        parts.append(f"<line x1='{LEFT}' x2='{WIDTH - RIGHT}' y1='{y:.1f}' y2='{y:.1f}' stroke='#e3e6ea'/>")
        parts.append(_text(LEFT - 6, y + 4, number(top * share), anchor="end"))
    every = -(-len(labels) // MOST_LABELS)
    for at, (label, value) in enumerate(zip(labels, values, strict=True)):
        x, tall = LEFT + at * room, (floor - TOP) * value / top
        parts.append(
            f"<rect x='{x + room * 0.1:.1f}' y='{floor - tall:.1f}' width='{max(room * 0.8, 0.5):.1f}' "
            f"height='{tall:.1f}' fill='{colour}'><title>{escape(label)}: {number(value)}</title></rect>"
        )
        if at % every == 0:
            parts.append(_text(x + room / 2, floor + 16, label, anchor="middle"))
    return _svg(HEIGHT, parts)


def bars(rows: Sequence[tuple[str, float]], colour: str = RED) -> str:
    """One bar beside each label, with its value."""
    tall, most = 24, max((value for _, value in rows), default=0) or 1
    parts = []
    for at, (label, value) in enumerate(rows):
        y, long = at * tall, (WIDTH - 420) * value / most
        parts.append(_text(330, y + 16, _short(label), anchor="end"))
        parts.append(f"<rect x='340' y='{y + 4}' width='{max(long, 1):.1f}' height='16' fill='{colour}'/>")
        parts.append(_text(346 + long, y + 16, number(value)))
    return _svg(max(tall, len(rows) * tall), parts)


def pairs(rows: Sequence[tuple[str, float | None, float]]) -> str:
    """For each label what was expected (grey) and what was found: green where both agree, red where not."""
    tall = 34
    most = max((max(expected or 0, found) for _, expected, found in rows), default=0) or 1
    parts = []
    for at, (label, expected, found) in enumerate(rows):
        y = at * tall
        colour = BLUE if expected is None else GREEN if expected == found else RED
        parts.append(_text(330, y + 20, _short(label), anchor="end"))
        for row, (value, fill) in enumerate(((expected, GREY), (found, colour))):
            if value is not None:
                long = (WIDTH - 420) * value / most
                top = y + 3 + row * 13
                parts.append(
                    f"<rect x='340' y='{top}' width='{max(long, 1):.1f}' height='12' fill='{fill}'/>"
                )
                parts.append(_text(346 + long, top + 10, number(value)))
    return _svg(max(tall, len(rows) * tall), parts)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"


def _svg(height: float, parts: Sequence[str]) -> str:
    inside = "".join(parts)
    return f"<svg viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}' role='img'>{inside}</svg>"


def _text(x: float, y: float, words: str, *, anchor: str = "start") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'>{escape(words)}</text>"


def number(value: float) -> str:
    """With a point between thousands, as in Vietnam."""
    if value != int(value):
        return f"{value:.1f}".replace(".", ",")
    return f"{int(value):,}".replace(",", ".")


def _round_up(value: float) -> float:
    """The next of 4, 8, 12 or 20 times a power of ten, whose quarters are whole numbers."""
    step = 1.0
    while True:
        for share in (4, 8, 12, 20):
            if step * share >= value:
                return step * share
        step *= 10
