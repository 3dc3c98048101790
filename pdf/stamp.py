"""Draws the agency's block (ND30 Annex I, II.I.3) as a one-page PDF and finds its place in the top margin."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pikepdf
from pikepdf import Dictionary, Name, unparse_content_stream

from models.geometry import Box
from models.signatures import SignatureBox
from pdf.assembly import add_page, deflated, save
from pdf.fonts import EmbeddedFont, writable
from pdf.placement import POINTS_PER_MM, Placement

_MAX_WIDTH = 200.0
_LEADING = 1.2
_PADDING = 2.0
_TOP = 5 * POINTS_PER_MM
_RIGHT = 8 * POINTS_PER_MM
"""Kept clear of the sheet's edges, where printers and viewers cut."""


@dataclass(frozen=True)
class StampDrawing:
    """A finished block: a one-page PDF just as large as the text, and its size in points."""

    pdf: bytes
    width_pt: float
    height_pt: float


def draw_stamp(
    lines: Sequence[str],
    *,
    font_size: float = 10.0,
    leading: float | None = None,
    align: Literal["right", "centre"] = "centre",
    max_width: float = _MAX_WIDTH,
) -> StampDrawing:
    """Upright black Tinos without border or background; lines wider than `max_width` points are wrapped.

    `leading` is the distance of base lines in points, 1.2 × the font size by default. Fonts are embedded and the
    colour is DeviceGray, so the block may become part of a PDF/A file. The same input gives the same bytes.
    Raises ValueError without any text.
    """
    font = EmbeddedFont()
    wrapped = [
        part for line in lines for part in _wrapped(writable(line).split(), font, font_size, max_width)
    ]
    if not wrapped:
        raise ValueError("a stamp needs text")
    step = leading if leading is not None else _LEADING * font_size
    reach = [font.reach(line) for line in wrapped]
    above, below = (
        max(r[1] for r in reach[:1]) * font_size,
        -min(min(r[0] for r in reach[-1:]), 0) * font_size,
    )
    text_width = max(font.width(line) for line in wrapped) * font_size
    width = round(text_width + 2 * _PADDING, 2)
    height = round(above + step * (len(wrapped) - 1) + below + 2 * _PADDING, 2)
    baseline = height - _PADDING - above
    content: list[Any] = [([], "BT"), ([0], "g"), ([Name.F1, font_size], "Tf")]
    for index, line in enumerate(wrapped):
        free = text_width - font.width(line) * font_size
        x = _PADDING + (free if align == "right" else free / 2)
        content += [([1, 0, 0, 1, x, baseline - index * step], "Tm"), ([font.encode(line)], "Tj")]
    content.append(([], "ET"))
    return StampDrawing(_one_page(unparse_content_stream(content), font, width, height), width, height)


def _wrapped(words: list[str], font: EmbeddedFont, size: float, limit: float) -> list[str]:
    """Fill lines evenly: as few lines as fit, then as narrow as these lines allow."""
    lines = _filled(words, font, limit / size)
    if len(lines) < 2:
        return lines
    low, high = max(font.width(w) for w in words), limit / size
    while high - low > 0.1:
        middle = (low + high) / 2
        if len(_filled(words, font, middle)) > len(lines):
            low = middle
        else:
            high = middle
    return _filled(words, font, high)


def _filled(words: list[str], font: EmbeddedFont, limit: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and font.width(f"{lines[-1]} {word}") <= limit:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _one_page(content: bytes, font: EmbeddedFont, width: float, height: float) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        resources = {"/Font": Dictionary(F1=font.embed(pdf))}
        add_page(pdf, width, height, resources, deflated(pdf, content))
        save(pdf, out)
    return out.getvalue()


def place_stamp(placement: Placement, stamp: StampDrawing, area: Box | None = None) -> SignatureBox:
    """The block's rectangle on page 1: top right, at its own size.

    `area` is the part of the picture that is free of ink (`PageFacts.stamp_area`); the block goes to its upper
    right corner. Without one, or where the block does not fit into it, or where the picture stands on a larger
    sheet, it goes to the upper right corner of the page within the margin.
    """
    right, top = placement.page_width - _RIGHT, placement.page_height - _TOP
    if area is not None and placement.fills_page and stamp_fits(placement, stamp, area):
        _, _, right, top = placement.to_page(area)
    x0 = max(0.0, right - stamp.width_pt)
    y0 = max(0.0, top - stamp.height_pt)
    return SignatureBox(
        x0=round(x0, 2),
        y0=round(y0, 2),
        x1=round(x0 + stamp.width_pt, 2),
        y1=round(y0 + stamp.height_pt, 2),
    )


def stamp_fits(placement: Placement, stamp: StampDrawing, area: Box | None) -> bool:
    """Whether the block covers nothing: it fits into the free area, or stands beside a card on its sheet."""
    if not placement.fills_page:
        return placement.y + placement.height <= placement.page_height - _TOP - stamp.height_pt
    if area is None:
        return False
    x0, y0, x1, y1 = placement.to_page(area)
    return x1 - x0 >= stamp.width_pt and y1 - y0 >= stamp.height_pt
