"""Ink that is no text: round seals, rectangular stamps, pen strokes, ornaments; nobody's real emblem."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from samples.fonts import Face, FontBook
from samples.sheet import POINTS_PER_MM, Colour, Overlay

Mask = npt.NDArray[np.float32]
"""Coverage 0–1, shape (height, width)."""

SEAL_RED: Colour = (212, 32, 48)
STAMP_BLUE: Colour = (38, 62, 160)
PEN_BLUE: Colour = (28, 44, 150)
PEN_BLACK: Colour = (30, 30, 40)


def _coverage(canvas: npt.NDArray[np.uint8], strength: float = 1.0) -> Mask:
    return np.multiply(canvas, strength / 255, dtype=np.float32)


def multiply(picture: Image.Image, mask: Mask, left: int, top: int, colour: Colour) -> None:
    """Lay translucent ink on `picture` in place: what is below stays visible, as under real ink."""
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + mask.shape[1], picture.width), min(top + mask.shape[0], picture.height)
    if x0 >= x1 or y0 >= y1:
        return
    part = mask[y0 - top : y1 - top, x0 - left : x1 - left, None]
    below = np.asarray(picture.crop((x0, y0, x1, y1)), dtype=np.float32)
    tint = np.array(colour, dtype=np.float32) / 255
    inked = below * (1 - part * (1 - tint))
    picture.paste(Image.fromarray(np.rint(inked).astype(np.uint8)), (x0, y0))


def worn(mask: Mask, rng: random.Random, strength: float) -> Mask:
    """Uneven pressure and paper grain in an ink mask."""
    noise = np.random.default_rng(rng.getrandbits(32))
    height, width = mask.shape
    coarse = noise.random((max(3, height // 90), max(3, width // 90)), dtype=np.float32)
    fine = noise.random((height // 2 + 1, width // 2 + 1), dtype=np.float32)
    pressure = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    grain = cv2.resize(fine, (width, height), interpolation=cv2.INTER_LINEAR)
    wear = np.clip(1 - strength * (0.8 * pressure + 0.6 * grain), 0, 1)
    return (mask * wear).astype(np.float32)


@dataclass(frozen=True)
class Seal:
    """A round seal; `upper` runs along the top, `lower` along the bottom, centre in points."""

    x: float
    y: float
    upper: str
    lower: str = "* MẪU *"
    diameter: float = 36 * POINTS_PER_MM
    angle: float = 0.0
    wear: float = 0.25
    colour: Colour = SEAL_RED

    def painter(self, book: FontBook, rng: random.Random) -> Overlay:
        seed = rng.getrandbits(32)

        def paint(picture: Image.Image, scale: float) -> None:
            mask = self._mask(book, scale)
            size = mask.shape[0]
            turned = cv2.warpAffine(
                mask, cv2.getRotationMatrix2D((size / 2, size / 2), self.angle, 1.0), (size, size)
            )
            inked = worn(np.asarray(turned, dtype=np.float32), random.Random(seed), self.wear)
            multiply(
                picture,
                inked,
                round(self.x * scale - size / 2),
                round(self.y * scale - size / 2),
                self.colour,
            )

        return paint

    def _mask(self, book: FontBook, scale: float) -> Mask:
        size = round(self.diameter * scale) + 8
        centre = size / 2
        radius = self.diameter * scale / 2
        sheet = Image.new("L", (size, size), 0)
        draw = ImageDraw.Draw(sheet)
        for share, width in ((1.0, 0.030), (0.935, 0.010), (0.64, 0.014)):
            r = radius * share
            draw.ellipse(
                (centre - r, centre - r, centre + r, centre + r),
                outline=255,
                width=max(2, round(radius * width)),
            )
        _star(draw, centre, centre - radius * 0.10, radius * 0.30)
        for step in range(24):  # a wreath of short strokes stands for the emblem
            a = math.radians(200 + step * 140 / 23)
            r0, r1 = radius * 0.44, radius * 0.54
            draw.line(
                (
                    centre + r0 * math.cos(a),
                    centre - r0 * math.sin(a),
                    centre + r1 * math.cos(a + 0.1),
                    centre - r1 * math.sin(a + 0.1),
                ),
                255,
                max(2, round(radius * 0.022)),
            )
        family = book.choose(("Arimo", "Noto Sans", "Carlito"))[0]
        face = book.face(family, bold=True)
        fit = min(0.165, 4.3 * 0.79 / (0.74 * max(len(self.upper), 1)))
        _arc_text(sheet, book, face, self.upper, centre, radius * 0.79, radius * fit, top=True)
        _arc_text(sheet, book, face, self.lower, centre, radius * 0.79, radius * 0.14, top=False)
        return _coverage(np.asarray(sheet))


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    points = []
    for i in range(10):
        r = radius if i % 2 == 0 else radius * 0.39
        a = math.radians(-90 + i * 36)
        points.append((x + r * math.cos(a), y + r * math.sin(a)))
    draw.polygon(points, fill=255)


def _arc_text(
    sheet: Image.Image,
    book: FontBook,
    face: Face,
    text: str,
    centre: float,
    radius: float,
    size: float,
    *,
    top: bool,
) -> None:
    font = book.sized(face, size)
    widths = [font.getlength(letter) + size * 0.06 for letter in text]
    total = sum(widths) / radius
    angle = -total / 2
    for letter, width in zip(text, widths, strict=True):
        middle = angle + width / radius / 2
        angle += width / radius
        if letter == " ":
            continue
        cell = round(size * 2.2)
        glyph = Image.new("L", (cell, cell), 0)
        ImageDraw.Draw(glyph).text((cell / 2, cell / 2), letter, 255, font, anchor="mm")
        turn = -math.degrees(middle) if top else math.degrees(middle)
        glyph = glyph.rotate(turn, Image.Resampling.BICUBIC)
        away = middle if top else math.pi - middle
        x = centre + radius * math.sin(away)
        y = centre - radius * math.cos(away)
        spot = (round(x - cell / 2), round(y - cell / 2))
        sheet.paste(255, (spot[0], spot[1]), glyph)


@dataclass(frozen=True)
class BoxStamp:
    """A rectangular stamp with a title and dotted rows, such as «CÔNG VĂN ĐẾN»; top left corner in points."""

    x: float
    y: float
    title: str
    rows: tuple[str, ...]
    width: float = 50 * POINTS_PER_MM
    angle: float = 0.0
    colour: Colour = STAMP_BLUE
    handwritten: bool = True

    def painter(self, book: FontBook, rng: random.Random) -> Overlay:
        seed = rng.getrandbits(32)

        def paint(picture: Image.Image, scale: float) -> None:
            local = random.Random(seed)
            mask = self._mask(book, scale)
            height, width = mask.shape
            matrix = cv2.getRotationMatrix2D((width / 2, height / 2), self.angle, 1.0)
            turned = np.asarray(cv2.warpAffine(mask, matrix, (width, height)), dtype=np.float32)
            left, top = round((self.x - 9) * scale), round((self.y - 9) * scale)
            multiply(picture, worn(turned, local, 0.3), left, top, self.colour)
            if self.handwritten:
                row = 13 * scale
                for index in range(len(self.rows)):
                    pen = scribble(local, round(width * 0.4), round(row), letters=4)
                    multiply(
                        picture,
                        pen,
                        left + round(width * 0.42),
                        top + round((28 + 13 * index) * scale),
                        PEN_BLUE,
                    )

        return paint

    def _mask(self, book: FontBook, scale: float) -> Mask:
        margin = round(9 * scale)  # room to turn in
        width = round(self.width * scale) + 2 * margin
        height = round((24 + 13 * len(self.rows)) * scale) + 2 * margin
        sheet = Image.new("L", (width, height), 0)
        draw = ImageDraw.Draw(sheet)
        stroke = max(2, round(1.1 * scale))
        draw.rectangle((margin, margin, width - margin, height - margin), outline=255, width=stroke)
        draw.line(
            (margin, margin + 19 * scale, width - margin, margin + 19 * scale), 255, max(1, stroke // 2)
        )
        family = book.choose(("Arimo", "Noto Sans"))[0]
        title = book.sized(book.face(family, bold=True), 11 * scale)
        plain = book.sized(book.face(family), 9 * scale)
        draw.text((width / 2, margin + 14 * scale), self.title, 255, title, anchor="ms")
        for index, row in enumerate(self.rows):
            y = margin + (30 + 13 * index) * scale
            draw.text((margin + 5 * scale, y), row, 255, plain, anchor="ls")
            x = margin + 8 * scale + plain.getlength(row)
            while x < width - margin - 5 * scale:
                draw.ellipse((x, y - scale, x + scale, y), 255)
                x += 3 * scale
        return _coverage(np.asarray(sheet))


def _smooth(points: list[tuple[float, float]], per_segment: int = 14) -> npt.NDArray[np.float64]:
    """Catmull-Rom curve through `points`."""
    p = np.array([points[0], *points, points[-1]], dtype=np.float64)
    t = np.linspace(0, 1, per_segment, endpoint=False)[:, None]
    parts = []
    for i in range(1, len(p) - 2):
        a, b, c, d = p[i - 1], p[i], p[i + 1], p[i + 2]
        parts.append(
            0.5
            * ((2 * b) + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    return np.concatenate(parts)


def _stroke(canvas: npt.NDArray[np.uint8], points: list[tuple[float, float]], width: float) -> None:
    curve = _smooth(points)
    speed = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    typical = float(np.median(speed)) or 1.0
    for start, end, fast in zip(curve[:-1], curve[1:], speed, strict=True):
        thick = max(1, round(width * float(np.clip(1.25 - 0.35 * fast / typical, 0.55, 1.3))))
        a = (int(start[0] * 8), int(start[1] * 8))
        b = (int(end[0] * 8), int(end[1] * 8))
        cv2.line(canvas, a, b, 255, thick, cv2.LINE_AA, 3)


def signature(rng: random.Random, width: int, height: int) -> Mask:
    """A pen signature: a tall start, a run of loops or waves, a tail; no letters that could be read."""
    canvas = np.zeros((height, width), dtype=np.uint8)
    pen = max(2.0, height / rng.uniform(30, 44))
    w, h = float(width), float(height)
    lean = rng.uniform(-0.06, 0.1) * w
    points = [(0.05 * w, rng.uniform(0.4, 0.75) * h)]
    for _ in range(rng.randint(1, 2)):  # the capital
        x = rng.uniform(0.12, 0.24) * w
        points += [(x + lean, rng.uniform(0.04, 0.18) * h), (x - 0.03 * w, rng.uniform(0.7, 0.96) * h)]
    count = rng.randint(2, 7)
    start, end = rng.uniform(0.24, 0.3), rng.uniform(0.62, 0.8)
    swing = rng.uniform(0.08, 0.2)
    fading = rng.uniform(0.3, 1.0)
    for i in range(count):
        x = (start + (end - start) * i / count) * w
        reach = swing * (1 - (1 - fading) * i / count) * h
        middle = rng.uniform(0.48, 0.6) * h
        points.append((x + rng.uniform(0.3, 0.7) * lean, middle - reach * rng.uniform(0.8, 1.6)))
        points.append((x + rng.uniform(0.015, 0.06) * w, middle + reach * rng.uniform(0.5, 1.2)))
        if rng.random() < 0.5:
            points.append((x - rng.uniform(0.0, 0.04) * w, middle))
    points += [(0.82 * w, rng.uniform(0.35, 0.6) * h), (0.97 * w, rng.uniform(0.1, 0.7) * h)]
    _stroke(canvas, points, pen)
    tail = rng.random()
    if tail < 0.6:
        y = rng.uniform(0.7, 0.88) * h
        turn = [(0.92 * w, y - 0.12 * h), (0.5 * w, y + 0.04 * h), (rng.uniform(0.12, 0.3) * w, y + 0.09 * h)]
        if tail < 0.35:
            turn.append((rng.uniform(0.5, 0.8) * w, y - 0.02 * h))
        _stroke(canvas, turn, pen * 0.85)
    if rng.random() < 0.4:  # a crossing stroke
        x = rng.uniform(0.3, 0.6) * w
        _stroke(
            canvas,
            [(x - 0.12 * w, 0.3 * h), (x, 0.2 * h), (x + 0.2 * w, rng.uniform(0.1, 0.3) * h)],
            pen * 0.85,
        )
    return _coverage(canvas, 0.92)


def scribble(rng: random.Random, width: int, height: int, letters: int) -> Mask:
    """Short handwritten marks, such as a number or date in a stamp."""
    canvas = np.zeros((max(height, 8), max(width, 8)), dtype=np.uint8)
    pen = max(2.0, height / 13)
    step = width / (letters + 1)
    for i in range(letters):
        x = step * (i + 0.3)
        points = [
            (x + rng.uniform(0, 0.7) * step, rng.uniform(0.1, 0.9) * height) for _ in range(rng.randint(3, 5))
        ]
        _stroke(canvas, points, pen)
    return _coverage(canvas, 0.9)


def signature_painter(
    rng: random.Random, x: float, y: float, width: float, height: float, colour: Colour
) -> Overlay:
    """A signature with its top left corner at (x, y), sizes in points."""
    seed = rng.getrandbits(32)

    def paint(picture: Image.Image, scale: float) -> None:
        mask = signature(random.Random(seed), round(width * scale), round(height * scale))
        multiply(picture, mask, round(x * scale), round(y * scale), colour)

    return paint


def border_painter(rng: random.Random, inset: float, colour: Colour, tint: Colour) -> Overlay:
    """The double frame with a running ornament of certificates, `inset` points from the edge."""
    waves = rng.choice((1, 2, 3))
    pitch = rng.uniform(7.5, 11)

    def paint(picture: Image.Image, scale: float) -> None:
        draw = ImageDraw.Draw(picture)
        width, height = picture.size
        a = inset * scale
        band = 15 * scale
        draw.rectangle((a, a, width - a, height - a), outline=colour, width=max(2, round(1.6 * scale)))
        b = a + band
        draw.rectangle((b, b, width - b, height - b), outline=colour, width=max(2, round(0.8 * scale)))
        c = b + 2.2 * scale
        draw.rectangle((c, c, width - c, height - c), outline=tint, width=max(1, round(0.5 * scale)))
        middle, swing = a + band / 2, band * 0.33
        step = scale * 0.8
        for horizontal, length in ((True, width), (False, height)):
            along = np.arange(a + 2 * scale, length - a - 2 * scale, step)
            for wave in range(waves + 1):
                across = swing * np.sin(2 * np.pi * along / (pitch * scale) + wave * np.pi / max(waves, 1))
                for side in (middle, (height if horizontal else width) - middle):
                    points = (
                        zip(along, across + side, strict=True)
                        if horizontal
                        else zip(across + side, along, strict=True)
                    )
                    draw.line([(float(p), float(q)) for p, q in points], colour, max(1, round(0.6 * scale)))
        for x in (middle, width - middle):
            for y in (middle, height - middle):
                r = band * 0.62
                draw.rectangle(
                    (x - r, y - r, x + r, y + r), fill=tint, outline=colour, width=max(2, round(scale))
                )
                draw.ellipse(
                    (x - r * 0.6, y - r * 0.6, x + r * 0.6, y + r * 0.6),
                    outline=colour,
                    width=max(1, round(scale * 0.7)),
                )

    return paint


def emblem_painter(x: float, y: float, radius: float) -> Overlay:
    """A plain yellow star on a red disc where papers carry the national emblem."""

    def paint(picture: Image.Image, scale: float) -> None:
        draw = ImageDraw.Draw(picture)
        cx, cy, r = x * scale, y * scale, radius * scale
        draw.ellipse(
            (cx - r, cy - r, cx + r, cy + r),
            fill=(206, 38, 40),
            outline=(222, 172, 40),
            width=max(2, round(r * 0.09)),
        )
        points = []
        for i in range(10):
            reach = r * (0.66 if i % 2 == 0 else 0.26)
            a = math.radians(-90 + i * 36)
            points.append((cx + reach * math.cos(a), cy + reach * math.sin(a)))
        draw.polygon(points, fill=(247, 206, 50))

    return paint
