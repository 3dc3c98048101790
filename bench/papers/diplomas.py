"""School and university diplomas."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from bench.papers.grounds import framed, tinted
from bench.papers.invent import invent_person, office_day, signer
from bench.papers.kit import Draft
from bench.papers.pieces import SPOKEN, BenchPaper, Values, pick_family
from samples.fonts import FontBook
from samples.ink import emblem_painter
from samples.papers.common import MM
from samples.people import Person, day_between
from samples.sheet import Colour

_RED: Colour = (190, 20, 34)
_SCHOOLS = (("TRƯỜNG ĐẠI HỌC BẰNG LĂNG", "BANG LANG UNIVERSITY"), ("TRƯỜNG ĐẠI HỌC KỸ THUẬT HOA GẠO", "HOA GAO UNIVERSITY OF TECHNOLOGY"),
            ("HỌC VIỆN NÔNG LÂM CẦU MÂY", "CAU MAY ACADEMY OF AGRICULTURE AND FORESTRY"))  # fmt: skip
_MAJORS = (("Công nghệ thông tin", "Information Technology", "KỸ SƯ", "ENGINEER"), ("Kế toán", "Accounting", "CỬ NHÂN", "BACHELOR"),
           ("Luật", "Law", "CỬ NHÂN", "BACHELOR"), ("Quản lý đất đai", "Land Administration", "KỸ SƯ", "ENGINEER"))  # fmt: skip
_GRADES = (("Trung bình", "Ordinary"), ("Khá", "Good"), ("Giỏi", "Very good"), ("Xuất sắc", "Excellent"))
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _holder(rng: random.Random, issued: date, age: int) -> tuple[Values, Person]:
    person = invent_person(
        rng, day_between(rng, date(issued.year - age - 2, 1, 1), date(issued.year - age, 6, 1))
    )
    v = Values()
    v.say("full_name", person.name)
    v.day("birth_date", person.born, rng.choice(("{d:02d}/{m:02d}/{y}", "{d:02d} tháng {m:02d} năm {y}")))
    v.say("sex", person.sex)
    v.say("ethnicity", person.ethnicity)
    v.say("birth_place", person.birth_province.name)
    v.day("issued_on", issued, SPOKEN)
    v.say("signer_name", signer(rng))
    return v, person


def secondary(book: FontBook, rng: random.Random) -> BenchPaper:
    """Bằng tốt nghiệp trung học phổ thông: one landscape half sheet with a red frame."""
    issued = office_day(rng, date(2010, 7, 20))
    v, person = _holder(rng, issued, 17)
    province = person.birth_province.current(issued)
    v.say("issuer", f"SỞ GIÁO DỤC VÀ ĐÀO TẠO {province.full_name.upper()}")
    v.say("signer_title", "GIÁM ĐỐC")
    v.say("school", f"THPT {person.home.commune}")
    v.say("graduation_year", str(issued.year))
    v.say("diploma_number", f"{rng.choice('ABC')} {rng.randint(100000, 9999999):07d}")
    v.say("registry_number", f"{rng.randint(1, 4900)}/{rng.choice(('THPT', 'BTN'))}-{issued.year}")
    v.say("grade", rng.choice(_GRADES[:3])[0])
    old = issued.year < 2019
    d = Draft(
        book,
        rng,
        v,
        family=pick_family(rng, book),
        size=13,
        width=210 * MM,
        height=148 * MM,
        left=26 * MM,
        right=22 * MM,
        top=13 * MM,
    )
    d.under(framed((190, 40, 50), 6 * MM, lines=3))
    d.under(tinted((255, 250, 232), (250, 232, 190), step=9))
    d.value_style = {"bold": True}
    d.y = d.nation(d.sheet.width / 2, d.y + 6, size=11.5) + 15
    d.text("[issuer]", align="centre", bold=True, size=10.5, after=2)
    d.text("cấp", align="centre", italic=True, after=5)
    d.text("BẰNG TỐT NGHIỆP", align="centre", bold=True, size=21, colour=_RED)
    d.text("TRUNG HỌC PHỔ THÔNG", align="centre", bold=True, size=14, colour=_RED, after=8)
    mister = "Cho" if rng.random() < 0.5 else "Cấp cho"
    d.lines(f"""
        <1.6 1> {mister}: [full_name] | Giới tính: [sex]
        <1.3 1> Ngày sinh: [birth_date] | Nơi sinh: [birth_place]
        <1.3 1> Học sinh trường: [school] | Dân tộc: [ethnicity]
        """)
    if old:
        d.row("Xếp loại tốt nghiệp: [grade]", "Năm tốt nghiệp: [graduation_year]", shares=(1.3, 1))
    else:
        d.row("Đã tốt nghiệp trung học phổ thông năm [graduation_year]")
    y = d.y + 4
    d.value_style = {}
    d.put(d.x0, y + 56, "Số hiệu: **[diploma_number]**", size=d.size - 2)
    d.put(d.x0, y + 72, "Số vào sổ cấp bằng: [registry_number]", size=d.size - 2)
    d.y = y
    d.text(f"{province.name}, [issued_on]", italic=True, align="centre", x0=d.x1 - 240)
    d.sign(d.x1 - 120, "[signer_title]", seal=v.truth["issuer"][:30], room=40)
    return d.finish("bang_tot_nghiep", "bang_tot_nghiep", "secondary")


def university(book: FontBook, rng: random.Random) -> BenchPaper:
    """A university diploma with English in the left column and Vietnamese in the right."""
    issued = office_day(rng, date(2012, 6, 20))
    v, person = _holder(rng, issued, 22)
    school, english = rng.choice(_SCHOOLS)
    major, field, degree, title = rng.choice(_MAJORS)
    grade, grade_english = rng.choice(_GRADES)
    v.say("school", school)
    v.say("major", major)
    v.say("grade", grade)
    v.say("graduation_year", str(issued.year))
    v.say("diploma_number", f"QH {rng.randint(10000, 99999)}")
    v.say("registry_number", f"{issued.year}.{rng.randint(1, 9999):04d}")
    v.say("signer_title", "GIÁM ĐỐC" if school.startswith("HỌC VIỆN") else "HIỆU TRƯỞNG")
    d = Draft(
        book,
        rng,
        v,
        family=pick_family(rng, book),
        size=12.5,
        width=297 * MM,
        height=210 * MM,
        left=22 * MM,
        right=22 * MM,
        top=16 * MM,
    )
    d.under(framed((176, 130, 50), 8 * MM, lines=3))
    d.under(tinted((255, 252, 240), (246, 236, 206), step=12))
    middle = d.sheet.width / 2
    left, right = (d.x0 + middle - 8) / 2, (middle + 8 + d.x1) / 2
    top = d.y + 8
    d.put(left, top, "SOCIALIST REPUBLIC OF VIETNAM", align="centre", bold=True, size=12)
    d.put(left, top + 16, "Independence - Freedom - Happiness", align="centre", bold=True, size=12)
    d.nation(right, top, size=12)
    d.sheet.overlay(emblem_painter(middle, top + 46, 20))
    born = f"{person.born.day} {_MONTHS[person.born.month - 1]} {person.born.year}"
    v.printed["name_english"] = person.name
    rows = [
        (f"**THE {'PRESIDENT' if v.truth['signer_title'] == 'GIÁM ĐỐC' else 'RECTOR'} OF**", f"**{v.truth['signer_title']}**"),
        (f"**{english}**", "**[school]**"), ("has conferred", "cấp"),
        (f"**THE DEGREE OF {title}**", f"**BẰNG {degree}**"),
        (f"in {field}", "Ngành: [major]"), (f"upon {person.name}", "Cho: **[full_name]**"),
        (f"Date of birth: {born}", "Ngày sinh: [birth_date]"), (f"Graduation grade: {grade_english}", "Hạng tốt nghiệp: [grade]"),
        (f"Year of graduation: {issued.year}", "Năm tốt nghiệp: [graduation_year]"),
    ]  # fmt: skip
    d.y = top + 84
    for index, (one, two) in enumerate(rows):
        y = d.y
        size, colour = (17, _RED) if index == 3 else (None, None)
        align = "centre" if index < 4 else "left"
        for text, a, b in ((one, d.x0, middle - 8), (two, middle + 8, d.x1)):
            d.y = y
            d.text(text, align=align, x0=a, x1=b, size=size, colour=colour)
        d.y = max(d.y, y + d.size * 1.5) + 2
    y = d.y + 8
    d.put(d.x0, y + 60, "Reg. No: [=" + v.truth["registry_number"] + "]", size=11)
    d.put(d.x0, y + 44, "Serial number: [=" + v.truth["diploma_number"] + "]", size=11)
    d.put(middle + 8, y + 82, "Số hiệu: [diploma_number]", size=11)
    d.put(middle + 8, y + 98, "Số vào sổ gốc cấp văn bằng: [registry_number]", size=11)
    d.y = y
    d.text(
        f"{person.home.province.current(issued).name}, [issued_on]",
        italic=True,
        align="centre",
        x0=d.x1 - 250,
    )
    d.sign(d.x1 - 125, "[signer_title]", seal=school[:30], room=48)
    paper = d.finish("bang_tot_nghiep", "bang_tot_nghiep", "university")
    return replace(
        paper, fields={**paper.fields, "issuer": school}
    )  # the school gives it, and is printed once


def university_single(book: FontBook, rng: random.Random) -> BenchPaper:
    """A university diploma on one upright page, each line in both languages."""
    issued = office_day(rng, date(2020, 6, 20))
    v, person = _holder(rng, issued, 22)
    school, english = rng.choice(_SCHOOLS)
    major, field, degree, title = rng.choice(_MAJORS)
    grade, grade_english = rng.choice(_GRADES)
    for name, value in (("school", school), ("major", major), ("grade", grade)):
        v.say(name, value)
    v.say("graduation_year", str(issued.year))
    v.say("diploma_number", f"{rng.choice('ABEG')}{rng.randint(1000000, 9999999)}")
    v.say("registry_number", f"{rng.randint(10, 999)}/{issued.year}/ĐH")
    v.say("signer_title", "GIÁM ĐỐC" if school.startswith("HỌC VIỆN") else "HIỆU TRƯỞNG")
    d = Draft(book, rng, v, family=pick_family(rng, book, sans=True), size=12.5, left=30 * MM, right=24 * MM)
    d.under(framed((60, 90, 150), 9 * MM))
    d.y = d.nation(d.sheet.width / 2, d.y + 14, size=12, english=True) + 30
    d.text("[school]", align="centre", bold=True, size=14)
    d.text(english, align="centre", italic=True, after=16)
    d.text("BẰNG TỐT NGHIỆP ĐẠI HỌC", align="centre", bold=True, size=20, colour=_RED)
    d.text(f"{title.capitalize()}'s degree", align="centre", italic=True, after=12)
    d.gap = 0.5
    d.lines(f"""
        Họ và tên / //Full name//: **[full_name]**
        Ngày sinh / //Date of birth//: [birth_date]
        Giới tính / //Gender//: [sex]
        Nơi sinh / //Place of birth//: [birth_place]
        Danh hiệu / //Degree//: {degree.capitalize()}
        Ngành đào tạo / //Major//: [major] (//{field}//)
        Xếp loại tốt nghiệp / //Classification//: [grade] (//{grade_english}//)
        Năm tốt nghiệp / //Year of graduation//: [graduation_year]
        """)
    d.y += 12
    d.text(
        f"{person.home.province.current(issued).name}, [issued_on]",
        italic=True,
        align="centre",
        x0=d.x1 - 240,
    )
    y = d.y
    d.sign(d.x1 - 120, "[signer_title]", seal=school[:30])
    d.put(d.x0, y + 70, "Số hiệu / //No.//: [diploma_number]")
    d.put(d.x0, y + 88, "Số vào sổ / //Reg. No.//: [registry_number]")
    if rng.random() < 0.6:
        d.qr(f"{v.truth['diploma_number']}|{person.name}|{issued.year}", d.x0, y - 14, 62)
    paper = d.finish("bang_tot_nghiep", "bang_tot_nghiep", "university-one")
    return replace(
        paper, fields={**paper.fields, "issuer": school}
    )  # the school gives it, and is printed once


DIPLOMAS = {
    "bang_tot_nghiep": {"secondary": secondary, "university": university, "university-one": university_single}
}
