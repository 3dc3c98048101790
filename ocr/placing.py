"""From the pixels of a cleaned page back to the picture that came in: lines and regions with boxes 0–1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imaging.cleaning import CleanedPage
from models.geometry import Box
from models.reading import Alternative, Cell, Line, Region, RegionKind, Word
from ocr.layout import Block, arrange
from ocr.lines import PlacedLine, PlacedWord


class WayBack:
    """Carries words, lines and regions of one page back to its picture."""

    def __init__(self, cleaned: CleanedPage, shape: Sequence[int]) -> None:
        """`shape` is (height, width, …) of the picture that came in."""
        self._cleaned, self._height, self._width = cleaned, shape[0], shape[1]

    def block(self, block: Block) -> Region:
        """A block of the layout with the cells of its table."""
        members = tuple(self.line(line) for line in block.lines)
        cells = tuple(
            Cell(
                row=cell.row,
                column=cell.column,
                row_span=cell.row_span,
                column_span=cell.column_span,
                box=self.box(cell.x0, cell.y0, cell.x1, cell.y1),
                lines=cell.lines,
            )
            for cell in block.cells
        )
        boxes = [line.box for line in members] + [cell.box for cell in cells]
        return Region(kind=block.kind, box=Box.around(boxes), lines=members, cells=cells)

    def arranged(self, lines: Sequence[PlacedLine]) -> list[Region]:
        """The page's lines as regions in reading order."""
        size = (float(self._cleaned.grey.shape[1]), float(self._cleaned.grey.shape[0]))
        return [self.block(block) for block in arrange(lines, rules=self._cleaned.rules, size=size)]

    def line(self, line: PlacedLine) -> Line:
        words = tuple(self._word(w) for w in line.words)
        return Line(
            words=words,
            box=Box.around(w.box for w in words),
            angle=self._cleaned.skew,
            engine="+".join(dict.fromkeys(w.engine for w in line.words if w.engine)) or None,
        )

    def empty(self, kind: RegionKind, x0: float, y0: float, x1: float, y1: float) -> Region:
        """A region that was found and is left unread, from cleaned pixels."""
        return Region(kind=kind, box=self.box(x0, y0, x1, y1))

    def stamps(self) -> list[Region]:
        """Seals and stamps as the cleaning found them."""
        return [
            Region(kind="stamp", box=self._relative(float(s.x0), float(s.y0), float(s.x1), float(s.y1)))
            for s in self._cleaned.stamps
        ]

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """The upright box around a rectangle of the cleaned page."""
        xs, ys = self._cleaned.on_page(np.array([x0, x1, x0, x1]), np.array([y0, y0, y1, y1]))
        return self._relative(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))

    def _word(self, w: PlacedWord) -> Word:
        return Word(
            text=w.text,
            box=self.box(w.x0, w.y0, w.x1, w.y1),
            confidence=_unit(w.confidence),
            alternatives=tuple(Alternative(text=t, confidence=_unit(c)) for t, c in w.alternatives),
            character_confidences=tuple(_unit(c) for c in w.characters),
        )

    def _relative(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        return Box.clipped(x0 / self._width, y0 / self._height, x1 / self._width, y1 / self._height)


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))
