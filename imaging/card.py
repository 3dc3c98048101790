"""An identity card photographed on a table: its edge, the card as if scanned, and where light blots it out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from imaging.quads import colours_at, find_quad, lies_inside, rim_is_paper, true_ratio

ID1_MM = (85.60, 53.98)
"""Width and height of an identity card (ISO/IEC 7810, ID-1)."""
_LOOK_PX = 640
_SHARES = (0.025, 0.97)
_RATIO = (1.42, 1.78)
"""Of the long to the short side, 1.586 on the card, with what an unknown lens and a bent edge may do to it."""
_DRAWN_DPI = 450.0
_BLOWN_OUT = 250
_SMALLEST_GLARE_MM = 2.5
_CORNER_MM = 3.18


@dataclass(frozen=True)
class CardFound:
    """A card in a photograph."""

    corners: np.ndarray
    """(4, 2): top left, top right, bottom right, bottom left of the card in photo pixels, long side up; which of the
    two long sides is the card's own top the edge doesn't say."""
    picture: np.ndarray
    """The card alone, (h, w, 3) or (h, w) uint8, 85.60 × 53.98 mm at `dpi`."""
    dpi: float
    taken_dpi: float
    """What the photo itself resolves on the card."""
    to_photo: np.ndarray
    """3 × 3 homography from pixels of `picture` to those of the photo."""
    glare_share: float
    """Share of the card's surface that is blown out to white in patches, 0–1."""

    def upside_down(self) -> CardFound:
        """The same card taken the other way up."""
        height, width = self.picture.shape[:2]
        turn = np.array([[-1.0, 0.0, width - 1.0], [0.0, -1.0, height - 1.0], [0.0, 0.0, 1.0]])
        return replace(
            self,
            corners=np.roll(self.corners, 2, axis=0),
            picture=np.ascontiguousarray(self.picture[::-1, ::-1]),
            to_photo=self.to_photo @ turn,
        )


def find_card(image: np.ndarray) -> CardFound | None:
    """Look for one ID-1 card on a background that is not its own paper, in an RGB (H, W, 3) or grey (H, W) photo.

    None for scans (their rim is paper), for pages, and where no four straight edges of a card's proportions with
    a card's round corners can be made out.
    """
    if min(image.shape[:2]) < 120 or rim_is_paper(image):
        return None
    corners = find_quad(image, _plausible, look_px=_LOOK_PX)
    if corners is None or not _has_round_corners(image, corners):
        return None
    return _rectified(image, corners)


def _plausible(corners: np.ndarray, shape: tuple[int, ...]) -> bool:
    if not lies_inside(corners, shape, _SHARES):
        return False
    ratio = true_ratio(corners, (shape[1], shape[0]))
    return _RATIO[0] <= max(ratio, 1 / ratio) <= _RATIO[1]


def _has_round_corners(image: np.ndarray, corners: np.ndarray) -> bool:
    """True where, in at least three corners, the table shows beyond the arc of 3.18 mm that all these cards have."""
    flat = np.array([(0, 0), (ID1_MM[0], 0), ID1_MM, (0, ID1_MM[1])], np.float32)
    to_photo = cv2.getPerspectiveTransform(flat, _long_side_up(corners).astype(np.float32))
    r = _CORNER_MM
    tip = np.array([(0.1, 0.1), (0.16, 0.08), (0.08, 0.16)]) * r
    table = np.array([(-0.35, 0.3), (0.3, -0.35), (-0.3, -0.3), (-0.35, 0.8), (0.8, -0.35)]) * r
    card = np.array([(0.9, 0.5), (0.5, 0.9), (0.9, 0.9), (0.5, 1.6), (1.6, 0.5)]) * r
    planes = image.reshape(*image.shape[:2], -1).astype(np.float32)
    rounded = 0
    for mirror_x in (False, True):
        for mirror_y in (False, True):
            colours = []
            for places in (tip, table, card):
                x = ID1_MM[0] - places[:, 0] if mirror_x else places[:, 0]
                y = ID1_MM[1] - places[:, 1] if mirror_y else places[:, 1]
                there = cv2.perspectiveTransform(np.stack([x, y], axis=1)[None], to_photo)[0]
                colours.append(np.median(colours_at(planes, there), axis=0))
            at_tip, on_table, on_card = colours
            rounded += bool(np.linalg.norm(at_tip - on_table) < np.linalg.norm(at_tip - on_card))
    return rounded >= 3


def _rectified(image: np.ndarray, corners: np.ndarray) -> CardFound:
    corners = _long_side_up(corners)
    sides = [float(np.hypot(*(corners[(i + 1) % 4] - corners[i]))) for i in range(4)]
    taken = max((sides[0] + sides[2]) / 2 / ID1_MM[0], (sides[1] + sides[3]) / 2 / ID1_MM[1]) * 25.4
    dpi = _DRAWN_DPI
    size = (round(ID1_MM[0] / 25.4 * dpi), round(ID1_MM[1] / 25.4 * dpi))
    flat = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32) - 0.5
    source, shrunk = image, 1.0
    if taken > 1.6 * dpi:  # cubic interpolation would skip pixels
        shrunk = dpi * 1.2 / taken
        source = cv2.resize(image, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA)
    there = cv2.getPerspectiveTransform(flat, ((corners + 0.5) * shrunk - 0.5).astype(np.float32))
    picture = cv2.warpPerspective(
        source, there, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    _fill_corners(picture, dpi)
    back = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    return CardFound(corners, picture, dpi, round(taken, 1), back, glare_share(picture, dpi))


def _fill_corners(picture: np.ndarray, dpi: float) -> None:
    """Paint what shows of the table beyond the card's round corners in the card's own usual colour, in place."""
    height, width = picture.shape[:2]
    radius = round(_CORNER_MM / 25.4 * dpi)
    ys, xs = np.mgrid[0:radius, 0:radius]
    beyond = np.hypot(xs - radius, ys - radius) > radius - 2
    colour = np.median(picture[::8, ::8].reshape(-1, *picture.shape[2:]), axis=0)
    for rows, columns, mask in (
        (np.s_[:radius], np.s_[:radius], beyond),
        (np.s_[:radius], np.s_[width - radius :], beyond[:, ::-1]),
        (np.s_[height - radius :], np.s_[:radius], beyond[::-1]),
        (np.s_[height - radius :], np.s_[width - radius :], beyond[::-1, ::-1]),
    ):
        picture[rows, columns][mask] = colour


def _long_side_up(corners: np.ndarray) -> np.ndarray:
    """Clockwise from the top left, turned so that the first side is one of the two long ones, the upper if level."""
    middle = corners.mean(axis=0)
    order = np.argsort(np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0]))
    corners = corners[order]
    sides = [float(np.hypot(*(corners[(i + 1) % 4] - corners[i]))) for i in range(4)]
    first = 0 if sides[0] + sides[2] >= sides[1] + sides[3] else 1
    options = [np.roll(corners, -first, axis=0), np.roll(corners, -first - 2, axis=0)]
    return min(options, key=lambda c: float(c[0, 1] + c[1, 1] + 0.2 * c[0, 0]))


def glare_share(picture: np.ndarray, dpi: float) -> float:
    """Share of a card's picture that light has blown out, in patches of at least 2.5 mm; 0–1."""
    mm = dpi / 25.4
    darkest = picture if picture.ndim == 2 else picture.min(axis=2)
    blown = (darkest >= _BLOWN_OUT).astype(np.uint8)
    size = max(3, round(_SMALLEST_GLARE_MM * mm))
    patches = cv2.morphologyEx(blown, cv2.MORPH_OPEN, np.ones((size, size), np.uint8))
    return round(float(patches.mean()), 4)
