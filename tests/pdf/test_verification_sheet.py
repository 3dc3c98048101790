"""The printed report: PDF/A that says everything, on as many pages as it takes."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from pdf.verification_sheet import (
    TONES,
    Card,
    Colour,
    Fact,
    Fault,
    Picture,
    Tone,
    VerificationSheet,
    Words,
    write_verification_sheet,
)
from tests.pdf import support


def _picture(width: int = 60, height: int = 85) -> Picture:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(out, "JPEG")
    return Picture(out.getvalue(), width, height, Words("Trang 1, khi ký", "Page 1 as signed"))


def _sheet(*cards: Card, tone: Tone = "good", value: str = "giá trị") -> VerificationSheet:
    return VerificationSheet(
        title=Words("Kết quả kiểm tra", "Report"),
        tone=tone,
        verdict=Words("Hợp lệ", "Valid"),
        explanation=Words("Mọi chữ ký đều đúng.", "All hold."),
        facts=(Fact(Words("Tệp", "File"), Words(value)),),
        faults=(Fault("A_CODE", Words("Lý do", "Reason"), Words("Cách xử lý", "Remedy")),),
        cards=cards,
        notes=(Words("Ghi chú", "Note"),),
        foot="ecopy 0.1.0",
    )


def _card(number: int = 1, pictures: int = 1) -> Card:
    return Card(
        title=Words(f"{number}. Chữ ký của cơ quan", "Agency"),
        tone="bad",
        verdict=Words("Không hợp lệ / Not valid"),
        facts=tuple(Fact(Words(f"Nhãn {n}", f"Label {n}"), Words("Nguyễn Thị Mẫu " * 8)) for n in range(5)),
        faults=(Fault("OTHER_CODE", Words("Bị sửa", "Changed"), Words("Xin lại", "Ask again")),),
        pictures=tuple(_picture() for _ in range(pictures)),
    )


def _pages(content: bytes) -> list[str]:
    with pypdfium2.PdfDocument(io.BytesIO(content)) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def test_everything_is_said_once_and_pictures_stand_in_it() -> None:
    content = write_verification_sheet(_sheet(_card()), support.metadata())
    (page,) = _pages(content)
    for said in (
        "Kết quả kiểm tra",
        "Hợp lệ",
        "Valid",
        "A_CODE",
        "→ Cách xử lý",
        "1. Chữ ký của cơ quan",
        "OTHER_CODE",
    ):
        assert page.count(said) == 1, said
    assert page.endswith("ecopy 0.1.0 · 1/1")
    with pikepdf.open(io.BytesIO(content)) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        assert image.read_raw_bytes() == _picture().jpeg


def test_many_signatures_go_on_over_pages_without_being_torn() -> None:
    content = write_verification_sheet(
        _sheet(*(_card(n, pictures=7) for n in range(1, 9))), support.metadata()
    )
    pages = _pages(content)
    assert len(pages) > 3
    assert [sum(f"{n}. Chữ ký của cơ quan" in page for page in pages) for n in range(1, 9)] == [1] * 8
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert sum(len(page.get_images()) for page in pdf.pages) == 8 * 7


@pytest.mark.parametrize("value", ["\x00\ud800 🙂 漢字", "x" * 3000, "", "từ " * 400])
def test_it_is_pdfa_whatever_a_file_brings_along(tmp_path: Path, value: str) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(write_verification_sheet(_sheet(_card(), tone="open", value=value), support.metadata()))
    assert support.faults(file, "2u") == []


def test_the_same_verification_gives_the_same_bytes() -> None:
    one, other = (write_verification_sheet(_sheet(_card()), support.metadata()) for _ in range(2))
    assert one == other


def _luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("tone", list(TONES))
def test_verdicts_are_easy_to_read(tone: Tone) -> None:
    ink, ground = (_luminance(colour) for colour in TONES[tone])
    assert (ground + 0.05) / (ink + 0.05) >= 7
