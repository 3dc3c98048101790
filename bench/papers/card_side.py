"""A side of an identity card, and what all cards share: holder, values, machine-readable zone."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from PIL import Image, ImageDraw

from bench.papers.kit import Draft
from bench.papers.pieces import NEW_SANS, SANS, Values
from samples.fonts import MONOSPACED, FontBook
from samples.papers.card_codes import mrz_lines
from samples.papers.common import MM
from samples.people import Person, day_between, invent_person
from samples.places import Place
from samples.sheet import Colour, Span, Style

WIDE, HIGH = 85.6 * MM, 53.98 * MM
INK: Colour = (28, 28, 34)
BLUE: Colour = (36, 58, 108)
MARKS = ("Nốt ruồi cách 1,5cm trên sau cánh mũi phải", "Sẹo chấm cách 2cm dưới trước đầu lông mày trái",
          "Nốt ruồi C: 1cm dưới sau đuôi mắt trái", "Sẹo lõm ở giữa trán", "Nốt ruồi ở trên trước dái tai phải 3cm")  # fmt: skip


@dataclass
class Side:
    """One side of a card with (0, 0) in its own top left corner."""

    d: Draft
    left: float
    top: float
    wide: float = WIDE
    high: float = HIGH

    def t(
        self, x: float, y: float, markup: str, size: float = 6.2, *, align: str = "left", colour: Colour = INK,
        bold: bool = False, italic: bool = False,
    ) -> None:  # fmt: skip
        self.d.put(
            self.left + x,
            self.top + y,
            markup,
            align=align,
            size=size,
            colour=colour,
            bold=bold,
            italic=italic,
        )

    def label(self, x: float, y: float, vi: str, en: str = "", size: float = 5.4) -> None:
        text = f"{vi} / //{en}//" if en else vi
        self.t(x, y, f"{text}:", size, colour=BLUE)

    def flow(
        self, x: float, y: float, x1: float, markup: str, size: float = 6.6, *, bold: bool = False
    ) -> float:
        self.d.y = self.top + y
        self.d.text(markup, x0=self.left + x, x1=self.left + x1, size=size, bold=bold, leading=1.22)
        return self.d.y - self.top

    def ground(self, one: Colour, two: Colour) -> None:
        """A tinted ground with round corners and fine rings, below the text of this side."""
        left, top, wide, high = self.left, self.top, self.wide, self.high

        def paint(picture: Image.Image, scale: float) -> None:
            w, h = round(wide * scale), round(high * scale)
            ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
            mix = (xs / w)[..., None]
            card = np.array(one, np.float32) * (1 - mix) + np.array(two, np.float32) * mix
            rings = np.sin(np.hypot(xs - w * 0.75, ys - h * 0.5) / (1.1 * scale)) > 0.86
            card[rings] *= 0.95
            mask = Image.new("L", (w, h), 0)
            ImageDraw.Draw(mask).rounded_rectangle((0, 0, w - 1, h - 1), radius=3 * MM * scale, fill=255)
            picture.paste(
                Image.fromarray(card.astype(np.uint8)), (round(left * scale), round(top * scale)), mask
            )

        self.d.sheet.overlay(paint)

    def paint(self, painter: Callable[[Image.Image, float, float, float], None]) -> None:
        left, top = self.left, self.top
        self.d.sheet.overlay(lambda picture, scale: painter(picture, left * scale, top * scale, scale))


def holder(rng: random.Random, issued: date) -> Person:
    born = day_between(rng, date(issued.year - 57, 1, 1), date(issued.year - 16, 1, 1))
    return invent_person(rng, born)


def bare_names(place: Place, day: date) -> str:
    names = [place.commune, place.district, place.province.current(day).name]
    return ", ".join(names if len(place.levels(day)) == 3 else (names[0], names[2]))


def expiry(person: Person, issued: date) -> date:
    age = next(a for a in (25, 40, 60, 100) if a - (issued.year - person.born.year) > 2)
    return person.born.replace(year=person.born.year + age, day=min(person.born.day, 28))


def card_values(rng: random.Random, person: Person, issued: date, *, old_names: bool) -> Values:
    v = Values()
    v.say("personal_id", person.personal_id)
    v.say("full_name", person.name.upper())
    v.day("birth_date", person.born)
    v.say("sex", person.sex)
    v.say("nationality", "Việt Nam")
    v.say("hometown", bare_names(person.origin, issued))
    home = person.home
    short = ", ".join((home.hamlet, bare_names(home, issued)))
    v.say("residence", short if old_names else home.address(issued))
    v.say("birth_registration_place", bare_names(person.origin, issued))
    v.say("identifying_marks", rng.choice(MARKS))
    v.day("issued_on", issued)
    valid_to = expiry(person, issued)
    v.day("valid_to", valid_to)
    if issued.year - person.born.year >= 58:
        v.say("valid_to", "unlimited", "Không thời hạn")
    return v


def qr_text(person: Person, residence: str, issued: date, old: str = "", extra: tuple[str, ...] = ()) -> str:
    parts = (
        person.personal_id,
        old,
        person.name,
        f"{person.born:%d%m%Y}",
        person.sex,
        residence,
        f"{issued:%d%m%Y}",
        *extra,
    )
    return "|".join(parts)


def zone(
    d: Draft, side: Side, person: Person, valid_to: date, *, lines: tuple[str, ...] | None = None
) -> None:
    """The three MRZ lines at the foot of a side."""
    found = lines or mrz_lines(
        person.personal_id, person.born, valid_to, male=person.male, surname=person.surname,
        others=f"{person.middle} {person.given}",
    )  # fmt: skip
    family = d.book.choose(MONOSPACED)[0]
    size = 11.2
    width = d.sheet.measure(found[0], Style(family, size, True))
    size *= min(1.0, (side.wide - 18) / width)
    for index, line in enumerate(found):
        d.sheet.put(
            side.left + 9,
            side.top + side.high - 33 + 11.4 * index,
            Span(line, Style(family, size, True, colour=INK)),
        )
    d.zones.extend(found)


def card_draft(
    book: FontBook, rng: random.Random, v: Values, *, sheet: bool, wide: float = WIDE, high: float = HIGH
) -> Draft:
    families = book.choose(NEW_SANS if rng.random() < 0.6 else SANS)
    family = families[int(rng.random() * len(families))]
    if sheet:
        return Draft(book, rng, v, family=family, size=10)
    return Draft(book, rng, v, family=family, size=10, width=wide, height=high, left=8, right=8, top=0)


def both_sides(
    d: Draft,
    rng: random.Random,
    sides: tuple[Callable[[Side], None], ...],
    *,
    sheet: bool,
    beside: bool = False,
    wide: float = WIDE,
    high: float = HIGH,
) -> None:
    """Each side on a page of its own, or both on one sheet, below or beside each other."""
    left, top = (d.sheet.width - wide) / 2 + rng.uniform(-15, 15), rng.uniform(40, 70) * MM
    if beside:
        left = 14 * MM
    for index, draw in enumerate(sides):
        if not sheet:
            if index:
                d.next_sheet()
            draw(Side(d, 0, 0, wide, high))
        else:
            draw(Side(d, left, top, wide, high))
            left, top = (
                (left + wide + 8 * MM, top) if beside else (left, top + high + rng.uniform(14, 40) * MM)
            )


def card_nation(side: Side, x: float, *, english: bool, size: float = 6.0) -> None:
    rows = [
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size, True),
        ("Độc lập - Tự do - Hạnh phúc", size - 0.4, True),
    ]
    if english:
        rows[1:1] = [("SOCIALIST REPUBLIC OF VIET NAM", size * 0.72, False)]
        rows.append(("Independence - Freedom - Happiness", size * 0.72, False))
    y = 10.5
    for text, letter, bold in rows:
        side.t(x, y, text, letter, align="centre", bold=bold)
        y += max(letter, 5.6) * 1.12
