"""Hostile files are what they claim to be: each would do its harm to a reader without limits."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from models.errors import InputRefused, by_code
from samples.hostile import NAMES, HostileFile, write_hostile


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_small_and_names_an_error_of_refused_input(name: str, folder: Path) -> None:
    file = write_hostile(name, folder)
    assert isinstance(file, HostileFile)
    assert file.path.stat().st_size < 2_000_000
    assert issubclass(by_code(file.code), InputRefused)
    assert file.code in file.accepts


def test_the_60000_pixel_picture_claims_them_in_its_header(folder: Path) -> None:
    data = write_hostile("png_60000", folder).path.read_bytes()
    assert struct.unpack(">II", data[16:24]) == (60_000, 60_000)
    assert len(data) < 200


def test_the_picture_bomb_is_a_sound_picture(folder: Path) -> None:
    data = write_hostile("png_bomb", folder).path.read_bytes()
    start = data.index(b"IDAT")
    (length,) = struct.unpack(">I", data[start - 4 : start])
    rows = zlib.decompressobj().decompress(data[start + 4 : start + 4 + length], 200_000_000)
    assert len(rows) == 30_000 * (1 + 30_000 // 8)


def test_the_pdf_bomb_inflates_five_hundredfold(folder: Path) -> None:
    file = write_hostile("pdf_deflate_bomb", folder)
    with pikepdf.open(file.path) as pdf:
        packed = pdf.pages[0].Contents.read_raw_bytes()
    unpacker = zlib.decompressobj()
    total = 0
    while not unpacker.eof and total < 10**9:
        total += len(unpacker.decompress(packed or unpacker.unconsumed_tail, 1 << 24))
        packed = unpacker.unconsumed_tail
    assert total == 600 * 75_000 * 14
    assert total > 500 * file.path.stat().st_size


def test_the_password_file_can_not_be_opened_without(folder: Path) -> None:
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(write_hostile("password_pdf", folder).path)


def test_page_counts_are_as_named(folder: Path) -> None:
    for name, count in (("no_pages_pdf", 0), ("pdf_10001_pages", 10_001)):
        with pikepdf.open(write_hostile(name, folder).path) as pdf:
            assert len(pdf.pages) == count


@pytest.mark.parametrize(
    "name", ["pdf_javascript", "pdf_javascript_names", "pdf_javascript_page", "pdf_launch"]
)
def test_active_files_are_sound_pdfs_with_an_action(name: str, folder: Path) -> None:
    with pikepdf.open(write_hostile(name, folder).path) as pdf:
        assert not pdf.check_pdf_syntax() if hasattr(pdf, "check_pdf_syntax") else not pdf.check()
        kinds = {str(o.S) for o in map(_action, pdf.objects) if o is not None}
    assert kinds & {"/JavaScript", "/Launch"}


def _action(found: object) -> pikepdf.Dictionary | None:
    """The action in an object, or in the places where actions hide."""
    if not isinstance(found, pikepdf.Dictionary):
        return None
    for holder in (found, found.get("/OpenAction"), found.get("/A"), (found.get("/AA") or {}).get("/O")):
        if isinstance(holder, pikepdf.Dictionary) and "/S" in holder:
            return holder
    return None


@pytest.mark.parametrize("name", ["truncated_jpeg", "truncated_png", "truncated_tiff"])
def test_truncated_pictures_open_and_break_off(name: str, folder: Path) -> None:
    with pytest.raises((OSError, SyntaxError)):
        Image.open(write_hostile(name, folder).path).load()


def test_files_under_a_false_name_are_sound_under_their_own(folder: Path) -> None:
    assert Image.open(io.BytesIO(write_hostile("wrong_extension", folder).path.read_bytes())).format == "PNG"
    with pikepdf.open(write_hostile("pdf_as_jpeg", folder).path) as pdf:
        assert len(pdf.pages) == 1


def test_the_loops_lead_back(folder: Path) -> None:
    data = write_hostile("tiff_loop", folder).path.read_bytes()
    entries = struct.unpack("<H", data[8:10])[0]
    assert struct.unpack("<I", data[10 + 12 * entries : 14 + 12 * entries])[0] == 8
    assert b"/Kids [2 0 R]" in write_hostile("pdf_page_loop", folder).path.read_bytes()


def test_an_unknown_name_is_refused(folder: Path) -> None:
    with pytest.raises(KeyError):
        write_hostile("nothing", folder)
