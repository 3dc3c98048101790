"""Papers of no known type, some of which look much like one."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from bench.papers.grounds import framed
from bench.papers.invent import adult, capital, dotted, money_words, office_day, phone, signer
from bench.papers.kit import Draft
from bench.papers.pieces import SPOKEN, BenchPaper, Values, pick_family
from samples.fonts import FontBook
from samples.ink import PEN_BLUE, signature_painter
from samples.papers.common import MM
from samples.people import invent_organisation, tax_code
from samples.places import invent_place

UNKNOWN = "unknown"


def _draft(book: FontBook, rng: random.Random, *, sans: bool = False, size: float = 13) -> Draft:
    return Draft(book, rng, Values(), family=pick_family(rng, book, sans=sans), size=size)


def notice(book: FontBook, rng: random.Random) -> BenchPaper:
    """Thông báo: an office's notice with the head of an administrative paper."""
    day = office_day(rng, date(2018, 1, 4))
    home = invent_place(rng)
    d = _draft(book, rng)
    d.head(
        "ỦY BAN NHÂN DÂN",
        f"**{home.commune_name.upper()}**",
        number=f"Số: {rng.randint(3, 400)}/TB-UBND",
        right=f"{home.commune}, {SPOKEN.format(d=day.day, m=day.month, y=day.year)}",
    )
    d.title(
        "THÔNG BÁO",
        rng.choice(
            (
                "Về việc tạm ngừng cung cấp nước sạch",
                "Lịch tiếp công dân định kỳ",
                "Về việc niêm yết công khai kết quả kiểm tra hồ sơ đăng ký đất đai",
            )
        ),
        size=14.5,
    )
    for text in (
        "Ủy ban nhân dân thông báo đến các cơ quan, đơn vị và nhân dân trên địa bàn biết, phối hợp thực hiện.",
        "Thời gian: bắt đầu từ 07 giờ 30 phút. Địa điểm: Nhà văn hóa trung tâm.",
        "Mọi ý kiến phản ánh gửi về bộ phận tiếp nhận và trả kết quả trong giờ hành chính./.",
    ):
        d.text(text, indent=30, align="justify", after=4)
    d.y += 10
    d.sign(
        d.x1 - 105,
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
        name=signer(rng),
        seal=f"U.B.N.D {home.commune_name.upper()}",
    )
    return d.finish(UNKNOWN, "thong_bao", "notice")


def invoice(book: FontBook, rng: random.Random) -> BenchPaper:
    """Hóa đơn giá trị gia tăng with a table of goods and sums in words."""
    seller, buyer = invent_organisation(rng), invent_organisation(rng)
    day = office_day(rng, date(2020, 1, 4))
    d = _draft(book, rng, sans=True, size=11.5)
    d.under(framed((60, 90, 170), 9 * MM))
    d.title("HÓA ĐƠN GIÁ TRỊ GIA TĂNG", size=17, colour=(180, 20, 40), after=0)
    d.text(SPOKEN.format(d=day.day, m=day.month, y=day.year).capitalize(), align="centre", italic=True)
    d.text(f"Ký hiệu: 1C{day.year % 100}TAA     Số: {rng.randint(1, 99999):08d}", align="right", after=6)
    d.lines(f"""
        Đơn vị bán hàng: **{seller.name.upper()}**
        Mã số thuế: {seller.tax_code}
        Địa chỉ: {capital(seller.address.address(day))}
        Họ tên người mua hàng: {adult(rng, day).name}
        Tên đơn vị: {buyer.name}
        Mã số thuế: {tax_code(rng)}
        """)
    total, rows = 0, [("STT", "Tên hàng hóa, dịch vụ", "ĐVT", "Số lượng", "Đơn giá", "Thành tiền")]
    for n, goods in enumerate(
        rng.sample(
            ("Giấy in A4", "Mực máy in", "Bàn làm việc", "Ghế xoay", "Tủ hồ sơ", "Dịch vụ vận chuyển"), 4
        ),
        1,
    ):
        count, price = rng.randint(1, 40), rng.randint(2, 90) * 10_000
        total += count * price
        rows.append((str(n), goods, "cái", str(count), dotted(price), dotted(count * price)))
    d.table((0.5, 2.4, 0.7, 0.8, 1.1, 1.3), rows, centred=(0, 2, 3))
    d.row(f"Cộng tiền hàng: {dotted(total)}", f"Thuế suất GTGT: 8%   Tiền thuế: {dotted(total * 8 // 100)}")
    d.row(f"Tổng cộng tiền thanh toán: {dotted(total * 108 // 100)} đồng")
    d.row(f"Số tiền viết bằng chữ: {money_words(total * 108 // 100)}")
    d.y += 14
    d.sign(
        d.x1 - 110,
        "NGƯỜI BÁN HÀNG",
        name=signer(rng),
        seal=seller.name.upper()[:30],
        hint="(Ký, đóng dấu, ghi rõ họ tên)",
    )
    return d.finish(UNKNOWN, "hoa_don", "invoice")


def job_application(book: FontBook, rng: random.Random) -> BenchPaper:
    """Đơn xin việc: full of labels that known types have too."""
    day = office_day(rng, date(2017, 1, 4))
    person = adult(rng, day)
    d = _draft(book, rng)
    d.y = d.nation(d.sheet.width / 2, d.y, size=13) + 30
    d.title("ĐƠN XIN VIỆC", size=17)
    d.text(f"Kính gửi: Ban Giám đốc {invent_organisation(rng).name}", align="centre", after=8)
    d.leaders = rng.choice(("none", "after"))
    d.lines(f"""
        Tôi tên là: {person.name}
        Ngày sinh: {person.born:%d/%m/%Y} | Giới tính: {person.sex}
        Chỗ ở hiện nay: {capital(person.home.address(day))}
        Số CCCD: {person.personal_id}
        Trình độ học vấn: 12/12 | Điện thoại: {phone(rng)}
        """)
    d.leaders = "none"
    d.text(
        "Qua tìm hiểu, tôi được biết quý công ty đang có nhu cầu tuyển dụng nhân viên. Tôi viết đơn này xin được vào làm việc, cam kết chấp hành nội quy và hoàn thành nhiệm vụ được giao.",
        indent=30,
        align="justify",
        after=12,
    )
    d.text(
        f"{person.home.commune}, {SPOKEN.format(d=day.day, m=day.month, y=day.year)}",
        italic=True,
        align="right",
    )
    d.sign(d.x1 - 100, "Người làm đơn", name=person.name)
    return d.finish(UNKNOWN, "don_xin_viec", "job")


def foreign(book: FontBook, rng: random.Random) -> BenchPaper:
    """A certificate in English or French."""
    day = office_day(rng, date(2012, 1, 4))
    french = rng.random() < 0.4
    person = rng.choice(("Anna Marlow", "Peter Linden", "Claire Fontenay", "Hugo Marchand"))
    d = _draft(book, rng)
    d.under(framed((90, 90, 130)))
    d.y += 40
    if french:
        d.title("RÉPUBLIQUE DE SYLVANIE", "COMMUNE DE MONT-CLAIR", size=16)
        d.title("EXTRAIT D'ACTE DE NAISSANCE", size=20)
        d.lines(f"""
            Nom et prénoms: {person}
            Date de naissance: {day.day}/{day.month}/{day.year - 25}
            Lieu de naissance: Mont-Clair
            Nom du père: Louis Marchand
            Nom de la mère: Jeanne Fontenay
            Délivré le {day.day}/{day.month}/{day.year}
            """)
        d.sign(d.x1 - 110, "L'officier de l'état civil", name="M. Duval")
    else:
        d.title("NORTHFIELD COLLEGE", "CERTIFICATE OF COMPLETION", size=22)
        d.text(
            f"This is to certify that **{person}**, born on {day.day} March {day.year - 24}, has completed the programme in Business Administration with merit.",
            align="centre",
            after=12,
        )
        d.text(
            f"Certificate No. NC-{rng.randint(1000, 9999)}. Awarded on {day.day} June {day.year}.",
            align="centre",
            after=20,
        )
        d.sign(d.x1 - 110, "Registrar", name="J. Whitcombe")
    return d.finish(UNKNOWN, "chung_chi_nuoc_ngoai", "foreign")


def blank_form(book: FontBook, rng: random.Random) -> BenchPaper:
    """The form of a known paper with nothing filled in."""
    which = rng.choice(("giay_khai_sinh", "giay_uy_quyen", "xac_nhan_tinh_trang_hon_nhan", "so_yeu_ly_lich"))
    titles = {
        "giay_khai_sinh": "GIẤY KHAI SINH",
        "giay_uy_quyen": "GIẤY ỦY QUYỀN",
        "xac_nhan_tinh_trang_hon_nhan": "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",
        "so_yeu_ly_lich": "SƠ YẾU LÝ LỊCH",
    }
    d = _draft(book, rng)
    d.y = d.nation(d.sheet.width / 2, d.y, size=12.5) + 34
    d.title(titles[which], size=18)
    d.leaders = "after"
    d.gap = 0.5
    d.lines("""
        Họ và tên:
        Sinh ngày: | Giới tính:
        Dân tộc: | Quốc tịch:
        Số CMND/CCCD: | Ngày cấp:
        Nơi thường trú:
        Nội dung:
        """)
    for _ in range(5):
        d.sheet.leader(d.x0, d.x1, d.y)
        d.y += d.size * 1.8
    d.leaders = "none"
    d.text("……, ngày … tháng … năm ……", italic=True, align="right")
    d.text("(Ký, ghi rõ họ tên)", italic=True, align="right")
    return replace(d.finish(UNKNOWN, "mau_trong", which), tolerated=(which,))


def request(book: FontBook, rng: random.Random) -> BenchPaper:
    """A citizen's letter that asks for a copy of a birth certificate and quotes one."""
    day = office_day(rng, date(2017, 1, 4))
    person = adult(rng, day)
    other = adult(rng, day, home=person.home)
    d = _draft(book, rng)
    d.y = d.nation(d.sheet.width / 2, d.y, size=13) + 28
    d.title("ĐƠN ĐỀ NGHỊ", "Cấp bản sao Giấy khai sinh", size=15)
    d.text(f"Kính gửi: Ủy ban nhân dân {person.home.commune_name}", align="centre", after=8)
    d.text(
        f"Tôi là {person.name}, sinh ngày {person.born:%d/%m/%Y}, số định danh cá nhân {person.personal_id}, thường trú tại {person.home.address(day)}.",
        indent=30,
        align="justify",
        after=4,
    )
    d.text(
        f"Giấy khai sinh số {rng.randint(5, 300)}/{other.born.year} do Ủy ban nhân dân {other.home.commune_name} cấp cho {other.name}, sinh ngày {other.born:%d/%m/%Y}, đã bị thất lạc. Kính đề nghị quý cơ quan cấp lại bản sao trích lục khai sinh để bổ sung hồ sơ.",
        indent=30,
        align="justify",
        after=4,
    )
    d.text("Tôi xin chân thành cảm ơn.", indent=30, after=12)
    d.sign(d.x1 - 100, "Người viết đơn", name=person.name)
    return d.finish(UNKNOWN, "don_de_nghi", "request")


def receipt(book: FontBook, rng: random.Random) -> BenchPaper:
    """Giấy tiếp nhận hồ sơ và hẹn trả kết quả."""
    day = office_day(rng, date(2022, 1, 4))
    person = adult(rng, day)
    d = _draft(book, rng)
    d.head(
        "TRUNG TÂM PHỤC VỤ",
        "**HÀNH CHÍNH CÔNG**",
        number=f"Số: {rng.randint(100, 9999)}/TNHS",
        right=f"{person.home.commune}, {SPOKEN.format(d=day.day, m=day.month, y=day.year)}",
    )
    d.title("GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", size=14.5)
    d.lines(f"""
        Mã hồ sơ: H99.{rng.randint(1, 40)}-{day:%y%m%d}-{rng.randint(1, 400):04d}
        Tiếp nhận hồ sơ của: {person.name}
        Địa chỉ: {capital(person.home.address(day))}
        Số điện thoại: {phone(rng)}
        Nội dung yêu cầu giải quyết: Cấp bản sao trích lục hộ tịch
        Thành phần hồ sơ nộp gồm: Tờ khai; Giấy chứng nhận kết hôn (bản sao)
        Thời gian nhận hồ sơ: 08 giờ 15 phút, ngày {day:%d/%m/%Y}
        """)
    y = d.y + 10
    for x, role in ((d.x0 + 90, "Người nộp hồ sơ"), (d.x1 - 100, "Người tiếp nhận hồ sơ")):
        d.put(x, y, role, align="centre", bold=True)
        d.sheet.overlay(signature_painter(rng, x - 45, y + 10, 90, 46, PEN_BLUE))
    d.y = y + 70
    return d.finish(UNKNOWN, "giay_tiep_nhan", "receipt")


UNKNOWNS = {
    "thong_bao": {"notice": notice},
    "hoa_don": {"invoice": invoice},
    "don_xin_viec": {"job": job_application},
    "chung_chi_nuoc_ngoai": {"foreign": foreign},
    "mau_trong": {"blank": blank_form},
    "don_de_nghi": {"request": request},
    "giay_tiep_nhan": {"receipt": receipt},
}
