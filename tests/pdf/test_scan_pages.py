"""Pages of a scan bound into one PDF: streams as the device wrote them, in the paper's size, in memory that does not grow."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from models.errors import EcopyError, TooManyPixels
from models.pages import SourceKind
from pdf.pages import extract_page
from pdf.scan_pages import ScanPage, bind_pages

MOST = 150_000_000
BUDGET_MIB = 60
"""What 500 pages may add to the memory of a process that holds the libraries."""


def kept(folder: Path, name: str, image: Image.Image, form: str, **options: object) -> Path:
    path = folder / name
    image.save(path, form, **options)
    return path


def noise(mode: str = "RGB", size: tuple[int, int] = (620, 877)) -> Image.Image:
    return Image.effect_noise(size, 60).convert(mode)


def page_size(pdf: pikepdf.Pdf, number: int) -> tuple[float, float]:
    box = pdf.pages[number].mediabox
    return float(box[2]), float(box[3])


def test_the_devices_bytes_stay_and_the_page_has_the_papers_size(tmp_path: Path) -> None:
    colour = kept(tmp_path, "a.jpg", noise(), "JPEG", dpi=(75, 75))
    grey = kept(tmp_path, "b.jpg", noise("L"), "JPEG")
    bind_pages(
        target := tmp_path / "out.pdf",
        [ScanPage(colour, SourceKind.JPEG), ScanPage(grey, SourceKind.JPEG, 150)],
        max_pixels=MOST,
    )
    with pikepdf.open(target) as pdf:
        streams = [next(iter(page.get_images().values())).read_raw_bytes() for page in pdf.pages]
        assert streams == [colour.read_bytes(), grey.read_bytes()]
        assert page_size(pdf, 0) == pytest.approx((620 / 75 * 72, 877 / 75 * 72))
        assert page_size(pdf, 1) == pytest.approx((620 / 150 * 72, 877 / 150 * 72))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_that_lies_on_its_side_stands_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = kept(tmp_path, "a.jpg", noise(), "JPEG", exif=exif, dpi=(75, 75))
    bind_pages(target := tmp_path / "out.pdf", [ScanPage(path, SourceKind.JPEG)], max_pixels=MOST)
    picture, held = extract_page(target, 1, tmp_path, max_pixels=MOST)
    assert (picture.orientation, picture.form, picture.rendered) == (orientation, "jpeg", False)
    assert held.read_bytes() == path.read_bytes()
    assert (picture.size.width_mm > picture.size.height_mm) == (orientation >= 5)


@pytest.mark.parametrize(
    ("mode", "form", "suffix", "kind", "options"),
    [
        ("RGB", "PNG", "png", SourceKind.PNG, {}),
        ("L", "PNG", "png", SourceKind.PNG, {}),
        ("1", "PNG", "png", SourceKind.PNG, {}),
        ("P", "PNG", "png", SourceKind.PNG, {}),
        ("RGB", "TIFF", "tif", SourceKind.TIFF, {}),
        ("1", "TIFF", "tif", SourceKind.TIFF, {"compression": "group4"}),
    ],
)
def test_lossless_pictures_keep_every_pixel(
    tmp_path: Path, mode: str, form: str, suffix: str, kind: SourceKind, options: dict[str, object]
) -> None:
    image = noise("L" if mode in ("1", "L") else "RGB").convert(mode)
    path = kept(tmp_path, f"a.{suffix}", image, form, **options)
    bind_pages(target := tmp_path / "out.pdf", [ScanPage(path, kind, 300)], max_pixels=MOST)
    with pikepdf.open(target) as pdf:
        shown = pikepdf.PdfImage(next(iter(pdf.pages[0].get_images().values()))).as_pil_image()
        assert shown.convert("RGB").tobytes() == image.convert("RGB").tobytes()
        assert page_size(pdf, 0) == pytest.approx((620 / 300 * 72, 877 / 300 * 72))


def test_what_readers_would_show_in_other_colours_becomes_lossless(tmp_path: Path) -> None:
    path = kept(tmp_path, "a.jpg", noise("CMYK"), "JPEG")
    bind_pages(target := tmp_path / "out.pdf", [ScanPage(path, SourceKind.JPEG, 200)], max_pixels=MOST)
    with pikepdf.open(target) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        assert (image.Filter, image.ColorSpace) == (pikepdf.Name.FlateDecode, pikepdf.Name.DeviceRGB)
        assert page_size(pdf, 0) == pytest.approx((620 / 200 * 72, 877 / 200 * 72))


def test_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    pages = [
        ScanPage(kept(tmp_path, "a.jpg", noise(), "JPEG"), SourceKind.JPEG, 300),
        ScanPage(kept(tmp_path, "b.png", noise(), "PNG"), SourceKind.PNG, 300),
    ]
    for name in ("one.pdf", "two.pdf"):
        bind_pages(tmp_path / name, pages, max_pixels=MOST)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_what_is_no_picture_leaves_no_file(tmp_path: Path) -> None:
    good = kept(tmp_path, "a.jpg", noise(), "JPEG")
    whole = io.BytesIO()
    noise().save(whole, "PNG")
    for content, kind in (
        (b"\xff\xd8\xff", SourceKind.JPEG),
        (good.read_bytes()[:200], SourceKind.JPEG),
        (whole.getvalue()[:30], SourceKind.PNG),
        (b"II*\0" + bytes(20), SourceKind.TIFF),
    ):
        (bad := tmp_path / "bad").write_bytes(content)
        with pytest.raises(EcopyError):
            bind_pages(
                tmp_path / "out.pdf",
                [ScanPage(good, SourceKind.JPEG), ScanPage(bad, kind)],
                max_pixels=MOST,
            )
        assert not (tmp_path / "out.pdf").exists()
    with pytest.raises(TooManyPixels):
        bind_pages(tmp_path / "out.pdf", [ScanPage(good, SourceKind.JPEG)], max_pixels=1000)


MANY = """
import resource, sys
from pathlib import Path
from models.pages import SourceKind
from pdf.scan_pages import ScanPage, bind_pages

page, target, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
bind_pages(target, [ScanPage(page, SourceKind.JPEG, 300)], max_pixels=10**9)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
bind_pages(target, [ScanPage(page, SourceKind.JPEG, 300)] * count, max_pixels=10**9)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_five_hundred_pages_do_not_sit_in_memory(tmp_path: Path) -> None:
    page = kept(tmp_path, "a.jpg", noise(size=(1240, 1754)), "JPEG", quality=90)
    assert page.stat().st_size * 500 > 4 * BUDGET_MIB << 20
    done = subprocess.run(
        [sys.executable, "-c", MANY, page, tmp_path / "out.pdf", "500"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert int(done.stdout) < BUDGET_MIB, f"{done.stdout.strip()} MiB more"
