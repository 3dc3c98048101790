"""What an engine saw: Reading > PageReading > Region > Line > Word, boxes 0–1 on the upright page, NFC."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from models.base import Value
from models.geometry import Box, Unit

RegionKind = Literal[
    "text",
    "table",
    "form",
    "page_number",
    "handwriting",
    "stamp",
    "signature",
    "photo",
    "code",
    "other",
]
"""Text, tables, forms and page numbers hold lines; the others are found and boxed but left unread."""


InkColour = Literal["red", "blue"]
"""`blue` stands for every coloured ink that is not reddish: blue, green, violet."""


class EngineVersion(Value):
    """Which engine and which model made a reading; part of every derived version."""

    name: str
    """Stable name: `tesseract`, `text-layer`, …"""
    version: str
    """Version of the program and of its model, for instance `5.3.0+vie-4.1.0`."""


class Alternative(Value):
    """Another text a word could have been."""

    text: str
    confidence: Unit


class Word(Value):
    """One word as read, without surrounding space."""

    text: str
    box: Box
    confidence: Unit
    alternatives: tuple[Alternative, ...] = ()
    """What else it could be, likeliest first; never `text` itself."""
    character_confidences: tuple[Unit, ...] = ()
    """One for each character of `text`; empty where the engine knows none."""
    ink: InkColour | None = None
    """The colour of its ink; None for black and grey, and where it can't be told (grey pictures, text layers)."""

    @model_validator(mode="after")
    def _one_each(self) -> Word:
        if self.character_confidences and len(self.character_confidences) != len(self.text):
            raise ValueError("a word needs one confidence for each character, or none")
        return self


class Line(Value):
    """One text line, words from left to right."""

    words: tuple[Word, ...]
    box: Box
    angle: float = 0.0
    """Slope of the base line on the upright page in degrees, positive when it falls to the right."""
    engine: str | None = None
    """Name of the engine that read it (`own`, `own+asterocr` where two did); None where the reading has one only."""

    @property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)

    @property
    def confidence(self) -> float:
        """Mean of the word confidences weighted by length; 0 for an empty line."""
        length = sum(len(w.text) for w in self.words)
        return sum(w.confidence * len(w.text) for w in self.words) / length if length else 0.0


class Cell(Value):
    """One cell of a table; rows and columns count from 0."""

    row: int = Field(ge=0)
    column: int = Field(ge=0)
    row_span: int = Field(default=1, ge=1)
    column_span: int = Field(default=1, ge=1)
    box: Box
    lines: tuple[int, ...] = ()
    """Places of its lines in the region's `lines`; none for an empty cell."""


class Region(Value):
    """A block of the layout with its lines in reading order; stamps and signatures hold no lines."""

    kind: RegionKind
    box: Box
    lines: tuple[Line, ...] = ()
    """All lines of the block; those of a table too, row by row."""
    cells: tuple[Cell, ...] = ()
    """The cells of a table whose grid is known, by rows; empty for everything else."""

    @model_validator(mode="after")
    def _lines_of_cells(self) -> Region:
        places = [place for cell in self.cells for place in cell.lines]
        if len(places) != len(set(places)) or not all(0 <= place < len(self.lines) for place in places):
            raise ValueError("every line of a cell is one of the region's, in one cell only")
        return self

    def cell_text(self, cell: Cell) -> str:
        """The cell's lines as one running text."""
        return " ".join(self.lines[place].text for place in cell.lines)


Symbology = Literal["qr", "data_matrix", "aztec", "pdf417", "code128", "code39", "code93", "ean13", "ean8"]
"""The kinds of machine-readable codes that are read; those without a check of their own are not looked for."""

MAX_CODE_BYTES = 4096
"""More than any of these symbologies holds (QR 40-L: 2,953 bytes)."""
MAX_CODES = 16
"""The most codes of one page that are kept."""


def _from_base64(value: object) -> object:
    """Bytes as they are; text is base64, the form that bytes have in JSON."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as reason:
        raise ValueError("a payload in JSON is base64") from reason


Payload = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(lambda raw: base64.b64encode(raw).decode("ascii"), return_type=str, when_used="json"),
]
"""Raw bytes, base64 in JSON."""


class MachineCode(Value):
    """A machine-readable code on the page: the bytes it holds, as they are. Whoever printed it wrote them."""

    symbology: Symbology
    payload: Payload = Field(max_length=MAX_CODE_BYTES)
    """Never trusted: neither its encoding, nor its length, nor what it says."""
    box: Box
    quality: Unit | None = None
    """Share of the error correction that reading it left unused; None where the symbology has none."""


class PageReading(Value):
    """The reading of one page, its regions in reading order."""

    page: int = Field(ge=1)
    regions: tuple[Region, ...]
    width_px: int | None = None
    """Width of the upright picture that was read; None where there was no picture (text layers)."""
    height_px: int | None = None
    codes: tuple[MachineCode, ...] = Field(default=(), max_length=MAX_CODES)
    """Codes found on the picture, from top to bottom; whatever engine read the words."""

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
