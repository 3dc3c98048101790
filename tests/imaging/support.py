"""Small pages with known ink, for the tests of the imaging room."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf"
TEXT = "Căn cứ Luật Hộ tịch; theo đề nghị của công chức tư pháp phường"

NOTES = {"yellow": (250, 235, 110), "pale": (250, 245, 200), "blue": (170, 210, 240)}
"""Colours of sticky notes."""


def text_page(
    *,
    dpi: float = 150,
    lines: int = 24,
    first: str = TEXT,
    top_mm: float = 30,
    paper: tuple[int, int, int] = (250, 248, 244),
    size_mm: tuple[float, float] = (210, 297),
) -> Image.Image:
    """An RGB page of `lines` printed lines below an empty top margin."""
    mm = dpi / 25.4
    page = Image.new("RGB", (round(size_mm[0] * mm), round(size_mm[1] * mm)), paper)
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, round(13 * dpi / 72))
    for i in range(lines):
        words = first if i == 0 else f"{i}. {TEXT[: 30 + (i * 7) % 30]}"
        draw.text((25 * mm, (top_mm + 9 * i) * mm), words, font=font, fill=(25, 25, 30))
    return page


def grey(page: Image.Image) -> np.ndarray:
    return np.asarray(page.convert("L"))


def turned(page: Image.Image, degrees: float) -> Image.Image:
    """Turned so that lines fall to the right by `degrees`."""
    return page.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=page.getpixel((1, 1)))


def noisy(page: Image.Image, sigma: float, seed: int = 7) -> Image.Image:
    values = np.asarray(page).astype(np.float32)
    values += np.random.default_rng(seed).normal(0, sigma, values.shape).astype(np.float32)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def asymmetric(width: int = 48, height: int = 32) -> Image.Image:
    """A small picture no symmetry maps onto itself: black top left block on a left-right gradient."""
    values = np.tile(np.linspace(120, 250, width).astype(np.uint8), (height, 1))
    values[: height // 3, : width // 4] = 10
    return Image.fromarray(np.dstack([values, values // 2 + 100, values]))


def saved(page: Image.Image, path: Path, **options: object) -> Path:
    page.save(path, **options)  # type: ignore[arg-type]
    return path


def with_note(
    page: Image.Image, colour: tuple[int, int, int], *, mm: float = 60, at: tuple[int, int] = (300, 500)
) -> Image.Image:
    """The page with a note of `mm` stuck on it askew."""
    side = round(mm * 150 / 25.4)
    note = Image.new("RGBA", (side, side), (*colour, 255)).rotate(5, expand=True)
    stuck = page.copy()
    stuck.paste(note, at, note)
    return stuck
