"""Facts of the bench papers: people, offices, sums, plots, all invented and in agreement with each other."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from bench.papers.pieces import Values
from samples.papers.common import short_date
from samples.people import Person, day_between, invent_name, invent_person, workday
from samples.places import MERGER, Place, capital, invent_place
from samples.words import number_in_words

POLICE = (
    "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
    "Cục CS QLHC về TTXH",
    "Cục trưởng Cục Cảnh sát QLHC về TTXH",
)


def adult(rng: random.Random, day: date, *, male: bool | None = None, home: Place | None = None) -> Person:
    """Someone between 19 and 70 on `day`."""
    born = day_between(rng, date(day.year - 70, 1, 1), date(day.year - 19, 1, 1))
    return invent_person(rng, born, male=male, home=home)


def signer(rng: random.Random) -> str:
    return " ".join(invent_name(rng, male=rng.random() < 0.6))


def office_day(rng: random.Random, first: date, last: date = date(2026, 10, 30)) -> date:
    return workday(day_between(rng, first, last))


def committee(place: Place, day: date, rng: random.Random) -> tuple[str, ...]:
    """Head lines of a commune's People's Committee, the levels above it as old papers print them."""
    commune = place.levels(day)[0].upper()
    short = rng.random() < 0.3
    return (f"UBND {commune}",) if short else ("ỦY BAN NHÂN DÂN", commune)


def district_office(place: Place, day: date, values: Values) -> bool:
    """Keep `issuer_parent` where a district's committee stood above the commune's (before 1 July 2025)."""
    levels = place.levels(day)
    if len(levels) < 3:
        return False
    values.say("issuer_parent", f"UBND {levels[1].upper()}")
    return True


def title_lines(rng: random.Random) -> tuple[tuple[str, ...], str]:
    """Lines above a commune signer's name and the one that says the office held."""
    return rng.choice(
        (
            (("TM. ỦY BAN NHÂN DÂN",), "CHỦ TỊCH"),
            (("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"), "PHÓ CHỦ TỊCH"),
            (("KT. CHỦ TỊCH",), "PHÓ CHỦ TỊCH"),
            ((), "CHỦ TỊCH"),
        )
    )


def old_number(rng: random.Random) -> str:
    """A CMND of nine digits with a prefix of no province."""
    return f"99{rng.randint(0, 9_999_999):07d}"


def dotted(amount: int) -> str:
    """1.500.000"""
    return f"{amount:,}".replace(",", ".")


def money_words(amount: int) -> str:
    return f"{capital(number_in_words(amount))} đồng"


def decimal(value: float) -> str:
    """The contract's form: point, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def comma(value: float) -> str:
    """As printed: decimal comma, points between thousands."""
    whole, _, part = decimal(value).partition(".")
    shown = dotted(int(whole))
    return f"{shown},{part}" if part else shown


def area_words(value: float) -> str:
    """«Một trăm hai mươi lăm phẩy ba mét vuông»."""
    whole, _, part = decimal(value).partition(".")
    words = number_in_words(int(whole))
    if part:
        tail = (
            number_in_words(int(part)) if not part.startswith("0") else "không " + number_in_words(int(part))
        )
        words += f" phẩy {tail}"
    return f"{capital(words)} mét vuông"


def phone(rng: random.Random) -> str:
    """A number from a range that is given to nobody."""
    return f"0{rng.choice((233, 255, 261))}{rng.randint(3_000_000, 3_999_999)}"


def identity(
    rng: random.Random, person: Person, *, forms: tuple[str, ...] = ("CCCD", "CC", "CMND", "HC")
) -> tuple[str, str, date, str]:
    """Kind of paper, its number, the day and place of issue."""
    kind = rng.choice(forms)
    issued = day_between(rng, date(2021, 3, 1), date(2024, 6, 28))
    if kind == "CMND":
        return (
            kind,
            old_number(rng),
            day_between(rng, date(2010, 1, 4), date(2015, 12, 30)),
            f"Công an tỉnh {person.birth_province.name}",
        )
    if kind == "HC":
        return kind, f"P{rng.randint(0, 9_999_999):07d}", issued, "Cục Quản lý xuất nhập cảnh"
    return kind, person.personal_id, issued, rng.choice(POLICE)


@dataclass(frozen=True)
class Plot:
    """A plot of land."""

    number: str
    sheet: str
    address: str
    area: float
    purpose: str
    term: str
    origin: str


def plot(rng: random.Random, home: Place, day: date) -> Plot:
    where = home.address(day)
    purpose, term = rng.choice(
        (
            ("Đất ở tại nông thôn", "Lâu dài"),
            ("Đất ở tại đô thị", "Lâu dài"),
            ("Đất trồng cây lâu năm", f"Đến ngày {short_date(date(2063, 10, 15))}"),
            ("Đất chuyên trồng lúa nước", "50 năm kể từ ngày 15/10/2013"),
        )
    )
    origin = rng.choice(
        (
            "Nhận chuyển nhượng đất được Nhà nước giao đất có thu tiền sử dụng đất",
            "Công nhận quyền sử dụng đất như giao đất không thu tiền sử dụng đất",
            "Nhận tặng cho đất được công nhận quyền sử dụng đất như giao đất có thu tiền sử dụng đất",
            "Nhà nước giao đất có thu tiền sử dụng đất",
        )
    )
    area = rng.choice((rng.randint(45, 900), rng.randint(450, 9000) / 10, rng.randint(4500, 90000) / 100))
    return Plot(
        str(rng.randint(2, 1290)), str(rng.randint(1, 96)), capital(where), float(area), purpose, term, origin
    )


def shift(day: date, days: int) -> date:
    return day + timedelta(days=days)


def any_place(rng: random.Random) -> Place:
    return invent_place(rng)


__all__ = ["MERGER", "capital", "invent_person", "invent_place"]
