"""Extracts of the death register."""

from __future__ import annotations

import random
from datetime import date

from bench.papers.invent import committee, office_day, signer, title_lines
from bench.papers.kit import Draft
from bench.papers.pieces import DASHED, SPOKEN, SPOKEN_BARE, BenchPaper, Values, pick_family
from samples.fonts import FontBook
from samples.papers.common import MM
from samples.people import Person, day_between, invent_person, workday
from samples.places import capital
from samples.words import date_in_words

_CAUSES = (
    "Bệnh già",
    "Ung thư gan giai đoạn cuối",
    "Tai biến mạch máu não",
    "Suy tim",
    "Tai nạn giao thông",
    "Suy hô hấp",
)


def _values(rng: random.Random, written: str, *, upper: bool) -> tuple[Values, Person, date]:
    died = day_between(rng, date(2008, 1, 4), date(2026, 8, 1))
    person = invent_person(rng, day_between(rng, date(died.year - 94, 1, 1), date(died.year - 30, 1, 1)))
    registered = workday(date.fromordinal(died.toordinal() + rng.randint(1, 14)))
    issued = office_day(rng, max(registered, date(2016, 3, 1)))
    v = Values()
    v.say("full_name", person.name.upper() if upper else person.name)
    v.day("birth_date", person.born, written)
    v.say("sex", person.sex)
    v.say("ethnicity", person.ethnicity)
    v.say("nationality", "Việt Nam")
    v.say("residence", capital(person.home.address(died)))
    v.say("personal_id", person.personal_id)
    v.say("died_at", f"{rng.randint(0, 23):02d} giờ {rng.randint(0, 59):02d} phút")
    v.day("died_on", died, written)
    v.printed["in_words"] = date_in_words(died)
    v.say(
        "death_place",
        rng.choice(
            (f"Bệnh viện đa khoa {person.home.province.full_name}", f"Tại nhà, {person.home.address(died)}")
        ),
    )
    v.say("death_cause", rng.choice(_CAUSES))
    v.say("registered_at", person.home.committee(registered))
    v.day("registered_on", registered, written)
    v.say("book_number", f"{rng.randint(1, 3):02d}/{registered.year}")
    v.day("issued_on", issued, SPOKEN)
    v.say("signer_name", signer(rng))
    return v, person, issued


def extract_form(book: FontBook, rng: random.Random) -> BenchPaper:
    """The extract as a dotted form."""
    v, person, issued = _values(rng, "{d:02d}/{m:02d}/{y}", upper=True)
    v.say("number", f"{rng.randint(4, 350)}/TLKT-BS")
    issuer = committee(person.home, issued, rng)
    v.say("issuer", " ".join(issuer))
    v.say("place", person.home.commune)
    titles, title = title_lines(rng)
    v.say("signer_title", title)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=12.5)
    d.head(
        *(f"**{d.part('issuer', line)}**" for line in issuer),
        number="Số: [number]",
        right="[place], [issued_on]",
    )
    d.title("TRÍCH LỤC KHAI TỬ", "(BẢN SAO)", size=16)
    d.leaders = rng.choice(("after", "under", "none"))
    d.gap = 0.36
    d.lines("""
        Họ, chữ đệm, tên: [full_name]
        Ngày, tháng, năm sinh: [birth_date]
        <1 1 1.2> Giới tính: [sex] | Dân tộc: [ethnicity] | Quốc tịch: [nationality]
        Số định danh cá nhân: [personal_id]
        Nơi cư trú cuối cùng: [residence]
        Đã chết vào lúc: [died_at], ngày [died_on]
        Ghi bằng chữ: [in_words]
        Nơi chết: [death_place]
        Nguyên nhân chết: [death_cause]
        Đăng ký khai tử tại: [registered_at]
        """)
    d.row(f"Số: [={rng.randint(1, 120)}]", "Quyển số: [book_number]", "ngày [registered_on]")
    d.leaders = "none"
    d.y += 14
    d.sign(
        d.x1 - 100,
        "NGƯỜI KÝ TRÍCH LỤC",
        *titles,
        "[signer_title]",
        seal=f"U.B.N.D {person.home.commune_name.upper()}",
    )
    return d.finish("trich_luc_khai_tu", "trich_luc_khai_tu", "form")


def extract_table(book: FontBook, rng: random.Random) -> BenchPaper:
    """The extract as a ruled table of labels and values."""
    v, person, _issued = _values(rng, rng.choice((DASHED, SPOKEN_BARE)), upper=False)
    v.say("number", f"{rng.randint(4, 350)}/TLKT")
    v.say("issuer", f"ỦY BAN NHÂN DÂN {person.home.commune_name.upper()}")
    v.say("place", capital(person.home.commune_name))
    v.say("signer_title", "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH")
    d = Draft(book, rng, v, family=pick_family(rng, book, sans=True), size=12.5)
    d.y = d.nation(d.sheet.width / 2, d.y, size=12) + 22
    top = d.y
    d.text("[issuer]", bold=True, align="centre", x1=d.x0 + 190, x0=d.x0 - 10)
    d.text("Số [number]", align="centre", x1=d.x0 + 190, x0=d.x0 - 10)
    bottom, d.y = d.y, top
    d.text("[place], [issued_on]", italic=True, align="right")
    d.y = bottom + 12
    d.title("TRÍCH LỤC KHAI TỬ", "Bản sao", size=16)
    d.table(
        (1, 2.2),
        (
            ("Họ và tên người đã chết", "[full_name]"), ("Ngày sinh", "[birth_date]"), ("Giới tính", "[sex]"),
            ("Dân tộc / Quốc tịch", "[ethnicity] / [nationality]"), ("Số CCCD/ Số định danh", "[personal_id]"),
            ("Nơi thường trú cuối cùng", "[residence]"), ("Thời gian chết", "[died_at], ngày [died_on]"),
            ("Nơi chết", "[death_place]"), ("Nguyên nhân", "[death_cause]"), ("Nơi đăng ký khai tử", "[registered_at]"),
            ("Ngày đăng ký", "[registered_on]"),
        ),
        heads=0, centred=(), size=d.size,
    )  # fmt: skip
    d.y += 10
    y = d.y
    d.sign(
        d.x1 - 100, "NGƯỜI KÝ TRÍCH LỤC", "[signer_title]", seal=f"U.B.N.D {person.home.commune_name.upper()}"
    )
    d.qr(f"{v.truth['number']}|{person.personal_id}|{person.name}", d.x0, y, 22 * MM)
    return d.finish("trich_luc_khai_tu", "trich_luc_khai_tu", "table")


DEATHS = {"trich_luc_khai_tu": {"form": extract_form, "table": extract_table}}
