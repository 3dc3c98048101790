"""Manifests as offices keep them: whatever separates, encodes or decorates them, and whatever is wrong with a row."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from models.errors import BatchManifestWrong
from pipeline.batch.manifest import Row, mark_of, read_manifest
from pipeline.batch.paths import box_of, inside, key_of, read, sort_key, written, year_in


def rows(path: Path, sheet: str | None = None) -> list[Row]:
    return list(read_manifest(path, {"giấy khai sinh": "giay_khai_sinh"}.get, sheet))


def paths(row: Row) -> list[str]:
    return [place.path for place in row.places]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_is_read_whatever_separates_and_encodes_it(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    lines = [
        ["Mục lục hồ sơ, tài liệu"],
        ["Hộp số", "Tên tệp", "Số trang", "Chủ thể"],
        ["2", "a;b,c|d\te.pdf", "12", "Nguyễn\nVăn An"],
        [""],
        ["3", "x.pdf", "7 trang"],
    ]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    path = tmp_path / "m.csv"
    path.write_bytes(text.encode(encoding))
    first, second = rows(path)
    assert (first.number, paths(first)[0], first.pages, first.holder) == (
        3,
        "2/a;b,c|d e.pdf",
        12,
        "Nguyễn Văn An",
    )
    assert (second.number, second.pages) == (6, 7)


def test_a_row_that_can_not_be_read_does_not_stop_the_next(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"box,document\n1,{'x' * 200_000}\n2,b.pdf\n", encoding="utf-8")
    bad, good = rows(path)
    assert [one.code for one in bad.remarks] == ["row"]
    assert paths(good)[0] == "2/b.pdf"


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("", None),
        ("Không", None),
        ("Thường", None),
        ("MẬT", "mật"),
        ("Tối mật", "tối mật"),
        ("C", "mật"),
        ("hm", "?"),
    ],
)
def test_a_marking_that_nobody_understands_is_taken_for_secret(
    tmp_path: Path, said: str, secret: str | None
) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"tệp;độ mật\na.pdf;{said}\n", encoding="utf-8")
    (row,) = rows(path)
    assert row.secret == secret
    assert [one.code for one in row.remarks] == (["secret"] if secret == "?" else [])


@pytest.mark.parametrize("pages", ["0", "-3", "3,5", "abc", "999999999", "=1+1"])
def test_pages_that_are_no_number_are_left_out_and_said(tmp_path: Path, pages: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"tệp;số trang\na.pdf;{pages}\n", encoding="utf-8")
    (row,) = rows(path)
    assert (row.pages, [one.code for one in row.remarks]) == (None, ["pages"])


def workbook(path: Path, *lines: list[Any], second: list[list[Any]] | None = None) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    other = book.create_sheet("Mục lục 2")
    for line in second or ():
        other.append(line)
    book.save(path)
    return path


def test_a_workbook_has_numbers_days_and_titles_above_its_headings(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "m.xlsx",
        ["MỤC LỤC HỒ SƠ", None, None, None],
        [None],
        ["Hộp số", "Hồ sơ số", "Số trang", "Ngày tháng", "Loại giấy tờ"],
        [2, 15.0, 3.0, datetime(1998, 5, 4), "giấy khai sinh"],
        [2, "16", "ba", date(1999, 1, 1), None],
        [None, None, None, None, None],
        [10, "17", None, 1997, "31/02/1998"],
        second=[["tệp"], ["kia.pdf"]],
    )
    first, second, third = rows(path)
    assert (first.number, paths(first)[0], first.pages, first.dated) == (4, "2/15", 3, "1998-05-04")
    assert first.document_type == "giay_khai_sinh"
    assert (second.dated, [one.code for one in second.remarks]) == ("1999-01-01", ["pages"])
    assert (third.number, third.dated, [one.code for one in third.remarks]) == (7, "1997", ["type"])
    assert [paths(one) for one in rows(path, "Mục lục 2")] == [["kia.pdf"]]
    assert mark_of(path, None) != mark_of(path, "Mục lục 2")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.csv", b""),
        ("m.csv", b"a,b,c\n1,2,3\n" * 100),
        ("m.csv", b"so trang\n3\n"),
        ("m.xlsx", b"PK\x03\x04 nothing"),
        ("m.xlsx", b"\x00\x01\x02" * 100),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BatchManifestWrong):
        rows(path)


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    path = workbook(tmp_path / "m.xlsx", ["tệp"])
    with pytest.raises(BatchManifestWrong, match="Mục lục 2"):
        rows(path, "Mục lục 3")


def test_numbers_in_names_count_by_their_value() -> None:
    names = ["Hộp 10/2.pdf", "Hộp 2/10.pdf", "Hộp 2/9.pdf", "hộp 001/a.pdf", "Hộp 2 tập 3/1.pdf", "An/1.pdf"]
    assert sorted(names, key=sort_key) == [
        "An/1.pdf",
        "hộp 001/a.pdf",
        "Hộp 2/9.pdf",
        "Hộp 2/10.pdf",
        "Hộp 2 tập 3/1.pdf",
        "Hộp 10/2.pdf",
    ]


@pytest.mark.parametrize(
    ("path", "level", "box"),
    [
        ("Hộp 5/a.pdf", 1, "Hộp 5"),
        ("Hộp 5 - Tập 2/a.pdf", 1, "Hộp 5"),
        ("Hộp 5 (quyển IV)/a.pdf", 1, "Hộp 5"),
        ("Hộp 5/Tập 1/a.pdf", 1, "Hộp 5"),
        ("1998/Hộp 5 vol. 2/x/a.pdf", 2, "1998/Hộp 5"),
        ("Tập 1/a.pdf", 1, "Tập 1"),
        ("a.pdf", 1, ""),
    ],
)
def test_the_volumes_of_a_box_are_one_box(path: str, level: int, box: str) -> None:
    assert box_of(path, level) == box


def test_a_path_survives_its_way_into_the_register_and_back() -> None:
    for path in ("Hộp 1/tờ.pdf", "t\udcea\\x41\\.pdf", "\\udcea", "a\nb"):
        written(path).encode()
        assert read(written(path)) == path
    assert key_of("Hộp 1/A.pdf") == key_of("HỘP 1/a.PDF")


@pytest.mark.parametrize("text", ["", "..", "a/../../b", "C:\\x\\y", "x\0y", "/", "."])
def test_a_manifest_leads_nowhere_out_of_the_archive(text: str) -> None:
    assert inside(text) is None


def test_windows_paths_and_years_are_understood() -> None:
    assert inside("\\Hộp 1\\.\\a.pdf") == "Hộp 1/a.pdf"
    assert year_in("Khai sinh 1998/Hộp 2/2005.pdf") == 1998
    assert year_in("HS 19981/a.pdf") is None
