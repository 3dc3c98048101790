"""Birth certificates and copies of birth register entries, as offices outside the samples print them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from bench.papers.grounds import framed, tinted
from bench.papers.invent import committee, district_office, title_lines
from bench.papers.kit import Draft
from bench.papers.pieces import DASHED, SPOKEN, SPOKEN_BARE, BenchPaper, Values, pick_family
from samples.fonts import FontBook
from samples.papers.common import MM
from samples.people import BirthRecord, invent_birth
from samples.places import capital
from samples.words import date_in_words


def _values(rng: random.Random, record: BirthRecord, *, upper: bool, written: str) -> Values:
    """Everything a register entry says; `written` is the form of dates."""
    v = Values()
    child = record.child
    v.say("full_name", child.name.upper() if upper else child.name)
    v.day("birth_date", child.born, written)
    v.say("birth_date_in_words", capital(date_in_words(child.born)))
    v.say("sex", child.sex)
    v.say("ethnicity", child.ethnicity)
    v.say("nationality", "Việt Nam")
    v.say("birth_place", record.birth_place)
    v.say("hometown", record.hometown)
    v.say("personal_id", child.personal_id)
    for role, person, home in (
        ("mother", record.mother, record.mother_residence),
        ("father", record.father, record.father_residence),
    ):
        if person is None:
            for part in ("name", "birth_year", "ethnicity", "nationality", "residence"):
                v.printed[f"{role}_{part}"] = ""
            continue
        v.say(f"{role}_name", person.name.upper() if upper else person.name)
        v.say(f"{role}_birth_year", str(person.born.year))
        v.say(f"{role}_ethnicity", person.ethnicity)
        v.say(f"{role}_nationality", "Việt Nam")
        v.say(f"{role}_residence", capital(home))
    v.say("declarant_name", record.declarant.name)
    v.say("registered_at", record.registrar.committee(record.registered_on))
    v.day("registered_on", record.registered_on, written)
    v.say("signer_name", record.signer)
    return v


def certificate_table(book: FontBook, rng: random.Random) -> BenchPaper:
    """A plain certificate with the parents side by side in a ruled table."""
    record = invent_birth(rng, date(2020, 8, 1), date(2026, 8, 30), extract=False)
    v = _values(rng, record, upper=rng.random() < 0.6, written=rng.choice((DASHED, SPOKEN_BARE)))
    issuer = committee(record.registrar, record.registered_on, rng)
    v.say("issuer", " ".join(issuer))
    v.say("number", f"{record.number}/{record.registered_on.year}")
    titles, title = title_lines(rng)
    v.say("signer_title", title)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=12.5)
    d.value_style = {"bold": True} if rng.random() < 0.5 else {}
    d.under(framed((150, 60, 70)))
    d.x0 += 2
    for index, line in enumerate(issuer):
        d.text(
            "[issuer]" if len(issuer) == 1 else d.part("issuer", line), bold=index == len(issuer) - 1, size=12
        )
    d.text("Số: [number]", size=12)
    d.y = 22 * MM
    d.nation(d.x1 - 118, d.y, size=11)
    d.y = 52 * MM
    d.title("GIẤY KHAI SINH", size=20, colour=(180, 30, 40), after=6)
    d.lines(
        """
        Họ, chữ đệm, tên của trẻ: [full_name]
        Sinh ngày: [birth_date]
        Bằng chữ: [birth_date_in_words]
        <1 1 1.3> Giới tính: [sex] | Dân tộc: [ethnicity] | Quốc tịch: [nationality]
        Nơi sinh: [birth_place]
        Quê quán: [hometown]
        Số ĐDCN: [personal_id]
        """
    )
    d.y += 6
    d.table(
        (1.1, 2, 2),
        (
            ("", "NGƯỜI MẸ", "NGƯỜI CHA"),
            ("Họ, chữ đệm, tên", "[mother_name]", "[father_name]"),
            ("Năm sinh", "[mother_birth_year]", "[father_birth_year]"),
            ("Dân tộc", "[mother_ethnicity]", "[father_ethnicity]"),
            ("Quốc tịch", "[mother_nationality]", "[father_nationality]"),
            ("Nơi cư trú", "[mother_residence]", "[father_residence]"),
        ),
        centred=(),
    )
    d.lines(
        """
        Người đi khai sinh: [declarant_name]
        Nơi đăng ký: [registered_at]
        Ngày đăng ký: [registered_on]
        """
    )
    d.y += 12
    d.sign(d.x1 - 100, *titles, "[signer_title]", seal=f"U.B.N.D {record.registrar.commune_name.upper()}")
    return d.finish("giay_khai_sinh", "giay_khai_sinh", "table")


def certificate_old(book: FontBook, rng: random.Random) -> BenchPaper:
    """The small pre-printed certificate of the 2000s, filled in by pen, half a sheet wide and pink."""
    record = invent_birth(rng, date(1999, 2, 1), date(2007, 12, 1), extract=False)
    v = _values(rng, record, upper=False, written="{d:02d} - {m:02d} - {y}")
    v.say("number", str(record.number))
    v.say("book_number", record.book)
    home = record.registrar
    v.say("signer_title", rng.choice(("CHỦ TỊCH", "PHÓ CHỦ TỊCH")))
    d = Draft(book, rng, v, family=pick_family(rng, book), size=12.5, left=24 * MM, right=20 * MM)
    d.under(tinted((253, 240, 240), (246, 222, 224)))
    d.pen = {n for n in v.truth if n not in {"signer_title", "signer_name"}} | {"*"}
    d.leaders = "under"
    d.leading, d.gap = 1.5, 0.32
    top = d.y
    d.text(f"{home.commune_kind.capitalize()}: [={home.commune}]", x1=d.x0 + 190)
    d.text(f"{home.district_kind.capitalize()}: [={home.district}]", x1=d.x0 + 190)
    d.text(f"{capital(home.province.kind)}: [={home.province.name}]", x1=d.x0 + 190)
    d.y = top
    d.text("Mẫu TP/HT-1999-A.1", x0=d.x1 - 120, italic=True, size=10)
    d.text("Số: [number]", x0=d.x1 - 120)
    d.text("Quyển số: [book_number]", x0=d.x1 - 120)
    d.y += 8
    d.y = d.nation(d.sheet.width / 2, d.y, size=12.5) + 34
    d.title("GIẤY KHAI SINH", "(BẢN CHÍNH)", size=21, colour=(176, 24, 40), after=10)
    d.lines(
        """
        <2.4 1> Họ và tên: [full_name] | Nam, nữ: [sex]
        Sinh ngày: [birth_date]
        (Viết bằng chữ): [birth_date_in_words]
        Nơi sinh: [birth_place]
        <1 1> Dân tộc: [ethnicity] | Quốc tịch: [nationality]
        Quê quán: [hometown]
        """
    )
    d.table(
        (1.3, 2, 2),
        (
            ("Phần khai về cha, mẹ", "Người cha", "Người mẹ"),
            ("Họ và tên", "[father_name]", "[mother_name]"),
            ("Năm sinh", "[father_birth_year]", "[mother_birth_year]"),
            ("Dân tộc", "[father_ethnicity]", "[mother_ethnicity]"),
            ("Quốc tịch", "[father_nationality]", "[mother_nationality]"),
            ("Nơi thường trú/ tạm trú", "[father_residence]", "[mother_residence]"),
        ),
        centred=(),
    )
    d.lines(
        """
        Họ và tên người đứng khai: [declarant_name]
        Nơi đăng ký: [registered_at]
        Đăng ký ngày: [registered_on]
        """
    )
    d.y += 10
    d.sign(
        d.x1 - 105, "TM. ỦY BAN NHÂN DÂN", "[signer_title]", hint="(Ký, ghi rõ họ tên và đóng dấu)",
        seal=f"U.B.N.D {home.commune_name.upper()}", room=50,
    )  # fmt: skip
    return replace(
        d.finish("giay_khai_sinh", "giay_khai_sinh", "old-pen"), unjudged=("issuer", "issuer_parent")
    )


def extract_new(book: FontBook, rng: random.Random) -> BenchPaper:
    """A printed extract with labels in one column and values in the other."""
    record = invent_birth(rng, date(1985, 1, 4), date(2026, 6, 1), extract=True)
    issued = max(record.issued_on, date(2016, 2, 1))
    v = _values(rng, record, upper=True, written="{d:02d}/{m:02d}/{y}")
    issuer = committee(record.registrar, issued, rng)
    v.say("issuer", " ".join(issuer))
    parent = "[issuer_parent]" if district_office(record.registrar, issued, v) else ""
    v.say("number", f"{record.number + 300}/TLKS-BS")
    v.say("place", record.registrar.commune)
    v.day("issued_on", issued, SPOKEN)
    v.printed["number_in_book"] = f"{record.number:03d}"
    v.say("signer_title", rng.choice(("PHÓ CHỦ TỊCH", "CHỦ TỊCH", "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH")))
    d = Draft(book, rng, v, family=pick_family(rng, book, sans=rng.random() < 0.3), size=12.5)
    d.head(
        *filter(None, [parent]), *(f"**{d.part('issuer', line)}**" for line in issuer),
        number="Số: [number]", right="[place], [issued_on]",
    )  # fmt: skip
    d.title("TRÍCH LỤC KHAI SINH", "(Bản sao)", size=16)
    rows = [
        ("Họ, chữ đệm, tên", "[full_name]"), ("Ngày, tháng, năm sinh", "[birth_date]"),
        ("Ghi bằng chữ", "[birth_date_in_words]"), ("Giới tính", "[sex]"), ("Dân tộc", "[ethnicity]"),
        ("Quốc tịch", "[nationality]"), ("Nơi sinh", "[birth_place]"), ("Quê quán", "[hometown]"),
        ("Số định danh cá nhân", "[personal_id]"),
    ]  # fmt: skip
    for label, value in rows:
        d.row(f"{label}", f": {value}", shares=(0.9, 2.1))
    for role, name in (("father", "cha"), ("mother", "mẹ")):
        d.y += 5
        d.row(f"Họ, chữ đệm, tên người {name}", f": [{role}_name]", shares=(0.9, 2.1))
        d.row(
            f"Năm sinh: [{role}_birth_year]", f"Dân tộc: [{role}_ethnicity]", f"Quốc tịch: [{role}_nationality]",
            shares=(1, 1, 1),
        )  # fmt: skip
        d.row("Nơi cư trú", f": [{role}_residence]", shares=(0.9, 2.1))
    d.y += 5
    d.text(
        "Đã đăng ký khai sinh tại [registered_at], số [="
        + v.printed["number_in_book"]
        + "], ngày [registered_on]."
    )
    d.y += 16
    d.sign(
        d.x1 - 100,
        "NGƯỜI KÝ TRÍCH LỤC",
        "[signer_title]",
        seal=f"U.B.N.D {record.registrar.commune_name.upper()}",
    )
    return d.finish("trich_luc_khai_sinh", "trich_luc_khai_sinh", "two-column")


def extract_system(book: FontBook, rng: random.Random) -> BenchPaper:
    """An extract printed by the register's system: everything left, dotted lines, QR at the foot."""
    record = invent_birth(rng, date(2016, 3, 4), date(2026, 6, 1), extract=True)
    issued = max(record.issued_on, date(2022, 2, 1))
    v = _values(rng, record, upper=rng.random() < 0.5, written=DASHED)
    issuer = committee(record.registrar, issued, rng)
    v.say("issuer", " ".join(issuer))
    v.say("number", f"{record.number}/TLKS-BS")
    v.say("place", capital(record.registrar.commune_name))
    v.day("issued_on", issued, SPOKEN)
    v.say("signer_title", "CHỦ TỊCH")
    d = Draft(book, rng, v, family=pick_family(rng, book), size=13)
    d.value_style = {"italic": True} if rng.random() < 0.3 else {"bold": True}
    d.leaders = rng.choice(("after", "under"))
    d.gap = 0.38
    d.y = d.nation(d.sheet.width / 2, d.y, size=12) + 24
    top = d.y
    for line in issuer:
        d.text(
            d.part("issuer", line), bold=True, align="centre", x0=d.x0 - 10, x1=d.x0 + 170, size=d.size - 0.5
        )
    d.text("Số: [number]", align="centre", x0=d.x0 - 10, x1=d.x0 + 170)
    d.y, bottom = top, d.y
    d.text("[place], [issued_on]", italic=True, align="right")
    d.y = bottom + 14
    d.title("TRÍCH LỤC KHAI SINH", "BẢN SAO", size=15)
    d.lines(
        """
        Họ và tên người được khai sinh: [full_name]
        <1.5 1> Ngày, tháng, năm sinh: [birth_date] | Giới tính: [sex]
        Ghi bằng chữ: [birth_date_in_words]
        <1 1> Dân tộc: [ethnicity] | Quốc tịch: [nationality]
        Nơi sinh: [birth_place]
        Quê quán: [hometown]
        Số định danh cá nhân: [personal_id]
        Họ và tên mẹ: [mother_name]
        <1 1 1.2> Năm sinh: [mother_birth_year] | Dân tộc: [mother_ethnicity] | Quốc tịch: [mother_nationality]
        Nơi thường trú/tạm trú: [mother_residence]
        Họ và tên cha: [father_name]
        <1 1 1.2> Năm sinh: [father_birth_year] | Dân tộc: [father_ethnicity] | Quốc tịch: [father_nationality]
        Nơi thường trú/tạm trú: [father_residence]
        Nơi đăng ký khai sinh: [registered_at]
        """
    )
    d.row(f"Số đăng ký: [={record.number}]", "Ngày đăng ký: [registered_on]")
    d.y += 10
    y = d.y
    d.leaders = "none"
    d.sign(
        d.x1 - 100,
        "NGƯỜI KÝ TRÍCH LỤC",
        "[signer_title]",
        seal=f"U.B.N.D {record.registrar.commune_name.upper()}",
        room=50,
    )
    child = record.child
    d.qr(f"{v.truth['number']}|{child.personal_id}|{child.name}|{child.born:%d%m%Y}", d.x0, y, 62)
    return d.finish("trich_luc_khai_sinh", "trich_luc_khai_sinh", "system")


BIRTH = {"giay_khai_sinh": {"table": certificate_table, "old-pen": certificate_old},
         "trich_luc_khai_sinh": {"two-column": extract_new, "system": extract_system}}  # fmt: skip
