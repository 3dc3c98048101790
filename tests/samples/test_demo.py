"""The committed demonstration inputs need no fonts, are small, and are what their truth says."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from samples.demo import DEMO_FILES, demo_papers, demo_truth, write_demo
from samples.generate import fonts
from samples.papers.common import SAMPLE_MARK


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {entry.name: path for entry, path in write_demo(tmp_path_factory.mktemp("demo"))}


def test_every_input_is_written_and_small(written: dict[str, Path]) -> None:
    assert set(written) == {entry.name for entry in DEMO_FILES}
    assert sum(p.stat().st_size for p in written.values()) < 3_500_000
    for path in written.values():
        pages = len(pikepdf.open(path).pages) if path.suffix == ".pdf" else 1
        assert 0 < path.stat().st_size / pages < 560_000


def test_pictures_are_colour_scans_of_a4_at_300_dpi(written: dict[str, Path]) -> None:
    for name in ("giay-khai-sinh.jpg", "can-cuoc.jpg", "trich-luc-khai-sinh-nghi-van.jpg"):
        with Image.open(written[name]) as picture:
            picture.load()
            assert picture.mode == "RGB"
            assert picture.size == (2480, 3508)
            assert [round(float(v)) for v in picture.info["dpi"]] == [300, 300]


def test_the_decision_has_two_scanned_pages(written: dict[str, Path]) -> None:
    with pikepdf.open(written["quyet-dinh.pdf"]) as pdf:
        assert len(pdf.pages) == 2
        assert all(len(page.get_images()) == 1 for page in pdf.pages)


def test_the_electronic_decision_is_text_and_not_signed(written: dict[str, Path]) -> None:
    with pikepdf.open(written["quyet-dinh-dien-tu.pdf"]) as pdf:
        assert not any(page.get_images() for page in pdf.pages)
        assert "/AcroForm" not in pdf.Root


def test_the_broken_file_is_a_jpeg_that_ends_too_early(written: dict[str, Path]) -> None:
    data = written["tep-hong.jpg"].read_bytes()
    assert data.startswith(b"\xff\xd8")
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(data)).load()


def test_the_doubtful_extract_contradicts_itself() -> None:
    truth = demo_truth("trich-luc-khai-sinh-nghi-van.jpg")
    assert truth is not None
    assert truth.doubtful == ("personal_id",)
    assert truth.fields["personal_id"][4:6] != truth.fields["birth_date"][2:4]


def test_every_sound_input_has_its_truth_and_its_mark(written: dict[str, Path]) -> None:
    for name in written:
        truth = demo_truth(name)
        if name == "tep-hong.jpg":
            assert truth is None
            continue
        assert truth is not None
        for page in truth.pages:
            assert page.lines[-1].text == SAMPLE_MARK


def test_the_inputs_are_written_without_touching_any_font(tmp_path: Path) -> None:
    program = (
        "import sys, json\nfrom pathlib import Path\nfrom samples import fonts\n"
        "fonts.FontBook.find = None\nfrom samples.demo import write_demo\n"
        f"print(json.dumps([str(p) for _, p in write_demo(Path({str(tmp_path)!r}))]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert len(json.loads(done.stdout)) == len(DEMO_FILES)


def test_the_committed_files_belong_to_the_present_generator() -> None:
    papers = demo_papers(fonts())
    assert set(papers) == {entry.name for entry in DEMO_FILES} - {"tep-hong.jpg"}
    for name, paper in papers.items():
        truth = demo_truth(name)
        assert truth is not None
        assert truth.fields == paper.fields, name
