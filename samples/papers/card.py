"""Citizen identity cards: the chip card of 2021 (căn cước công dân) and the card of 2024 (căn cước)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from PIL import Image

from samples.fonts import MONOSPACED, SANS, FontBook
from samples.ink import Seal, emblem_painter, signature_painter
from samples.papers.card_codes import SidePainter, mrz_lines, qr_code
from samples.papers.card_pictures import HEIGHT, WIDTH, chip, fingerprint, guilloche, portrait
from samples.papers.common import MM, MOTTO, NATION, SAMPLE_MARK, Paper, mark_as_sample, pick, short_date
from samples.people import Person, day_between, invent_person
from samples.places import Place
from samples.sheet import Colour, Sheet, Span, Style

LAYOUTS = ("2024-sheet", "2021-sheet", "2024-card", "2021-card")
"""Form of the card; both sides on one A4 sheet as counters copy them, or each side as its own picture."""

_VIOLET: Colour = (52, 48, 120)
_RED: Colour = (196, 30, 38)
_DARK: Colour = (26, 26, 30)
_LABEL: Colour = (40, 70, 84)


@dataclass(frozen=True)
class _Card:
    holder: Person
    residence: str
    hometown: str
    registration_place: str
    issued_on: date
    valid_to: date
    printed: dict[str, str] = field(default_factory=dict)
    """What is chosen only while a side is drawn."""


def identity_card(book: FontBook, rng: random.Random, layout: str) -> Paper:
    """Front and back of one card."""
    form, carrier = layout.split("-")
    card = _invent(rng, form)
    holder = card.holder
    fields = {
        "personal_id": holder.personal_id,
        "full_name": holder.name.upper(),
        "birth_date": holder.born.isoformat(),
        "sex": holder.sex,
        "nationality": "Việt Nam",
        "residence": card.residence,
        "valid_to": card.valid_to.isoformat(),
        "issued_on": card.issued_on.isoformat(),
    }
    family = pick(rng, book.choose(SANS))
    if form == "2024":
        fields["birth_registration_place"] = card.registration_place
        fields["issuer"] = "BỘ CÔNG AN"
        sides = (_front_2024, _back_2024)
    else:
        fields["hometown"] = card.hometown
        fields["issuer"] = "CỤC TRƯỞNG CỤC CẢNH SÁT QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI"
        sides = (_front_2021, _back_2021)
    if carrier == "sheet":
        sheets = [_on_sheet(book, rng, family, card, sides)]
    else:
        sheets = []
        for draw in sides:
            sheet = Sheet(book, width=WIDTH, height=HEIGHT)
            _Side(sheet, 0.0, 0.0, family, rng).draw(draw, card)
            sheets.append(sheet)
    document_type = "can_cuoc" if form == "2024" else "can_cuoc_cong_dan"
    return Paper(document_type, "can_cuoc", layout, sheets, {**fields, **card.printed})


def _invent(rng: random.Random, form: str) -> _Card:
    first, last = (
        (date(2024, 7, 1), date(2026, 10, 30)) if form == "2024" else (date(2021, 3, 1), date(2024, 6, 28))
    )
    issued = day_between(rng, first, last)
    holder = invent_person(rng, day_between(rng, date(issued.year - 58, 1, 1), date(issued.year - 15, 1, 1)))
    # Cards run to the next of the ages 25, 40, 60 (one already within two years of it skips that age).
    age = next(a for a in (25, 40, 60, 99) if a - (issued.year - holder.born.year) > 2)
    valid_to = holder.born.replace(year=holder.born.year + age, day=min(holder.born.day, 28))
    return _Card(
        holder=holder,
        residence=holder.home.address(issued),
        hometown=_short(holder.origin, issued),
        registration_place=_short(holder.origin, issued),
        issued_on=issued,
        valid_to=valid_to,
    )


def _short(place: Place, day: date) -> str:
    """Cards print names of communes, districts and provinces without their kinds."""
    names = [place.commune, place.province.current(day).name]
    if len(place.levels(day)) == 3:
        names.insert(1, place.district)
    return ", ".join(names)


@dataclass
class _Side:
    """Draws with (0, 0) in the card's own top left corner."""

    sheet: Sheet
    left: float
    top: float
    family: str
    rng: random.Random

    def draw(self, side: Callable[[_Side, _Card], None], card: _Card) -> None:
        self.sheet.overlay(guilloche(self.rng, self.left, self.top))
        side(self, card)
        self.text(
            WIDTH / 2, HEIGHT - 3.2, Span(SAMPLE_MARK, self.style(4.2, colour=(120, 90, 90))), align="centre"
        )

    def style(
        self, size: float, *, bold: bool = False, italic: bool = False, colour: Colour = _DARK
    ) -> Style:
        return Style(self.family, size, bold, italic, colour)

    def text(self, x: float, y: float, *spans: Span, align: str = "left") -> float:
        return self.sheet.put(self.left + x, self.top + y, *spans, align=align) - self.left

    def labelled(
        self,
        x: float,
        y: float,
        vi: str,
        en: str,
        value: str,
        name: str,
        *,
        size: float = 6.6,
        bold: bool = False,
    ) -> float:
        """Label «Ngày sinh / Date of birth:» with its value on the same line."""
        return self.text(
            x,
            y,
            Span(f"{vi} / ", self.style(5.4, colour=_LABEL)),
            Span(f"{en}: ", self.style(5.0, italic=True, colour=_LABEL)),
            Span(value, self.style(size, bold=bold), name),
        )

    def label(self, x: float, y: float, vi: str, en: str) -> None:
        self.text(
            x,
            y,
            Span(f"{vi} / ", self.style(5.4, colour=_LABEL)),
            Span(f"{en}:", self.style(5.0, italic=True, colour=_LABEL)),
        )

    def wrapped(
        self,
        x: float,
        y: float,
        x1: float,
        value: str,
        name: str,
        *,
        size: float = 6.4,
        first: float | None = None,
    ) -> float:
        """A value that may need two lines; the first may start further right. Returns the last baseline."""
        style = self.style(size)
        words, start = value.split(" "), first if first is not None else x
        while words:
            count = len(words)
            while count > 1 and start + self.sheet.measure(" ".join(words[:count]), style) > x1:
                count -= 1
            self.text(start, y, Span(" ".join(words[:count]), style, name))
            words, start = words[count:], x
            y += size * 1.22
        return y - size * 1.22

    def overlay(self, paint: SidePainter) -> None:
        left, top = self.left, self.top

        def painted(picture: Image.Image, scale: float) -> None:
            paint(picture, left * scale, top * scale, scale)

        self.sheet.overlay(painted)


def _heading(side: _Side, title: str, english: str, *, x: float, size: float) -> None:
    side.sheet.overlay(emblem_painter(side.left + 24, side.top + 21, 15))
    rows = (
        (11.0, NATION, side.style(size, bold=True, colour=_VIOLET)),
        (18.5, MOTTO, side.style(size - 1, bold=True, colour=_VIOLET)),
        (24.6, "SOCIALIST REPUBLIC OF VIET NAM", side.style(size - 2.2, colour=_VIOLET)),
        (30.2, "Independence - Freedom - Happiness", side.style(size - 2.6, colour=_VIOLET)),
        (43.5, title, side.style(12.5 if len(title) < 12 else 10.5, bold=True, colour=_RED)),
        (50.2, english, side.style(5.6, bold=True, colour=_RED)),
    )
    for y, text, style in rows:
        side.text(x, y, Span(text, style), align="centre")


def _front_2021(side: _Side, card: _Card) -> None:
    holder = card.holder
    _heading(side, "CĂN CƯỚC CÔNG DÂN", "Citizen Identity Card", x=WIDTH * 0.5, size=6.5)
    side.overlay(portrait(side.rng, 9, 44, 58, 78, male=holder.male))
    side.overlay(qr_code(_qr_text(card), WIDTH - 42, 7, 34))
    x = 74
    side.text(
        x,
        63,
        Span("Số / ", side.style(6.4, colour=_LABEL)),
        Span("No.: ", side.style(5.6, italic=True, colour=_LABEL)),
        Span(holder.personal_id, side.style(11, bold=True), "personal_id"),
    )
    side.label(x, 72, "Họ và tên", "Full name")
    side.text(x, 81.5, Span(holder.name.upper(), side.style(8.6, bold=True), "full_name"))
    side.labelled(x, 90.5, "Ngày sinh", "Date of birth", short_date(holder.born), "birth_date", size=7.2)
    _sex_and_nation(side, x, 99, holder)
    side.label(x, 107.5, "Quê quán", "Place of origin")
    side.wrapped(x, 115.5, WIDTH - 8, card.hometown, "hometown")
    side.label(x, 124, "Nơi thường trú", "Place of residence")
    side.wrapped(x, 132, WIDTH - 8, card.residence, "residence", size=6.2)
    side.text(
        8,
        133,
        Span("Có giá trị đến: ", side.style(4.8, colour=_LABEL)),
        Span(short_date(card.valid_to), side.style(5.4), "valid_to"),
    )
    side.text(8, 139, Span("Date of expiry", side.style(4.6, italic=True, colour=_LABEL)))


def _sex_and_nation(side: _Side, x: float, y: float, holder: Person) -> None:
    label, english = side.style(5.4, colour=_LABEL), side.style(5.0, italic=True, colour=_LABEL)
    value = side.style(7.0)
    side.text(
        x,
        y,
        Span("Giới tính / ", label),
        Span("Sex: ", english),
        Span(holder.sex, value, "sex"),
        Span("   ", value),
        Span("Quốc tịch / ", label),
        Span("Nationality: ", english),
        Span("Việt Nam", value, "nationality"),
    )


def _back_2021(side: _Side, card: _Card) -> None:
    rng = side.rng
    feature = rng.choice(
        (
            "Sẹo chấm C: 1cm trên sau đuôi mắt phải",
            "Nốt ruồi C: 2cm dưới sau mép trái",
            "Nốt ruồi C: 1,5cm trên trước cánh mũi trái",
            "Sẹo chấm C: 2cm dưới trước đuôi mày trái",
        )
    )
    side.text(
        10,
        14,
        Span("Đặc điểm nhân dạng / ", side.style(5.8, colour=_LABEL)),
        Span("Personal identification:", side.style(5.2, italic=True, colour=_LABEL)),
    )
    side.text(10, 22, Span(feature, side.style(6.4), "identifying_marks"))
    card.printed["identifying_marks"] = feature
    side.text(
        10,
        31.5,
        Span("Ngày, tháng, năm / ", side.style(5.8, colour=_LABEL)),
        Span("Date, month, year: ", side.style(5.2, italic=True, colour=_LABEL)),
        Span(short_date(card.issued_on), side.style(6.8), "issued_on"),
    )
    middle = 122
    for index, line in enumerate(("CỤC TRƯỞNG CỤC CẢNH SÁT", "QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI")):
        side.text(middle, 41 + 7 * index, Span(line, side.style(5.8, bold=True), "issuer"), align="centre")
    side.text(
        middle,
        54,
        Span("DIRECTOR GENERAL OF THE POLICE DEPARTMENT", side.style(4.0, colour=_LABEL)),
        align="centre",
    )
    side.text(
        middle,
        59,
        Span("FOR ADMINISTRATIVE MANAGEMENT OF SOCIAL ORDER", side.style(4.0, colour=_LABEL)),
        align="centre",
    )
    side.overlay(chip(14, 50, 34, 28))
    seal = Seal(
        side.left + middle - 14, side.top + 74, "CỤC CẢNH SÁT QUẢN LÝ HÀNH CHÍNH", diameter=34, wear=0.2
    )
    side.sheet.overlay(seal.painter(side.sheet.book, rng))
    side.sheet.overlay(signature_painter(rng, side.left + middle - 18, side.top + 62, 54, 24, (30, 30, 60)))
    side.text(middle, 94, Span("Trần Bá Mẫu", side.style(6.2, bold=True)), align="centre")
    side.overlay(fingerprint(rng, 192, 14, 40, 50))
    side.overlay(fingerprint(rng, 192 + 22, 14, 40, 50))
    _mrz(side, card)


def _front_2024(side: _Side, card: _Card) -> None:
    holder = card.holder
    _heading(side, "CĂN CƯỚC", "IDENTITY CARD", x=WIDTH * 0.585, size=7.4)
    side.overlay(portrait(side.rng, 9, 46, 58, 80, male=holder.male))
    side.overlay(chip(WIDTH - 40, 72, 30, 24))
    x = 76
    side.label(x, 62, "Số định danh cá nhân", "Personal identification number")
    side.text(x, 73.5, Span(holder.personal_id, side.style(11, bold=True), "personal_id"))
    side.label(x, 84, "Họ, chữ đệm và tên khai sinh", "Full name")
    side.text(x, 94, Span(holder.name.upper(), side.style(8.8, bold=True), "full_name"))
    side.label(x, 104.5, "Ngày, tháng, năm sinh", "Date of birth")
    side.text(x, 113, Span(short_date(holder.born), side.style(7.4), "birth_date"))
    side.text(
        x + 92,
        104.5,
        Span("Giới tính / ", side.style(5.4, colour=_LABEL)),
        Span("Sex:", side.style(5.0, italic=True, colour=_LABEL)),
    )
    side.text(x + 92, 113, Span(holder.sex, side.style(7.4), "sex"))
    side.label(x, 123, "Quốc tịch", "Nationality")
    side.text(x, 131.5, Span("Việt Nam", side.style(7.4), "nationality"))


def _back_2024(side: _Side, card: _Card) -> None:
    edge = WIDTH - 62
    side.label(10, 13, "Nơi cư trú", "Place of residence")
    y = side.wrapped(10, 21, edge, card.residence, "residence", size=6.6)
    side.label(10, y + 9.5, "Nơi đăng ký khai sinh", "Place of birth")
    y = side.wrapped(10, y + 17.5, edge, card.registration_place, "birth_registration_place", size=6.6)
    y = max(y, 46.0)  # the dates stand below the code
    side.label(10, y + 9.5, "Ngày, tháng, năm cấp", "Date of issue")
    side.text(10, y + 17.5, Span(short_date(card.issued_on), side.style(6.8), "issued_on"))
    side.label(102, y + 9.5, "Ngày, tháng, năm hết hạn", "Date of expiry")
    side.text(102, y + 17.5, Span(short_date(card.valid_to), side.style(6.8), "valid_to"))
    side.text(
        10,
        y + 28.5,
        Span("Nơi cấp: ", side.style(5.8, colour=_LABEL)),
        Span("BỘ CÔNG AN", side.style(6.6, bold=True), "issuer"),
    )
    side.text(
        10,
        y + 34.5,
        Span("Place of issue: MINISTRY OF PUBLIC SECURITY", side.style(4.8, italic=True, colour=_LABEL)),
    )
    side.overlay(qr_code(_qr_text(card), WIDTH - 54, 7, 44))
    _mrz(side, card)


# ── machine-readable parts ───────────────────────────────────────────────────────────────────────────


def _qr_text(card: _Card) -> str:
    holder = card.holder
    return "|".join(
        (
            holder.personal_id,
            "",
            holder.name,
            f"{holder.born:%d%m%Y}",
            holder.sex,
            card.residence,
            f"{card.issued_on:%d%m%Y}",
        )
    )


def _mrz(side: _Side, card: _Card) -> None:
    holder = card.holder
    lines = mrz_lines(
        holder.personal_id,
        holder.born,
        card.valid_to,
        male=holder.male,
        surname=holder.surname,
        others=f"{holder.middle} {holder.given}",
    )
    family = side.sheet.book.choose(MONOSPACED)[0]
    style = Style(family, 11.2, bold=True, colour=(20, 20, 20))
    pitch = (WIDTH - 20) / 30
    for index, line in enumerate(lines):
        width = side.sheet.measure(line, style)
        size = style.size * min(1.0, (pitch * 30) / width)
        side.text(
            10, HEIGHT - 35 + 11.6 * index, Span(line, Style(family, size, bold=True, colour=(20, 20, 20)))
        )


def _on_sheet(
    book: FontBook,
    rng: random.Random,
    family: str,
    card: _Card,
    sides: tuple[Callable[[_Side, _Card], None], ...],
) -> Sheet:
    """Both sides on one A4 sheet, one below the other, at true size."""
    sheet = Sheet(book)
    left = (sheet.width - WIDTH) / 2 + rng.uniform(-18, 18)
    top = rng.uniform(48, 80) * MM
    for draw in sides:
        _Side(sheet, left, top, family, rng).draw(draw, card)
        top += HEIGHT + rng.uniform(14, 34) * MM
    mark_as_sample(sheet, family)
    return sheet
