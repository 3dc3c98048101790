"""The words of Vietnamese numbers: which digit each means, how one is told in spite of a misread letter, how numbers are said."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from models.text import flattened, nfc

DIGITS: dict[str, int] = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5,
    "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
"""Markless words for the ten digits; mốt, tư, lăm and nhăm are how ones sound behind tens."""

JOINERS = frozenset({"linh", "le"})
"""«linh», «lẻ»: no tens."""

_SAID = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_LETTERS = re.compile(r"[^\W\d_]+")

MARKED: dict[str, str] = {
    "khong": "không", "hai": "hai", "ba": "ba", "bon": "bốn", "tu": "tư", "sau": "sáu", "bay": "bảy", "tam": "tám",
    "chin": "chín", "tram": "trăm", "nghin": "nghìn", "ngan": "ngàn", "linh": "linh", "le": "lẻ", "lam": "lăm",
    "nham": "nhăm", "nam": "năm",
}  # fmt: skip
"""Number words with their marks; «mot» and «muoi», which have two spellings each, are for `remarked`."""


def letters_of(text: str) -> list[str]:
    """The words of `text`, markless and in lower case; figures and signs are left out."""
    return _LETTERS.findall(flattened(nfc(text)))


def nearest(token: str, vocabulary: Collection[str]) -> str | None:
    """The word of `vocabulary` that a markless `token` is, or is one letter away from; None for anything else.

    Words of two letters must be right: one letter less and they could be any other.
    """
    if token in vocabulary:
        return token
    near = [word for word in vocabulary if len(word) > 2 and _one_edit_apart(word, token)]
    return near[0] if len(near) == 1 else None


def _one_edit_apart(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return a[head + 1 :] in (b[head + 1 :], b[head:]) or a[head:] == b[head + 1 :]


def said_digit(digit: int) -> str:
    """«không» … «chín»."""
    return _SAID[digit]


def said_below_hundred(number: int) -> str:
    """0–99 as spoken: «hai mươi mốt», «ba mươi tư», «mười lăm»."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _SAID[ones]
    head = "mười" if tens == 1 else f"{_SAID[tens]} mươi"
    if ones == 0:
        return head
    last = _SAID[ones]
    if ones == 5:
        last = "lăm"
    elif tens > 1 and ones == 1:
        last = "mốt"
    elif tens > 1 and ones == 4:
        last = "tư"
    return f"{head} {last}"


def remarked(text: str, marked: Mapping[str, str], right: Collection[str] = ()) -> str:
    """`text` with lost or wrong tone marks put right where only one word of `marked` can be meant.

    `right` are further spellings that stay as they are. Words outside the vocabulary are left alone.
    """
    spellings = {*marked.values(), *right}
    vocabulary = frozenset({*marked, *DIGITS, "muoi"})
    out: list[str] = []
    before, last = "", ""
    for part in re.split(r"([^\W\d_]+)", nfc(text)):
        if not _LETTERS.fullmatch(part):
            out.append(part)
            continue
        flat = flattened(part)
        if flat == "mot":  # «mười một» but «hai mươi mốt»
            fixed = "mốt" if last == "muoi" and before in DIGITS else "một"
        elif flat == "muoi":
            fixed = "mươi" if last in DIGITS else "mười"
        elif flat == "nam" and last == "viet":
            fixed = "Nam"
        else:
            fixed = (
                part.lower()
                if part.lower() in spellings
                else marked.get(nearest(flat, vocabulary) or "", part)
            )
        before, last = last, flat
        out.append(_cased(fixed, part))
    return nfc("".join(out))


def _cased(word: str, printed: str) -> str:
    if printed.isupper() and len(printed) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if printed[:1].isupper() else word
