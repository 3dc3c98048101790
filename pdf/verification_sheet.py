"""The result of a verification as pages to print and file: verdict, signatures, and what each of them covered."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream, unparse_content_stream

from pdf.assembly import add_page, deflated, save
from pdf.fonts import EmbeddedFont
from pdf.wrapping import wrapped
from pdf.writer import declare_pdfa
from pdf.xmp import DocumentMetadata, xmp_packet

Tone = Literal["good", "open", "bad"]
Colour = tuple[float, float, float]

_WIDTH, _HEIGHT = 595.28, 841.89
_MARGIN, _FOOT = 46.0, 22.0
_INNER = _WIDTH - 2 * _MARGIN
_TITLE, _VERDICT, _HEAD, _TEXT, _SMALL = 17.0, 15.0, 11.0, 9.5, 8.0
_LEADING = 1.28
_PICTURE = 88.0
"""Width of a page's picture; its height follows, up to `_TALLEST`."""
_TALLEST = 140.0
BESIDE = 2
"""So many pictures stand one above the other beside the facts: a page then and now."""
_GAP = 14.0
_LABEL = 122.0
_BLACK: Colour = (0.1, 0.1, 0.12)
_GREY: Colour = (0.38, 0.39, 0.42)
_LINE: Colour = (0.8, 0.81, 0.83)
TONES: dict[Tone, tuple[Colour, Colour]] = {
    "good": ((0.03, 0.32, 0.18), (0.91, 0.96, 0.93)),
    "open": ((0.43, 0.26, 0.0), (0.99, 0.95, 0.87)),
    "bad": ((0.56, 0.06, 0.06), (0.985, 0.92, 0.915)),
}
"""Of text and of the ground below it; their contrast is above 7:1 (WCAG 2.2, AAA), and words say the same as the colour."""


@dataclass(frozen=True)
class Words:
    """A text in both languages; `en` stays empty where both are the same."""

    vi: str
    en: str = ""


@dataclass(frozen=True)
class Fact:
    """One line: what it is, and its value."""

    label: Words
    value: Words


@dataclass(frozen=True)
class Fault:
    """Why something does not hold, and what to do."""

    code: str
    words: Words
    remedy: Words


@dataclass(frozen=True)
class Picture:
    """A page as a picture, with what it shows."""

    jpeg: bytes
    width: int
    height: int
    caption: Words


@dataclass(frozen=True)
class Card:
    """One signature or time-stamp."""

    title: Words
    tone: Tone
    verdict: Words
    facts: tuple[Fact, ...]
    faults: tuple[Fault, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class VerificationSheet:
    """Everything the report says, Vietnamese first."""

    title: Words
    tone: Tone
    verdict: Words
    explanation: Words
    facts: tuple[Fact, ...]
    faults: tuple[Fault, ...]
    cards: tuple[Card, ...]
    notes: tuple[Words, ...]
    """How to read it and how to check it again."""
    foot: str


def write_verification_sheet(sheet: VerificationSheet, metadata: DocumentMetadata) -> bytes:
    """The report as PDF/A-2u; the same input gives the same bytes. What no font can show of the texts is left out."""
    font, out = EmbeddedFont(), io.BytesIO()
    with pikepdf.new() as pdf:
        pages = _paginated(list(_blocks(sheet, font)))
        drawn = [
            _page(page, f"{sheet.foot} · {number}/{len(pages)}", font)
            for number, page in enumerate(pages, start=1)
        ]
        fonts = {"/Font": Dictionary(F1=font.embed(pdf))}
        for page in drawn:
            images = {f"/Im{n}": _image(pdf, picture) for n, picture in enumerate(page.pictures)}
            resources = fonts | ({"/XObject": Dictionary(images)} if images else {})
            add_page(pdf, _WIDTH, _HEIGHT, resources, deflated(pdf, unparse_content_stream(page.operators)))
        declare_pdfa(pdf, xmp_packet(metadata, "2u"), metadata)
        save(pdf, out)
    return out.getvalue()


@dataclass
class _Canvas:
    """Operators of one page; places are points from its upper left corner."""

    font: EmbeddedFont
    operators: list[Any] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)

    def text(self, x: float, base: float, text: str, size: float, colour: Colour, bold: bool = False) -> None:
        """A line on its base line; heavier strokes stand in for a bold face."""
        self.operators += [
            ([], "q"),
            (list(colour), "rg"),
            (list(colour), "RG"),
            ([round(size * 0.028, 3)], "w"),
            ([], "BT"),
            ([2 if bold else 0], "Tr"),
            ([Name.F1, size], "Tf"),
            ([1, 0, 0, 1, round(x, 2), round(_HEIGHT - base, 2)], "Tm"),
            ([self.font.encode(text)], "Tj"),
            ([], "ET"),
            ([], "Q"),
        ]

    def box(self, x: float, top: float, width: float, height: float, colour: Colour) -> None:
        place = [round(v, 2) for v in (x, _HEIGHT - top - height, width, height)]
        self.operators += [([], "q"), (list(colour), "rg"), (place, "re"), ([], "f"), ([], "Q")]

    def frame(self, x: float, top: float, width: float, height: float, colour: Colour) -> None:
        place = [round(v, 2) for v in (x, _HEIGHT - top - height, width, height)]
        self.operators += [
            ([], "q"), ([0.6], "w"), (list(colour), "RG"), (place, "re"), ([], "S"), ([], "Q"),
        ]  # fmt: skip

    def picture(self, x: float, top: float, width: float, height: float, picture: Picture) -> None:
        matrix = [round(v, 2) for v in (width, 0, 0, height, x, _HEIGHT - top - height)]
        name = Name(f"/Im{len(self.pictures)}")
        self.operators += [([], "q"), (matrix, "cm"), ([name], "Do"), ([], "Q")]
        self.pictures.append(picture)


@dataclass(frozen=True)
class _Block:
    """What stays on one page: its height, and how it is drawn right of and below a given place."""

    height: float
    draw: Callable[[_Canvas, float, float], None]


@dataclass(frozen=True)
class _Line:
    text: str
    x: float
    size: float
    colour: Colour = _BLACK
    bold: bool = False
    beside: bool = False
    """On the base line of the line before it."""


def _blocks(sheet: VerificationSheet, font: EmbeddedFont) -> Iterator[_Block]:
    yield _text(_both(sheet.title, font, _TITLE, 0, _INNER, bold=True), after=8)
    yield _verdict(sheet, font)
    for fault in sheet.faults:
        yield _text(_fault(fault, sheet.tone, font, 0, _INNER), before=2, after=4)
    yield _text(_facts(sheet.facts, font, 0, _INNER), before=6, after=8)
    for card in sheet.cards:
        yield from _card(card, font)
    for note in sheet.notes:
        lines = _wrap(note.vi, font, _SMALL, 0, _INNER, _GREY) + _wrap(
            note.en, font, _SMALL, 0, _INNER, _GREY
        )
        yield _text(lines, before=4)


def _verdict(sheet: VerificationSheet, font: EmbeddedFont) -> _Block:
    ink, ground = TONES[sheet.tone]
    width = _INNER - 28
    lines = _wrap(sheet.verdict.vi, font, _VERDICT, 16, width, ink, bold=True)
    lines += _wrap(sheet.verdict.en, font, _TEXT, 16, width, ink)
    lines += _wrap(sheet.explanation.vi, font, _TEXT, 16, width)
    lines += _wrap(sheet.explanation.en, font, _SMALL, 16, width, _GREY)
    inside = _text(lines, before=8, after=8)

    def draw(canvas: _Canvas, left: float, top: float) -> None:
        canvas.box(left, top, _INNER, inside.height, ground)
        canvas.box(left, top, 4, inside.height, ink)
        inside.draw(canvas, left, top)

    return _Block(inside.height + 6, draw)


def _card(card: Card, font: EmbeddedFont) -> Iterator[_Block]:
    """Heading and facts beside the first two pictures; further pictures in rows below."""
    ink, _ = TONES[card.tone]
    first, others = card.pictures[:BESIDE], card.pictures[BESIDE:]
    indent = _PICTURE + _GAP if first else 0.0
    lines = _both(card.title, font, _HEAD, indent, _INNER - indent, bold=True)
    lines += _wrap(card.verdict.vi, font, _TEXT, indent, _INNER - indent, ink, bold=True)
    for fault in card.faults:
        lines += _fault(fault, card.tone, font, indent, _INNER - indent)
    lines += _facts(card.facts, font, indent, _INNER - indent)
    beside = _text(lines, after=4)
    shown = [_framed(picture, font) for picture in first]
    height = max(beside.height, sum(block.height + 8 for block in shown))

    def draw(canvas: _Canvas, left: float, top: float) -> None:
        canvas.box(left, top, _INNER, 1.2, ink)
        down = top + 8
        for block in shown:
            block.draw(canvas, left, down)
            down += block.height + 8
        beside.draw(canvas, left, top + 6)

    yield _Block(height + 16, draw)
    per_row = int((_INNER + _GAP) // (_PICTURE + _GAP))
    for start in range(0, len(others), per_row):
        yield _row([_framed(picture, font) for picture in others[start : start + per_row]])


def _framed(picture: Picture, font: EmbeddedFont) -> _Block:
    scale = min(_PICTURE / picture.width, _TALLEST / picture.height)
    width, height = picture.width * scale, picture.height * scale
    caption = _wrap(picture.caption.vi, font, _SMALL, 0, _PICTURE, _GREY)
    caption += _wrap(picture.caption.en, font, _SMALL - 1, 0, _PICTURE, _GREY)
    below = _text(caption, before=3)

    def draw(canvas: _Canvas, left: float, top: float) -> None:
        canvas.picture(left, top, width, height, picture)
        canvas.frame(left, top, width, height, _LINE)
        below.draw(canvas, left, top + height)

    return _Block(height + below.height, draw)


def _row(blocks: Sequence[_Block]) -> _Block:
    def draw(canvas: _Canvas, left: float, top: float) -> None:
        for number, block in enumerate(blocks):
            block.draw(canvas, left + number * (_PICTURE + _GAP), top)

    return _Block(max(block.height for block in blocks) + 8, draw)


def _facts(facts: Sequence[Fact], font: EmbeddedFont, x: float, width: float) -> list[_Line]:
    """Labels in a column of their own, values beside them."""
    lines: list[_Line] = []
    for fact in facts:
        label = " / ".join(part for part in (fact.label.vi, fact.label.en) if part)
        labels = _wrap(label, font, _SMALL, x, _LABEL - 8, _GREY)
        values = _wrap(fact.value.vi, font, _TEXT, x + _LABEL, width - _LABEL)
        values += _wrap(fact.value.en, font, _SMALL, x + _LABEL, width - _LABEL, _GREY)
        for at in range(max(len(labels), len(values))):
            pair = [*values[at : at + 1], *labels[at : at + 1]]
            lines.append(pair[0])
            lines += [replace(one, beside=True) for one in pair[1:]]
    return lines


def _fault(fault: Fault, tone: Tone, font: EmbeddedFont, x: float, width: float) -> list[_Line]:
    ink, _ = TONES[tone]
    lines = _wrap(f"{fault.words.vi} ({fault.code})", font, _TEXT, x, width, ink)
    lines += _wrap(fault.words.en, font, _SMALL, x, width, _GREY)
    lines += _wrap(f"→ {fault.remedy.vi}", font, _TEXT, x, width)
    return lines + _wrap(f"→ {fault.remedy.en}", font, _SMALL, x, width, _GREY)


def _both(
    words: Words, font: EmbeddedFont, size: float, x: float, width: float, *, bold: bool = False
) -> list[_Line]:
    lines = _wrap(words.vi, font, size, x, width, bold=bold)
    return lines + _wrap(words.en, font, _SMALL, x, width, _GREY)


def _wrap(
    text: str,
    font: EmbeddedFont,
    size: float,
    x: float,
    width: float,
    colour: Colour = _BLACK,
    *,
    bold: bool = False,
) -> list[_Line]:
    return [_Line(line, x, size, colour, bold) for line in wrapped(text, font, width / size)]


def _text(lines: Sequence[_Line], *, before: float = 0, after: float = 0) -> _Block:
    placed: list[tuple[float, _Line]] = []
    height = base = before
    for line in lines:
        if not line.beside:
            base = height + line.size * _LEADING * 0.8
            height += line.size * _LEADING
        placed.append((base, line))

    def draw(canvas: _Canvas, left: float, top: float) -> None:
        for down, line in placed:
            canvas.text(left + line.x, top + down, line.text, line.size, line.colour, line.bold)

    return _Block(height + after, draw)


def _paginated(blocks: Sequence[_Block]) -> list[list[tuple[float, _Block]]]:
    """Blocks with their tops on each page; one that is higher than a page goes over its lower edge."""
    pages: list[list[tuple[float, _Block]]] = [[]]
    top = _MARGIN
    for block in blocks:
        if pages[-1] and top + block.height > _HEIGHT - _MARGIN - _FOOT:
            pages.append([])
            top = _MARGIN
        pages[-1].append((top, block))
        top += block.height
    return pages


def _page(blocks: Sequence[tuple[float, _Block]], foot: str, font: EmbeddedFont) -> _Canvas:
    canvas = _Canvas(font)
    for top, block in blocks:
        block.draw(canvas, _MARGIN, top)
    for line in wrapped(foot, font, _INNER / _SMALL)[:1]:
        canvas.text(_MARGIN, _HEIGHT - _MARGIN + 8, line, _SMALL, _GREY)
    return canvas


def _image(pdf: Pdf, picture: Picture) -> Stream:
    entries = {
        "/Type": Name.XObject,
        "/Subtype": Name.Image,
        "/Width": picture.width,
        "/Height": picture.height,
        "/ColorSpace": Name.DeviceRGB,
        "/BitsPerComponent": 8,
        "/Filter": Name.DCTDecode,
    }
    return Stream(pdf, picture.jpeg, entries)
