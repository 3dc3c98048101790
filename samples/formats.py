"""Samples as files: JPEG, PNG, multi-page TIFF, scanned PDF, HEIC, each with its resolution."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pikepdf
import pillow_heif

from samples.generate import Sample, SamplePage


def write_jpeg(sample: Sample, folder: Path, stem: str) -> list[Path]:
    """One file a page: `STEM.jpg`, or `STEM-1.jpg` … for several pages."""
    return _page_files(sample, folder, stem, ".jpg", lambda page, path: path.write_bytes(page.jpeg()))


def write_png(sample: Sample, folder: Path, stem: str) -> list[Path]:
    """One lossless file a page."""
    return _page_files(
        sample,
        folder,
        stem,
        ".png",
        lambda page, path: page.picture.save(path, "PNG", dpi=(page.dpi, page.dpi), compress_level=3),
    )


def write_tiff(sample: Sample, folder: Path, stem: str) -> list[Path]:
    """One file with all pages, Deflate-compressed."""
    path = folder / f"{stem}.tiff"
    first, *rest = sample.pages
    dpi = first.dpi
    first.picture.save(
        path,
        "TIFF",
        save_all=True,
        append_images=[p.picture for p in rest],
        dpi=(dpi, dpi),
        compression="tiff_adobe_deflate",
    )
    return [path]


def write_heic(sample: Sample, folder: Path, stem: str) -> list[Path]:
    """One file a page, as phones store photographs of paper."""

    def save(page: SamplePage, path: Path) -> None:
        heif = pillow_heif.from_pillow(page.picture)
        heif.save(
            str(path),
            quality=max(page.jpeg_quality, 60),
            enc_params={"x265:pools": "1", "x265:frame-threads": "1"},
        )

    return _page_files(sample, folder, stem, ".heic", save)


def write_pdf(sample: Sample, folder: Path, stem: str) -> list[Path]:
    """One PDF, a JPEG a page, its bytes as the scanner made them, page size as the paper's."""
    path = folder / f"{stem}.pdf"
    scanned_pdf([(p.jpeg(), p.picture.size, p.dpi) for p in sample.pages], path)
    return [path]


def scanned_pdf(pages: list[tuple[bytes, tuple[int, int], int]], path: Path) -> None:
    """A PDF of JPEG pages given as (bytes, pixel size, dpi)."""
    with pikepdf.new() as pdf:
        for data, (width, height), dpi in pages:
            image = pdf.make_stream(
                data,
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=width,
                Height=height,
                ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
                Filter=pikepdf.Name.DCTDecode,
            )
            w, h = round(width * 72 / dpi, 3), round(height * 72 / dpi, 3)
            content = pdf.make_stream(f"q {w} 0 0 {h} 0 0 cm /Im0 Do Q".encode())
            page = pikepdf.Dictionary(
                Type=pikepdf.Name.Page,
                MediaBox=[0, 0, w, h],
                Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image)),
                Contents=content,
            )
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        pdf.docinfo["/Producer"] = "ecopy samples"
        pdf.save(path, deterministic_id=True)


def _page_files(
    sample: Sample, folder: Path, stem: str, suffix: str, save: Callable[[SamplePage, Path], object]
) -> list[Path]:
    many = len(sample.pages) > 1
    paths = []
    for number, page in enumerate(sample.pages, start=1):
        path = folder / (f"{stem}-{number}{suffix}" if many else f"{stem}{suffix}")
        save(page, path)
        paths.append(path)
    return paths


WRITERS: Mapping[str, Callable[[Sample, Path, str], list[Path]]] = MappingProxyType(
    {"jpeg": write_jpeg, "png": write_png, "tiff": write_tiff, "pdf": write_pdf, "heic": write_heic}
)


def write_sample(sample: Sample, folder: Path, form: str, stem: str | None = None) -> list[Path]:
    """Write the file(s) and `STEM.truth.json`; returns the files without the truth. Raises KeyError."""
    folder.mkdir(parents=True, exist_ok=True)
    name = stem or sample.stem
    paths = WRITERS[form](sample, folder, name)
    sample.truth.write(folder / f"{name}.truth.json")
    return paths
