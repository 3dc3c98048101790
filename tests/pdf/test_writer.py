"""Captures and e-copies are sound PDF/A-2 with pages at the scale of 1:1, ready to be signed."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models.errors import Unreadable
from models.geometry import Box
from models.pages import PagePicture, PageSize
from pdf.writer import page_placement, write_pdfa
from pdf.xmp import xmp_packet
from tests.pdf.support import (
    A4,
    HEADING,
    corners,
    drawn,
    faults,
    jpeg_bytes,
    jpeg_page,
    metadata,
    picture_of,
    reading_of,
    words_with_boxes,
    written,
)

CARD = PageSize(width_mm=85.6, height_mm=53.98)


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


@given(box=st.tuples(*[st.floats(0, 1) for _ in range(4)]).map(lambda v: Box.clipped(*v)), card=st.booleans())
def test_picture_and_page_coordinates_lead_back(box: Box, card: bool) -> None:
    placement = page_placement(picture_of(corners(), "jpeg", CARD if card else A4))
    x0, y0, x1, y1 = placement.to_page(box)
    assert 0 <= x0 <= x1 <= placement.page_width + 1e-6
    assert 0 <= y0 <= y1 <= placement.page_height + 1e-6
    back = placement.to_picture(x0, y0, x1, y1)
    assert (back.x0, back.y0, back.x1, back.y1) == pytest.approx((box.x0, box.y0, box.x1, box.y1), abs=1e-6)


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
