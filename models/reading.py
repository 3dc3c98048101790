"""What an engine saw: Reading > PageReading > Region > Line > Word, boxes 0–1 on the upright page, NFC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from models.base import Value
from models.geometry import Box, Unit

RegionKind = Literal["text", "table", "stamp", "signature", "photo", "code", "other"]


class EngineVersion(Value):
    """Which engine and which model made a reading; part of every derived version."""

    name: str
    """Stable name: `tesseract`, `text-layer`, …"""
    version: str
    """Version of the program and of its model, for instance `5.3.0+vie-4.1.0`."""


class Word(Value):
    """One word as read, without surrounding space."""

    text: str
    box: Box
    confidence: Unit


class Line(Value):
    """One text line, words from left to right."""

    words: tuple[Word, ...]
    box: Box
    angle: float = 0.0
    """Slope of the base line on the upright page in degrees, positive when it falls to the right."""

    @property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)

    @property
    def confidence(self) -> float:
        """Mean of the word confidences weighted by length; 0 for an empty line."""
        length = sum(len(w.text) for w in self.words)
        return sum(w.confidence * len(w.text) for w in self.words) / length if length else 0.0


class Region(Value):
    """A block of the layout with its lines in reading order; stamps and signatures hold no lines."""

    kind: RegionKind
    box: Box
    lines: tuple[Line, ...] = ()


class PageReading(Value):
    """The reading of one page, its regions in reading order."""

    page: int = Field(ge=1)
    regions: tuple[Region, ...]
    width_px: int | None = None
    """Width of the upright picture that was read; None where there was no picture (text layers)."""
    height_px: int | None = None

    def lines(self) -> Iterator[Line]:
        for region in self.regions:
            yield from region.lines

    @property
    def text(self) -> str:
        """Lines in reading order, one a row."""
        return "\n".join(line.text for line in self.lines())


class Reading(Value):
    """The reading of a whole document by one engine version."""

    engine: EngineVersion
    pages: tuple[PageReading, ...]

    @property
    def text(self) -> str:
        return "\n\f".join(page.text for page in self.pages)
