"""Whole and decimal numbers in words, both ways: «hai trăm năm mươi triệu», «một trăm hai mươi lăm phẩy bốn»."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from models.identifiers.spoken import (
    DIGITS,
    JOINERS,
    MARKED,
    letters_of,
    nearest,
    remarked,
    said_below_hundred,
    said_digit,
)

_THOUSANDS = {"nghin", "ngan"}
_BILLIONS = {"ty", "ti"}
_POINT = "phay"
_ONLY_BEHIND_TENS = {"lam", "nham"}
_ONES_BEHIND_TENS = {"mot", "tu", "lam", "nham"}
VOCABULARY = frozenset({*DIGITS, *JOINERS, *_THOUSANDS, *_BILLIONS, "muoi", "tram", "trieu", _POINT})
"""Every markless word that a number can be made of."""

_SPELT = {**MARKED, "trieu": "triệu", "ty": "tỷ", "ti": "tỉ", "phay": "phẩy"}
LARGEST = 10**18 - 1


def parse(words: Sequence[str]) -> Decimal | None:
    """The number that markless words spell; None when they spell none, or one word too many or too few.

    Only words of `VOCABULARY` count. What could mean two numbers is None: «hai nghìn năm» may be 2005 or 2500.
    """
    if _POINT not in words:
        whole = _whole(words)
        return None if whole is None else Decimal(whole)
    at = list(words).index(_POINT)
    whole, fraction = _whole(words[:at]), _fraction(words[at + 1 :])
    return None if whole is None or fraction is None else Decimal(f"{whole}.{fraction}")


def parse_text(text: str) -> Decimal | None:
    """The number that the whole of `text` spells; one letter of a word may be misread."""
    words = [nearest(token, VOCABULARY) for token in letters_of(text)]
    known = [word for word in words if word is not None]
    return parse(known) if known and len(known) == len(words) and not _has_figures(text) else None


def _has_figures(text: str) -> bool:
    return any(c.isdigit() for c in text)


_SQUARE_METRES = re.compile(r"\bm\s?[2²](?!\w)", re.IGNORECASE)
_EXACTLY = "chan"


def measured(
    text: str, units: Mapping[tuple[str, ...], Decimal], behind: Collection[str] = ()
) -> Decimal | None:
    """An amount in words with a unit behind it or none, times what the unit is worth.

    `units` are markless words. A label before the number («Bằng chữ:») does not count, nor do other words
    where a unit shows that the number is an amount; nor does what follows the unit, unless there are numbers in
    it other than the words `behind` («đồng Việt Nam»).
    """
    text = _SQUARE_METRES.sub("mét vuông", text)
    if _has_figures(text):
        return None
    vocabulary = VOCABULARY.union({_EXACTLY}, behind, *units)
    words = [nearest(token, vocabulary) or token for token in letters_of(text)]
    labelled = "chu" in words
    words = words[words.index("chu") + 1 :] if labelled else words
    began = next((at for at, word in enumerate(words) if word in VOCABULARY), 0)
    words, worth, named = words[began:], Decimal(1), False
    for at in range(len(words)):
        unit = next((u for u in units if tuple(words[at : at + len(u)]) == u), None)
        if unit is not None:
            if (set(words[at + len(unit) :]) - set(behind)) & VOCABULARY:
                return None
            words, worth, named = words[:at], units[unit], True
            break
    if began and not (labelled or named):
        return None
    while words and words[-1] == _EXACTLY:
        words.pop()
    number = parse(words) if words and all(word in VOCABULARY for word in words) else None
    return None if number is None else number * worth


def _whole(words: Sequence[str]) -> int | None:
    """Split at «tỷ»: what stands before it may be thousands and millions of its own."""
    if not words:
        return None
    places = [at for at, word in enumerate(words) if word in _BILLIONS]
    if not places:
        return _below_billion(words, led=False)
    if len(places) > 1:
        return None
    head, tail = _below_billion(words[: places[0]], led=False), words[places[0] + 1 :]
    rest = _below_billion(tail, led=True) if tail else 0
    return None if head is None or rest is None or places[0] == 0 else head * 10**9 + rest


def _below_billion(words: Sequence[str], *, led: bool) -> int | None:
    total = 0
    rest = list(words)
    for names, value in (({"trieu"}, 10**6), (_THOUSANDS, 10**3)):
        at = next((i for i, word in enumerate(rest) if word in names), None)
        if at is None:
            continue
        group = _below_thousand(rest[:at], led=False)
        if group is None:
            return None
        total += group * value
        rest, led = rest[at + 1 :], True
    if not rest:
        return total
    last = _below_thousand(rest, led=led)
    return None if last is None else total + last


def _below_thousand(words: Sequence[str], *, led: bool) -> int | None:
    """One group; `led` when something larger stands before it, so that a lone digit could mean its tenth."""
    hundreds = 0
    if len(words) >= 2 and words[0] in DIGITS and words[1] == "tram":
        hundreds = DIGITS[words[0]] * 100
        words, led = words[2:], True
        if not words:
            return hundreds
    tail = _below_hundred(words, led=led)
    return None if tail is None else hundreds + tail


def _below_hundred(words: Sequence[str], *, led: bool) -> int | None:
    match list(words):
        case [joiner, one] if led and joiner in JOINERS and one in DIGITS:
            return DIGITS[one]
        case ["muoi"]:
            return 10
        case ["muoi", one] if DIGITS.get(one):
            return 10 + DIGITS[one]
        case [tens, "muoi"] if DIGITS.get(tens, 0) > 1:
            return DIGITS[tens] * 10
        case [tens, "muoi", one] if DIGITS.get(tens, 0) > 1 and DIGITS.get(one):
            return DIGITS[tens] * 10 + DIGITS[one]
        case [tens, one] if DIGITS.get(tens, 0) > 1 and one in _ONES_BEHIND_TENS:  # «hai lăm»
            return DIGITS[tens] * 10 + DIGITS[one]
        case [one] if not led and one in DIGITS and one not in _ONLY_BEHIND_TENS:
            return DIGITS[one]
    return None


def _fraction(words: Sequence[str]) -> str | None:
    """The figures behind the point: read one by one («không năm») or as a number («hai mươi lăm»)."""
    if words and all(word in DIGITS for word in words):
        return "".join(str(DIGITS[word]) for word in words)
    number = _whole(words)
    return None if number is None else str(number)


def in_words(number: int | Decimal) -> str:
    """0 to `LARGEST` as written on papers; `parse_text` reads it back. Raises ValueError beyond that."""
    exact = Decimal(number)
    whole = int(exact)
    if not exact.is_finite() or exact < 0 or whole > LARGEST:
        raise ValueError("số phải từ 0 đến dưới một tỷ tỷ")
    digits = f"{exact:f}".partition(".")[2]
    if not digits:
        return _said(whole)
    return f"{_said(whole)} phẩy {' '.join(said_digit(int(d)) for d in digits)}"


def _said(number: int) -> str:
    if number >= 10**9:
        billions, rest = divmod(number, 10**9)
        return " ".join([_said(billions), "tỷ", *_said_groups(rest, led=True)])
    return " ".join(_said_groups(number, led=False)) or said_digit(0)


def _said_groups(number: int, *, led: bool) -> list[str]:
    words: list[str] = []
    for value, name in ((10**6, "triệu"), (10**3, "nghìn"), (1, "")):
        group, number = divmod(number, value)
        if group:
            words += [_said_group(group, led=led), *([name] if name else [])]
            led = True
    return words


def _said_group(number: int, *, led: bool) -> str:
    hundreds, below = divmod(number, 100)
    words = [f"{said_digit(hundreds)} trăm"] if hundreds or led else []
    if below and below < 10 and words:
        words.append(f"linh {said_digit(below)}")
    elif below:
        words.append(said_below_hundred(below))
    return " ".join(words)


def with_marks(text: str, units: Mapping[str, str] | None = None) -> str:
    """A number in words with lost or wrong tone marks put right; of other words only `units` (markless: right)."""
    return remarked(text, {**_SPELT, **(units or {})}, right=("bẩy", "phảy"))
