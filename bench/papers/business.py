"""Certificates of enterprise registration and building permits."""

from __future__ import annotations

import random
from datetime import date

from bench.papers.grounds import framed, tinted
from bench.papers.invent import (
    adult,
    comma,
    decimal,
    dotted,
    identity,
    money_words,
    office_day,
    phone,
    plot,
    shift,
    signer,
)
from bench.papers.kit import Draft
from bench.papers.pieces import SPOKEN, BenchPaper, Values, pick_family
from samples.fonts import FontBook
from samples.ink import emblem_painter
from samples.papers.common import MM
from samples.people import tax_code
from samples.places import MERGER, capital

_OWN = (
    ("CỎ BIẾC", "CO BIEC"),
    ("MÂY TÍM", "MAY TIM"),
    ("TRĂNG RẰM", "TRANG RAM"),
    ("SAO KHUÊ", "SAO KHUE"),
    ("GIÓ NỒM", "GIO NOM"),
)
_TRADE = (
    ("THƯƠNG MẠI VÀ DỊCH VỤ", "TRADING AND SERVICE"),
    ("CHẾ BIẾN NÔNG SẢN", "AGRICULTURAL PROCESSING"),
    ("XÂY DỰNG", "CONSTRUCTION"),
)


def _company(rng: random.Random, form: tuple[str, str]) -> tuple[str, str, str]:
    own, trade = rng.choice(_OWN), rng.choice(_TRADE)
    return (
        f"{form[0]} {trade[0]} {own[0]}",
        f"{own[1]} {trade[1]} {form[1]}",
        f"{own[1]} {form[1].split()[-1]}",
    )


def _values(rng: random.Random, form: tuple[str, str]) -> Values:
    first = office_day(rng, date(2009, 1, 5), date(2023, 12, 1))
    changes = rng.randint(0, 7)
    v = Values()
    v.say("enterprise_code", tax_code(rng))
    v.day("first_registered_on", first, SPOKEN)
    now = first
    if changes:
        now = office_day(rng, shift(first, 60))
        v.say("change_count", str(changes))
        v.day("changed_on", now, SPOKEN)
    name, foreign, short = _company(rng, form)
    v.say("company_name", name)
    v.say("foreign_name", foreign)
    v.say("short_name", short)
    boss = adult(rng, shift(first, -1500))
    home = boss.home
    v.say("head_office", capital(home.address(now)))
    v.say("phone", phone(rng))
    v.say("email", f"lienhe@{short.split()[0].lower()}{rng.randint(1, 99)}.example.vn")
    capital_sum = rng.choice((500, 900, 1000, 1800, 2500, 4950, 10_000, 68_000)) * 1_000_000
    v.say("charter_capital", str(capital_sum), dotted(capital_sum))
    v.say("charter_capital_in_words", money_words(capital_sum))
    v.say("representative_name", boss.name.upper())
    v.say("representative_sex", boss.sex)
    v.say("representative_title", rng.choice(("Giám đốc", "Tổng giám đốc", "Chủ tịch Hội đồng thành viên")))
    v.day("representative_birth_date", boss.born)
    v.say("representative_ethnicity", boss.ethnicity)
    v.say("representative_nationality", "Việt Nam")
    kind, number, given, where = identity(rng, boss, forms=("CCCD", "CMND", "HC"))
    v.say("representative_identity", number)
    v.printed["paper"] = {
        "CCCD": "Thẻ căn cước công dân",
        "CMND": "Giấy chứng minh nhân dân",
        "HC": "Hộ chiếu",
        "CC": "Thẻ căn cước",
    }[kind]
    v.printed["given"], v.printed["where"] = f"{given:%d/%m/%Y}", where
    v.say("representative_residence", capital(home.address(now)))
    province = home.province.current(now)
    v.printed["province"] = province.full_name.upper()
    department = "SỞ TÀI CHÍNH" if now >= date(2025, 3, 1) else "SỞ KẾ HOẠCH VÀ ĐẦU TƯ"
    v.say("issuer_parent", f"{department} {province.full_name.upper()}")
    v.say("issuer", "PHÒNG ĐĂNG KÝ KINH DOANH")
    v.say("signer_name", signer(rng))
    v.say("signer_title", rng.choice(("TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")))
    people = [adult(rng, shift(first, -1500)) for _ in range(rng.randint(2, 4))]
    parts = [100]
    for _ in people[1:]:
        cut = rng.randint(1, parts[-1] - 1) if parts[-1] > 1 else 0
        parts[-1:] = [parts[-1] - cut, cut]
    for n, (person, share) in enumerate(zip(people, parts, strict=True), 1):
        amount = capital_sum * share // 100
        v.say(f"member_{n}_name", person.name.upper() if rng.random() < 0.5 else person.name)
        v.say(f"member_{n}_capital", str(amount), dotted(amount))
        v.say(f"member_{n}_share", str(share), comma(share))
        v.say(f"member_{n}_identity", person.personal_id)
        v.say(f"member_{n}_residence", capital(person.home.address(now)))
    v.printed["members"] = str(len(people))
    return v


def _head(d: Draft, size: float = 12) -> None:
    d.head("[issuer_parent]", "**[issuer]**", size=size)


def two_members(book: FontBook, rng: random.Random) -> BenchPaper:
    """A limited company with two members or more, numbered headings and a table of members."""
    v = _values(rng, ("CÔNG TY TNHH", "COMPANY LIMITED"))
    for name in ("head_office", "representative_residence"):
        v.say(name, f"{v.truth[name]}, Việt Nam")
    d = Draft(book, rng, v, family=pick_family(rng, book), size=12.5)
    d.under(tinted((255, 253, 246), (244, 238, 214), step=11))
    _head(d, 11.5)
    d.sheet.overlay(emblem_painter(d.sheet.width / 2, d.y + 8, 18))
    d.y += 44
    d.title("GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP", size=15, colour=(186, 24, 36), after=0)
    d.text("CÔNG TY TRÁCH NHIỆM HỮU HẠN HAI THÀNH VIÊN TRỞ LÊN", bold=True, align="centre", after=4)
    d.text("Mã số doanh nghiệp: **[enterprise_code]**", align="centre")
    d.text("//Đăng ký lần đầu: [first_registered_on]//", align="centre")
    if "change_count" in v.truth:
        d.text("//Đăng ký thay đổi lần thứ: [change_count], [changed_on]//", align="centre", after=6)
    d.text("**1. Tên công ty**", after=1)
    d.lines("""
        Tên công ty viết bằng tiếng Việt: **[company_name]**
        Tên công ty viết bằng tiếng nước ngoài: [foreign_name]
        Tên công ty viết tắt: [short_name]
        """)
    d.text("**2. Địa chỉ trụ sở chính**", after=1)
    d.row("[head_office]")
    d.lines("""
        Điện thoại: [phone] | Fax:
        <1.4 1> Email: [email] | Website:
        """)
    d.row("**3. Vốn điều lệ:** [charter_capital] đồng.")
    d.row("Bằng chữ: [charter_capital_in_words]")
    d.text("**4. Danh sách thành viên góp vốn**", after=4)
    rows = [
        (
            "STT",
            "Tên thành viên",
            "Nơi đăng ký hộ khẩu thường trú / trụ sở chính",
            "Giá trị phần vốn góp (VNĐ)",
            "Tỷ lệ (%)",
            "Số giấy tờ",
        )
    ]
    for n in range(1, int(v.printed["members"]) + 1):
        rows.append(
            (
                str(n),
                f"[member_{n}_name]",
                f"[member_{n}_residence]",
                f"[member_{n}_capital]",
                f"[member_{n}_share]",
                f"[member_{n}_identity]",
            )
        )
    d.table((0.4, 1.4, 2.2, 1.25, 0.6, 1.25), rows, size=d.size - 2.5, centred=(0, 4))
    d.text("**5. Người đại diện theo pháp luật của công ty**", after=1)
    _representative(d)
    d.y += 6
    d.sign(d.x1 - 110, "[signer_title]", seal="PHÒNG ĐĂNG KÝ KINH DOANH", room=50)
    return d.finish("gcn_dang_ky_doanh_nghiep", "gcn_dang_ky_doanh_nghiep", "members")


def _representative(d: Draft) -> None:
    d.lines("""
        <1.7 1> * Họ và tên: [representative_name] | Giới tính: [representative_sex]
        Chức danh: [representative_title]
        <1.3 1 1.2> Sinh ngày: [representative_birth_date] | Dân tộc: [representative_ethnicity] | Quốc tịch: [representative_nationality]
        Loại giấy tờ pháp lý của cá nhân: [paper]
        Số giấy tờ pháp lý của cá nhân: [representative_identity]
        <1 1.5> Ngày cấp: [given] | Nơi cấp: [where]
        Địa chỉ thường trú: [representative_residence]
        Địa chỉ liên lạc: [=như trên]
        """)


def one_member(book: FontBook, rng: random.Random) -> BenchPaper:
    """A one-member or joint-stock company, labels and values in two columns inside a frame."""
    v = _values(rng, ("CÔNG TY CỔ PHẦN", "JOINT STOCK COMPANY"))
    d = Draft(book, rng, v, family=pick_family(rng, book, sans=rng.random() < 0.35), size=12.5)
    d.under(framed((178, 140, 60), 8 * MM))
    _head(d, 11)
    d.title(
        "GIẤY CHỨNG NHẬN", "ĐĂNG KÝ DOANH NGHIỆP", "CÔNG TY CỔ PHẦN", size=16, colour=(186, 24, 36), after=0
    )
    d.text("Mã số doanh nghiệp/Mã số thuế: **[enterprise_code]**", align="centre")
    v.printed["first_registered_on"] = v.printed["first_registered_on"].removeprefix("ngày ")
    d.text("Đăng ký lần đầu, ngày [first_registered_on]", align="centre", italic=True)
    if "change_count" in v.truth:
        d.text("Đăng ký thay đổi lần thứ [change_count], [changed_on]", align="centre", italic=True, after=8)
    wide = (1.05, 2)
    rows = (
        ("**1. Tên công ty**", ""), ("Bằng tiếng Việt", "**[company_name]**"), ("Bằng tiếng nước ngoài", "[foreign_name]"),
        ("Tên viết tắt", "[short_name]"), ("**2. Trụ sở chính**", "[head_office]"), ("Số điện thoại", "[phone]"),
        ("Thư điện tử", "[email]"), ("**3. Vốn điều lệ**", "[charter_capital] đồng"), ("Vốn bằng chữ", "[charter_capital_in_words]"),
        ("Mệnh giá cổ phần", "10.000 đồng"), ("**4. Người đại diện theo pháp luật**", ""),
        ("Họ, chữ đệm và tên", "[representative_name]"), ("Giới tính", "[representative_sex]"),
        ("Chức danh", "[representative_title]"), ("Ngày, tháng, năm sinh", "[representative_birth_date]"),
        ("Dân tộc", "[representative_ethnicity]"), ("Quốc tịch", "[representative_nationality]"),
        ("Giấy tờ chứng thực cá nhân", "[paper]"), ("Số giấy tờ", "[representative_identity]"),
        ("Nơi đăng ký hộ khẩu thường trú", "[representative_residence]"),
    )  # fmt: skip
    for label, value in rows:
        d.row(label + ("" if label.startswith("**") and not value else ":"), value, shares=wide)
    d.y += 14
    d.sign(d.x1 - 110, "[signer_title]", seal="PHÒNG ĐĂNG KÝ KINH DOANH")
    return d.finish("gcn_dang_ky_doanh_nghiep", "gcn_dang_ky_doanh_nghiep", "two-column")


# ── building permits ─────────────────────────────────────────────────────────────────────────────────


def _permit(rng: random.Random) -> tuple[Values, str]:
    issued = office_day(rng, date(2014, 2, 3))
    holder = adult(rng, issued)
    land = plot(rng, holder.home, issued)
    v = Values()
    v.say("number", f"{rng.randint(3, 1400)}/GPXD")
    v.say("holder_name", holder.name)
    v.printed["mister"] = "Ông" if holder.male else "Bà"
    v.say("holder_address", capital(holder.home.address(issued)))
    v.say(
        "work_name",
        rng.choice(("Nhà ở riêng lẻ", "Nhà ở gia đình", "Nhà xưởng sản xuất", "Nhà ở kết hợp kinh doanh")),
    )
    v.say("work_location", land.address)
    v.say("parcel", land.number)
    v.say("map_sheet", land.sheet)
    ground = rng.randint(450, 2200) / 10
    floors = rng.randint(1, 6)
    v.say("floor_area_m2", decimal(ground * floors), comma(ground * floors))
    v.printed["ground"] = comma(ground)
    v.say("floors", str(floors), f"{floors:02d}")
    height = rng.choice((3.9, 7.5, 10.8, 14.25, 17.7, 21.3))
    v.say("height_m", decimal(height), comma(height))
    v.say("density_percent", str(rng.randint(40, 100)))
    v.printed["ratio"] = comma(round(floors * 0.8, 1))
    v.say(
        "designer",
        rng.choice(
            (
                "Công ty TNHH Tư vấn Thiết kế Mái Lá",
                "Công ty cổ phần Kiến trúc Hiên Nắng",
                "Công ty TNHH Xây dựng Nét Thẳng",
            )
        ),
    )
    v.say("valid_note", "12 tháng kể từ ngày cấp")
    v.day("issued_on", issued, SPOKEN)
    after = issued >= MERGER
    place = holder.home
    if after or rng.random() < 0.5:
        v.say(
            "issuer",
            f"ỦY BAN NHÂN DÂN {(place.commune_name if after else f'{place.district_kind} {place.district}').upper()}",
        )
        v.say("signer_title", rng.choice(("CHỦ TỊCH", "PHÓ CHỦ TỊCH")))
        above = "TM. ỦY BAN NHÂN DÂN"
    else:
        v.say("issuer_parent", f"UBND {place.province.full_name.upper()}")
        v.say("issuer", "SỞ XÂY DỰNG")
        v.say("signer_title", "PHÓ GIÁM ĐỐC")
        above = "KT. GIÁM ĐỐC"
    v.say("place", place.commune if after else place.district)
    v.say("signer_name", signer(rng))
    return v, above


def permit_house(book: FontBook, rng: random.Random) -> BenchPaper:
    """A permit for a house with numbered points and dashes."""
    v, above = _permit(rng)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=13)
    parent = ["[issuer_parent]"] if "issuer_parent" in v.truth else []
    d.head(*parent, "**[issuer]**", number="Số: [number]", right="[place], [issued_on]")
    d.title("GIẤY PHÉP XÂY DỰNG", "(Sử dụng cho nhà ở riêng lẻ)", size=16)
    d.gap = 0.22
    d.lines("""
        1. Cấp cho: [mister] [holder_name]
        Địa chỉ: [holder_address]
        2. Được phép xây dựng công trình: [work_name]
        Theo thiết kế do: [designer] lập
        Gồm các nội dung sau đây:
        - Vị trí xây dựng: [work_location]
        - Thửa đất số: [parcel], tờ bản đồ số: [map_sheet]
        - Cốt nền xây dựng công trình: +0,45m so với cốt vỉa hè
        <1.2 1> - Mật độ xây dựng: [density_percent]% | Hệ số sử dụng đất: [ratio]
        - Chỉ giới đường đỏ, chỉ giới xây dựng: theo quy hoạch được duyệt
        - Diện tích xây dựng tầng 1: [ground] m²
        - Tổng diện tích sàn: [floor_area_m2] m²
        - Chiều cao công trình: [height_m] m; số tầng: [floors] tầng
        """)
    d.text(
        "3. Giấy phép này có hiệu lực khởi công xây dựng trong thời hạn [valid_note]; quá thời hạn trên thì phải đề nghị gia hạn giấy phép xây dựng.",
        after=16,
    )
    y = d.y
    d.text("**//Nơi nhận://**", size=11, x1=d.x0 + 180)
    d.text("- Như mục 1;", size=11, x1=d.x0 + 180)
    d.text("- Lưu: VT.", size=11, x1=d.x0 + 180)
    d.y = y
    d.sign(
        d.x1 - 110,
        above,
        *(("KT. CHỦ TỊCH",) if v.truth["signer_title"] == "PHÓ CHỦ TỊCH" else ()),
        "[signer_title]",
        seal=v.truth["issuer"][:32],
    )
    return d.finish("giay_phep_xay_dung", "giay_phep_xay_dung", "numbered")


def permit_table(book: FontBook, rng: random.Random) -> BenchPaper:
    """A permit whose figures stand in a table."""
    v, above = _permit(rng)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=13)
    parent = ["[issuer_parent]"] if "issuer_parent" in v.truth else []
    d.head(*parent, "**[issuer]**", number="Số [number]", right="[place], [issued_on]")
    d.title("GIẤY PHÉP XÂY DỰNG", size=17)
    v.say("valid_note", "12 tháng, kể từ ngày được cấp giấy phép")
    d.lines("""
        **Cấp cho (chủ đầu tư):** [mister] [holder_name]
        Địa chỉ liên hệ: [holder_address]
        **Được phép xây dựng công trình:** [work_name]
        Địa điểm xây dựng: [work_location]
        Đơn vị thiết kế: [designer]
        """)
    d.y += 8
    d.table(
        (0.4, 2, 1.6),
        (
            ("TT", "Chỉ tiêu", "Nội dung cấp phép"),
            ("1", "Số thửa / số tờ bản đồ", "[parcel] / [map_sheet]"),
            ("2", "Diện tích xây dựng tầng trệt", "[ground] m²"),
            ("3", "Tổng diện tích sàn xây dựng", "[floor_area_m2] m²"),
            ("4", "Số tầng (không kể tầng hầm)", "[floors]"),
            ("5", "Chiều cao công trình", "[height_m] m"),
            ("6", "Mật độ xây dựng", "[density_percent] %"),
        ),
        size=d.size - 0.5,
    )
    d.text("Hiệu lực khởi công: [valid_note].", after=4)
    d.text(
        "Công trình phải được khởi công trong thời hạn nêu trên; khi điều chỉnh thiết kế phải được cơ quan cấp phép chấp thuận.",
        after=16,
    )
    d.sign(
        d.x1 - 110,
        above,
        *(("KT. CHỦ TỊCH",) if v.truth["signer_title"] == "PHÓ CHỦ TỊCH" else ()),
        "[signer_title]",
        seal=v.truth["issuer"][:32],
    )
    return d.finish("giay_phep_xay_dung", "giay_phep_xay_dung", "table")


BUSINESS = {
    "gcn_dang_ky_doanh_nghiep": {"members": two_members, "two-column": one_member},
    "giay_phep_xay_dung": {"numbered": permit_house, "table": permit_table},
}
