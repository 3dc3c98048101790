"""The pictures of a PDF/A file are the scanner's own, byte for byte where a PDF can hold them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pikepdf
import pytest
from PIL import Image

from imaging.upright import orient
from models.errors import EngineFault
from models.pages import PageSize
from pdf.assembly import clear_end, deflated
from pdf.pages import extract_page
from pdf.writer import PageInput, write_pdfa
from tests.pdf.support import (
    HEADING,
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
    written,
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
