"""Working days in Vietnam: no weekends, no public holidays (package `holidays`, substitute days included)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

_DAY = timedelta(days=1)


def is_day_off(day: date) -> bool:
    """Whether offices are closed on `day`. A province's own days off are not known here."""
    return day.weekday() >= 5 or day in _holidays(day.year)


def working_days_after(day: date, count: int) -> date:
    """The last of `count` working days, counted from the day after `day` (Civil Code 2015 Art. 147.2)."""
    while count > 0:
        day += _DAY
        count -= not is_day_off(day)
    return day


def days_after(day: date, count: int) -> date:
    """`count` calendar days after `day`; an end that falls on a day off moves on to the next working day (Art. 148.5)."""
    day += count * _DAY
    while is_day_off(day):
        day += _DAY
    return day


@cache
def _holidays(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("VN", years=year))
