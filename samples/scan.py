"""What happens between paper and file: skew, blur, noise, light, the other side, the copier; truth moves along."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from models.geometry import Box
from samples.fonts import FontBook
from samples.ink import BoxStamp, Seal

Pixels = npt.NDArray[np.uint8]
"""Shape (height, width, 3), RGB."""

_SMALL = 250.0
"""Pages lower than this (in points) are cards."""
VARIANTS = ("clean", "scanned", "uneven", "stamped", "showthrough", "photocopy", "bad")


@dataclass(frozen=True)
class Scan:
    """A page as the scanner delivers it, and where its points went."""

    picture: Image.Image
    dpi: int
    jpeg_quality: int
    matrix: npt.NDArray[np.float64]
    """3x3 homography from the clean page to the scan, both in page-relative coordinates (0–1)."""

    def moved(self, box: Box) -> Box:
        """The axis-aligned box around where `box` went."""
        corners = np.array(
            [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)], dtype=np.float64
        )
        moved = cv2.perspectiveTransform(corners[None], self.matrix)[0]
        low, high = moved.min(axis=0), moved.max(axis=0)
        return Box.clipped(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


@dataclass(frozen=True)
class Recipe:
    """How strongly each effect acts; lengths in pixels at 300 dpi."""

    skew: float = 0.0
    """Largest angle in degrees, either way."""
    perspective: float = 0.0
    """Largest shift of a corner, as a share of the page."""
    blur: tuple[float, float] = (0.0, 0.0)
    noise: tuple[float, float] = (0.0, 0.0)
    """Standard deviation of sensor noise in grey levels."""
    paper_tint: float = 0.0
    light: float = 0.0
    """Depth of the darkest corner, as a share of full light."""
    showthrough: tuple[float, float] = (0.0, 0.0)
    fade: tuple[float, float] = (1.0, 1.0)
    """Contrast kept."""
    speckle: float = 0.0
    """Specks for each million pixels."""
    stamps: int = 0
    copier: bool = False
    folds: int = 0
    dpi: tuple[int, ...] = (300,)
    jpeg_quality: tuple[int, int] = (88, 92)


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "clean": Recipe(),
        "scanned": Recipe(
            skew=1.6, blur=(0.4, 0.9), noise=(1.5, 4.5), paper_tint=0.6, speckle=1.5, jpeg_quality=(72, 86)
        ),
        "uneven": Recipe(
            skew=1.5,
            perspective=0.008,
            blur=(0.5, 1.1),
            noise=(2.0, 5.0),
            paper_tint=1.0,
            light=0.5,
            jpeg_quality=(68, 82),
        ),
        "stamped": Recipe(
            skew=1.2,
            blur=(0.4, 0.9),
            noise=(1.5, 4.0),
            paper_tint=0.6,
            stamps=3,
            speckle=1.0,
            jpeg_quality=(72, 86),
        ),
        "showthrough": Recipe(
            skew=1.4,
            blur=(0.4, 0.9),
            noise=(1.5, 4.0),
            paper_tint=1.0,
            showthrough=(0.12, 0.26),
            jpeg_quality=(70, 84),
        ),
        "photocopy": Recipe(
            skew=2.0, blur=(0.6, 1.1), noise=(2, 4), speckle=14, copier=True, jpeg_quality=(66, 80)
        ),
        "bad": Recipe(
            skew=3.0,
            perspective=0.012,
            blur=(1.0, 1.8),
            noise=(5, 10),
            paper_tint=1.4,
            light=0.35,
            showthrough=(0.04, 0.14),
            fade=(0.55, 0.8),
            speckle=8,
            folds=1,
            dpi=(150, 200, 200),
            jpeg_quality=(38, 58),
        ),
    }
)


def scan(
    page: Image.Image,
    recipe: Recipe,
    rng: random.Random,
    book: FontBook,
    *,
    feed: random.Random,
    back: Image.Image | None = None,
    dpi: int = 300,
) -> Scan:
    """Put a clean page rendered at `dpi` through `recipe`; `back` shows through where the recipe says so.

    `rng` decides what differs from page to page; `feed`, given in the same state for every page of a document,
    what stays the same in one go: paper, resolution, focus, quality.
    """
    if recipe == RECIPES["clean"]:
        return Scan(page, dpi, recipe.jpeg_quality[1], np.eye(3))
    noise_rng = np.random.default_rng(rng.getrandbits(32))
    inked = _stamped(page, recipe, rng, book, dpi)
    pixels: Pixels = np.asarray(inked)
    pixels = _tinted(pixels, recipe, feed)
    if recipe.showthrough[1]:
        pixels = _show_through(pixels, back or page, rng.uniform(*recipe.showthrough))
    if recipe.folds:
        pixels = _folded(pixels, rng)
    matrix = _geometry(pixels.shape[1], pixels.shape[0], recipe, rng)
    edge = (30, 30, 32) if recipe.copier and rng.random() < 0.5 else tuple(int(v) for v in pixels[4, 4])
    pixels = _as_pixels(
        cv2.warpPerspective(
            pixels,
            matrix,
            (pixels.shape[1], pixels.shape[0]),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=edge,
        )
    )
    target = feed.choice(recipe.dpi)
    relative = _relative(matrix, pixels.shape[1], pixels.shape[0])
    if target != dpi:
        size = (round(pixels.shape[1] * target / dpi), round(pixels.shape[0] * target / dpi))
        pixels = _as_pixels(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    pixels = _optics(pixels, recipe, rng, feed, noise_rng, target / 300)
    quality = feed.randint(*recipe.jpeg_quality)
    return Scan(through_jpeg(Image.fromarray(pixels), quality), target, quality, relative)


def jpeg_bytes(picture: Image.Image, quality: int, dpi: int) -> bytes:
    """Baseline JPEG with its resolution in the JFIF header; 4:2:0 below quality 80 as scanners do."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, dpi=(dpi, dpi), subsampling=2 if quality < 80 else 0)
    return buffer.getvalue()


def through_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    """The picture after one round of compression, so that lossless files show the scanner's losses too."""
    decoded = Image.open(io.BytesIO(jpeg_bytes(picture, quality, 300)))
    decoded.load()
    return decoded


def _as_pixels(array: object) -> Pixels:
    return np.asarray(array, dtype=np.uint8)


def _stamped(page: Image.Image, recipe: Recipe, rng: random.Random, book: FontBook, dpi: int) -> Image.Image:
    if not recipe.stamps:
        return page
    picture = page.copy()
    scale = dpi / 72
    width, height = page.width / scale, page.height / scale
    if height < _SMALL:  # a card gets at most the edge of one small seal
        edge = Seal(
            x=width * rng.choice((0.0, 1.0)),
            y=height * rng.uniform(0.2, 0.9),
            upper="VĂN PHÒNG",
            diameter=58,
            wear=0.4,
        )
        edge.painter(book, rng)(picture, scale)
        return picture
    rows = rng.choice((("Số:", "Ngày:", "Chuyển:"), ("Số:", "Ngày:"), ("Giờ:", "Ngày:")))
    arrival = BoxStamp(
        x=rng.uniform(0.04, 0.3) * width,
        y=rng.uniform(0.03, 0.28) * height,
        title=rng.choice(("CÔNG VĂN ĐẾN", "ĐẾN", "ĐÃ TIẾP NHẬN", "ĐÃ SỐ HÓA")),
        rows=rows,
        width=140.0,
        angle=rng.uniform(-6, 6),
        colour=rng.choice(((38, 62, 160), (52, 84, 176), (170, 40, 60))),
    )
    arrival.painter(book, rng)(picture, scale)
    for _ in range(recipe.stamps - 1):
        seal = Seal(
            x=rng.uniform(0.15, 0.85) * width,
            y=rng.uniform(0.25, 0.9) * height,
            upper=rng.choice(("ĐÃ ĐỐI CHIẾU BẢN CHÍNH", "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", "VĂN PHÒNG")),
            diameter=rng.uniform(85, 103),
            angle=rng.uniform(-30, 30),
            wear=rng.uniform(0.1, 0.5),
        )
        seal.painter(book, rng)(picture, scale)
    return picture


def _tinted(pixels: Pixels, recipe: Recipe, rng: random.Random) -> Pixels:
    """Paper is never pure white, ink never pure black."""
    strength = recipe.paper_tint
    white = np.array(
        [
            255 - strength * rng.uniform(2, 9),
            255 - strength * rng.uniform(3, 11),
            255 - strength * rng.uniform(5, 22),
        ]
    )
    black = rng.uniform(8, 34)
    keep = rng.uniform(*recipe.fade)
    tables = []
    for top in white:
        low = black + (top - black) * (1 - keep)
        tables.append(low + (top - low) * np.arange(256) / 255)
    table = np.rint(np.stack(tables, axis=1)).astype(np.uint8)[None]
    return _as_pixels(cv2.LUT(pixels, table))


def _show_through(pixels: Pixels, back: Image.Image, strength: float) -> Pixels:
    height, width = pixels.shape[:2]
    small = back.convert("L").resize((width // 4, height // 4), Image.Resampling.BILINEAR)
    mirrored = cv2.GaussianBlur(np.asarray(small)[:, ::-1], (0, 0), 1.1)
    shade = cv2.resize(mirrored, (width, height), interpolation=cv2.INTER_LINEAR)
    table = np.rint(255 * (1 - strength * (1 - np.arange(256) / 255))).astype(np.uint8)
    veil = cv2.cvtColor(cv2.LUT(shade, table), cv2.COLOR_GRAY2RGB)
    return _as_pixels(cv2.multiply(pixels, veil, scale=1 / 255))


def _folded(pixels: Pixels, rng: random.Random) -> Pixels:
    """A crease across the sheet: a darker and a lighter line with a soft shadow."""
    height = pixels.shape[0]
    row = round(height * rng.choice((0.5, 0.34, 0.66)) + rng.uniform(-30, 30))
    y = np.arange(height) - row
    shade = 1 - 0.14 * np.exp(-((y / 22.0) ** 2)) + 0.10 * np.exp(-(((y - 8) / 4.0) ** 2))
    return _as_pixels(np.clip(pixels * shade[:, None, None].astype(np.float32), 0, 255))


def _geometry(width: int, height: int, recipe: Recipe, rng: random.Random) -> npt.NDArray[np.float64]:
    angle = rng.uniform(0.25, 1.0) * recipe.skew * rng.choice((-1, 1))
    turn = np.eye(3)
    turn[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turn[0, 2] += rng.uniform(-0.004, 0.004) * width
    turn[1, 2] += rng.uniform(-0.004, 0.004) * height
    if not recipe.perspective:
        return turn
    before = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    shift = [
        (rng.uniform(-1, 1) * recipe.perspective * width, rng.uniform(-1, 1) * recipe.perspective * height)
        for _ in range(4)
    ]
    lens = cv2.getPerspectiveTransform(before, before + np.array(shift, dtype=np.float32))
    return np.asarray(lens @ turn, dtype=np.float64)


def _relative(matrix: npt.NDArray[np.float64], width: int, height: int) -> npt.NDArray[np.float64]:
    size = np.diag([float(width), float(height), 1.0])
    return np.linalg.inv(size) @ matrix @ size


def _optics(
    pixels: Pixels,
    recipe: Recipe,
    rng: random.Random,
    feed: random.Random,
    noise_rng: np.random.Generator,
    scale: float,
) -> Pixels:
    height, width = pixels.shape[:2]
    sigma = feed.uniform(*recipe.blur) * scale
    if sigma > 0.15:
        pixels = _as_pixels(cv2.GaussianBlur(pixels, (0, 0), sigma))
    if recipe.copier:
        pixels = _copied(pixels, rng, feed, noise_rng)
    if recipe.light:
        pixels = _lit(pixels, recipe.light, rng)
    level = feed.uniform(*recipe.noise)
    if level:
        tile = noise_rng.normal(0, level, (512, 640, 1 if recipe.copier else 3)).astype(np.int16)
        grain = np.tile(tile, (height // 512 + 1, width // 640 + 1, 3 // tile.shape[2]))[:height, :width]
        pixels = _as_pixels(cv2.add(pixels, grain, dtype=cv2.CV_8U))
    specks = int(recipe.speckle * width * height / 1e6)
    if specks:
        pixels = pixels.copy()
        for _ in range(specks):
            spot = (rng.randrange(width), rng.randrange(height))
            grey = rng.randint(30, 150)
            cv2.circle(pixels, spot, rng.choice((0, 1, 1, 1, 2)), (grey, grey, grey), -1, cv2.LINE_AA)
    return pixels


def _copied(
    pixels: Pixels, rng: random.Random, feed: random.Random, noise_rng: np.random.Generator
) -> Pixels:
    """A photocopier: grey, steep contrast, toner that doesn't hold everywhere, faint streaks."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    steep, middle = feed.uniform(0.045, 0.075), feed.uniform(128, 165)
    curve = 12 + 240 / (1 + np.exp(-steep * (np.arange(256) - middle)))
    copied = cv2.LUT(grey, np.clip(np.rint(curve), 0, 255).astype(np.uint8))
    height, width = copied.shape
    toner = cv2.resize(
        noise_rng.random((height // 3 + 1, width // 3 + 1), dtype=np.float32),
        (width, height),
        interpolation=cv2.INTER_LINEAR,
    )
    holes = (toner > rng.uniform(0.86, 0.95)) & (copied < 120)
    copied[holes] = 190
    for _ in range(rng.randint(0, 3)):
        column = rng.randrange(width)
        copied[:, column : column + rng.randint(1, 3)] = np.clip(
            copied[:, column : column + 1].astype(np.int16) - 40, 0, 255
        )
    return _as_pixels(cv2.cvtColor(copied, cv2.COLOR_GRAY2RGB))


def _lit(pixels: Pixels, depth: float, rng: random.Random) -> Pixels:
    """Light that falls off from one side, and a soft shadow."""
    height, width = pixels.shape[:2]
    ys, xs = np.mgrid[0:1:48j, 0:1:34j]
    side = rng.uniform(0, 2 * np.pi)
    slope = (xs - 0.5) * np.cos(side) + (ys - 0.5) * np.sin(side)
    field = 1 - depth * rng.uniform(0.6, 1.0) * (slope + 0.5)
    cx, cy = rng.uniform(0, 1), rng.uniform(0, 1)
    field -= 0.25 * depth * np.exp(-(((xs - cx) / 0.3) ** 2 + ((ys - cy) / 0.22) ** 2))
    small = np.clip(field * 255, 30, 255).astype(np.uint8)
    veil = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return _as_pixels(cv2.multiply(pixels, cv2.cvtColor(veil, cv2.COLOR_GRAY2RGB), scale=1 / 255))
