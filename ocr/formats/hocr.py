"""A reading as hOCR 1.2: well-formed XHTML that browsers show and OCR tools read."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from models.geometry import Box
from models.reading import Cell, Line, PageReading, Reading, Region, RegionKind, Word
from ocr.formats.xml import clean, holds_text, lines_by_cell, pixels, size_of, written

XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
_CLASSES: dict[RegionKind, str] = {
    "table": "ocr_table",
    "page_number": "ocr_pageno",
    "photo": "ocr_photo",
    "handwriting": "ocr_linedrawing",
    "signature": "ocr_linedrawing",
}
"""hOCR's own classes; text and forms are `ocr_carea`, other pictures `ocr_image`."""
_CAPABILITIES = (
    "ocr_page ocr_carea ocr_line ocrx_word ocr_table ocr_pageno ocr_photo ocr_image ocr_linedrawing ocrp_lang"
)


def to_hocr(reading: Reading, source: str | None = None) -> str:
    """hOCR 1.2 as well-formed XHTML; boxes in pixels of the upright pictures.

    A table whose cells are known is an HTML table. `x_wconf` is a word's confidence in per cent, `x_confs` that
    of its characters.
    """
    html = ET.Element("html", {"xmlns": XHTML_NAMESPACE, "xml:lang": "vi", "lang": "vi"})
    head = ET.SubElement(html, "head")
    ET.SubElement(head, "meta", {"charset": "utf-8"})
    ET.SubElement(head, "title").text = clean(source or "") or "OCR"
    for name, content in (
        ("ocr-system", f"{reading.engine.name} {reading.engine.version}"),
        ("ocr-capabilities", _CAPABILITIES),
        ("ocr-number-of-pages", str(len(reading.pages))),
        ("ocr-langs", "vi"),
        ("ocr-scripts", "Latn"),
    ):
        ET.SubElement(head, "meta", {"name": name, "content": clean(content)})
    body = ET.SubElement(html, "body")
    for index, page in enumerate(reading.pages):
        _page(body, page, index, source)
    return written(html, "<!DOCTYPE html>\n")


def _page(body: ET.Element, page: PageReading, index: int, source: str | None) -> None:
    n, size = page.page, size_of(page)
    image = f'image "{clean(source)}"; '.replace("'", "") if source else ""
    title = f"{image}bbox 0 0 {size[0]} {size[1]}; ppageno {index}"
    node = ET.SubElement(body, "div", {"class": "ocr_page", "id": f"page_{n}", "title": title})
    for r, region in enumerate(page.regions, start=1):
        _region(node, region, size, f"{n}_{r}")


def _region(node: ET.Element, region: Region, size: tuple[int, int], key: str) -> None:
    otherwise = "ocr_carea" if holds_text(region) else "ocr_image"
    attributes = {
        "class": _CLASSES.get(region.kind, otherwise),
        "id": f"region_{key}",
        "title": _bbox(region.box, size),
        "data-kind": region.kind,
    }
    if not region.cells:
        _lines(ET.SubElement(node, "div", attributes), region, range(len(region.lines)), size, key)
        return
    table = ET.SubElement(node, "table", attributes)
    for row in _rows(region):
        line = ET.SubElement(table, "tr")
        for cell, places in row:
            _lines(ET.SubElement(line, "td", _cell(cell, size)), region, places, size, key)
    for cell, places in lines_by_cell(region):
        if cell is None:  # outside of the table's grid, and of its element, where HTML allows cells only
            rest = {"class": "ocr_carea", "id": f"region_{key}_rest", "title": attributes["title"]}
            _lines(ET.SubElement(node, "div", rest), region, places, size, key)


def _rows(region: Region) -> list[list[tuple[Cell | None, tuple[int, ...]]]]:
    """The cells that begin in each row, with None where HTML needs an empty one to keep the columns."""
    starts = {(c.row, c.column): c for c in region.cells}
    taken = {
        (c.row + r, c.column + k)
        for c in region.cells
        for r in range(c.row_span)
        for k in range(c.column_span)
    }
    rows, columns = (max(place[axis] for place in taken) + 1 for axis in (0, 1))
    return [
        [
            (cell, cell.lines if cell else ())
            for k in range(columns)
            if (cell := starts.get((r, k))) or (r, k) not in taken
        ]
        for r in range(rows)
    ]


def _cell(cell: Cell | None, size: tuple[int, int]) -> dict[str, str]:
    if cell is None:
        return {}
    spans = {"rowspan": cell.row_span, "colspan": cell.column_span}
    return {"title": _bbox(cell.box, size), **{name: str(n) for name, n in spans.items() if n > 1}}


def _lines(node: ET.Element, region: Region, places: Sequence[int], size: tuple[int, int], key: str) -> None:
    for place in places:
        _line(node, region.lines[place], size, f"{key}_{place + 1}")


def _line(area: ET.Element, line: Line, size: tuple[int, int], key: str) -> None:
    title = _bbox(line.box, size)
    if line.angle:
        title += f"; textangle {-line.angle:.2f}"  # hOCR counts counter-clockwise
    node = ET.SubElement(area, "span", {"class": "ocr_line", "id": f"line_{key}", "title": title})
    for i, word in enumerate(line.words, start=1):
        attributes = {"class": "ocrx_word", "id": f"word_{key}_{i}", "title": _word_title(word, size)}
        child = ET.SubElement(node, "span", attributes)
        child.text = clean(word.text)
        child.tail = " " if i < len(line.words) else ""


def _word_title(word: Word, size: tuple[int, int]) -> str:
    title = f"{_bbox(word.box, size)}; x_wconf {round(word.confidence * 100)}"
    if word.character_confidences:
        title += "; x_confs " + " ".join(f"{100 * c:.4g}" for c in word.character_confidences)
    return title


def _bbox(box: Box, size: tuple[int, int]) -> str:
    return "bbox {} {} {} {}".format(*pixels(box, size))
