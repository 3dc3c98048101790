"""A reading as JSON whose form is published as a JSON Schema (`docs/reading.schema.json`)."""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict  # pydantic needs it below Python 3.12

from models.geometry import Unit
from models.reading import (
    Cell,
    EngineVersion,
    InkColour,
    Line,
    MachineCode,
    PageReading,
    Reading,
    Region,
    RegionKind,
    Symbology,
    Word,
)
from models.text import nfc

SCHEMA_VERSION: Literal["ecopy-reading-1"] = "ecopy-reading-1"
"""Changes when a key changes its meaning or goes; keys may be added."""

BoxJson = Annotated[list[Unit], Field(min_length=4, max_length=4)]
"""x0, y0, x1, y1."""


class EngineJson(TypedDict):
    """Which engine and which model read."""

    name: str
    version: str


class AlternativeJson(TypedDict):
    """Another text that a word could be."""

    text: str
    confidence: Unit


class WordJson(TypedDict):
    """One word; `character_confidences` has one number a character; `ink` is missing where it is black or not known."""

    text: str
    box: BoxJson
    confidence: Unit
    alternatives: NotRequired[list[AlternativeJson]]
    character_confidences: NotRequired[list[Unit]]
    ink: NotRequired[InkColour]


class LineJson(TypedDict):
    """One line; `angle` in degrees, positive when it falls to the right; `engine` names the one that read it, where there are several."""

    text: str
    box: BoxJson
    confidence: Unit
    angle: float
    words: list[WordJson]
    engine: NotRequired[str]


class CellJson(TypedDict):
    """One cell of a table, counted from 0; `lines` are places in the region's `lines`."""

    row: int
    column: int
    row_span: int
    column_span: int
    box: BoxJson
    lines: list[int]


class RegionJson(TypedDict):
    """One block of the layout, its lines in reading order."""

    kind: RegionKind
    box: BoxJson
    lines: list[LineJson]
    cells: NotRequired[list[CellJson]]


class CodeJson(TypedDict):
    """A machine-readable code: its bytes in base64, unjudged; `quality` is the error correction left, where known."""

    symbology: Symbology
    payload: Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]
    box: BoxJson
    quality: NotRequired[Unit]


class PageJson(TypedDict):
    """One page, its regions in reading order; pixels of the upright picture, null where there was none."""

    page: int
    width_px: int | None
    height_px: int | None
    regions: list[RegionJson]
    codes: NotRequired[list[CodeJson]]


class ReadingJson(TypedDict):
    """A reading. Boxes are [x0, y0, x1, y1], 0–1 from the top left corner of the upright page; text is NFC."""

    schema_version: Literal["ecopy-reading-1"]
    source: str | None
    engine: EngineJson
    pages: list[PageJson]


def to_json(reading: Reading, source: str | None = None) -> str:
    """Engine, pages, regions, lines and words with boxes 0–1 ([x0, y0, x1, y1]) and confidences."""
    document: ReadingJson = {
        "schema_version": SCHEMA_VERSION,
        "source": source,
        "engine": _engine(reading.engine),
        "pages": [_page(page) for page in reading.pages],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what `to_json` writes."""
    schema = TypeAdapter(ReadingJson).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def check_json(text: str) -> ReadingJson:
    """The document if `text` has the published form. Raises pydantic.ValidationError."""
    return TypeAdapter(ReadingJson).validate_json(text)


def _engine(engine: EngineVersion) -> EngineJson:
    return {"name": engine.name, "version": engine.version}


def _page(page: PageReading) -> PageJson:
    written: PageJson = {
        "page": page.page,
        "width_px": page.width_px,
        "height_px": page.height_px,
        "regions": [_region(region) for region in page.regions],
    }
    if page.codes:
        written["codes"] = [_code(code) for code in page.codes]
    return written


def _code(code: MachineCode) -> CodeJson:
    written: CodeJson = {
        "symbology": code.symbology,
        "payload": base64.b64encode(code.payload).decode("ascii"),
        "box": code.box.as_list(),
    }
    if code.quality is not None:
        written["quality"] = round(code.quality, 4)
    return written


def _region(region: Region) -> RegionJson:
    written: RegionJson = {
        "kind": region.kind,
        "box": region.box.as_list(),
        "lines": [_line(line) for line in region.lines],
    }
    if region.cells:
        written["cells"] = [_cell(cell) for cell in region.cells]
    return written


def _cell(cell: Cell) -> CellJson:
    return {
        "row": cell.row,
        "column": cell.column,
        "row_span": cell.row_span,
        "column_span": cell.column_span,
        "box": cell.box.as_list(),
        "lines": list(cell.lines),
    }


def _line(line: Line) -> LineJson:
    written: LineJson = {
        "text": nfc(line.text),
        "box": line.box.as_list(),
        "confidence": round(line.confidence, 4),
        "angle": line.angle,
        "words": [_word(word) for word in line.words],
    }
    if line.engine:
        written["engine"] = line.engine
    return written


def _word(word: Word) -> WordJson:
    written: WordJson = {
        "text": nfc(word.text),
        "box": word.box.as_list(),
        "confidence": round(word.confidence, 4),
    }
    if word.alternatives:
        written["alternatives"] = [
            {"text": nfc(other.text), "confidence": round(other.confidence, 4)} for other in word.alternatives
        ]
    if word.character_confidences:
        written["character_confidences"] = [round(c, 4) for c in word.character_confidences]
    if word.ink:
        written["ink"] = word.ink
    return written
