"""Birth certificates (giấy khai sinh) and extracts of the birth register (trích lục khai sinh, bản sao)."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date

from samples.fonts import HAND_LIKE, OTHER_SERIF, SANS, FontBook
from samples.ink import border_painter, emblem_painter
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
    short_date,
    spoken_date,
)
from samples.people import BirthRecord, Person, invent_birth
from samples.places import capital
from samples.sheet import BLACK, Sheet, Span, Style
from samples.words import date_in_words

CERTIFICATE_LAYOUTS = ("form-2020", "form-2015", "form-handwritten")
EXTRACT_LAYOUTS = ("form-2020", "form-2015")


@dataclass(frozen=True)
class _Labels:
    """The wording of one form."""

    name: str
    mother: str
    father: str
    declarant: str
    born: str = "Ngày, tháng, năm sinh:"
    in_words: str = "ghi bằng chữ:"
    residence: str = "Nơi cư trú:"
    personal_id: str = "Số định danh cá nhân:"


_NEW = _Labels(
    "Họ, chữ đệm, tên:",
    "Họ, chữ đệm, tên người mẹ:",
    "Họ, chữ đệm, tên người cha:",
    "Họ, chữ đệm, tên người đi khai sinh:",
)
_OLD = _Labels(
    "Họ và tên:",
    "Họ và tên mẹ:",
    "Họ và tên cha:",
    "Họ và tên người đi khai sinh:",
    in_words="Ghi bằng chữ:",
    residence="Nơi thường trú/tạm trú:",
)


def birth_certificate(book: FontBook, rng: random.Random, layout: str) -> Paper:
    """Giấy khai sinh, bản chính, on A4 with a decorative frame."""
    periods = {
        "form-2020": (date(2020, 7, 20), date(2026, 9, 1)),
        "form-2015": (date(2016, 1, 4), date(2020, 6, 1)),
        "form-handwritten": (date(2008, 1, 4), date(2015, 11, 1)),
    }
    record = invent_birth(rng, *periods[layout], extract=False)
    labels = _OLD if layout == "form-handwritten" else _NEW
    look = _look(book, rng, layout)
    sheet = Sheet(book, paper=rng.choice(((255, 252, 248), (255, 248, 246), (253, 252, 244))))
    colour = rng.choice(((188, 70, 78), (176, 98, 60), (70, 120, 96)))
    tint = (min(255, colour[0] + 70), min(255, colour[1] + 70), min(255, colour[2] + 70))
    sheet.overlay(border_painter(rng, rng.uniform(20, 26), colour, tint))
    fields: dict[str, str] = {}
    y = _certificate_head(sheet, look, record, fields, rng, layout)
    form = Form(
        sheet,
        look,
        x0=25 * MM,
        x1=sheet.width - 20 * MM,
        y=y,
        step=rng.uniform(21.5, 23.5),
        leaders="under" if layout == "form-handwritten" else rng.choice(("after", "under")),
        bold_labels=layout == "form-2015" and rng.random() < 0.4,
    )
    _child_lines(form, record, labels, fields, with_id=layout != "form-handwritten")
    parents = [
        ("mother", record.mother, record.mother_residence, labels.mother),
        ("father", record.father, record.father_residence, labels.father),
    ]
    if layout == "form-handwritten":
        parents.reverse()
    for role, person, residence, label in parents:
        _parent_lines(form, role, person, residence, label, labels, fields)
    form.line(_blank(fields, labels.declarant, "declarant_name", record.declarant.name))
    committee = record.registrar.committee(record.registered_on)
    if layout == "form-2020":
        form.line(Blank("Giấy tờ tùy thân:", f"Căn cước công dân số {record.declarant.personal_id}"))
        form.line(_blank(fields, "Nơi đăng ký khai sinh:", "registered_at", committee))
        form.line(_date_blank(fields, "Ngày, tháng, năm đăng ký:", "registered_on", record.registered_on))
    elif layout == "form-2015":
        form.line(Blank("Giấy tờ tùy thân:", f"CCCD {record.declarant.personal_id}"))
        form.line(_blank(fields, "Đăng ký khai sinh tại:", "registered_at", committee))
        form.line(
            _date_blank(
                fields, "Ngày, tháng, năm đăng ký:", "registered_on", record.registered_on, spoken=True
            )
        )
    else:
        form.line(Blank("Quan hệ với người được khai sinh:", "Cha" if record.declarant.male else "Mẹ"))
        form.line(_blank(fields, "Đăng ký tại:", "registered_at", committee))
        form.line(_date_blank(fields, "Ngày đăng ký:", "registered_on", record.registered_on, spoken=True))
    heading = "NGƯỜI KÝ GIẤY KHAI SINH"
    _sign(sheet, look, rng, record, fields, form.y + 6, heading, bottom=sheet.height - 22 * MM)
    mark_as_sample(sheet, look.family, y=sheet.height - 17 * MM)
    return Paper("giay_khai_sinh", "giay_khai_sinh", layout, [sheet], fields)


def birth_extract(book: FontBook, rng: random.Random, layout: str) -> Paper:
    """Trích lục khai sinh (bản sao), on plain A4."""
    record = invent_birth(rng, date(1990, 1, 4), date(2026, 6, 1), extract=True)
    issued = max(record.issued_on, date(2016, 1, 4))
    look = _look(book, rng, layout)
    sheet = Sheet(book)
    fields = {"number": f"{record.number + rng.randint(0, 900)}/TLKS-BS", "issued_on": issued.isoformat()}
    heading = Heading(
        parents=(),
        issuer=_committee_lines(record, issued, rng),
        number_label="Số:",
        number=fields["number"],
        place=capital(record.registrar.commune_name) if rng.random() < 0.4 else record.registrar.commune,
        day=issued,
    )
    fields["issuer"] = " ".join(heading.issuer)
    y = heading.draw(sheet, look, 22 * MM, rng, left=22 * MM, right=sheet.width - 16 * MM) + 30
    sheet.put(
        sheet.width / 2,
        y,
        Span("TRÍCH LỤC KHAI SINH", look.style(bold=True, size=look.size + 3)),
        align="centre",
    )
    sheet.put(sheet.width / 2, y + 19, Span("(BẢN SAO)", look.style(bold=True)), align="centre")
    form = Form(
        sheet,
        look,
        x0=28 * MM,
        x1=sheet.width - 18 * MM,
        y=y + 48,
        step=rng.uniform(22.5, 25),
        leaders=rng.choice(("after", "after", "under")),
    )
    _child_lines(form, record, _NEW, fields, with_id=True)
    parents = [
        ("mother", record.mother, record.mother_residence, _NEW.mother),
        ("father", record.father, record.father_residence, _NEW.father),
    ]
    if layout == "form-2015":
        parents.reverse()
    for role, person, residence, label in parents:
        _parent_lines(form, role, person, residence, label, _NEW, fields)
    committee = record.registrar.committee(record.registered_on)
    form.line(_blank(fields, "Đăng ký khai sinh tại:", "registered_at", committee))
    fields["registered_on"] = record.registered_on.isoformat()
    registered = spoken_date(record.registered_on).removeprefix("ngày ")
    form.line(Blank("Số:", f"{record.number:02d}"), Blank("ngày", registered, "registered_on", 2.2))
    _sign(sheet, look, rng, record, fields, form.y + 14, "NGƯỜI KÝ TRÍCH LỤC", bottom=sheet.height - 16 * MM)
    mark_as_sample(sheet, look.family)
    return Paper("trich_luc_khai_sinh", "trich_luc_khai_sinh", layout, [sheet], fields)


def _look(book: FontBook, rng: random.Random, layout: str) -> Look:
    family = choose_family(rng, book, *OTHER_SERIF, *SANS)
    wide = {"DejaVu Serif": 11.0, "Noto Serif": 11.0, "Charis SIL": 11.5, "Arimo": 11.5, "Noto Sans": 11.0}
    size = wide.get(family, 12.5)
    if layout == "form-handwritten":
        hand = book.choose(HAND_LIKE)[0]
        ink = rng.choice(((30, 40, 120), (32, 30, 44), (40, 34, 96)))
        return Look(
            family, size, value_family=hand, value_italic=True, value_colour=ink, value_size=size + 1.5
        )
    return Look(family, size, value_bold=rng.random() < 0.4, value_italic=rng.random() < 0.12)


def _committee_lines(record: BirthRecord, day: date, rng: random.Random) -> tuple[str, ...]:
    commune = record.registrar.levels(day)[0].upper()
    return (f"UBND {commune}",) if rng.random() < 0.25 else ("ỦY BAN NHÂN DÂN", commune)


def _certificate_head(
    sheet: Sheet, look: Look, record: BirthRecord, fields: dict[str, str], rng: random.Random, layout: str
) -> float:
    fields["number"] = (
        f"{record.number}/{record.registered_on.year}" if layout == "form-2020" else str(record.number)
    )
    issuer = _committee_lines(record, record.registered_on, rng)
    fields["issuer"] = " ".join(issuer)
    top = 22 * MM
    if layout == "form-2020":
        heading = Heading((), issuer, "Số:", fields["number"], None, None)
        title_y = heading.draw(sheet, look, top, rng, left=22 * MM, right=sheet.width - 18 * MM) + 24
    else:
        national_header(sheet, sheet.width / 2, top, look, size=12)
        sheet.overlay(emblem_painter(sheet.width / 2, top + 46, 20))
        small = look.style(bold=True, size=look.size - 1)
        y = 37 * MM
        for line in issuer:
            sheet.put(25 * MM, y, Span(line, small, "issuer"))
            y += small.size * 1.25
        fields["book_number"] = record.book
        x = sheet.width - 58 * MM
        label = look.style(size=look.size - 1)
        sheet.put(x, 37 * MM, Span("Số: ", label), Span(fields["number"], look.value(), "number"))
        sheet.put(x, 37 * MM + 17, Span("Quyển số: ", label), Span(record.book, look.value(), "book_number"))
        title_y = top + 94
    colour = (190, 30, 40) if rng.random() < 0.7 else BLACK
    title = Style(look.family, rng.choice((20, 22, 24)), bold=True, colour=colour)
    sheet.put(sheet.width / 2, title_y, Span("GIẤY KHAI SINH", title), align="centre")
    return title_y + 34


def _blank(fields: dict[str, str], label: str, name: str, value: str, share: float = 1.0) -> Blank:
    fields[name] = value
    return Blank(label, value, name, share)


def _date_blank(
    fields: dict[str, str], label: str, name: str, day: date, share: float = 1.0, *, spoken: bool = False
) -> Blank:
    fields[name] = day.isoformat()
    printed = spoken_date(day).removeprefix("ngày ") if spoken else short_date(day)
    return Blank(label, printed, name, share)


def _child_lines(
    form: Form, record: BirthRecord, labels: _Labels, fields: dict[str, str], *, with_id: bool
) -> None:
    child = record.child
    form.line(_blank(fields, labels.name, "full_name", child.name.upper()))
    words = capital(date_in_words(child.born))
    born = _date_blank(fields, labels.born, "birth_date", child.born)
    line_width = form.x1 - form.x0
    label_style, value_style = form.look.style(bold=form.bold_labels), form.look.value()
    needed = sum(form.sheet.measure(t, label_style) for t in (labels.born, labels.in_words, "   ")) + sum(
        form.sheet.measure(t, value_style) for t in (born.value, words, "  ")
    )
    in_words = _blank(fields, labels.in_words, "birth_date_in_words", words, 2.0)
    if needed < line_width:
        form.line(replace(born, share=needed * 0.42), replace(in_words, share=needed * 0.58))
    else:
        form.line(born)
        form.line(in_words)
    form.line(
        _blank(fields, "Giới tính:", "sex", child.sex),
        _blank(fields, "Dân tộc:", "ethnicity", child.ethnicity),
        _blank(fields, "Quốc tịch:", "nationality", "Việt Nam", 1.3),
    )
    form.line(_blank(fields, "Nơi sinh:", "birth_place", record.birth_place))
    form.line(_blank(fields, "Quê quán:", "hometown", record.hometown))
    if with_id:
        form.line(_blank(fields, labels.personal_id, "personal_id", child.personal_id))


def _parent_lines(
    form: Form,
    role: str,
    person: Person | None,
    residence: str,
    label: str,
    labels: _Labels,
    fields: dict[str, str],
) -> None:
    if person is None:  # the register leaves the lines of an unknown father empty
        form.line(Blank(label, ""))
        form.line(Blank("Năm sinh:", ""), Blank("Dân tộc:", ""), Blank("Quốc tịch:", "", share=1.3))
        form.line(Blank(labels.residence, ""))
        return
    form.line(_blank(fields, label, f"{role}_name", person.name.upper()))
    form.line(
        _blank(fields, "Năm sinh:", f"{role}_birth_year", str(person.born.year)),
        _blank(fields, "Dân tộc:", f"{role}_ethnicity", person.ethnicity),
        _blank(fields, "Quốc tịch:", f"{role}_nationality", "Việt Nam", 1.3),
    )
    form.line(_blank(fields, labels.residence, f"{role}_residence", residence))


def _sign(
    sheet: Sheet,
    look: Look,
    rng: random.Random,
    record: BirthRecord,
    fields: dict[str, str],
    y: float,
    heading: str,
    *,
    bottom: float,
) -> None:
    fields["signer_title"], fields["signer_name"] = record.signer_title, record.signer
    block = SignatureBlock(
        x=sheet.width - rng.uniform(60, 68) * MM,
        titles=((heading, None), (record.signer_title, "signer_title")),
        name=record.signer,
        seal_text=f"U.B.N.D {record.registrar.commune_name.upper()}",
    )
    block.draw(sheet, y + 8, look, rng, room=bottom - y - 8)
