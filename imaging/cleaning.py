"""A page as an engine reads it best: black text on white paper, straight, without coloured ink and leaders."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.coloured_ink import ColouredInk, PixelBox, channel_extremes, find_coloured_ink
from imaging.ink import ink_mask, paper_level, reduced, skew_degrees
from imaging.leaders import wipe_leaders

_READ_DPI = 300.0
_HIGHEST_DPI = 330.0
_SKEW_DPI = 100.0
_LEAST_SKEW = 0.1
_CARD_MM = 110.0
_CARD_DPI = 450.0
_LARGEST_ENLARGEMENT = 2.0


@dataclass(frozen=True)
class CleanedPage:
    """The cleaned picture and the way back."""

    grey: np.ndarray
    """(H, W) uint8, paper 255."""
    dpi: float
    to_page: np.ndarray
    """2 × 3 affine matrix from cleaned pixel coordinates to those of the upright picture that came in."""
    enlarged: float
    """How much larger than it came in (or than at 300 dpi) the page was drawn; 1 but for cards."""
    skew: float
    """The slope that was taken out, degrees, positive when lines fell to the right."""
    leaders: tuple[PixelBox, ...]
    """Where dotted leaders ran, in cleaned pixels: they join a label to its value."""
    stamps: tuple[PixelBox, ...]
    """Seals and stamps, in pixels of the picture that came in."""
    negative: bool
    """True where white text stood on black."""

    def on_page(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Map cleaned pixel coordinates to pixel coordinates of the picture that came in."""
        m = self.to_page
        return m[0, 0] * x + m[0, 1] * y + m[0, 2], m[1, 0] * x + m[1, 1] * y + m[1, 2]


def clean_for_reading(image: np.ndarray, dpi: float) -> CleanedPage:
    """Clean an upright RGB (H, W, 3) or grey (H, W) uint8 picture of `dpi` for text recognition.

    The lightest channel is kept, in which red and blue ink nearly vanish, save for lines printed in colour,
    which come back from the darkest one. The picture is divided by its own paper (shadows, yellowed sheets),
    turned straight, brought down to 300 dpi when it has more, and its dotted leaders are wiped out.
    """
    shape = image.shape
    if image.ndim == 3:
        image, dpi_work = _reduced_rgb(image, dpi)
        ink = find_coloured_ink(image, dpi_work)
        grey, darkest = channel_extremes(image)
    else:
        grey, dpi_work = reduced(image, dpi, _READ_DPI) if dpi > _HIGHEST_DPI else (image, dpi)
        ink, darkest = ColouredInk((), ()), grey
    scale = (shape[1] / grey.shape[1], shape[0] / grey.shape[0])
    negative = _is_negative(grey)
    if negative:
        grey = 255 - grey
    white = _on_white(grey, dpi_work)
    for line in ink.text_lines if not negative else ():
        _restore(white, darkest, line)
    skew = _skew(white, dpi_work)
    enlarge = _enlargement(white, dpi_work)
    white, back = _straightened(white, skew, enlarge)
    dpi_work *= enlarge
    leaders = wipe_leaders(white, dpi_work)
    return CleanedPage(
        grey=white,
        dpi=dpi_work,
        to_page=np.diag(scale) @ back,
        enlarged=enlarge,
        skew=skew,
        leaders=tuple(leaders),
        stamps=tuple(_enlarged(s, scale) for s in ink.stamps),
        negative=negative,
    )


def _reduced_rgb(image: np.ndarray, dpi: float) -> tuple[np.ndarray, float]:
    return reduced(image, dpi, _READ_DPI) if dpi > _HIGHEST_DPI else (image, dpi)


def _is_negative(grey: np.ndarray) -> bool:
    """Most of the picture lies near its dark end, with something much lighter on it."""
    low, middle, high = (float(v) for v in np.percentile(grey[::7, ::7], (2, 50, 98)))
    return high - low > 80 and middle - low < 0.25 * (high - low) and middle < 110


def _on_white(grey: np.ndarray, dpi: float) -> np.ndarray:
    paper = np.maximum(paper_level(grey, dpi), 40)
    return cv2.divide(grey, paper, scale=255.0)


def _restore(white: np.ndarray, darkest: np.ndarray, line: PixelBox) -> None:
    piece = darkest[line.y0 : line.y1, line.x0 : line.x1]
    if piece.size == 0:
        return
    paper = max(40.0, float(np.percentile(piece, 90)))
    clean = np.minimum(255.0, piece.astype(np.float32) * (255.0 / paper)).astype(np.uint8)
    target = white[line.y0 : line.y1, line.x0 : line.x1]
    np.minimum(target, clean, out=target)


def _skew(white: np.ndarray, dpi: float) -> float:
    small, small_dpi = reduced(white, dpi, _SKEW_DPI)
    angle = skew_degrees(ink_mask(small, small_dpi), small_dpi)
    return angle if abs(angle) >= _LEAST_SKEW else 0.0


def _enlargement(white: np.ndarray, dpi: float) -> float:
    """How much larger a small sheet is drawn: cards are printed in 5 to 7 points, and gain by it as A4 does not."""
    longest_mm = max(white.shape) / dpi * 25.4
    if longest_mm > _CARD_MM:
        return 1.0
    return min(_LARGEST_ENLARGEMENT, max(1.0, _CARD_DPI / dpi))


def _straightened(white: np.ndarray, skew: float, enlarge: float) -> tuple[np.ndarray, np.ndarray]:
    """The picture turned by `skew` about its centre and enlarged, and the 2 × 3 matrix back."""
    height, width = white.shape
    if not skew and enlarge == 1.0:
        return white, np.eye(2, 3)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
    # Pixel centres, not corners, are at whole numbers: enlarging moves them by half a step.
    shift = (enlarge - 1) / 2
    turn = np.array([[enlarge, 0, shift], [0, enlarge, shift]]) @ np.vstack([turn, [0, 0, 1]])
    size = (round(width * enlarge), round(height * enlarge))
    turned = cv2.warpAffine(
        white, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=255
    )
    return turned, cv2.invertAffineTransform(turn)


def _enlarged(box: PixelBox, scale: tuple[float, float]) -> PixelBox:
    return PixelBox(
        int(box.x0 * scale[0]), int(box.y0 * scale[1]), int(box.x1 * scale[0]), int(box.y1 * scale[1])
    )
