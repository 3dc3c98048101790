"""Reading order of official papers."""

from __future__ import annotations

import random

import pytest

from imaging.rules import PixelRule
from ocr.layout import Block, arrange, bars_of
from ocr.lines import PlacedLine
from tests.ocr.support import placed_line

A4 = (2480.0, 3508.0)


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


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────


def across(y: float, x0: float = 200, x1: float = 2000) -> PixelRule:
    return PixelRule(x0, y, x1, y, 3)


def down(x: float, y0: float, y1: float) -> PixelRule:
    return PixelRule(x, y0, x, y1, 3)


def grid(xs: list[float], ys: list[float]) -> list[PixelRule]:
    return [across(y, xs[0], xs[-1]) for y in ys] + [down(x, ys[0], ys[-1]) for x in xs]


def table_of(blocks: list[Block]) -> Block:
    (table,) = [block for block in blocks if block.kind == "table"]
    return table


def texts(table: Block) -> dict[tuple[int, int], str]:
    return {(c.row, c.column): " ".join(table.lines[i].text for i in c.lines) for c in table.cells}


def test_a_ruled_table_is_read_cell_by_cell_with_several_lines_in_a_cell() -> None:
    rules = grid([200, 400, 1200, 2000], [500, 600, 800])
    lines = [
        placed_line("STT", 250, 530),
        placed_line("Nơi cư trú", 600, 530),
        placed_line("Ghi chú", 1500, 532),
        placed_line("1", 280, 680),
        placed_line("Thôn Mẫu, xã Mẫu,", 420, 640),
        placed_line("tỉnh Mẫu", 420, 700),
        placed_line("Ủy quyền", 1500, 680),
        placed_line("Danh sách kèm theo", 700, 300),
        placed_line("Tổng cộng: một người", 300, 900),
    ]
    random.Random(2).shuffle(lines)
    blocks = arrange(lines, rules=rules, size=A4)
    assert [line.text for block in blocks for line in block.lines] == [
        "Danh sách kèm theo",
        "STT",
        "Nơi cư trú",
        "Ghi chú",
        "1",
        "Thôn Mẫu, xã Mẫu,",
        "tỉnh Mẫu",
        "Ủy quyền",
        "Tổng cộng: một người",
    ]
    assert texts(table_of(blocks)) == {
        (0, 0): "STT",
        (0, 1): "Nơi cư trú",
        (0, 2): "Ghi chú",
        (1, 0): "1",
        (1, 1): "Thôn Mẫu, xã Mẫu, tỉnh Mẫu",
        (1, 2): "Ủy quyền",
    }


def test_merged_cells_have_spans_and_empty_cells_are_kept() -> None:
    # A heading over two columns; the first column's heading runs over two rows.
    rules = [
        across(500),
        across(600, 600, 2000),
        across(700),
        across(800),
        down(200, 500, 800),
        down(600, 500, 800),
        down(1300, 600, 800),
        down(2000, 500, 800),
    ]
    lines = [
        placed_line("Họ và tên", 260, 580),
        placed_line("Kết quả", 1100, 530),
        placed_line("Đạt", 800, 630),
        placed_line("Không đạt", 1500, 630),
        placed_line("Lê Thị Mẫu", 230, 730),
        placed_line("x", 900, 730),
    ]
    cells = {(c.row, c.column): c for c in table_of(arrange(lines, rules=rules, size=A4)).cells}
    assert (cells[0, 0].row_span, cells[0, 0].column_span) == (2, 1)
    assert (cells[0, 1].row_span, cells[0, 1].column_span) == (1, 2)
    assert cells[2, 2].lines == ()
    assert len(cells) == 7


def test_a_frame_around_the_page_and_an_underline_are_no_table() -> None:
    frame = grid([100, 2380], [100, 3400])
    underline = [across(260, 900, 1500)]
    blocks = arrange(HEADER + BODY + SIGNATURE, rules=frame + underline, size=A4)
    assert all(block.kind == "text" for block in blocks)
    assert blocks[0].lines[0].text == "ỦY BAN NHÂN DÂN"


def test_a_table_without_rules_has_cells_by_its_columns() -> None:
    lines = [
        placed_line(text, x, 300 + 60 * row)
        for row in range(5)
        for x, text in ((200, str(row)), (500, f"Tên {row}"), (1000, f"{row}.000"), (1600, "đồng"))
    ]
    table = table_of(arrange(lines, size=A4))
    assert texts(table)[3, 1] == "Tên 3"
    assert {cell.column for cell in table.cells} == {0, 1, 2, 3}


def test_text_before_and_behind_a_table_keeps_its_columns() -> None:
    table = [placed_line(f"{c}{r}", 200 + 500 * c, 600 + 60 * r) for r in range(4) for c in range(4)]
    found = [
        line.text
        for block in arrange([*HEADER, *table, *[_lower(line, 400) for line in SIGNATURE]], size=A4)
        for line in block.lines
    ]
    assert found[:3] == ["ỦY BAN NHÂN DÂN", "PHƯỜNG MẪU", "Số: 12/QĐ-UBND"]
    assert found[6:10] == ["00", "10", "20", "30"]
    assert found[-3:] == ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Trần Văn Mẫu"]


def _lower(line: PlacedLine, by: float) -> PlacedLine:
    return placed_line(line.text, line.x0, line.y0 + by)


def test_a_hatching_is_no_table_however_many_rules_it_has() -> None:
    rules = grid([10.0 * i for i in range(400)], [10.0 * i for i in range(400)])
    assert {block.kind for block in arrange(BODY, rules=rules, size=A4)} == {"text"}


# ── the rest of a page ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", ["2", "- 2 -", "2/5", "Trang 2/5"])
@pytest.mark.parametrize("y", [80.0, 3400.0])
def test_the_page_number_is_a_block_of_its_own_and_parts_no_column(number: str, y: float) -> None:
    lines = [placed_line(number, 1200, y), *[_lower(line, 300) for line in HEADER + BODY]]
    blocks = arrange(lines, size=A4)
    place = 0 if y < 1000 else -1
    assert blocks[place].kind == "page_number"
    rest = [line.text for block in blocks if block.kind != "page_number" for line in block.lines]
    assert rest[:3] == ["ỦY BAN NHÂN DÂN", "PHƯỜNG MẪU", "Số: 12/QĐ-UBND"]


def test_three_people_who_sign_side_by_side_are_read_one_after_the_other() -> None:
    columns = [
        ("NGƯỜI LẬP", "(Ký, họ tên)", "Lê Văn Mẫu"),
        ("KẾ TOÁN TRƯỞNG", "(Ký, họ tên)", "Trần Thị Mẫu"),
        ("GIÁM ĐỐC", "(Ký, họ tên)", "Vũ Hữu Mẫu"),
    ]
    lines = [
        placed_line(text, 200 + 750 * k, 2000 + dy)
        for k, column in enumerate(columns)
        for text, dy in zip(column, (0, 50, 300), strict=True)
    ]
    assert order(lines) == [text for column in columns for text in column]


def test_rows_of_labels_with_values_are_a_form() -> None:
    lines = [
        placed_line(text, 200, 500 + 45 * i)
        for i, text in enumerate(("Họ và tên: Lê Thị Mẫu", "Ngày sinh: 01/02/1990", "Nơi cư trú: xã Mẫu"))
    ]
    (block,) = arrange(lines, size=A4)
    assert block.kind == "form"


def test_upright_rules_become_bars() -> None:
    assert bars_of([across(10), down(300, 20, 90)]) == [(300, 20, 90)]


def test_every_line_is_read_once_among_random_rules_too() -> None:
    rng = random.Random(12)
    for _ in range(60):
        lines = [
            placed_line(f"dòng{i} " + "chữ " * rng.randrange(8), rng.randrange(1600), rng.randrange(3300))
            for i in range(rng.randrange(40))
        ]
        rules = [
            across(rng.randrange(3400), rng.randrange(900), 900 + rng.randrange(1200))
            if rng.random() < 0.5
            else down(rng.randrange(2400), rng.randrange(1500), 1500 + rng.randrange(1500))
            for _ in range(rng.randrange(30))
        ]
        blocks = arrange(lines, rules=rules, size=A4)
        found = [line for block in blocks for line in block.lines]
        assert sorted(map(id, found)) == sorted(map(id, lines))
        for block in blocks:
            places = [i for cell in block.cells for i in cell.lines]
            assert sorted(places) == (list(range(len(block.lines))) if block.cells else [])
