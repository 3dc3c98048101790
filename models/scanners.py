"""Scanners as the program speaks of them: what one is, how it is to scan, what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from models.base import Value
from models.scans import Feed, ScanDevice, Sides

Colour = Literal["bilevel", "grey", "rgb"]
A4_MM = (210.0, 297.0)


class ScanOrder(Value):
    """How to scan; a profile says so, see `models.profiles`."""

    dpi: int = Field(default=300, ge=75, le=1200)
    colour: Colour = "rgb"
    sides: Sides = "one"
    feed: Feed = "feeder"
    size_mm: tuple[float, float] = A4_MM
    """Width and height of the area, from the upper left corner; a scanner that reaches less far takes what it reaches."""


class ScannerFacts(Value):
    """What a scanner is and can do, as far as it says so."""

    address: str
    """What it is opened by."""
    device: ScanDevice
    feeds: tuple[Feed, ...]
    duplex: bool
    dpi: tuple[int, ...] = ()
    """Resolutions of its own; none where it takes any."""
    colours: tuple[Colour, ...] = ("grey", "rgb")


@dataclass(frozen=True)
class ScannedPage:
    """One picture as the scanner gave it."""

    content: bytes
    media_type: Literal["image/jpeg", "image/png", "image/x-portable-anymap"]
    dpi: int
    photo: bytes | None = None
    """The photograph as it came (JPEG, PNG or HEIC), where `content` is the sheet that was cut out of it and set straight."""
    told: tuple[str, ...] = ()
    """Codes of what the scanner itself found odd, such as `edge_not_found` for a photograph that was left whole."""
