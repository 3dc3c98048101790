"""The machine-readable parts of an identity card: MRZ with check digits (ICAO 9303) and QR code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import cv2
from PIL import Image

from models.text import without_marks

SidePainter = Callable[[Image.Image, float, float, float], None]
"""Paints on a picture: left and top of the card in pixels, pixels per point."""


def check_digit(text: str) -> str:
    """ICAO 9303 check digit, weights 7-3-1."""
    values = [0 if c == "<" else int(c) if c.isdigit() else ord(c) - 55 for c in text]
    return str(sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values)) % 10)


def mrz_lines(
    personal_id: str, born: date, expires: date, *, male: bool, surname: str, others: str
) -> tuple[str, str, str]:
    """The three lines of 30 characters (TD1) as Vietnamese cards carry them."""
    last9 = personal_id[3:]
    first = f"IDVNM{last9}{check_digit(last9)}{personal_id}<<{check_digit(personal_id)}"
    b, e = f"{born:%y%m%d}", f"{expires:%y%m%d}"
    second = f"{b}{check_digit(b)}{'M' if male else 'F'}{e}{check_digit(e)}VNM" + "<" * 11
    composite = first[5:] + second[:7] + second[8:15] + second[18:29]
    name = f"{surname}<<{others}".upper()
    third = "<".join(without_marks(name).split())[:30].ljust(30, "<")
    return first, second + check_digit(composite), third


def qr_code(text: str, x: float, y: float, size: float) -> SidePainter:
    modules = cv2.QRCodeEncoder.create().encode(text)

    def paint(picture: Image.Image, left: float, top: float, scale: float) -> None:
        # A whole number of pixels a module, as printers do, keeps the code readable.
        count = modules.shape[0]
        module = max(1, round(size * scale / count))
        code = Image.fromarray(modules).resize((module * count, module * count), Image.Resampling.NEAREST)
        picture.paste(code.convert("RGB"), (round(left + x * scale), round(top + y * scale)))

    return paint
