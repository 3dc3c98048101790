"""The pictures on an identity card: ground pattern, faceless portrait, chip, nobody's fingerprint."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageDraw

from samples.papers.card_codes import SidePainter
from samples.papers.common import MM
from samples.sheet import Overlay

WIDTH, HEIGHT = 85.6 * MM, 53.98 * MM
"""ID-1 (ISO/IEC 7810), in points."""


def guilloche(rng: random.Random, left: float, top: float) -> Overlay:
    """Pale green-yellow ground with fine crossing waves and round corners."""
    phase, cycles = rng.uniform(0, 6.28), rng.uniform(5, 8)

    def paint(picture: Image.Image, scale: float) -> None:
        width, height = round(WIDTH * scale), round(HEIGHT * scale)
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        u, v = xs / width, ys / height
        green = np.array((206, 232, 218), dtype=np.float32)
        yellow = np.array((244, 240, 208), dtype=np.float32)
        mix = np.clip(1 - np.abs(u - 0.5) * 1.9, 0, 1)[..., None]
        ground = green * (1 - mix) + yellow * mix
        waves = np.zeros_like(u)
        for k, (a, b) in enumerate(((1.0, 0.6), (0.8, -0.7), (0.25, 1.2))):
            field = (u * a + v * b) * 46 + 1.4 * np.sin(u * cycles * (1 + 0.3 * k) + phase + v * 3)
            waves = np.maximum(waves, np.exp(-((np.sin(np.pi * field) / 0.16) ** 2)))
        tint = np.array((150, 196, 190), dtype=np.float32)
        card = ground * (1 - 0.26 * waves[..., None]) + tint * 0.26 * waves[..., None]
        mask = Image.new("L", (width, height), 0)
        ImageDraw.Draw(mask).rounded_rectangle(
            (0, 0, width - 1, height - 1), radius=3.2 * MM * scale, fill=255
        )
        picture.paste(
            Image.fromarray(np.rint(card).astype(np.uint8)), (round(left * scale), round(top * scale)), mask
        )

    return paint


def portrait(
    rng: random.Random, x: float, y: float, width: float, height: float, *, male: bool
) -> SidePainter:
    """A faceless silhouette: no picture of anyone."""
    shirt = rng.choice(((70, 84, 120), (236, 236, 232), (60, 60, 66), (130, 60, 66)))
    skin = rng.choice(((222, 186, 158), (206, 168, 138), (232, 200, 176)))

    def paint(picture: Image.Image, left: float, top: float, scale: float) -> None:
        w, h = round(width * scale), round(height * scale)
        photo = Image.new("RGB", (w, h), (222, 228, 236))
        draw = ImageDraw.Draw(photo)
        hair = (38, 30, 28)
        if not male:
            draw.rounded_rectangle((w * 0.26, h * 0.2, w * 0.74, h * 0.72), radius=w * 0.2, fill=hair)
        draw.ellipse((-w * 0.05, h * 0.68, w * 1.05, h * 1.4), fill=shirt)
        draw.rectangle((w * 0.41, h * 0.55, w * 0.59, h * 0.74), fill=skin)
        draw.ellipse((w * 0.3, h * 0.2, w * 0.7, h * 0.64), fill=skin)
        draw.pieslice((w * 0.28, h * 0.15, w * 0.72, h * 0.58), 180, 360, fill=hair)
        picture.paste(photo, (round(left + x * scale), round(top + y * scale)))

    return paint


def chip(x: float, y: float, width: float, height: float) -> SidePainter:
    def paint(picture: Image.Image, left: float, top: float, scale: float) -> None:
        draw = ImageDraw.Draw(picture)
        a, b = left + x * scale, top + y * scale
        w, h = width * scale, height * scale
        gold, dark = (212, 182, 108), (150, 120, 60)
        draw.rounded_rectangle(
            (a, b, a + w, b + h), radius=h * 0.16, fill=gold, outline=dark, width=max(1, round(scale * 0.5))
        )
        line = max(1, round(scale * 0.45))
        for share in (0.33, 0.66):
            draw.line((a, b + h * share, a + w * 0.34, b + h * share), dark, line)
            draw.line((a + w * 0.66, b + h * share, a + w, b + h * share), dark, line)
        draw.ellipse((a + w * 0.34, b + h * 0.22, a + w * 0.66, b + h * 0.78), outline=dark, width=line)

    return paint


def fingerprint(rng: random.Random, x: float, y: float, width: float, height: float) -> SidePainter:
    """Concentric wavy ridges; nobody's finger."""
    phase = rng.uniform(0, 6.28)

    def paint(picture: Image.Image, left: float, top: float, scale: float) -> None:
        w, h = round(width * scale * 0.5), round(height * scale * 0.8)
        ys, xs = np.mgrid[-1 : 1 : complex(0, h), -1 : 1 : complex(0, w)]
        radius = np.hypot(xs, ys * 0.8) + 0.06 * np.sin(3 * np.arctan2(ys, xs) + phase)
        ridges = (np.sin(radius * 46) > 0) & (np.hypot(xs, ys) < 0.96)
        ink = Image.fromarray((ridges * 170).astype(np.uint8))
        picture.paste((60, 50, 60), (round(left + x * scale), round(top + y * scale)), ink)

    return paint
