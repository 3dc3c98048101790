"""Areas in square metres, in figures and in words: «1.250,5 m²», «0,5 ha», «một trăm hai mươi lăm phẩy bốn mét vuông»."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from models.identifiers import figures, number_words
from models.text import nfc, squeeze

_HECTARE = Decimal(10_000)
_UNITS = {
    ("met", "vuong"): Decimal(1),
    ("hec", "ta"): _HECTARE,
    ("hecta",): _HECTARE,
    ("ha",): _HECTARE,
}
# OCR makes many things of the raised 2; behind a figure and an m nothing else can be meant.
_AREA = re.compile(
    rf"(?<![\w.,/-])(?P<figure>{figures.FIGURE})"
    r"(?:\s?(?:(?P<metres>(?:m|rn)\s?[²2zZ?'’*°\"”]|m(?![\w])|mét\s+vuông)|(?P<hectares>ha|héc\s?ta)))?(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class AreaInText:
    """An area in figures and where it stands in the text."""

    square_metres: Decimal | None
    """None when the figures fit no way of writing numbers."""
    digits: str
    """All digits as read."""
    start: int
    end: int
    unit: bool
    """A unit stands behind it; without one, square metres are meant."""
    ambiguous: bool
    """A comma before three digits may stand for thousands or for decimals; taken for thousands."""
    mended: bool


def find(text: str) -> AreaInText | None:
    """The first area in figures in NFC text; one with a unit counts more than one without."""
    bare: AreaInText | None = None
    for match in _AREA.finditer(text):
        figure = figures.read(match["figure"])
        if figure is None:
            continue
        worth = _HECTARE if match["hectares"] else Decimal(1)
        found = AreaInText(
            None if figure.value is None else figure.value * worth,
            figure.digits,
            match.start(),
            match.end(),
            bool(match["metres"] or match["hectares"]),
            figure.ambiguous,
            figure.mended,
        )
        if found.unit:
            return found
        bare = bare or found
    return bare


def parse(text: str) -> Decimal:
    """The area that `text` is, in square metres. Raises ValueError when it is none."""
    text = squeeze(text).strip(" .,;:/()")
    found = find(text)
    if found is None or found.square_metres is None or found.ambiguous or found.end - found.start < len(text):
        raise ValueError("cần một diện tích bằng m², ví dụ 125,4")
    return found.square_metres


def parse_words(text: str) -> Decimal | None:
    """The area that words spell, in square metres; None when they can't be read."""
    return number_words.measured(text, _UNITS)


def with_marks(words: str) -> str:
    """The words with lost or wrong tone marks put right, where only one word of areas can be meant."""
    return number_words.with_marks(words, {"met": "mét", "vuong": "vuông", "hec": "héc", "ta": "ta"})


def words_agree(words: str, square_metres: Decimal) -> bool | None:
    """Whether the words spell the area; None when they can't be read, which proves nothing either way."""
    spelt = parse_words(words)
    return None if spelt is None else spelt == square_metres


def printed(square_metres: Decimal) -> str:
    """«1.250,5 m²»."""
    whole, _, decimals = figures.plain(square_metres).partition(".")
    return f"{figures.grouped(int(whole))}{',' if decimals else ''}{decimals} m²"


def in_words(square_metres: Decimal) -> str:
    """«Một trăm hai mươi lăm phẩy bốn mét vuông»; `parse_words` reads it back."""
    words = number_words.in_words(Decimal(figures.plain(square_metres)))
    return nfc(f"{words[:1].upper()}{words[1:]} mét vuông")
