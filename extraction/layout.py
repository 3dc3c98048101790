"""A reading laid out again: clean tokens, rows as the eye sees them, cells between wide gaps; engine-neutral."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from statistics import median

from rapidfuzz.distance import Levenshtein

from extraction.lexicon import lexicon
from extraction.received import without_stamps
from models.geometry import Box
from models.reading import InkColour, Line, PageReading, Word
from models.text import flattened, nfc, squeeze

_LEADERS = re.compile(r"(?:[.·•_…]\s?){3,}|…+|_{2,}|[.·•]{2,}$|^[.·•]{2,}")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_TO_PLAIN = str.maketrans(
    {"Ð": "Đ", "ð": "đ", "\u00a0": " ", "：": ":", "；": ";", "／": "/", "’": "'", "‘": "'"}
)
_KEY = re.compile(r"[^a-z0-9]+")
_LONG_NUMBER = 9
_OPEN_ROWS = 16  # rows a new line may still join; hostile pages must not make this quadratic
_ROW_MEMBERS = 40
WIDE_GAP = 3.2
"""A gap of this many average characters separates cells; justified text stays below it."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a word without leaders or control characters; colons end tokens, strokes between words too."""

    text: str
    key: str
    """Flattened letters and digits only, for matching."""
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float
    page: int
    glued: bool = False
    """No space before it as printed."""
    ink: InkColour | None = None

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def box(self) -> Box:
        return Box.clipped(self.x0, self.y0, self.x1, self.y1)


@dataclass(frozen=True, slots=True)
class Row:
    """Tokens on one visual line from left to right."""

    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        return joined(self.tokens)

    @property
    def key(self) -> str:
        return "".join(t.key for t in self.tokens)

    @property
    def x0(self) -> float:
        return self.tokens[0].x0

    @property
    def x1(self) -> float:
        return max(t.x1 for t in self.tokens)

    @property
    def y0(self) -> float:
        return median(t.y0 for t in self.tokens)

    @property
    def y1(self) -> float:
        return median(t.y1 for t in self.tokens)

    @property
    def height(self) -> float:
        return median(t.y1 - t.y0 for t in self.tokens)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page laid out. Widths and heights are parts of the page's width and height, never mixed."""

    page: int
    rows: tuple[Row, ...]
    character: float
    """Median width of a character."""
    height: float
    """Median height of a token."""
    pitch: float
    """Median distance from one row to the next."""
    left: float
    right: float
    """Where the text block begins and ends."""
    aspect: float = 0.7
    """The page's width divided by its height."""

    def cells(self, row: Row) -> list[Row]:
        """The parts of a row between wide gaps."""
        return cells(row, self.character)

    def tokens(self) -> Iterator[Token]:
        for row in self.rows:
            yield from row.tokens


def joined(tokens: Iterable[Token]) -> str:
    """The text of tokens with the spaces that the print has."""
    parts: list[str] = []
    for token in tokens:
        if parts and not token.glued:
            parts.append(" ")
        parts.append(token.text)
    return nfc("".join(parts))


def key_of(text: str) -> str:
    """The matching key of a text: lower case, no marks, letters and digits only."""
    return _KEY.sub("", flattened(nfc(text)))


def capital_share(text: str) -> float:
    """How many of the letters are capitals, 0–1; 0 without letters."""
    letters = [c for c in text if c.isalpha()]
    return sum(c.isupper() for c in letters) / len(letters) if letters else 0.0


def clean(text: str) -> str:
    """NFC text without control, format and private characters; look-alike letters plain, white space single."""
    plain = (" " if c.isspace() else c for c in nfc(text).translate(_TO_PLAIN))
    return squeeze("".join(c for c in plain if not unicodedata.category(c).startswith("C")))


def cells(row: Row, character: float, gap: float = WIDE_GAP) -> list[Row]:
    """Split a row at gaps wider than `gap` average characters."""
    found: list[list[Token]] = []
    for token in row.tokens:
        if found and token.x0 - found[-1][-1].x1 <= gap * character:
            found[-1].append(token)
        else:
            found.append([token])
    return [Row(tuple(group)) for group in found]


def whole_sheet(page: PageReading) -> Sheet:
    """A page as one sheet; without words it has no rows."""
    read = [tokens for line in page.lines() if (tokens := _tokens(line, page.page))]
    lines = _without_frame(without_stamps(read, _is_office_stamp))
    rows = rows_of(lines)
    tokens = [t for row in rows for t in row.tokens]
    letters = [(t.x1 - t.x0) / len(t.text) for t in tokens if len(t.text) > 1]
    steps = [below.y0 - above.y0 for above, below in pairwise(rows)]
    height = max(median(t.y1 - t.y0 for t in tokens), 1e-4) if tokens else 0.01
    return Sheet(
        page=page.page,
        rows=tuple(rows),
        character=max(median(letters), 1e-4) if letters else 0.01,
        height=height,
        pitch=max(median(steps), height) if steps else 2 * height,
        left=text_edges(rows)[0],
        right=text_edges(rows)[1],
        aspect=page.width_px / page.height_px if page.width_px and page.height_px else 0.7,
    )


def text_edges(rows: Sequence[Row]) -> tuple[float, float]:
    """Where the block of text that rows make begins and ends, but for the tenth that stands out."""
    return _quantile([row.x0 for row in rows], 0.1, 0.0), _quantile([row.x1 for row in rows], 0.9, 1.0)


def _is_office_stamp(tokens: Sequence[Token]) -> bool:
    """«ĐÃ TIẾP NHẬN», «CÔNG VĂN ĐẾN» on a line of its own: where it lies across a title it would part it in two."""
    key = "".join(t.key for t in tokens)
    return any(
        Levenshtein.normalized_similarity(key, stamp, score_cutoff=_STAMP_ALIKE) for stamp in _office_stamps()
    )


@cache
def _office_stamps() -> tuple[str, ...]:
    return tuple(map(key_of, lexicon().office_stamps))


_STAMP_ALIKE = 0.88
_FRAME_CERTAINTY = 0.9


def _without_frame(lines: list[list[Token]]) -> list[list[Token]]:
    """Drop what OCR makes of a decorative frame: crumbs outside the block that the real words fill."""
    words = [t for line in lines for t in line if len(t.key) >= 3]
    if len(words) < 8:
        return lines
    left = _quantile([t.x0 for t in words], 0.02, 0.0)
    right = _quantile([t.x1 for t in words], 0.98, 1.0)

    def inside(token: Token) -> bool:
        crumb = len(token.key) <= 2 and token.confidence < _FRAME_CERTAINTY
        return not crumb or left - 1e-6 <= token.middle <= right + 1e-6

    kept = ([t for t in line if inside(t)] for line in lines)
    return [line for line in kept if line]


def _quantile(values: Sequence[float], part: float, otherwise: float) -> float:
    return sorted(values)[int(part * (len(values) - 1))] if values else otherwise


def _tokens(line: Line, page: int) -> list[Token]:
    found: list[Token] = []
    for word in sorted(line.words, key=lambda w: w.box.x0):
        found.extend(_pieces(word, page))
    return found


def _pieces(word: Word, page: int) -> Iterator[Token]:
    """The tokens of one word; boxes of pieces are interpolated by letters."""
    text = clean(word.text)
    if not text:
        return
    width = word.box.width / len(text)
    last_end = 0
    for start, end in _cuts(text):
        piece = text[start:end]
        yield Token(
            text=piece,
            key=key_of(piece),
            x0=word.box.x0 + start * width,
            y0=word.box.y0,
            x1=word.box.x0 + end * width,
            y1=word.box.y1,
            confidence=word.confidence,
            page=page,
            glued=start > 0 and start == last_end,
            ink=word.ink,
        )
        last_end = end


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Where the pieces of a word begin and end: leaders fall out, colons and strokes end a piece."""
    at = 0
    spans: list[tuple[int, int]] = []
    for leader in _LEADERS.finditer(text):
        spans.append((at, leader.start()))
        at = leader.end()
    spans.append((at, len(text)))
    for start, end in spans:
        begin = start
        for i in range(start, end):
            if text[i] in ":;" and i > begin and text[i - 1].isalpha() and i + 1 < end:
                yield begin, i + 1
                begin = i + 1
            elif text[i] == "/" and _between_words(text[begin:i], text[i + 1 : end]):
                yield begin, i
                yield i, i + 1
                begin = i + 1
        if text[begin:end].strip():
            yield begin, end


def _between_words(before: str, after: str) -> bool:
    """A stroke between two words («Số/No.») or a word and a long number, not one inside a number («123/QĐ-UBND»)."""
    if len(after) >= _LONG_NUMBER and after.isdecimal() and before.isalpha() and len(before) > 1:
        return True
    if any(c.isdigit() or c == "-" for c in before + after):
        return False
    return _LETTERS.search(before) is not None and _LETTERS.search(after) is not None


def rows_of(lines: Iterable[Sequence[Token]]) -> list[Row]:
    """Join fragments that lie side by side into rows, top to bottom.

    Fragments belong together when their facing ends overlap by half a letter's height and they don't
    cover each other; comparing ends, not whole lines, bears a slight slope.
    """
    waiting = sorted((list(line) for line in lines if line), key=_centre)
    rows: list[list[list[Token]]] = []
    for line in waiting:
        best, best_overlap = None, 0.5
        for row in rows[-_OPEN_ROWS:]:
            overlap = _overlap(row, line)
            if overlap >= best_overlap:
                best, best_overlap = row, overlap
        if best is None:
            rows.append([line])
        else:
            best.append(line)
    built = [Row(tuple(sorted((t for line in row for t in line), key=lambda t: t.x0))) for row in rows]
    return sorted(built, key=lambda r: (r.y0 + r.y1) / 2)


def _centre(line: Sequence[Token]) -> tuple[float, float]:
    return median((t.y0 + t.y1) / 2 for t in line), line[0].x0


def _overlap(row: list[list[Token]], line: list[Token]) -> float:
    """Vertical overlap of the facing ends of a line and its nearest neighbour in a row; 0 if they collide."""
    if len(row) >= _ROW_MEMBERS:
        row = row[-_ROW_MEMBERS:]
    x0, x1 = line[0].x0, line[-1].x1
    nearest: tuple[float, Token, Token] | None = None
    for member in row:
        left, right = member[0].x0, member[-1].x1
        if min(right, x1) - max(left, x0) > 0.25 * min(right - left, x1 - x0):
            return 0.0
        pair = (member[-1], line[0]) if left < x0 else (member[0], line[-1])
        distance = abs(pair[0].middle - pair[1].middle)
        if nearest is None or distance < nearest[0]:
            nearest = (distance, *pair)
    if nearest is None:
        return 0.0
    _, a, b = nearest
    shared = min(a.y1, b.y1) - max(a.y0, b.y0)
    return shared / max(min(a.y1 - a.y0, b.y1 - b.y0), 1e-6)
