"""Image files by their headers, and their pages as they will stand in the e-copy."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageCms, ImageOps, PngImagePlugin

from imaging.sources import extract_page, image_facts, prepare_page
from imaging.upright import load_upright, load_upright_grey
from models.errors import (
    DecompressionBomb,
    InputRefused,
    TooManyPages,
    TooManyPixels,
    TruncatedFile,
    Unreadable,
)
from models.pages import SourceKind
from tests.imaging.support import asymmetric, noisy, saved, text_page

BUDGET = 50_000_000
FORMATS = {
    SourceKind.PNG: ("png", {}),
    SourceKind.JPEG: ("jpg", {"quality": 95}),
    SourceKind.TIFF: ("tif", {"compression": "tiff_lzw"}),
    SourceKind.HEIC: ("heic", {"quality": 90}),
}


def write(page: Image.Image, folder: Path, kind: SourceKind, **more: object) -> Path:
    extension, options = FORMATS[kind]
    path = folder / f"source.{extension}"
    if kind is SourceKind.HEIC:
        import pillow_heif

        pillow_heif.from_pillow(page).save(path, **{**options, **more})
        return path
    return saved(page, path, **{**options, **more})


def facts(path: Path, kind: SourceKind, **limits: int):
    return image_facts(path, kind, **{"max_pixels": BUDGET, "max_pages": 100, **limits})


def take_everything(path: Path, kind: SourceKind, folder: Path, *, max_pixels: int = BUDGET) -> None:
    """Header and pages, as the pipeline takes a file."""
    found = facts(path, kind, max_pixels=max_pixels)
    for page in range(1, found.page_count + 1):
        extract_page(path, kind, page, folder, max_pixels=max_pixels)


@pytest.mark.parametrize("kind", list(FORMATS))
def test_every_format_gives_its_page_upright_and_in_its_colours(kind: SourceKind, tmp_path: Path) -> None:
    page = text_page(dpi=60, lines=6)
    path = write(page, tmp_path, kind)

    assert facts(path, kind).page_count == 1
    picture, out = extract_page(path, kind, 1, tmp_path, max_pixels=BUDGET)

    assert (picture.width_px, picture.height_px) == page.size
    assert picture.colour == "rgb"
    difference = np.abs(load_upright(out, picture).astype(int) - np.asarray(page))
    assert difference.mean() < 4


def test_a_scanners_jpeg_keeps_every_byte(tmp_path: Path) -> None:
    for progressive in (False, True):
        path = saved(text_page(), tmp_path / "scan.jpg", dpi=(300, 300), progressive=progressive)
        picture, out = extract_page(path, SourceKind.JPEG, 1, tmp_path, max_pixels=BUDGET)
        assert out.read_bytes() == path.read_bytes()
        assert picture.form == "jpeg"
        assert picture.dpi == 300
        assert not picture.dpi_assumed


def test_a_jpeg_that_pdf_readers_would_show_differently_becomes_png(tmp_path: Path) -> None:
    page = asymmetric()
    cmyk = saved(page.convert("CMYK"), tmp_path / "cmyk.jpg", quality=98)
    picture, out = extract_page(cmyk, SourceKind.JPEG, 1, tmp_path, max_pixels=BUDGET)
    assert (picture.form, picture.colour) == ("png", "rgb")
    assert np.abs(load_upright(out, picture).astype(int) - np.asarray(page)).mean() < 8

    rgb = saved(page, tmp_path / "rgb.jpg", quality=98, keep_rgb=True)
    stripped = tmp_path / "unmarked.jpg"
    stripped.write_bytes(_without_app14(rgb.read_bytes()))
    picture, out = extract_page(stripped, SourceKind.JPEG, 1, tmp_path, max_pixels=BUDGET)
    assert picture.form == "png"
    assert np.abs(load_upright(out, picture).astype(int) - np.asarray(page)).mean() < 8


def _without_app14(data: bytes) -> bytes:
    at = data.find(b"\xff\xee")
    if at < 0:
        return data
    (length,) = struct.unpack(">H", data[at + 2 : at + 4])
    return data[:at] + data[at + 2 + length :]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", [SourceKind.JPEG, SourceKind.PNG, SourceKind.TIFF])
def test_exif_orientations_end_upright(kind: SourceKind, orientation: int, tmp_path: Path) -> None:
    upright = asymmetric()
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    stored = upright.copy()
    stored.getexif()[0x0112] = inverse
    stored = ImageOps.exif_transpose(stored)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, object] = {"exif": exif.tobytes()}
    if kind is SourceKind.TIFF:
        options = {"tiffinfo": {274: orientation}}
    path = write(stored, tmp_path, kind, **options)

    prepared = prepare_page(path, kind, 1, tmp_path, max_pixels=BUDGET)

    pixels = load_upright(prepared.path, prepared.picture)
    assert pixels.shape == (32, 48, 3)
    assert np.abs(pixels.astype(int) - np.asarray(upright)).mean() < 6
    assert prepared.grey.shape == (32, 48)
    assert prepared.picture.size.width_mm > prepared.picture.size.height_mm
    if kind is SourceKind.JPEG:
        assert prepared.path.read_bytes() == path.read_bytes()
        assert prepared.picture.orientation == orientation


def test_an_uneven_resolution_follows_the_page_when_it_is_turned(tmp_path: Path) -> None:
    path = saved(Image.new("L", (1000, 600), 255), tmp_path / "fax.tif", dpi=(200, 100), tiffinfo={274: 6})
    picture, _ = extract_page(path, SourceKind.TIFF, 1, tmp_path, max_pixels=BUDGET)
    assert (picture.width_px, picture.height_px) == (600, 1000)
    assert picture.size.width_mm == pytest.approx(600 / 100 * 25.4)
    assert picture.size.height_mm == pytest.approx(1000 / 200 * 25.4)
    assert picture.dpi == 100


def in_mode(page: Image.Image, mode: str) -> Image.Image:
    if mode == "P":
        return page.convert("P", palette=Image.Palette.ADAPTIVE)
    return page.convert("L").convert("LA") if mode == "LA" else page.convert(mode)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK", "LAB", "YCbCr"])
def test_every_tiff_mode_becomes_plain_pixels(mode: str, tmp_path: Path) -> None:
    page = asymmetric()
    if mode == "I;16":
        source = Image.fromarray(np.asarray(page.convert("L")).astype(np.uint16) * 257)
    elif mode == "LAB":
        transform = ImageCms.buildTransform(
            ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
        )
        source = ImageCms.applyTransform(page, transform)
    else:
        source = in_mode(page, mode)
    path = saved(source, tmp_path / "page.tif")
    expected = {"1": "1", "L": "L", "LA": "L", "I;16": "L"}.get(mode, "RGB")

    picture, out = extract_page(path, SourceKind.TIFF, 1, tmp_path, max_pixels=BUDGET)

    with Image.open(out) as written:
        assert written.mode == expected
    assert picture.colour == {"1": "bilevel", "L": "grey", "RGB": "rgb"}[expected]
    wanted = np.asarray((page if expected == "RGB" else page.convert(expected)).convert("RGB")).astype(int)
    assert np.abs(load_upright(out, picture) - wanted).mean() < 12


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_png_mode_becomes_plain_pixels(mode: str, tmp_path: Path) -> None:
    page = asymmetric()
    source = (
        Image.fromarray(np.asarray(page.convert("L")).astype(np.uint16) * 257)
        if mode == "I;16"
        else in_mode(page, mode)
    )
    path = saved(source, tmp_path / "source.png")
    picture, out = extract_page(path, SourceKind.PNG, 1, tmp_path, max_pixels=BUDGET)
    grey_modes = {"1": "bilevel", "L": "grey", "LA": "grey", "I;16": "grey"}
    assert picture.colour == grey_modes.get(mode, "rgb")
    wanted = np.asarray(page.convert("1" if mode == "1" else "L").convert("RGB")).astype(int)
    found = load_upright(out, picture)
    if picture.colour == "rgb":
        wanted = np.asarray(page).astype(int)
    assert np.abs(found - wanted).mean() < 12


def test_a_plain_png_keeps_its_bytes_and_an_interlaced_looking_one_does_not(tmp_path: Path) -> None:
    path = saved(asymmetric(), tmp_path / "plain.png", dpi=(300, 300))
    _, out = extract_page(path, SourceKind.PNG, 1, tmp_path, max_pixels=BUDGET)
    assert out.read_bytes() == path.read_bytes()

    palette = saved(asymmetric().convert("P"), tmp_path / "palette.png")
    _, out = extract_page(palette, SourceKind.PNG, 1, tmp_path, max_pixels=BUDGET)
    assert out.read_bytes() != palette.read_bytes()


def test_what_is_transparent_shows_white_paper(tmp_path: Path) -> None:
    page = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    page.paste((200, 10, 10, 255), (0, 0, 20, 30))
    path = saved(page, tmp_path / "alpha.png")
    picture, out = extract_page(path, SourceKind.PNG, 1, tmp_path, max_pixels=BUDGET)
    pixels = load_upright(out, picture)
    assert pixels[5, 30].tolist() == [255, 255, 255]
    assert pixels[5, 5].tolist() == [200, 10, 10]


@pytest.mark.parametrize("compression", ["group4", "group3", "tiff_lzw", "tiff_adobe_deflate", "raw"])
def test_white_is_zero_and_fax_pages_are_not_inverted(compression: str, tmp_path: Path) -> None:
    page = Image.new("L", (200, 100), 255)
    page.paste(0, (10, 10, 60, 30))
    path = saved(ImageChops.invert(page).convert("1"), tmp_path / "fax.tif", compression=compression)
    data = bytearray(path.read_bytes())
    _set_tag(data, _directory_offsets(bytes(data))[0], 262, 0)  # white is zero: the same bits, the other way
    path.write_bytes(bytes(data))
    picture, out = extract_page(path, SourceKind.TIFF, 1, tmp_path, max_pixels=BUDGET)
    assert picture.colour == "bilevel"
    pixels = load_upright(out, picture)
    assert pixels[20, 30, 0] == 0
    assert pixels[80, 150, 0] == 255


def test_a_jpeg_inside_a_tiff_is_read(tmp_path: Path) -> None:
    path = saved(asymmetric(), tmp_path / "page.tif", compression="jpeg", quality=95)
    picture, out = extract_page(path, SourceKind.TIFF, 1, tmp_path, max_pixels=BUDGET)
    assert np.abs(load_upright(out, picture).astype(int) - np.asarray(asymmetric())).mean() < 8


def test_the_pages_of_a_tiff_come_out_in_order(tmp_path: Path) -> None:
    pages = [Image.new("L", (60, 40), 40 * n) for n in range(1, 6)]
    path = tmp_path / "many.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(200, 200))
    assert facts(path, SourceKind.TIFF).page_count == 5
    for n in range(1, 6):
        picture, out = extract_page(path, SourceKind.TIFF, n, tmp_path, max_pixels=BUDGET)
        assert out.name == f"page-{n:05d}.png"
        assert load_upright(out, picture)[0, 0, 0] == 40 * n


def test_a_thumbnail_inside_a_tiff_is_no_page(tmp_path: Path) -> None:
    path = tmp_path / "thumb.tif"
    thumb, page = Image.new("L", (10, 8), 9), Image.new("L", (100, 80), 77)
    thumb.encoderinfo = {"tiffinfo": {254: 1}}  # type: ignore[attr-defined]
    buffer = io.BytesIO()
    thumb.save(buffer, "TIFF", tiffinfo={254: 1}, save_all=True, append_images=[page])
    data = bytearray(buffer.getvalue())
    second = _directory_offsets(bytes(data))[1]
    _set_tag(data, second, 254, 0)
    path.write_bytes(bytes(data))
    assert facts(path, SourceKind.TIFF).page_count == 1
    picture, _ = extract_page(path, SourceKind.TIFF, 1, tmp_path, max_pixels=BUDGET)
    assert (picture.width_px, picture.height_px) == (100, 80)


def _directory_offsets(data: bytes) -> list[int]:
    (offset,) = struct.unpack("<I", data[4:8])
    found = []
    while offset:
        found.append(offset)
        (count,) = struct.unpack("<H", data[offset : offset + 2])
        at = offset + 2 + 12 * count
        (offset,) = struct.unpack("<I", data[at : at + 4])
    return found


def _set_tag(data: bytearray, directory: int, tag: int, value: int) -> None:
    (count,) = struct.unpack("<H", data[directory : directory + 2])
    for i in range(count):
        at = directory + 2 + 12 * i
        if struct.unpack("<H", data[at : at + 2])[0] == tag:
            struct.pack_into("<I", data, at + 8, value)


def test_a_tiff_that_bites_its_tail_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "loop.tif"
    page = Image.new("L", (20, 20), 200)
    page.save(path, save_all=True, append_images=[page])
    data = bytearray(path.read_bytes())
    first, second = _directory_offsets(bytes(data))
    (count,) = struct.unpack("<H", data[second : second + 2])
    struct.pack_into("<I", data, second + 2 + 12 * count, first)
    path.write_bytes(bytes(data))
    with pytest.raises(Unreadable):
        facts(path, SourceKind.TIFF)


def test_too_many_pages_are_refused_without_walking_them_all(tmp_path: Path) -> None:
    entry = struct.pack("<HHII", 256, 3, 1, 8) + struct.pack("<HHII", 257, 3, 1, 8)
    size = 2 + len(entry) + 4
    body = b"".join(
        struct.pack("<H", 2) + entry + struct.pack("<I", 8 + size * (i + 1)) for i in range(10_000)
    )
    path = tmp_path / "endless.tif"
    path.write_bytes(b"II*\x00" + struct.pack("<I", 8) + body)
    with pytest.raises(TooManyPages) as refused:
        facts(path, SourceKind.TIFF, max_pages=50)
    assert "50" in refused.value.message("vi")


def _png_header(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rest = b"".join(chunk(kind, body) for kind, body in chunks)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return b"\x89PNG\r\n\x1a\n" + header + rest + pixels + chunk(b"IEND", b"")


def test_a_huge_picture_is_refused_by_its_header(tmp_path: Path) -> None:
    png = tmp_path / "huge.png"
    png.write_bytes(_png_header(60_000, 60_000))
    with pytest.raises(TooManyPixels) as refused:
        facts(png, SourceKind.PNG)
    assert refused.value.quarantine
    assert "60000" in refused.value.message("en")

    jpeg = saved(Image.new("RGB", (16, 16)), tmp_path / "huge.jpg")
    data = bytearray(jpeg.read_bytes())
    at = data.find(b"\xff\xc0")
    struct.pack_into(">HH", data, at + 5, 60_000, 60_000)
    jpeg.write_bytes(bytes(data))
    with pytest.raises(TooManyPixels):
        facts(jpeg, SourceKind.JPEG)

    tiff = saved(Image.new("L", (16, 16)), tmp_path / "huge.tif")
    data = bytearray(tiff.read_bytes())
    for tag in (256, 257):
        _set_tag(data, _directory_offsets(bytes(data))[0], tag, 60_000)
    tiff.write_bytes(bytes(data))
    with pytest.raises(TooManyPixels):
        facts(tiff, SourceKind.TIFF)


def test_our_pixel_budget_counts_and_not_the_librarys(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.new("1", (20_000, 10_000), 1).save(path)
    assert facts(path, SourceKind.PNG, max_pixels=300_000_000).page_count == 1
    picture, _ = extract_page(path, SourceKind.PNG, 1, tmp_path, max_pixels=300_000_000)
    assert picture.width_px == 20_000
    with pytest.raises(TooManyPixels):
        extract_page(path, SourceKind.PNG, 1, tmp_path, max_pixels=199_999_999)


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_a_text_chunk_bomb_is_refused(kind: bytes, tmp_path: Path) -> None:
    squeezed = zlib.compress(b"a" * 50_000_000, 9)
    body = {
        b"zTXt": b"Comment\0\0" + squeezed,
        b"iTXt": b"Comment\0\1\0\0\0" + squeezed,
        b"iCCP": b"profile\0\0" + squeezed,
    }[kind]
    path = tmp_path / "bomb.png"
    path.write_bytes(_png_header(4, 4, (kind, body)))
    with pytest.raises(DecompressionBomb):
        take_everything(path, SourceKind.PNG, tmp_path)


def test_many_small_text_chunks_are_a_bomb_too(tmp_path: Path) -> None:
    squeezed = zlib.compress(b"a" * 1_000_000, 9)
    path = tmp_path / "bomb.png"
    path.write_bytes(_png_header(4, 4, *[(b"zTXt", b"Comment\0\0" + squeezed)] * 80))
    with pytest.raises(DecompressionBomb):
        facts(path, SourceKind.PNG)


def test_a_jpeg_of_endless_scans_is_a_bomb(tmp_path: Path) -> None:
    path = saved(noisy(text_page(dpi=40), 5), tmp_path / "scans.jpg", progressive=True)
    data = path.read_bytes()
    last = data.rfind(b"\xff\xda")
    path.write_bytes(data[:-2] + data[last:-2] * 200 + b"\xff\xd9")
    with pytest.raises(DecompressionBomb):
        facts(path, SourceKind.JPEG)


@pytest.mark.parametrize("kind", list(FORMATS))
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_cut_short_is_refused_at_the_header_or_at_the_page(
    kind: SourceKind, share: float, tmp_path: Path
) -> None:
    path = write(noisy(text_page(dpi=80), 8), tmp_path, kind)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(TruncatedFile):
        take_everything(path, kind, tmp_path)


@pytest.mark.parametrize("kind", list(FORMATS))
def test_a_few_bytes_of_anything_are_refused_with_a_stable_error(kind: SourceKind, tmp_path: Path) -> None:
    good = write(asymmetric(), tmp_path, kind).read_bytes()
    path = tmp_path / "short"
    for length in (0, 1, 3, 8, 12, 20, 30, 60):
        path.write_bytes(good[:length])
        with pytest.raises((TruncatedFile, Unreadable)):
            take_everything(path, kind, tmp_path)


@pytest.mark.parametrize("kind", list(FORMATS))
def test_random_damage_gives_a_page_or_a_refusal_and_nothing_else(kind: SourceKind, tmp_path: Path) -> None:
    good = write(asymmetric(), tmp_path, kind).read_bytes()
    rng = np.random.default_rng(3)
    path = tmp_path / "damaged"
    refused = 0
    for _ in range(60):
        data = bytearray(good)
        for at in rng.integers(0, len(data), 6):
            data[at] = int(rng.integers(0, 256))
        path.write_bytes(bytes(data))
        try:
            take_everything(path, kind, tmp_path, max_pixels=1_000_000)
        except InputRefused:
            refused += 1
    assert refused > 0


def test_a_missing_file_is_no_damage(tmp_path: Path) -> None:
    for kind in FORMATS:
        with pytest.raises(FileNotFoundError):
            facts(tmp_path / "nowhere", kind)


def test_an_adobe_profile_is_applied_once(tmp_path: Path) -> None:
    page = asymmetric()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = saved(page, tmp_path / "profiled.png", icc_profile=srgb)
    picture, out = extract_page(path, SourceKind.PNG, 1, tmp_path, max_pixels=BUDGET)
    assert np.abs(load_upright(out, picture).astype(int) - np.asarray(page)).max() <= 2


def test_a_broken_exif_block_turns_nothing(tmp_path: Path) -> None:
    path = saved(asymmetric(), tmp_path / "exif.jpg", exif=b"Exif\0\0MM\0*\xff\xff\xff\xffgarbage")
    picture, _ = extract_page(path, SourceKind.JPEG, 1, tmp_path, max_pixels=BUDGET)
    assert picture.orientation == 1


def test_the_reduced_grey_page_keeps_its_scale(tmp_path: Path) -> None:
    page = text_page(dpi=300)
    for name, kind in (("a.jpg", SourceKind.JPEG), ("a.png", SourceKind.PNG)):
        path = saved(page, tmp_path / name, dpi=(300, 300))
        prepared = prepare_page(path, kind, 1, tmp_path, max_pixels=BUDGET)
        assert prepared.grey_dpi == pytest.approx(150, rel=0.01)
        assert prepared.grey.shape[1] == pytest.approx(page.width / 2, abs=1)
        small, dpi = load_upright_grey(prepared.path, prepared.picture, dpi=75)
        assert 75 <= dpi < 110
        assert small.shape[0] / small.shape[1] == pytest.approx(page.height / page.width, rel=0.01)


def test_a_text_chunk_after_the_pixels_is_no_way_round(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "a" * 3_000_000, zip=True)
    path = saved(asymmetric(), tmp_path / "late.png", pnginfo=info)
    data = path.read_bytes()
    start = data.find(b"zTXt") - 4
    (length,) = struct.unpack(">I", data[start : start + 4])
    chunk = data[start : start + 12 + length]
    path.write_bytes(data[:start] + data[start + 12 + length : -12] + chunk + data[-12:])
    with pytest.raises(DecompressionBomb):
        extract_page(path, SourceKind.PNG, 1, tmp_path, max_pixels=BUDGET)


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_tiff_on_its_side_stands_up_in_every_storage(
    mode: str, compression: str, orientation: int, tmp_path: Path
) -> None:
    upright = asymmetric().convert(mode)
    stored = upright.copy()
    stored.getexif()[0x0112] = {6: 8, 8: 6}.get(orientation, orientation)
    stored = ImageOps.exif_transpose(stored)
    path = saved(stored, tmp_path / "p.tif", compression=compression, tiffinfo={274: orientation})
    picture, out = extract_page(path, SourceKind.TIFF, 1, tmp_path, max_pixels=BUDGET)
    assert np.array_equal(load_upright(out, picture), np.asarray(upright.convert("RGB")))
