"""An identity card photographed on a table: its edge, the card as if scanned, and where light blots it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

ID1_MM = (85.60, 53.98)
"""Width and height of an identity card (ISO/IEC 7810, ID-1)."""
_LOOK_PX = 640
_LEAST_SHARE, _MOST_SHARE = 0.025, 0.97
_RATIO = (1.42, 1.78)
"""Of the long to the short side, 1.586 on the card, with what an unknown lens and a bent edge may do to it."""
_FOCAL = 0.9
"""Focal length of a phone's camera as a share of the picture's longer side."""
_EDGE_STEP, _SHARP = 10.0, 0.55
"""The least step in grey levels from the card to the table, and how much of it lies within a few pixels."""
_SUPPORTED = (0.6, 0.8)
_DRAWN_DPI = 450.0
_PAPER_LEVEL, _PAPER_TINT, _PAPER_ROUGH = 0.45, 60.0, 0.012
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
    if min(image.shape[:2]) < 120 or _rim_is_paper(image):
        return None
    scale = min(1.0, _LOOK_PX / max(image.shape[:2]))
    look = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(look, (0, 0), 1.2)
    best: tuple[float, np.ndarray] | None = None
    for contour in _outlines(soft):
        corners = _corners(contour)
        if corners is None or not _plausible(corners, look.shape):
            continue
        support = _edge_support(soft, corners)
        if min(support) < _SUPPORTED[0] or float(np.mean(support)) < _SUPPORTED[1]:
            continue
        score = float(np.mean(support)) * cv2.contourArea(corners.astype(np.float32)) ** 0.5
        if best is None or score > best[0]:
            best = (score, corners)
    if best is None:
        return None
    # Pixel centres: the middle of a small pixel is the middle of the pixels it was averaged from.
    corners = _refined(image, (best[1] + 0.5) / scale - 0.5, 1 / scale)
    return _rectified(image, corners) if _has_round_corners(image, corners) else None


def _rim_is_paper(image: np.ndarray) -> bool:
    """True where the picture's outermost strip is light, hardly coloured and smooth on at least three sides, as the
    margin of a sheet is in any light; a plain white table can't be told from one, and then nothing is cut out.
    """
    planes = image.reshape(*image.shape[:2], -1)
    band = max(2, min(image.shape[:2]) // 40)
    step = max(1, min(image.shape[:2]) // 400)
    bright = float(np.percentile(planes[::step, ::step].max(axis=2), 95))
    strips = [
        planes[:band, ::step],
        planes[-band:, ::step],
        planes[::step, :band].swapaxes(0, 1),
        planes[::step, -band:].swapaxes(0, 1),
    ]
    return sum(_is_paper(strip.astype(np.float32), bright) for strip in strips) >= 3


def _is_paper(strip: np.ndarray, bright: float) -> bool:
    along = strip.mean(axis=0)
    colour = np.median(along, axis=0)
    light = along.mean(axis=1)
    # Light falls off slowly; wood and cloth change from one finger's breadth to the next.
    slow = cv2.blur(light.reshape(1, -1), (2 * (len(light) // 10) + 1, 1), borderType=cv2.BORDER_REFLECT)[0]
    rough = float(np.median(np.abs(light - slow)))
    level = float(np.median(light))
    return (
        level >= _PAPER_LEVEL * bright
        and float(colour.max() - colour.min()) <= _PAPER_TINT
        and rough <= _PAPER_ROUGH * level
    )


def _outlines(look: np.ndarray) -> Iterator[np.ndarray]:
    """Candidate outlines, (N, 1, 2) points each, by edges at several strengths and by what differs from the rim."""
    grey = look if look.ndim == 2 else cv2.cvtColor(look, cv2.COLOR_RGB2GRAY)
    planes = [grey] if look.ndim == 2 else [grey, cv2.cvtColor(look, cv2.COLOR_RGB2HSV)[..., 1]]
    masks = [_unlike_the_rim(look)]
    for plane in planes:
        for strong in (40, 90, 160):
            edges = cv2.Canny(plane, strong // 2, strong)
            masks.append(cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)))
    for mask in masks:
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        yield from sorted(contours, key=cv2.contourArea, reverse=True)[:3]
        # Edges that don't quite close, or a shadow that ties the card to something: the hull still shows its sides.
        if contours:
            longest = max(contours, key=len)
            yield cv2.convexHull(longest)


def _unlike_the_rim(look: np.ndarray) -> np.ndarray:
    """Mask of what differs in colour from the picture's outer strip, solid."""
    pixels = (look if look.ndim == 3 else cv2.cvtColor(look, cv2.COLOR_GRAY2RGB)).astype(np.float32)
    band = max(3, min(look.shape[:2]) // 25)
    strips = (pixels[:band], pixels[-band:], pixels[:, :band], pixels[:, -band:])
    rim = np.concatenate([strip.reshape(-1, 3) for strip in strips])
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    cv2.setRNGSeed(1)
    _, _, centres = cv2.kmeans(rim[::7], 3, None, stop, 1, cv2.KMEANS_PP_CENTERS)
    distance = np.min([np.linalg.norm(pixels - c, axis=2) for c in centres], axis=0)
    grey = np.minimum(255, distance).astype(np.uint8)
    _, mask = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    opened: np.ndarray = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    return opened


def _corners(contour: np.ndarray) -> np.ndarray | None:
    """Where the four sides of an outline would meet if the card's corners weren't round; (4, 2) or None."""
    hull = cv2.convexHull(contour)
    around = cv2.arcLength(hull, True)
    if around < 80:
        return None
    for share in (0.02, 0.03, 0.04, 0.05, 0.07, 0.09):
        quad = cv2.approxPolyDP(hull, share * around, True)
        if len(quad) == 4:
            break
    else:
        return None
    points = contour.reshape(-1, 2).astype(np.float32)
    quad = quad.reshape(4, 2).astype(np.float32)
    lines = [_side(points, quad[i], quad[(i + 1) % 4]) for i in range(4)]
    corners = []
    for i in range(4):
        met = _meeting(lines[i - 1], lines[i])
        if met is None:
            return None
        corners.append(met)
    found = np.array(corners)
    # A fitted corner lies just outside the round one.
    if float(np.abs(found - quad).max()) > 0.12 * around:
        return None
    return found


def _side(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The line (point, direction) through the outline's points along the middle of one side."""
    along = end - start
    length = float(np.hypot(*along)) + 1e-6
    unit = along / length
    offset = points - start
    at = offset @ unit
    off = np.abs(offset @ np.array([-unit[1], unit[0]]))
    near = (at > 0.12 * length) & (at < 0.88 * length) & (off < 0.04 * length + 2)
    if near.sum() < 8:
        return start, unit
    vx, vy, x, y = cv2.fitLine(points[near], cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    return np.array([x, y]), np.array([vx, vy])


def _meeting(one: tuple[np.ndarray, np.ndarray], two: tuple[np.ndarray, np.ndarray]) -> np.ndarray | None:
    matrix = np.array([one[1], -two[1]]).T
    if abs(np.linalg.det(matrix)) < 0.2:
        return None
    t, _ = np.linalg.solve(matrix, two[0] - one[0])
    met: np.ndarray = one[0] + t * one[1]
    return met


def _plausible(corners: np.ndarray, shape: tuple[int, ...]) -> bool:
    height, width = shape[:2]
    quad = corners.astype(np.float32)
    share = cv2.contourArea(quad) / (height * width)
    margin = 0.02 * max(height, width)
    inside = (quad >= -margin).all() and (quad <= np.array([width, height]) + margin).all()
    if not inside or not cv2.isContourConvex(quad) or not _LEAST_SHARE <= share <= _MOST_SHARE:
        return False
    ratio = _true_ratio(corners, (width, height))
    return _RATIO[0] <= max(ratio, 1 / ratio) <= _RATIO[1]


def _true_ratio(corners: np.ndarray, size: tuple[int, int]) -> float:
    """Width to height of the rectangle that a phone's camera would see like this (Zhang and He 2006)."""
    focal, centre = _FOCAL * max(size), np.array([size[0] / 2, size[1] / 2])
    m1, m2, m4, m3 = (np.array([*(c - centre) / focal, 1.0]) for c in corners)
    k2 = np.cross(m1, m4) @ m3 / (np.cross(m2, m4) @ m3)
    k3 = np.cross(m1, m4) @ m2 / (np.cross(m3, m4) @ m2)
    return float(np.linalg.norm(k2 * m2 - m1) / (np.linalg.norm(k3 * m3 - m1) + 1e-9))


def _edge_support(look: np.ndarray, corners: np.ndarray) -> list[float]:
    """Per side the share of its length where the surface inside differs sharply from the one outside.

    A drawn frame has the same paper on both sides, light on a wall changes slowly.
    """
    planes = look.reshape(*look.shape[:2], -1).astype(np.float32)
    shares = []
    for along, out in _sides(corners, 60):
        inside, outside = (
            np.median([_at(planes, along + sign * out * d) for d in (3, 5, 7, 9)], axis=0) for sign in (-1, 1)
        )
        step = np.abs(inside - outside).max(axis=1)
        sharp = np.abs(_at(planes, along - out * 2.5) - _at(planes, along + out * 2.5)).max(axis=1)
        shares.append(float(((step >= _EDGE_STEP) & (sharp >= _SHARP * step)).mean()))
    return shares


def _sides(corners: np.ndarray, points: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each side `points` places along its middle four fifths, and the unit vector that points outwards."""
    middle = corners.mean(axis=0)
    for i in range(4):
        start, end = corners[i], corners[(i + 1) % 4]
        unit = (end - start) / (np.hypot(*(end - start)) + 1e-6)
        out = np.array([-unit[1], unit[0]])
        yield (
            start + np.linspace(0.1, 0.9, points)[:, None] * (end - start),
            out if out @ (start - middle) > 0 else -out,
        )


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
                colours.append(np.median(_at(planes, there), axis=0))
            at_tip, on_table, on_card = colours
            rounded += bool(np.linalg.norm(at_tip - on_table) < np.linalg.norm(at_tip - on_card))
    return rounded >= 3


def _at(planes: np.ndarray, points: np.ndarray) -> np.ndarray:
    columns = np.clip(np.rint(points[:, 0]).astype(int), 0, planes.shape[1] - 1)
    rows = np.clip(np.rint(points[:, 1]).astype(int), 0, planes.shape[0] - 1)
    values: np.ndarray = planes[rows, columns]
    return values


def _refined(image: np.ndarray, corners: np.ndarray, grain: float) -> np.ndarray:
    """Corners from where, in the photo itself, the picture changes most across each side, within 3 × `grain` pixels."""
    reach = np.arange(-3.0 * grain, 3.0 * grain + 0.5, 0.5)
    planes = image.reshape(*image.shape[:2], -1)
    lines = []
    for along, out in _sides(corners, 120):
        places = along[:, None, :] + reach[None, :, None] * out
        across = _at(planes, places.reshape(-1, 2)).astype(np.float32).reshape(len(along), len(reach), -1)
        change = np.abs(across[:, 4:] - across[:, :-4]).max(axis=2)
        # The outer one of two equal steps is the card's edge, the inner one a printed frame.
        change = cv2.blur(change, (3, 5)) * np.linspace(1.0, 1.15, change.shape[1])
        best = reach[2:-2][change.argmax(axis=1)]
        clear = change.max(axis=1) >= 0.5 * np.median(change.max(axis=1))
        points = (along + best[:, None] * out)[clear].astype(np.float32)
        vx, vy, x, y = cv2.fitLine(points, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append((np.array([x, y]), np.array([vx, vy])))
    met = [_meeting(lines[i - 1], lines[i]) for i in range(4)]
    if any(m is None or np.hypot(*(m - c)) > 8 * grain for m, c in zip(met, corners, strict=True)):
        return corners
    return np.array(met)


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
