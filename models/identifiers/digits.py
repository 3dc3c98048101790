"""Digits as read from paper: letters that OCR puts in place of digits are mended, in digit fields only."""

from __future__ import annotations

import re
from collections.abc import Iterator

LOOKALIKES: dict[str, str] = {
    **dict.fromkeys("OoQØ", "0"),
    **dict.fromkeys("Il|!íìiÍ", "1"),
    **dict.fromkeys("Zz", "2"),
    **dict.fromkeys("Ss$", "5"),
    **dict.fromkeys("Gb", "6"),
    "B": "8",
    **dict.fromkeys("gq", "9"),
}
"""What OCR writes for a digit. Only for fields that can hold nothing but digits."""

SEPARATORS = frozenset(" \u00a0.,-–_·")
"""What people and forms put between groups of digits."""

_TABLE = str.maketrans(LOOKALIKES)


def is_digit(character: str) -> bool:
    """Whether `character` is one of the ten ASCII digits (no other script's digits count)."""
    return "0" <= character <= "9"


def mended(text: str) -> str:
    """`text` with every look-alike letter replaced by its digit; the length stays the same."""
    return text.translate(_TABLE)


def mends(text: str) -> int:
    """How many characters `mended` would change."""
    return sum(c in LOOKALIKES for c in text)


def digit_string(text: str) -> str | None:
    """The digits of a digit field, without separators.

    None when something else remains after mending, or when less than half of the characters were
    digits as read: a word must never turn into a number.
    """
    kept = [c for c in text if c not in SEPARATORS]
    if not kept or sum(map(is_digit, kept)) * 2 < len(kept):
        return None
    digits = mended("".join(kept))
    return digits if all(map(is_digit, digits)) else None


_GROUP = re.compile(r"[^\W_]+|\|")


def mended_groups(text: str) -> Iterator[str]:
    """Readings of a code whose digits and letters stand in groups, likeliest first: as read, then mended.

    Groups that are mostly digits lose their look-alike letters: first all but a leading capital (`HO1` is
    `H01`), then that too. The same reading comes once.
    """
    seen = []
    for keep_capital in (None, True, False):
        reading = text if keep_capital is None else _groups(text, keep_capital)
        if reading not in seen:
            seen.append(reading)
            yield reading


def _groups(text: str, keep_capital: bool) -> str:
    return _GROUP.sub(lambda match: _group(match[0], keep_capital), text)


def _group(group: str, keep_capital: bool) -> str:
    head = group[:1] if keep_capital and "A" <= group[:1] <= "Z" else ""
    rest = group[len(head) :]
    return head + mended(rest) if sum(map(is_digit, rest)) * 2 >= len(rest) else group
