"""A short official letter (công văn), and a paper of no type that ecopy knows: a receipt (biên lai thu phí)."""

from __future__ import annotations

import random
from datetime import date

from samples.fonts import OTHER_SERIF, SANS, FontBook
from samples.papers.common import (
    MM,
    Blank,
    Form,
    Heading,
    Look,
    Paper,
    SignatureBlock,
    choose_family,
    mark_as_sample,
    national_header,
    pick,
    spoken_date,
)
from samples.papers.flow import Flow
from samples.papers.subjects import money
from samples.people import day_between, invent_name, invent_person, workday
from samples.places import capital, invent_place
from samples.sheet import Sheet, Span, Style
from samples.words import number_in_words

LETTER_LAYOUTS = ("standard",)
RECEIPT_LAYOUTS = ("half-sheet",)
_MATTERS = (
    (
        "phối hợp rà soát hồ sơ tồn đọng",
        "kết quả rà soát hồ sơ tiếp nhận tại Trung tâm Phục vụ hành chính công trong quý vừa qua",
    ),
    ("cung cấp thông tin quy hoạch", "đề nghị cung cấp thông tin quy hoạch chi tiết khu dân cư trên địa bàn"),
    (
        "góp ý dự thảo quy chế phối hợp",
        "dự thảo Quy chế phối hợp trong tiếp nhận, luân chuyển và trả kết quả hồ sơ",
    ),
    ("tăng cường số hóa hồ sơ", "việc triển khai số hóa hồ sơ, giấy tờ khi tiếp nhận theo cơ chế một cửa"),
)
_SENTENCES = (
    "Qua nghiên cứu, chúng tôi cơ bản thống nhất với nội dung và bố cục của văn bản; đồng thời có một số ý kiến để quý cơ quan xem xét.",
    "Đề nghị bổ sung thời hạn cụ thể đối với từng bước xử lý, bảo đảm người dân chỉ phải nộp giấy tờ một lần.",
    "Về kinh phí, đề nghị làm rõ nguồn chi thường xuyên và nguồn sự nghiệp, tránh trùng lặp với các nhiệm vụ đã được giao trong năm.",
    "Các đơn vị cử một đầu mối liên hệ, thông báo họ tên, số điện thoại và hộp thư công vụ trước ngày 20 hàng tháng.",
    "Đối với các trường hợp còn vướng mắc về thẩm quyền, hai cơ quan thống nhất tổ chức họp trực tiếp để giải quyết dứt điểm.",
    "Việc sao chụp giấy tờ phải bảo đảm đủ số trang, đúng thứ tự và đọc được toàn bộ nội dung, kể cả dấu và chữ ký.",
    "Kết quả thực hiện được tổng hợp vào báo cáo công tác cải cách hành chính của quý.",
)


def official_letter(book: FontBook, rng: random.Random, layout: str) -> Paper:
    """Công văn with «V/v», «Kính gửi» and a few paragraphs."""
    day = workday(day_between(rng, date(2025, 7, 2), date(2026, 10, 30)))
    home = invent_place(rng)
    subject, about = rng.choice(_MATTERS)
    look = Look(choose_family(rng, book, *OTHER_SERIF, *SANS), 13.0)
    flow = Flow(book, look, left=28 * MM, right=18 * MM, leading=rng.uniform(1.22, 1.36))
    office = home.commune_name.upper()
    heading = Heading(
        (),
        ("ỦY BAN NHÂN DÂN", office),
        "Số:",
        f"{rng.randint(10, 2900)}/UBND-{rng.choice(('VP', 'KT', 'VHXH'))}",
        home.commune,
        day,
        abstract=subject,
    )
    flow.y = (
        heading.draw(flow.sheet, look, flow.top + 8, rng, left=18 * MM, right=flow.sheet.width - 14 * MM) + 22
    )
    receiver = rng.choice(("Sở Nội vụ", "Sở Tư pháp", "Sở Xây dựng", "Văn phòng Ủy ban nhân dân tỉnh"))
    bold = look.style(bold=True)
    flow.text(Span("Kính gửi: ", bold), Span(receiver, bold, "recipient"), align="centre", indent=0, after=16)
    plain = look.style()
    flow.text(
        Span(
            f"{capital('ủy ban nhân dân')} {home.commune_name} nhận được văn bản của {receiver} về {about}. Sau khi nghiên cứu, chúng tôi có ý kiến như sau:",
            plain,
        )
    )
    for index, sentence in enumerate(rng.sample(_SENTENCES, rng.randint(3, 5))):
        flow.text(Span(f"{index + 1}. {sentence}", plain))
    flow.text(
        Span(
            f"Trên đây là ý kiến của Ủy ban nhân dân {home.commune_name}, kính gửi {receiver} tổng hợp./.",
            plain,
        )
    )
    y = flow.y + 10
    small = Style(look.family, 11)
    flow.sheet.put(flow.left, y, Span("Nơi nhận:", Style(look.family, 12, bold=True, italic=True)))
    for index, copy in enumerate(("- Như trên;", "- Lưu: VT, VP.")):
        flow.sheet.put(flow.left, y + 14 * (index + 1), Span(copy, small))
    signer = " ".join(invent_name(rng, male=rng.random() < 0.6))
    block = SignatureBlock(
        flow.left + flow.width * 0.75,
        (("KT. CHỦ TỊCH", None), ("PHÓ CHỦ TỊCH", "signer_title")),
        signer,
        f"U.B.N.D {office}",
    )
    block.draw(flow.sheet, y, look, rng)
    fields = {
        "number": heading.number,
        "issuer": f"ỦY BAN NHÂN DÂN {office}",
        "place": home.commune,
        "issued_on": day.isoformat(),
        "abstract": subject,
        "recipient": receiver,
        "signer_title": "PHÓ CHỦ TỊCH",
        "signer_name": signer,
    }
    return Paper("cong_van", "cong_van", layout, flow.finish(), fields)


def receipt(book: FontBook, rng: random.Random, layout: str) -> Paper:
    """Biên lai thu phí, lệ phí on half a sheet."""
    day = workday(day_between(rng, date(2024, 1, 2), date(2026, 10, 30)))
    payer = invent_person(rng, day_between(rng, date(1955, 1, 1), date(2003, 1, 1)))
    look = Look(pick(rng, book.choose(SANS)), 10.5)
    sheet = Sheet(book, height=148 * MM)
    left, right = 18 * MM, sheet.width - 18 * MM
    national_header(sheet, sheet.width / 2, 16 * MM, look, size=11)
    title = Style(look.family, 15, bold=True, colour=(170, 30, 40))
    sheet.put(sheet.width / 2, 36 * MM, Span("BIÊN LAI THU PHÍ, LỆ PHÍ", title), align="centre")
    small = look.style(size=9)
    sheet.put(right, 30 * MM, Span(f"Mẫu số: {rng.randint(1, 3):02d}BLP", small), align="right")
    sheet.put(
        right,
        43 * MM,
        Span(f"Số: {rng.randint(1, 9_999_999):07d}", Style(look.family, 11, bold=True, colour=(190, 30, 40))),
        align="right",
    )
    amount = rng.choice((8_000, 20_000, 50_000, 75_000, 100_000, 150_000, 300_000))
    form = Form(sheet, look, left, right, 54 * MM, 19.0, leaders=rng.choice(("under", "after")))
    form.line(Blank("Đơn vị thu:", f"Trung tâm Phục vụ hành chính công {payer.home.commune_name}"))
    form.line(Blank("Họ và tên người nộp tiền:", payer.name))
    form.line(Blank("Địa chỉ:", payer.home.address(day)))
    form.line(
        Blank(
            "Lý do thu:",
            rng.choice(
                (
                    "Lệ phí hộ tịch",
                    "Phí chứng thực bản sao từ bản chính",
                    "Phí khai thác, sử dụng tài liệu đất đai",
                )
            ),
        )
    )
    form.line(
        Blank("Số tiền:", f"{money(amount)} đồng"),
        Blank("Hình thức thanh toán:", rng.choice(("Tiền mặt", "Chuyển khoản"))),
    )
    form.line(Blank("Viết bằng chữ:", f"{capital(number_in_words(amount))} đồng"))
    sheet.put(right - 30, form.y + 8, Span(capital(spoken_date(day)), look.style(italic=True)), align="right")
    block = SignatureBlock(
        right - 85, (("NGƯỜI THU TIỀN", None),), " ".join(invent_name(rng, male=False)), "", sealed=False
    )
    block.draw(sheet, form.y + 24, look, rng, room=sheet.height - form.y - 24 - 14 * MM)
    mark_as_sample(sheet, look.family, y=sheet.height - 7 * MM)
    return Paper("unknown", "bien_lai", layout, [sheet])
