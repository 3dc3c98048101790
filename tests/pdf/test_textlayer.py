"""A born-digital page is read from its text layer: exact words, sensible order, boxes where the ink is."""

from __future__ import annotations

import subprocess
import unicodedata
from pathlib import Path

import pytest

from models.errors import Unreadable
from models.reading import PageReading
from pdf.sandbox import Sandbox
from pdf.textlayer import CONFIDENCE, TEXT_LAYER, read_text_layer, read_text_layers
from tests.pdf.support import EVERY_LETTER, Run, drawn, text_pdf

HEADER: list[Run] = [
    ("ỦY BAN NHÂN DÂN", 90, 780, 13), ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 230, 780, 13),
    ("PHƯỜNG HOA MẪU", 90, 763, 13), ("Độc lập - Tự do - Hạnh phúc", 280, 763, 13),
    ("Số: 123/QĐ-UBND", 95, 735, 13), ("Hoa Mẫu, ngày 07 tháng 3 năm 2026", 260, 735, 13),
]  # fmt: skip
TITLE: list[Run] = [("QUYẾT ĐỊNH", 260, 700, 14), ("Về việc cấp giấy phép xây dựng", 200, 682, 13)]
BODY: list[Run] = [
    ("Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2025;", 85, 650 - 18 * n, 13)
    for n in range(4)
]
FOOT: list[Run] = [
    ("Nơi nhận:", 85, 300, 12), ("TM. ỦY BAN NHÂN DÂN", 330, 300, 13),
    ("- Như Điều 3;", 85, 285, 11), ("CHỦ TỊCH", 370, 283, 13),
    ("- Lưu: VT.", 85, 270, 11), ("Lê Thị Mẫu", 365, 210, 13),
]  # fmt: skip


def read(tmp_path: Path, runs: list[Run], **options: object) -> PageReading:
    return read_text_layer(text_pdf(tmp_path / "a.pdf", [runs], **options), 1)  # type: ignore[arg-type]


def lines(reading: PageReading) -> list[str]:
    return [line.text for line in reading.lines()]


def test_the_header_s_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    assert lines(read(tmp_path, HEADER + TITLE + BODY[:1])) == [
        "ỦY BAN NHÂN DÂN", "PHƯỜNG HOA MẪU", "Số: 123/QĐ-UBND",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Hoa Mẫu, ngày 07 tháng 3 năm 2026",
        "QUYẾT ĐỊNH", "Về việc cấp giấy phép xây dựng", BODY[0][0],
    ]  # fmt: skip


def test_recipients_and_signature_are_two_columns(tmp_path: Path) -> None:
    assert lines(read(tmp_path, BODY + FOOT)) == [
        *(run[0] for run in BODY),
        "Nơi nhận:", "- Như Điều 3;", "- Lưu: VT.", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Lê Thị Mẫu",
    ]  # fmt: skip


def test_a_form_s_value_belongs_to_the_line_of_its_label(tmp_path: Path) -> None:
    runs: list[Run] = [
        ("Họ và tên:", 85, 700, 13), ("NGUYỄN VĂN ƯỚC", 200, 700, 13),
        ("Giới tính:", 85, 680, 13), ("Nam", 200, 680, 13), ("Dân tộc:", 320, 680, 13), ("Kinh", 400, 680, 13),
        ("Nơi cư trú:", 85, 660, 13), ("Phường Hoa Mẫu", 200, 660, 13),
    ]  # fmt: skip
    assert lines(read(tmp_path, runs)) == [
        "Họ và tên: NGUYỄN VĂN ƯỚC", "Giới tính: Nam", "Dân tộc: Kinh", "Nơi cư trú: Phường Hoa Mẫu",
    ]  # fmt: skip


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    runs: list[Run] = []
    for row in range(4):
        runs += [(f"Dòng {row} ô một", 85, 700 - 20 * row, 12), (f"ô hai của {row}", 330, 700 - 20 * row, 12)]
    rulings = b"80 630 m 80 715 l S 320 630 m 320 715 l S 500 630 m 500 715 l S"
    assert lines(read(tmp_path, runs, extra=rulings)) == [run[0] for run in runs]


def test_every_letter_is_read_as_nfc(tmp_path: Path) -> None:
    runs: list[Run] = [(EVERY_LETTER[i : i + 20], 60, 700 - i, 12) for i in range(0, len(EVERY_LETTER), 20)]
    assert "".join(lines(read(tmp_path, runs))) == EVERY_LETTER
    assert unicodedata.is_normalized("NFC", EVERY_LETTER)


def test_marks_drawn_as_glyphs_of_their_own_are_put_back_on_their_letters(tmp_path: Path) -> None:
    """Some producers draw e, circumflex, dot below as three glyphs."""
    text = "VIỆT NAM độc lập tự do hạnh phúc Nguyễn Ước"
    apart = unicodedata.normalize("NFD", text)
    assert apart != text
    path = text_pdf(tmp_path / "a.pdf", [[(apart, 80, 700, 14)]])
    poppler = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True).stdout
    assert "VIỆT" not in poppler.decode(), "the file must really hold separate marks"
    assert lines(read_text_layer(path, 1)) == [text]


def boxes_hold_ink(path: Path, reading: PageReading) -> None:
    """Every word's box surrounds ink, and ink lies nowhere else."""
    shown = drawn(path, dpi=144).min(axis=2)
    height, width = shown.shape
    rest = shown.copy()
    for line in reading.lines():
        for word in line.words:
            box = word.box
            rows = slice(max(0, int(box.y0 * height) - 3), int(box.y1 * height) + 4)
            columns = slice(max(0, int(box.x0 * width) - 3), int(box.x1 * width) + 4)
            assert shown[rows, columns].min() < 120, word.text
            rest[rows, columns] = 255
    assert rest.min() > 200


@pytest.mark.parametrize(
    "options",
    [
        {}, {"rotate": 90}, {"rotate": 180}, {"rotate": 270}, {"crop": (60, 500, 560, 830)},
        {"crop": (60, 500, 560, 830), "rotate": 90}, {"box": (-50, -20, 560, 830)},
    ],
)  # fmt: skip
def test_boxes_lie_on_the_ink_of_the_upright_page(tmp_path: Path, options: dict[str, object]) -> None:
    path = text_pdf(tmp_path / "a.pdf", [HEADER + BODY], **options)  # type: ignore[arg-type]
    reading = read_text_layer(path, 1)
    assert len(list(reading.lines())) >= 6
    boxes_hold_ink(path, reading)


def test_what_can_not_be_seen_is_not_read(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", [BODY], before=b"1 g BT 1 0 0 1 0 0 Tm ET q 1 1 1 rg", extra=b"Q")
    assert (drawn(path) == 255).all()
    assert lines(read_text_layer(path, 1)) == []
    covered = text_pdf(tmp_path / "b.pdf", [BODY], extra=b"1 g 0 500 600 200 re f")
    assert lines(read_text_layer(covered, 1)) == []


def test_each_page_is_read_by_itself(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", [BODY[:1], [], FOOT[:1]])
    assert [lines(read_text_layer(path, n)) for n in (1, 2, 3)] == [[BODY[0][0]], [], ["Nơi nhận:"]]
    assert read_text_layer(path, 3).page == 3
    assert read_text_layers(path, [3, 1]) == [read_text_layer(path, 3), read_text_layer(path, 1)]
    with pytest.raises(Unreadable):
        read_text_layer(path, 4)


def test_the_reading_says_who_made_it_and_how_sure_it_is(tmp_path: Path) -> None:
    assert TEXT_LAYER.name == "text-layer"
    assert "pdfplumber" in TEXT_LAYER.version
    reading = read(tmp_path, BODY)
    assert {w.confidence for line in reading.lines() for w in line.words} == {CONFIDENCE}


def test_a_text_layer_comes_out_of_the_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", [HEADER])
    assert sandbox.call(read_text_layer, path, 1) == read_text_layer(path, 1)
