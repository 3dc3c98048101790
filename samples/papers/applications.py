"""What citizens hand in: applications (đơn) and powers of attorney (giấy ủy quyền) with dotted leaders."""

from __future__ import annotations

import random
from datetime import date

from samples.fonts import OTHER_SERIF, SANS, TIMES_LIKE, FontBook
from samples.ink import PEN_BLUE, signature_painter
from samples.papers.common import (
    MM,
    Blank,
    Form,
    Look,
    Paper,
    choose_family,
    national_header,
    short_date,
    spoken_date,
)
from samples.papers.flow import Flow
from samples.papers.prose import POWERS, REASONS, sentences
from samples.people import Person, day_between, invent_person
from samples.places import capital, invent_place
from samples.sheet import Span

APPLICATION_LAYOUTS = ("confirmation", "reissue", "petition")
AUTHORISATION_LAYOUTS = ("personal", "half-filled")
_TITLES = {
    "confirmation": (
        "ĐƠN XIN XÁC NHẬN",
        ("(V/v xác nhận tình trạng cư trú)", "(V/v xác nhận hộ có hoàn cảnh khó khăn)"),
    ),
    "reissue": ("ĐƠN ĐỀ NGHỊ CẤP LẠI GIẤY TỜ", ("(Do bị mất, hỏng)", "(Do thay đổi thông tin)")),
    "petition": ("ĐƠN KIẾN NGHỊ", ("(Về ranh giới sử dụng đất)", "(Về việc chậm trả kết quả)")),
}
_CLAUSES = (
    "Bên được ủy quyền cam kết thực hiện đúng nội dung và phạm vi đã nêu, không ủy quyền lại cho người thứ ba.",
    "Hai bên đã tự đọc lại, hiểu rõ quyền, nghĩa vụ của mình và cùng ký tên, điểm chỉ dưới đây.",
    "Mọi tranh chấp phát sinh do hai bên tự giải quyết; trường hợp không thống nhất thì đề nghị Tòa án giải quyết.",
)


def application(book: FontBook, rng: random.Random, layout: str) -> Paper:
    """Đơn: nation, title, «Kính gửi», the applicant on dotted lines, reasons, pledge, signature."""
    look, flow, form = _page(book, rng)
    day = day_between(rng, date(2025, 7, 2), date(2026, 10, 30))
    person = invent_person(rng, day_between(rng, date(1950, 1, 1), date(2004, 1, 1)))
    title, hints = _TITLES[layout]
    _title(flow, look, title, rng.choice(hints))
    form.y = flow.y
    office = f"Ủy ban nhân dân {person.home.commune_name}"
    form.line(Blank("Kính gửi:", office), indent=flow.width * 0.12)
    _who(form, rng, person, day, "Tôi tên là:" if rng.random() < 0.5 else "Họ và tên người làm đơn:")
    if layout != "petition":
        form.line(
            Blank("Nghề nghiệp:", rng.choice(("", "Làm ruộng", "Giáo viên", "Buôn bán nhỏ", "Hưu trí")))
        )
    flow.y = form.y + 4
    plain = look.style()
    flow.text(Span("Nay tôi làm đơn này trình bày với quý cơ quan nội dung như sau:", plain))
    for text in sentences(REASONS, rng.randint(3, 5), rng):
        flow.text(Span(text, plain))
    flow.text(
        Span(
            "Tôi xin cam đoan những lời khai trên là đúng sự thật và chịu trách nhiệm trước pháp luật về lời khai của mình.",
            plain,
        )
    )
    flow.text(Span("Tôi xin chân thành cảm ơn!", look.style(italic=True)))
    _signatures(flow, look, rng, person, day, confirmed=layout == "confirmation")
    return Paper("unknown", "don", layout, flow.finish())


def authorisation(book: FontBook, rng: random.Random, layout: str) -> Paper:
    """Giấy ủy quyền: both parties on dotted lines, what is permitted, for how long, both signatures."""
    look, flow, form = _page(book, rng)
    day = day_between(rng, date(2025, 7, 2), date(2026, 10, 30))
    giver = invent_person(rng, day_between(rng, date(1945, 1, 1), date(1995, 1, 1)))
    taker = invent_person(rng, day_between(rng, date(1965, 1, 1), date(2004, 1, 1)), home=invent_place(rng))
    _title(
        flow,
        look,
        "GIẤY ỦY QUYỀN",
        f"Hôm nay, {spoken_date(day)}, tại {giver.home.commune_name}, chúng tôi gồm:",
    )
    form.y, bold = flow.y, look.style(bold=True)
    fields: dict[str, str] = {}
    for head, person in (("I. BÊN ỦY QUYỀN (BÊN A)", giver), ("II. BÊN ĐƯỢC ỦY QUYỀN (BÊN B)", taker)):
        flow.sheet.put(flow.left, form.y, Span(head, bold))
        form.y += form.step
        # On half-filled forms some lines wait for the pen.
        blank = layout == "half-filled" and person is taker
        role = "principal" if person is giver else "agent"
        fields |= _who(form, rng, person, day, "Họ và tên:", blank=blank, role=role)
    flow.y = form.y
    flow.text(Span("III. NỘI DUNG ỦY QUYỀN", bold), indent=0)
    plain = look.style()
    for number, text in enumerate(sentences(POWERS, rng.randint(3, 5), rng), start=1):
        flow.text(Span(f"{number}. {text}", plain))
    form.sheet, form.y = flow.sheet, flow.y
    flow.need(form.step)
    form.sheet, form.y = flow.sheet, flow.y
    term = "" if layout == "half-filled" else f"{rng.choice((3, 6, 12, 24))} tháng kể từ ngày ký"
    form.line(Blank("Thời hạn ủy quyền:", term, "term" if term else None))
    flow.y = form.y
    for text in rng.sample(_CLAUSES, 2):
        flow.text(Span(text, plain))
    _signatures(flow, look, rng, giver, day, other=taker)
    fields |= {"made_on": day.isoformat(), "place": giver.home.commune}
    if term:
        fields["term"] = term
    return Paper("giay_uy_quyen", "giay_uy_quyen", layout, flow.finish(), fields)


def _page(book: FontBook, rng: random.Random) -> tuple[Look, Flow, Form]:
    family = choose_family(rng, book, *OTHER_SERIF, *SANS)
    size = rng.choice((12.0, 13.0, 13.0, 14.0)) - (0 if family in TIMES_LIKE else 1.5)
    look = Look(family, size, value_italic=rng.random() < 0.2, value_bold=rng.random() < 0.15)
    flow = Flow(
        book,
        look,
        left=rng.uniform(25, 32) * MM,
        right=rng.uniform(15, 22) * MM,
        leading=rng.uniform(1.2, 1.5),
    )
    national_header(flow.sheet, flow.sheet.width / 2, flow.top + 6, look, size=min(size, 13.0))
    flow.y = flow.top + 66
    leaders = rng.choice(("under", "after", "after"))
    step = size * rng.uniform(1.5, 1.85)
    right = flow.sheet.width - flow.right
    return look, flow, Form(flow.sheet, look, flow.left, right, flow.y, step, leaders=leaders)


def _title(flow: Flow, look: Look, title: str, hint: str) -> None:
    flow.text(Span(title, look.style(bold=True, size=look.size + 2)), align="centre", indent=0, after=2)
    flow.text(Span(hint, look.style(italic=True)), align="centre", indent=0, after=12)


def _who(
    form: Form,
    rng: random.Random,
    person: Person,
    day: date,
    label: str,
    *,
    blank: bool = False,
    role: str | None = None,
) -> dict[str, str]:
    """A person over four or five dotted lines; `blank` leaves what follows the name open.

    Returns what is printed about the person, as fields of his `role`.
    """

    def value(text: str) -> str:
        return "" if blank else text

    def called(part: str) -> str | None:
        return f"{role}_{part}" if role and (part == "name" or not blank) else None

    name = person.name.upper() if rng.random() < 0.3 else person.name
    residence = capital(person.home.address(day))
    form.line(Blank(label, name, called("name"), share=2.2), Blank("Giới tính:", value(person.sex)))
    form.line(
        Blank("Sinh ngày:", value(short_date(person.born)), called("birth_date")),
        Blank("Dân tộc:", value(person.ethnicity)),
        Blank("Quốc tịch:", value("Việt Nam")),
    )
    form.line(Blank("Số CCCD/định danh cá nhân:", value(person.personal_id), called("identity")))
    issued = day_between(rng, date(2021, 3, 1), date(2024, 6, 30))
    form.line(
        Blank("Ngày cấp:", value(short_date(issued))),
        Blank("Nơi cấp:", value("Cục CSQLHC về TTXH"), share=1.6),
    )
    form.line(Blank("Nơi thường trú:", value(residence), called("residence")))
    phone = f"0{rng.choice((32, 86, 90, 98))}{rng.randint(0, 9_999_999):07d}"
    form.line(Blank("Điện thoại:", value(phone)), Blank("Thư điện tử:", ""))
    said = {
        "name": name,
        "birth_date": person.born.isoformat(),
        "identity": person.personal_id,
        "residence": residence,
    }
    return {key: text for part, text in said.items() if (key := called(part))}


def _signatures(
    flow: Flow,
    look: Look,
    rng: random.Random,
    person: Person,
    day: date,
    *,
    confirmed: bool = False,
    other: Person | None = None,
) -> None:
    """Place and date right; below it the signer, left the other party or the commune's confirmation."""
    flow.need(150)
    x = flow.left + flow.width * 0.74
    italic = look.style(italic=True)
    where, when = Span(person.home.commune, italic, "place"), Span(spoken_date(day), italic, "made_on")
    flow.sheet.put(x, flow.y + 6, where, Span(", ", italic), when, align="centre")
    roles = [(x, "NGƯỜI LÀM ĐƠN" if other is None else "BÊN ỦY QUYỀN", person.name)]
    left = flow.left + flow.width * 0.22
    if other is not None:
        roles.append((left, "BÊN ĐƯỢC ỦY QUYỀN", other.name))
    elif confirmed:
        roles.append((left, "XÁC NHẬN CỦA UBND", ""))
    hint = look.style(italic=True, size=look.size - 2)
    y = flow.y + 6 + look.size * 1.5
    for at, role, name in roles:
        flow.sheet.put(at, y, Span(role, look.style(bold=True)), align="centre")
        flow.sheet.put(at, y + look.size * 1.2, Span("(Ký, ghi rõ họ tên)", hint), align="centre")
        if name:
            stroke = signature_painter(rng, at - 45, y + look.size * 1.6, rng.uniform(80, 110), 50, PEN_BLUE)
            flow.sheet.overlay(stroke)
            flow.sheet.put(at, y + 88, Span(name, look.style(bold=True)), align="centre")
