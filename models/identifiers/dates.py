"""Dates as Vietnamese papers print them, in figures: 07/3/2019 and «ngày 07 tháng 3 năm 2019»."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.identifiers.digits import is_digit, mended
from models.text import flattened, nfc

EARLIEST_YEAR, LATEST_YEAR = 1800, 2199

_D = r"[0-9OoQIl|SsBZz]"
_GAP = r"[\s.…_,]{0,24}"
_NUMERIC = re.compile(
    rf"(?<![\w/])({_D}{{1,2}})\s?([/.\-–])\s?({_D}{{1,2}})\s?[/.\-–]\s?({_D}{{4}})(?!\w|/\w)"
)
_ISO = re.compile(r"(?<![\w/])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![\w/])")
# The three words are matched on flattened text; one letter of each may be misread.
_SPELT = re.compile(
    rf"(?<![a-z0-9])(?:ng[a-z]y{_GAP})?([0-9oqil|sbz]{{1,2}}){_GAP}th[a-z]{{1,2}}[gqe]{_GAP}"
    rf"([0-9oqil|sbz]{{1,2}}){_GAP}n[a-z]m{_GAP}([0-9oqil|sbz]{{4}})(?![a-z0-9])"
)


@dataclass(frozen=True)
class DateInText:
    """A date and where it stands in the text."""

    date: date
    start: int
    end: int
    spelt: bool
    """True for «ngày … tháng … năm …», False for figures with strokes."""
    mended: bool
    """True when a letter had to be taken for a digit."""


def find_dates(text: str) -> Iterator[DateInText]:
    """All dates in figures in `text`, from left to right, day before month before year.

    `text` must be NFC. OCR's look-alike letters count as digits as long as most are digits as read.
    """
    flat = flattened(text)
    found: list[DateInText] = []
    for match in _ISO.finditer(text):
        _add(found, match, match.groups()[::-1], spelt=False)
    for match in _NUMERIC.finditer(text):
        _add(found, match, (match[1], match[3], match[4]), spelt=False)
    for match in _SPELT.finditer(flat):
        parts = tuple(text[slice(*match.span(group))] for group in (1, 2, 3))
        _add(found, match, parts, spelt=True)
    end = -1
    for one in sorted(found, key=lambda d: (d.start, -d.end)):
        if one.start >= end:
            end = one.end
            yield one


def _add(found: list[DateInText], match: re.Match[str], parts: tuple[str, ...], *, spelt: bool) -> None:
    joined = "".join(parts)
    if sum(map(is_digit, joined)) * 2 < len(joined):
        return
    figures = [mended(part) for part in parts]
    if not all(figure.isascii() and figure.isdigit() for figure in figures):
        return  # a letter that only looked like a look-alike once its marks were gone
    day = to_date(*(int(figure) for figure in figures))
    if day is not None:
        changed = mended(joined) != joined
        found.append(DateInText(day, match.start(), match.end(), spelt=spelt, mended=changed))


def to_date(day: int, month: int, year: int) -> date | None:
    """The calendar day, or None when there is none such or the year is out of any paper's range."""
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_date(text: str) -> date | None:
    """The one date that `text` is, in figures; None when it holds none, several, or much else."""
    text = nfc(text).strip(" .,;:…_")
    found = list(find_dates(text))
    if len(found) != 1:
        return None
    one = found[0]
    rest = text[: one.start] + text[one.end :]
    return one.date if not any(c.isalnum() for c in rest) else None


def printed(day: date) -> str:
    """dd/MM/yyyy."""
    return day.strftime("%d/%m/") + f"{day.year:04d}"


def spelt(day: date) -> str:
    """«ngày 07 tháng 3 năm 2019»: by ND30 Annex I days below 10 and months 1 and 2 take a leading 0."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
