"""From a drawn line to the picture a line finder would cut out of a cleaned scan."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import cv2
import numpy as np

from ocr.training.alphabet import HEIGHT, STRIDE
from ocr.training.drawing import DrawnLine

WIDEST = 2048
"""Pixels; a line that would be wider is squeezed."""


def photograph(line: DrawnLine, rng: random.Random) -> np.ndarray:
    """The line's (48, W) uint8 picture, W a multiple of 8: worn, blurred, noisy, compressed, cut out and scaled."""
    noise = np.random.default_rng(rng.getrandbits(32))
    ink, box = _sloped(line, rng)
    ink = _weight(ink, rng, line.em)
    if rng.random() < 0.1:
        faint = np.roll(ink[:, ::-1], rng.randint(-line.em, line.em), axis=0)
        ink = np.maximum(ink, cv2.GaussianBlur(faint, (0, 0), 1.5) * rng.uniform(0.05, 0.22))
    ink = cv2.GaussianBlur(
        ink,
        (0, 0),
        max(0.05, rng.choice((0.3, 0.5, 0.7, 1.0)) * rng.uniform(0.5, 1.3) * (line.em / 42) ** 0.5),
    )
    if rng.random() < 0.12:
        line, ink, box = _coarse(line, ink, box, rng)
    grey = _toned(ink, rng, noise)
    grey = _copied(grey, rng, noise)
    if rng.random() < 0.6:
        quality = rng.randint(28, 92)
        _, packed = cv2.imencode(".jpg", grey, (cv2.IMWRITE_JPEG_QUALITY, quality))
        grey = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return _cut(grey, box, line, rng)


def _coarse(
    line: DrawnLine, ink: np.ndarray, box: tuple[int, int, int, int], rng: random.Random
) -> tuple[DrawnLine, np.ndarray, tuple[int, int, int, int]]:
    """As cards and footnotes look at 150 dpi: ten to twenty pixels for an em."""
    share = rng.uniform(10, 20) / line.em
    if share >= 1:
        return line, ink, box
    small = cv2.resize(ink, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    top, bottom = (round(v * share) for v in line.nominal)
    coarse = replace(line, em=max(1, round(line.em * share)), nominal=(top, bottom))
    x0, y0, x1, y1 = box
    return coarse, small, (int(x0 * share), int(y0 * share), math.ceil(x1 * share), math.ceil(y1 * share))


def _sloped(line: DrawnLine, rng: random.Random) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """Slightly turned, sheared and stretched, as scanners and deskewing leave it."""
    box = (line.x0, line.y0, line.x1, line.y1)
    if rng.random() < 0.45:
        return line.ink, box
    height, width = line.ink.shape
    wide = rng.uniform(0.82, 1.2) if rng.random() < 0.4 else 1.0
    long = (line.x1 - line.x0) / max(1, line.y1 - line.y0)
    # What deskewing leaves is a few tenths of a degree; a short line can bear more than a long one.
    angle = rng.gauss(0, min(0.012, 0.12 / max(1.0, long)))
    shear = rng.gauss(0, 0.03)
    x, y = (line.x0 + line.x1) / 2, (line.y0 + line.y1) / 2
    matrix = np.array([[wide, shear, x * (1 - wide) - shear * y], [angle, 1.0, -angle * x]], np.float64)
    size = round(width * max(1.0, wide)) + line.em
    matrix[0, 2] += (size - width) / 2
    turned = cv2.warpAffine(line.ink, matrix, (size, height), flags=cv2.INTER_LINEAR)
    corners = np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]], np.float64)
    moved = corners @ matrix[:, :2].T + matrix[:, 2]
    low, high = np.floor(moved.min(0)), np.ceil(moved.max(0))
    return turned, (
        max(0, int(low[0])), max(0, int(low[1])), min(size, int(high[0])), min(height, int(high[1])),
    )  # fmt: skip


def _weight(ink: np.ndarray, rng: random.Random, em: int) -> np.ndarray:
    """Thicker or thinner strokes."""
    chance = rng.random()
    if chance < 0.18:
        swollen = cv2.dilate(ink, np.ones((2, 2) if rng.random() < 0.5 else (3, 3), np.uint8))
        share = rng.uniform(0.15, 0.8) * min(1.0, em / 34)
        return np.asarray(ink * (1 - share) + swollen * share)
    if chance < 0.34:
        thinned = cv2.erode(ink, np.ones((2, 2), np.uint8))
        share = rng.uniform(0.1, 0.65) * min(1.0, em / 40)
        return np.asarray(ink * (1 - share) + thinned * share)
    return ink


def _toned(ink: np.ndarray, rng: random.Random, noise: np.random.Generator) -> np.ndarray:
    """Grey levels: dark to faded print on paper that cleaning has made nearly white, with grain."""
    black = rng.triangular(0, 150, 25)
    paper = rng.uniform(244, 262) if rng.random() < 0.75 else rng.uniform(222, 250)
    grey = paper - ink * (paper - black)
    height, width = ink.shape
    if rng.random() < 0.35:  # uneven ink and paper
        coarse = noise.normal(1.0, rng.uniform(0.02, 0.16), (3, max(3, width // 60))).astype(np.float32)
        uneven = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        grey = paper - (paper - grey) * uneven
    strength = rng.choice((0.0, 2.0, 5.0, 9.0, 14.0)) * rng.uniform(0.4, 1.1)
    if strength:
        grain = noise.normal(0, strength, ink.shape).astype(np.float32)
        if rng.random() < 0.5:
            grain = cv2.GaussianBlur(grain, (0, 0), 0.7) * 1.8
        grey = grey + grain
    return np.clip(grey, 0, 255).astype(np.uint8)


def _copied(grey: np.ndarray, rng: random.Random, noise: np.random.Generator) -> np.ndarray:
    """Specks, black and white pictures, photocopies."""
    if rng.random() < 0.1:
        specks = noise.random(grey.shape) < rng.uniform(0.0001, 0.002)
        grown = cv2.dilate(specks.astype(np.uint8), np.ones((2, 2), np.uint8))
        grey = np.where(grown > 0, np.uint8(rng.randint(0, 120)), grey)
    if rng.random() < 0.025:  # a streak of the scanner's feed
        row, rows = rng.randrange(grey.shape[0]), max(1, grey.shape[0] // 70)
        streak = noise.random(grey.shape[1]) < rng.uniform(0.3, 1.0)
        grey = grey.copy()
        grey[row : row + rows, streak] = rng.randint(0, 170)
    chance = rng.random()
    if chance < 0.1:
        dark, light = np.percentile(grey, (1, 90))
        level = dark + rng.uniform(0.4, 0.75) * (float(light) - dark)
        return np.where(grey > level, np.uint8(255), np.uint8(0))
    if chance < 0.2:
        low, high = rng.uniform(10, 90), rng.uniform(170, 240)
        return np.clip((grey.astype(np.float32) - low) * (255 / (high - low)), 0, 255).astype(np.uint8)
    return grey


def _cut(grey: np.ndarray, box: tuple[int, int, int, int], line: DrawnLine, rng: random.Random) -> np.ndarray:
    """Loose, tight or shifted, as a line finder cuts, scaled to 48 pixels of height."""
    x0, y0, x1, y1 = box
    chance = rng.random()
    if chance < 0.3 or y1 - y0 < 0.35 * line.em:
        y0, y1 = min(y0, line.nominal[0]), max(y1, line.nominal[1])
    elif chance < 0.5:
        y0, y1 = y0 - round(rng.uniform(0, 0.3) * line.em), y1 + round(rng.uniform(0, 0.25) * line.em)
    height = y1 - y0
    top = y0 - 0.12 * height - rng.gauss(0.02, 0.06) * height
    bottom = y1 + 0.12 * height + rng.gauss(0.02, 0.06) * height
    left = x0 - rng.triangular(0.0, 1.0, 0.3) * height
    right = x1 + rng.triangular(0.0, 1.0, 0.3) * height
    scale = HEIGHT / max(4.0, bottom - top)
    width = min(WIDEST, max(2 * STRIDE, round((right - left) * scale)))
    width = -(-width // STRIDE) * STRIDE
    sx = width / max(1.0, right - left)
    matrix = np.array([[sx, 0, -left * sx + (sx - 1) / 2], [0, scale, -top * scale + (scale - 1) / 2]])
    if scale < 0.9:  # shrinking without averaging would lose thin strokes
        grey = cv2.blur(grey, (max(1, round(1 / sx)), max(1, round(1 / scale)))) if scale < 0.6 else grey
    return cv2.warpAffine(
        grey,
        matrix,
        (width, HEIGHT),
        flags=cv2.INTER_CUBIC if scale > 1 or rng.random() < 0.5 else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
