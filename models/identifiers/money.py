"""Amounts of Vietnamese đồng, in figures and in words, and whether the two agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from models.identifiers import figures, number_words
from models.text import flattened, nfc, squeeze

_SCALES = {"nghin": 10**3, "ngan": 10**3, "trieu": 10**6, "ty": 10**9, "ti": 10**9}
_UNITS: dict[tuple[str, ...], Decimal] = {("dong",): Decimal(1)}
_BEHIND = frozenset({"chan", "viet", "nam"})
_CURRENCY = r"(?:vnd|dong|d)(?![a-z0-9])"
_FOREIGN = r"(?:usd|us\$|\$|eur|€|jpy|yen|krw|cny|rmb|gbp|sgd|do la|dollar)"
_AMOUNT = re.compile(
    rf"(?<![\w.,/-])(?P<figure>{figures.FIGURE})(?:\s?(?P<scale>nghin|ngan|trieu|ty|ti)(?![a-z0-9]))?"
    rf"(?:\s?(?P<currency>{_CURRENCY}))?(?![\w/]|[.,]\d|\s?(?:nghin|ngan|trieu|ty|ti)?\s?{_FOREIGN})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class MoneyInText:
    """An amount in figures and where it stands in the text."""

    amount: int | None
    """Đồng; None when the figures fit no way of writing amounts."""
    digits: str
    """All digits as read."""
    start: int
    end: int
    grouped: bool
    """Thousands are set apart, so that a lost digit would have shown."""
    currency: bool
    """«đồng», «VNĐ» or «đ» stands behind it."""
    mended: bool


def find(text: str) -> MoneyInText | None:
    """An amount in figures in NFC text: «250.000.000 đồng», «2,5 tỷ», «250,000,000 VND».

    The first with a currency behind it; without any, the first that is well written, or else the first.
    """
    all_of_them = list(_amounts(text))
    for wanted in (lambda m: m.currency, lambda m: m.amount is not None):
        chosen = next(filter(wanted, all_of_them), None)
        if chosen is not None:
            return chosen
    return all_of_them[0] if all_of_them else None


def _amounts(text: str) -> Iterator[MoneyInText]:
    for match in _AMOUNT.finditer(flattened(text)):
        figure = figures.read(text[slice(*match.span("figure"))])
        if figure is not None:
            yield MoneyInText(
                _amount(figure, match["scale"]),
                figure.digits,
                match.start(),
                match.end(),
                figure.grouped,
                match["currency"] is not None,
                figure.mended,
            )


def _amount(figure: figures.Figure, scale: str | None) -> int | None:
    """Whole đồng; a comma before three digits is read as thousands only where no scale follows."""
    if figure.value is None or (scale and figure.ambiguous):
        return None
    total = figure.value * _SCALES[scale.lower()] if scale else figure.value
    return int(total) if total == int(total) else None


def parse(text: str) -> int:
    """The amount that `text` is, in đồng. Raises ValueError when it is none."""
    text = squeeze(text).strip(" .,;:/()")
    found = find(text)
    if found is None or found.amount is None or found.end - found.start < len(text):
        raise ValueError("cần một số tiền bằng đồng, ví dụ 250.000.000")
    return found.amount


def parse_words(text: str) -> int | None:
    """The amount that words spell: «Hai trăm năm mươi triệu đồng chẵn./.»; None when they can't be read."""
    spelt = number_words.measured(text, _UNITS, behind=_BEHIND)
    return int(spelt) if spelt is not None and spelt == int(spelt) else None


def with_marks(words: str) -> str:
    """The words with lost or wrong tone marks put right, where only one word of amounts can be meant."""
    return number_words.with_marks(words, {"dong": "đồng", "chan": "chẵn", "viet": "Việt"})


def words_agree(words: str, amount: int) -> bool | None:
    """Whether the words spell `amount`; None when they can't be read, which proves nothing either way."""
    spelt = parse_words(words)
    return None if spelt is None else spelt == amount


def printed(amount: int) -> str:
    """«250.000.000 đồng»."""
    return f"{figures.grouped(amount)} đồng"


def in_words(amount: int) -> str:
    """«Hai trăm năm mươi triệu đồng»; `parse_words` reads it back."""
    words = number_words.in_words(amount)
    return nfc(f"{words[:1].upper()}{words[1:]} đồng")
