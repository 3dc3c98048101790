"""Pages as an office scanner gives them, each with one thing wrong with it that the test knows."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from PIL import Image

from samples.generate import generate

DPI = 300


@cache
def good(kind: str = "quyet_dinh", seed: int = 5, variant: str = "scanned") -> np.ndarray:
    """(H, W, 3) uint8: the first page of a sample paper as a sound scan shows it."""
    pixels = np.asarray(generate(kind, seed, variant).pages[0].picture)
    pixels.setflags(write=False)
    return pixels


def jpeg(pixels: np.ndarray, *, dpi: int | None = DPI, quality: int = 85) -> bytes:
    target = io.BytesIO()
    said = {} if dpi is None else {"dpi": (dpi, dpi)}
    Image.fromarray(pixels).save(target, "JPEG", quality=quality, **said)  # type: ignore[arg-type]
    return target.getvalue()


def _moved(page: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    paper = tuple(int(v) for v in page[4, 4])
    moved = cv2.warpAffine(page, matrix, page.shape[1::-1], borderMode=cv2.BORDER_CONSTANT, borderValue=paper)
    return np.asarray(moved)


def skewed(page: np.ndarray, degrees: float = 5.0) -> np.ndarray:
    turn = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), degrees, 0.93)
    return _moved(page, turn)


def rescanned(page: np.ndarray, seed: int = 1) -> np.ndarray:
    """The same sheet laid in once more: a little turned and shifted, with noise of its own."""
    turn = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), 0.4, 1.0)
    turn[:, 2] += (9, -6)
    moved = _moved(page, turn).astype(np.int16)
    grain = np.random.default_rng(seed).normal(0, 2.5, (256, 310, 3)).astype(np.int16)
    tiled = np.tile(grain, (moved.shape[0] // 256 + 1, moved.shape[1] // 310 + 1, 1))
    return np.clip(moved + tiled[: moved.shape[0], : moved.shape[1]], 0, 255).astype(np.uint8)


def blurred(page: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(page, (0, 0), 8.0))


def cut(page: np.ndarray) -> np.ndarray:
    """Without its left quarter, through the lines."""
    return np.ascontiguousarray(page[:, page.shape[1] // 4 :])


def dark(page: np.ndarray) -> np.ndarray:
    return cv2.convertScaleAbs(page, alpha=0.35)


def washed_out(page: np.ndarray) -> np.ndarray:
    return cv2.convertScaleAbs(page, alpha=0.45, beta=160)


def faint(page: np.ndarray) -> np.ndarray:
    return cv2.convertScaleAbs(page, alpha=0.15, beta=195)


def coarse(page: np.ndarray) -> np.ndarray:
    """At 150 dpi."""
    return np.asarray(cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))


def enlarged(page: np.ndarray) -> np.ndarray:
    """Taken at 75 dpi and blown up."""
    small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, page.shape[1::-1], interpolation=cv2.INTER_CUBIC))


def grey(page: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY))


def negative(page: np.ndarray) -> np.ndarray:
    return 255 - page


def sideways(page: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.rot90(page))


def upside_down(page: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(page[::-1, ::-1])


def mirrored(page: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(page[:, ::-1])


def noted(page: np.ndarray) -> np.ndarray:
    """With a yellow note of 60 mm stuck on it askew."""
    side = round(60 * DPI / 25.4)
    note = Image.new("RGBA", (side, side), (250, 235, 110, 255)).rotate(5, expand=True)
    sheet = Image.fromarray(page)
    sheet.paste(note, (1000, 1200), note)
    return np.asarray(sheet)


@cache
def blank(seed: int = 3) -> np.ndarray:
    """An empty side: paper with its grain."""
    grain = np.random.default_rng(seed).normal(0, 2.0, (256, 310, 1)) + np.array([248, 246, 242])
    plain: np.ndarray = np.tile(np.clip(grain, 0, 255).astype(np.uint8), (14, 8, 1))[:3508]
    plain.setflags(write=False)
    return plain


Flaw = Callable[[np.ndarray], np.ndarray]
FLAWS: dict[str, tuple[Flaw, int, set[str]]] = {
    "sound": (lambda page: page, DPI, set()),
    "askew": (skewed, DPI, {"skewed"}),
    "out of focus": (blurred, DPI, {"blurred"}),
    "enlarged": (enlarged, DPI, {"detail_too_low"}),
    "beyond the glass": (cut, DPI, {"cut_off"}),
    "lamp off": (dark, DPI, {"too_dark"}),
    "overexposed": (washed_out, DPI, {"too_light"}),
    "faint": (faint, DPI, {"low_contrast"}),
    "at 150 dpi": (coarse, 150, {"low_resolution"}),
    "grey": (grey, DPI, {"not_colour"}),
    "negative": (negative, DPI, {"negative"}),
    "sideways": (sideways, DPI, {"turned"}),
    "upside down": (upside_down, DPI, {"turned"}),
    "mirrored": (mirrored, DPI, {"mirrored", "turned"}),
    "empty": (lambda page: blank(), DPI, {"blank_page"}),
}
"""What can go wrong at a scanner: how it is drawn, the resolution it claims, and exactly which advices it must bring."""
