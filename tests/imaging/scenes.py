"""Photographs of identity cards on tables, drawn: texture, perspective, shadow, glare, and where the card lies."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from samples.generate import Sample, generate

CARD_PX = (1011, 638)
_SIZE = (1600, 1200)


@dataclass(frozen=True)
class Scene:
    """A drawn photograph."""

    photo: np.ndarray
    """(1200, 1600, 3) uint8 RGB."""
    corners: np.ndarray
    """(4, 2): where the card's own top left, top right, bottom right and bottom left corner went."""
    sample: Sample
    """The card's truth; the front is its first page."""


def card(seed: int) -> Sample:
    """A card without anything around it."""
    return generate("can_cuoc", seed, "clean", layout=("2024-card", "2021-card")[seed % 2])


def scene(
    seed: int,
    *,
    turned: float = 0.0,
    tilt: float = 0.12,
    share: float = 0.62,
    glare: bool = False,
    dark: bool = False,
) -> Scene:
    """The card of `seed` on a table, turned by `turned` degrees clockwise, seen at an angle (`tilt`).

    `share` is the card's width as a share of the photograph's; `dark` makes the table nearly black.
    """
    rng = np.random.default_rng(seed)
    sample = card(seed)
    face = np.asarray(sample.pages[0].picture.convert("RGB").resize(CARD_PX))
    to_photo = _view(rng, turned, tilt, share)
    alpha = cv2.warpPerspective(_rounded(), to_photo, _SIZE, flags=cv2.INTER_AREA).astype(np.float32) / 255
    shown = cv2.warpPerspective(face, to_photo, _SIZE, flags=cv2.INTER_LINEAR).astype(np.float32)
    shadow = np.roll(cv2.GaussianBlur(alpha, (0, 0), 14), (12, 9), (0, 1))[..., None]
    photo = _table(rng, dark) * (1 - 0.45 * shadow)
    photo = photo * (1 - alpha[..., None]) + shown * alpha[..., None]
    if glare:
        middle = cv2.perspectiveTransform(np.array([[(620.0, 330.0)]]), to_photo)[0, 0]
        spot = np.zeros(_SIZE[::-1], np.float32)
        cv2.ellipse(spot, (int(middle[0]), int(middle[1])), (110, 60), 20, 0, 360, 1.0, -1)
        photo += cv2.GaussianBlur(spot, (0, 0), 16)[..., None] * 260
    photo *= _light(rng)[..., None]
    photo += rng.normal(0, 2.5, photo.shape)
    rgb = cv2.GaussianBlur(np.clip(photo, 0, 255).astype(np.uint8), (0, 0), 0.7)
    corners = np.array([[(0, 0), (CARD_PX[0], 0), CARD_PX, (0, CARD_PX[1])]], np.float64) - 0.5
    return Scene(rgb, cv2.perspectiveTransform(corners, to_photo)[0], sample)


def _rounded() -> np.ndarray:
    mask = np.zeros(CARD_PX[::-1], np.uint8)
    radius = round(3.18 / 85.6 * CARD_PX[0])
    cv2.rectangle(mask, (radius, 0), (CARD_PX[0] - radius, CARD_PX[1]), 255, -1)
    cv2.rectangle(mask, (0, radius), (CARD_PX[0], CARD_PX[1] - radius), 255, -1)
    for x in (radius, CARD_PX[0] - radius):
        for y in (radius, CARD_PX[1] - radius):
            cv2.circle(mask, (x, y), radius, 255, -1)
    return mask


def _view(rng: np.random.Generator, turned: float, tilt: float, share: float) -> np.ndarray:
    """What a camera at 0.9 of the picture's longer side sees of a card that lies turned and tilted before it."""
    focal = 0.9 * _SIZE[0]
    ax, ay, az = np.radians([tilt * rng.uniform(-90, 90) / 1.5, tilt * rng.uniform(-90, 90) / 1.5, turned])
    rx = np.array([[1, 0, 0], [0, np.cos(ax), -np.sin(ax)], [0, np.sin(ax), np.cos(ax)]])
    ry = np.array([[np.cos(ay), 0, np.sin(ay)], [0, 1, 0], [-np.sin(ay), 0, np.cos(ay)]])
    rz = np.array([[np.cos(az), -np.sin(az), 0], [np.sin(az), np.cos(az), 0], [0, 0, 1]])
    turn = rx @ ry @ rz
    distance = focal * CARD_PX[0] / (share * _SIZE[0])
    camera = np.array([[focal, 0, _SIZE[0] / 2], [0, focal, _SIZE[1] / 2], [0, 0, 1]])
    place = np.stack([turn[:, 0], turn[:, 1], [rng.uniform(-60, 60), rng.uniform(-40, 40), distance]], axis=1)
    middle = np.array([[1, 0, -CARD_PX[0] / 2], [0, 1, -CARD_PX[1] / 2], [0, 0, 1]])
    seen: np.ndarray = camera @ place @ middle
    return seen


def _table(rng: np.random.Generator, dark: bool) -> np.ndarray:
    """Wood or cloth: streaks and grain over one colour."""
    height, width = _SIZE[1], _SIZE[0]
    colour = rng.uniform(15, 45, 3) if dark else rng.uniform((90, 60, 40), (170, 130, 110))
    streaks = cv2.resize(
        rng.normal(0, 1, (60, 6)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    cloth = cv2.resize(
        rng.normal(0, 1, (300, 400)).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR
    )
    texture = 14 * streaks + 6 * cloth if not dark else 4 * streaks + 2 * cloth
    return np.clip(colour + texture[..., None], 0, 255)


def _light(rng: np.random.Generator) -> np.ndarray:
    ys, xs = np.mgrid[0 : 1 : _SIZE[1] * 1j, 0 : 1 : _SIZE[0] * 1j]
    field: np.ndarray = 1.0 - 0.3 * (xs * rng.uniform(-1, 1) + ys * rng.uniform(-1, 1)) ** 2
    return np.clip(field, 0.6, 1.05)
