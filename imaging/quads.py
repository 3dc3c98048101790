"""Four straight edges in a photograph: where something flat and rectangular lies on something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

_FOCAL = 0.9
"""Focal length of a phone's camera as a share of the picture's longer side."""
_EDGE_STEP, _SHARP = 10.0, 0.55
"""The least step in grey levels from the thing to the table, and how much of it lies within a few pixels."""
_SUPPORTED = (0.6, 0.8)
_PAPER_LEVEL, _PAPER_TINT, _PAPER_ROUGH = 0.45, 60.0, 0.012


def find_quad(
    image: np.ndarray, plausible: Callable[[np.ndarray, tuple[int, ...]], bool], *, look_px: int
) -> np.ndarray | None:
    """The corners (4, 2), clockwise, of the clearest quadrangle in an RGB (H, W, 3) or grey (H, W) photo; None for none.

    Looked for on a copy of at most `look_px` pixels a side, where `plausible` is asked about corners and that copy's shape;
    then set to the edges of the photo itself.
    """
    scale = min(1.0, look_px / max(image.shape[:2]))
    look = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(look, (0, 0), 1.2)
    best: tuple[float, np.ndarray] | None = None
    for contour in _outlines(soft):
        corners = _corners_of(contour)
        if corners is None or not plausible(corners, look.shape):
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
    return _refined(image, (best[1] + 0.5) / scale - 0.5, 1 / scale)


def rim_is_paper(image: np.ndarray) -> bool:
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


def _corners_of(contour: np.ndarray) -> np.ndarray | None:
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


def true_ratio(corners: np.ndarray, size: tuple[int, int]) -> float:
    """Width to height of the rectangle that a phone's camera would see like this (Zhang and He 2006)."""
    focal, centre = _FOCAL * max(size), np.array([size[0] / 2, size[1] / 2])
    m1, m2, m4, m3 = (np.array([*(c - centre) / focal, 1.0]) for c in corners)
    k2 = np.cross(m1, m4) @ m3 / (np.cross(m2, m4) @ m3)
    k3 = np.cross(m1, m4) @ m2 / (np.cross(m3, m4) @ m2)
    return float(np.linalg.norm(k2 * m2 - m1) / (np.linalg.norm(k3 * m3 - m1) + 1e-9))


def lies_inside(corners: np.ndarray, shape: tuple[int, ...], shares: tuple[float, float]) -> bool:
    """True for a convex quadrangle within a picture of `shape`, give or take a fiftieth, that is between the two shares of it."""
    height, width = shape[:2]
    quad = corners.astype(np.float32)
    margin = 0.02 * max(height, width)
    inside = (quad >= -margin).all() and (quad <= np.array([width, height]) + margin).all()
    share = cv2.contourArea(quad) / (height * width)
    return bool(inside and cv2.isContourConvex(quad) and shares[0] <= share <= shares[1])


def _edge_support(look: np.ndarray, corners: np.ndarray) -> list[float]:
    """Per side the share of its length where the surface inside differs sharply from the one outside.

    A drawn frame has the same paper on both sides, light on a wall changes slowly.
    """
    planes = look.reshape(*look.shape[:2], -1).astype(np.float32)
    shares = []
    for along, out in _sides(corners, 60):
        inside, outside = (
            np.median([colours_at(planes, along + sign * out * d) for d in (3, 5, 7, 9)], axis=0)
            for sign in (-1, 1)
        )
        step = np.abs(inside - outside).max(axis=1)
        sharp = np.abs(colours_at(planes, along - out * 2.5) - colours_at(planes, along + out * 2.5)).max(
            axis=1
        )
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


def colours_at(planes: np.ndarray, points: np.ndarray) -> np.ndarray:
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
        across = (
            colours_at(planes, places.reshape(-1, 2)).astype(np.float32).reshape(len(along), len(reach), -1)
        )
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
