"""Amounts behind a label: money and areas in figures and in words, numbers of parcels, sheets and storeys."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal

from extraction.layout import Token, joined
from extraction.parsed import EDGE, Parsed, covering, trimmed
from models.identifiers import area as areas
from models.identifiers import figures, number_words
from models.identifiers import money as amounts
from models.identifiers.digits import is_digit, mended
from models.identifiers.spoken import letters_of, nearest
from models.text import flattened


def money(tokens: Sequence[Token]) -> Parsed | None:
    """Đồng in digits: «250.000.000 đồng» gives 250000000."""
    text = joined(tokens)
    found = amounts.find(text)
    if found is None:
        return _before_misread_unit(tokens, text)
    failed = _torn(text, found.start) + (("mended",) if found.mended else ())
    used = covering(tokens, found.start, found.end)
    if found.amount is None:
        return Parsed(found.digits, used, (), ("grouping", *failed))
    passed = (("grouping",) if found.grouped else ()) + (("unit",) if found.currency else ())
    return Parsed(str(found.amount), used, passed, failed)


_MISREAD_UNIT = re.compile(
    r"(?<![\w.,])(?P<figure>\d{1,3}(?:[.,]\d{3})+)[1IlđdĐD]?\s?[oôốồổỗộóòỏõọ]ng?(?!\w)"
)


def _before_misread_unit(tokens: Sequence[Token], text: str) -> Parsed | None:
    """An amount that ran into its unit: of «136.000.000.000 đồng» is left «136.000.000.0001ồng»."""
    match = _MISREAD_UNIT.search(text)
    found = amounts.find(match["figure"]) if match else None
    if match is None or found is None or found.amount is None:
        return None
    used = covering(tokens, match.start(), match.end())
    return Parsed(str(found.amount), used, ("grouping",), (*_torn(text, match.start()), "mended"))


def area(tokens: Sequence[Token]) -> Parsed | None:
    """Square metres with a decimal point and no zeros behind it: «1.250,50 m²» gives 1250.5."""
    text = joined(tokens)
    found = areas.find(text)
    if found is None:
        return None
    failed = _torn(text, found.start) + (("mended",) if found.mended else ())
    used = covering(tokens, found.start, found.end)
    if found.square_metres is None:
        return Parsed(found.digits, used, (), ("grouping", *failed))
    failed = (("separator",) if found.ambiguous else ()) + failed
    return Parsed(figures.plain(found.square_metres), used, ("unit",) if found.unit else (), failed)


def _torn(text: str, start: int) -> tuple[str, ...]:
    """What stands right before an amount must not be a piece of it: «2 50.000.000» is not fifty million."""
    return ("torn",) if text[:start].rstrip(" .,")[-1:].isdigit() else ()


def money_words(tokens: Sequence[Token]) -> Parsed | None:
    """An amount in words, kept as printed, lost tone marks mended where only one word can be meant."""
    return _words(tokens, _MONEY_UNITS, amounts.parse_words, amounts.with_marks)


def area_words(tokens: Sequence[Token]) -> Parsed | None:
    """An area in words, kept as printed, lost tone marks mended where only one word can be meant."""
    return _words(tokens, _AREA_UNITS, areas.parse_words, areas.with_marks)


_MONEY_UNITS = frozenset({"dong", "chan", "viet", "nam"})
_AREA_UNITS = frozenset({"met", "vuong", "hec", "hecta", "ta", "ha", "m"})


def _words(
    tokens: Sequence[Token],
    units: Collection[str],
    read: Callable[[str], Decimal | int | None],
    marked: Callable[[str], str],
) -> Parsed | None:
    used = _spelling(tokens, units)
    text = trimmed(joined(used)).strip("()[] ")
    if not used or not text:
        return None
    if read(text) is None:
        return Parsed(text, tuple(used), failed=("words",))
    return Parsed(marked(text), tuple(used), ("words",), printed=text)


def _spelling(tokens: Sequence[Token], units: Collection[str]) -> list[Token]:
    """The tokens from the first number word on, until the bracket closes or two words in a row are none."""
    vocabulary = number_words.VOCABULARY | frozenset(units)
    label = next((at for at, t in enumerate(tokens[:8]) if t.key.endswith("chu")), -1)
    kept: list[Token] = []
    unknown = 0
    for token in tokens[label + 1 :]:
        words = letters_of(token.text)
        known = bool(words) and all(nearest(word, vocabulary) for word in words)
        if not kept and not (known and nearest(words[0], number_words.VOCABULARY)):
            continue
        if any(map(is_digit, token.text)) and not _is_square_metre(token.text):
            break
        unknown = 0 if known or _is_square_metre(token.text) else unknown + 1
        kept.append(token)
        if unknown > 1 or token.text.rstrip(" ./;,").endswith(")"):
            break
    while kept and unknown:
        kept.pop()
        unknown -= 1
    return kept if len(kept) > 1 else []


def _is_square_metre(text: str) -> bool:
    return flattened(text.strip(EDGE + "()")) in {"m2", "m²"}


_SHORT = re.compile(r"([0-9OoIl|]{1,6}(?:[/\-][0-9OoIl|]{1,6})*)([A-Za-z]?)")
_WITH_DECIMALS = re.compile(r"(\d{1,4})[.,](\d{1,2})")
_FURTHER = {"+", "&", "và", "-", ","}


def short_number(tokens: Sequence[Token]) -> Parsed | None:
    """The number of a parcel, a sheet, a storey, a share: «251», «12a», «05/2», «12,5 m», or a list «251, 252»."""
    numbers: list[str] = []
    used: list[Token] = []
    changed, at = False, 0
    for at, token in enumerate(tokens[:12]):
        core = token.text.strip(EDGE + "()")
        number, fixed = _short(core)
        if number is None:
            if core in _FURTHER or not core or (core.isalpha() and not numbers):
                continue  # «số», «thứ», «lần» before the number
            break
        numbers.append(number)
        used.append(token)
        changed = changed or fixed
        if token.text[-1:] not in ",;+" and not _goes_on(tokens[at + 1 :]):
            break
    if not numbers:
        return None
    following = tokens[at + 1].text.strip(EDGE) if at + 1 < len(tokens) else ""
    failed: tuple[str, ...] = ("mended",) if changed else ()
    if used[-1] is tokens[at] and following and _short(following)[0] is not None:
        failed += ("more",)  # «251 252»: what stood between them was lost
    return Parsed(", ".join(numbers), tuple(used), () if changed else ("digits",), failed)


def _goes_on(following: Sequence[Token]) -> bool:
    return len(following) > 1 and following[0].text.strip() in _FURTHER - {"-"}


def _short(core: str) -> tuple[str | None, bool]:
    """The number that one word is, without «%» or «m» behind it, and whether it was mended."""
    plain = core[:-1] if core[-1:] in ("%", "m") else core
    if decimal := _WITH_DECIMALS.fullmatch(plain):
        return figures.plain(Decimal(f"{decimal[1]}.{decimal[2]}")), False
    match = _SHORT.fullmatch(plain)
    if match is None or sum(map(is_digit, match[1])) * 2 < sum(c.isalnum() for c in match[1]):
        return None, False
    fixed = mended(match[1])
    return fixed + match[2], fixed != match[1]
