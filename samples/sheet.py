"""One page as a display list: text runs, rules and pictures, drawn to pixels or to PDF with the same truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image, ImageDraw

from models.geometry import Box
from models.text import nfc, squeeze
from samples.fonts import Face, FontBook
from samples.truth import FieldPlace, TruthLine

POINTS_PER_MM = 72 / 25.4
Colour = tuple[int, int, int]
BLACK: Colour = (24, 22, 24)
WHITE: Colour = (255, 255, 255)
Overlay = Callable[[Image.Image, float], None]
"""Paints something that is not text on the finished raster; the second argument is pixels per point."""


@dataclass(frozen=True)
class Style:
    """How a run looks; `size` in points."""

    family: str
    size: float = 13.0
    bold: bool = False
    italic: bool = False
    colour: Colour = BLACK


@dataclass(frozen=True)
class Span:
    """Text in one style; `field` names the field whose value it is; `silent` text is in no ground truth."""

    text: str
    style: Style
    field: str | None = None
    silent: bool = False


@dataclass(frozen=True)
class Run:
    """A span set at a place: x and baseline y in points from the top left corner."""

    x: float
    y: float
    span: Span
    stretch: float = 0.0
    """Extra points at each space (justified text)."""


@dataclass(frozen=True)
class SetLine:
    """Runs that make one printed line."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Rule:
    """A straight stroke in points; `dots` gives (dot, gap) lengths for a dotted leader."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.7
    colour: Colour = BLACK
    dots: float = 0.0


@dataclass
class Sheet:
    """A page under construction; sizes in points, origin top left."""

    book: FontBook
    width: float = 210 * POINTS_PER_MM
    height: float = 297 * POINTS_PER_MM
    paper: Colour = WHITE
    items: list[SetLine | Rule | Overlay] = field(default_factory=list)

    # ── measuring ────────────────────────────────────────────────────────────────────────────────

    def face(self, style: Style) -> Face:
        return self.book.face(style.family, bold=style.bold, italic=style.italic)

    def measure(self, text: str, style: Style) -> float:
        """Width in points."""
        font = self.book.sized(self.face(style), style.size * 300 / 72)
        return font.getlength(text) * 72 / 300

    # ── setting ──────────────────────────────────────────────────────────────────────────────────

    def put(self, x: float, y: float, *spans: Span, align: str = "left") -> float:
        """Set spans on one line from x (or around, or up to it); returns the x after the last letter."""
        widths = [self.measure(s.text, s.style) for s in spans]
        start = x - {"left": 0.0, "centre": 0.5, "right": 1.0}[align] * sum(widths)
        runs = []
        for span, width in zip(spans, widths, strict=True):
            runs.append(Run(start, y, span))
            start += width
        self.items.append(SetLine(tuple(runs)))
        return start

    def put_runs(self, runs: Iterable[tuple[float, float, Span]]) -> None:
        """Set spans at given places (x, baseline y) as one printed line."""
        self.items.append(SetLine(tuple(Run(x, y, span) for x, y, span in runs)))

    def place(self, line: SetLine) -> None:
        self.items.append(line)

    def rule(
        self, x0: float, y0: float, x1: float, y1: float, width: float = 0.7, colour: Colour = BLACK
    ) -> None:
        self.items.append(Rule(x0, y0, x1, y1, width, colour))

    def leader(self, x0: float, x1: float, y: float, gap: float = 2.6, colour: Colour = BLACK) -> None:
        """A dotted leader on the baseline."""
        if x1 - x0 > gap:
            self.items.append(Rule(x0, y, x1, y, 0.85, colour, dots=gap))

    def overlay(self, paint: Overlay) -> None:
        self.items.append(paint)

    # ── output ───────────────────────────────────────────────────────────────────────────────────

    def render(self, dpi: int = 300) -> Image.Image:
        """24-bit picture of the page."""
        scale = dpi / 72
        picture = Image.new("RGB", (round(self.width * scale), round(self.height * scale)), self.paper)
        for item in self.items:
            if isinstance(item, SetLine):
                draw = ImageDraw.Draw(picture)
                for run in item.runs:
                    self._draw_run(draw, run, scale)
            elif isinstance(item, Rule):
                _draw_rule(ImageDraw.Draw(picture), item, scale)
            else:
                item(picture, scale)
        return picture

    def _draw_run(self, draw: ImageDraw.ImageDraw, run: Run, scale: float) -> None:
        style = run.span.style
        face = self.face(style)
        font = self.book.sized(face, style.size * scale)
        stroke = max(1, round(style.size * scale / 40)) if face.embolden else 0
        for x, text in self.pieces(run):
            draw.text((x * scale, run.y * scale), text, style.colour, font, anchor="ls", stroke_width=stroke)

    def pieces(self, run: Run) -> Iterable[tuple[float, str]]:
        """The parts of a run that are set without adjustment, with their x in points."""
        style = run.span.style
        if not run.stretch:
            yield run.x, run.span.text
            return
        x = run.x
        space = self.measure(" ", style) + run.stretch
        for word in run.span.text.split(" "):
            if word:
                yield x, word
                x += self.measure(word, style)
            x += space

    def _ink(self, run: Run) -> tuple[float, float, float, float] | None:
        """Tight ink box of a run in points; None for blank text."""
        style = run.span.style
        font = self.book.sized(self.face(style), style.size * 300 / 72)
        boxes = []
        for x, text in self.pieces(run):
            if text.strip():
                left, top, right, bottom = (v * 72 / 300 for v in font.getbbox(text, anchor="ls"))
                boxes.append((x + left, run.y + top, x + right, run.y + bottom))
        return _union(boxes) if boxes else None

    def truth_lines(self) -> tuple[TruthLine, ...]:
        """Printed lines in the order they were set."""
        lines = []
        for item in self.items:
            if isinstance(item, SetLine):
                loud = [r for r in item.runs if not r.span.silent]
                boxes = [b for b in map(self._ink, loud) if b is not None]
                text = squeeze("".join(r.span.text for r in loud))
                if boxes and text:
                    lines.append(TruthLine(text=text, box=self._relative(_union(boxes))))
        return tuple(lines)

    def field_places(self, page: int) -> dict[str, FieldPlace]:
        """Where each field's value stands on this sheet."""
        found: dict[str, list[tuple[float, float, float, float]]] = {}
        for item in self.items:
            if isinstance(item, SetLine):
                for run in item.runs:
                    ink = self._ink(run) if run.span.field else None
                    if run.span.field and ink:
                        found.setdefault(run.span.field, []).append(ink)
        return {
            name: FieldPlace(page=page, box=self._relative(_union(boxes))) for name, boxes in found.items()
        }

    def _relative(self, box: tuple[float, float, float, float]) -> Box:
        return Box.clipped(
            box[0] / self.width, box[1] / self.height, box[2] / self.width, box[3] / self.height
        )


def _union(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    stacked = np.array(boxes)
    low, high = stacked.min(axis=0), stacked.max(axis=0)
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])


def _draw_rule(draw: ImageDraw.ImageDraw, rule: Rule, scale: float) -> None:
    width = max(1, round(rule.width * scale))
    if not rule.dots:
        draw.line((rule.x0 * scale, rule.y0 * scale, rule.x1 * scale, rule.y1 * scale), rule.colour, width)
        return
    radius = rule.width * scale / 2
    x = rule.x0 * scale
    while x < rule.x1 * scale:
        draw.ellipse((x - radius, rule.y0 * scale - radius * 2, x + radius, rule.y0 * scale), rule.colour)
        x += rule.dots * scale


# ── paragraphs ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Word:
    pieces: tuple[Span, ...]
    width: float


def _words(sheet: Sheet, spans: Iterable[Span]) -> list[_Word]:
    groups: list[list[Span]] = []
    open_word = False
    for span in spans:
        parts = nfc(span.text).split(" ")
        for index, part in enumerate(parts):
            if index:
                open_word = False
            if part:
                piece = replace(span, text=part)
                if open_word:
                    groups[-1].append(piece)
                else:
                    groups.append([piece])
                open_word = True
    return [_Word(tuple(g), sum(sheet.measure(p.text, p.style) for p in g)) for g in groups]


def break_lines(
    sheet: Sheet,
    spans: Iterable[Span],
    width: float,
    *,
    indent: float = 0.0,
    align: str = "justify",
) -> list[SetLine]:
    """Set running text in lines of `width`, relative to (0, 0); the first line is indented."""
    words = _words(sheet, spans)
    lines = _filled(sheet, words, width, indent)
    if align == "centre" and len(lines) > 1:
        lines = _balanced(sheet, words, width, len(lines))
    last = len(lines) - 1
    return [
        _set_words(
            sheet, line, width, indent if i == 0 else 0.0, align, justify=align == "justify" and i < last
        )
        for i, line in enumerate(lines)
    ]


def _filled(sheet: Sheet, words: list[_Word], width: float, indent: float) -> list[list[_Word]]:
    """Words poured into lines of `width`, each as full as it goes."""
    lines: list[list[_Word]] = [[]]
    room = width - indent
    used = 0.0
    for word in words:
        gap = sheet.measure(" ", word.pieces[0].style) if lines[-1] else 0.0
        if lines[-1] and used + gap + word.width > room:
            lines.append([])
            room, used, gap = width, 0.0, 0.0
        lines[-1].append(word)
        used += gap + word.width
    return [line for line in lines if line]


def _balanced(sheet: Sheet, words: list[_Word], width: float, count: int) -> list[list[_Word]]:
    """Titles are typed in lines of about the same length: the narrowest setting with as many lines."""
    best = _filled(sheet, words, width, 0.0)
    for percent in range(95, 40, -5):
        narrower = _filled(sheet, words, width * percent / 100, 0.0)
        if len(narrower) > count:
            break
        best = narrower
    return best


def _set_words(
    sheet: Sheet, words: list[_Word], width: float, indent: float, align: str, *, justify: bool
) -> SetLine:
    spaces = [sheet.measure(" ", w.pieces[0].style) for w in words[1:]]
    natural = sum(w.width for w in words) + sum(spaces)
    slack = width - indent - natural
    stretch = slack / len(spaces) if justify and spaces else 0.0
    x = indent + {"centre": slack / 2, "right": slack}.get(align, 0.0)
    runs: list[Run] = []
    for index, word in enumerate(words):
        if index:
            x += spaces[index - 1] + stretch
        for piece_index, piece in enumerate(word.pieces):
            previous = runs[-1].span if runs else None
            same = previous is not None and replace(previous, text="") == replace(piece, text="")
            if same and previous is not None:
                joint = "" if piece_index else " "
                runs[-1] = replace(runs[-1], span=replace(previous, text=previous.text + joint + piece.text))
            else:
                # The space before a change of style belongs to the line's text as well.
                text = piece.text
                if index and not piece_index and runs:
                    runs[-1] = replace(runs[-1], span=replace(runs[-1].span, text=runs[-1].span.text + " "))
                runs.append(Run(x, 0.0, replace(piece, text=text), stretch))
            x += sheet.measure(piece.text, piece.style)
    return SetLine(tuple(runs))


def moved(line: SetLine, dx: float, dy: float) -> SetLine:
    return SetLine(tuple(replace(r, x=r.x + dx, y=r.y + dy) for r in line.runs))
