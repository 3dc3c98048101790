"""Where the net sees text: a map of probabilities over the cleaned page, highest along the middle of each line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ocr.nets import net

WEIGHTS = Path(__file__).parents[1] / "weights" / "lines-finder.onnx"
_STEP = 32
"""The net halves its input five times."""
_LEAST_SIDE = 640
_MOST_PIXELS = 1_000_000
"""A net's step takes 150 ns a pixel and 100 bytes; A4 at 82 dpi has 650,000."""
_WHITE = 255

_NAME = "line finder"


@dataclass(frozen=True)
class TextMap:
    """How likely each place is the middle of a text line."""

    probability: np.ndarray
    """(H, W) float32, 0–1."""
    scale: tuple[float, float]
    """Pixels of the picture for one of the map, across and down."""


def text_map(grey: np.ndarray, dpi: float, look_dpi: float) -> TextMap:
    """Run the net over a cleaned (H, W) uint8 page of `dpi` brought to `look_dpi`, small pages to somewhat more.

    Raises EngineFault when the net can't be loaded or run, PackageMissing without its runtime.
    """
    picture, (columns, rows) = net_input(grey, dpi, look_dpi)
    probability = net(_NAME, WEIGHTS).run(picture).astype(np.float32, copy=False)[0, 0, :rows, :columns]
    return TextMap(probability, (grey.shape[1] / columns, grey.shape[0] / rows))


def net_input(grey: np.ndarray, dpi: float, look_dpi: float) -> tuple[np.ndarray, tuple[int, int]]:
    """The page as the net takes it, (1, 3, H, W) float32 of -1 … 1, and the columns and rows that are not padding."""
    height, width = grey.shape
    columns, rows = _look_size(width, height, look_dpi / dpi)
    small = cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA)
    padded = np.full((_padded(rows), _padded(columns)), _WHITE, np.uint8)
    padded[:rows, :columns] = small
    # The net was trained on colour pictures.
    plane = padded.astype(np.float32) / 127.5 - 1.0
    return np.ascontiguousarray(np.broadcast_to(plane, (1, 3, *plane.shape))), (columns, rows)


def _look_size(width: int, height: int, scale: float) -> tuple[int, int]:
    scale = max(scale, _LEAST_SIDE / max(width, height))
    scale = min(scale, 1.0, math.sqrt(_MOST_PIXELS / (width * height)))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _padded(size: int) -> int:
    return -(-size // _STEP) * _STEP


def warm_up() -> None:
    """Load the net now and not with the first page. Raises what `text_map` raises."""
    net(_NAME, WEIGHTS)
