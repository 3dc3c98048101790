"""An archive for the bench of faults: boxes of papers, all different, some there twice, and some that do harm."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from PIL import Image, ImageDraw

from tests.machines import paper
from tests.pipeline import troubled

SCANS = 9
"""So many of ten files are scans; the others are electronic documents."""
BOX = 50
"""Files in a box."""
SICK = {
    "hangs": troubled.HANGING,
    "eats memory": troubled.EATING,
    "crashes": troubled.CRASHING,
    "is killed": troubled.KILLED,
}


def draw(folder: Path, documents: int, seed: int, sick: dict[str, int], scans: int = SCANS) -> dict[str, str]:
    """Files of an archive in boxes; what each is: `paper`, `scan`, or how it is sick. Every twentieth is there twice."""
    rng, found = random.Random(seed), {}
    for number in range(documents):
        box = folder / f"Hộp {number // BOX + 1}"
        box.mkdir(parents=True, exist_ok=True)
        if number % 10 >= scans:
            path, kind = box / f"{number:05}.pdf", "paper"
            path.write_bytes(paper(f"tờ {number} {seed}"))
        else:
            path, kind = box / f"{number:05}.tif", "scan"
            volume(path, f"tờ {number} {seed}", 600, pages=1)
        found[str(path.relative_to(folder))] = kind
        if rng.random() < 0.05:
            again = box / f"{number:05}-lần-hai{path.suffix}"
            shutil.copyfile(path, again)
            found[str(again.relative_to(folder))] = kind
    for kind, width in sick.items():
        path = folder / "Hộp 1" / f"{width}.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        volume(path, kind, width, pages=3)
        found[str(path.relative_to(folder))] = kind
    return found


def volume(path: Path, words: str, width: int, *, pages: int) -> None:
    """A scan of a few pages of that width in pixels."""
    drawn = []
    for number in range(1, pages + 1):
        image = Image.new("L", (width, 850), 255)
        pen, look = ImageDraw.Draw(image), random.Random(f"{words} {number}")
        for _ in range(10):  # so that no two look alike, and nobody compares them closely
            x, y = look.randrange(60, width - 160), look.randrange(160, 700)
            pen.rectangle((x, y, x + look.randrange(20, 100), y + look.randrange(20, 100)), fill=60)
        pen.text((60, 60), f"{words} {number}", fill=0, font_size=24)
        drawn.append(image)
    drawn[0].save(path, save_all=True, append_images=drawn[1:], dpi=(100, 100), compression="tiff_lzw")
