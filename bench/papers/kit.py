"""A small setting machine for bench papers: lines of text with marked values become a sheet with its truth."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from bench.papers.pieces import BenchPaper, PenSheet, Values
from samples.fonts import HAND_LIKE, FontBook
from samples.ink import PEN_BLACK, PEN_BLUE, SEAL_RED, Seal, signature_painter
from samples.papers.card_codes import qr_code
from samples.papers.card_pictures import portrait
from samples.papers.common import MM, SAMPLE_MARK
from samples.sheet import BLACK, Colour, Overlay, Sheet, Span, Style, break_lines, moved

_MARKS = re.compile(r"(\*\*|//|\[[^\]]*\])")
_SMALLER = {"DejaVu Serif": 0.87, "Charis SIL": 0.92, "Noto Serif": 0.9, "Roboto": 0.92, "Open Sans": 0.86,
            "Lato": 0.94, "Arimo": 0.92, "Noto Sans": 0.88, "Doulos SIL": 0.93, "Gentium Book Plus": 0.96}  # fmt: skip
"""Families that take more room than Times, and how much smaller offices set them."""


class Draft:
    """One paper being set; `y` is the next baseline, sizes in points.

    Markup: `[name]` prints a field's value, `[=text]` any other filled-in text, `**` bold, `//` italic; a `|`
    on a form line parts columns; `…` at the end of a form line runs a dotted leader to its end.
    """

    def __init__(
        self, book: FontBook, rng: random.Random, values: Values, *, family: str, size: float = 13.0,
        width: float = 210 * MM, height: float = 297 * MM, left: float = 26 * MM, right: float = 17 * MM,
        top: float = 18 * MM, paper: Colour = (255, 255, 255),
    ) -> None:  # fmt: skip
        self.book, self.rng, self.values, self.family = book, rng, values, family
        self.size = size * _SMALLER.get(family, 1.0)
        self._form = (width, height, paper)
        self._margins = (left, right, top)
        self.leaders = "none"
        """`after` the last word of a form line, `under` the values, or `none`."""
        self.colour: Colour = BLACK
        self.value_style: dict[str, object] = {}
        self.leading = 1.32
        self.gap = 0.28
        """Extra room after each form line, in ems."""
        self.pen: set[str] = set()
        self.codes: list[str] = []
        self.zones: list[str] = []
        self.sheets: list[Sheet] = []
        self.next_sheet()

    def next_sheet(self) -> None:
        width, height, paper = self._form
        left, right, top = self._margins
        self.sheet: Sheet = PenSheet(self.book, width=width, height=height, paper=paper)
        self.sheets.append(self.sheet)
        self.x0, self.x1, self.y = left, width - right, top + self.size

    # ── styles and markup ────────────────────────────────────────────────────────────────────────

    def style(
        self,
        *,
        bold: bool = False,
        italic: bool = False,
        size: float | None = None,
        colour: Colour | None = None,
    ) -> Style:
        return Style(self.family, size or self.size, bold, italic, colour or self.colour)

    def _value(self, name: str | None, base: Style) -> Style:
        if (name is not None and name in self.pen) or (name is None and "*" in self.pen):
            return Style(HAND_LIKE[0], base.size * 1.12, False, True, PEN_BLUE)
        return replace(base, **self.value_style)  # type: ignore[arg-type]

    def spans(self, markup: str, base: Style) -> list[Span]:
        """The markup as spans in `base` and the value style."""
        found: list[Span] = []
        bold = italic = False
        for part in _MARKS.split(markup):
            if part == "**":
                bold = not bold
            elif part == "//":
                italic = not italic
            elif part.startswith("["):
                now = replace(base, bold=base.bold or bold, italic=base.italic or italic)
                name = None if part[1] == "=" else part[1:-1]
                text = part[2:-1] if name is None else self.values.printed[name]
                if name is not None:
                    name = name.partition("~")[0]  # a field printed in several pieces
                    name = name if name in self.values.truth else None
                if text:
                    found.append(Span(text, self._value(name, now), name))
            elif part:
                found.append(Span(part, replace(base, bold=base.bold or bold, italic=base.italic or italic)))
        return found

    # ── setting ──────────────────────────────────────────────────────────────────────────────────

    def text(
        self, markup: str, *, align: str = "left", size: float | None = None, bold: bool = False,
        italic: bool = False, colour: Colour | None = None, indent: float = 0.0, after: float = 0.0,
        x0: float | None = None, x1: float | None = None, leading: float | None = None,
    ) -> None:  # fmt: skip
        """A paragraph; starts a new sheet where the foot is reached."""
        a, b = self.x0 if x0 is None else x0, self.x1 if x1 is None else x1
        base = self.style(bold=bold, italic=italic, size=size, colour=colour)
        self.y += max(0.0, base.size - self.size) * 0.75  # large letters reach higher
        for line in break_lines(self.sheet, self.spans(markup, base), b - a, align=align, indent=indent):
            if self.y > self.sheet.height - 17 * MM and x0 is None:
                self.next_sheet()
            self.sheet.place(moved(line, a, self.y))
            self.y += base.size * (leading or self.leading)
        self.y += after

    def lines(
        self, block: str, *, x0: float | None = None, x1: float | None = None, size: float | None = None
    ) -> None:
        """Form lines, one a row of `block`; `|` parts equal columns, `|0.6|` at the start of a row sets shares."""
        for raw in block.strip().splitlines():
            row = raw.strip()
            if not row:
                self.y += self.size * 0.5
                continue
            shares: list[float] | None = None
            if row.startswith("<"):
                head, row = row[1:].split(">", 1)
                shares = [float(s) for s in head.split()]
            self.row(*(c.strip() for c in row.split("|")), shares=shares, x0=x0, x1=x1, size=size)

    def row(
        self, *cells: str, shares: Sequence[float] | None = None, x0: float | None = None,
        x1: float | None = None, size: float | None = None, bold: bool = False,
    ) -> None:  # fmt: skip
        """One form line of columns; a column that is too long goes on below itself."""
        if x0 is None and self.y > self.sheet.height - 17 * MM:
            self.next_sheet()
        a, b = self.x0 if x0 is None else x0, self.x1 if x1 is None else x1
        base = self.style(size=size, bold=bold)
        parts = list(shares or [1.0] * len(cells))
        unit, top, deepest = (b - a) / sum(parts), self.y, self.y
        x = a
        for cell, share in zip(cells, parts, strict=True):
            end = x + unit * share
            self.y = top
            self._cell(cell, x, end - (6 if end < b - 1 else 0), base)
            deepest, x = max(deepest, self.y), end
        self.y = deepest + base.size * self.gap

    def _cell(self, markup: str, x0: float, x1: float, base: Style) -> None:
        dotted = markup.endswith("…")
        pieces = self.spans(markup.rstrip("…").rstrip() if dotted else markup, base)
        mode = "after" if dotted else self.leaders
        step = base.size * self.leading
        for line in break_lines(self.sheet, pieces, x1 - x0, align="left") if pieces else []:
            placed = moved(line, x0, self.y)
            last = placed.runs[-1]
            end = last.x + self.sheet.measure(last.span.text, last.span.style)
            if mode == "under":
                first = next((r.x for r in placed.runs if r.span.field or r.span.style != base), None)
                self.sheet.leader(first if first is not None else end + 2, x1, self.y + 2.0)
                placed = replace(placed, runs=tuple(
                    replace(r, y=r.y - 0.8) if r.span.field or r.span.style != base else r for r in placed.runs
                ))  # fmt: skip
            elif mode == "after":
                self.sheet.leader(end + 2.5, x1, self.y)
            self.sheet.place(placed)
            self.y += step

    def table(
        self, shares: Sequence[float], rows: Sequence[Sequence[str]], *, size: float | None = None,
        heads: int = 1, centred: Sequence[int] = (0,), colour: Colour = (60, 60, 64),
    ) -> None:  # fmt: skip
        """A ruled table over the full width; the first `heads` rows are bold and centred."""
        unit = (self.x1 - self.x0) / sum(shares)
        edges = [self.x0 + unit * sum(shares[:i]) for i in range(len(shares) + 1)]
        small = size or self.size - 1.5
        pad, step = 3.0, small * 1.22
        top = self.y - small * 0.6
        first = top
        for index, row in enumerate(rows):
            head = index < heads
            base = self.style(size=small, bold=head)
            deepest = top
            for column, cell in enumerate(row):
                align = "centre" if head or column in centred else "left"
                width = edges[column + 1] - edges[column] - 2 * pad
                y = top + small * 1.15
                for line in (
                    break_lines(self.sheet, self.spans(cell, base), width, align=align) if cell else []
                ):
                    self.sheet.place(moved(line, edges[column] + pad, y))
                    y += step
                deepest = max(deepest, y - step + small * 0.5)
            deepest = max(deepest, top + small * 1.7)
            self.sheet.rule(self.x0, top, self.x1, top, 0.7, colour)
            top = deepest
        self.sheet.rule(self.x0, top, self.x1, top, 0.7, colour)
        for edge in edges:
            self.sheet.rule(edge, first, edge, top, 0.7, colour)
        self.y = top + self.size * 1.5

    def put(self, x: float, y: float, markup: str, *, align: str = "left", **style: object) -> None:
        """One line anywhere on the sheet."""
        self.sheet.put(x, y, *self.spans(markup, self.style(**style)), align=align)  # type: ignore[arg-type]

    # ── what papers share ────────────────────────────────────────────────────────────────────────

    def nation(
        self, x: float, y: float, *, size: float = 12.0, english: bool = False, rule: bool = True
    ) -> float:
        """Quốc hiệu and tiêu ngữ around x; returns y of the line below them."""
        old = self.rng.random() < 0.25
        small = size * _SMALLER.get(self.family, 1.0)
        first = f"CỘNG H{'OÀ' if old else 'ÒA'} XÃ HỘI CHỦ NGHĨA VIỆT NAM"
        motto = self.rng.choice(("Độc lập - Tự do - Hạnh phúc", "Độc lập – Tự do – Hạnh phúc"))
        self.put(x, y, first, align="centre", bold=True, size=small)
        if english:
            y += small * 1.15
            self.put(x, y, "SOCIALIST REPUBLIC OF VIET NAM", align="centre", size=small * 0.8)
        y += small * 1.3
        self.put(x, y, motto, align="centre", bold=True, size=small + 0.6)
        if english:
            y += small * 1.15
            self.put(
                x, y, "Independence - Freedom - Happiness", align="centre", italic=True, size=small * 0.85
            )
        half = self.sheet.measure(motto, self.style(bold=True, size=small + 0.6)) / 2
        if rule:
            self.sheet.rule(x - half, y + 4.5, x + half, y + 4.5, 0.8)
        return y + 4.5

    def head(
        self, *left: str, number: str | None = None, right: str | None = None, size: float = 12.0,
        share: float = 0.42, under: str | None = None,
    ) -> None:  # fmt: skip
        """The two-column head: issuer lines (markup) and number left, nation and place with date right."""
        small = size * _SMALLER.get(self.family, 1.0)
        a, b = self.x0 - 6 * MM, self.x1 + 4 * MM
        middle = a + (b - a) * share
        top = self.y
        ry = self.nation((middle + b) / 2 + 4, top, size=size)
        for line in left:
            self.text(line, align="centre", x0=a, x1=middle - 4, size=small, leading=1.2)
        centre = (a + middle) / 2 - 2
        if self.rng.random() < 0.85:
            self.sheet.rule(centre - 22, self.y - small * 0.75, centre + 22, self.y - small * 0.75, 0.7)
        base = max(self.y + small * 0.55, ry + self.size * 1.4)
        if number:
            self.put(centre, base, number, align="centre", size=self.size * 0.98)
        if right:
            self.put((middle + b) / 2 + 4, base, right, align="centre", italic=True, size=self.size * 0.98)
        self.y = base + self.size * 1.2
        if under:
            self.text(under, align="centre", x0=a + 8, x1=middle - 12, size=self.size - 1, leading=1.15)
        self.y += self.size

    def title(self, *rows: str, size: float = 15.0, colour: Colour | None = None, after: float = 8.0) -> None:
        """Bold centred title; later rows a little smaller."""
        for index, row in enumerate(rows):
            self.text(
                row, align="centre", bold=True, colour=colour if not index else None,
                size=(size if not index else self.size) * (_SMALLER.get(self.family, 1.0) if not index else 1.0),
            )  # fmt: skip
        self.y += after

    def sign(
        self, x: float, *titles: str, name: str = "[signer_name]", seal: str | None = None, hint: str = "",
        room: float = 58.0, colour: Colour = PEN_BLUE, width: float = 230.0, bold_name: bool = True,
    ) -> None:  # fmt: skip
        """A signature block around x from the present y: titles, pen signature, red seal, name."""
        needed = room + self.size * (1.2 * len(titles) + 2.2 + bool(hint))
        if self.y + needed > self.sheet.height - 9 * MM:
            self.next_sheet()
        for text in titles:
            self.text(text, align="centre", bold=True, x0=x - width / 2, x1=x + width / 2, leading=1.18)
        if hint:
            self.text(
                hint, align="centre", italic=True, size=self.size - 2, x0=x - width / 2, x1=x + width / 2
            )
        top = self.y - self.size * 0.7
        pen = colour if self.rng.random() < 0.85 else PEN_BLACK
        self.sheet.overlay(
            signature_painter(
                self.rng, x - self.rng.uniform(38, 60), top, self.rng.uniform(90, 125), room - 8, pen
            )
        )
        self.y = top + room + self.size
        self.text(name, align="centre", bold=bold_name, x0=x - width / 2, x1=x + width / 2)
        if seal:
            self.stamp(x - self.rng.uniform(50, 68), top + room * self.rng.uniform(0.35, 0.6), seal)

    def stamp(
        self, x: float, y: float, text: str, *, diameter: float = 36 * MM, colour: Colour = SEAL_RED
    ) -> None:
        seal = Seal(
            x, y, text, diameter=diameter, angle=self.rng.uniform(-24, 24), wear=self.rng.uniform(0.15, 0.45),
            colour=colour,
        )  # fmt: skip
        self.sheet.overlay(seal.painter(self.book, self.rng))

    def qr(self, text: str, x: float, y: float, size: float) -> None:
        """A QR code with its top left corner at (x, y)."""
        paint = qr_code(text, x, y, size)
        self.codes.append(text)
        self.sheet.overlay(lambda picture, scale: paint(picture, 0.0, 0.0, scale))

    def photo(self, x: float, y: float, width: float, height: float, *, male: bool) -> None:
        paint = portrait(self.rng, x, y, width, height, male=male)
        self.sheet.overlay(lambda picture, scale: paint(picture, 0.0, 0.0, scale))

    def under(self, paint: Overlay) -> None:
        """Paint below everything that was set so far."""
        self.sheet.items.insert(0, paint)

    def part(self, name: str, text: str) -> str:
        """Markup of a piece of a field that is printed over several lines."""
        key = f"{name}~{text}"
        self.values.printed[key] = text
        return f"[{key}]"

    def finish(self, document_type: str, kind: str, layout: str) -> BenchPaper:
        """The paper with those values that were printed on it."""
        for sheet in self.sheets:
            y = sheet.height - (7 * MM if sheet.height > 400 else 2.5)
            size = 7.5 if sheet.height > 400 else 4.0
            sheet.put(
                sheet.width / 2,
                y,
                Span(SAMPLE_MARK, Style(self.family, size, colour=(125, 125, 128))),
                align="centre",
            )
        printed = {name for n, sheet in enumerate(self.sheets, 1) for name in sheet.field_places(n)}
        fields = {name: value for name, value in self.values.truth.items() if name in printed}
        return BenchPaper(
            document_type, kind, layout, self.sheets, fields,
            handwritten=tuple(sorted(name for name in self.pen if name in fields)),
            codes=tuple(self.codes), zones=tuple(self.zones),
        )  # fmt: skip
