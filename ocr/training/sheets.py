"""Training lines off whole sheets: set, worn by a scanner or copier, cleaned, found and cut as in service.

`scanning.photograph` wears a line by itself, in a moment and in more ways. What cleaning and the line finder make of
faded photocopies and of cards at 150 dpi is seen only when they have really been at work.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np

from imaging.cleaning import CleanedPage, clean_for_reading
from models.text import squeeze
from ocr.crops import cut
from ocr.linefinder import FoundLine, find_lines
from ocr.training.alphabet import STRIDE
from ocr.training.scanning import WIDEST
from ocr.training.text import TextSource
from samples.fonts import HAND_LIKE, HELD_OUT, MONOSPACED, OTHER_SERIF, SANS, TIMES_LIKE, FontBook
from samples.papers.card_pictures import HEIGHT as CARD_HEIGHT
from samples.papers.card_pictures import WIDTH as CARD_WIDTH
from samples.papers.card_pictures import guilloche
from samples.scan import Recipe, Scan, scan
from samples.sheet import POINTS_PER_MM, Colour, Sheet, Span, Style
from samples.truth import TruthLine

_DPI = 300
_CARDS, _SMALL_PRINT = 0.34, 0.2
"""Shares of sheets that are cards, and that are set in a card's type on a large sheet."""
_KINDS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (50, TIMES_LIKE),
    (10, OTHER_SERIF),
    (24, SANS),
    (8, MONOSPACED),
    (8, HAND_LIKE),
)
_COLOURS: tuple[Colour, ...] = (
    (24, 22, 24),
    (40, 40, 46),
    (52, 48, 120),
    (40, 70, 84),
    (150, 30, 40),
    (90, 84, 80),
)
_LEAST_COMMON, _LEAST_LEVEL = 0.93, 0.55
"""How much of a line's length and height must agree for a found line to be that line."""


def training_fonts() -> FontBook:
    """The families of this machine that training may use. Raises NoFont."""
    found = FontBook.find()
    return found.only(f for f in found.families if f not in HELD_OUT)


def lines_off_sheet(rng: random.Random, text: TextSource, book: FontBook) -> Iterator[tuple[np.ndarray, str]]:
    """Pictures, (48, W) uint8 with W a multiple of 8, of the lines found on one random sheet, with what they say."""
    sheet = _card(rng, text, book) if rng.random() < _CARDS else _page(rng, text, book)
    scanned = scan(
        sheet.render(_DPI), _recipe(rng), rng, book, feed=random.Random(rng.getrandbits(32)), dpi=_DPI
    )
    cleaned = clean_for_reading(np.asarray(scanned.picture.convert("RGB")), scanned.dpi)
    found = [line for line in find_lines(cleaned) if line.kind == "print"]
    for line, words in _matched(found, cleaned, scanned, sheet.truth_lines()):
        picture = cut(cleaned.grey, line).pixels[:, :WIDEST]
        width = -(-picture.shape[1] // STRIDE) * STRIDE
        padded = np.full((picture.shape[0], max(2 * STRIDE, width)), 255, np.uint8)
        padded[:, : picture.shape[1]] = picture
        yield padded, words


def _matched(
    found: list[FoundLine], cleaned: CleanedPage, scanned: Scan, truth: Sequence[TruthLine]
) -> Iterator[tuple[FoundLine, str]]:
    """Found lines that hold one set line and nothing of another."""
    width, height = scanned.picture.size
    moved = [scanned.moved(line.box) for line in truth]
    for line in found:
        xs, ys = cleaned.on_page(np.array([line.x0, line.x1]), np.array([line.y0, line.y1]))
        x0, x1, y0, y1 = xs[0] / width, xs[1] / width, ys[0] / height, ys[1] / height
        for box, said in zip(moved, truth, strict=True):
            common = min(x1, box.x1) - max(x0, box.x0)
            level = min(y1, box.y1) - max(y0, box.y0)
            spread = max(x1, box.x1) - min(x0, box.x0)
            if common > _LEAST_COMMON * spread and level > _LEAST_LEVEL * (box.y1 - box.y0):
                yield line, squeeze(said.text)
                break


def _style(rng: random.Random, book: FontBook, size: float) -> Style:
    families = rng.choices([f for _, f in _KINDS], [w for w, _ in _KINDS])[0]
    return Style(
        rng.choice(book.choose(families)),
        size,
        rng.random() < 0.3,
        rng.random() < 0.2,
        _COLOURS[0] if rng.random() < 0.75 else rng.choice(_COLOURS),
    )


def _card(rng: random.Random, text: TextSource, book: FontBook) -> Sheet:
    sheet = Sheet(book, width=CARD_WIDTH, height=CARD_HEIGHT)
    if rng.random() < 0.8:
        sheet.overlay(guilloche(rng, 0.0, 0.0))
    _fill(sheet, rng, text, book, margin=rng.uniform(4, 70), sizes=(4.2, 8.5))
    return sheet


def _page(rng: random.Random, text: TextSource, book: FontBook) -> Sheet:
    # A part of an A4 sheet: its wear is that of the whole, at a fraction of the time.
    sheet = Sheet(book, height=rng.uniform(80, 125) * POINTS_PER_MM)
    sizes = (4.6, 8.0) if rng.random() < _SMALL_PRINT else (8.5, 15.0)
    _fill(sheet, rng, text, book, margin=rng.uniform(30, 80), sizes=sizes)
    return sheet


def _fill(
    sheet: Sheet,
    rng: random.Random,
    text: TextSource,
    book: FontBook,
    *,
    margin: float,
    sizes: tuple[float, float],
) -> None:
    """Rows of text from edge to edge, in one or more columns, some ruled, some with leaders."""
    columns = rng.choice((1, 1, 1, 1, 2, 2)) if sheet.width > CARD_WIDTH else 1
    ruled = rng.random() < 0.15
    size = rng.uniform(*sizes)
    style = _style(rng, book, size)
    leading = rng.uniform(1.12, 1.9)
    y = 8.0 + size * 1.4
    room = (sheet.width - 2 * margin) / columns
    while y < sheet.height - 8.0:
        for column in range(columns):
            x = margin + column * room
            _row(sheet, rng, text, style, x, x + room - 2.0 * size, y)
        if ruled:
            sheet.rule(margin - 4, y + 0.35 * leading * size, sheet.width - margin, y + 0.35 * leading * size)
        if rng.random() < 0.3:
            size = min(sizes[1], max(sizes[0], size * rng.uniform(0.7, 1.4)))
            style = _style(rng, book, size)
        y += size * leading


def _row(
    sheet: Sheet, rng: random.Random, text: TextSource, style: Style, x0: float, x1: float, y: float
) -> None:
    """One or two lines of text side by side on one level, as far as they go."""
    words = text.line(rng).split(" ")
    if rng.random() < 0.1:
        x0 += rng.uniform(0, 0.6) * (x1 - x0)
    while len(words) > 1 and x0 + sheet.measure(" ".join(words), style) > x1:
        words.pop()
    said = " ".join(words)
    width = sheet.measure(said, style)
    if x0 + width > x1:
        return
    align = rng.random()
    start = x1 - width if align < 0.08 else (x0 + x1 - width) / 2 if align < 0.2 else x0
    end = sheet.put(start, y, Span(said, style))
    if rng.random() < 0.12:
        sheet.leader(end + 0.3 * style.size, x1, y)


def _recipe(rng: random.Random) -> Recipe:
    """Any mixture of wear, from hardly any to what can only just be read."""
    copier = rng.random() < 0.3
    blur, noise = rng.triangular(0.1, 1.9, 0.7), rng.triangular(0.5, 11, 3)
    fade = 1.0 if rng.random() < 0.6 else rng.uniform(0.5, 1.0)
    through = rng.uniform(0.03, 0.26) if rng.random() < 0.25 else 0.0
    quality = round(rng.triangular(36, 92, 74))
    return Recipe(
        skew=rng.uniform(0.1, 3.0),
        perspective=rng.choice((0.0, 0.0, 0.006, 0.012)),
        blur=(blur, blur),
        noise=(noise, noise),
        paper_tint=rng.uniform(0.0, 1.5),
        light=rng.choice((0.0, 0.0, 0.2, 0.35, 0.5)),
        showthrough=(through, through),
        fade=(fade, fade),
        speckle=rng.triangular(0, 16, 1),
        stamps=rng.choice((0, 0, 0, 0, 0, 0, 1, 2)),
        copier=copier,
        folds=int(rng.random() < 0.15),
        dpi=(rng.choice((300, 300, 300, 300, 250, 200, 200, 200, 150, 150)),),
        jpeg_quality=(quality, quality),
    )
