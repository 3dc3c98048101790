"""Running text over several pages: paragraphs, headings, tables, page numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from samples.fonts import FontBook
from samples.papers.common import MM, Look, mark_as_sample
from samples.sheet import SetLine, Sheet, Span, Style, break_lines, moved


@dataclass
class Flow:
    """Sets text from top to bottom and starts a new sheet where the room ends. Lengths in points."""

    book: FontBook
    look: Look
    left: float
    right: float
    top: float = 20 * MM
    foot: float = 20 * MM
    leading: float = 1.22
    sheets: list[Sheet] = field(default_factory=list)
    y: float = 0.0

    def __post_init__(self) -> None:
        if not self.sheets:
            self.new_sheet()

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    @property
    def width(self) -> float:
        return self.sheet.width - self.left - self.right

    @property
    def bottom(self) -> float:
        return self.sheet.height - self.foot

    def new_sheet(self) -> None:
        """Page numbers stand centred in the top margin, none on the first page (ND30 Annex I)."""
        sheet = Sheet(self.book)
        self.sheets.append(sheet)
        if len(self.sheets) > 1:
            number = Style(self.look.family, self.look.size)
            sheet.put(sheet.width / 2, 13 * MM, Span(str(len(self.sheets)), number), align="centre")
        self.y = self.top + self.look.size

    def need(self, height: float) -> None:
        if self.y + height > self.bottom:
            self.new_sheet()

    def finish(self) -> list[Sheet]:
        for sheet in self.sheets:
            mark_as_sample(sheet, self.look.family)
        return self.sheets

    def text(
        self,
        *spans: Span,
        align: str = "justify",
        indent: float = 12.7 * MM,
        after: float = 4.0,
        inset: float = 0.0,
    ) -> None:
        """One paragraph; `inset` narrows it on both sides."""
        size = max(s.style.size for s in spans)
        for line in break_lines(self.sheet, spans, self.width - 2 * inset, indent=indent, align=align):
            self.need(0)
            self.sheet.place(moved(line, self.left + inset, self.y))
            self.y += size * self.leading
        self.y += after

    def table(
        self, shares: Sequence[float], rows: Sequence[Sequence[str]], *, size: float, centred: Sequence[int]
    ) -> None:
        """A ruled table whose first row is its head; columns in `centred` are centred. Rows stay whole."""
        total = sum(shares)
        widths = [self.width * s / total for s in shares]
        pad, step = 4.0, size * 1.18
        for index, row in enumerate(rows):
            style = Style(self.look.family, size, bold=index == 0)
            cells = []
            for column, (text, width) in enumerate(zip(row, widths, strict=True)):
                align = "centre" if index == 0 or column in centred else "left"
                cells.append(break_lines(self.sheet, [Span(text, style)], width - 2 * pad, align=align))
            height = max(len(c) for c in cells) * step + 6
            top_before = self.y - size
            if top_before + height > self.bottom:
                self.new_sheet()
                top_before = self.y - size
            self._row(cells, widths, top_before, height, size, step, pad, first=index == 0)
            self.y = top_before + height + size
        self.y += 8

    def _row(
        self,
        cells: list[list[SetLine]],
        widths: list[float],
        top: float,
        height: float,
        size: float,
        step: float,
        pad: float,
        *,
        first: bool,
    ) -> None:
        x = self.left
        right = self.left + sum(widths)
        self.sheet.rule(x, top, right, top, 0.6)
        self.sheet.rule(x, top + height, right, top + height, 0.6)
        for cell, width in zip(cells, widths, strict=True):
            y = top + (height - len(cell) * step) / 2 + size * 0.95
            for line in cell:
                self.sheet.place(moved(line, x + pad, y))
                y += step
            self.sheet.rule(x, top, x, top + height, 0.6)
            x += width
        self.sheet.rule(right, top, right, top + height, 0.6)
