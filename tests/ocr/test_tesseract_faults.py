"""What happens when the tesseract program is missing, crashes, hangs or talks nonsense."""

from __future__ import annotations

import os
from pathlib import Path

import pytesseract
import pytest

from models.errors import EngineFault, EngineMissing
from ocr.engines import create_engine
from ocr.tesseract import TesseractEngine
from tests.ocr.support import Printed, page_of, pixels

PAGE = pixels(page_of([Printed(10, 10, "Ủy ban nhân dân")], size_mm=(90, 30)))


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a shell script in the program's place."""

    def put(script: str) -> None:
        path = tmp_path / "tesseract"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", str(path))

    return put


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", "/nowhere/tesseract")
    with pytest.raises(EngineMissing) as missing:
        create_engine("tesseract")
    assert "Tesseract" in missing.value.message("vi")
    assert not missing.value.retryable


def test_a_missing_language_is_named() -> None:
    with pytest.raises(EngineMissing) as missing:
        TesseractEngine("xyz")
    assert "xyz" in missing.value.message("en")


def test_a_program_that_vanishes_between_pages_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = TesseractEngine()
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", "/nowhere/tesseract")
    with pytest.raises(EngineMissing):
        engine.read_page(PAGE, dpi=200, page=1)


@pytest.mark.parametrize(
    "script",
    [
        "echo broken >&2; exit 3",
        "kill -9 $$",
        "exit 0",
        'printf "level\\tpage_num\\n\\377\\376" > "$2.tsv"',
        'printf "polluted\\nnonsense\\n" > "$2.tsv"',
        'printf "level\\ttext\\tconf\\n5\\tđược\\tmany\\n" > "$2.tsv"',
    ],
)
def test_a_crash_or_nonsense_is_an_engine_fault(script: str, program) -> None:
    engine = TesseractEngine()
    program(script)
    with pytest.raises(EngineFault) as fault:
        engine.read_page(PAGE, dpi=200, page=1)
    assert fault.value.retryable
    assert fault.value.report("vi").remedy


def test_a_hanging_program_is_stopped_in_time(program) -> None:
    engine = TesseractEngine(timeout_s=0.4)
    program("exec sleep 30")
    with pytest.raises(EngineFault) as fault:
        engine.read_page(PAGE, dpi=200, page=1)
    assert "0.4" in fault.value.message("en") or "0.3" in fault.value.message("en")


def test_one_page_runs_on_one_thread(program, tmp_path: Path) -> None:
    engine = TesseractEngine()
    program(f'echo "$OMP_THREAD_LIMIT" > {tmp_path}/threads; exit 1')
    with pytest.raises(EngineFault):
        engine.read_page(PAGE, dpi=200, page=1)
    assert (tmp_path / "threads").read_text().strip() == os.environ["OMP_THREAD_LIMIT"] == "1"


def test_the_version_names_program_and_model() -> None:
    name, model, recipe = TesseractEngine().version.version.split("+")
    assert name[0].isdigit()
    assert model.startswith("vie")
    assert recipe.startswith("r")


def test_no_scratch_file_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    TesseractEngine().read_page(PAGE, dpi=200, page=1)
    assert list(tmp_path.iterdir()) == []
