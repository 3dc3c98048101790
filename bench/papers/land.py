"""Certificates of land use rights: the pink book of before 2025 and the form of 2024 with its code."""

from __future__ import annotations

import random
from datetime import date

from PIL import Image, ImageDraw

from bench.papers.grounds import tinted
from bench.papers.invent import (
    Plot,
    adult,
    area_words,
    comma,
    decimal,
    identity,
    office_day,
    plot,
    shift,
    signer,
)
from bench.papers.kit import Draft
from bench.papers.pieces import SPOKEN, BenchPaper, Values, pick_family
from samples.fonts import FontBook
from samples.ink import emblem_painter
from samples.papers.common import MM
from samples.people import Person
from samples.places import MERGER, capital
from samples.sheet import Colour, Overlay

_LETTERS = "ABCDEĐGHKLMNPQRSTUVXY"
_PINK: Colour = (252, 226, 226)


def _values(rng: random.Random, issued: date, *, digits: int) -> tuple[Values, Person, Person | None, Plot]:
    owner = adult(rng, shift(issued, -3000))
    spouse = (
        adult(rng, shift(issued, -3000), male=not owner.male, home=owner.home)
        if rng.random() < 0.55
        else None
    )
    land = plot(rng, owner.home, issued)
    v = Values()
    v.say(
        "serial",
        f"{rng.choice('ABCDĐ')}{rng.choice('ABCDGHKLMNPQRSTUVXY')} {rng.randint(10 ** (digits - 1), 10**digits - 1)}",
    )
    number = f"{rng.choice(('CS', 'CH', 'VP'))}{rng.randint(1, 19999):05d}"
    v.say("registry_number", number)
    v.say("owner_name", owner.name)
    v.say("owner_birth_year", str(owner.born.year))
    kind, owner_id, given, where = identity(
        rng, owner, forms=("CCCD", "CMND") if issued.year < 2022 else ("CCCD",)
    )
    v.say("owner_identity", owner_id)
    v.printed["owner_paper"] = {
        "CCCD": "CCCD số",
        "CMND": "CMND số",
        "HC": "Hộ chiếu số",
        "CC": "Căn cước số",
    }[kind]
    v.printed["owner_given"] = f"{given:%d/%m/%Y}"
    v.printed["owner_where"] = where
    v.say("owner_address", capital(owner.home.address(issued)))
    if spouse:
        v.say("spouse_name", spouse.name)
        v.say("spouse_identity", spouse.personal_id)
    v.say("parcel", land.number)
    v.say("map_sheet", land.sheet)
    v.say("parcel_address", land.address)
    v.say("area_m2", decimal(land.area), comma(land.area))
    v.say("area_in_words", area_words(land.area))
    shared = spouse is not None
    v.say(
        "use_form",
        rng.choice(("Sử dụng chung", "Chung")) if shared else rng.choice(("Sử dụng riêng", "Riêng")),
    )
    v.say("land_purpose", land.purpose)
    v.say("use_term", land.term)
    v.say("origin", land.origin)
    v.day("issued_on", issued, SPOKEN)
    v.say("signer_name", signer(rng))
    return v, owner, spouse, land


def _mister(person: Person) -> str:
    return "Ông" if person.male else "Bà"


def _cover(d: Draft, *, new: bool = False) -> None:
    """The front: nation, emblem, the long title in red."""
    x = d.sheet.width / 2
    d.y = d.nation(x, d.y + 8, size=14) + 30
    d.sheet.overlay(emblem_painter(x, d.y + 22, 30))
    d.y += 92
    red: Colour = (196, 22, 36)
    d.text("GIẤY CHỨNG NHẬN", align="centre", bold=True, size=21, colour=red, after=4)
    lines = ("QUYỀN SỬ DỤNG ĐẤT,", "QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT") if new else (
        "QUYỀN SỬ DỤNG ĐẤT", "QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT")  # fmt: skip
    for line in lines:
        d.text(line, align="centre", bold=True, size=14, colour=red)
    d.y += 16


def _sketch(rng: random.Random, x: float, y: float, width: float, height: float) -> Overlay:
    """The plan of the plot: a polygon with corner numbers left out."""
    points = [(x + width * a + rng.uniform(-8, 8), y + height * b + rng.uniform(-8, 8))
              for a, b in ((0.2, 0.15), (0.78, 0.2), (0.84, 0.8), (0.16, 0.72))]  # fmt: skip

    def paint(picture: Image.Image, scale: float) -> None:
        draw = ImageDraw.Draw(picture)
        draw.polygon(
            [(p * scale, q * scale) for p, q in points], outline=(40, 40, 44), width=max(2, round(scale))
        )
        draw.rectangle(
            (x * scale, y * scale, (x + width) * scale, (y + height) * scale),
            outline=(90, 90, 94),
            width=max(1, round(0.7 * scale)),
        )

    return paint


def pink_book(book: FontBook, rng: random.Random) -> BenchPaper:
    """The pink book as a scanner gets it: the opened sheet's outer page with owners, then the inner page."""
    issued = office_day(rng, date(2010, 2, 1), date(2024, 7, 30))
    v, owner, spouse, _land = _values(rng, issued, digits=6)
    place = owner.home
    province = place.province.full_name.upper()
    committee_ = rng.random() < 0.5
    v.say(
        "issuer",
        f"ỦY BAN NHÂN DÂN {place.district_kind.upper()} {place.district.upper()}"
        if committee_
        else f"SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG {province}",
    )
    title = "PHÓ CHỦ TỊCH" if committee_ else "GIÁM ĐỐC"
    v.say("signer_title", title)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=12.5, left=24 * MM, right=22 * MM)
    d.under(tinted(_PINK, (246, 200, 204), step=6))
    _cover(d)
    d.text("**I. Người sử dụng đất, chủ sở hữu nhà ở và tài sản khác gắn liền với đất**", after=4)
    kind = rng.random() < 0.5
    d.text(f"{_mister(owner)}: **[owner_name]**" if kind else f"{_mister(owner)} [owner_name]")
    d.text("Năm sinh: [owner_birth_year], [owner_paper]: [owner_identity]")
    d.text("Địa chỉ thường trú: [owner_address]", after=4)
    if spouse:
        mate = "và vợ là bà" if owner.male else "và chồng là ông"
        d.text(f"{capital(mate)}: **[spouse_name]**")
        d.text(f"Năm sinh: [={spouse.born.year}], CCCD số: [spouse_identity]")
        d.text("Địa chỉ thường trú: [=" + v.printed["owner_address"] + "]")
    d.put(
        d.sheet.width / 2,
        d.sheet.height - 24 * MM,
        "[serial]",
        align="centre",
        bold=True,
        size=18,
        colour=(200, 24, 36),
    )
    d.next_sheet()
    d.under(tinted(_PINK, (246, 200, 204), step=6))
    d.text("**II. Thửa đất, nhà ở và tài sản khác gắn liền với đất**", after=2)
    d.lines("""
        **1. Thửa đất:**
        <1 1> a) Thửa đất số: [parcel], | tờ bản đồ số: [map_sheet],
        b) Địa chỉ: [parcel_address],
        c) Diện tích: [area_m2] m², (bằng chữ: [area_in_words]),
        d) Hình thức sử dụng: [use_form],
        đ) Mục đích sử dụng: [land_purpose],
        e) Thời hạn sử dụng: [use_term],
        g) Nguồn gốc sử dụng: [origin].
        **2. Nhà ở:** -/-
        **3. Công trình xây dựng khác:** -/-
        **4. Rừng sản xuất là rừng trồng:** -/-
        **5. Cây lâu năm:** -/-
        **6. Ghi chú:** Không.
        """)
    d.text("**III. Sơ đồ thửa đất, nhà ở và tài sản khác gắn liền với đất**", after=4)
    y = d.y
    d.sheet.overlay(_sketch(rng, d.x0, y, 200, 150))
    d.y = y + 10
    area = place.district if committee_ else place.province.name
    d.text(f"{area}, [issued_on]", italic=True, align="centre", x0=d.x0 + 210)
    issuer = v.truth["issuer"]
    lines = [d.part("issuer", issuer)]
    above = ("TM.", "KT. CHỦ TỊCH") if committee_ else ("", "")
    d.text((f"{above[0]} " if above[0] else "") + lines[0], bold=True, align="centre", x0=d.x0 + 210)
    d.sign(
        (d.x0 + 210 + d.x1) / 2,
        *filter(None, [above[1]]),
        "[signer_title]",
        seal=issuer.title()[:30].upper(),
        room=46,
    )
    d.y = max(d.y, y + 170)
    d.text("Số vào sổ cấp GCN: [registry_number]", size=d.size - 1)
    return d.finish("gcn_quyen_su_dung_dat", "gcn_quyen_su_dung_dat", "pink-book")


def pink_spread(book: FontBook, rng: random.Random) -> BenchPaper:
    """Two facing pages of the pink book on one landscape sheet, typed close."""
    issued = office_day(rng, date(2014, 7, 6), date(2024, 7, 30))
    v, owner, spouse, _land = _values(rng, issued, digits=6)
    place = owner.home
    v.say("issuer", f"VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI {place.province.full_name.upper()}")
    v.say("signer_title", "PHÓ GIÁM ĐỐC")
    d = Draft(
        book,
        rng,
        v,
        family=pick_family(rng, book),
        size=11.5,
        width=380 * MM,
        height=266 * MM,
        left=18 * MM,
        right=200 * MM,
    )
    d.under(tinted((253, 232, 230), (247, 206, 208), step=8))
    middle = d.sheet.width / 2
    d.sheet.rule(middle, 4 * MM, middle, d.sheet.height - 4 * MM, 0.5, (220, 150, 160))
    d.size = 14
    d.text("II. Thửa đất, nhà ở và tài sản khác gắn liền với đất", bold=True, after=4)
    d.gap = 0.4
    for row in (
        "1. Thửa đất:",
        "a) Thửa đất số: [parcel]; tờ bản đồ số: [map_sheet]",
        "b) Địa chỉ thửa đất: [parcel_address]",
        "c) Diện tích: [area_m2]m²",
        "(Bằng chữ: [area_in_words])",
        "d) Hình thức sử dụng: [use_form]",
        "đ) Mục đích sử dụng đất: [land_purpose]",
        "e) Thời hạn sử dụng đất: [use_term]",
        "g) Nguồn gốc sử dụng đất: [origin]",
        "2. Nhà ở: -/-",
        "3. Công trình xây dựng khác: -/-",
        "4. Rừng sản xuất là rừng trồng: -/-",
        "5. Cây lâu năm: -/-",
        "6. Ghi chú: Không",
    ):
        d.row(row)
    d.y += 10
    d.text(f"{place.province.name}, [issued_on]", italic=True, align="centre", x0=d.x0 + 150)
    d.text("[issuer]", bold=True, align="centre", x0=d.x0 + 150)
    d.sign(
        (d.x0 + 150 + d.x1) / 2, "KT. GIÁM ĐỐC", "[signer_title]", seal="VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", room=56
    )
    d.text("Số vào sổ cấp Giấy chứng nhận: [registry_number]")
    d.x0, d.x1, d.y = middle + 16 * MM, d.sheet.width - 16 * MM, 22 * MM
    d.text("I. Người sử dụng đất, chủ sở hữu nhà ở và tài sản khác gắn liền với đất", bold=True, after=4)
    d.text(
        f"{_mister(owner)} [owner_name], sinh năm [owner_birth_year], {v.printed['owner_paper']} [owner_identity]"
    )
    d.text("Địa chỉ: [owner_address]", after=3)
    if spouse:
        d.text(
            f"Cùng sử dụng đất với {'vợ' if owner.male else 'chồng'} là {_mister(spouse).lower()} [spouse_name], CCCD số [spouse_identity]"
        )
    d.y += 20
    d.text("III. Sơ đồ thửa đất, nhà ở và tài sản khác gắn liền với đất", bold=True, after=6)
    d.sheet.overlay(_sketch(rng, d.x0 + 20, d.y, 300, 220))
    d.y += 240
    d.text("IV. Những thay đổi sau khi cấp giấy chứng nhận", bold=True, after=6)
    d.table(
        (1.6, 1),
        (("Nội dung thay đổi và cơ sở pháp lý", "Xác nhận của cơ quan có thẩm quyền"), ("", ""), ("", "")),
    )
    d.put(
        d.x1 - 60,
        d.sheet.height - 16 * MM,
        "[serial]",
        align="centre",
        bold=True,
        size=17,
        colour=(196, 30, 40),
    )
    return d.finish("gcn_quyen_su_dung_dat", "gcn_quyen_su_dung_dat", "pink-spread")


def form_2024(book: FontBook, rng: random.Random) -> BenchPaper:
    """The form in use since 2025: one sheet with a code, numbered parts worded anew."""
    issued = office_day(rng, date(2025, 1, 6))
    v, owner, spouse, land = _values(rng, issued, digits=8)
    place = owner.home
    after = issued >= MERGER
    v.say(
        "issuer",
        f"ỦY BAN NHÂN DÂN {place.commune_name.upper()}"
        if after
        else f"VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI {place.province.full_name.upper()}",
    )
    v.say("signer_title", "CHỦ TỊCH" if after else "GIÁM ĐỐC")
    v.say("place", place.commune if after else place.province.name)
    d = Draft(book, rng, v, family=pick_family(rng, book), size=12, left=22 * MM, right=18 * MM)
    d.under(tinted((253, 236, 236), (248, 214, 216), step=10))
    d.qr(
        f"{v.truth['serial'].replace(' ', '')}|{land.number}|{land.sheet}|{decimal(land.area)}|{owner.name}",
        d.x1 - 62,
        14 * MM,
        60,
    )
    d.x1 -= 70
    d.y = d.nation((d.x0 + d.x1) / 2, d.y, size=12) + 22
    red: Colour = (196, 22, 36)
    d.text("GIẤY CHỨNG NHẬN", align="centre", bold=True, size=18, colour=red)
    d.text(
        "QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT",
        align="centre",
        bold=True,
        size=11,
        colour=red,
        after=10,
    )
    d.x1 += 70
    d.text("**1. Người sử dụng đất, chủ sở hữu tài sản gắn liền với đất:**")
    d.row(f"{_mister(owner)}: [owner_name], {v.printed['owner_paper'].removesuffix(' số')}: [owner_identity]")
    if spouse:
        d.row(f"{_mister(spouse)}: [spouse_name], CCCD: [spouse_identity]")
    d.row("Địa chỉ: [owner_address]")
    d.text("**2. Thông tin thửa đất:**")
    d.lines("""
        <1 1> a) Thửa đất số: [parcel]; | b) Tờ bản đồ số: [map_sheet];
        c) Diện tích: [area_m2] m²
        d) Loại đất: [land_purpose]
        đ) Thời hạn sử dụng đất: [use_term]
        e) Hình thức sử dụng đất: [use_form]
        g) Địa chỉ: [parcel_address]
        h) Nguồn gốc sử dụng đất: [origin]
        """)
    d.text("**3. Thông tin tài sản gắn liền với đất:** -/-", after=3)
    d.text("**4. Ghi chú:** Không", after=8)
    y = d.y
    d.text("**5. Sơ đồ thửa đất, tài sản gắn liền với đất:**", x1=d.x0 + 230)
    d.sheet.overlay(_sketch(rng, d.x0, d.y, 200, 150))
    d.y = y + 16
    d.text("[place], [issued_on]", italic=True, align="centre", x0=d.x0 + 220)
    d.text("[issuer]", bold=True, align="centre", x0=d.x0 + 220)
    d.sign((d.x0 + 220 + d.x1) / 2, "[signer_title]", seal=v.truth["issuer"][:32], room=56)
    d.y = max(d.y, y + 190)
    d.row("Số vào sổ cấp Giấy chứng nhận: [registry_number]", "Số phát hành: **[serial]**")
    return d.finish("gcn_quyen_su_dung_dat", "gcn_quyen_su_dung_dat", "form-2024")


LAND = {"gcn_quyen_su_dung_dat": {"pink-book": pink_book, "pink-spread": pink_spread, "form-2024": form_2024}}
