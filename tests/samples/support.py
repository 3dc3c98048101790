"""Helpers of the samples' tests: the ink inside a box."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.geometry import Box


def contrast(picture: Image.Image, box: Box) -> float:
    """Difference of light and dark inside `box` (grey levels 0–255): some 5 on bare paper, far more on ink."""
    width, height = picture.size
    area = (
        int(box.x0 * width),
        int(box.y0 * height),
        max(int(box.x1 * width), int(box.x0 * width) + 1),
        max(int(box.y1 * height), int(box.y0 * height) + 1),
    )
    grey = np.asarray(picture.crop(area).convert("L"), dtype=np.float32)
    return float(np.percentile(grey, 97) - np.percentile(grey, 3))
