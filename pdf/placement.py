"""Where a picture stands on its page of the PDF, and the way between both systems of coordinates."""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import Unreadable
from models.geometry import Box
from models.pages import PagePicture

POINTS_PER_MM = 72 / 25.4
_A4_MM = (210.0, 297.0)
_CARD_MM = (140.0, 200.0)
"""Smaller than A5 (148 × 210 mm) by more than a careless crop of an A5 sheet explains."""
_CARD_TOP_MARGIN_MM = 30.0
"""Kept free for the agency's block, as wide as the top margin of ND30 Annex I and a little more."""
_MAX_SIDE_PT = 14400.0
_MIN_SIDE_PT = 3.0
"""Limits of a page boundary in PDF/A (ISO 19005-2, 6.1.13)."""

Matrix = tuple[float, float, float, float, float, float]

_AXES: dict[int, tuple[int, int, int, int]] = {
    1: (1, 0, 0, 1),
    2: (-1, 0, 0, 1),
    3: (-1, 0, 0, -1),
    4: (1, 0, 0, -1),
    5: (0, -1, -1, 0),
    6: (0, -1, 1, 0),
    7: (0, 1, 1, 0),
    8: (0, 1, -1, 0),
}
"""Orientation → where the stored picture's right and its up point on the page, y upwards."""


def orientation_of(right: tuple[int, int], up: tuple[int, int]) -> int:
    """The EXIF orientation whose stored right and up point to these directions of the page. Raises KeyError."""
    return {axes: o for o, axes in _AXES.items()}[(*right, *up)]


@dataclass(frozen=True)
class Placement:
    """A page and the rectangle of the upright picture on it, in points from the lower left corner."""

    page_width: float
    page_height: float
    x: float
    y: float
    width: float
    height: float

    def image_matrix(self, orientation: int) -> Matrix:
        """The matrix that draws the stored pixels (the unit square) upright into the rectangle."""
        rx, ry, ux, uy = _AXES[orientation]
        a, b, c, d = rx * self.width, ry * self.height, ux * self.width, uy * self.height
        return a, b, c, d, self.x - min(0.0, a + c), self.y - min(0.0, b + d)

    def to_page(self, box: Box) -> tuple[float, float, float, float]:
        """A box on the picture as x0, y0, x1, y1 in points, y upwards."""
        top = self.y + self.height
        return (
            self.x + box.x0 * self.width,
            top - box.y1 * self.height,
            self.x + box.x1 * self.width,
            top - box.y0 * self.height,
        )

    def to_picture(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """A rectangle on the page in points as a box on the picture, clipped to it."""
        top = self.y + self.height
        return Box.clipped(
            (x0 - self.x) / self.width,
            (top - y1) / self.height,
            (x1 - self.x) / self.width,
            (top - y0) / self.height,
        )

    @property
    def fills_page(self) -> bool:
        """False where the picture stands on a larger sheet."""
        return (self.x, self.y, self.width, self.height) == (0.0, 0.0, self.page_width, self.page_height)


def page_placement(picture: PagePicture) -> Placement:
    """The page at the scale of 1:1 (ND30 Annex I, II.I.2: 100 %).

    A picture smaller than A5, a card, stands on an A4 sheet, centred in the upper half below the top margin, so
    that the agency's block finds room. Raises Unreadable for a size that no PDF page may have.
    """
    width, height = (_points(v) for v in (picture.size.width_mm, picture.size.height_mm))
    short, long = sorted((picture.size.width_mm, picture.size.height_mm))
    if short >= _CARD_MM[0] or long >= _CARD_MM[1]:
        if not all(_MIN_SIDE_PT <= v <= _MAX_SIDE_PT for v in (width, height)):
            raise Unreadable(reason=f"a page of {picture.size.width_mm:g} × {picture.size.height_mm:g} mm")
        return Placement(width, height, 0.0, 0.0, width, height)
    page_width, page_height = (_points(v) for v in _A4_MM)
    top, middle = page_height - _points(_CARD_TOP_MARGIN_MM), page_height / 2
    y = max(middle + (top - middle - height) / 2, middle) if height <= top - middle else top - height
    return Placement(page_width, page_height, round((page_width - width) / 2, 2), round(y, 2), width, height)


def _points(millimetres: float) -> float:
    return round(millimetres * POINTS_PER_MM, 2)
