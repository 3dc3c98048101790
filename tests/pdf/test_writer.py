"""Captures and e-copies are sound PDF/A-2 with untouched pictures, exact text and pages at the scale of 1:1."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imaging.upright import orient
from models.errors import EngineFault, Unreadable
from models.geometry import Box
from models.pages import PagePicture, PageSize
from models.reading import Line, PageReading, Region, Word
from pdf.assembly import clear_end, deflated
from pdf.pages import extract_page
from pdf.writer import PageInput, page_placement, write_pdfa
from pdf.xmp import xmp_packet
from tests.pdf.support import (
    A4,
    MAX_PIXELS,
    corners,
    drawn,
    ecopy_content,
    faults,
    jpeg_bytes,
    jpeg_page,
    metadata,
    picture_of,
    png_bytes,
    reading_of,
)
from tests.pdf.test_pages import (
    Maker,
    bilevel,
    ccitt,
    flate,
    image_pdf,
    indexed,
    jbig2_stream,
    jpx,
    pixels,
    stencil,
)

CARD = PageSize(width_mm=85.6, height_mm=53.98)
HEADING = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Số: 123/QĐ-UBND ngày 07/3/2026 “mẫu”…",
]
LETTERS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
EVERY_LETTER = LETTERS + LETTERS.upper()


def written(target: Path, *pages: PageInput, conformance: Literal["2b", "2u"] = "2u") -> Path:
    write_pdfa(target, pages, metadata=metadata(), conformance=conformance)
    return target


def pdftotext(path: Path, *options: str) -> str:
    result = subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, check=True)
    return result.stdout.decode("utf-8")


def lines_of(path: Path, *options: str) -> list[str]:
    return [line for line in pdftotext(path, *options).replace("\f", "").splitlines() if line.strip()]


# ── PDF/A and pictures ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("conformance", ["2b", "2u"])
def test_an_e_copy_has_no_pdfa_fault(tmp_path: Path, conformance: Literal["2b", "2u"]) -> None:
    page = jpeg_page(tmp_path / "a.jpg", corners(), reading=reading_of(HEADING))
    target = tmp_path / "a.pdf"
    write_pdfa(target, [page, page], metadata=metadata(ecopy_content()), conformance=conformance)
    assert faults(target, conformance) == []
    with pikepdf.open(target, attempt_recovery=False) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert pdf.get_warnings() == []


def test_the_other_conformance_is_noticed(tmp_path: Path) -> None:
    """The validator can fail: a file that says B is no U."""
    page = jpeg_page(tmp_path / "a.jpg", corners())
    assert faults(written(tmp_path / "a.pdf", page, conformance="2b"), "2u")


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_scanner_s_jpeg_bytes_stand_in_the_file_untouched(tmp_path: Path, mode: str) -> None:
    image = corners().convert(mode)
    page = jpeg_page(tmp_path / "a.jpg", image)
    target = written(tmp_path / "a.pdf", page)
    assert jpeg_bytes(image) in target.read_bytes()
    with pikepdf.open(target) as pdf:
        stream = pdf.pages[0].Resources.XObject.Im1
        assert stream.read_raw_bytes() == page.path.read_bytes()
        assert stream.ColorSpace == ("/DeviceGray" if mode == "L" else "/DeviceRGB")
    assert faults(target, "2u") == []


def png_variants() -> Iterator[tuple[str, Image.Image, bytes, Image.Image]]:
    """A name, the picture's mode in the page, the stored PNG, and how it must look."""
    rgb = corners(200, 300)
    for mode in ("RGB", "L", "1"):
        image = rgb.convert(mode, dither=Image.Dither.NONE)
        yield mode, image, png_bytes(image), image
    yield (
        "palette",
        rgb,
        png_bytes(rgb.convert("P", palette=Image.Palette.WEB)),
        rgb.convert("P", palette=Image.Palette.WEB),
    )
    alpha = rgb.convert("RGBA")
    alpha.putalpha(Image.linear_gradient("L").resize(alpha.size))
    flat = Image.new("RGB", rgb.size, "white")
    flat.paste(rgb, mask=alpha.getchannel("A"))
    yield "alpha", rgb, png_bytes(alpha), flat
    yield "interlaced", rgb, interlaced(rgb), rgb


def interlaced(image: Image.Image) -> bytes:
    """Adam7, which Pillow does not write."""
    import struct
    import zlib

    data = np.asarray(image)
    rows = b""
    for x0, y0, dx, dy in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        for row in data[y0::dy, x0::dx]:
            rows += b"\0" + row.tobytes()

    def chunk(tag: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))

    header = struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 1)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("name", "image", "data", "look"), list(png_variants()))
def test_png_pictures_are_lossless(
    tmp_path: Path, name: str, image: Image.Image, data: bytes, look: Image.Image
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(data)
    size = PageSize(width_mm=200 / 72 * 25.4 * 3, height_mm=300 / 72 * 25.4 * 3)
    target = written(tmp_path / "a.pdf", PageInput(picture_of(image, "png", size), path))
    assert faults(target, "2u") == []
    with pikepdf.open(target) as pdf:
        stream = pdf.pages[0].Resources.XObject.Im1
        stored = Image.frombytes(
            {"/DeviceGray": "1" if stream.BitsPerComponent == 1 else "L", "/DeviceRGB": "RGB"}[
                str(stream.ColorSpace)
            ],
            image.size,
            stream.read_bytes(),
        )
        kept = name in ("RGB", "L", "1")
        assert ("/DecodeParms" in stream) is kept
    expected = look.convert("RGB")
    assert np.abs(pixels(stored).astype(int) - np.asarray(expected)).max() <= (1 if name == "alpha" else 0)


@pytest.mark.parametrize(
    ("make", "image"),
    [
        (ccitt, bilevel()), (stencil, bilevel()), (jbig2_stream, bilevel()), (flate, corners()),
        (flate, corners().convert("L")), (indexed, corners()), (jpx, corners()),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turn", [0, 90])
def test_held_streams_are_copied_untouched(
    tmp_path: Path, make: Maker, image: Image.Image, turn: int
) -> None:
    data, entries = make(image)
    box = (0, 0, 400, 600)
    source = image_pdf(
        tmp_path / "a.pdf", data, entries, matrix=(400, 0, 0, 600, 0, 0), box=box, page={"Rotate": turn}
    )
    picture, path = extract_page(source, 1, tmp_path, max_pixels=MAX_PIXELS)
    assert picture.form == "pdf"
    target = written(tmp_path / "b.pdf", PageInput(picture, path))
    assert faults(target, "2u") == []
    with pikepdf.open(target) as pdf:
        kept = pdf.pages[0].Resources.XObject.Im1.read_raw_bytes()
    assert kept == (clear_end(data) if make is flate else data)
    assert np.array_equal(drawn(target), drawn(source))


def ends_in_return(image: Image.Image) -> Image.Image:
    """`image` with one pixel such that its deflated data, as Pillow's PNG filters leave it, ends in CR."""
    for value in range(256):
        changed = image.copy()
        changed.putpixel((0, 0), value)
        if png_bytes(changed)[: -len(b"xxxx") - 12].endswith(b"\r"):
            return changed
    raise AssertionError("no value gives a CR")


def test_no_deflated_stream_ends_where_its_end_can_not_be_seen(tmp_path: Path) -> None:
    """A CR before qpdf's LF would belong to the end-of-line marker; what is drawn stays the same."""
    image = ends_in_return(corners(40, 60).convert("L"))
    path = tmp_path / "a.png"
    path.write_bytes(png_bytes(image))
    target = written(tmp_path / "a.pdf", PageInput(picture_of(image, "png"), path))
    assert faults(target, "2u") == []
    with pikepdf.open(target) as pdf:
        stream = pdf.pages[0].Resources.XObject.Im1
        assert stream.read_raw_bytes().endswith(b"\r\n")
        assert np.array_equal(np.asarray(pikepdf.PdfImage(stream).as_pil_image()), np.asarray(image))
    with pikepdf.new() as pdf:
        own = deflated(pdf, b"\x0c")
        assert own.read_raw_bytes().endswith(b"\r\n")
        assert own.read_bytes() == b"\x0c"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_drawn_upright(tmp_path: Path, orientation: int) -> None:
    image = corners(300, 200)
    upright = orient(np.asarray(image), orientation)
    height, width = upright.shape[:2]
    size = PageSize(width_mm=width * 3 / 72 * 25.4, height_mm=height * 3 / 72 * 25.4)
    path = tmp_path / "a.png"
    path.write_bytes(png_bytes(image))
    target = written(tmp_path / "a.pdf", PageInput(picture_of(image, "png", size, orientation), path))
    shown = drawn(target, dpi=24)
    assert shown.shape == upright.shape
    assert np.array_equal(shown, upright)
    with pikepdf.open(target) as pdf:
        assert "/Rotate" not in pdf.pages[0].obj


def test_a_picture_that_is_not_what_its_facts_say_is_our_fault(tmp_path: Path) -> None:
    good = jpeg_page(tmp_path / "a.jpg", corners())
    wrong_size = PageInput(good.picture.model_copy(update={"width_px": 1}), good.path)
    not_a_png = PageInput(good.picture.model_copy(update={"form": "png"}), good.path)
    cmyk = tmp_path / "b.jpg"
    cmyk.write_bytes(jpeg_bytes(corners().convert("CMYK")))
    for page in (wrong_size, not_a_png, PageInput(good.picture, cmyk)):
        target = tmp_path / "a.pdf"
        with pytest.raises(EngineFault):
            write_pdfa(target, [page], metadata=metadata(), conformance="2b")
        assert not target.exists()
    assert {p.name for p in tmp_path.iterdir()} == {"a.jpg", "b.jpg"}


def test_nothing_but_the_document_is_left_and_any_name_will_do(tmp_path: Path) -> None:
    folder = tmp_path / "Sổ hộ tịch (mẫu) “1”\\"
    folder.mkdir()
    paths = [folder / "ảnh 1.jpg", folder / "ảnh 2.png"]
    paths[1].write_bytes(png_bytes(corners()))
    pages = [jpeg_page(paths[0], corners()), PageInput(picture_of(corners(), "png"), paths[1])]
    target = written(folder / "bản sao.pdf", *pages)
    assert set(folder.iterdir()) == {*paths, target}
    with pikepdf.open(target) as pdf:
        assert pdf.pages[0].Resources.XObject.Im1.read_raw_bytes() == paths[0].read_bytes()
    again = target.read_bytes()
    assert written(target, *pages).read_bytes() == again


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_is_as_large_as_the_paper(tmp_path: Path) -> None:
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners()))
    with pikepdf.open(target) as pdf:
        assert [float(v) for v in pdf.pages[0].MediaBox] == pytest.approx([0, 0, 595.28, 841.89], abs=1e-6)


def test_a_card_stands_on_a_sheet_at_its_own_size_below_the_top_margin(tmp_path: Path) -> None:
    page = jpeg_page(
        tmp_path / "a.jpg", corners(1012, 638), CARD, reading=reading_of(["CĂN CƯỚC"], top=0.4, height=0.08)
    )
    target = written(tmp_path / "a.pdf", page)
    placement = page_placement(page.picture)
    assert (placement.page_width, placement.page_height) == pytest.approx((595.28, 841.89), abs=1e-6)
    assert (placement.width, placement.height) == pytest.approx(
        (85.6 * 72 / 25.4, 53.98 * 72 / 25.4), abs=0.01
    )
    assert placement.x == pytest.approx((placement.page_width - placement.width) / 2, abs=0.01)
    assert placement.y >= placement.page_height / 2
    assert placement.y + placement.height <= placement.page_height - 30 * 72 / 25.4
    shown = drawn(target)
    top, left = round(placement.page_height - placement.y - placement.height), round(placement.x)
    assert (shown[: top - 2] == 255).all()
    assert tuple(shown[top + 5, left + 5]) == pytest.approx((200, 30, 30), abs=12)
    assert faults(target, "2u") == []
    (word,) = [w for w in words_with_boxes(target) if w[0] == "CƯỚC"]
    expected = placement.to_page(page.reading.regions[0].lines[0].words[1].box)  # type: ignore[union-attr]
    assert word[1] == pytest.approx(expected[0], abs=1.5)
    assert word[3] == pytest.approx(expected[2], abs=1.5)


@pytest.mark.parametrize(
    ("size", "alone"),
    [
        (CARD, False), (PageSize(width_mm=53.98, height_mm=85.6), False), (PageSize(width_mm=105, height_mm=148), False),
        (PageSize(width_mm=130, height_mm=195), False), (PageSize(width_mm=147, height_mm=209), True),
        (PageSize(width_mm=100, height_mm=210), True), (A4, True), (PageSize(width_mm=420, height_mm=297), True),
    ],
)  # fmt: skip
def test_only_what_is_smaller_than_a5_gets_a_sheet(size: PageSize, alone: bool) -> None:
    placement = page_placement(picture_of(corners(), "jpeg", size))
    assert placement.fills_page is alone
    assert placement.x >= 0
    assert placement.y >= 0
    assert placement.x + placement.width <= placement.page_width
    assert placement.y + placement.height <= placement.page_height


def test_an_impossible_page_is_refused() -> None:
    with pytest.raises(Unreadable):
        page_placement(picture_of(corners(), "jpeg", PageSize(width_mm=6000, height_mm=300)))


boxes = st.tuples(*[st.floats(0, 1) for _ in range(4)]).map(lambda v: Box.clipped(*v))


@given(box=boxes, card=st.booleans())
def test_picture_and_page_coordinates_lead_back(box: Box, card: bool) -> None:
    placement = page_placement(picture_of(corners(), "jpeg", CARD if card else A4))
    x0, y0, x1, y1 = placement.to_page(box)
    assert 0 <= x0 <= x1 <= placement.page_width + 1e-6
    assert 0 <= y0 <= y1 <= placement.page_height + 1e-6
    back = placement.to_picture(x0, y0, x1, y1)
    assert (back.x0, back.y0, back.x1, back.y1) == pytest.approx((box.x0, box.y0, box.x1, box.y1), abs=1e-6)


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────


def words_with_boxes(path: Path) -> list[tuple[str, float, float, float, float]]:
    """Every word with x0, y0 (from below), x1, y1 in points, by poppler."""
    root = ElementTree.fromstring(pdftotext(path, "-bbox"))
    found = []
    for page in root.iter("{http://www.w3.org/1999/xhtml}page"):
        height = float(page.attrib["height"])
        for word in page:
            x0, y0, x1, y1 = (float(word.attrib[k]) for k in ("xMin", "yMin", "xMax", "yMax"))
            found.append((word.text or "", x0, height - y1, x1, height - y0))
    return found


@pytest.mark.parametrize("options", [(), ("-raw",), ("-layout",)])
def test_the_words_come_out_exactly_line_by_line(tmp_path: Path, options: tuple[str, ...]) -> None:
    reading = reading_of(HEADING)
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners(), reading=reading))
    assert [" ".join(line.split()) for line in lines_of(target, *options)] == HEADING


def test_every_vietnamese_letter_can_be_searched_and_copied(tmp_path: Path) -> None:
    lines = [EVERY_LETTER[i : i + 20] for i in range(0, len(EVERY_LETTER), 20)]
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners(), reading=reading_of(lines)))
    assert lines_of(target) == lines
    import pypdfium2

    with pypdfium2.PdfDocument(target) as document:
        copied = document[0].get_textpage().get_text_range()
    assert [line.strip() for line in copied.splitlines()] == lines


def test_decomposed_text_is_written_in_nfc(tmp_path: Path) -> None:
    reading = reading_of([unicodedata.normalize("NFD", HEADING[0])])
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners(), reading=reading))
    assert lines_of(target) == [HEADING[0]]


def test_what_the_font_lacks_is_still_text_and_control_characters_are_not(tmp_path: Path) -> None:
    lines = ["漢字 và 😀 cùng \u0110 \u00d0", "a\u0000b\u0007c\ud800d\ufeffe"]
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners(), reading=reading_of(lines)))
    assert lines_of(target) == ["漢字 và 😀 cùng \u0110 \u00d0", "abcde"]
    assert faults(target, "2u") == []


def test_words_stand_where_they_were_read(tmp_path: Path) -> None:
    reading = reading_of(HEADING)
    page = jpeg_page(tmp_path / "a.jpg", corners(), reading=reading)
    target = written(tmp_path / "a.pdf", page)
    placement = page_placement(page.picture)
    read = [w for line in reading.lines() for w in line.words]
    found = words_with_boxes(target)
    assert [w[0] for w in found] == [w.text for w in read]
    for (_, x0, y0, x1, y1), word in zip(found, read, strict=True):
        left, bottom, right, top = placement.to_page(word.box)
        assert (x0, x1) == pytest.approx((left, right), abs=0.5)
        # Poppler reports the reach of the whole font, which holds the ink of any word.
        assert y0 <= bottom + 2
        assert y1 >= top - 4
        assert y1 - y0 < 2.2 * (top - bottom)


@pytest.mark.parametrize(("angle", "drawn_at"), [(-3.0, 0.0), (2.0, 0.0), (5.0, 0.0), (12.0, 12.0)])
def test_sloped_lines_follow_the_paper(tmp_path: Path, angle: float, drawn_at: float) -> None:
    """Slightly sloped ones word by word, since Poppler cuts words whose base line rises."""
    rise = np.tan(np.radians(angle)) * 210 / 297
    words, x = [], 0.1
    for text in ["Căn", "cứ", "Luật", "Tổ", "chức", "chính", "quyền", "địa", "phương"]:
        width = 0.011 * len(text)
        y = 0.4 + rise * x
        words.append(
            Word(text=text, box=Box.clipped(x, y, x + width, y + 0.013 + abs(rise) * width), confidence=0.9)
        )
        x += width + 0.008
    line = Line(words=tuple(words), box=Box.around(w.box for w in words), angle=angle)
    reading = PageReading(page=1, regions=(Region(kind="text", box=line.box, lines=(line,)),))
    page = jpeg_page(tmp_path / "a.jpg", corners(), reading=reading)
    target = written(tmp_path / "a.pdf", page)
    assert " ".join(pdftotext(target, "-raw").split()) == line.text
    placement = page_placement(page.picture)
    import pdfplumber

    with pdfplumber.open(target) as document:
        characters = document.pages[0].chars
    slopes = {round(float(np.degrees(np.arctan2(-c["matrix"][1], c["matrix"][0]))), 2) for c in characters}
    assert slopes == {drawn_at}
    if not drawn_at:
        assert sorted(pdftotext(target).split()) == sorted(line.text.split())
        assert sorted(pdftotext(target, "-layout").split()) == sorted(line.text.split())
    starts = [c for c in characters if c["text"] in ("C", "p")]
    for character, word in zip((starts[0], starts[-1]), (words[0], words[-1]), strict=True):
        left, bottom, _, top = placement.to_page(word.box)
        assert character["matrix"][4] == pytest.approx(left, abs=0.3)
        assert bottom - 1 <= character["matrix"][5] <= top


def test_the_text_can_not_be_seen(tmp_path: Path) -> None:
    image = Image.new("RGB", (400, 600), "white")
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", image, reading=reading_of(HEADING)))
    assert (drawn(target) >= 254).all()


def test_two_columns_stay_two_columns(tmp_path: Path) -> None:
    left = reading_of(["ỦY BAN NHÂN DÂN", "PHƯỜNG HOA MẪU"])
    shifted = []
    for line in reading_of(["CỘNG HÒA XÃ HỘI CHỦ NGHĨA", "Độc lập - Tự do - Hạnh phúc"]).lines():
        words = tuple(
            w.model_copy(update={"box": Box.clipped(w.box.x0 + 0.4, w.box.y0, w.box.x1 + 0.4, w.box.y1)})
            for w in line.words
        )
        shifted.append(Line(words=words, box=Box.around(w.box for w in words)))
    right = Region(kind="text", box=Box.around(li.box for li in shifted), lines=tuple(shifted))
    reading = PageReading(page=1, regions=(*left.regions, right))
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners(), reading=reading))
    assert lines_of(target, "-raw") == [line.text for line in reading.lines()]


@settings(max_examples=20, deadline=None)
@given(
    nudges=st.lists(
        st.tuples(st.floats(-0.02, 0.02), st.floats(-0.004, 0.03), st.floats(0, 0.012)),
        min_size=9,
        max_size=9,
    )
)
def test_words_stay_apart_and_in_order_however_badly_their_boxes_overlap(
    nudges: list[tuple[float, float, float]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Engines give boxes that reach into their neighbours or over the lines above and below."""
    (line,) = reading_of(["Bộ Xây dựng nhận được văn bản số 8151"], top=0.4).lines()
    words = tuple(
        w.model_copy(
            update={
                "box": Box.clipped(
                    w.box.x0 + left,
                    w.box.y0 - tall,
                    max(w.box.x1 + right, w.box.x0 + left + 0.004),
                    w.box.y1 + tall,
                )
            }
        )
        for w, (left, right, tall) in zip(line.words, nudges, strict=True)
    )
    nudged = Line(words=words, box=Box.around(w.box for w in words))
    reading = PageReading(page=1, regions=(Region(kind="text", box=nudged.box, lines=(nudged,)),))
    folder = tmp_path_factory.mktemp("nudged")
    target = written(folder / "a.pdf", jpeg_page(folder / "a.jpg", corners(40, 60), reading=reading))
    # A gap as wide as between columns may begin a line of its own; words and their order stay.
    assert pdftotext(target, "-raw").split() == line.text.split()
    assert pdftotext(target).split() == line.text.split()


@settings(max_examples=25, deadline=None)
@given(
    text=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Zs", "Zl", "Zp"]), max_size=12), max_size=6
    ),
    box=boxes,
    angle=st.floats(-60, 60),
)
def test_any_reading_gives_a_sound_file(
    tmp_path_factory: pytest.TempPathFactory, text: list[str], box: Box, angle: float
) -> None:
    """Whatever an engine says, in whatever boxes, the file stays sound PDF/A-2u."""
    line = Line(words=tuple(Word(text=t, box=box, confidence=0.5) for t in text), box=box, angle=angle)
    reading = PageReading(page=1, regions=(Region(kind="text", box=box, lines=(line,)),))
    folder = tmp_path_factory.mktemp("any")
    target = written(folder / "a.pdf", jpeg_page(folder / "a.jpg", corners(40, 60), reading=reading))
    assert faults(target, "2u") == []


# ── metadata and form ────────────────────────────────────────────────────────────────────────────────


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    page = jpeg_page(tmp_path / "a.jpg", corners(), reading=reading_of(HEADING))
    first = written(tmp_path / "a.pdf", page).read_bytes()
    assert written(tmp_path / "b.pdf", page).read_bytes() == first
    code = "import pdf.writer as w, hashlib; print(hashlib.sha256(w.srgb_profile()).hexdigest())"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)
    ]
    assert runs[0] == runs[1]


def test_the_identifier_depends_on_the_content(tmp_path: Path) -> None:
    identifiers = set()
    for number, image in enumerate((corners(), corners().convert("L"))):
        target = written(tmp_path / f"{number}.pdf", jpeg_page(tmp_path / "a.jpg", image))
        with pikepdf.open(target) as pdf:
            first, second = (bytes(v) for v in pdf.trailer.ID)
            assert first == second
            identifiers.add(first)
    assert len(identifiers) == 2


def test_xmp_and_document_information_say_the_same(tmp_path: Path) -> None:
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners()))
    said = metadata()
    with pikepdf.open(target) as pdf:
        info = pdf.docinfo
        with pdf.open_metadata() as xmp:
            assert xmp["dc:title"] == info["/Title"] == said.title
            assert xmp["dc:creator"] == [info["/Author"]] == [said.author]
            assert xmp["dc:description"] == info["/Subject"] == said.description
            assert xmp["pdf:Producer"] == info["/Producer"] == said.producer
            assert xmp["xmp:CreatorTool"] == info["/Creator"] == said.creator_tool
            assert xmp["xmp:CreateDate"] == xmp["xmp:ModifyDate"] == said.created_at
            assert info["/CreationDate"] == info["/ModDate"] == "D:20261122091504+07'00'"
            assert xmp.pdfa_status == "2U"


def test_the_file_is_ready_for_incremental_signatures(tmp_path: Path) -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    target = written(
        tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners(), reading=reading_of(HEADING))
    )
    before = target.read_bytes()
    assert re.match(rb"%PDF-1\.7\n%[\x80-\xff]{4,}\n", before)
    assert re.search(rb"\nxref\n0 \d+\n0000000000 65535 f \n", before)
    assert before.count(b"startxref") == 1
    assert xmp_packet(metadata(), "2u") in before
    assert b"/Encrypt" not in before
    writer = IncrementalPdfFileWriter(io.BytesIO(before))
    append_signature_field(writer, SigFieldSpec("S1", box=(10, 10, 100, 40)))
    after = io.BytesIO()
    writer.write(after)
    assert after.getvalue().startswith(before)


def test_a_document_needs_a_page_and_a_zone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="page"):
        written(tmp_path / "a.pdf")
    page = jpeg_page(tmp_path / "a.jpg", corners())
    with pytest.raises(ValueError, match="naive"):
        write_pdfa(
            tmp_path / "a.pdf", [page], metadata=metadata(created_at="2026-11-22T09:15:04"), conformance="2b"
        )
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.slow
def test_two_hundred_pages_do_not_fill_the_memory(tmp_path: Path) -> None:
    """200 pages of 500 KB: the process must stay far below the 100 MB that the pictures weigh."""
    noise = Image.effect_noise((900, 1270), 60).convert("RGB")
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg_bytes(noise))
    assert path.stat().st_size > 500_000
    script = tmp_path / "write.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from pdf.writer import PageInput, write_pdfa\n"
        "from models.pages import PagePicture\n"
        "from models.reading import PageReading\n"
        "from pdf.writer import DocumentMetadata\n"
        "picture, reading, metadata, image, target = sys.argv[1:]\n"
        "page = PageInput(PagePicture.model_validate_json(picture), Path(image),"
        " PageReading.model_validate_json(reading))\n"
        "write_pdfa(Path(target), (page for _ in range(200)),"
        " metadata=DocumentMetadata.model_validate_json(metadata), conformance='2u')\n"
        "status = Path('/proc/self/status').read_text()\n"
        "print(status.split('VmHWM:')[1].split()[0])\n"
    )
    picture: PagePicture = picture_of(noise, "jpeg")
    arguments = [
        picture.model_dump_json(), reading_of(HEADING * 10, step=0.025).model_dump_json(),
        metadata().model_dump_json(), str(path), str(tmp_path / "a.pdf"),
    ]  # fmt: skip
    result = subprocess.run(
        [sys.executable, str(script), *arguments], capture_output=True, check=True, text=True
    )
    assert (tmp_path / "a.pdf").stat().st_size > 200 * 500_000
    assert int(result.stdout) < 100 * 1024
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        assert len(pdf.pages) == 200
