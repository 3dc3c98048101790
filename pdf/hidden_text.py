"""The invisible text layer: every word of a reading under its picture, searchable and copyable."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from pikepdf import Name, unparse_content_stream

from models.reading import Line, PageReading
from pdf.fonts import LINE_END, EmbeddedFont, writable
from pdf.placement import Placement

_MIN_SIZE, _MAX_SIZE = 1.0, 400.0
_MIN_STRETCH, _MAX_STRETCH = 1.0, 2000.0
"""Horizontal scaling in per cent; what lies outside comes from boxes that are no words."""
_WIDEST_FACE = 1.25
"""No usual face sets text narrower than Times by more than this; a box that is taller is too tall."""
_SPACE = 0.2
"""Least gap between words in units of the font size: readers that split words by geometry, not by the space
character, need 0.15."""
_LEAST_WIDTH = 0.2
"""Share of a word's natural width that it keeps however badly boxes overlap."""
_STEEP = 45.0
_SLIGHT = math.radians(8.0)
"""Poppler cuts a word in two where its base line rises by half a point, so that neither search nor copy finds it:
the words of lines sloped less than this stand upright, each at the height of its own middle."""
_SAME_LINE, _LINE_END = 0.75, 0.6
"""In units of the font size. PDFium (Chrome) takes pieces of text whose heights differ by less than half a letter's
width for one line and sorts them from left to right. On a crooked page the next line's first words would come
before the end of this one, unless something higher or lower stands in between."""

Instruction = tuple[list[Any], str]
"""Operands and operator of a content stream."""


@dataclass(frozen=True)
class _Word:
    text: str
    x0: float
    x1: float
    middle: float
    height: float
    natural: float
    """Width in units of the font size."""
    low: float
    high: float
    """Reach of the ink around the base line in units of the font size."""


@dataclass(frozen=True)
class _Line:
    words: tuple[_Word, ...]
    size: float
    slope: float
    """Radians, positive when the line rises to the right (PDF's sense)."""
    base: float
    """Height of the base line at x = 0."""

    def height_of(self, word: _Word) -> float:
        """Where the base line passes below the word's middle."""
        return self.base + math.tan(self.slope) * (word.x0 + word.x1) / 2


def hidden_text(reading: PageReading, placement: Placement, font: EmbeddedFont, font_name: str) -> bytes:
    """Content stream operators that write the lines of `reading` in reading order; empty without words.

    Text rendering mode 3 draws nothing. Each word is stretched to its box; a space stands after each, as wide as
    the gap, so that every reader splits words where the paper does. Overlapping boxes are pushed apart first.
    Slight slopes and the ends of lines are written so that Poppler and PDFium keep words and lines whole.
    """
    lines = [placed for line in reading.lines() if (placed := _placed(line, placement, font))]
    if not lines:
        return b""
    following: tuple[_Line | None, ...] = (*lines[1:], None)
    shown = [
        step
        for line, after in zip(lines, following, strict=True)
        for step in _shown(line, after, font, Name(font_name))
    ]
    return unparse_content_stream([([], "BT"), ([3], "Tr"), *shown, ([], "ET")])


def _placed(line: Line, placement: Placement, font: EmbeddedFont) -> _Line | None:
    words = tuple(_words(line, placement, font))
    if not words:
        return None
    slope = -math.radians(line.angle) if abs(line.angle) < _STEEP else 0.0
    rise = math.tan(slope)
    tall = median(max(w.height - abs(rise) * (w.x1 - w.x0), w.height * 0.3) / (w.high - w.low) for w in words)
    wide = median((w.x1 - w.x0) / max(w.natural, 0.1) for w in words)
    size = min(max(min(tall, wide * _WIDEST_FACE), _MIN_SIZE), _MAX_SIZE)
    # The ink of a word is centred between its lowest and its highest point; from there down to the base line.
    base = median(w.middle - (w.low + w.high) / 2 * size - rise * (w.x0 + w.x1) / 2 for w in words)
    return _Line(_apart(words, size), size, slope, base)


def _words(line: Line, placement: Placement, font: EmbeddedFont) -> Iterator[_Word]:
    for word in line.words:
        text = writable(word.text).strip()
        if text:
            x0, y0, x1, y1 = placement.to_page(word.box)
            low, high = font.reach(text)
            yield _Word(
                text, x0, max(x1, x0 + 0.1), (y0 + y1) / 2, max(y1 - y0, 0.5), font.width(text), low, high
            )


def _apart(words: tuple[_Word, ...], size: float) -> tuple[_Word, ...]:
    """The words in their order with a gap between each two, boxes changed as little as that takes."""
    starts = [words[0].x0]
    for before, word in pairwise(words):
        least = (max(before.natural, 0.1) * _LEAST_WIDTH + _SPACE) * size
        starts.append(max(word.x0, starts[-1] + least))
    result = []
    for index, word in enumerate(words):
        start = starts[index]
        end = max(word.x1, start + max(word.natural, 0.1) * _LEAST_WIDTH * size)
        if index + 1 < len(words):
            end = min(end, starts[index + 1] - _SPACE * size)
        result.append(replace(word, x0=start, x1=end))
    return tuple(result)


def _shown(line: _Line, after: _Line | None, font: EmbeddedFont, font_name: Name) -> Iterator[Instruction]:
    stepped = abs(line.slope) <= _SLIGHT
    cos, sin = (1.0, 0.0) if stepped else (math.cos(line.slope), math.sin(line.slope))
    yield [font_name, line.size], "Tf"
    space = font.encode(" ")
    space_width = font.width(" ") * line.size
    following: tuple[_Word | None, ...] = (*line.words[1:], None)
    for word, next_word in zip(line.words, following, strict=True):
        stretch = (word.x1 - word.x0) / cos / max(word.natural * line.size, 0.01)
        lift = 0.0 if stepped else -math.tan(line.slope) * (word.x1 - word.x0) / 2
        yield [cos, sin, -sin, cos, word.x0, line.height_of(word) + lift], "Tm"
        yield [_percent(stretch)], "Tz"
        yield [font.encode(word.text)], "Tj"
        if next_word is None and (end := _line_end(line, after)) is not None:
            yield [cos, sin, -sin, cos, word.x1, end], "Tm"
            yield [100], "Tz"
            yield [font.encode(LINE_END)], "Tj"
        else:
            gap = next_word.x0 - word.x1 if next_word else space_width
            yield [_percent(gap / cos / space_width)], "Tz"
            yield [space], "Tj"


def _line_end(line: _Line, after: _Line | None) -> float | None:
    """Height of the mark that keeps the next line apart: away from both; None where nothing mixes them up."""
    if after is None:
        return None
    last, first = line.words[-1], after.words[0]
    own, fall = line.height_of(last), line.height_of(last) - after.height_of(first)
    if first.x0 >= last.x0 or abs(fall) > _SAME_LINE * max(line.size, after.size):
        return None
    return own + (_LINE_END if fall > 0 else -_LINE_END) * line.size


def _percent(ratio: float) -> float:
    return round(min(max(ratio * 100, _MIN_STRETCH), _MAX_STRETCH), 2)
