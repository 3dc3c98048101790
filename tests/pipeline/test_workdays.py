"""Working days: weekends, Tết and moved holidays are none; an end on a day off moves on."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.keeping.workdays import days_after, is_day_off, working_days_after

days = st.dates(date(2025, 1, 1), date(2030, 12, 31))


def test_tet_and_weekends_do_not_count() -> None:
    assert working_days_after(date(2026, 11, 19), 2) == date(2026, 11, 23)  # Thursday: Friday, Monday
    assert is_day_off(date(2026, 2, 17))
    assert working_days_after(date(2026, 2, 13), 2) == date(2026, 2, 24)  # the whole of Tết lies between
    assert is_day_off(date(2026, 9, 2))


def test_calendar_days_that_end_on_a_day_off_end_on_the_next_working_day() -> None:
    assert days_after(date(2026, 11, 23), 10) == date(2026, 12, 3)
    assert days_after(date(2026, 8, 23), 10) == date(2026, 9, 3)  # 2 September is National Day


@given(days, st.integers(0, 40))
def test_there_are_exactly_so_many_working_days_up_to_the_end(start: date, count: int) -> None:
    end = working_days_after(start, count)
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(not is_day_off(day) for day in between) == count
    assert count == 0 or not is_day_off(end)


@given(days, st.integers(0, 60))
def test_a_deadline_is_never_early_and_never_on_a_day_off(start: date, count: int) -> None:
    end = days_after(start, count)
    assert end >= start + timedelta(days=count)
    assert not is_day_off(end)
