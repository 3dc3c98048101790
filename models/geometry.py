"""Places on a page, relative to the upright page (0–1), so that they survive any rescaling."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, model_validator

from models.base import Value

Unit = Annotated[float, Field(ge=0.0, le=1.0)]


class Box(Value):
    """An axis-aligned rectangle on the upright page; origin top left, x to the right, y downwards."""

    x0: Unit
    y0: Unit
    x1: Unit
    y1: Unit

    @model_validator(mode="after")
    def _ordered(self) -> Box:
        if self.x1 < self.x0 or self.y1 < self.y0:
            raise ValueError("a box needs x0 <= x1 and y0 <= y1")
        return self

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def centre(self) -> tuple[float, float]:
        return ((self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2)

    def as_list(self) -> list[float]:
        """[x0, y0, x1, y1] rounded to five places, the form used in JSON for machines."""
        return [round(v, 5) for v in (self.x0, self.y0, self.x1, self.y1)]

    @classmethod
    def clipped(cls, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Build a box from numbers that may stick out of the page or be swapped."""
        xs = sorted((min(max(x0, 0.0), 1.0), min(max(x1, 0.0), 1.0)))
        ys = sorted((min(max(y0, 0.0), 1.0), min(max(y1, 0.0), 1.0)))
        return cls(x0=xs[0], y0=ys[0], x1=xs[1], y1=ys[1])

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of `boxes`. Raises ValueError when there is none."""
        found = list(boxes)
        if not found:
            raise ValueError("no boxes to surround")
        return cls(
            x0=min(b.x0 for b in found),
            y0=min(b.y0 for b in found),
            x1=max(b.x1 for b in found),
            y1=max(b.y1 for b in found),
        )
