"""Reading order of official papers."""

from __future__ import annotations

import random

from ocr.layout import arrange
from tests.ocr.support import placed_line


def order(lines) -> list[str]:
    shuffled = list(lines)
    random.Random(4).shuffle(shuffled)
    return [line.text for block in arrange(shuffled) for line in block.lines]


HEADER = [
    placed_line("ỦY BAN NHÂN DÂN", 200, 100),
    placed_line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 1100, 98),
    placed_line("PHƯỜNG MẪU", 260, 145),
    placed_line("Độc lập - Tự do - Hạnh phúc", 1200, 148),
    placed_line("Số: 12/QĐ-UBND", 240, 240),
    placed_line("Mẫu, ngày 02 tháng 3 năm 2026", 1180, 242),
]
BODY = [
    placed_line("QUYẾT ĐỊNH", 900, 380),
    placed_line(
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025 của Quốc hội khoá XV", 200, 500
    ),
    placed_line("Điều 1. Công nhận kết quả.", 200, 560),
]
SIGNATURE = [
    placed_line("Nơi nhận:", 200, 800),
    placed_line("TM. ỦY BAN NHÂN DÂN", 1200, 796),
    placed_line("- Như Điều 3;", 200, 850),
    placed_line("CHỦ TỊCH", 1300, 846),
    placed_line("- Lưu: VT.", 200, 890),
    placed_line("Trần Văn Mẫu", 1280, 1100),
]


def test_header_body_and_signature_block_are_read_as_people_read_them() -> None:
    assert order(HEADER + BODY + SIGNATURE) == [
        "ỦY BAN NHÂN DÂN",
        "PHƯỜNG MẪU",
        "Số: 12/QĐ-UBND",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Mẫu, ngày 02 tháng 3 năm 2026",
        "QUYẾT ĐỊNH",
        BODY[1].text,
        "Điều 1. Công nhận kết quả.",
        "Nơi nhận:",
        "- Như Điều 3;",
        "- Lưu: VT.",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
        "Trần Văn Mẫu",
    ]


def test_the_rows_of_a_form_are_read_across() -> None:
    rows = [
        placed_line("Giới tính: Nữ", 200, 300),
        placed_line("Dân tộc: Kinh", 800, 302),
        placed_line("Quốc tịch: Việt Nam", 1300, 299),
        placed_line("Năm sinh: 1990", 200, 360),
        placed_line("Dân tộc: Tày", 800, 358),
        placed_line("Quốc tịch: Việt Nam", 1300, 361),
    ]
    assert order(rows)[:3] == ["Giới tính: Nữ", "Dân tộc: Kinh", "Quốc tịch: Việt Nam"]
    assert order(rows)[3] == "Năm sinh: 1990"


def test_a_table_is_read_row_by_row_and_called_a_table() -> None:
    cells = [
        placed_line(f"{column}{row}", 200 + 400 * k, 300 + 60 * row)
        for row in range(6)
        for k, column in enumerate(("stt", "tên", "năm", "nơi"))
    ]
    blocks = arrange(cells)
    assert [block.kind for block in blocks] == ["table"]
    assert [line.text for line in blocks[0].lines][:5] == ["stt0", "tên0", "năm0", "nơi0", "stt1"]


def test_two_columns_that_keep_no_common_rows_are_read_one_after_the_other() -> None:
    left = [placed_line(f"cột trái dòng {i}", 100, 100 + 50 * i) for i in range(8)]
    right = [placed_line(f"cột phải dòng {i}", 1000, 122 + 50 * i) for i in range(8)]
    found = order(left + right)
    assert found == [line.text for line in left + right]


def test_every_line_is_read_exactly_once() -> None:
    rng = random.Random(11)
    for _ in range(60):
        lines = [
            placed_line(
                f"dòng{i} " + "chữ " * rng.randrange(1, 12), rng.randrange(0, 1600), rng.randrange(0, 2000)
            )
            for i in range(rng.randrange(0, 40))
        ]
        found = [line for block in arrange(lines) for line in block.lines]
        assert sorted(map(id, found)) == sorted(map(id, lines))
