"""The invisible text layer: every word of a reading under its picture, searchable and copyable."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from models.reading import Line, PageReading
from pdf.fonts import EmbeddedFont, writable
from pdf.placement import Placement
from pdf.syntax import number

_MIN_SIZE, _MAX_SIZE = 1.0, 400.0
_MIN_STRETCH, _MAX_STRETCH = 1.0, 2000.0
"""Horizontal scaling in per cent; what lies outside comes from boxes that are no words."""


@dataclass(frozen=True)
class _PlacedWord:
    text: str
    x0: float
    x1: float
    centre_y: float
    height: float


def hidden_text(reading: PageReading, placement: Placement, font: EmbeddedFont, font_name: str) -> bytes:
    """Content stream operators that write the lines of `reading` in reading order; empty without words.

    Text rendering mode 3 draws nothing. Each word is stretched to its box; a space stands after each, as wide as
    the gap, so that every reader splits words where the paper does.
    """
    lines = [shown for line in reading.lines() if (shown := _line(line, placement, font))]
    if not lines:
        return b""
    return b"BT\n3 Tr\n" + b"".join(_shown(shown, font, font_name) for shown in lines) + b"ET\n"


@dataclass(frozen=True)
class _PlacedLine:
    words: tuple[_PlacedWord, ...]
    size: float
    slope: float
    """Radians, positive when the line rises to the right (PDF's sense)."""
    base: float
    """Height of the base line at x = 0."""


def _line(line: Line, placement: Placement, font: EmbeddedFont) -> _PlacedLine | None:
    words = tuple(_words(line, placement))
    if not words:
        return None
    slope = -math.radians(line.angle) if abs(line.angle) < 45 else 0.0
    rise = math.tan(slope)
    reaches = [font.reach(w.text) for w in words]
    heights = [max(w.height - abs(rise) * (w.x1 - w.x0), w.height * 0.3) for w in words]
    size = median(h / (high - low) for h, (low, high) in zip(heights, reaches, strict=True))
    size = min(max(size, _MIN_SIZE), _MAX_SIZE)
    # Ink of a word is centred between its lowest and highest point; from there down to the base line.
    base = median(
        w.centre_y - (low + high) / 2 * size - rise * (w.x0 + w.x1) / 2
        for w, (low, high) in zip(words, reaches, strict=True)
    )
    return _PlacedLine(words, size, slope, base)


def _words(line: Line, placement: Placement) -> Iterator[_PlacedWord]:
    for word in line.words:
        text = writable(word.text).strip()
        if text:
            x0, y0, x1, y1 = placement.to_page(word.box)
            yield _PlacedWord(text, x0, max(x1, x0 + 0.1), (y0 + y1) / 2, max(y1 - y0, 0.5))


def _shown(line: _PlacedLine, font: EmbeddedFont, font_name: str) -> bytes:
    cos, sin, rise = math.cos(line.slope), math.sin(line.slope), math.tan(line.slope)
    parts = [b"/%s %s Tf\n" % (font_name.encode("ascii"), number(line.size))]
    space = font.encode(" ").hex().upper().encode()
    space_width = font.width(" ") * line.size
    turn = b" ".join(number(v) for v in (cos, sin, -sin, cos))
    following: tuple[_PlacedWord | None, ...] = (*line.words[1:], None)
    for word, after in zip(line.words, following, strict=True):
        stretch = (word.x1 - word.x0) / cos / max(font.width(word.text) * line.size, 0.01)
        gap = (after.x0 - word.x1 if after else space_width) / cos / space_width
        parts.append(
            b"%s %s %s Tm %s Tz <%s> Tj %s Tz <%s> Tj\n"
            % (
                turn,
                number(word.x0),
                number(line.base + rise * word.x0),
                _percent(stretch),
                font.encode(word.text).hex().upper().encode(),
                _percent(gap),
                space,
            )
        )
    return b"".join(parts)


def _percent(ratio: float) -> bytes:
    return number(round(min(max(ratio * 100, _MIN_STRETCH), _MAX_STRETCH), 2))
