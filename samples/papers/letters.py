"""Long official letters (công văn nhiều trang): parts, points, a small table, several receivers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from samples.fonts import OTHER_SERIF, SANS, TIMES_LIKE, FontBook
from samples.papers.common import MM, Heading, Look, Paper, SignatureBlock, choose_family, column
from samples.papers.flow import Flow
from samples.papers.prose import LAWS, POINTS, REQUESTS, SITUATION, filled, sentences
from samples.papers.subjects import money
from samples.people import day_between, invent_name, workday
from samples.places import Place, capital, invent_place
from samples.sheet import Span, Style

LAYOUTS = ("province", "department", "company")
_SIGNATURE_ROOM = 170.0
_MATTERS = (
    "chấn chỉnh công tác tiếp nhận và số hóa hồ sơ thủ tục hành chính",
    "đôn đốc chỉnh lý tài liệu tồn đọng, tích đống của các cơ quan, đơn vị",
    "báo cáo kết quả rà soát giấy tờ hộ tịch, cư trú và đất đai",
    "hướng dẫn lập dự toán kinh phí lưu trữ điện tử",
    "xử lý kiến nghị của cử tri trước kỳ họp thường lệ",
)
_RECEIVERS = (
    "Các sở, ban, ngành thuộc tỉnh",
    "Ủy ban nhân dân các xã, phường, đặc khu",
    "Trung tâm Lưu trữ lịch sử",
    "Kho bạc Nhà nước khu vực",
    "Bảo hiểm xã hội khu vực",
    "Công ty Điện lực, Công ty Cấp nước trên địa bàn",
)
_PARTS = ("Tình hình thực hiện", "Nhiệm vụ, giải pháp trọng tâm", "Tổ chức thực hiện")


@dataclass(frozen=True)
class _Sender:
    parents: tuple[str, ...]
    issuer: tuple[str, ...]
    notation: str
    titles: tuple[str, ...]
    place: str
    name: str
    """In running text."""


def long_letter(book: FontBook, rng: random.Random, layout: str) -> Paper:
    """Two to four pages: parts I–III, numbered and lettered points, bullets, a table, «Nơi nhận»."""
    day = workday(day_between(rng, date(2025, 7, 2), date(2026, 10, 30)))
    sender = _sender(rng, layout, invent_place(rng), day)
    look, flow = _typography(book, rng)
    heading = Heading(
        sender.parents,
        sender.issuer,
        "Số:",
        f"{rng.randint(10, 9900)}/{sender.notation}",
        sender.place,
        day,
        abstract=(matter := rng.choice(_MATTERS)),
    )
    right = flow.sheet.width - 14 * MM
    flow.y = heading.draw(flow.sheet, look, flow.top + 8, rng, left=18 * MM, right=right) + 22
    receivers = _receivers(flow, look, rng)
    plain = look.style()
    flow.text(Span(f"Thực hiện {rng.choice(LAWS)}, {sender.name} thông báo về việc {matter} như sau:", plain))
    for number, (title, body) in enumerate(
        zip(_PARTS, (SITUATION, REQUESTS, REQUESTS), strict=True), start=1
    ):
        flow.need(3 * look.size * flow.leading)
        flow.text(Span(f"{'I' * number}. {title.upper()}", look.style(bold=True)))
        _part(flow, look, rng, sentences(body, rng.randint(4, 7), rng), lettered=number == 2)
        if number == 1 and rng.random() < 0.7:
            _small_table(flow, look, rng)
    flow.need(3 * look.size * flow.leading + _SIGNATURE_ROOM)
    flow.text(Span(f"{sender.name} đề nghị các cơ quan, đơn vị nghiêm túc triển khai thực hiện./.", plain))
    signer = _close(flow, look, rng, sender)
    fields = {
        "number": heading.number,
        "issuer": " ".join(sender.issuer),
        **({"issuer_parent": " ".join(sender.parents)} if sender.parents else {}),
        "place": sender.place,
        "issued_on": day.isoformat(),
        "abstract": matter,
        "recipient": "; - ".join(receivers),
        "signer_title": sender.titles[-1],
        "signer_name": signer,
    }
    return Paper("cong_van", "cong_van_dai", layout, flow.finish(), fields)


def _typography(book: FontBook, rng: random.Random) -> tuple[Look, Flow]:
    family = choose_family(rng, book, *OTHER_SERIF, *SANS)
    size = rng.choice((12.0, 13.0, 13.0, 14.0, 14.0, 15.0)) - (0 if family in TIMES_LIKE else 1.5)
    left, right = rng.uniform(25, 35) * MM, rng.uniform(14, 20) * MM
    leading = rng.choice((1.08, 1.2, 1.3, 1.5))
    look = Look(family, size)
    return look, Flow(book, look, left=left, right=right, foot=rng.uniform(20, 27) * MM, leading=leading)


def _sender(rng: random.Random, layout: str, home: Place, day: date) -> _Sender:
    province = home.province.current(day)
    upper = province.full_name.upper()
    if layout == "company":
        own = rng.choice(("SAO KHUÊ", "MÂY TÍM", "GIÓ NỒM", "LÚA ĐỒNG"))
        return _Sender(
            ("TỔNG CÔNG TY DỊCH VỤ CÔNG ÍCH",),
            (f"CÔNG TY TNHH MTV {own}",),
            f"CV-{rng.choice(('KT', 'TCHC', 'KHĐT'))}",
            rng.choice((("GIÁM ĐỐC",), ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"))),
            province.name,
            "Công ty",
        )
    if layout == "department":
        office, short = rng.choice(
            (
                ("SỞ KHOA HỌC VÀ CÔNG NGHỆ", "SKHCN"),
                ("SỞ TÀI CHÍNH", "STC"),
                ("SỞ GIÁO DỤC VÀ ĐÀO TẠO", "SGDĐT"),
                ("THANH TRA TỈNH", "TTr"),
            )
        )
        titles = rng.choice((("GIÁM ĐỐC",), ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")))
        name = capital(office.lower())
        return _Sender((f"UBND {upper}",), (office,), f"{short}-VP", titles, province.name, name)
    return _Sender(
        (),
        ("ỦY BAN NHÂN DÂN", upper),
        "UBND-HCC",
        ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        province.name,
        f"Ủy ban nhân dân {province.full_name}",
    )


def _receivers(flow: Flow, look: Look, rng: random.Random) -> list[str]:
    """«Kính gửi:» with the receivers below each other, set in from the middle of the page; returns them."""
    plain, x = look.style(), flow.left + flow.width * rng.uniform(0.18, 0.28)
    flow.sheet.put(x, flow.y, Span("Kính gửi:", look.style(bold=rng.random() < 0.4)))
    start = x + flow.sheet.measure("Kính gửi: ", look.style(bold=True))
    chosen = rng.sample(_RECEIVERS, rng.randint(2, 4))
    step = look.size * flow.leading
    for index, receiver in enumerate(chosen):
        flow.y += step
        sign = "." if index == len(chosen) - 1 else ";"
        flow.y = (
            column(
                flow.sheet,
                start,
                flow.y,
                flow.left + flow.width - start,
                [Span("- ", plain), Span(f"{receiver}{sign}", plain, "recipient")],
                align="left",
                leading=step,
            )
            - step
        )
    flow.y += step + 10
    return chosen


def _part(flow: Flow, look: Look, rng: random.Random, texts: list[str], *, lettered: bool) -> None:
    """Numbered paragraphs; below one of them lettered points, below another bullets."""
    plain, italic = look.style(), look.style(italic=True)
    with_points, with_bullets = rng.sample(range(len(texts)), 2)
    for index, text in enumerate(texts):
        head = Span(f"{index + 1}. ", look.style(bold=rng.random() < 0.3))
        flow.text(head, Span(text, plain))
        if lettered and index == with_points:
            for letter, point in zip("abcdđ", sentences(POINTS, rng.randint(2, 4), rng), strict=False):
                flow.text(Span(f"{letter}) {capital(point)}", plain))
        elif index == with_bullets:
            for point in sentences(POINTS, rng.randint(2, 3), rng):
                flow.text(Span(f"- {capital(point)}", italic if rng.random() < 0.3 else plain), after=2)


def _small_table(flow: Flow, look: Look, rng: random.Random) -> None:
    flow.text(
        Span(filled("Bảng {small}. Kết quả tiếp nhận, giải quyết hồ sơ", rng), look.style(italic=True)),
        align="centre",
        indent=0,
    )
    rows = [("TT", "Đơn vị", "Tiếp nhận", "Đúng hạn", "Tỷ lệ (%)")]
    for index in range(rng.randint(3, 7)):
        took = rng.randint(40, 4800)
        done = rng.randint(took // 2, took)
        share = f"{100 * done / took:.1f}".replace(".", ",")
        rows.append(
            (str(index + 1), capital(invent_place(rng).commune_name), money(took), money(done), share)
        )
    flow.table((0.7, 4, 1.6, 1.5, 1.5), rows, size=look.size - 1, centred=(0, 2, 3, 4))


def _close(flow: Flow, look: Look, rng: random.Random, sender: _Sender) -> str:
    """«Nơi nhận» left and the signature right; returns the signer's name."""
    y = flow.y + 8
    copies = rng.sample(
        (
            "Như trên;",
            "Thường trực Tỉnh ủy, HĐND tỉnh (để b/c);",
            "Chủ tịch, các Phó Chủ tịch;",
            "Cổng Thông tin điện tử;",
            "Các phòng: KT, NC, VX, TH;",
        ),
        rng.randint(2, 4),
    )
    flow.sheet.put(flow.left, y, Span("Nơi nhận:", Style(look.family, 12, bold=True, italic=True)))
    small, below = Style(look.family, 11), y + 14
    for copy in (*copies, f"Lưu: VT, {rng.choice(('HCC', 'TH', 'KGVX'))} ({rng.randint(3, 60)} bản)."):
        width = flow.width * 0.42
        below = column(
            flow.sheet, flow.left, below, width, [Span(f"- {copy}", small)], align="left", leading=13
        )
    signer = " ".join(invent_name(rng, male=rng.random() < 0.6))
    block = SignatureBlock(
        flow.left + flow.width * rng.uniform(0.72, 0.78),
        tuple((title, "signer_title" if title is sender.titles[-1] else None) for title in sender.titles),
        signer,
        " ".join(sender.issuer),
    )
    block.draw(flow.sheet, y, look, rng, room=flow.bottom - y)
    return signer
