"""Marriage certificates and extracts of the marriage register."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date

from bench.papers.grounds import framed, tinted
from bench.papers.invent import (
    committee,
    district_office,
    identity,
    office_day,
    shift,
    signer,
    title_lines,
)
from bench.papers.kit import Draft
from bench.papers.pieces import DASHED, SPOKEN, SPOKEN_BARE, BenchPaper, Values, pick_family
from samples.fonts import FontBook
from samples.ink import PEN_BLUE, signature_painter
from samples.papers.common import MM
from samples.people import Person
from samples.places import Place, capital, invent_place


@dataclass(frozen=True)
class _Couple:
    wife: Person
    husband: Person
    home: Place
    married: date
    number: int


def _couple(rng: random.Random, first: date, last: date) -> _Couple:
    married = office_day(rng, first, last)
    home = invent_place(rng)
    age = married.year - rng.randint(22, 44)
    wife = adult_born(rng, age, home, male=False)
    husband = adult_born(
        rng, age - rng.randint(-2, 8), invent_place(rng) if rng.random() < 0.5 else home, male=True
    )
    return _Couple(wife, husband, home, married, rng.randint(1, 240))


def adult_born(rng: random.Random, year: int, home: Place, *, male: bool) -> Person:
    from samples.people import invent_person

    return invent_person(rng, date(year, rng.randint(1, 12), rng.randint(1, 28)), male=male, home=home)


def _values(rng: random.Random, couple: _Couple, written: str, *, upper: bool, old: bool) -> Values:
    v = Values()
    for role, person in (("wife", couple.wife), ("husband", couple.husband)):
        v.say(f"{role}_name", person.name.upper() if upper else person.name)
        v.day(f"{role}_birth_date", person.born, written)
        v.say(f"{role}_ethnicity", person.ethnicity)
        v.say(f"{role}_nationality", "Việt Nam")
        v.say(f"{role}_residence", capital(person.home.address(couple.married)))
        kind, number, issued, where = identity(rng, person, forms=("CMND",) if old else ("CCCD",))
        issued = shift(couple.married, -rng.randint(20, 900))
        v.say(f"{role}_identity", number)
        v.printed[f"{role}_kind"] = {
            "CMND": "Giấy chứng minh nhân dân", "CCCD": "Thẻ căn cước công dân",
        }[kind]  # fmt: skip
        v.printed[f"{role}_short"] = kind
        v.printed[f"{role}_given"] = f"{issued:%d/%m/%Y}"
        v.printed[f"{role}_where"] = where
    v.say("registered_at", couple.home.committee(couple.married))
    v.day("registered_on", couple.married, written)
    v.say("signer_name", signer(rng))
    return v


_PAIR = (
    ("Họ, chữ đệm, tên", "name"), ("Ngày, tháng, năm sinh", "birth_date"), ("Dân tộc", "ethnicity"),
    ("Quốc tịch", "nationality"), ("Nơi cư trú", "residence"),
)  # fmt: skip


def extract_columns(book: FontBook, rng: random.Random) -> BenchPaper:
    """The extract with wife and husband side by side, every label printed twice."""
    couple = _couple(rng, date(1995, 1, 4), date(2026, 5, 1))
    issued = office_day(rng, max(couple.married, date(2016, 3, 1)))
    v = _values(rng, couple, DASHED, upper=True, old=couple.married.year < 2016)
    issuer = committee(couple.home, issued, rng)
    v.say("issuer", " ".join(issuer))
    v.say("number", f"{couple.number + 120}/TLKH-BS")
    v.say("place", couple.home.commune)
    v.day("issued_on", issued, SPOKEN)
    v.say("book_number", f"{rng.randint(1, 4):02d}/{couple.married.year}")
    v.printed["place_in_book"] = str(couple.number)
    titles, title = title_lines(rng)
    v.say("signer_title", title)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=12.5)
    parent = ["[issuer_parent]"] if district_office(couple.home, issued, v) else []
    d.head(
        *parent,
        *(f"**{d.part('issuer', line)}**" for line in issuer),
        number="Số: [number]",
        right="[place], [issued_on]",
    )
    d.title("TRÍCH LỤC KẾT HÔN", "(BẢN SAO)", size=16)
    d.value_style = {"bold": True}
    swap = rng.random() < 0.4
    pair = (("husband", "chồng"), ("wife", "vợ")) if swap else (("wife", "vợ"), ("husband", "chồng"))
    top = d.y
    bottoms = []
    middle = (d.x0 + d.x1) / 2
    for (role, word), (a, b) in zip(pair, ((d.x0, middle - 7), (middle + 7, d.x1)), strict=True):
        d.y = top
        for label, part in _PAIR:
            named = f"{label} {word}" if part == "name" else label
            d.row(f"{named}: [{role}_{part}]", x0=a, x1=b)
        d.row(f"Giấy tờ tùy thân: [={v.printed[f'{role}_short']}] số [{role}_identity]", x0=a, x1=b)
        bottoms.append(d.y)
    d.sheet.rule(middle, top - 10, middle, max(bottoms) - 12, 0.6)
    d.y = max(bottoms) + 4
    d.value_style = {}
    d.lines(
        """
        Đăng ký kết hôn tại: [registered_at]
        <1 1.3 1.2> Số: [place_in_book] | ngày [registered_on] | Quyển số: [book_number]
        """
    )
    d.y += 16
    d.sign(
        d.x1 - 100,
        "NGƯỜI KÝ TRÍCH LỤC",
        *titles,
        "[signer_title]",
        seal=f"U.B.N.D {couple.home.commune_name.upper()}",
    )
    return d.finish("trich_luc_ket_hon", "trich_luc_ket_hon", "side-by-side")


def extract_lines(book: FontBook, rng: random.Random) -> BenchPaper:
    """The extract as one list, the wife's part above the husband's, dotted lines."""
    couple = _couple(rng, date(2018, 7, 4), date(2026, 5, 1))
    issued = office_day(rng, couple.married)
    v = _values(rng, couple, "{d:02d}/{m:02d}/{y}", upper=rng.random() < 0.5, old=False)
    issuer = committee(couple.home, issued, rng)
    v.say("issuer", " ".join(issuer))
    v.say("number", f"{couple.number}/TLKH")
    v.say("place", capital(couple.home.commune_name))
    v.day("issued_on", issued, SPOKEN)
    v.say("signer_title", "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH")
    d = Draft(book, rng, v, family=pick_family(rng, book, sans=rng.random() < 0.4), size=12.5)
    d.head(
        *(f"**{d.part('issuer', line)}**" for line in issuer),
        number="Số [number]",
        right="[place], [issued_on]",
    )
    d.title("TRÍCH LỤC KẾT HÔN", "(Bản sao)", size=15)
    d.leaders = rng.choice(("after", "under"))
    d.gap = 0.36
    for role, word in (("wife", "vợ"), ("husband", "chồng")):
        d.lines(f"""
            Họ và tên {word}: [{role}_name]
            Sinh ngày: [{role}_birth_date]
            <1 1> Dân tộc: [{role}_ethnicity] | Quốc tịch: [{role}_nationality]
            Nơi thường trú/tạm trú: [{role}_residence]
            <1.3 1> Loại giấy tờ tùy thân: [={v.printed[f"{role}_kind"]}] | Số: [{role}_identity]
            Ngày cấp: [={v.printed[f"{role}_given"]}] | Nơi cấp: [=Cục CS QLHC về TTXH]

            """)
    d.lines("""
        Nơi đăng ký kết hôn: [registered_at]
        Ngày, tháng, năm đăng ký: [registered_on]
        """)
    d.leaders = "none"
    d.y += 10
    d.sign(
        d.x1 - 100,
        "NGƯỜI KÝ TRÍCH LỤC",
        "[signer_title]",
        seal=f"U.B.N.D {couple.home.commune_name.upper()}",
        room=50,
    )
    return d.finish("trich_luc_ket_hon", "trich_luc_ket_hon", "one-list")


def certificate_landscape(book: FontBook, rng: random.Random) -> BenchPaper:
    """The certificate on a pink landscape half sheet, a column each, both signatures at the foot."""
    couple = _couple(rng, date(2018, 7, 4), date(2026, 9, 1))
    v = _values(rng, couple, SPOKEN_BARE, upper=True, old=False)
    v.say("number", f"{couple.number}/{couple.married.year}")
    v.say("place", couple.home.commune)
    issuer = committee(couple.home, couple.married, rng)
    v.say("issuer", " ".join(issuer))
    titles, title = title_lines(rng)
    v.say("signer_title", title)
    d = Draft(
        book,
        rng,
        v,
        family=pick_family(rng, book),
        size=14,
        width=297 * MM,
        height=210 * MM,
        left=24 * MM,
        right=22 * MM,
    )
    d.under(framed((196, 60, 84), 8 * MM, lines=3))
    d.under(tinted((254, 241, 243), (250, 218, 226), step=9))
    top = d.y + 4
    d.y = top
    for line in issuer:
        d.text(d.part("issuer", line), bold=True, size=13, x1=d.x0 + 220, align="centre")
    d.text("Số: [number]", size=13, x1=d.x0 + 220, align="centre")
    d.y = d.nation(d.sheet.width / 2 + 70, top, size=12) + 30
    d.title("GIẤY CHỨNG NHẬN KẾT HÔN", size=22, colour=(190, 20, 50), after=4)
    middle = d.sheet.width / 2
    start, bottoms = d.y, []
    for role, word, a, b in (("husband", "chồng", d.x0, middle - 12), ("wife", "vợ", middle + 12, d.x1)):
        d.y = start
        d.value_style = {"bold": True, "italic": True}
        d.lines(
            f"""
            Họ, chữ đệm, tên {word}: [{role}_name]
            Ngày, tháng, năm sinh: [{role}_birth_date]
            Dân tộc: [{role}_ethnicity] | Quốc tịch: [{role}_nationality]
            Nơi cư trú: [{role}_residence]
            Giấy tờ tùy thân: [={v.printed[f"{role}_kind"]} số] [{role}_identity], [=do {v.printed[f"{role}_where"]} cấp ngày {v.printed[f"{role}_given"]}]
            """,
            x0=a,
            x1=b,
        )
        bottoms.append(d.y)
    d.y = max(bottoms) + 2
    d.text("Nơi đăng ký kết hôn: [registered_at]")
    d.text("Ngày, tháng, năm đăng ký: [registered_on]", after=6)
    d.value_style = {}
    y = d.y
    for x, text, person in ((d.x0 + 90, "Chồng", couple.husband), (d.x0 + 260, "Vợ", couple.wife)):
        d.put(x, y, text, align="centre", bold=True)
        d.put(x, y + 13, "(Ký, ghi rõ họ, chữ đệm, tên)", align="centre", italic=True, size=d.size - 2)
        d.sheet.overlay(signature_painter(rng, x - 45, y + 18, 90, 40, PEN_BLUE))
        d.put(x, y + 70, person.name, align="centre")
    d.y = y
    d.sign(d.x1 - 130, *titles, "[signer_title]", seal=f"U.B.N.D {couple.home.commune_name.upper()}", room=44)
    return d.finish("giay_chung_nhan_ket_hon", "giay_chung_nhan_ket_hon", "landscape")


def certificate_pen(book: FontBook, rng: random.Random) -> BenchPaper:
    """The upright pre-printed certificate before 2015, a table filled in by pen."""
    couple = _couple(rng, date(2000, 1, 4), date(2014, 12, 1))
    v = _values(rng, couple, DASHED, upper=False, old=True)
    v.say("number", str(couple.number))
    v.printed["book"] = f"01/{couple.married.year}"
    v.say("signer_title", rng.choice(("CHỦ TỊCH", "PHÓ CHỦ TỊCH")))
    home = couple.home
    d = Draft(book, rng, v, family=pick_family(rng, book), size=13)
    d.pen = {n for n in v.truth if not n.startswith("signer")} | {"*"}
    d.under(framed((70, 110, 160)))
    d.leaders = "none"
    top = d.y
    d.text(f"UBND {home.commune_kind}: [={home.commune}]", x1=d.x0 + 200)
    d.text(f"{home.district_kind.capitalize()}: [={home.district}]", x1=d.x0 + 200)
    d.y = top
    d.text("Số: [number]", x0=d.x1 - 110)
    d.text("Quyển số: [book]", x0=d.x1 - 110)
    d.y = d.nation(d.sheet.width / 2, d.y + 8, size=13) + 34
    d.title("CHỨNG NHẬN KẾT HÔN", size=22, colour=(184, 20, 40), after=6)
    d.table(
        (1.15, 2, 2),
        (
            ("", "Chồng", "Vợ"), ("Họ và tên", "[husband_name]", "[wife_name]"),
            ("Ngày, tháng, năm sinh", "[husband_birth_date]", "[wife_birth_date]"),
            ("Dân tộc", "[husband_ethnicity]", "[wife_ethnicity]"),
            ("Quốc tịch", "[husband_nationality]", "[wife_nationality]"),
            ("Nơi thường trú hoặc tạm trú", "[husband_residence]", "[wife_residence]"),
            ("Số Giấy CMND/ Hộ chiếu", "[husband_identity]", "[wife_identity]"),
            ("Chữ ký", "", ""),
        ),
        centred=(), size=d.size - 0.5,
    )  # fmt: skip
    d.leaders = "under"
    d.lines("""
        Đăng ký tại: [registered_at]
        Ngày đăng ký: [registered_on]
        """)
    d.leaders = "none"
    d.y += 12
    d.sign(
        d.x1 - 105,
        "TM. UBND",
        "[signer_title]",
        hint="(Ký, ghi rõ họ tên, đóng dấu)",
        seal=f"U.B.N.D {home.commune_name.upper()}",
    )
    paper = d.finish("giay_chung_nhan_ket_hon", "giay_chung_nhan_ket_hon", "upright-pen")
    return replace(paper, unjudged=("issuer", "issuer_parent"))


MARRIAGE = {
    "trich_luc_ket_hon": {"side-by-side": extract_columns, "one-list": extract_lines},
    "giay_chung_nhan_ket_hon": {"landscape": certificate_landscape, "upright-pen": certificate_pen},
}
