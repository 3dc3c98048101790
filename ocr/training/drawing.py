"""A line of text as ink on paper, and what else lies around it: leaders, rules, neighbours, seals, pen strokes."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.training.fonts import Typefaces

SMALLEST_EM, LARGEST_EM = 17, 62
"""Pixels per em: ten points at 120 dpi, fifteen at 300."""


@dataclass(frozen=True)
class DrawnLine:
    """`ink` is (H, W) float32 coverage 0–1; the box holds the line's own ink, without what was added around it."""

    ink: np.ndarray
    x0: int
    y0: int
    x1: int
    y1: int
    em: int
    nominal: tuple[int, int]
    """Top and bottom of the line by the font's own measures."""


def draw(text: str, rng: random.Random, faces: Typefaces, neighbour: str) -> DrawnLine:
    """Set `text` in a random face and size; `neighbour` may be set above or below it, partly in sight."""
    em = round(rng.triangular(SMALLEST_EM, LARGEST_EM, 38))
    family = faces.choose(rng)
    pad = round(1.6 * em)
    pieces = _pieces(text, rng, family)
    spread = 1.0 if rng.random() < 0.6 else rng.uniform(0.75, 2.4)
    widths = _widths(pieces, faces, em, spread)
    gap_at, gap = _wide_gap(pieces, rng, em)
    width = round(sum(widths) + gap) + 2 * pad
    canvas = Image.new("L", (width, round(3.4 * em)), 0)
    pen = ImageDraw.Draw(canvas)
    base = round(2.1 * em)
    x = float(pad)
    leader: tuple[float, float] | None = None
    for i, ((word, path), advance) in enumerate(zip(pieces, widths, strict=True)):
        if i == gap_at:
            leader = (x + 0.1 * em, x + gap - 0.2 * em)
            x += gap
        pen.text((x, base), word, 255, faces.sized(path, em), anchor="ls")
        x += advance
    own = np.asarray(canvas)
    box = cv2.boundingRect((own > 60).astype(np.uint8))
    ink = own.astype(np.float32) / 255
    around = _surroundings(
        own.shape, rng, faces, em, base, (box[0], box[0] + box[2]), neighbour, family[0], leader
    )
    return DrawnLine(
        np.maximum(ink, around),
        box[0],
        box[1],
        box[0] + box[2],
        box[1] + box[3],
        em,
        (base - round(0.95 * em), base + round(0.26 * em)),
    )


def _pieces(text: str, rng: random.Random, family: tuple[Path, ...]) -> list[tuple[str, Path]]:
    """Words with their faces: mostly one style a line, sometimes a label and its value in two."""
    words = text.split(" ")
    first = rng.choice(family) if rng.random() < 0.5 else family[0]
    if len(words) < 2 or rng.random() > 0.18:
        return [(w, first) for w in words]
    second, at = rng.choice(family), rng.randrange(1, len(words))
    return [(w, first if i < at else second) for i, w in enumerate(words)]


def _widths(pieces: list[tuple[str, Path]], faces: Typefaces, em: int, spread: float) -> list[float]:
    found = []
    for i, (word, path) in enumerate(pieces):
        font = faces.sized(path, em)
        space = font.getlength(" ") * spread if i + 1 < len(pieces) else 0.0
        found.append(font.getlength(word) + space)
    return found


def _wide_gap(pieces: list[tuple[str, Path]], rng: random.Random, em: int) -> tuple[int, float]:
    """A form's gap before a value: before which piece, and how wide."""
    if len(pieces) < 2 or rng.random() > 0.1:
        return -1, 0.0
    return rng.randrange(1, len(pieces)), rng.uniform(0.6, 5.0) * em


def _surroundings(
    shape: tuple[int, ...],
    rng: random.Random,
    faces: Typefaces,
    em: int,
    base: int,
    span: tuple[int, int],
    neighbour: str,
    path: Path,
    gap: tuple[float, float] | None,
) -> np.ndarray:
    canvas = Image.new("L", (shape[1], shape[0]), 0)
    pen = ImageDraw.Draw(canvas)
    if gap is not None and rng.random() < 0.6:
        _dots(pen, rng, gap[0], gap[1], base, em)
    if rng.random() < 0.06:
        _dots(pen, rng, span[1] + 0.15 * em, shape[1], base, em)
    if rng.random() < 0.04:
        _dots(pen, rng, 0, span[0] - 0.15 * em, base, em)
    if rng.random() < 0.05:
        _dots(pen, rng, span[0], span[1], base + 0.12 * em, em)
    if rng.random() < 0.07:
        y = base + rng.uniform(0.1, 0.32) * em
        pen.line(
            (span[0] - rng.uniform(-em, em), y, span[1] + rng.uniform(-em, em), y), 255, max(1, em // 20)
        )
    if rng.random() < 0.05:
        y = base + rng.choice((-1.35, 0.5)) * em
        pen.line((0, y, shape[1], y), 255, max(1, em // 22))
    if rng.random() < 0.05:
        x = rng.choice((span[0] - rng.uniform(0.2, 0.7) * em, span[1] + rng.uniform(0.2, 0.7) * em))
        pen.line((x, 0, x, shape[0]), 255, max(1, em // 22))
    if rng.random() < 0.3:
        y = base + rng.choice((-1, 1)) * rng.uniform(1.12, 1.6) * em
        pen.text((rng.uniform(-4, 1) * em, y), neighbour, 255, faces.sized(path, em), anchor="ls")
    ink = np.asarray(canvas).astype(np.float32) / 255
    if rng.random() < 0.1:
        ink = np.maximum(ink, _seal(shape, rng, em) * rng.uniform(0.12, 0.6))
    if rng.random() < 0.03:
        ink = np.maximum(ink, _stroke(shape, rng, em) * rng.uniform(0.3, 0.9))
    return ink


def _dots(pen: ImageDraw.ImageDraw, rng: random.Random, x0: float, x1: float, y: float, em: int) -> None:
    step, radius = rng.uniform(0.14, 0.3) * em, rng.uniform(0.025, 0.05) * em
    x = x0
    while x < x1:
        pen.ellipse((x, y - 2 * radius, x + 2 * radius, y), 255)
        x += step


def _seal(shape: tuple[int, ...], rng: random.Random, em: int) -> np.ndarray:
    """Arcs and letters of a round seal, as they remain where its colour was not wholly taken out."""
    canvas = np.zeros(shape[:2], np.uint8)
    centre = (rng.randrange(shape[1]), rng.randrange(-4 * em, shape[0] + 4 * em))
    for share in (1.0, 0.88):
        cv2.circle(
            canvas, centre, round(share * rng.uniform(4.2, 4.6) * em), 255, max(1, em // 14), cv2.LINE_AA
        )
    for _ in range(14):
        angle = rng.uniform(0, 2 * math.pi)
        at = (round(centre[0] + 3.5 * em * math.cos(angle)), round(centre[1] + 3.5 * em * math.sin(angle)))
        cv2.putText(
            canvas,
            rng.choice("ABCDHNTUVY"),
            at,
            cv2.FONT_HERSHEY_SIMPLEX,
            em / 45,
            255,
            max(1, em // 16),
            cv2.LINE_AA,
        )
    return canvas.astype(np.float32) / 255


def _stroke(shape: tuple[int, ...], rng: random.Random, em: int) -> np.ndarray:
    """A pen stroke across the line."""
    canvas = np.zeros(shape[:2], np.uint8)
    x, y = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
    points = [(x, y)]
    for _ in range(rng.randint(3, 6)):
        x, y = x + rng.uniform(-3, 3) * em, rng.uniform(0, shape[0])
        points.append((x, y))
    smooth = np.array([points], np.float32)
    cv2.polylines(canvas, [np.rint(smooth[0]).astype(np.int32)], False, 255, max(1, em // 16), cv2.LINE_AA)
    return canvas.astype(np.float32) / 255
