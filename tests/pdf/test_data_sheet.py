"""Data as pages: PDF/A that says every value, however long, on as many pages as it takes."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest

from pdf.data_sheet import DataSheet, Part, Row, write_data_sheet
from tests.pdf import support


def pages_of(content: bytes) -> list[str]:
    with pypdfium2.PdfDocument(io.BytesIO(content)) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def sheet(*rows: Row) -> DataSheet:
    return DataSheet(
        title="Giấy khai sinh", notice="Để đọc.", parts=(Part("Trên giấy", rows),), foot="UBND xã Mẫu"
    )


def written(*rows: Row) -> bytes:
    return write_data_sheet(sheet(*rows), support.metadata())


def test_every_value_stands_there_with_its_label() -> None:
    (page,) = pages_of(written(Row("Họ tên", "Nguyễn Thị Mẫu", "máy đọc, trang 1"), Row("Số", "")))
    for said in ("Giấy khai sinh", "Để đọc.", "Họ tên", "Nguyễn Thị Mẫu", "máy đọc, trang 1", "—"):
        assert said in page
    assert page.endswith("UBND xã Mẫu · Trang 1/1")


def test_long_values_go_on_over_pages_and_nothing_is_lost() -> None:
    words = [f"từ{number}" for number in range(3000)]
    pages = pages_of(written(Row("Nội dung", " ".join(words)), Row("Liền", "x" * 900)))
    assert len(pages) > 3
    text = " ".join(pages)
    assert all(word in text.split() for word in words)
    assert sum(piece.count("x") for piece in text.split() if set(piece) == {"x"}) == 900
    assert pages[-1].endswith(f"Trang {len(pages)}/{len(pages)}")


@pytest.mark.parametrize("value", ["Nguyễn Thị Mẫu", "\x00\ud800 \u202e 🙂 漢字", "  ", "\n" * 50])
def test_it_is_pdfa_whatever_the_values_are(tmp_path: Path, value: str) -> None:
    file = tmp_path / "sheet.pdf"
    file.write_bytes(written(Row("Trường", value)))
    assert support.faults(file, "2u") == []


def test_the_same_data_give_the_same_bytes() -> None:
    assert written(Row("a", "b")) == written(Row("a", "b"))
