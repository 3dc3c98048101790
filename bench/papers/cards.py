"""Identity cards: the citizen card with and without chip, the card of 2024."""

from __future__ import annotations

import random
from datetime import date

from bench.papers.card_side import (
    Side,
    both_sides,
    card_draft,
    card_nation,
    card_values,
    holder,
    qr_text,
    zone,
)
from bench.papers.invent import old_number
from bench.papers.old_cards import nine_digits
from bench.papers.pieces import BenchPaper
from samples.fonts import FontBook
from samples.ink import emblem_painter, signature_painter
from samples.papers.card_pictures import chip, fingerprint, portrait
from samples.people import day_between


def chip_card(book: FontBook, rng: random.Random, *, sheet: bool) -> BenchPaper:
    """The chip card of 2021, both sides."""
    issued = day_between(rng, date(2021, 3, 1), date(2024, 6, 28))
    person = holder(rng, issued)
    v = card_values(rng, person, issued, old_names=True)
    v.say("issuer", "CỤC TRƯỞNG CỤC CẢNH SÁT QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI")
    d = card_draft(book, rng, v, sheet=sheet)
    old = old_number(rng) if rng.random() < 0.6 else ""

    def front(s: Side) -> None:
        s.ground((214, 234, 226), (244, 236, 206))
        s.d.sheet.overlay(emblem_painter(s.left + 24, s.top + 21, 13))
        card_nation(s, s.wide * 0.52, english=True)
        s.t(s.wide * 0.52, 43.5, "CĂN CƯỚC CÔNG DÂN", 11, align="centre", bold=True, colour=(190, 28, 36))
        s.t(
            s.wide * 0.52,
            49.5,
            "Citizen Identity Card",
            5.4,
            align="centre",
            italic=True,
            colour=(190, 28, 36),
        )
        d.qr(qr_text(person, v.truth["residence"], issued, old), s.left + s.wide - 40, s.top + 6, 32)
        s.paint(portrait(rng, 8, 46, 56, 76, male=person.male))
        x = 70
        s.t(x, 62, "Số / //No.//:  **[personal_id]**", 8.6)
        s.label(x, 71.5, "Họ và tên", "Full name")
        s.t(x, 81, "[full_name]", 8.2, bold=True)
        s.t(x, 90, "Ngày sinh / //Date of birth//:  [birth_date]", 6.2)
        s.t(x, 98.5, "Giới tính / //Sex//:  [sex]    Quốc tịch / //Nationality//:  [nationality]", 6.0)
        s.label(x, 107, "Quê quán", "Place of origin")
        s.flow(x, 114.5, s.wide - 6, "[hometown]", 6.4)
        s.label(x, 122.5, "Nơi thường trú", "Place of residence")
        words = v.truth["residence"].split(", ")
        # The street runs beside the label, the rest below it, as on the real card.
        style = d.style(size=5.4)
        after = d.sheet.measure("Nơi thường trú / Place of residence:", style) + 5
        s.t(x + after, 122.5, d.part("residence", words[0] + ","), 6.0)
        s.flow(x, 130.5, s.wide - 4, d.part("residence", ", ".join(words[1:])), 6.2)
        s.t(6, 130, "Có giá trị đến: [valid_to]", 4.6)
        s.t(6, 136, "//Date of expiry//", 4.4)

    def back(s: Side) -> None:
        s.ground((238, 232, 214), (212, 230, 226))
        s.label(9, 12, "Đặc điểm nhân dạng", "Personal identification")
        s.flow(9, 19.5, 150, "[identifying_marks]", 6.4)
        s.t(9, 36, "Ngày, tháng, năm / //Date, month, year//: [issued_on]", 6.0)
        s.t(112, 45, d.part("issuer", "CỤC TRƯỞNG CỤC CẢNH SÁT"), 5.6, align="centre", bold=True)
        s.t(
            112,
            51.5,
            d.part("issuer", "QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI"),
            5.6,
            align="centre",
            bold=True,
        )
        s.t(112, 56.5, "DIRECTOR GENERAL OF THE POLICE DEPARTMENT", 3.4, align="centre")
        s.paint(chip(12, 52, 34, 28))
        s.d.sheet.overlay(signature_painter(rng, s.left + 98, s.top + 62, 50, 22, (30, 30, 60)))
        s.t(112, 94, "Lê Quang Mẫu", 6.0, align="centre", bold=True)
        s.d.stamp(s.left + 100, s.top + 74, "CỤC CẢNH SÁT QLHC VỀ TTXH", diameter=34)
        for x, name in ((176, "Ngón trỏ trái"), (210, "Ngón trỏ phải")):
            s.paint(fingerprint(rng, x, 14, 44, 44))
            s.t(x + 11, 57, name, 3.8, align="centre")
        zone(d, s, person, date.fromisoformat(v.truth["valid_to"]))

    both_sides(d, rng, (front, back), sheet=sheet)
    return d.finish("can_cuoc_cong_dan", "can_cuoc_cong_dan", "chip-sheet" if sheet else "chip-card")


def barcode_card(book: FontBook, rng: random.Random) -> BenchPaper:
    """The citizen card of 2016 to 2020 without chip, both sides beside each other on a sheet."""
    issued = day_between(rng, date(2016, 3, 1), date(2020, 12, 20))
    person = holder(rng, issued)
    v = card_values(rng, person, issued, old_names=False)
    v.say("issuer", "CỤC TRƯỞNG CỤC CẢNH SÁT ĐKQL CƯ TRÚ VÀ DLQG VỀ DÂN CƯ")
    d = card_draft(book, rng, v, sheet=True)

    def front(s: Side) -> None:
        s.ground((226, 238, 244), (248, 240, 228))
        s.d.sheet.overlay(emblem_painter(s.left + 26, s.top + 22, 14))
        card_nation(s, s.wide * 0.6, english=False, size=6.4)
        s.t(s.wide * 0.6, 34, "CĂN CƯỚC CÔNG DÂN", 11.5, align="centre", bold=True, colour=(196, 26, 34))
        s.t(s.wide * 0.6, 46, "Số: **[personal_id]**", 9.4, align="centre", colour=(170, 24, 30))
        s.paint(portrait(rng, 8, 44, 58, 78, male=person.male))
        x = 74
        s.t(x, 57, "Họ và tên: **[full_name]**", 7)
        s.t(x, 68, "Ngày, tháng, năm sinh: [birth_date]", 6.8)
        s.t(x, 78.5, "Giới tính: [sex]      Quốc tịch: [nationality]", 6.8)
        y = s.flow(x, 89, s.wide - 6, "Quê quán: [hometown]", 6.8)
        s.flow(x, y + 2, s.wide - 6, "Nơi thường trú: [residence]", 6.8)
        s.t(8, 130, "Có giá trị đến:", 5.4)
        s.t(8, 137, "[valid_to]", 5.8)

    def back(s: Side) -> None:
        s.ground((248, 240, 228), (226, 238, 244))
        s.t(110, 14, "Đặc điểm nhận dạng:", 6.4)
        s.flow(110, 22, s.wide - 8, "[identifying_marks]", 6.6)
        for x, name in ((14, "NGÓN TRỎ TRÁI"), (58, "NGÓN TRỎ PHẢI")):
            s.paint(fingerprint(rng, x, 14, 60, 70))
            s.t(x + 16, 80, name, 4.2, align="centre")
        v.printed["spoken"] = f"Ngày {issued.day:02d} tháng {issued.month:02d} năm {issued.year}"
        v.printed["issued_on"] = v.printed["spoken"].removeprefix("Ngày ")
        s.t(168, 50, "Ngày [issued_on]", 6.4, align="centre")
        s.t(168, 60, d.part("issuer", "CỤC TRƯỞNG CỤC CẢNH SÁT"), 5.8, align="centre", bold=True)
        s.t(168, 67, d.part("issuer", "ĐKQL CƯ TRÚ VÀ DLQG VỀ DÂN CƯ"), 5.8, align="centre", bold=True)
        s.d.sheet.overlay(signature_painter(rng, s.left + 150, s.top + 74, 56, 26, (30, 30, 60)))
        s.t(168, 112, "Trịnh Văn Mẫu", 6.2, align="centre", bold=True)
        s.d.stamp(s.left + 148, s.top + 88, "CỤC CẢNH SÁT ĐKQL CƯ TRÚ", diameter=40)

    both_sides(d, rng, (front, back), sheet=True, beside=True)
    return d.finish("can_cuoc_cong_dan", "can_cuoc_cong_dan", "barcode-beside")


def card_2024(book: FontBook, rng: random.Random, *, sheet: bool) -> BenchPaper:
    """The card of 2024, both sides."""
    issued = day_between(rng, date(2024, 7, 1), date(2026, 10, 30))
    person = holder(rng, issued)
    v = card_values(rng, person, issued, old_names=not sheet)
    v.say("issuer", "BỘ CÔNG AN")
    d = card_draft(book, rng, v, sheet=sheet)

    def front(s: Side) -> None:
        s.ground((208, 228, 240), (234, 240, 216))
        s.d.sheet.overlay(emblem_painter(s.left + 22, s.top + 22, 13))
        card_nation(s, s.wide * 0.58, english=True, size=6.4)
        s.t(
            s.wide * 0.58,
            46,
            "CĂN CƯỚC" if sheet else "THẺ CĂN CƯỚC",
            12,
            align="centre",
            bold=True,
            colour=(190, 28, 36),
        )
        s.t(s.wide * 0.58, 52, "IDENTITY CARD", 5.2, align="centre", bold=True, colour=(190, 28, 36))
        s.paint(portrait(rng, 8, 50, 54, 72, male=person.male))
        s.paint(chip(s.wide - 38, 84, 28, 22))
        x = 70
        s.label(x, 62, "Số định danh cá nhân", "Personal identification number", 5.2)
        s.t(x, 72.5, "[personal_id]", 10, bold=True)
        s.label(x, 81.5, "Họ, chữ đệm và tên khai sinh", "Full name", 5.2)
        s.t(x, 91, "[full_name]", 8.4, bold=True)
        s.label(x, 100, "Ngày, tháng, năm sinh", "Date of birth", 5.2)
        s.t(x, 108, "[birth_date]", 7)
        s.label(x + 84, 116, "Quốc tịch", "Nationality", 5.2)
        s.t(x + 84, 124, "[nationality]", 7)
        s.label(x, 116, "Giới tính", "Sex", 5.2)
        s.t(x, 124, "[sex]", 7)

    def back(s: Side) -> None:
        s.ground((234, 240, 216), (208, 228, 240))
        edge = s.wide - 60
        s.label(9, 11, "Nơi cư trú", "Place of residence", 5.2)
        y = s.flow(9, 18.5, edge, "[residence]", 6.4)
        s.label(9, y + 1, "Nơi đăng ký khai sinh", "Place of birth registration", 5.2)
        y = s.flow(9, y + 8.5, edge, "[birth_registration_place]", 6.4)
        if sheet:  # labels above their values, side by side
            s.label(9, y + 3, "Ngày, tháng, năm cấp", "Date of issue", 5.0)
            s.t(9, y + 11, "[issued_on]", 6.4)
            s.label(98, y + 3, "Ngày hết hạn", "Date of expiry", 5.0)
            s.t(98, y + 11, "[valid_to]", 6.4)
        else:
            s.t(9, y + 3, "Ngày, tháng, năm cấp / //Date of issue//: [issued_on]", 5.8)
            s.t(9, y + 12, "Ngày, tháng, năm hết hạn / //Date of expiry//: [valid_to]", 5.8)
        s.t(9, y + 24, "NƠI CẤP / //PLACE OF ISSUE//: **[issuer]**", 5.8)
        s.t(9, y + 30, "//MINISTRY OF PUBLIC SECURITY//", 4.8)
        d.qr(
            qr_text(person, v.truth["residence"], issued, extra=("", "")), s.left + s.wide - 54, s.top + 8, 44
        )
        zone(d, s, person, date.fromisoformat(v.truth["valid_to"]))

    both_sides(d, rng, (front, back), sheet=sheet)
    return d.finish("can_cuoc", "can_cuoc", "2024-both" if sheet else "2024-sides")


CARDS = {
    "can_cuoc_cong_dan": {
        "chip-sheet": lambda book, rng: chip_card(book, rng, sheet=True),
        "chip-card": lambda book, rng: chip_card(book, rng, sheet=False),
        "barcode-beside": barcode_card,
    },
    "can_cuoc": {
        "2024-both": lambda book, rng: card_2024(book, rng, sheet=True),
        "2024-sides": lambda book, rng: card_2024(book, rng, sheet=False),
    },
    "chung_minh_nhan_dan": {
        "printed": lambda book, rng: nine_digits(book, rng, typed=False),
        "typed": lambda book, rng: nine_digits(book, rng, typed=True),
    },
}
