"""Certificates of marital status."""

from __future__ import annotations

import random
from datetime import date

from bench.papers.invent import (
    adult,
    committee,
    district_office,
    office_day,
    shift,
    signer,
    title_lines,
)
from bench.papers.kit import Draft
from bench.papers.pieces import DASHED, DOTTED, SPOKEN, BenchPaper, Values, pick_family
from samples.fonts import FontBook
from samples.people import Person, day_between
from samples.places import capital

_STATES = (
    "chưa đăng ký kết hôn với ai",
    "hiện tại chưa đăng ký kết hôn với ai",
    "đã ly hôn theo Bản án số 27/2019/HNGĐ-ST của Tòa án nhân dân, hiện tại chưa đăng ký kết hôn với ai",
)
_PURPOSES = (
    "Để làm thủ tục đăng ký kết hôn",
    "Bổ túc hồ sơ vay vốn ngân hàng",
    "Làm thủ tục mua bán nhà đất",
    "Đăng ký kết hôn",
)


def single_new(book: FontBook, rng: random.Random) -> BenchPaper:
    """The certificate of marital status as registers print it now, valid for six months."""
    issued = office_day(rng, date(2020, 8, 3))
    v, person = _single_values(rng, issued)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=13)
    issuer = committee(person.home, issued, rng)
    v.say("issuer", " ".join(issuer))
    v.say("number", f"{rng.randint(3, 640)}/UBND-XNTTHN")
    v.say("place", person.home.commune)
    v.day("issued_on", issued, SPOKEN)
    titles, title = title_lines(rng)
    v.say("signer_title", title)
    parent = ["[issuer_parent]"] if district_office(person.home, issued, v) else []
    d.head(
        *parent,
        *(f"**{d.part('issuer', line)}**" for line in issuer),
        number="Số: [number]",
        right="[place], [issued_on]",
    )
    d.title("GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN", size=15, after=4)
    d.text("**XÁC NHẬN:**", align="centre", after=4)
    d.lines("""
        Họ, chữ đệm, tên: [full_name]
        Ngày, tháng, năm sinh: [birth_date]
        <1 1 1.2> Giới tính: [sex] | Dân tộc: [ethnicity] | Quốc tịch: [nationality]
        Giấy tờ tùy thân: [=Thẻ căn cước công dân số] [personal_id]
        Nơi cư trú: [residence]
        Trong thời gian cư trú tại: [period]
        Tình trạng hôn nhân: [marital_status]
        Giấy này được sử dụng để: [purpose]
        """)
    d.text("Giấy này có giá trị đến hết ngày [valid_to].", after=14)
    d.sign(d.x1 - 110, *titles, "[signer_title]", seal=f"U.B.N.D {person.home.commune_name.upper()}")
    return d.finish("xac_nhan_tinh_trang_hon_nhan", "xac_nhan_tinh_trang_hon_nhan", "form")


def _single_values(rng: random.Random, issued: date) -> tuple[Values, Person]:
    person = adult(rng, issued)
    v = Values()
    v.say("full_name", person.name.upper())
    v.day("birth_date", person.born, rng.choice((DOTTED, DASHED, "{d:02d}/{m:02d}/{y}")))
    v.say("sex", person.sex)
    v.say("ethnicity", person.ethnicity)
    v.say("nationality", "Việt Nam")
    v.say("personal_id", person.personal_id)
    v.say("residence", capital(person.home.address(issued)))
    since = day_between(rng, shift(issued, -3000), shift(issued, -300))
    v.say("period", f"{person.home.levels(issued)[0]} từ ngày {since:%d/%m/%Y} đến ngày {issued:%d/%m/%Y}")
    v.say("marital_status", rng.choice(_STATES))
    v.say("purpose", rng.choice(_PURPOSES))
    month = issued.month + 6
    v.day("valid_to", date(issued.year + (month > 12), (month - 1) % 12 + 1, min(issued.day, 28)))
    v.say("signer_name", signer(rng))
    return v, person


def single_letter(book: FontBook, rng: random.Random) -> BenchPaper:
    """The certificate as running text with the person's data in one paragraph each."""
    issued = office_day(rng, date(2012, 2, 1), date(2020, 6, 30))
    v, person = _single_values(rng, issued)
    del v.truth["valid_to"]
    d = Draft(book, rng, v, family=pick_family(rng, book), size=13.5)
    d.leading, d.gap = 1.45, 0.15
    v.say("issuer", f"ỦY BAN NHÂN DÂN {person.home.commune_name.upper()}")
    v.say("number", f"{rng.randint(3, 340)}/XN-UBND")
    v.say("place", capital(person.home.commune_name))
    v.day("issued_on", issued, SPOKEN)
    v.say("signer_title", "PHÓ CHỦ TỊCH")
    d.head("**[issuer]**", number="Số: [number]", right="[place], [issued_on]")
    d.title("GIẤY XÁC NHẬN", "TÌNH TRẠNG HÔN NHÂN", size=15)
    d.text(f"Ủy ban nhân dân {person.home.commune_name} xác nhận:", indent=28)
    d.text("Ông/Bà: [full_name]     Giới tính: [sex]", indent=28)
    d.text("Sinh ngày [birth_date];  Dân tộc: [ethnicity];  Quốc tịch: [nationality]", indent=28)
    d.text("Số CMND/CCCD/Hộ chiếu: [personal_id]", indent=28)
    d.text("Nơi thường trú/tạm trú: [residence]", indent=28)
    d.text("Về tình trạng hôn nhân: [marital_status].", indent=28)
    d.text("Mục đích sử dụng giấy xác nhận: [purpose].", indent=28, after=4)
    d.text("Giấy xác nhận này có giá trị 6 (sáu) tháng kể từ ngày cấp.", italic=True, indent=28, after=16)
    d.sign(
        d.x1 - 110,
        "TM. ỦY BAN NHÂN DÂN",
        "KT. CHỦ TỊCH",
        "[signer_title]",
        seal=f"U.B.N.D {person.home.commune_name.upper()}",
    )
    return d.finish("xac_nhan_tinh_trang_hon_nhan", "xac_nhan_tinh_trang_hon_nhan", "letter")


SINGLE = {"xac_nhan_tinh_trang_hon_nhan": {"form": single_new, "letter": single_letter}}
