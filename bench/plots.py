"""Plain SVG plots for the documentation: grouped bars, points with names, lines. No library, same bytes every time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

_MARKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Where a logarithmic scale may have a line."""
COLOURS = ("#1f5fa8", "#7fb1e3", "#1c7c54", "#8fd0a8", "#8d6cab", "#c2c2c2", "#d1495b", "#edae49")
_FONT = "font-family='sans-serif' font-size='12' fill='#222'"
_LEFT, _TOP, _BOTTOM = 64, 40, 40


def bars(
    title: str, unit: str, groups: Sequence[str], series: Mapping[str, Sequence[float | None]], top: float
) -> str:
    """One group of bars for each of `groups`; a bar above `top` is cut there and says its value."""
    width, height = 860, 340
    plot = _Plot(title, unit, width, height, top, legend=list(series))
    room = (width - _LEFT - 16) / max(1, len(groups))
    bar = room * 0.82 / max(1, len(series))
    for g, group in enumerate(groups):
        x = _LEFT + g * room
        plot.text(x + room / 2, plot.floor + 18, group, anchor="middle")
        for s, values in enumerate(series.values()):
            value = values[g]
            if value is None:
                continue
            left, y = x + room * 0.09 + s * bar, plot.y(min(value, top))
            plot.add(
                f"<rect x='{left:.1f}' y='{y:.1f}' width='{bar * 0.92:.1f}' height='{plot.floor - y:.1f}' "
                f"fill='{COLOURS[s % len(COLOURS)]}'><title>{escape(group)}: {value:.2f}</title></rect>"
            )
            if value > top:
                plot.text(left + bar / 2, y - 3, f"{value:.0f}", anchor="middle", size=9)
    return plot.done()


def lines(title: str, unit: str, across: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """A polyline for each series over shared axes from 0."""
    most_x = max((x for points in series.values() for x, _ in points), default=1.0)
    most_y = max((y for points in series.values() for _, y in points), default=1.0)
    plot = _Plot(title, unit, 860, 320, _round_up(most_y), legend=list(series))
    span = 860 - _LEFT - 30

    def place(x: float, y: float) -> str:
        return f"{_LEFT + span * x / most_x:.1f},{plot.y(y):.1f}"

    for s, points in enumerate(series.values()):
        colour = COLOURS[s % len(COLOURS)]
        plot.add(
            f"<polyline points='{' '.join(place(*p) for p in points)}' fill='none' stroke='{colour}' stroke-width='2'/>"
        )
        for x, y in points:
            cx, cy = place(x, y).split(",")
            plot.add(f"<circle cx='{cx}' cy='{cy}' r='3.5' fill='{colour}'/>")
    for x in sorted({x for points in series.values() for x, _ in points}):
        plot.text(_LEFT + span * x / most_x, plot.floor + 16, f"{x:g}", anchor="middle")
    plot.text(_LEFT + span / 2, plot.floor + 32, across, anchor="middle")
    return plot.done()


def scatter(title: str, unit: str, across: str, points: Mapping[str, tuple[float, float]]) -> str:
    """One point for each name: x to the right from 0, y upwards on a logarithmic scale."""
    most_x = _round_up(max(x for x, _ in points.values()))
    low, high = min(y for _, y in points.values()), max(y for _, y in points.values())
    marks = [m for m in _MARKS if low / 2.5 <= m <= high * 2.5] or [0.1, 10.0]
    plot = _Plot(title, unit, 860, 360, marks[-1], legend=list(points), marks=marks)
    span = 860 - _LEFT - 30
    for step in range(6):
        x = most_x * step / 5
        plot.text(_LEFT + span * step / 5, plot.floor + 16, f"{x:g}", anchor="middle")
    for s, (name, (x, y)) in enumerate(points.items()):
        cx, cy = _LEFT + span * x / most_x, plot.y(min(max(y, marks[0]), marks[-1]))
        plot.add(
            f"<circle cx='{cx:.1f}' cy='{cy:.1f}' r='7' fill='{COLOURS[s % len(COLOURS)]}'>"
            f"<title>{escape(name)}: {x:.1f}, {y:.2f}</title></circle>"
        )
    plot.text(_LEFT + span / 2, plot.floor + 32, across, anchor="middle")
    return plot.done()


def reliability(title: str, bins: Sequence[tuple[float, float, int]]) -> str:
    """Bins of confidence as (what it says, share right, count), each 0–1: the nearer to the diagonal the better."""
    width, height = 480, 440
    plot = _Plot(title, "share right", width, height, 1.0, legend=[])
    span = width - _LEFT - 30
    for step in range(6):
        plot.text(_LEFT + span * step / 5, plot.floor + 16, f"{step / 5:g}", anchor="middle")
    plot.text(_LEFT + span / 2, plot.floor + 32, "what the confidence says", anchor="middle")
    plot.add(
        f"<line x1='{_LEFT}' y1='{plot.y(0):.1f}' x2='{_LEFT + span}' y2='{plot.y(1):.1f}' "
        "stroke='#888' stroke-dasharray='5 4'/>"
    )
    most = max((count for _, _, count in bins), default=1)
    for says, right, count in bins:
        radius = 3 + 9 * math.sqrt(count / most)
        plot.add(
            f"<circle cx='{_LEFT + span * says:.1f}' cy='{plot.y(right):.1f}' r='{radius:.1f}' "
            f"fill='{COLOURS[0]}' fill-opacity='0.75'><title>{count} fields: says {says:.3f}, right {right:.3f}"
            "</title></circle>"
        )
    return plot.done()


def _round_up(value: float) -> float:
    """The next 1, 2, 2.5 or 5 times a power of ten that five even steps divide well."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(m * power for m in (1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10) if m * power >= value)


class _Plot:
    """A frame with a title, a scale of five steps (or logarithmic, with lines at `marks`) and a legend."""

    def __init__(
        self,
        title: str,
        unit: str,
        width: int,
        height: int,
        top: float,
        legend: Sequence[str],
        marks: Sequence[float] = (),
    ) -> None:
        rows = -(-len(legend) // 4)
        self.top, self.floor = top or 1.0, height - _BOTTOM
        self.bottom = marks[0] if marks else None
        self.width, self.height = width, height + 18 * rows
        self.parts: list[str] = []
        self.add(f"<rect width='{self.width}' height='{self.height}' fill='#ffffff'/>")
        self.text(12, 20, title, size=14, bold=True)
        for value in marks or [self.top * step / 5 for step in range(6)]:
            y = self.y(value)
            self.add(f"<line x1='{_LEFT}' y1='{y:.1f}' x2='{width - 16}' y2='{y:.1f}' stroke='#ddd'/>")
            self.text(_LEFT - 6, y + 4, f"{value:g}", anchor="end")
        self.text(12, 36, unit, size=11)
        for index, name in enumerate(legend):
            x, y = _LEFT + (index % 4) * 200, height + 18 * (index // 4) + 4
            self.add(
                f"<rect x='{x}' y='{y - 10}' width='12' height='12' fill='{COLOURS[index % len(COLOURS)]}'/>"
            )
            self.text(x + 17, y, name)

    def y(self, value: float) -> float:
        share = value / self.top
        if self.bottom is not None:
            share = math.log(value / self.bottom) / math.log(self.top / self.bottom)
        return self.floor - (self.floor - _TOP - 8) * share

    def add(self, part: str) -> None:
        self.parts.append(part)

    def text(
        self, x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, bold: bool = False
    ) -> None:
        weight = " font-weight='bold'" if bold else ""
        font = _FONT.replace("'12'", f"'{size}'")
        self.add(f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'{weight} {font}>{escape(text)}</text>")

    def done(self) -> str:
        head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {self.width} {self.height}' width='{self.width}' height='{self.height}'>"
        return "\n".join((head, *self.parts, "</svg>", ""))
