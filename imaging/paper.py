"""How big a page was on paper: from the file's resolution where it can be believed, else a stated assumption."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.pages import PageSize

A4_MM = (210.0, 297.0)
A3_MM = (297.0, 420.0)
ID1_MM = (53.98, 85.6)
"""ISO/IEC 7810 ID-1, the citizen identity card."""
MM_PER_INCH = 25.4

_DPI_RANGE = (50.0, 1200.0)
_LARGEST_MM = (860.0, 1210.0)
"""A0 and a little: nothing larger passes a scanner."""
_SMALLEST_MM = 20.0
_SCREEN_DPI = (72.0, 96.0)
"""What phones and screenshots write when they know nothing."""
_LARGEST_AT_SCREEN_DPI_MM = (330.0, 460.0)
_ID1_RATIO_TOLERANCE = 0.03
_A4_LIMIT_DPI = 640.0


@dataclass(frozen=True)
class PhysicalSize:
    """Size of the stored (not yet upright) picture."""

    width_mm: float
    height_mm: float
    dpi: float
    """The smaller of both directions."""
    assumed: bool

    def upright(self, orientation: int) -> PageSize:
        """The size after an EXIF orientation is applied; 5 to 8 lay the picture on its side."""
        if orientation >= 5:
            return PageSize(width_mm=self.height_mm, height_mm=self.width_mm)
        return PageSize(width_mm=self.width_mm, height_mm=self.height_mm)


def physical_size(width_px: int, height_px: int, resolution: tuple[float, float] | None) -> PhysicalSize:
    """Believe `resolution` (dpi, horizontal and vertical) where it gives a paper one can scan, else assume.

    Believed: 50–1200 dpi in both directions and a page between 20 mm and A0. The 72 and 96 dpi of phones and
    screens are believed only up to A3, since a 12-megapixel photograph would come out one metre wide.

    Assumed otherwise: an ID-1 card where the aspect ratio is within 3 % of 85.6 : 53.98, else A4. All A sizes
    share one ratio, so pixels must decide between them: A3 only where A4 would mean more than 640 dpi. A5 is
    never guessed, because it would make a poor A4 scan look like a good one. The picture is fitted inside the
    paper with square pixels.
    """
    if resolution is not None and _believable(width_px, height_px, resolution):
        x, y = resolution
        return PhysicalSize(
            width_mm=width_px / x * MM_PER_INCH,
            height_mm=height_px / y * MM_PER_INCH,
            dpi=min(x, y),
            assumed=False,
        )
    dpi = _assumed_dpi(min(width_px, height_px), max(width_px, height_px))
    return PhysicalSize(
        width_mm=width_px / dpi * MM_PER_INCH, height_mm=height_px / dpi * MM_PER_INCH, dpi=dpi, assumed=True
    )


def _believable(width_px: int, height_px: int, resolution: tuple[float, float]) -> bool:
    if not all(math.isfinite(r) and _DPI_RANGE[0] <= r <= _DPI_RANGE[1] for r in resolution):
        return False
    short, long = sorted((width_px / resolution[0] * MM_PER_INCH, height_px / resolution[1] * MM_PER_INCH))
    screen = any(abs(resolution[0] - known) < 1 for known in _SCREEN_DPI)
    largest = _LARGEST_AT_SCREEN_DPI_MM if screen else _LARGEST_MM
    return short >= _SMALLEST_MM and short <= largest[0] and long <= largest[1]


def _assumed_dpi(short_px: int, long_px: int) -> float:
    card_ratio = ID1_MM[1] / ID1_MM[0]
    if abs(long_px / short_px / card_ratio - 1) <= _ID1_RATIO_TOLERANCE:
        return _fit(short_px, long_px, ID1_MM)
    dpi = _fit(short_px, long_px, A4_MM)
    return _fit(short_px, long_px, A3_MM) if dpi > _A4_LIMIT_DPI else dpi


def _fit(short_px: int, long_px: int, paper: tuple[float, float]) -> float:
    return max(short_px / paper[0], long_px / paper[1]) * MM_PER_INCH
