"""Pages of tables (bảng biểu): lists of people and of payments, ruled or not, upright or lying."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

from samples.fonts import OTHER_SERIF, SANS, TIMES_LIKE, FontBook
from samples.papers.common import (
    MM,
    Look,
    Paper,
    choose_family,
    mark_as_sample,
    national_header,
    short_date,
    spoken_date,
)
from samples.papers.grid import Column, Grid
from samples.papers.prose import figures
from samples.papers.subjects import money
from samples.people import day_between, invent_name, invent_person, workday
from samples.places import Place, capital, invent_place
from samples.sheet import POINTS_PER_MM, Sheet, Span, Style

LAYOUTS = ("ruled", "unruled", "wide")
_A4 = (210 * POINTS_PER_MM, 297 * POINTS_PER_MM)
_TITLES = (
    "DANH SÁCH HỘ NHẬN HỖ TRỢ",
    "BẢNG TỔNG HỢP CHI TRẢ TRỢ CẤP",
    "DANH SÁCH CÔNG DÂN CHƯA NHẬN KẾT QUẢ",
    "BẢNG KÊ NỘP PHÍ, LỆ PHÍ",
)
_GOODS = (
    ("Giấy A4 định lượng 80 gsm", "ram"),
    ("Hộp đựng hồ sơ bằng bìa cứng", "chiếc"),
    ("Mực in laser màu đen", "hộp"),
    ("Giá kệ sắt để tài liệu, 5 tầng", "bộ"),
    ("Ổ cứng gắn ngoài 2 TB", "chiếc"),
    ("Chỉnh lý tài liệu rời lẻ", "mét giá"),
    ("Thuê vận chuyển trong nội thành", "chuyến"),
    ("Bảo trì máy quét hai mặt", "lần"),
    ("Băng dính, ghim kẹp, bút xóa", "lô"),
    ("Kiểm kê, dán nhãn, xếp kho", "công"),
)
Rows = tuple[tuple[Column, ...], list[list[str]], int]
"""Columns, rows, and the sum of the amounts."""


def table_page(book: FontBook, rng: random.Random, layout: str) -> Paper:
    """A heading, a table of up to thirty rows with its total, the sum in words, two or three signatures."""
    day = workday(day_between(rng, date(2025, 7, 2), date(2026, 10, 30)))
    home = invent_place(rng)
    family = choose_family(rng, book, *OTHER_SERIF, *SANS)
    times = family in TIMES_LIKE
    look = Look(family, rng.choice((11.0, 12.0, 13.0)) - (0 if times else 1.5))
    goods = layout == "unruled" and rng.random() < 0.5
    columns, rows, total = (_goods if goods else _people)(rng, home, day, wide=layout == "wide")
    size = _A4[::-1] if layout == "wide" else _A4
    grid = Grid(
        columns,
        left=18 * MM,
        width=size[0] - 32 * MM,
        family=family,
        size=look.size - rng.choice((0.5, 1.0, 1.5)),
        rules="all" if layout != "unruled" else rng.choice(("rows", "none")),
        shaded_head=layout == "ruled" and rng.random() < 0.4,
        leading=rng.uniform(1.15, 1.32),
    )

    def new_sheet() -> Sheet:
        return Sheet(book, width=size[0], height=size[1])

    sheets = [new_sheet()]
    y = _opening(sheets[0], look, rng, home, day)
    sheets, y = _filled(grid, sheets, new_sheet, y, rows, total)
    _closing(sheets[-1], look, rng, day, y, total)
    for sheet in sheets:
        mark_as_sample(sheet, family)
    return Paper("unknown", "bang_bieu", layout, sheets)


def _people(rng: random.Random, home: Place, day: date, *, wide: bool) -> Rows:
    columns = [
        Column("STT", 0.8, "centre"),
        Column("Họ và tên", 3.6),
        Column("Ngày sinh", 1.9, "centre"),
        Column("Số định danh", 2.4, "centre"),
        Column("Số tiền (đồng)", 2.0, "right"),
        Column("Ghi chú", 1.7),
    ]
    if wide:
        columns[4:4] = [Column("Nơi cư trú", 5.2), Column("Điện thoại", 2.2, "centre")]
    rows, total = [], 0
    for number in range(1, rng.randint(12, 26) + 1):
        person = invent_person(rng, day_between(rng, date(1938, 1, 1), date(2007, 1, 1)), home=home)
        amount = rng.choice((0, 1)) * 50_000 + rng.randint(2, 60) * 100_000
        total += amount
        note = rng.choice(("", "", "", "Hộ nghèo", "Cận nghèo", "Ủy quyền", "Đã nhận", "Vắng mặt"))
        row = [str(number), person.name, short_date(person.born), person.personal_id, money(amount), note]
        if wide:
            phone = f"0{rng.randint(20, 29)}{rng.randint(0, 9_999_999):07d}"
            row[4:4] = [", ".join((person.home.hamlet, person.home.commune_name)), phone]
        rows.append(row)
    return tuple(columns), rows, total


def _goods(rng: random.Random, home: Place, day: date, *, wide: bool) -> Rows:
    columns = (
        Column("TT", 0.7, "centre"),
        Column("Nội dung", 4.6),
        Column("ĐVT", 1.2, "centre"),
        Column("Số lượng", 1.3, "right"),
        Column("Đơn giá", 1.9, "right"),
        Column("Thành tiền", 2.2, "right"),
    )
    rows, total = [], 0
    for number, (name, unit) in enumerate(rng.sample(_GOODS, rng.randint(6, len(_GOODS))), start=1):
        count, price = rng.randint(1, 120), rng.randint(9, 1800) * 500
        total += count * price
        rows.append([str(number), name, unit, str(count), money(price), money(count * price)])
    return columns, rows, total


def _opening(sheet: Sheet, look: Look, rng: random.Random, home: Place, day: date) -> float:
    """Issuer left, nation right, title below; returns the top of the table."""
    y, size = 20 * MM, min(look.size, 12.0)
    bold = Style(look.family, size, bold=True)
    nation_x = sheet.width * 0.7
    national_header(sheet, nation_x, y, look, size=size)
    left = 18 * MM + 90
    sheet.put(left, y, Span("ỦY BAN NHÂN DÂN", Style(look.family, size)), align="centre")
    sheet.put(left, y + size * 1.3, Span(home.commune_name.upper(), bold), align="centre")
    y += 60
    title = look.style(bold=True, size=look.size + 1.5)
    sheet.put(sheet.width / 2, y, Span(rng.choice(_TITLES), title), align="centre")
    period = f"(Kèm theo Tờ trình số {rng.randint(3, 400)}/TTr-UBND {spoken_date(day)})"
    sheet.put(sheet.width / 2, y + look.size * 1.4, Span(period, look.style(italic=True)), align="centre")
    unit = look.style(italic=True, size=look.size - 1)
    sheet.put(sheet.width - 14 * MM, y + look.size * 3.0, Span("Đơn vị tính: đồng", unit), align="right")
    return y + look.size * 3.0 + 6


def _filled(
    grid: Grid,
    sheets: list[Sheet],
    new_sheet: Callable[[], Sheet],
    y: float,
    rows: list[list[str]],
    total: int,
) -> tuple[list[Sheet], float]:
    """The table, its head again on each further sheet; the total's row last, and room for signatures."""
    y = grid.head(sheets[-1], y)
    amount = max(k for k, c in enumerate(grid.columns) if c.align == "right")
    last = [""] * len(grid.columns)
    last[1], last[amount] = "Tổng cộng", money(total)
    for index, row in enumerate((*rows, last)):
        room = 150 if index >= len(rows) - 1 else 0
        if y + grid.height(sheets[-1], row) + room > sheets[-1].height - 18 * MM:
            sheets.append(new_sheet())
            number = Style(grid.family, grid.size + 1)
            sheets[-1].put(sheets[-1].width / 2, 12 * MM, Span(str(len(sheets)), number), align="centre")
            y = grid.head(sheets[-1], 18 * MM)
        y = grid.row(sheets[-1], y, row, bold=row is last)
    return sheets, y


def _closing(sheet: Sheet, look: Look, rng: random.Random, day: date, y: float, total: int) -> None:
    y += look.size * 1.6
    left, right = 18 * MM, sheet.width - 14 * MM
    italic = look.style(italic=True)
    text = f"Tổng số tiền: {capital(figures(total))}./."
    for line in _wrapped(sheet, text, italic, right - left):
        sheet.put(left, y, Span(line, italic))
        y += look.size * 1.25
    y += 4
    sheet.put(right - 30, y, Span(capital(spoken_date(day)), italic), align="right")
    roles = rng.choice(
        (
            ("NGƯỜI LẬP BIỂU", "KẾ TOÁN", "THỦ TRƯỞNG ĐƠN VỊ"),
            ("NGƯỜI LẬP", "CHỦ TỊCH"),
            ("THỦ QUỸ", "KẾ TOÁN TRƯỞNG", "CHỦ TÀI KHOẢN"),
        )
    )
    step = (right - left) / len(roles)
    for index, role in enumerate(roles):
        x = left + (index + 0.5) * step
        sheet.put(x, y + 20, Span(role, look.style(bold=True)), align="centre")
        hint = look.style(italic=True, size=look.size - 2)
        sheet.put(x, y + 20 + look.size * 1.2, Span("(Ký, họ tên)", hint), align="centre")
        name = " ".join(invent_name(rng, male=rng.random() < 0.5))
        sheet.put(x, y + 92, Span(name, look.style(bold=True)), align="centre")


def _wrapped(sheet: Sheet, text: str, style: Style, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if sheet.measure(longer, style) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
