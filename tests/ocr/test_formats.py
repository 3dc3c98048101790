"""One reading in four formats."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from models.geometry import Box
from models.reading import EngineVersion, PageReading, Reading, Region
from ocr.formats import ALTO_NAMESPACE, FORMATS, XHTML_NAMESPACE, render
from tests.ocr.support import reading_of

LINES = ("CỘNG HÒA XÃ HỘI", "a < b & c > \"d\" 'e'", "Độc lập")
READING = reading_of(LINES, (), ("trang ba",))
ALTO, HTML = f"{{{ALTO_NAMESPACE}}}", f"{{{XHTML_NAMESPACE}}}"


def test_text_has_a_line_a_row_and_a_form_feed_between_pages() -> None:
    pages = render(READING, "text").removesuffix("\n").split("\n\f")
    assert [page.splitlines() for page in pages] == [list(LINES), [], ["trang ba"]]


def test_json_carries_boxes_and_confidences() -> None:
    found = json.loads(render(READING, "json", source="a.jpg"))
    assert found["source"] == "a.jpg"
    assert [page["page"] for page in found["pages"]] == [1, 2, 3]
    line = found["pages"][0]["regions"][0]["lines"][1]
    assert line["text"] == LINES[1]
    assert [w["text"] for w in line["words"]] == LINES[1].split()
    assert all(0 <= v <= 1 for v in line["box"])
    assert "CỘNG" in render(READING, "json")


def test_hocr_is_well_formed_and_says_the_same() -> None:
    root = ET.fromstring(render(READING, "hocr", source='q"uote.jpg'))
    pages = [d for d in root.iter(f"{HTML}div") if d.get("class") == "ocr_page"]
    assert len(pages) == 3
    assert "bbox 0 0 1000 1400" in (pages[0].get("title") or "")
    lines = [s for s in pages[0].iter(f"{HTML}span") if s.get("class") == "ocr_line"]
    assert ["".join(line.itertext()).split() for line in lines] == [line.split() for line in LINES]
    words = [s for s in pages[0].iter(f"{HTML}span") if s.get("class") == "ocrx_word"]
    assert "bbox 100 140 140 182; x_wconf 90" in (words[0].get("title") or "")
    assert "textangle -0.50" in (lines[0].get("title") or "")
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_alto_has_the_structure_of_the_standard() -> None:
    root = ET.fromstring(render(READING, "alto", source="a.jpg"))
    assert root.tag == f"{ALTO}alto"
    assert [child.tag for child in root] == [f"{ALTO}Description", f"{ALTO}Layout"]
    assert root.findtext(f"{ALTO}Description/{ALTO}MeasurementUnit") == "pixel"
    assert root.findtext(f".//{ALTO}fileName") == "a.jpg"
    pages = root.findall(f"{ALTO}Layout/{ALTO}Page")
    assert [p.get("PHYSICAL_IMG_NR") for p in pages] == ["1", "2", "3"]
    assert all(p.find(f"{ALTO}PrintSpace") is not None for p in pages)
    lines = pages[0].findall(f"{ALTO}PrintSpace/{ALTO}TextBlock/{ALTO}TextLine")
    strings = [[s.get("CONTENT") for s in line.findall(f"{ALTO}String")] for line in lines]
    assert strings == [line.split() for line in LINES]
    assert len(lines[0].findall(f"{ALTO}SP")) == len(LINES[0].split()) - 1
    for string in root.iter(f"{ALTO}String"):
        assert 0 <= float(string.get("WC", "-1")) <= 1
        for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"):
            assert int(string.get(name, "-1")) >= 0
    ids = [e.get("ID") for e in root.iter() if e.get("ID")]
    assert len(ids) == len(set(ids))


def test_a_stamp_is_a_place_without_text() -> None:
    stamp = Region(kind="stamp", box=Box(x0=0.5, y0=0.5, x1=0.7, y1=0.6))
    page = PageReading(page=1, regions=(stamp,), width_px=100, height_px=200)
    reading = Reading(engine=EngineVersion(name="t", version="1"), pages=(page,))
    assert render(reading, "text") == "\n"
    assert ET.fromstring(render(reading, "alto")).find(f".//{ALTO}GraphicalElement") is not None
    assert "ocr_photo" in render(reading, "hocr")
    assert json.loads(render(reading, "json"))["pages"][0]["regions"][0]["kind"] == "stamp"


@pytest.mark.parametrize("output_format", list(FORMATS))
def test_control_characters_and_unsized_pages_break_no_format(output_format: str) -> None:
    reading = reading_of(("a\x01b\x00c\ufffe",))
    bare = reading.model_copy(
        update={"pages": tuple(p.model_copy(update={"width_px": None}) for p in reading.pages)}
    )
    written = render(bare, output_format)
    if output_format in ("hocr", "alto"):
        assert "abc" in "".join(ET.fromstring(written).itertext()) + written
