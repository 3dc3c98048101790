"""The identity card with nine digits, printed, typed or filled in by pen."""

from __future__ import annotations

import random
from datetime import date

from bench.papers.card_side import (
    MARKS,
    Side,
    both_sides,
    card_draft,
    card_nation,
)
from bench.papers.invent import old_number
from bench.papers.pieces import BenchPaper, Values
from samples.fonts import MONOSPACED, FontBook
from samples.ink import SEAL_RED, emblem_painter, signature_painter
from samples.papers.card_pictures import fingerprint, portrait
from samples.papers.common import MM
from samples.people import day_between, invent_name, invent_person

OLD_WIDE, OLD_HIGH = 96 * MM, 66 * MM


def nine_digits(book: FontBook, rng: random.Random, *, typed: bool) -> BenchPaper:
    """Giấy chứng minh nhân dân; `typed` is the older one, filled in on a typewriter or by pen."""
    first, last = (date(1999, 1, 4), date(2006, 12, 1)) if typed else (date(2007, 2, 1), date(2015, 12, 1))
    issued = day_between(rng, first, last)
    person = invent_person(rng, day_between(rng, date(issued.year - 55, 1, 1), date(issued.year - 15, 1, 1)))
    v = Values()
    v.say("old_id", old_number(rng))
    v.say("full_name", person.name.upper())
    v.day("birth_date", person.born, "{d:02d}-{m:02d}-{y}" if typed else "{d:02d}/{m:02d}/{y}")
    v.say("hometown", ", ".join((person.origin.commune, person.origin.district, person.origin.province.name)))
    v.say("residence", ", ".join((person.home.commune, person.home.district, person.home.province.name)))
    v.say("ethnicity", person.ethnicity)
    v.say("religion", rng.choice(("Không", "Không", "Phật giáo", "Thiên chúa")))
    v.say("identifying_marks", rng.choice(MARKS))
    v.day("issued_on", issued, "{d:02d} tháng {m:02d} năm {y}")
    province = person.home.province
    v.say("issuer", f"{'CA' if typed else 'CÔNG AN'} {province.full_name.upper()}")
    d = card_draft(book, rng, v, sheet=True)
    if typed:
        if rng.random() < 0.6:
            d.value_style = {"family": book.choose(MONOSPACED)[0]}
        else:
            d.pen = set(v.truth) - {"issuer", "old_id"}

    def line(s: Side, x: float, y: float, text: str, x1: float, size: float = 7.2) -> None:
        if typed:
            s.d.sheet.leader(
                s.left + x + d.sheet.measure(text.split("[")[0], d.style(size=size)),
                s.left + x1,
                s.top + y + 1.6,
                2.2,
            )
        s.flow(x, y, x1, text, size)

    def front(s: Side) -> None:
        s.ground((200, 226, 204), (222, 238, 214))
        card_nation(s, s.wide * 0.6, english=False, size=7)
        s.d.sheet.overlay(emblem_painter(s.left + 36, s.top + 30, 19))
        s.t(
            s.wide * 0.6,
            38,
            "GIẤY CHỨNG MINH NHÂN DÂN",
            10.5,
            align="centre",
            bold=True,
            colour=(30, 60, 120),
        )
        s.t(
            s.wide * 0.6,
            52,
            "SỐ **[old_id]**" if typed else "SỐ: **[old_id]**",
            10,
            align="centre",
            colour=(190, 30, 40),
        )
        s.paint(portrait(rng, 12, 62, 62, 84, male=person.male))
        x, end = 84, s.wide - 8
        line(s, x, 68, "Họ tên: [full_name]", end)
        line(s, x, 86, "Sinh ngày: [birth_date]", end)
        line(s, x, 104, "Nguyên quán: [hometown]", end)
        line(s, x, 132, "Nơi ĐKHK thường trú: [residence]", end)

    def back(s: Side) -> None:
        s.ground((222, 238, 214), (200, 226, 204))
        s.t(12, 16, "Dân tộc: [ethnicity]", 7.2)
        s.t(130, 16, "Tôn giáo: [religion]", 7.2)
        s.t(176, 32, "DẤU VẾT RIÊNG VÀ DỊ HÌNH", 6.6, align="centre", bold=True)
        s.flow(88, 44, s.wide - 10, "[identifying_marks]", 7)
        for y, name in ((30, "NGÓN TRỎ TRÁI"), (106, "NGÓN TRỎ PHẢI")):
            s.paint(fingerprint(rng, 18, y, 88, 76))
            s.t(40, y + 68, name, 4.4, align="centre")
        s.t(176, 78, "Ngày [issued_on]", 7, align="centre")
        s.t(176, 90, "GIÁM ĐỐC [issuer]", 6.4, align="centre", bold=True)
        s.d.sheet.overlay(signature_painter(rng, s.left + 146, s.top + 98, 64, 34, (30, 30, 60)))
        s.t(176, 156, " ".join(invent_name(rng, male=True)), 7, align="centre", bold=True)
        s.d.stamp(
            s.left + 146, s.top + 122, f"CÔNG AN {province.full_name.upper()}", diameter=60, colour=SEAL_RED
        )

    both_sides(d, rng, (front, back), sheet=True, wide=OLD_WIDE, high=OLD_HIGH)
    return d.finish("chung_minh_nhan_dan", "chung_minh_nhan_dan", "typed" if typed else "printed")
