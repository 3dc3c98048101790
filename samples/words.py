"""Numbers and dates in Vietnamese words, as forms ask for them («ghi bằng chữ»)."""

from __future__ import annotations

from datetime import date

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def _tens(number: int, *, after_hundreds: bool) -> str:
    tens, units = divmod(number, 10)
    if tens == 0:
        if units == 0:
            return ""
        return f"{'lẻ ' if after_hundreds else ''}{_DIGITS[units]}"
    head = "mười" if tens == 1 else f"{_DIGITS[tens]} mươi"
    if units == 0:
        return head
    if units == 1 and tens > 1:
        return f"{head} mốt"
    if units == 5:
        return f"{head} lăm"
    return f"{head} {_DIGITS[units]}"


def _hundreds(number: int, *, leading: bool) -> str:
    hundreds, rest = divmod(number, 100)
    if hundreds == 0 and leading:
        return _tens(rest, after_hundreds=False)
    return f"{_DIGITS[hundreds]} trăm {_tens(rest, after_hundreds=True)}".strip()


def number_in_words(number: int) -> str:
    """Read out 0 … 999,999,999,999 the northern way. Raises ValueError outside."""
    if not 0 <= number < 1_000_000_000_000:
        raise ValueError(f"{number} is outside 0 … 999,999,999,999")
    if number == 0:
        return _DIGITS[0]
    parts: list[str] = []
    for scale, name in ((1_000_000_000, "tỷ"), (1_000_000, "triệu"), (1000, "nghìn"), (1, "")):
        group = number // scale % 1000
        if group:
            parts.append(f"{_hundreds(group, leading=not parts)} {name}".strip())
    return " ".join(parts)


def date_in_words(day: date) -> str:
    """«ngày hai mươi mốt tháng ba năm hai nghìn không trăm mười chín»."""
    day_name = f"mùng {number_in_words(day.day)}" if day.day <= 10 else number_in_words(day.day)
    month = "tư" if day.month == 4 else number_in_words(day.month)
    return f"ngày {day_name} tháng {month} năm {number_in_words(day.year)}"
