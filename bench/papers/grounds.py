"""Grounds of certificates: tinted security paper and plain frames."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from samples.papers.common import MM
from samples.sheet import Colour, Overlay


def tinted(colour: Colour, wave: Colour, *, step: float = 7.0) -> Overlay:
    """Security paper: an even tint with fine crossing waves over the whole sheet."""

    def paint(picture: Image.Image, scale: float) -> None:
        width, height = picture.size
        ys, xs = np.mgrid[0 : height // 2 + 1, 0 : width // 2 + 1].astype(np.float32)
        one = np.sin((xs * 0.7 + ys + 9 * np.sin(xs / (31 * scale))) * 2 * np.pi / (step * scale))
        two = np.sin((xs - 0.6 * ys + 7 * np.sin(ys / (27 * scale))) * 2 * np.pi / (step * scale))
        lines = np.maximum(one, two) > 0.93
        ground = np.empty((*lines.shape, 3), dtype=np.uint8)
        ground[:] = colour
        ground[lines] = wave
        picture.paste(Image.fromarray(ground).resize(picture.size, Image.Resampling.BILINEAR))

    return paint


def framed(colour: Colour, inset: float = 9 * MM, *, lines: int = 2) -> Overlay:
    """A plain frame of one to three lines."""

    def paint(picture: Image.Image, scale: float) -> None:
        draw = ImageDraw.Draw(picture)
        for index in range(lines):
            a = (inset + index * 3.2) * scale
            wide = max(1, round((1.8 if index == 0 else 0.7) * scale))
            draw.rectangle((a, a, picture.width - a, picture.height - a), outline=colour, width=wide)

    return paint
