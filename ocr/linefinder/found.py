"""What the line finder says about one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FoundLine:
    """One text line in pixels of the cleaned page, edges half open.

    The box is the upright rectangle about the line's ink with ascenders, descenders and stacked marks. Where the
    line slopes, its letters fill the parallelogram of that slope inside the box: height of the letters =
    (y1 - y0) - (x1 - x0) · |tan(slope)|.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    slope: float = 0.0
    """Degrees left after the page was straightened, positive when the line falls to the right."""
    score: float = 1.0
    """How sure the finder is that this is text, 0–1."""
    kind: Literal["print", "handwriting"] = "print"
    """Handwriting is reported so that it can be boxed and left unread."""

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0
