"""Confirmations of residence (CT07)."""

from __future__ import annotations

import random
from datetime import date

from bench.papers.invent import adult, capital, office_day, shift, signer
from bench.papers.kit import Draft
from bench.papers.pieces import SPOKEN, BenchPaper, Values, pick_family
from samples.fonts import FontBook
from samples.papers.common import MM
from samples.people import Person, day_between, invent_person

_RELATIONS = {True: ("Chồng", "Con đẻ", "Bố đẻ", "Cháu ruột"), False: ("Vợ", "Con đẻ", "Mẹ đẻ", "Cháu ruột")}


def _values(rng: random.Random) -> tuple[Values, Person, date, int]:
    issued = office_day(rng, date(2021, 7, 5))
    person = adult(rng, issued)
    head = person if rng.random() < 0.35 else adult(rng, issued, home=person.home)
    v = Values()
    v.say("full_name", person.name.upper())
    v.day("birth_date", person.born)
    v.say("sex", person.sex)
    v.say("personal_id", person.personal_id)
    home = capital(person.home.address(issued))
    v.say("permanent_residence", home)
    v.say("temporary_residence", rng.choice(("Không", "Không có")))
    v.say("current_residence", home)
    v.say("household_head", head.name.upper())
    v.say(
        "head_relation",
        "Chủ hộ"
        if head is person
        else rng.choice(("Con đẻ", "Vợ" if not person.male else "Chồng", "Em ruột")),
    )
    v.say("head_personal_id", head.personal_id)
    count = rng.randint(1, 4)
    for n in range(1, count + 1):
        born = day_between(rng, date(1950, 1, 1), date(2019, 1, 1))
        member = invent_person(rng, born, home=person.home, surname=person.surname)
        v.say(f"member_{n}_name", member.name)
        v.day(f"member_{n}_birth_date", born)
        v.say(f"member_{n}_personal_id", member.personal_id)
        v.say(f"member_{n}_relation", rng.choice(_RELATIONS[member.male]))
        v.say(f"member_{n}_sex", member.sex)
    v.say(
        "content",
        rng.choice(
            (
                "Xác nhận thông tin về cư trú để bổ sung hồ sơ nhập học cho con",
                "Xác nhận công dân hiện đang thường trú tại địa chỉ nêu trên",
                "Xác nhận thông tin cư trú để làm thủ tục vay vốn",
            )
        ),
    )
    v.day("issued_on", issued, SPOKEN)
    v.day("valid_to", shift(issued, 365), SPOKEN)
    v.say("number", f"{rng.randint(5, 4800)}/XNTT")
    v.say("place", person.home.commune)
    v.say("issuer_parent", f"CÔNG AN {(person.home.levels(issued)[1]).upper()}")
    v.say("issuer", f"CÔNG AN {person.home.commune_name.upper()}")
    v.say("signer_title", rng.choice(("TRƯỞNG CÔNG AN", "PHÓ TRƯỞNG CÔNG AN")))
    v.say("signer_name", signer(rng))
    return v, person, issued, count


def form(book: FontBook, rng: random.Random) -> BenchPaper:
    """The form of the circular with numbered lines and boxes for the digits left out."""
    v, _person, _, count = _values(rng)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=12.5)
    d.put(
        d.x1,
        11 * MM,
        "//Mẫu CT07 ban hành kèm theo TT số 53/2025/TT-BCA//" if rng.random() < 0.5 else "//Mẫu CT07//",
        align="right",
        size=9,
    )
    d.y += 6
    d.head("[issuer_parent]", "**[issuer]**", number="Số: [number]", right="[place], [issued_on]", size=11.5)
    d.title("XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ", size=14.5)
    d.text("**I. Thông tin về cư trú của công dân:**", after=2)
    d.lines("""
        1. Họ, chữ đệm và tên: [full_name]
        <1.6 1> 2. Ngày, tháng, năm sinh: [birth_date] | 3. Giới tính: [sex]
        4. Số định danh cá nhân: [personal_id]
        5. Nơi thường trú: [permanent_residence]
        6. Nơi tạm trú: [temporary_residence]
        7. Nơi ở hiện tại: [current_residence]
        <1.6 1> 8. Họ, chữ đệm và tên chủ hộ: [household_head] | 9. Quan hệ với chủ hộ: [head_relation]
        10. Số định danh cá nhân của chủ hộ: [head_personal_id]
        """)
    d.text("11. Thông tin các thành viên khác trong hộ gia đình:", after=5)
    rows = [
        (
            "TT",
            "Họ, chữ đệm và tên",
            "Ngày, tháng, năm sinh",
            "Giới tính",
            "Số định danh cá nhân",
            "Quan hệ với chủ hộ",
        )
    ]
    for n in range(1, count + 1):
        rows.append(
            (
                str(n),
                f"[member_{n}_name]",
                f"[member_{n}_birth_date]",
                f"[member_{n}_sex]",
                f"[member_{n}_personal_id]",
                f"[member_{n}_relation]",
            )
        )
    d.table((0.4, 1.8, 1.2, 0.7, 1.5, 1.1), rows, size=d.size - 1.5, centred=(0, 2, 3, 4))
    d.text("**II. Nội dung xác nhận:** [content].", after=3)
    d.text("Xác nhận này có giá trị đến hết [valid_to].", italic=True, after=14)
    above = ("KT. TRƯỞNG CÔNG AN",) if v.truth["signer_title"].startswith("PHÓ") else ()
    d.sign(d.x1 - 105, *above, "[signer_title]", seal=v.truth["issuer"])
    return d.finish("xac_nhan_cu_tru", "xac_nhan_cu_tru", "form")


def plain(book: FontBook, rng: random.Random) -> BenchPaper:
    """The confirmation as the police system prints it: labels in the left column, sans serif, six months' value."""
    v, _person, _, count = _values(rng)
    v.say("validity", "06 tháng kể từ ngày ký")
    d = Draft(book, rng, v, family=pick_family(rng, book, sans=True), size=12)
    d.head("[issuer_parent]", "**[issuer]**", number="Số [number]", right="[place], [issued_on]", size=11)
    d.title("GIẤY XÁC NHẬN", "THÔNG TIN VỀ CƯ TRÚ", size=14)
    for label, value in (
        ("Họ và tên", "[full_name]"), ("Ngày sinh", "[birth_date]"), ("Giới tính", "[sex]"), ("Số ĐDCN/CCCD", "[personal_id]"),
        ("Địa chỉ thường trú", "[permanent_residence]"), ("Địa chỉ tạm trú", "[temporary_residence]"),
        ("Địa chỉ hiện tại", "[current_residence]"), ("Chủ hộ", "[household_head]"), ("Quan hệ với chủ hộ", "[head_relation]"),
        ("Số ĐDCN của chủ hộ", "[head_personal_id]"), ("Nội dung xác nhận", "[content]"),
        ("Thời hạn giá trị", "[validity]"),
    ):  # fmt: skip
        d.row(f"{label}:", value, shares=(1, 2.1))
    d.text("Danh sách thành viên trong hộ:", after=5)
    rows = [("STT", "Họ tên", "Ngày sinh", "Quan hệ", "Số ĐDCN")]
    for n in range(1, count + 1):
        rows.append(
            (
                str(n),
                f"[member_{n}_name]",
                f"[member_{n}_birth_date]",
                f"[member_{n}_relation]",
                f"[member_{n}_personal_id]",
            )
        )
    d.table((0.4, 2, 1.1, 1.1, 1.5), rows, centred=(0,))
    d.y += 6
    above = ("KT. TRƯỞNG CÔNG AN",) if v.truth["signer_title"].startswith("PHÓ") else ()
    d.sign(d.x1 - 105, *above, "[signer_title]", seal=v.truth["issuer"])
    return d.finish("xac_nhan_cu_tru", "xac_nhan_cu_tru", "system")


RESIDENCE = {"xac_nhan_cu_tru": {"form": form, "system": plain}}
