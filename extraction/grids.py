"""The ruled grids that the layout engine found, as lines between columns and rows: hints, for rules get lost in scans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.geometry import Box
from models.reading import Cell, PageReading

_SAME_LINE = 0.006
"""Edges of cells nearer than this part of the page are one rule."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The rules of one table, 0–1 on the page. A rule that was not seen makes one cell of two."""

    page: int
    box: Box
    columns: tuple[float, ...]
    """Where columns part, left to right, the outer edges left out."""
    rows: tuple[float, ...]
    """Where rows part, top to bottom, the outer edges left out."""

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside the table."""
        return self.box.x0 <= x <= self.box.x1 and self.box.y0 <= y <= self.box.y1


def grids_of(pages: Iterable[PageReading]) -> tuple[Grid, ...]:
    """Every ruled table of these pages, in reading order; those of one single cell hold no rules."""
    return tuple(
        Grid(
            page=page.page,
            box=region.box,
            columns=_between([(c.box.x0, c.box.x1) for c in region.cells if c.column_span == 1]),
            rows=_between(_heights(region.cells)),
        )
        for page in pages
        for region in page.regions
        if len(region.cells) > 1
    )


def _heights(cells: Sequence[Cell]) -> list[tuple[float, float]]:
    return [(c.box.y0, c.box.y1) for c in cells if c.row_span == 1]


def _between(extents: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """The rules between neighbouring cells: where one ends and another begins."""
    starts = _merged([start for start, _ in extents])
    ends = _merged([end for _, end in extents])
    found = []
    for start in starts[1:]:
        before = [end for end in ends if end <= start + _SAME_LINE]
        found.append((start + before[-1]) / 2 if before and start - before[-1] <= 2 * _SAME_LINE else start)
    return tuple(found)


def _merged(values: Sequence[float]) -> list[float]:
    """One value for each bundle of values that lie together."""
    bundles: list[list[float]] = []
    for value in sorted(values):
        if bundles and value - bundles[-1][-1] <= _SAME_LINE:
            bundles[-1].append(value)
        else:
            bundles.append([value])
    return [sum(bundle) / len(bundle) for bundle in bundles]
