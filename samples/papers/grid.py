"""Tables with and without rules: head, rows, aligned columns, cells of several lines, over several sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from samples.sheet import Colour, SetLine, Sheet, Span, Style, break_lines, moved

_SHADE: Colour = (226, 229, 234)


@dataclass(frozen=True)
class Column:
    """One column; `share` is its part of the table's width."""

    title: str
    share: float
    align: str = "left"
    """`left`, `centre` or `right`."""


@dataclass
class Grid:
    """Sets rows from the top of a sheet downwards. Lengths in points."""

    columns: Sequence[Column]
    left: float
    width: float
    family: str
    size: float
    rules: str = "all"
    """`all`, `rows` (horizontal ones only) or `none`."""
    shaded_head: bool = False
    leading: float = 1.18
    padding: float = 4.0

    @property
    def edges(self) -> list[float]:
        """x of all columns' borders."""
        total = sum(c.share for c in self.columns)
        edges = [self.left]
        for each in self.columns:
            edges.append(edges[-1] + self.width * each.share / total)
        return edges

    def head(self, sheet: Sheet, y: float) -> float:
        """The titles of the columns from `y` (the top of the row); returns the top of the next row."""
        bold = Style(self.family, self.size, bold=True)
        cells = [self._set(sheet, k, c.title, bold, "centre") for k, c in enumerate(self.columns)]
        if self.shaded_head:
            sheet.overlay(_shade(self.left, y, self.width, self._height(cells)))
        return self._row(sheet, y, cells, first=True)

    def row(self, sheet: Sheet, y: float, texts: Sequence[str], *, bold: bool = False) -> float:
        """One row; a text of "" leaves its cell empty."""
        style = Style(self.family, self.size, bold=bold)
        columns = zip(self.columns, texts, strict=True)
        cells = [self._set(sheet, k, text, style, c.align) for k, (c, text) in enumerate(columns)]
        return self._row(sheet, y, cells)

    def height(self, sheet: Sheet, texts: Sequence[str]) -> float:
        """How high `row` will be."""
        style = Style(self.family, self.size, bold=True)
        return self._height([self._set(sheet, k, text, style, "left") for k, text in enumerate(texts)])

    def _set(self, sheet: Sheet, index: int, text: str, style: Style, align: str) -> list[SetLine]:
        width = self.edges[index + 1] - self.edges[index] - 2 * self.padding
        return break_lines(sheet, [Span(text, style)], width, align=align) if text else []

    def _height(self, cells: Sequence[Sequence[SetLine]]) -> float:
        return max(len(c) for c in cells) * self.size * self.leading + 2 * self.padding * 0.8

    def _row(
        self, sheet: Sheet, y: float, cells: Sequence[Sequence[SetLine]], *, first: bool = False
    ) -> float:
        height, step, edges = self._height(cells), self.size * self.leading, self.edges
        for x, cell in zip(edges, cells, strict=False):
            base = y + (height - len(cell) * step) / 2 + self.size * 0.93
            for line in cell:
                sheet.place(moved(line, x + self.padding, base))
                base += step
        if self.rules != "none":
            for at in (y, y + height) if first else (y + height,):
                sheet.rule(edges[0], at, edges[-1], at, 0.6)
        if self.rules == "all":
            for x in edges:
                sheet.rule(x, y, x, y + height, 0.6)
        return y + height


def _shade(x: float, y: float, width: float, height: float) -> Callable[[Image.Image, float], None]:
    def paint(picture: Image.Image, scale: float) -> None:
        corners = (x * scale, y * scale, (x + width) * scale, (y + height) * scale)
        ImageDraw.Draw(picture).rectangle(corners, _SHADE)

    return paint
