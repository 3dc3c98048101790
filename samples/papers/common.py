"""What all papers share: the national header, form lines with leaders, signature blocks, the sample mark."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from samples.fonts import HAND_LIKE, TIMES_LIKE, FontBook
from samples.ink import PEN_BLACK, PEN_BLUE, Seal, signature_painter
from samples.sheet import POINTS_PER_MM, Colour, Sheet, Span, Style, break_lines, moved

MM = POINTS_PER_MM
SAMPLE_MARK = "MẪU – KHÔNG CÓ GIÁ TRỊ"
_MARK_GREY: Colour = (120, 120, 124)
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
NATION_OLD_TONE = "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


@dataclass
class Paper:
    """A finished paper before scanning: its sheets and what is printed on them."""

    document_type: str
    kind: str
    layout: str
    sheets: list[Sheet]
    fields: dict[str, str] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """The typographic choices of one paper."""

    family: str
    size: float = 13.0
    value_family: str | None = None
    value_bold: bool = False
    value_italic: bool = False
    value_colour: Colour = (24, 22, 24)
    value_size: float | None = None

    def style(self, *, bold: bool = False, italic: bool = False, size: float | None = None) -> Style:
        return Style(self.family, size or self.size, bold, italic)

    def value(self) -> Style:
        return Style(
            self.value_family or self.family,
            self.value_size or self.size,
            self.value_bold,
            self.value_italic,
            self.value_colour,
        )


def pick(rng: random.Random, choices: Sequence[str]) -> str:
    """Like `rng.choice`, but takes the same from `rng` whatever the length: what follows stays the same on
    machines with other fonts."""
    return choices[int(rng.random() * len(choices))]


def choose_family(rng: random.Random, book: FontBook, *others: str) -> str:
    """Times-like most of the time, as on real paper; sometimes one of `others`."""
    times = book.choose(TIMES_LIKE)
    rest = [f for f in others if f in book.families]
    other_one = rng.random() < 0.35
    return pick(rng, rest if rest and other_one else times)


def short_date(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def spoken_date(day: date) -> str:
    """«ngày 07 tháng 3 năm 2024»: one-digit months above 2 stand without zero (ND30 Annex I)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def mark_as_sample(sheet: Sheet, family: str, *, size: float = 8.0, y: float | None = None) -> None:
    """The small mark at the foot that says this is a sample without value."""
    style = Style(family, size, colour=_MARK_GREY)
    sheet.put(
        sheet.width / 2,
        y if y is not None else sheet.height - 9 * MM,
        Span(SAMPLE_MARK, style),
        align="centre",
    )


def column(
    sheet: Sheet,
    x: float,
    y: float,
    width: float,
    spans: list[Span],
    *,
    align: str = "centre",
    leading: float | None = None,
    indent: float = 0.0,
) -> float:
    """Set `spans` as running text in a column from baseline y; returns the baseline after the last line."""
    step = leading or spans[0].style.size * 1.22
    for line in break_lines(sheet, spans, width, align=align, indent=indent):
        sheet.place(moved(line, x, y))
        y += step
    return y


def national_header(
    sheet: Sheet, x: float, y: float, look: Look, *, size: float, nation: str = NATION
) -> float:
    """Quốc hiệu and tiêu ngữ centred at x with the line below; returns y of that line."""
    nation_style = Style(look.family, size, bold=True)
    motto_style = Style(look.family, size + 1, bold=True)
    sheet.put(x, y, Span(nation, nation_style), align="centre")
    y += size * 1.3
    sheet.put(x, y, Span(MOTTO, motto_style), align="centre")
    half = sheet.measure(MOTTO, motto_style) / 2
    sheet.rule(x - half, y + 4.2, x + half, y + 4.2, 0.8)
    return y + 4.2


@dataclass(frozen=True)
class Blank:
    """One label with its value on a form line; `share` is its part of the line's width."""

    label: str
    value: str
    field: str | None = None
    share: float = 1.0


@dataclass
class Form:
    """Sets form lines one below the other; leaders run after or under the values."""

    sheet: Sheet
    look: Look
    x0: float
    x1: float
    y: float
    step: float
    leaders: str = "after"
    """`after` the value, `under` it as on pre-printed forms, or `none`."""
    bold_labels: bool = False

    def line(self, *blanks: Blank, indent: float = 0.0) -> None:
        """One form line; a single blank whose value is too long goes on over further lines."""
        label_style = self.look.style(bold=self.bold_labels)
        value_style = self.look.value()
        space = self.sheet.measure(" ", label_style)
        width = self.x1 - self.x0 - indent
        total = sum(b.share for b in blanks)
        x = self.x0 + indent
        spans: list[tuple[float, Span]] = []
        rest: list[str] = []
        for blank in blanks:
            end = x + width * blank.share / total
            label_width = self.sheet.measure(blank.label, label_style)
            start = x + label_width + (space if blank.label else 0)
            head, rest_words = self._fit(blank.value, value_style, end - start - 3)
            if rest_words and len(blanks) > 1:
                head, rest_words = blank.value, []
            rest = rest_words
            if blank.label:
                spans.append((x, Span(blank.label + " ", label_style)))
            if head:
                spans.append((start, Span(head + " ", value_style, blank.field)))
            value_end = start + self.sheet.measure(head, value_style)
            self._leader(start, value_end, end if blank is blanks[-1] else end - 4)
            x = max(end, value_end + space * 1.5)
        self._emit(spans)
        field_name = blanks[-1].field
        while rest:
            head, rest = self._fit(" ".join(rest), value_style, self.x1 - self.x0 - 3)
            self._leader(self.x0, self.x0 + self.sheet.measure(head, value_style), self.x1)
            self._emit([(self.x0, Span(head, value_style, field_name))])

    def _emit(self, spans: list[tuple[float, Span]]) -> None:
        lift = 1.2 if self.leaders == "under" else 0.0
        runs = []
        for x, span in spans:
            filled = span.field is not None
            runs.append((x, self.y - (lift if filled else 0), span))
        self.sheet.put_runs(runs)
        self.y += self.step

    def _leader(self, start: float, value_end: float, end: float) -> None:
        if self.leaders == "under":
            self.sheet.leader(start, end, self.y + 1.6)
        elif self.leaders == "after":
            self.sheet.leader(value_end + 2, end, self.y)

    def _fit(self, text: str, style: Style, width: float) -> tuple[str, list[str]]:
        words = text.split(" ")
        for count in range(len(words), 0, -1):
            head = " ".join(words[:count])
            if self.sheet.measure(head, style) <= width:
                return head, words[count:]
        return "", words


@dataclass(frozen=True)
class SignatureBlock:
    """Title lines, pen signature with seal, and the signer's name, centred at x."""

    x: float
    titles: tuple[tuple[str, str | None], ...]
    """(text, field) from top to bottom."""
    name: str
    seal_text: str
    sealed: bool = True
    hint: str | None = None

    def draw(
        self,
        sheet: Sheet,
        y: float,
        look: Look,
        rng: random.Random,
        *,
        width: float = 220,
        room: float = 200.0,
    ) -> float:
        """Returns the baseline of the name; `room` is the height down to the foot of the page."""
        bold = look.style(bold=True)
        start = y
        for text, name in self.titles:
            y = column(sheet, self.x - width / 2, y, width, [Span(text, bold, name)])
        if self.hint:
            y = column(
                sheet,
                self.x - width / 2,
                y,
                width,
                [Span(self.hint, look.style(italic=True, size=look.size - 2))],
            )
        top = y - look.size * 0.8
        left = room - (top - start) - look.size - 4
        gap = max(30.0, min(rng.uniform(56, 72), left))
        colour = PEN_BLUE if rng.random() < 0.85 else PEN_BLACK
        sheet.overlay(
            signature_painter(
                rng, self.x - rng.uniform(40, 62), top + 2, rng.uniform(95, 130), gap - 6, colour
            )
        )
        y = top + gap + look.size
        sheet.put(self.x, y, Span(self.name, bold, "signer_name"), align="centre")
        if self.sealed:
            seal = Seal(
                x=self.x - rng.uniform(50, 66),
                y=top + gap * rng.uniform(0.38, 0.55),
                upper=self.seal_text,
                angle=rng.uniform(-24, 24),
                wear=rng.uniform(0.15, 0.45),
                diameter=rng.uniform(34, 37) * MM,
            )
            sheet.overlay(seal.painter(sheet.book, rng))
        return y


@dataclass(frozen=True)
class Heading:
    """The head of an administrative paper (ND30 Annex I): issuer and number left, nation and date right."""

    parents: tuple[str, ...]
    issuer: tuple[str, ...]
    number_label: str
    number: str
    place: str | None
    day: date | None
    abstract: str | None = None
    """What an official letter says behind «V/v», under its number."""
    pen_number: bool = False
    """The number may be written by hand."""

    def draw(
        self, sheet: Sheet, look: Look, y: float, rng: random.Random, *, left: float, right: float
    ) -> float:
        """Returns the y below the head."""
        small = min(look.size, 12.5)
        nation = NATION_OLD_TONE if rng.random() < 0.2 else NATION
        nation_width = sheet.measure(nation, Style(look.family, small, bold=True))
        right_x = right - nation_width / 2
        left_width = right - nation_width - left - 8
        left_x = left + left_width / 2
        ly = y
        for index, text in enumerate((*self.parents, *self.issuer)):
            is_issuer = index >= len(self.parents)
            name = "issuer" if is_issuer else "issuer_parent"
            style = Style(look.family, small, bold=is_issuer)
            ly = column(sheet, left, ly, left_width, [Span(text, style, name)], leading=small * 1.22)
        half = sheet.measure(self.issuer[-1], Style(look.family, small, bold=True)) * rng.uniform(0.2, 0.3)
        half = min(half, left_width * 0.25)
        rule_y = ly - small * 1.22 + 4.5
        sheet.rule(left_x - half, rule_y, left_x + half, rule_y, 0.8)
        ry = national_header(sheet, right_x, y, look, size=small, nation=nation)
        base = max(rule_y, ry) + look.size * 1.55
        size = look.size
        plain = Style(look.family, size)
        written, stroke, printed = self.number.partition("/")
        pen = plain
        if self.pen_number and rng.random() < 0.2:  # clerks often write the number into the printed form
            pen = Style(sheet.book.choose(HAND_LIKE)[0], size + 2, italic=True, colour=PEN_BLUE)
        sheet.put(
            left_x,
            base,
            Span(f"{self.number_label} ", plain),
            Span(written, pen, "number"),
            Span(stroke + printed, plain, "number"),
            align="centre",
        )
        bottom = base
        if self.abstract:
            bottom = column(
                sheet,
                left,
                base + size * 1.2,
                left_width,
                [
                    Span("V/v ", Style(look.family, size - 1)),
                    Span(self.abstract, Style(look.family, size - 1), "abstract"),
                ],
            )
        if self.place and self.day:
            italic = look.style(italic=True)
            sheet.put(
                right_x,
                base,
                Span(self.place, italic, "place"),
                Span(", ", italic),
                Span(spoken_date(self.day), italic, "issued_on"),
                align="centre",
            )
        return bottom + size * 0.6
