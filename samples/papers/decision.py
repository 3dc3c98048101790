"""Administrative decisions (quyết định hành chính) after ND30 Annex I, one to three pages."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta

from samples.fonts import OTHER_SERIF, SANS, TIMES_LIKE, FontBook
from samples.papers.common import MM, Heading, Look, Paper, SignatureBlock, choose_family, column, spoken_date
from samples.papers.flow import Flow
from samples.papers.subjects import DEPARTMENT_SUBJECTS, DUTIES, SHORT_SUBJECTS, SUBJECTS, Subject
from samples.people import day_between, invent_name, workday
from samples.places import Place, capital, invent_place
from samples.randomness import seeded
from samples.sheet import Sheet, Span, Style

LAYOUTS = ("commune", "province", "department")
_SLOT = re.compile(r"(\{holder\}|\{identifier\})")


@dataclass(frozen=True)
class _Office:
    """Who decides."""

    parents: tuple[str, ...]
    issuer: tuple[str, ...]
    authority: str
    """Line above the articles, in capitals."""
    titles: tuple[str, ...]
    place: str
    notation: str
    seal: str
    store: str


@dataclass(frozen=True)
class _Case:
    """What is decided, by whom and when: all that ends up in the fields."""

    office: _Office
    subject: Subject
    day: date
    number: str
    signer: str
    effective_from: date
    effective_on_signing: bool
    proposer: str
    family: str
    pages: int


def decision(book: FontBook, rng: random.Random, layout: str, *, pages: int | None = None) -> Paper:
    """A decision; `pages` asks for so many pages (1–3), else chance decides. Long tables may need more."""
    case = _invent(book, rng, layout, pages)
    salt = rng.getrandbits(64)
    # Other sizes, leadings and further articles are tried until the pages come out as asked for; where a long
    # table makes that impossible, the first, comfortable setting stays.
    tries = (_typeset(book, case, seeded("typeset", salt, attempt), attempt) for attempt in range(5))
    first = next(tries)
    sheets, fields = (
        first if len(first[0]) == case.pages else next((t for t in tries if len(t[0]) == case.pages), first)
    )
    return Paper("quyet_dinh", "quyet_dinh", layout, sheets, fields)


def _invent(book: FontBook, rng: random.Random, layout: str, pages: int | None) -> _Case:
    day = workday(day_between(rng, date(2025, 7, 2), date(2026, 10, 30)))
    home = invent_place(rng)
    office = _office(rng, layout, home, day)
    wanted = pages or rng.choice((1, 1, 1, 2, 2, 3))
    choices = DEPARTMENT_SUBJECTS if layout == "department" else SUBJECTS
    fitting = [s for s in choices if wanted > 1 or s in SHORT_SUBJECTS]
    subject = rng.choice(fitting)(rng, day, home, capital(" ".join(office.issuer).lower()))
    on_signing = rng.random() < 0.65
    proposer = rng.choice(
        ("Trưởng phòng Kinh tế", "Chánh Văn phòng", "Trưởng phòng Văn hóa - Xã hội", "Trưởng phòng Nội vụ")
    )
    return _Case(
        office=office,
        subject=subject,
        day=day,
        number=f"{rng.randint(3, 4200)}/{office.notation}",
        signer=" ".join(invent_name(rng, male=rng.random() < 0.65)),
        effective_from=day if on_signing else day + timedelta(days=rng.randint(3, 45)),
        effective_on_signing=on_signing,
        proposer=f"{proposer} tại Tờ trình số {rng.randint(5, 400)}/TTr-{rng.choice(('KT', 'VP', 'VHXH', 'NV'))}",
        family=choose_family(rng, book, *OTHER_SERIF, *SANS),
        pages=wanted,
    )


def _typeset(
    book: FontBook, case: _Case, rng: random.Random, attempt: int
) -> tuple[list[Sheet], dict[str, str]]:
    tight = case.pages == 1 and attempt > 1
    size = 12.0 if tight else rng.choice((13.0, 13.0, 13.5, 14.0))
    if case.family not in TIMES_LIKE:
        size -= 1.5
    look = Look(case.family, size)
    leading = 1.12 if tight else rng.uniform(1.18, 1.34)
    flow = Flow(book, look, left=30 * MM, right=rng.uniform(15, 20) * MM, leading=leading)
    office, subject = case.office, case.subject
    fields = {
        "number": case.number,
        "issuer": " ".join(office.issuer),
        "place": office.place,
        "issued_on": case.day.isoformat(),
        "abstract": subject.abstract,
        "effective_from": case.effective_from.isoformat(),
        "signer_title": office.titles[-1],
        "signer_name": case.signer,
    }
    if office.parents:
        fields["issuer_parent"] = " ".join(office.parents)
    heading = Heading(
        office.parents, office.issuer, "Số:", case.number, office.place, case.day, pen_number=True
    )
    top = flow.top + (0 if tight else 8)
    flow.y = heading.draw(flow.sheet, look, top, rng, left=18 * MM, right=flow.sheet.width - 14 * MM)
    flow.y += 16 if tight else 26
    _title(flow, look, rng, subject, office)
    italic = look.style(italic=True)
    for ground in subject.grounds:
        flow.text(Span(f"Căn cứ {ground};", italic), after=3)
    flow.text(Span(f"Theo đề nghị của {case.proposer}.", italic), after=8)
    flow.text(Span("QUYẾT ĐỊNH:", look.style(bold=True)), align="centre", indent=0, after=6)
    _articles(flow, look, rng, case, fields)
    _signature(flow, look, rng, case)
    return flow.finish(), fields


def _office(rng: random.Random, layout: str, home: Place, day: date) -> _Office:
    province = home.province.current(day)
    if layout == "commune":
        acting = rng.random() < 0.5
        titles: tuple[str, ...] = ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH") if acting else ("CHỦ TỊCH",)
        if rng.random() < 0.35:
            titles = ("TM. ỦY BAN NHÂN DÂN", *titles)
        commune = home.commune_name.upper()
        return _Office(
            parents=(),
            issuer=("ỦY BAN NHÂN DÂN", commune),
            authority=f"CHỦ TỊCH ỦY BAN NHÂN DÂN {commune}",
            titles=titles,
            place=home.commune,
            notation="QĐ-UBND",
            seal=f"U.B.N.D {commune}",
            store="VT, VP.",
        )
    province_name = province.full_name.upper()
    if layout == "province":
        titles = rng.choice(
            (
                ("CHỦ TỊCH",),
                ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
                ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
            )
        )
        return _Office(
            parents=(),
            issuer=("ỦY BAN NHÂN DÂN", province_name),
            authority=f"CHỦ TỊCH ỦY BAN NHÂN DÂN {province_name}",
            titles=titles,
            place=province.name if province.name != "Hồ Chí Minh" else "Thành phố Hồ Chí Minh",
            notation="QĐ-UBND",
            seal=f"ỦY BAN NHÂN DÂN {province_name}",
            store="VT, NC.",
        )
    name, short = rng.choice(
        (
            ("SỞ NỘI VỤ", "SNV"),
            ("SỞ TƯ PHÁP", "STP"),
            ("SỞ XÂY DỰNG", "SXD"),
            ("SỞ Y TẾ", "SYT"),
            ("SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG", "SNNMT"),
        )
    )
    titles = rng.choice((("GIÁM ĐỐC",), ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")))
    return _Office(
        parents=(f"UBND {province_name}",) if rng.random() < 0.5 else ("ỦY BAN NHÂN DÂN", province_name),
        issuer=(name,),
        authority=f"GIÁM ĐỐC {name} {province_name}",
        titles=titles,
        place=province.name if province.name != "Hồ Chí Minh" else "Thành phố Hồ Chí Minh",
        notation=f"QĐ-{short}",
        seal=f"{name} {province_name}",
        store="VT, TCCB.",
    )


def _title(flow: Flow, look: Look, rng: random.Random, subject: Subject, office: _Office) -> None:
    bold = look.style(bold=True)
    flow.text(
        Span("QUYẾT ĐỊNH", look.style(bold=True, size=look.size + rng.choice((0, 1)))),
        align="centre",
        indent=0,
        after=1,
    )
    flow.text(
        Span("Về việc ", bold),
        Span(subject.abstract, bold, "abstract"),
        align="centre",
        indent=0,
        after=0,
        inset=18 * MM,
    )
    middle = flow.left + flow.width / 2
    half = flow.width * rng.uniform(0.12, 0.18)
    flow.sheet.rule(middle - half, flow.y - 8, middle + half, flow.y - 8, 0.8)
    flow.y += 14
    flow.text(Span(office.authority, bold), align="centre", indent=0, after=8)


def _articles(flow: Flow, look: Look, rng: random.Random, case: _Case, fields: dict[str, str]) -> None:
    plain = look.style()
    number = 0
    seen: set[str] = set()
    subject = case.subject

    def article(*paragraphs: list[Span]) -> None:
        nonlocal number
        number += 1
        flow.need(2 * look.size * flow.leading)
        head = Span(f"Điều {number}.", look.style(bold=True))
        for index, spans in enumerate(paragraphs):
            flow.text(*((head, Span(" ", plain)) if index == 0 else ()), *spans)

    for part in subject.articles:
        article(*[_with_holder(text, subject, plain, fields, seen) for text in part.paragraphs])
        if part.table:
            flow.table(part.table.shares, part.table.rows, size=look.size - 1.5, centred=part.table.centred)
    duties = rng.sample(DUTIES, len(DUTIES))
    # Further articles, until the last page asked for carries some text above the signature.
    while duties and case.pages > 1 and _reached(flow) < (case.pages - 1, 130.0):
        title, *points = duties.pop()
        article([Span(title, plain)], *[[Span(point, plain)] for point in points])
    effect = _effect(rng, case, plain)
    opening = rng.choice(("Chánh Văn phòng, ", "Các ông, bà: Chánh Văn phòng, Trưởng phòng Nội vụ, "))
    carried = Span(
        f"{opening}{subject.carriers} và các tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này./.",
        plain,
    )
    # The last article goes over to the next page with the signature: that never stands alone.
    flow.need(4 * look.size * flow.leading + _SIGNATURE_ROOM)
    if look.size > 12 and rng.random() < 0.5:
        article(effect)
        article([carried])
    else:
        article([*effect, Span(" ", plain), carried])


_SIGNATURE_ROOM = 140.0


def _reached(flow: Flow) -> tuple[int, float]:
    return len(flow.sheets) - 1, flow.y - flow.top


def _effect(rng: random.Random, case: _Case, plain: Style) -> list[Span]:
    if case.effective_on_signing:
        day = Span("ngày ký", plain, "effective_from")
        return [Span("Quyết định này có hiệu lực kể từ ", plain), day, Span(".", plain)]
    verb = rng.choice(("có hiệu lực thi hành kể từ ", "có hiệu lực từ "))
    day = Span(spoken_date(case.effective_from), plain, "effective_from")
    return [Span(f"Quyết định này {verb}", plain), day, Span(".", plain)]


def _with_holder(
    text: str, subject: Subject, plain: Style, fields: dict[str, str], seen: set[str]
) -> list[Span]:
    spans = []
    values = {
        "{holder}": ("holder_name", subject.holder_name),
        "{identifier}": ("holder_identifier", subject.holder_identifier),
    }
    for part in _SLOT.split(text):
        name, value = values.get(part, (None, None))
        if name and value:
            fields[name] = value
            spans.append(Span(value, plain, name if name not in seen else None))
            seen.add(name)
        elif part:
            spans.append(Span(part, plain))
    return spans


def _signature(flow: Flow, look: Look, rng: random.Random, case: _Case) -> None:
    flow.y += 4
    flow.need(_SIGNATURE_ROOM - 25)
    y = flow.y + 4
    copies = [
        rng.choice(("Như trên;", "Như Điều cuối;")),
        "TT. Đảng ủy, HĐND;",
        "Các cơ quan có liên quan;",
        "Cổng thông tin điện tử;",
    ]
    _recipients(flow, look, [*copies[: rng.randint(2, 4)], f"Lưu: {case.office.store}"], y)
    titles = case.office.titles
    named = tuple((t, "signer_title" if i == len(titles) - 1 else None) for i, t in enumerate(titles))
    block = SignatureBlock(
        x=flow.left + flow.width * rng.uniform(0.72, 0.78),
        titles=named,
        name=case.signer,
        seal_text=case.office.seal,
    )
    block.draw(flow.sheet, y, look, rng, room=flow.bottom - y)


def _recipients(flow: Flow, look: Look, copies: list[str], y: float) -> None:
    flow.sheet.put(flow.left, y, Span("Nơi nhận:", Style(look.family, 12, bold=True, italic=True)))
    small = Style(look.family, 11)
    y += 14
    for copy in copies:
        y = column(
            flow.sheet, flow.left, y, flow.width * 0.42, [Span(f"- {copy}", small)], align="left", leading=13
        )
