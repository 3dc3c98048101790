"""Pages come out of received PDFs with their picture's bytes untouched wherever the picture is the page."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageChops

from imaging.upright import load_upright as load_picture
from imaging.upright import orient
from models.errors import DecompressionBomb, TooManyPixels, TruncatedFile, Unreadable
from models.pages import PagePicture, PageSize
from pdf.pages import extract_page, load_upright, load_upright_grey
from pdf.placement import Placement
from pdf.sandbox import Sandbox
from tests.pdf.support import (
    MAX_PIXELS,
    corners,
    drawn,
    group4,
    image_pdf,
    jbig2,
    jp2,
    jpeg_bytes,
    jpeg_pdf,
    text_pdf,
)

A4_POINTS = (0.0, 0.0, 595.28, 841.89)


def extracted(path: Path, page: int = 1, **options: Any) -> tuple[PagePicture, Path]:
    out = path.parent / "out"
    out.mkdir(exist_ok=True)
    return extract_page(path, page, out, max_pixels=options.pop("max_pixels", MAX_PIXELS), **options)


def bilevel(width: int = 400, height: int = 600) -> Image.Image:
    return corners(width, height).convert("1", dither=Image.Dither.NONE)


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"))


# ── kept as a JPEG ───────────────────────────────────────────────────────────────────────────────────


def test_a_scanned_page_gives_its_jpeg_bytes(tmp_path: Path) -> None:
    image = corners(1654, 2339)
    picture, path = extracted(jpeg_pdf(tmp_path / "a.pdf", image))
    assert path.read_bytes() == jpeg_bytes(image)
    assert (picture.form, picture.colour, picture.orientation, picture.rendered) == ("jpeg", "rgb", 1, False)
    assert (picture.width_px, picture.height_px) == image.size
    assert picture.size.width_mm == pytest.approx(210, abs=0.01)
    assert picture.size.height_mm == pytest.approx(297, abs=0.01)
    assert picture.dpi == pytest.approx(200, abs=0.1)


def test_a_grey_scan_stays_grey(tmp_path: Path) -> None:
    image = corners().convert("L")
    picture, path = extracted(jpeg_pdf(tmp_path / "a.pdf", image))
    assert (picture.form, picture.colour) == ("jpeg", "grey")
    assert path.read_bytes() == jpeg_bytes(image)


def test_each_page_gives_its_own_picture(tmp_path: Path) -> None:
    path = jpeg_pdf(tmp_path / "a.pdf", pages=3)
    assert [extracted(path, n)[1].name for n in (1, 2, 3)] == [f"page-0000{n}.jpg" for n in (1, 2, 3)]
    with pytest.raises(Unreadable):
        extracted(path, 4)


def test_a_jpeg_inside_deflate_is_unpacked(tmp_path: Path) -> None:
    image = corners()
    packed = zlib.compress(jpeg_bytes(image))
    names = pikepdf.Name
    entries = {
        "Width": 400, "Height": 600, "ColorSpace": names.DeviceRGB, "BitsPerComponent": 8,
        "Filter": pikepdf.Array([names.FlateDecode, names.DCTDecode]),
    }  # fmt: skip
    picture, path = extracted(image_pdf(tmp_path / "a.pdf", packed, entries))
    assert picture.form == "jpeg"
    assert path.read_bytes() == jpeg_bytes(image)


MATRICES: dict[int, tuple[float, float, float, float]] = {
    1: (1, 0, 0, 1), 2: (-1, 0, 0, 1), 3: (-1, 0, 0, -1), 4: (1, 0, 0, -1),
    5: (0, -1, -1, 0), 6: (0, -1, 1, 0), 7: (0, 1, 1, 0), 8: (0, 1, -1, 0),
}  # fmt: skip


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("matrix", MATRICES.values())
def test_matrix_and_page_rotation_become_one_orientation(
    tmp_path: Path, matrix: tuple[float, float, float, float], rotate: int
) -> None:
    """Whatever way the scanner turned the picture, its upright pixels are what a viewer shows."""
    image = corners(300, 200)
    side = matrix[0] == 0
    width, height = (200, 300) if side else (300, 200)
    a, b, c, d = matrix[0] * width, matrix[1] * height, matrix[2] * width, matrix[3] * height
    origin = (-min(0.0, a + c), -min(0.0, b + d))
    path = jpeg_pdf(
        tmp_path / "a.pdf",
        image,
        matrix=(a, b, c, d, *origin),
        box=(0, 0, width, height),
        page={"Rotate": rotate},
    )
    picture, kept = extracted(path)
    assert picture.form == "jpeg"
    upright = load_picture(kept, picture)
    shown = drawn(path)
    assert upright.shape == shown.shape
    assert np.abs(upright.astype(int) - shown).mean() < 3
    across, down = upright.shape[1], upright.shape[0]
    assert picture.size.width_mm == pytest.approx(across / 72 * 25.4, abs=0.01)
    assert picture.size.height_mm == pytest.approx(down / 72 * 25.4, abs=0.01)


def test_placements_draw_what_orientations_say() -> None:
    """The matrices of the writer and the array turns of `imaging` mean the same eight orientations."""
    marks = np.array([[1, 2], [3, 4], [5, 6]])
    for orientation in range(1, 9):
        a, b, c, d, e, f = Placement(10, 10, 0, 0, 10, 10).image_matrix(orientation)
        upright = orient(marks, orientation)
        rows, columns = marks.shape
        for row in range(rows):
            for column in range(columns):
                u, v = (column + 0.5) / columns, 1 - (row + 0.5) / rows
                x, y = a * u + c * v + e, b * u + d * v + f
                at = upright[int((10 - y) / 10 * upright.shape[0]), int(x / 10 * upright.shape[1])]
                assert at == marks[row, column]


def test_a_user_unit_scales_the_page(tmp_path: Path) -> None:
    path = jpeg_pdf(
        tmp_path / "a.pdf",
        matrix=(297.64, 0, 0, 420.945, 0, 0),
        box=(0, 0, 297.64, 420.945),
        page={"UserUnit": 2},
    )
    picture, _ = extracted(path)
    assert picture.size.width_mm == pytest.approx(210, abs=0.01)


def test_a_crop_box_that_shows_the_whole_picture_does_not_disturb(tmp_path: Path) -> None:
    path = jpeg_pdf(
        tmp_path / "a.pdf",
        matrix=(400, 0, 0, 600, 50, 60),
        page={"CropBox": pikepdf.Array([50, 60, 450, 660])},
    )
    picture, _ = extracted(path)
    assert picture.form == "jpeg"
    assert picture.size.width_mm == pytest.approx(400 / 72 * 25.4, abs=0.01)


def test_attributes_of_the_page_may_stand_in_its_parent(tmp_path: Path) -> None:
    def move_up(pdf: pikepdf.Pdf) -> None:
        leaf = pdf.pages[0].obj
        for key in ("/MediaBox", "/Resources", "/Rotate"):
            pdf.Root.Pages[key] = leaf[key]
            del leaf[key]

    picture, _ = extracted(jpeg_pdf(tmp_path / "a.pdf", page={"Rotate": 90}, more=move_up))
    assert (picture.form, picture.orientation) == ("jpeg", 6)
    assert picture.size.width_mm == pytest.approx(297, abs=0.01)


FULL = b"595.28 0 0 841.89 0 0 cm /Im0 Do"


@pytest.mark.parametrize(
    "content",
    [
        b"q " + FULL + b" Q",
        b"1 1 1 rg 0 0 600 900 re f q " + FULL + b" Q",
        b"0.5 g 10 10 100 100 re f q " + FULL + b" Q",  # hidden under the picture
        b"q 0 0 595.28 841.89 re W n " + FULL + b" Q",
        b"q " + FULL + b" Q BT 3 Tr (hidden) Tj ET",
        b"q 0.24 0 0 0.24 0 0 cm 2480.33 0 0 3507.88 0 0 cm /Im0 Do Q",
        b"q 594 0 0 840 0.6 0.9 cm /Im0 Do Q",  # a hair smaller than the page
        b"q " + FULL + b" Q q Q n",
    ],
)
def test_what_scanners_write_around_the_picture_does_not_disturb(tmp_path: Path, content: bytes) -> None:
    assert extracted(jpeg_pdf(tmp_path / "a.pdf", content=content))[0].form == "jpeg"


@pytest.mark.parametrize(
    "content",
    [
        b"q " + FULL + b" Q 1 1 1 rg 100 100 200 200 re f",  # a white patch over the picture
        b"q " + FULL + b" Q BT (seen) Tj ET",
        b"q " + FULL + b" Q 10 10 m 90 90 l S",
        b"q " + FULL + b" Q q 100 0 0 100 0 0 cm /Im0 Do Q",
        b"q 0 0 300 841.89 re W n " + FULL + b" Q",  # half of it clipped
        b"q 10 10 m 500 20 l 300 800 l h W n " + FULL + b" Q",
        b"q 300 0 0 400 100 100 cm /Im0 Do Q",  # covers a part
        b"q 700 0 0 990 -50 -70 cm /Im0 Do Q",  # hangs over the edges
        b"q 590 52 -52 840 20 0 cm /Im0 Do Q",  # turned by five degrees
        b"/OC /Layer BDC q " + FULL + b" Q EMC",
        b"q " + FULL + b" Q q 5 0 0 5 9 9 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q",
    ],
)
def test_a_page_with_anything_else_to_see_is_drawn(tmp_path: Path, content: bytes) -> None:
    picture, path = extracted(jpeg_pdf(tmp_path / "a.pdf", content=content), render_dpi=72)
    assert (picture.form, picture.rendered, picture.colour) == ("png", True, "rgb")
    assert np.array_equal(load_picture(path, picture), drawn(tmp_path / "a.pdf"))


@pytest.mark.parametrize(
    ("entries", "form"),
    [
        ({"Decode": pikepdf.Array([0, 1, 0, 1, 0, 1])}, "jpeg"),
        ({"Decode": pikepdf.Array([1, 0, 1, 0, 1, 0])}, "pdf"),
        ({"DecodeParms": pikepdf.Dictionary(ColorTransform=0)}, "pdf"),
        ({"Interpolate": True}, "jpeg"),
        ({"Width": 800}, "png"),  # the dictionary lies
        ({"ColorSpace": pikepdf.Name.DeviceCMYK}, "png"),
        ({"ColorSpace": pikepdf.Name.DeviceGray}, "png"),
    ],
)
def test_entries_beside_the_jpeg_are_respected(tmp_path: Path, entries: dict[str, Any], form: str) -> None:
    picture, _ = extracted(jpeg_pdf(tmp_path / "a.pdf", entries=entries), render_dpi=72)
    assert picture.form == form


def test_cmyk_is_drawn_in_rgb(tmp_path: Path) -> None:
    image = corners().convert("CMYK")
    entries = {
        "Width": 400, "Height": 600, "ColorSpace": pikepdf.Name.DeviceCMYK, "BitsPerComponent": 8,
        "Filter": pikepdf.Name.DCTDecode,
    }  # fmt: skip
    picture, _ = extracted(image_pdf(tmp_path / "a.pdf", jpeg_bytes(image), entries), render_dpi=72)
    assert (picture.form, picture.colour) == ("png", "rgb")


def test_a_soft_mask_and_transparency_make_the_page_drawn(tmp_path: Path) -> None:
    def mask(pdf: pikepdf.Pdf) -> None:
        soft = pikepdf.Stream(pdf, bytes([128]))
        soft.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1, Height=1,
            ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
        )  # fmt: skip
        pdf.pages[0].Resources.XObject.Im0.SMask = pdf.make_indirect(soft)

    def fade(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Resources.ExtGState = pikepdf.Dictionary(G0=pikepdf.Dictionary(ca=0.5))

    masked = jpeg_pdf(tmp_path / "a.pdf", more=mask)
    faded = jpeg_pdf(tmp_path / "b.pdf", more=fade, content=b"q /G0 gs " + FULL + b" Q")
    for path in (masked, faded):
        assert extracted(path, render_dpi=72)[0].form == "png"


@pytest.mark.parametrize(
    ("annotation", "form"),
    [
        ({"Subtype": pikepdf.Name.Link}, "jpeg"),
        ({"Subtype": pikepdf.Name.FreeText, "F": 2}, "jpeg"),
        ({"Subtype": pikepdf.Name.FreeText, "Contents": "ghi chú"}, "png"),
        ({"Subtype": pikepdf.Name.Stamp}, "png"),
    ],
)
def test_annotations_that_show_make_the_page_drawn(
    tmp_path: Path, annotation: dict[str, Any], form: str
) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        made = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[50, 50, 200, 90], **annotation)
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(made)])

    assert extracted(jpeg_pdf(tmp_path / "a.pdf", more=add), render_dpi=72)[0].form == form


def test_a_picture_inside_a_form_is_found(tmp_path: Path) -> None:
    def wrap(pdf: pikepdf.Pdf) -> None:
        form = pdf.make_stream(b"q 1 0 0 1 0 0 cm /Im0 Do Q")
        form.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 1, 1],
            Resources=pdf.pages[0].Resources,
        )  # fmt: skip
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Fm0=form))
        pdf.pages[0].Contents = pdf.make_stream(b"q 595.28 0 0 841.89 0 0 cm /Fm0 Do Q")

    picture, path = extracted(jpeg_pdf(tmp_path / "a.pdf", more=wrap))
    assert picture.form == "jpeg"
    assert path.read_bytes() == jpeg_bytes(corners())


def test_a_file_that_anyone_may_open_gives_its_bytes_decrypted(tmp_path: Path) -> None:
    path = jpeg_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="chủ", user="", R=6))
    assert jpeg_bytes(corners()) not in path.read_bytes()
    assert extracted(path)[1].read_bytes() == jpeg_bytes(corners())


# ── kept as a stream inside a PDF ────────────────────────────────────────────────────────────────────


def entries_for(image: Image.Image, space: Any, bits: int, stream_filter: str, **more: Any) -> dict[str, Any]:
    return {
        "Width": image.width, "Height": image.height, "ColorSpace": space, "BitsPerComponent": bits,
        "Filter": pikepdf.Name(stream_filter), **more,
    }  # fmt: skip


def ccitt(image: Image.Image) -> tuple[bytes, dict[str, Any]]:
    parms = pikepdf.Dictionary(K=-1, Columns=image.width, Rows=image.height)
    return group4(image), entries_for(image, pikepdf.Name.DeviceGray, 1, "/CCITTFaxDecode", DecodeParms=parms)


def stencil(image: Image.Image) -> tuple[bytes, dict[str, Any]]:
    data, entries = ccitt(image)
    del entries["ColorSpace"]
    return data, entries | {"ImageMask": True}


def jbig2_stream(image: Image.Image) -> tuple[bytes, dict[str, Any]]:
    return jbig2(image), entries_for(image, pikepdf.Name.DeviceGray, 1, "/JBIG2Decode")


def flate(image: Image.Image) -> tuple[bytes, dict[str, Any]]:
    space = {"1": "/DeviceGray", "L": "/DeviceGray", "RGB": "/DeviceRGB"}[image.mode]
    data = zlib.compress(image.tobytes())
    return data, entries_for(image, pikepdf.Name(space), 1 if image.mode == "1" else 8, "/FlateDecode")


def indexed(image: Image.Image) -> tuple[bytes, dict[str, Any]]:
    palette = image.convert("P", palette=Image.Palette.ADAPTIVE, colors=32)
    table = bytes(palette.getpalette() or ())[:96]
    space = pikepdf.Array(
        [pikepdf.Name.Indexed, pikepdf.Name.DeviceRGB, len(table) // 3 - 1, pikepdf.String(table)]
    )
    return zlib.compress(palette.tobytes()), entries_for(image, space, 8, "/FlateDecode")


def jpx(image: Image.Image) -> tuple[bytes, dict[str, Any]]:
    data = jp2(image)
    entries = entries_for(image, pikepdf.Name.DeviceRGB, 8, "/JPXDecode")
    return data, entries


def run_length(image: Image.Image) -> tuple[bytes, dict[str, Any]]:
    raw = image.convert("L").tobytes()
    data = (
        b"".join(bytes([len(raw[i : i + 128]) - 1]) + raw[i : i + 128] for i in range(0, len(raw), 128))
        + b"\x80"
    )
    return data, entries_for(image, pikepdf.Name.DeviceGray, 8, "/RunLengthDecode")


Maker = Callable[[Image.Image], tuple[bytes, dict[str, Any]]]


@pytest.mark.parametrize(
    ("make", "image", "colour", "untouched"),
    [
        (ccitt, bilevel(), "bilevel", True),
        (stencil, bilevel(), "bilevel", True),
        (jbig2_stream, bilevel(), "bilevel", True),
        (flate, bilevel(), "bilevel", True),
        (flate, corners().convert("L"), "grey", True),
        (flate, corners(), "rgb", True),
        (indexed, corners(), "rgb", True),
        (jpx, corners(), "rgb", True),
        (run_length, corners().convert("L"), "grey", False),
    ],
)
def test_other_streams_are_held_in_a_pdf_of_one_page(
    tmp_path: Path, make: Maker, image: Image.Image, colour: str, untouched: bool
) -> None:
    data, entries = make(image)
    source = image_pdf(tmp_path / "a.pdf", data, entries, page={"Rotate": 90})
    picture, path = extracted(source)
    assert (picture.form, picture.colour, picture.orientation) == ("pdf", colour, 6)
    with pikepdf.open(path) as held:
        stream = held.pages[0].Resources.XObject.Im1
        assert (stream.read_raw_bytes() == data) is untouched
    upright = load_upright(path, picture)
    assert upright.shape == (400, 600, 3)
    expected = np.rot90(pixels(image), -1)
    if make is indexed:
        assert np.abs(upright.astype(int) - expected).mean() < 12
    elif make is jpx:
        assert np.abs(upright.astype(int) - expected).mean() < 4
    else:
        assert np.array_equal(upright, expected)


def test_a_held_picture_can_be_had_small_and_grey(tmp_path: Path) -> None:
    data, entries = ccitt(bilevel())
    picture, path = extracted(image_pdf(tmp_path / "a.pdf", data, entries, page={"Rotate": 90}))
    grey, dpi = load_upright_grey(path, picture, dpi=picture.dpi / 2)
    assert grey.shape == (200, 300)
    assert dpi == pytest.approx(picture.dpi / 2)
    full = load_upright(path, picture)[:, :, 0].astype(float)
    averaged = full.reshape(200, 2, 300, 2).mean(axis=(1, 3))
    assert np.abs(grey - averaged).mean() < 3
    whole, same_dpi = load_upright_grey(path, picture, dpi=1000)
    assert np.array_equal(whole, load_upright(path, picture)[:, :, 0])
    assert same_dpi == picture.dpi


def test_an_inverted_bilevel_picture_keeps_its_meaning(tmp_path: Path) -> None:
    image = bilevel()
    data, entries = ccitt(image)
    inverted = ImageChops.invert(image.convert("L"))
    source = image_pdf(tmp_path / "a.pdf", data, entries | {"Decode": pikepdf.Array([1, 0])})
    picture, path = extracted(source)
    assert np.array_equal(load_upright(path, picture), pixels(inverted))


def test_a_stencil_in_colour_is_drawn(tmp_path: Path) -> None:
    data, entries = stencil(bilevel())
    source = image_pdf(tmp_path / "a.pdf", data, entries, content=b"q 1 0 0 rg " + FULL + b" Q")
    assert extracted(source, render_dpi=72)[0].form == "png"


def test_a_jpeg_with_a_scanner_s_own_profile_keeps_the_profile(tmp_path: Path) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    foreign = profile.replace("sRGB".encode("utf-16-be"), "XYZB".encode("utf-16-be"))
    assert foreign != profile

    def with_profile(data: bytes) -> Callable[[pikepdf.Pdf], None]:
        def add(pdf: pikepdf.Pdf) -> None:
            stream = pdf.make_stream(data, N=3)
            pdf.pages[0].Resources.XObject.Im0.ColorSpace = pikepdf.Array([pikepdf.Name.ICCBased, stream])

        return add

    usual, _ = extracted(jpeg_pdf(tmp_path / "a.pdf", more=with_profile(profile)))
    assert usual.form == "jpeg"
    picture, path = extracted(jpeg_pdf(tmp_path / "b.pdf", more=with_profile(foreign)))
    assert picture.form == "pdf"
    with pikepdf.open(path) as held:
        image = held.pages[0].Resources.XObject.Im1
        assert image.read_raw_bytes() == jpeg_bytes(corners())
        assert image.ColorSpace[1].read_bytes() == foreign


# ── drawn ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_written_page_is_drawn_at_the_wanted_resolution(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", [[("Cộng hòa xã hội chủ nghĩa Việt Nam", 80, 700, 14)]])
    picture, png = extracted(path, render_dpi=150)
    assert (picture.form, picture.rendered, picture.dpi) == ("png", True, 150)
    assert picture.size == PageSize(width_mm=210.0016, height_mm=297.0001)
    assert (picture.width_px, picture.height_px) == (1241, 1754)
    with Image.open(png) as image:
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)
    assert load_picture(png, picture).min() < 50


def test_a_page_that_is_turned_or_cropped_or_enlarged_is_drawn_as_shown(tmp_path: Path) -> None:
    runs = [[("Trang ngang", 200, 400, 20)]]
    turned, _ = extracted(text_pdf(tmp_path / "a.pdf", runs, rotate=90), render_dpi=72)
    assert (turned.width_px, turned.height_px) == (842, 596)
    cropped, _ = extracted(text_pdf(tmp_path / "b.pdf", runs, crop=(100, 300, 400, 500)), render_dpi=72)
    assert (cropped.width_px, cropped.height_px) == (300, 200)
    path = text_pdf(tmp_path / "c.pdf", runs, box=(0, 0, 300, 500))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].UserUnit = 2
        pdf.save(path)
    enlarged, _ = extracted(path, render_dpi=72)
    assert (enlarged.width_px, enlarged.height_px) == (600, 1000)
    assert enlarged.size.width_mm == pytest.approx(600 / 72 * 25.4, abs=0.01)


def test_a_form_field_s_appearance_is_drawn(tmp_path: Path) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        look = pdf.make_stream(b"0 0 1 rg 0 0 100 50 re f")
        look.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 100, 50]
        )
        made = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="t", V="x", F=4,
            Rect=[100, 100, 200, 150], AP=pikepdf.Dictionary(N=look),
        )  # fmt: skip
        held = pdf.make_indirect(made)
        pdf.pages[0].Annots = pikepdf.Array([held])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[held])

    picture, path = extracted(jpeg_pdf(tmp_path / "a.pdf", more=add), render_dpi=72)
    assert picture.rendered
    assert load_picture(path, picture)[842 - 125, 150, 2] > 200
    assert load_picture(path, picture)[842 - 125, 150, 0] < 100


def test_drawing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", [[("Lặp lại", 80, 700, 14)]])
    first = extracted(path, render_dpi=100)[1].read_bytes()
    assert extracted(path, render_dpi=100)[1].read_bytes() == first
    data, entries = ccitt(bilevel())
    held = image_pdf(tmp_path / "b.pdf", data, entries)
    first = extracted(held)[1].read_bytes()
    assert extracted(held)[1].read_bytes() == first


# ── hostile ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_pixel_budget_holds_before_anything_is_decoded(tmp_path: Path) -> None:
    lying = jpeg_pdf(tmp_path / "a.pdf", entries={"Width": 60_000, "Height": 60_000})
    with pytest.raises(TooManyPixels):
        extracted(lying)
    wide = text_pdf(tmp_path / "b.pdf", [[("Bản vẽ", 80, 700, 14)]], box=(0, 0, 14400, 14400))
    with pytest.raises(TooManyPixels) as caught:
        extracted(wide)
    assert caught.value.details["width"] == 60_000


def test_a_picture_stream_that_inflates_beyond_its_size_is_a_bomb(tmp_path: Path) -> None:
    image = corners(100, 100)
    data = zlib.compress(bytes(100 << 20), 9)
    source = image_pdf(
        tmp_path / "a.pdf", data, entries_for(image, pikepdf.Name.DeviceRGB, 8, "/FlateDecode")
    )
    with pytest.raises(DecompressionBomb):
        extracted(source)


def test_a_damaged_picture_stream_is_noticed(tmp_path: Path) -> None:
    data, entries = flate(corners())
    with pytest.raises(TruncatedFile):
        extracted(image_pdf(tmp_path / "a.pdf", data[:50] + b"\xff" * 20 + data[70:], entries))
    with pytest.raises(TruncatedFile):
        extracted(image_pdf(tmp_path / "b.pdf", b"\xff\xd8\xff\xe0 cut", jpeg_entries()))


def jpeg_entries() -> dict[str, Any]:
    return entries_for(corners(), pikepdf.Name.DeviceRGB, 8, "/DCTDecode")


def test_a_form_that_draws_itself_ends(tmp_path: Path) -> None:
    def loop(pdf: pikepdf.Pdf) -> None:
        form = pdf.make_stream(b"/Fm0 Do")
        form.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 600, 900],
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Fm0=form)),
        )  # fmt: skip
        pdf.pages[0].Resources.XObject.Fm0 = form

    source = jpeg_pdf(tmp_path / "a.pdf", more=loop, content=b"/Fm0 Do q " + FULL + b" Q")
    assert extracted(source, render_dpi=72)[0].rendered


def test_a_page_comes_out_of_the_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    source = jpeg_pdf(tmp_path / "a.pdf")
    out = tmp_path / "out"
    out.mkdir()
    picture, path = sandbox.call(extract_page, source, 1, out, max_pixels=MAX_PIXELS)
    assert path.read_bytes() == jpeg_bytes(corners())
    with pytest.raises(TooManyPixels):
        sandbox.call(extract_page, source, 1, out, max_pixels=100)
    data, entries = ccitt(bilevel())
    picture, path = sandbox.call(
        extract_page, image_pdf(tmp_path / "b.pdf", data, entries), 1, out, max_pixels=MAX_PIXELS
    )
    assert np.array_equal(sandbox.call(load_upright, path, picture), pixels(bilevel()))
