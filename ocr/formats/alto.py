"""A reading as ALTO 4.4, the Library of Congress's XML for layout and text (altoxml.github.io)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from models.geometry import Box
from models.reading import Cell, Line, PageReading, Reading, Region, Word
from ocr.formats.xml import clean, holds_text, lines_by_cell, pixels, size_of, written

ALTO_NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"


def to_alto(reading: Reading, source: str | None = None) -> str:
    """ALTO 4.4 XML; coordinates in pixels of the upright pictures.

    A table is a ComposedBlock with a TextBlock for each cell, whose row, column and spans stand in its tag.
    Every engine is a Processing, named by the lines that it read where the reading's own did not.
    """
    document = _Document(reading)
    alto = ET.Element("alto", {"xmlns": ALTO_NAMESPACE, "SCHEMAVERSION": "4.4"})
    layout = ET.Element("Layout")
    for page in reading.pages:
        document.page(layout, page)
    _describe(ET.SubElement(alto, "Description"), document, source)
    if document.tags:
        tags = ET.SubElement(alto, "Tags")
        for attributes in document.tags.values():
            ET.SubElement(tags, "StructureTag" if attributes["TYPE"] == "cell" else "LayoutTag", attributes)
    alto.append(layout)
    return written(alto)


def _describe(node: ET.Element, document: _Document, source: str | None) -> None:
    ET.SubElement(node, "MeasurementUnit").text = "pixel"
    if source:
        information = ET.SubElement(node, "sourceImageInformation")
        ET.SubElement(information, "fileName").text = clean(source)
    for (name, version), key in document.engines.items():
        processing = ET.SubElement(node, "Processing", {"ID": key})
        ET.SubElement(processing, "processingCategory").text = "contentGeneration"
        software = ET.SubElement(processing, "processingSoftware")
        ET.SubElement(software, "softwareName").text = clean(name)
        if version:
            ET.SubElement(software, "softwareVersion").text = clean(version)


@dataclass
class _Document:
    """The pages being written, and what their elements refer to."""

    reading: Reading
    engines: dict[tuple[str, str | None], str] = field(default_factory=dict)
    """Engine's name and version → ID of its Processing; single lines name no version."""
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    """ID → attributes."""

    def __post_init__(self) -> None:
        self.own = self._processing(self.reading.engine.name, self.reading.engine.version)

    def page(self, layout: ET.Element, page: PageReading) -> None:
        n, (width, height) = page.page, size_of(page)
        extent = {"WIDTH": str(width), "HEIGHT": str(height)}
        own = {
            "ID": f"p{n}",
            "PHYSICAL_IMG_NR": str(n),
            "PROCESSINGREFS": self.own,
        }
        node = ET.SubElement(layout, "Page", {**own, **extent})
        space = ET.SubElement(node, "PrintSpace", {"HPOS": "0", "VPOS": "0", **extent})
        for r, region in enumerate(page.regions, start=1):
            self._region(space, region, (width, height), f"p{n}_r{r}")

    def _region(self, space: ET.Element, region: Region, size: tuple[int, int], key: str) -> None:
        attributes = {"ID": key, **_place(region.box, size)}
        if not holds_text(region):
            ET.SubElement(space, "Illustration", {**attributes, "TYPE": region.kind})
        elif region.kind == "table":
            self._table(
                ET.SubElement(space, "ComposedBlock", {**attributes, "TYPE": "table"}), region, size, key
            )
        else:
            if region.kind != "text":
                attributes["TAGREFS"] = self._kind(region.kind)
            self._block(space, attributes, region, range(len(region.lines)), size)

    def _table(self, node: ET.Element, region: Region, size: tuple[int, int], key: str) -> None:
        for cell, places in lines_by_cell(region):
            if cell is None:
                boxes = [region.lines[place].box for place in places]
                box = Box.around(boxes) if boxes else region.box
                self._block(node, {"ID": f"{key}_rest", **_place(box, size)}, region, places, size, key)
            else:
                block = {"ID": f"{key}_c{cell.row}_{cell.column}", **_place(cell.box, size)}
                block["TAGREFS"] = self._cell(cell)
                self._block(node, block, region, places, size, key)

    def _block(
        self,
        node: ET.Element,
        attributes: dict[str, str],
        region: Region,
        places: Sequence[int],
        size: tuple[int, int],
        key: str | None = None,
    ) -> None:
        block = ET.SubElement(node, "TextBlock", {**attributes, "LANG": "vi"})
        for place in places:
            line = region.lines[place]
            if line.words:  # a TextLine needs a String
                self._line(block, line, size, f"{key or attributes['ID']}_l{place + 1}")

    def _line(self, block: ET.Element, line: Line, size: tuple[int, int], key: str) -> None:
        node = ET.SubElement(block, "TextLine", {"ID": key, **_place(line.box, size)})
        if line.engine:
            node.set("PROCESSINGREFS", self._processing(line.engine))
        for i, word in enumerate(line.words, start=1):
            if i > 1:
                gap = max(0, round((word.box.x0 - line.words[i - 2].box.x1) * size[0]))
                ET.SubElement(node, "SP", {"WIDTH": str(gap)})
            _string(node, word, size, f"{key}_w{i}")

    def _processing(self, name: str, version: str | None = None) -> str:
        return self.engines.setdefault(
            (name, version), f"ocr_{len(self.engines) + 1}" if self.engines else "ocr"
        )

    def _kind(self, kind: str) -> str:
        key = f"kind_{kind}"
        self.tags.setdefault(key, {"ID": key, "TYPE": "region", "LABEL": kind})
        return key

    def _cell(self, cell: Cell) -> str:
        key = f"cell_{cell.row}_{cell.column}_{cell.row_span}_{cell.column_span}"
        label = f"row={cell.row} column={cell.column} rowspan={cell.row_span} colspan={cell.column_span}"
        self.tags.setdefault(key, {"ID": key, "TYPE": "cell", "LABEL": label})
        return key


def _string(node: ET.Element, word: Word, size: tuple[int, int], key: str) -> None:
    attributes = {"ID": key, "CONTENT": clean(word.text), "WC": f"{word.confidence:.2f}"}
    if word.character_confidences:  # 0 is sure, 9 is unsure
        attributes["CC"] = " ".join(str(round(9 * (1 - c))) for c in word.character_confidences)
    string = ET.SubElement(node, "String", {**attributes, **_place(word.box, size)})
    for other in word.alternatives:
        # The standard has Glyph variants for single characters; for whole words ALTERNATIVE is what readers know.
        ET.SubElement(string, "ALTERNATIVE", {"PURPOSE": "recognition"}).text = clean(other.text)


def _place(box: Box, size: tuple[int, int]) -> dict[str, str]:
    x0, y0, x1, y1 = pixels(box, size)
    return {"HPOS": str(x0), "VPOS": str(y0), "WIDTH": str(x1 - x0), "HEIGHT": str(y1 - y0)}
