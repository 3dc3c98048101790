"""Curricula vitae that people write of themselves, and letters of authority."""

from __future__ import annotations

import random
from datetime import date

from bench.papers.invent import POLICE, adult, capital, office_day, shift, signer
from bench.papers.kit import Draft
from bench.papers.pieces import DASHED, SPOKEN, BenchPaper, Values, pick_family
from samples.fonts import FontBook
from samples.ink import PEN_BLUE, signature_painter
from samples.papers.common import MM
from samples.people import Person, day_between, invent_name
from samples.places import invent_place


def _cv(rng: random.Random, *, upper: bool) -> tuple[Values, Person, date]:
    declared = office_day(rng, date(2017, 3, 1))
    person = adult(rng, declared)
    certified = shift(declared, rng.randint(0, 3))
    v = Values()
    v.say("full_name", person.name.upper() if upper else person.name)
    v.say("other_name", rng.choice(("Không", "Không có")))
    v.day("birth_date", person.born, rng.choice((DASHED, "{d:02d}/{m:02d}/{y}")))
    v.say("sex", person.sex)
    v.say("birth_place", capital(", ".join(person.origin.levels(declared))))
    v.say("hometown", capital(", ".join(person.origin.levels(date(2020, 1, 1)))))
    v.say("residence", capital(person.home.address(declared)))
    v.say("current_address", capital(invent_place(rng).address(declared)))
    v.say("ethnicity", person.ethnicity)
    v.say("religion", rng.choice(("Không", "Không", "Phật giáo", "Công giáo")))
    v.say("personal_id", person.personal_id)
    given = day_between(rng, date(2016, 3, 1), max(date(2016, 6, 1), shift(declared, -90)))
    v.day("id_issued_on", given)
    v.say("id_issuer", rng.choice(POLICE))
    v.say("education", rng.choice(("12/12", "9/12", "12/12", "10/12")))
    v.day("declared_on", declared, SPOKEN)
    v.day("certified_on", certified, SPOKEN)
    v.say("issuer", f"ỦY BAN NHÂN DÂN {person.home.commune_name.upper()}")
    v.say("signer_name", signer(rng))
    v.say("signer_title", rng.choice(("CHỦ TỊCH", "PHÓ CHỦ TỊCH")))
    v.printed["father"] = " ".join(invent_name(rng, male=True, surname=person.surname))
    v.printed["mother"] = " ".join(invent_name(rng, male=False))
    v.printed["phone"] = f"0233{rng.randint(300_0000, 399_9999)}"
    return v, person, declared


def _cv_foot(d: Draft, person: Person, *, pen: bool) -> None:
    """Left the certification by the commune, right the declarer."""
    if d.y + 150 > d.sheet.height - 14 * MM:
        d.next_sheet()
    place = person.home.commune
    y = d.y
    middle = (d.x0 + d.x1) / 2
    right = (middle + d.x1) / 2 + 8
    d.put(right, y, f"{place}, [declared_on]", align="centre", italic=True)
    d.put(right, y + d.size * 1.3, "NGƯỜI KHAI", align="centre", bold=True)
    d.put(right, y + d.size * 2.5, "(Ký, ghi rõ họ tên)", align="centre", italic=True, size=d.size - 2)
    d.sheet.overlay(signature_painter(d.rng, right - 45, y + d.size * 3, 90, 44, PEN_BLUE))
    d.put(right, y + d.size * 3 + 62, f"[={person.name}]", align="centre")
    d.y = y
    left = (d.x0 + middle) / 2 - 4
    d.text("Xác nhận của [issuer]", align="centre", bold=True, x0=d.x0 - 8, x1=middle - 6)
    d.text(f"{place}, [certified_on]", align="centre", italic=True, x0=d.x0 - 8, x1=middle - 6)
    above = ("KT. CHỦ TỊCH",) if d.values.truth["signer_title"].startswith("PHÓ") else ()
    d.sign(
        left,
        *above,
        "[signer_title]",
        seal=f"U.B.N.D {person.home.commune_name.upper()}",
        room=50,
        width=middle - d.x0,
    )


def cv_form(book: FontBook, rng: random.Random) -> BenchPaper:
    """The shop-bought form with numbered dotted lines, filled in by pen."""
    v, person, _ = _cv(rng, upper=True)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=12.5)
    d.pen = set(v.truth) - {"issuer", "signer_name", "signer_title"} | {"*", "father", "mother", "phone"}
    d.y = d.nation(d.sheet.width / 2 + 30, d.y, size=12.5) + 20
    d.photo(d.x0, d.y - 50, 84, 112, male=person.male)
    d.put(d.x0 + 42, d.y + 74, "Ảnh 4 x 6", align="centre", size=9)
    d.y += 22
    d.text("SƠ YẾU LÝ LỊCH", bold=True, size=20, align="centre", x0=d.x0 + 90)
    d.text("(Tự thuật)", align="centre", x0=d.x0 + 90)
    d.y += 38
    d.leaders = "under"
    d.text("I. PHẦN BẢN THÂN", bold=True, after=2)
    d.gap = 0.36
    d.lines("""
        <2 1> 1. Họ và tên khai sinh (viết chữ in hoa): [full_name] | Nam/Nữ: [sex]
        2. Tên thường gọi khác: [other_name]
        <1 1.6> 3. Sinh ngày: [birth_date] | Nơi sinh: [birth_place]
        4. Nguyên quán: [hometown]
        5. Nơi đăng ký hộ khẩu thường trú: [residence]
        6. Chỗ ở hiện nay: [current_address]
        <1 1> 7. Dân tộc: [ethnicity] | Tôn giáo: [religion]
        <1.4 1> 8. Số CMND/CCCD: [personal_id] | Cấp ngày: [id_issued_on]
        Nơi cấp: [id_issuer]
        <1 1> 9. Trình độ văn hóa: [education] | Điện thoại: [phone]
        """)
    d.text("II. QUAN HỆ GIA ĐÌNH", bold=True, after=2)
    d.lines("""
        Họ và tên bố: [father]
        Họ và tên mẹ: [mother]
        """)
    d.leaders = "none"
    d.text(
        "Tôi xin cam đoan những lời khai trên là đúng sự thật, nếu sai tôi xin chịu trách nhiệm trước pháp luật.",
        italic=True,
        after=10,
    )
    d.pen -= {"*"}
    _cv_foot(d, person, pen=True)
    return d.finish("so_yeu_ly_lich", "so_yeu_ly_lich", "form-pen")


def cv_typed(book: FontBook, rng: random.Random) -> BenchPaper:
    """A curriculum typed on a computer, labels and values in two columns, work in a table."""
    v, person, _ = _cv(rng, upper=False)
    d = Draft(book, rng, v, family=pick_family(rng, book, sans=rng.random() < 0.4), size=12.5)
    d.y = d.nation(d.sheet.width / 2, d.y, size=12) + 28
    d.title("SƠ YẾU LÝ LỊCH", "TỰ THUẬT", size=17)
    d.text("THÔNG TIN CÁ NHÂN", bold=True, after=3)
    rows = (
        ("Họ, chữ đệm và tên", "[full_name]"), ("Tên gọi khác", "[other_name]"), ("Ngày, tháng, năm sinh", "[birth_date]"),
        ("Giới tính", "[sex]"), ("Nơi sinh", "[birth_place]"), ("Quê quán", "[hometown]"), ("Dân tộc", "[ethnicity]"),
        ("Tôn giáo", "[religion]"), ("Số thẻ căn cước", "[personal_id]"), ("Ngày cấp", "[id_issued_on]"), ("Nơi cấp", "[id_issuer]"),
        ("Hộ khẩu thường trú", "[residence]"), ("Nơi ở hiện tại", "[current_address]"), ("Trình độ học vấn", "[education]"),
    )  # fmt: skip
    for label, value in rows:
        d.row(f"{label}:", value, shares=(1, 2))
    d.text("QUÁ TRÌNH HỌC TẬP, CÔNG TÁC", bold=True, after=4)
    start = person.born.year + 18
    d.table((1, 2, 1.4), (("Từ - đến", "Đơn vị", "Chức vụ"), (f"{start} - {start + 4}", "Trường Cao đẳng Kỹ thuật Hoa Gạo", "Sinh viên"),
                          (f"{start + 4} - nay", "Hợp tác xã Lúa Vàng", "Nhân viên")))  # fmt: skip
    d.text("Tôi cam đoan những nội dung khai trên đây là đúng.", after=10)
    _cv_foot(d, person, pen=False)
    return d.finish("so_yeu_ly_lich", "so_yeu_ly_lich", "typed")


# ── letters of authority ─────────────────────────────────────────────────────────────────────────────

_SCOPES = (
    "Thay mặt tôi nộp hồ sơ và nhận kết quả giải quyết thủ tục cấp đổi Giấy chứng nhận quyền sử dụng đất",
    "Liên hệ cơ quan có thẩm quyền để làm thủ tục cấp bản sao trích lục hộ tịch",
    "Nhận thay tôi số tiền trợ cấp tại cơ quan bảo hiểm xã hội",
    "Đại diện cho tôi ký các giấy tờ đăng ký xe mô tô",
)


def _authority(rng: random.Random) -> tuple[Values, Person, Person, date]:
    made = office_day(rng, date(2018, 3, 1))
    giver, taker = adult(rng, made), adult(rng, made)
    v = Values()
    for role, person in (("principal", giver), ("agent", taker)):
        v.say(f"{role}_name", person.name)
        v.day(f"{role}_birth_date", person.born)
        v.say(f"{role}_identity", person.personal_id)
        v.say(f"{role}_residence", capital(person.home.address(made)))
        v.printed[f"{role}_given"] = (
            f"{day_between(rng, date(2016, 4, 1), max(date(2017, 1, 1), shift(made, -60))):%d/%m/%Y}"
        )
    v.say("scope", rng.choice(_SCOPES))
    v.day("made_on", made, SPOKEN)
    v.say("place", giver.home.commune)
    v.day("valid_from", made)
    end = date(made.year + 1, made.month, min(made.day, 28))
    v.day("valid_to", end)
    v.say("term", f"{rng.choice(('06', '12', '24'))} tháng kể từ ngày ký")
    return v, giver, taker, made


def _parties_sign(d: Draft, giver: Person, taker: Person, left: str, right: str) -> None:
    if d.y + 110 > d.sheet.height - 14 * MM:
        d.next_sheet()
    y = d.y
    for x, role, person in ((d.x0 + 110, left, taker), (d.x1 - 110, right, giver)):
        d.put(x, y, role, align="centre", bold=True)
        d.put(x, y + d.size * 1.2, "(Ký và ghi rõ họ tên)", align="centre", italic=True, size=d.size - 2)
        d.sheet.overlay(signature_painter(d.rng, x - 45, y + d.size * 1.6, 92, 46, PEN_BLUE))
        d.put(x, y + 82, person.name, align="centre", bold=True)
    d.y = y + 100


def authority_form(book: FontBook, rng: random.Random) -> BenchPaper:
    """A form in parts A, B, C with both sides' data on short lines."""
    v, giver, taker, _ = _authority(rng)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=13)
    d.y = d.nation(d.sheet.width / 2, d.y, size=13) + 18
    d.text("[place], [made_on]", italic=True, align="right", after=6)
    d.title("GIẤY ỦY QUYỀN", size=17)
    d.leaders = rng.choice(("none", "after"))
    for letter, head, role in (("A", "BÊN ỦY QUYỀN", "principal"), ("B", "BÊN NHẬN ỦY QUYỀN", "agent")):
        d.text(f"{letter}. {head}", bold=True, after=2)
        person = giver if role == "principal" else taker
        d.lines(f"""
            <1.6 1> {"Ông" if person.male else "Bà"}: [{role}_name] | Sinh ngày: [{role}_birth_date]
            <1.3 1> Số CCCD: [{role}_identity] | cấp ngày: [={v.printed[role + "_given"]}]
            Địa chỉ thường trú: [{role}_residence]
            """)
    d.text("C. NỘI DUNG VÀ THỜI HẠN", bold=True, after=2)
    d.lines("""
        Nội dung ủy quyền: [scope].
        Thời hạn ủy quyền: Từ ngày [valid_from] đến ngày [valid_to].
        """)
    d.leaders = "none"
    d.text(
        "Bên ủy quyền chịu trách nhiệm về mọi việc do bên nhận ủy quyền thực hiện trong phạm vi nêu trên. Hai bên đã đọc lại và cùng ký tên dưới đây.",
        indent=26,
        align="justify",
        after=14,
    )
    _parties_sign(d, giver, taker, "NGƯỜI ĐƯỢC ỦY QUYỀN", "NGƯỜI ỦY QUYỀN")
    return d.finish("giay_uy_quyen", "giay_uy_quyen", "parts")


def authority_letter(book: FontBook, rng: random.Random) -> BenchPaper:
    """A letter in running text: I the undersigned … authorise."""
    v, giver, taker, _ = _authority(rng)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=13.5)
    d.leading = 1.42
    d.y = d.nation(d.sheet.width / 2, d.y, size=13) + 30
    d.title("GIẤY UỶ QUYỀN" if rng.random() < 0.5 else "GIẤY ỦY QUYỀN", size=18)
    v.printed["made_on"] = v.printed["made_on"].removeprefix("ngày ")
    d.text("Hôm nay, ngày [made_on], tại [place], chúng tôi gồm:", indent=26, after=3)
    d.text("**1. Người ủy quyền:**")
    d.lines("""
        Họ và tên: [principal_name]
        Ngày sinh: [principal_birth_date]
        Số định danh cá nhân/CMND: [principal_identity]
        Nơi cư trú: [principal_residence]
        """)
    d.text("**2. Người được ủy quyền:**")
    d.lines("""
        Họ và tên: [agent_name]
        Ngày sinh: [agent_birth_date]
        Số định danh cá nhân/CMND: [agent_identity]
        Nơi cư trú: [agent_residence]
        """)
    d.text("**3. Phạm vi ủy quyền:** [scope].", align="justify")
    d.text("**4. Thời gian ủy quyền:** [term].", after=14)
    _parties_sign(d, giver, taker, "Bên được ủy quyền", "Bên ủy quyền")
    return d.finish("giay_uy_quyen", "giay_uy_quyen", "letter")


PERSONAL = {
    "so_yeu_ly_lich": {"form-pen": cv_form, "typed": cv_typed},
    "giay_uy_quyen": {"parts": authority_form, "letter": authority_letter},
}
