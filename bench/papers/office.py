"""Decisions and official letters of offices, worded and set apart from the samples."""

from __future__ import annotations

import random
from datetime import date

from bench.papers.invent import adult, dotted, office_day, shift, signer
from bench.papers.kit import Draft
from bench.papers.pieces import SPOKEN, BenchPaper, Values, pick_family
from samples.fonts import FontBook
from samples.papers.common import MM, short_date
from samples.places import invent_place


def _office(rng: random.Random, v: Values, day: date) -> tuple[str, tuple[str, ...], str, str]:
    """Head of the office in words, titles above the signer's, the short name, the seal."""
    home = invent_place(rng)
    province = home.province.current(day).full_name.upper()
    v.say("place", home.province.current(day).name)
    department, short = rng.choice((("SỞ GIÁO DỤC VÀ ĐÀO TẠO", "SGDĐT"), ("SỞ TÀI CHÍNH", "STC"), ("SỞ KHOA HỌC VÀ CÔNG NGHỆ", "SKHCN"),
                                    ("BAN QUẢN LÝ CÁC KHU CÔNG NGHIỆP", "BQL"), ("UBND", "UBND")))  # fmt: skip
    if department == "UBND":
        v.say("issuer", f"ỦY BAN NHÂN DÂN {home.commune_name.upper()}")
        v.say("place", home.commune)
        v.say("signer_title", "PHÓ CHỦ TỊCH")
        return (
            f"CHỦ TỊCH ỦY BAN NHÂN DÂN {home.commune_name.upper()}",
            ("KT. CHỦ TỊCH",),
            short,
            f"U.B.N.D {home.commune_name.upper()}",
        )
    v.say("issuer_parent", f"ỦY BAN NHÂN DÂN {province}")
    v.say("issuer", department)
    head = "TRƯỞNG BAN" if department.startswith("BAN") else "GIÁM ĐỐC"
    acting = rng.random() < 0.5
    v.say("signer_title", f"PHÓ {head}" if acting else head)
    return f"{head} {department}", ((f"KT. {head}",) if acting else ()), short, department


_PERSONAL = (
    ("nâng bậc lương thường xuyên đối với viên chức", "Nâng bậc lương đối với"),
    ("cử công chức đi đào tạo, bồi dưỡng", "Cử"),
    ("điều động và bổ nhiệm công chức", "Điều động và bổ nhiệm"),
    ("nghỉ hưu để hưởng chế độ bảo hiểm xã hội", "Thông báo nghỉ hưu đối với"),
)


def decision_person(book: FontBook, rng: random.Random) -> BenchPaper:
    """A decision about one person, grounds without italics, the effect in the last article."""
    day = office_day(rng, date(2017, 1, 9))
    v = Values()
    authority, titles, short, seal = _office(rng, v, day)
    person = adult(rng, day)
    abstract, verb = rng.choice(_PERSONAL)
    v.say("number", f"{rng.randint(3, 2400)}/QĐ-{short}")
    v.day("issued_on", day, SPOKEN)
    v.say("abstract", abstract)
    v.say("holder_name", person.name)
    v.say("holder_identifier", person.personal_id)
    late = shift(day, rng.randint(5, 40))
    signing = rng.random() < 0.45
    v.say(
        "effective_from",
        (day if signing else late).isoformat(),
        "ngày ký" if signing else f"ngày {short_date(late)}",
    )
    v.say("signer_name", signer(rng))
    d = Draft(book, rng, v, family=pick_family(rng, book), size=13.5, left=29 * MM, right=16 * MM)
    parent = ["[issuer_parent]"] if "issuer_parent" in v.truth else []
    d.head(*parent, "**[issuer]**", number="Số: [number]", right="[place], [issued_on]")
    d.title("QUYẾT ĐỊNH", size=14, after=0)
    d.text("Về việc [abstract]", bold=True, align="centre", after=8)
    middle, under = (d.x0 + d.x1) / 2, d.y - 8 - d.size * d.leading + 5
    d.sheet.rule(middle - 40, under, middle + 40, under, 0.7)
    d.text(authority, bold=True, align="centre", after=4)
    year = day.year - 1
    for ground in (
        f"Căn cứ Luật Tổ chức chính quyền địa phương ngày {short_date(date(year, 6, 19))};",
        f"Căn cứ Nghị định số {rng.randint(10, 140)}/{year}/NĐ-CP ngày {short_date(date(year, 9, 9))} của Chính phủ;",
        f"Xét hồ sơ của ông/bà {person.name} và đề nghị của Chánh Văn phòng,",
    ):
        d.text(ground, indent=30, align="justify", after=2)
    d.text("QUYẾT ĐỊNH:", bold=True, align="centre", after=4)
    mister = "ông" if person.male else "bà"
    d.text(
        f"**Điều 1.** {verb} {mister} [holder_name], sinh ngày {short_date(person.born)}, số định danh cá nhân [holder_identifier], hiện đang công tác tại {v.truth['issuer'].capitalize()}.",
        indent=30,
        align="justify",
        after=3,
    )
    d.text(
        f"**Điều 2.** {mister.capitalize()} {person.name} có trách nhiệm thực hiện nhiệm vụ và được hưởng các quyền lợi theo quy định hiện hành.",
        indent=30,
        align="justify",
        after=3,
    )
    last = (
        "Quyết định này có hiệu lực kể từ [effective_from]."
        if signing
        else "Quyết định này có hiệu lực thi hành từ [effective_from]."
    )
    d.text(
        f"**Điều 3.** {last} Chánh Văn phòng, Trưởng phòng Tổ chức cán bộ và {mister} {person.name} chịu trách nhiệm thi hành Quyết định này./.",
        indent=30,
        align="justify",
        after=12,
    )
    _copies(d, ("- Như Điều 3;", "- Sở Nội vụ;", "- Lưu: VT, TCCB."), titles, seal)
    return d.finish("quyet_dinh", "quyet_dinh", "person")


def _copies(d: Draft, copies: tuple[str, ...], titles: tuple[str, ...], seal: str) -> None:
    if d.y + 120 > d.sheet.height - 12 * MM:
        d.next_sheet()
    y = d.y
    small = d.size - 2
    d.text("**//Nơi nhận://**", size=d.size - 1.5, x1=d.x0 + 170)
    for copy in copies:
        d.text(copy, size=small, x1=d.x0 + 170)
    d.y = y
    d.sign(d.x1 - 105, *titles, "[signer_title]", seal=seal[:34])


def decision_matter(book: FontBook, rng: random.Random) -> BenchPaper:
    """A decision about a matter (a plan, a subsidy, a fee) that names no person."""
    day = office_day(rng, date(2015, 1, 9))
    v = Values()
    authority, titles, short, seal = _office(rng, v, day)
    sum_ = rng.randint(20, 900) * 1_000_000
    matters = (
        (
            "Phê duyệt kế hoạch lựa chọn nhà thầu công trình Sửa chữa đường liên thôn",
            f"Phê duyệt kế hoạch lựa chọn nhà thầu với tổng giá trị {dotted(sum_)} đồng.",
        ),
        (
            "Ban hành Quy chế làm việc của Tổ công tác chuyển đổi số",
            "Ban hành kèm theo Quyết định này Quy chế làm việc của Tổ công tác chuyển đổi số.",
        ),
        (
            "thành lập Hội đồng thi đua, khen thưởng",
            "Thành lập Hội đồng thi đua, khen thưởng gồm 09 thành viên.",
        ),
        (
            "phân bổ kinh phí hỗ trợ khắc phục hậu quả thiên tai",
            f"Phân bổ số tiền {dotted(sum_)} đồng cho các đơn vị theo danh sách kèm theo.",
        ),
    )
    abstract, article = rng.choice(matters)
    v.say("number", f"{rng.randint(3, 2400)}/QĐ-{short}")
    v.day("issued_on", day, SPOKEN)
    v.say("abstract", abstract)
    late = shift(day, rng.randint(5, 40))
    signing = rng.random() < 0.6
    v.say(
        "effective_from",
        (day if signing else late).isoformat(),
        "ngày ký" if signing else f"ngày {late.day:02d} tháng {late.month:02d} năm {late.year}",
    )
    v.say("signer_name", signer(rng))
    d = Draft(book, rng, v, family=pick_family(rng, book), size=14, left=30 * MM, right=15 * MM)
    d.leading = 1.24
    parent = ["[issuer_parent]"] if "issuer_parent" in v.truth else []
    d.head(*parent, "**[issuer]**", number="Số: [number]", right="[place], [issued_on]", size=12.5)
    d.text("QUYẾT ĐỊNH", bold=True, align="centre")
    d.text(
        ("Về việc [abstract]" if abstract[0].islower() else "[abstract]"),
        bold=True,
        align="centre",
        x0=d.x0 + 30,
        x1=d.x1 - 30,
        after=8,
    )
    d.text(authority, bold=True, align="centre", after=4)
    for ground in (
        "Luật Ngân sách nhà nước;",
        "Nghị quyết của Hội đồng nhân dân cùng cấp về dự toán ngân sách năm;",
        "chức năng, nhiệm vụ được giao;",
    ):
        d.text(f"Căn cứ {ground}", italic=True, indent=36, align="justify", after=3)
    d.text("Theo đề nghị của Trưởng phòng Kế hoạch - Tài chính.", italic=True, indent=36, after=6)
    d.text("QUYẾT ĐỊNH:", bold=True, align="centre", after=6)
    d.text(f"**Điều 1.** {article}", indent=36, align="justify", after=4)
    d.text(
        "Giao Trưởng phòng Kế hoạch - Tài chính chủ trì, phối hợp với các đơn vị liên quan tổ chức thực hiện, định kỳ hằng quý báo cáo kết quả.",
        indent=36,
        align="justify",
        after=4,
    )
    d.text(
        "**Điều 2.** Quyết định này có hiệu lực từ [effective_from]."
        if signing
        else "**Điều 2.** Quyết định này có hiệu lực kể từ [effective_from] và thay thế các quy định trước đây trái với Quyết định này.",
        indent=36,
        align="justify",
        after=4,
    )
    d.text(
        "**Điều 3.** Chánh Văn phòng, Trưởng các phòng và thủ trưởng các đơn vị liên quan căn cứ Quyết định thi hành./.",
        indent=36,
        align="justify",
        after=14,
    )
    _copies(
        d, ("- Như Điều 3;", "- Lãnh đạo cơ quan;", "- Trang thông tin điện tử;", "- Lưu: VT."), titles, seal
    )
    return d.finish("quyet_dinh", "quyet_dinh", "matter")


_MATTERS = (
    "báo cáo kết quả rà soát thủ tục hành chính quý III", "cung cấp thông tin phục vụ kiểm tra liên ngành",
    "góp ý dự thảo kế hoạch chuyển đổi số giai đoạn 2026 - 2030", "trả lời đơn kiến nghị của công dân",
    "triển khai tiếp nhận hồ sơ không phụ thuộc địa giới hành chính", "xác minh văn bằng, chứng chỉ",
)  # fmt: skip
_RECIPIENTS = (
    "Sở Tài chính",
    "Ủy ban nhân dân các xã, phường",
    "Công an tỉnh",
    "Văn phòng Hội đồng nhân dân",
    "Các cơ quan chuyên môn thuộc Ủy ban nhân dân tỉnh",
)
_BODY = (
    "Thực hiện chỉ đạo của cấp trên về nội dung nêu trên, đơn vị đã rà soát toàn bộ hồ sơ, tài liệu liên quan và có ý kiến như sau.",
    "Đề nghị quý cơ quan chỉ đạo các bộ phận chuyên môn phối hợp, cung cấp đầy đủ số liệu theo biểu mẫu gửi kèm trước thời hạn.",
    "Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, đề nghị phản ánh kịp thời để cùng phối hợp giải quyết.",
    "Các nội dung khác thực hiện theo văn bản hướng dẫn đã ban hành, bảo đảm đúng tiến độ và chất lượng.",
    "Đơn vị cử một đồng chí lãnh đạo trực tiếp theo dõi, đôn đốc và chịu trách nhiệm về kết quả.",
)


def letter(book: FontBook, rng: random.Random, *, many: bool) -> BenchPaper:
    """Công văn to one receiver or to several in a list."""
    day = office_day(rng, date(2016, 1, 9))
    v = Values()
    _, titles, short, seal = _office(rng, v, day)
    matter = rng.choice(_MATTERS)
    v.say("number", f"{rng.randint(12, 3900)}/{short}-{rng.choice(('VP', 'TTr', 'KHTC', 'QLNN'))}")
    v.day("issued_on", day, SPOKEN)
    v.say("abstract", f"V/v {matter}" if many else matter)
    v.say("signer_name", signer(rng))
    d = Draft(
        book,
        rng,
        v,
        family=pick_family(rng, book, sans=rng.random() < 0.15),
        size=13.5,
        left=29 * MM,
        right=16 * MM,
    )
    parent = ["[issuer_parent]"] if "issuer_parent" in v.truth else []
    v.say("abstract", matter)
    d.head(
        *parent,
        "**[issuer]**",
        number="Số: [number]",
        right="[place], [issued_on]",
        under=("V/v [abstract]" if not many else "Về việc [abstract]"),
    )
    if many:
        names = rng.sample(_RECIPIENTS, 3)
        v.say("recipient", "; ".join(names))
        d.text("Kính gửi:", x0=d.x0 + 70)
        for index, name in enumerate(names):
            d.text("- " + d.part("recipient", name) + (";" if index < 2 else "."), x0=d.x0 + 130)
    else:
        v.say("recipient", rng.choice(_RECIPIENTS))
        d.text("Kính gửi: [recipient]", align="centre")
    d.y += 10
    for text in rng.sample(_BODY, 4):
        d.text(text, indent=32, align="justify", after=4)
    d.text("Trân trọng./.", indent=32, after=12)
    _copies(d, ("- Như trên;", "- Lãnh đạo cơ quan (b/c);", "- Lưu: VT."), titles, seal)
    return d.finish("cong_van", "cong_van", "list" if many else "single")


OFFICE = {
    "quyet_dinh": {"person": decision_person, "matter": decision_matter},
    "cong_van": {
        "single": lambda book, rng: letter(book, rng, many=False),
        "list": lambda book, rng: letter(book, rng, many=True),
    },
}
