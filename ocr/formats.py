"""A reading as text, JSON, hOCR 1.2 or ALTO 4.4: the same lines in the same order in each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

from models.geometry import Box
from models.reading import Line, PageReading, Reading, Region
from models.text import nfc

ALTO_NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
_NOMINAL = (2480, 3508)
"""Size in pixels a page without a picture is given: A4 at 300 dpi."""


def render(reading: Reading, output_format: str, *, source: str | None = None) -> str:
    """`reading` in one of FORMATS; `source` names the file it came from. Raises KeyError for another format."""
    return FORMATS[output_format](reading, source)


def to_text(reading: Reading, source: str | None = None) -> str:
    """Lines in reading order, one a row; pages are separated by a form feed."""
    return nfc(reading.text) + "\n"


def to_json(reading: Reading, source: str | None = None) -> str:
    """Engine, pages, regions, lines and words with boxes 0–1 ([x0, y0, x1, y1]) and confidences."""
    document: dict[str, Any] = {
        "source": source,
        "engine": reading.engine.model_dump(),
        "pages": [
            {
                "page": page.page,
                "width_px": page.width_px,
                "height_px": page.height_px,
                "regions": [_region_json(region) for region in page.regions],
            }
            for page in reading.pages
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def to_hocr(reading: Reading, source: str | None = None) -> str:
    """hOCR 1.2 as well-formed XHTML; boxes in pixels of the upright pictures."""
    html = ET.Element("html", {"xmlns": XHTML_NAMESPACE, "xml:lang": "vi", "lang": "vi"})
    head = ET.SubElement(html, "head")
    ET.SubElement(head, "title").text = _clean(source or "OCR")
    ET.SubElement(head, "meta", {"charset": "utf-8"})
    for name, content in (
        ("ocr-system", f"{reading.engine.name} {reading.engine.version}"),
        ("ocr-capabilities", "ocr_page ocr_carea ocr_photo ocr_line ocrx_word"),
    ):
        ET.SubElement(head, "meta", {"name": name, "content": content})
    body = ET.SubElement(html, "body")
    for page in reading.pages:
        _hocr_page(body, page, _size(page), source)
    ET.indent(html, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n' + _xml(html) + "\n"


def to_alto(reading: Reading, source: str | None = None) -> str:
    """ALTO 4.4 XML; coordinates in pixels of the upright pictures."""
    alto = ET.Element("alto", {"xmlns": ALTO_NAMESPACE})
    description = ET.SubElement(alto, "Description")
    ET.SubElement(description, "MeasurementUnit").text = "pixel"
    if source:
        information = ET.SubElement(description, "sourceImageInformation")
        ET.SubElement(information, "fileName").text = _clean(source)
    processing = ET.SubElement(description, "Processing", {"ID": "ocr"})
    software = ET.SubElement(processing, "processingSoftware")
    ET.SubElement(software, "softwareName").text = reading.engine.name
    ET.SubElement(software, "softwareVersion").text = reading.engine.version
    layout = ET.SubElement(alto, "Layout")
    for page in reading.pages:
        _alto_page(layout, page, _size(page))
    ET.indent(alto, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _xml(alto) + "\n"


FORMATS: dict[str, Callable[[Reading, str | None], str]] = {
    "text": to_text,
    "json": to_json,
    "hocr": to_hocr,
    "alto": to_alto,
}
"""Name → writer."""


def _size(page: PageReading) -> tuple[int, int]:
    return (page.width_px or _NOMINAL[0], page.height_px or _NOMINAL[1])


def _xml(root: ET.Element) -> str:
    return ET.tostring(root, encoding="unicode")


def _clean(text: str) -> str:
    """NFC without the control characters XML 1.0 forbids."""
    return "".join(c for c in nfc(text) if c >= " " and c not in "\ufffe\uffff" and not _surrogate(c))


def _surrogate(c: str) -> bool:
    return "\ud800" <= c <= "\udfff"


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    return round(box.x0 * width), round(box.y0 * height), round(box.x1 * width), round(box.y1 * height)


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────


def _region_json(region: Region) -> dict[str, Any]:
    return {
        "kind": region.kind,
        "box": region.box.as_list(),
        "lines": [
            {
                "text": nfc(line.text),
                "box": line.box.as_list(),
                "confidence": round(line.confidence, 4),
                "angle": line.angle,
                "words": [
                    {"text": nfc(w.text), "box": w.box.as_list(), "confidence": round(w.confidence, 4)}
                    for w in line.words
                ],
            }
            for line in region.lines
        ],
    }


# ── hOCR ─────────────────────────────────────────────────────────────────────────────────────────────


def _hocr_page(body: ET.Element, page: PageReading, size: tuple[int, int], source: str | None) -> None:
    n = page.page
    image = f'image "{_clean(source)}"; '.replace("'", "") if source else ""
    title = f"{image}bbox 0 0 {size[0]} {size[1]}; ppageno {n - 1}"
    node = ET.SubElement(body, "div", {"class": "ocr_page", "id": f"page_{n}", "title": title})
    for r, region in enumerate(page.regions, start=1):
        kind = "ocr_carea" if region.lines else "ocr_photo"
        area = ET.SubElement(
            node,
            "div",
            {"class": kind, "id": f"region_{n}_{r}", "title": _hocr_box(region.box, size)},
        )
        for k, line in enumerate(region.lines, start=1):
            _hocr_line(area, line, size, f"{n}_{r}_{k}")


def _hocr_line(area: ET.Element, line: Line, size: tuple[int, int], key: str) -> None:
    title = _hocr_box(line.box, size)
    if line.angle:
        title += f"; textangle {-line.angle:.2f}"  # hOCR counts counter-clockwise
    node = ET.SubElement(area, "span", {"class": "ocr_line", "id": f"line_{key}", "title": title})
    for i, word in enumerate(line.words, start=1):
        title = f"{_hocr_box(word.box, size)}; x_wconf {round(word.confidence * 100)}"
        attributes = {"class": "ocrx_word", "id": f"word_{key}_{i}", "title": title}
        child = ET.SubElement(node, "span", attributes)
        child.text = _clean(word.text)
        child.tail = " " if i < len(line.words) else ""


def _hocr_box(box: Box, size: tuple[int, int]) -> str:
    return "bbox {} {} {} {}".format(*_pixels(box, size))


# ── ALTO ─────────────────────────────────────────────────────────────────────────────────────────────


def _alto_page(layout: ET.Element, page: PageReading, size: tuple[int, int]) -> None:
    n, (width, height) = page.page, size
    node = ET.SubElement(
        layout,
        "Page",
        {"ID": f"p{n}", "PHYSICAL_IMG_NR": str(n), "WIDTH": str(width), "HEIGHT": str(height)},
    )
    space = ET.SubElement(
        node, "PrintSpace", {"HPOS": "0", "VPOS": "0", "WIDTH": str(width), "HEIGHT": str(height)}
    )
    for r, region in enumerate(page.regions, start=1):
        attributes = {"ID": f"p{n}_r{r}", **_alto_box(region.box, size)}
        if not region.lines:
            ET.SubElement(space, "GraphicalElement", attributes)
            continue
        block = ET.SubElement(space, "TextBlock", attributes)
        for k, line in enumerate(region.lines, start=1):
            _alto_line(block, line, size, f"p{n}_r{r}_l{k}")


def _alto_line(block: ET.Element, line: Line, size: tuple[int, int], key: str) -> None:
    node = ET.SubElement(block, "TextLine", {"ID": key, **_alto_box(line.box, size)})
    for i, word in enumerate(line.words, start=1):
        if i > 1:
            gap = max(0, round((word.box.x0 - line.words[i - 2].box.x1) * size[0]))
            ET.SubElement(node, "SP", {"WIDTH": str(gap)})
        ET.SubElement(
            node,
            "String",
            {
                "ID": f"{key}_w{i}",
                "CONTENT": _clean(word.text),
                "WC": f"{word.confidence:.2f}",
                **_alto_box(word.box, size),
            },
        )


def _alto_box(box: Box, size: tuple[int, int]) -> dict[str, str]:
    x0, y0, x1, y1 = _pixels(box, size)
    return {"HPOS": str(x0), "VPOS": str(y0), "WIDTH": str(x1 - x0), "HEIGHT": str(y1 - y0)}
