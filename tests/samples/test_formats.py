"""Samples as files open with the usual readers and keep pages, pixels, bytes and resolution."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pillow_heif
import pytest
from PIL import Image

from samples.__main__ import main
from samples.formats import WRITERS, write_sample
from samples.generate import Sample, generate
from samples.truth import Truth


@pytest.fixture(scope="module")
def receipt() -> Sample:
    return generate("bien_lai", 21, "scanned")


@pytest.fixture(scope="module")
def decision() -> Sample:
    """Several pages."""
    return next(s for s in (generate("quyet_dinh", n, "scanned") for n in range(1, 30)) if len(s.pages) > 1)


@pytest.mark.parametrize(("form", "kind"), [("jpeg", "JPEG"), ("png", "PNG"), ("tiff", "TIFF")])
def test_pictures_open_with_300_dpi_and_24_bits(
    form: str, kind: str, receipt: Sample, tmp_path: Path
) -> None:
    (path,) = write_sample(receipt, tmp_path, form)
    with Image.open(path) as picture:
        assert picture.format == kind
        assert picture.mode == "RGB"
        assert picture.size == receipt.pages[0].picture.size
        assert [round(float(v)) for v in picture.info["dpi"]] == [300, 300]


@pytest.mark.parametrize("form", ["png", "tiff"])
def test_lossless_files_keep_every_pixel(form: str, receipt: Sample, tmp_path: Path) -> None:
    (path,) = write_sample(receipt, tmp_path, form)
    with Image.open(path) as picture:
        assert np.array_equal(np.asarray(picture), np.asarray(receipt.pages[0].picture))


def test_heic_photographs_open(tmp_path: Path) -> None:
    card = generate("can_cuoc", 22, "uneven", layout="2024-card")
    path, _ = write_sample(card, tmp_path, "heic")
    picture = pillow_heif.open_heif(path).to_pillow()
    assert picture.size == card.pages[0].picture.size
    difference = np.asarray(picture, dtype=np.int16) - np.asarray(card.pages[0].picture, dtype=np.int16)
    assert abs(difference).mean() < 6


def test_a_tiff_holds_all_pages(decision: Sample, tmp_path: Path) -> None:
    (path,) = write_sample(decision, tmp_path, "tiff")
    with Image.open(path) as picture:
        assert picture.n_frames == len(decision.pages)


def test_a_scanned_pdf_keeps_the_jpeg_bytes_and_the_size_of_the_paper(
    decision: Sample, tmp_path: Path
) -> None:
    (path,) = write_sample(decision, tmp_path, "pdf")
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == len(decision.pages)
        for page, made in zip(pdf.pages, decision.pages, strict=True):
            (image,) = page.get_images().values()
            assert image.read_raw_bytes() == made.jpeg()
            assert float(page.mediabox[2]) == pytest.approx(210 / 25.4 * 72, abs=0.5)


def test_several_pages_make_several_jpeg_files_and_one_truth(decision: Sample, tmp_path: Path) -> None:
    paths = write_sample(decision, tmp_path, "jpeg", "qd")
    assert [p.name for p in paths] == [f"qd-{n + 1}.jpg" for n in range(len(decision.pages))]
    assert Truth.read(tmp_path / "qd.truth.json") == decision.truth


@pytest.mark.parametrize("form", ["jpeg", "png", "tiff", "pdf"])
def test_writing_twice_gives_the_same_bytes(form: str, receipt: Sample, tmp_path: Path) -> None:
    (one,) = write_sample(receipt, tmp_path / "1", form)
    (other,) = write_sample(generate("bien_lai", 21, "scanned"), tmp_path / "2", form)
    assert one.read_bytes() == other.read_bytes()


def test_the_jpeg_is_baseline_colour(receipt: Sample) -> None:
    with Image.open(io.BytesIO(receipt.pages[0].jpeg())) as picture:
        assert "progressive" not in picture.info
        assert len(picture.getbands()) == 3


def test_the_command_writes_what_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "--out",
        str(tmp_path),
        "--seed",
        "3",
        "--count",
        "2",
        "--types",
        "bien_lai",
        "--variants",
        "clean,bad",
    ]
    assert main([*words, "--format", "png"]) == 0
    printed = capsys.readouterr().out.split()
    assert len(printed) == 4
    assert all(Path(p).is_file() for p in printed)
    assert len(list(tmp_path.glob("*.truth.json"))) == 4


@pytest.mark.parametrize("words", [["--types", "so_do"], ["--variants", "perfect"], ["--format", "bmp"]])
def test_wrong_words_end_with_status_2(words: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--out", str(tmp_path), *words])
    assert ended.value.code == 2
    assert not list(tmp_path.iterdir())


def test_every_format_has_a_writer() -> None:
    assert set(WRITERS) == {"jpeg", "png", "tiff", "pdf", "heic"}
