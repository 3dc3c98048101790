"""A page as an engine reads it best: black text on white paper, straight, without coloured ink and leaders."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from imaging.card import CardFound, find_card
from imaging.coloured_ink import (
    ColouredInk,
    FoundInk,
    InkLayer,
    channel_extremes,
    fade,
    find_coloured_ink,
)
from imaging.edges import beyond_the_paper, whiten
from imaging.ink import ink_mask, is_negative, paper_level, skew_degrees
from imaging.leaders import wipe_leaders
from imaging.letter_turns import turn_votes
from imaging.pieces import Pieces, PixelBox
from imaging.round_seals import RoundSeal, find_round_seals
from imaging.rules import PixelRule, wipe_rules
from imaging.scaling import card_sized, reduced

_READ_DPI = 300.0
_HIGHEST = 1.1
_SKEW_DPI = 100.0
_LEAST_SKEW = 0.1
_CARD_DPI = 450.0
_LARGEST_ENLARGEMENT = 3.0
_NEAR_ENOUGH = 0.9
_MOST_PIXELS = 20e6
_LONGEST_PX = 32_000
"""What OpenCV can turn."""
_DARKEST_PAPER = 40.0
_RESTORE_MARGIN_MM = 8.0
_INK = 190
_LEAST_INK = 0.0015
_DARK_SHARE, _BLACK, _MOST_GAIN = 0.2, 50, 2.2
"""Where the darkest fifth of the ink should lie, and how far it is pulled there at most."""


@dataclass(frozen=True)
class CardPlace:
    """A photographed identity card."""

    corners: tuple[tuple[float, float], ...]
    """Its top left, top right, bottom right and bottom left in pixels of the photo that came in."""
    glare_share: float
    """Share of its surface that is blown out to white in patches, 0–1."""


@dataclass(frozen=True)
class CleanedPage:
    """The cleaned picture and the way back."""

    grey: np.ndarray
    """(H, W) uint8, paper 255."""
    dpi: float
    to_page: np.ndarray
    """3 × 3 homography from cleaned pixel coordinates to those of the upright picture that came in; affine but
    for cards that were photographed at an angle."""
    enlarged: float
    """How much larger than it came in (or than at 300 dpi) the page was drawn: 1 from 270 dpi up, but for cards."""
    skew: float
    """The slope that was taken out, degrees, positive when lines fell to the right."""
    leaders: tuple[PixelBox, ...]
    """Where dotted leaders ran, in cleaned pixels: they join a label to its value."""
    layers: tuple[InkLayer, ...]
    """What was stamped or penned in coloured ink, each with its box and kind; nearly gone from `grey`."""
    rules: tuple[PixelRule, ...]
    """Table lines, underlines and form lines in cleaned pixels; wiped from `grey`."""
    card: CardPlace | None = field(default=None, kw_only=True)
    """Where a photographed identity card lay on its table; None for everything else."""
    negative: bool
    """True where white text stood on black."""
    black_seals: tuple[RoundSeal, ...] = field(default=(), kw_only=True)
    """Round seals that came without their colour, in cleaned pixels; they are still on `grey`."""

    @property
    def stamps(self) -> tuple[PixelBox, ...]:
        """Seals and stamps in coloured ink, in pixels of the picture that came in."""
        return tuple(layer.on_page for layer in self.layers if layer.kind != "signature")

    @property
    def round_seals(self) -> tuple[RoundSeal, ...]:
        """Every seal whose lettering may have left traces among the print, in cleaned pixels."""
        coloured = (RoundSeal.within(layer.box) for layer in self.layers if layer.kind == "seal")
        return (*coloured, *self.black_seals)

    def on_page(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Map cleaned pixel coordinates to pixel coordinates of the picture that came in."""
        m = self.to_page
        depth = m[2, 0] * x + m[2, 1] * y + m[2, 2]
        return (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / depth, (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / depth


def clean_for_reading(image: np.ndarray, dpi: float) -> CleanedPage:
    """Clean an upright RGB (H, W, 3) or grey (H, W) uint8 picture of `dpi` for text recognition.

    The lightest channel is kept, in which red and blue ink nearly vanish, save for lines printed in colour,
    which come back from the darkest one; seals, stamps and signatures become layers. Black scanner edges and punch
    holes turn to paper. The picture is divided by its own paper (shadows, yellowed sheets), turned straight,
    brought to 300 dpi, and its rules and dotted leaders are wiped out.

    A card photographed on a table is cut out, set straight and read alone; its resolution then follows from its
    size, whatever `dpi` says.
    """
    card = find_card(image)
    if card is None:
        return _cleaned(image, dpi)
    votes = turn_votes(card.picture if card.picture.ndim == 2 else card.picture[..., 1], card.dpi)
    if votes is not None and votes.share[2] > votes.share[0]:
        card = card.upside_down()
    return _on_photo(_cleaned(card.picture, card.dpi), card)


def _on_photo(cleaned: CleanedPage, card: CardFound) -> CleanedPage:
    """A card's cleaned picture with its places given on the photo it was cut from."""
    back = card.to_photo
    return replace(
        cleaned,
        to_page=back @ cleaned.to_page,
        enlarged=min(_LARGEST_ENLARGEMENT, max(1.0, cleaned.dpi / min(_READ_DPI, card.taken_dpi))),
        layers=tuple(replace(layer, on_page=_mapped(layer.on_page, back)) for layer in cleaned.layers),
        card=CardPlace(tuple((float(x), float(y)) for x, y in card.corners), card.glare_share),
    )


def _mapped(box: PixelBox, matrix: np.ndarray) -> PixelBox:
    corners = np.array([[(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]], np.float64)
    x, y = cv2.perspectiveTransform(corners, matrix)[0].T
    return PixelBox(
        max(0, int(x.min())),
        max(0, int(y.min())),
        max(0, int(np.ceil(x.max()))),
        max(0, int(np.ceil(y.max()))),
    )


def _cleaned(image: np.ndarray, dpi: float) -> CleanedPage:
    shape = image.shape
    wanted = _CARD_DPI if card_sized(shape, dpi) else _READ_DPI
    work, dpi_work = reduced(image, dpi, wanted) if dpi > _HIGHEST * wanted else (image, dpi)
    if image.ndim == 3:
        ink = find_coloured_ink(work, dpi_work)
        grey, darkest = channel_extremes(work)
    else:
        ink, grey, darkest = ColouredInk((), ()), work, work
    scale = (shape[1] / grey.shape[1], shape[0] / grey.shape[0])
    negative = is_negative(grey)
    if negative:
        grey = 255 - grey
    white = _on_white(grey, dpi_work)
    if not negative:
        _settle_colours(white, grey, darkest, ink, dpi_work)
    white = _in_full_black(white)
    skew = _skew(white, dpi_work)
    enlarge = _enlargement(white, dpi_work)
    white, back = _straightened(white, skew, enlarge)
    dpi_work *= enlarge
    to_page = np.diag((*scale, 1.0)) @ back
    rules = wipe_rules(white, dpi_work)
    leaders = wipe_leaders(white, dpi_work)
    return CleanedPage(
        grey=white,
        dpi=dpi_work,
        to_page=to_page,
        enlarged=enlarge,
        skew=skew,
        leaders=tuple(leaders),
        layers=tuple(_layer(found, scale, to_page) for found in ink.layers),
        rules=tuple(rules),
        negative=negative,
        # A sheet with a seal in red is no copy: what else is round on it is drawn there.
        black_seals=() if ink.stamps else tuple(find_round_seals(white, dpi_work)),
    )


def _in_full_black(white: np.ndarray) -> np.ndarray:
    """Faded print made as black as print should be, so that one threshold fits strokes, dots and rules."""
    counts = cv2.calcHist([white[::3, ::3]], [0], None, [256], [0, 256]).ravel()[:_INK]
    if counts.sum() < _LEAST_INK * white.size / 9:
        return white
    level = int(np.searchsorted(np.cumsum(counts), _DARK_SHARE * counts.sum()))
    gain = min(_MOST_GAIN, (255 - _BLACK) / (255 - level))
    if gain <= 1.05:
        return white
    return cv2.LUT(white, np.clip(255 - gain * (255 - np.arange(256.0)), 0, 255).astype(np.uint8))


def _settle_colours(
    white: np.ndarray, grey: np.ndarray, darkest: np.ndarray, ink: ColouredInk, dpi: float
) -> None:
    """Print in colour comes back, what was stamped or penned over black print goes."""
    for layer in ink.layers:
        fade(white, grey, darkest, layer.box)
    for line in ink.text_lines:
        _restore(white, darkest, line, dpi)


def _layer(found: FoundInk, scale: tuple[float, float], to_page: np.ndarray) -> InkLayer:
    box = _enlarged(found.box, scale)
    return InkLayer(
        found.kind,
        found.colour,
        _mapped(box, np.linalg.inv(to_page)),
        box,
    )


def _on_white(grey: np.ndarray, dpi: float) -> np.ndarray:
    """Divided by its own paper, with what lies beyond the paper white."""
    beyond = beyond_the_paper(grey, dpi)
    if beyond is not None:
        grey = grey.copy()
        whiten(grey, beyond, int(np.percentile(grey[::7, ::7], 70)))
    paper = cv2.max(paper_level(grey, dpi), _DARKEST_PAPER)
    white = cv2.divide(grey, paper, scale=255.0)
    if beyond is not None:
        whiten(white, beyond, 255)
    return white


def _restore(white: np.ndarray, darkest: np.ndarray, line: PixelBox, dpi: float) -> None:
    """Bring a line printed in colour back from the darkest channel, divided by its own paper."""
    margin = round(_RESTORE_MARGIN_MM / 25.4 * dpi)
    left, top = max(0, line.x0 - margin), max(0, line.y0 - margin)
    piece = darkest[top : line.y1 + margin, left : line.x1 + margin]
    if piece.size == 0:
        return
    clean = cv2.divide(piece, cv2.max(paper_level(piece, dpi), _DARKEST_PAPER), scale=255.0)
    target = white[line.y0 : line.y1, line.x0 : line.x1]
    inner = clean[line.y0 - top :, line.x0 - left :][: target.shape[0], : target.shape[1]]
    np.minimum(target, inner, out=target)


def _skew(white: np.ndarray, dpi: float) -> float:
    small, small_dpi = reduced(white, dpi, _SKEW_DPI)
    angle = skew_degrees(Pieces.of(ink_mask(small, small_dpi)), small_dpi)
    return angle if abs(angle) >= _LEAST_SKEW else 0.0


def _enlargement(white: np.ndarray, dpi: float) -> float:
    """How much larger a picture of few pixels is drawn: to 300 dpi, and cards, printed in 5 to 7 points, to 450.

    Measured on pages of 100, 150 and 200 dpi, a line recogniser makes a sixth to a third fewer errors by it.
    """
    wanted = (_CARD_DPI if card_sized(white.shape, dpi) else _READ_DPI) / dpi
    if wanted < 1 / _NEAR_ENOUGH:
        return 1.0
    room = min((_MOST_PIXELS / white.size) ** 0.5, _LONGEST_PX / max(white.shape))
    return max(1.0, min(wanted, _LARGEST_ENLARGEMENT, room))


def _straightened(white: np.ndarray, skew: float, enlarge: float) -> tuple[np.ndarray, np.ndarray]:
    """The picture turned by `skew` about its centre and enlarged, and the 3 × 3 matrix back."""
    height, width = white.shape
    if (not skew and enlarge == 1.0) or max(white.shape) > _LONGEST_PX:
        return white, np.eye(3)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
    # Pixel centres, not corners, are at whole numbers: enlarging moves them by half a step.
    shift = (enlarge - 1) / 2
    turn = np.array([[enlarge, 0, shift], [0, enlarge, shift]]) @ np.vstack([turn, [0, 0, 1]])
    size = (round(width * enlarge), round(height * enlarge))
    turned = cv2.warpAffine(
        white, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=255
    )
    return turned, np.vstack([cv2.invertAffineTransform(turn), [0, 0, 1]])


def _enlarged(box: PixelBox, scale: tuple[float, float]) -> PixelBox:
    return PixelBox(
        int(box.x0 * scale[0]), int(box.y0 * scale[1]), int(box.x1 * scale[0]), int(box.y1 * scale[1])
    )
