"""Photographs of sheets on tables, drawn as in `tests.imaging.scenes`: texture, perspective, shadow, light, and where each lies."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tests.imaging.support import text_page

A4, A5, CARD = (210.0, 297.0), (148.0, 210.0), (85.6, 53.98)


@dataclass(frozen=True)
class Shot:
    """A drawn photograph of a sheet."""

    photo: np.ndarray
    """(H, W, 3) uint8 RGB."""
    corners: np.ndarray
    """(4, 2): where the sheet's upper left, upper right, lower right and lower left corner went."""
    sheet: np.ndarray
    """The sheet alone, RGB."""


def shot(
    seed: int,
    *,
    size_mm: tuple[float, float] = A4,
    photo_px: tuple[int, int] = (1500, 2000),
    turned: float = 0.0,
    tilt: float = 0.1,
    share: float = 0.8,
    dark_corner: float = 0.3,
    table: str = "wood",
) -> Shot:
    """A sheet of print on a table, turned clockwise by `turned` degrees, seen at an angle (`tilt`, 1 is 60 degrees).

    `share` is the sheet's height as a share of the photo's; `dark_corner` how much light is lost at the darkest corner;
    `table` wood, dark or white.
    """
    rng = np.random.default_rng(seed)
    sheet = np.asarray(text_page(dpi=200, size_mm=size_mm, lines=int((size_mm[1] - 45) / 9)))
    height, width = sheet.shape[:2]
    seen = _view(rng, (width, height), photo_px, turned, tilt, share)
    alpha = cv2.warpPerspective(np.full((height, width), 255, np.uint8), seen, photo_px) / np.float32(255)
    shown = cv2.warpPerspective(sheet, seen, photo_px, flags=cv2.INTER_AREA).astype(np.float32)
    shadow = np.roll(cv2.GaussianBlur(alpha, (0, 0), 12), (9, 7), (0, 1))[..., None]
    photo = _table(rng, photo_px, table) * (1 - 0.35 * shadow)
    photo = photo * (1 - alpha[..., None]) + shown * alpha[..., None]
    photo *= _light(rng, photo_px, dark_corner)[..., None]
    photo += rng.normal(0, 2.5, photo.shape).astype(np.float32)
    corners = np.array([[(0, 0), (width, 0), (width, height), (0, height)]], np.float64) - 0.5
    pixels = cv2.GaussianBlur(np.clip(photo, 0, 255).astype(np.uint8), (0, 0), 0.6)
    return Shot(pixels, cv2.perspectiveTransform(corners, seen)[0], sheet)


def _view(
    rng: np.random.Generator,
    sheet: tuple[int, int],
    photo: tuple[int, int],
    turned: float,
    tilt: float,
    share: float,
) -> np.ndarray:
    """What a camera whose focal length is 0.9 of the photo's longer side sees of a sheet tilted before it."""
    focal = 0.9 * max(photo)
    ax, ay, az = np.radians([tilt * rng.uniform(-60, 60), tilt * rng.uniform(-60, 60), turned])
    rx = np.array([[1, 0, 0], [0, np.cos(ax), -np.sin(ax)], [0, np.sin(ax), np.cos(ax)]])
    ry = np.array([[np.cos(ay), 0, np.sin(ay)], [0, 1, 0], [-np.sin(ay), 0, np.cos(ay)]])
    rz = np.array([[np.cos(az), -np.sin(az), 0], [np.sin(az), np.cos(az), 0], [0, 0, 1]])
    turn = rx @ ry @ rz
    distance = focal * sheet[1] / (share * photo[1])
    camera = np.array([[focal, 0, photo[0] / 2], [0, focal, photo[1] / 2], [0, 0, 1]])
    off = rng.uniform(-0.01, 0.01, 2) * sheet[1]
    place = np.stack([turn[:, 0], turn[:, 1], [off[0], off[1], distance]], axis=1)
    middle = np.array([[1, 0, -sheet[0] / 2], [0, 1, -sheet[1] / 2], [0, 0, 1]])
    seen: np.ndarray = camera @ place @ middle
    return seen


def _table(rng: np.random.Generator, photo: tuple[int, int], kind: str) -> np.ndarray:
    colour = {
        "wood": rng.uniform((90, 60, 40), (165, 125, 100)),
        "dark": rng.uniform(15, 45, 3),
        "white": np.array([236.0, 236.0, 232.0]),
    }[kind]
    streaks = cv2.resize(rng.normal(0, 1, (60, 6)).astype(np.float32), photo, interpolation=cv2.INTER_CUBIC)
    grain = cv2.resize(rng.normal(0, 1, (300, 400)).astype(np.float32), photo, interpolation=cv2.INTER_LINEAR)
    strength = {"wood": (14, 6), "dark": (4, 2), "white": (0.5, 0.5)}[kind]
    texture = strength[0] * streaks + strength[1] * grain
    return np.clip(colour + texture[..., None], 0, 255).astype(np.float32)


def _light(rng: np.random.Generator, photo: tuple[int, int], lost: float) -> np.ndarray:
    ys, xs = np.mgrid[0 : 1 : photo[1] * 1j, 0 : 1 : photo[0] * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    slope = (xs - 0.5) * np.cos(angle) + (ys - 0.5) * np.sin(angle)
    field: np.ndarray = (1.0 - lost * (slope + 0.71) / 1.42).astype(np.float32)
    return field
