"""Working days, public holidays and delays, against known dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calendar import (
    Delay,
    add_months,
    add_working_days,
    days,
    easter,
    is_working_day,
    months,
    public_holidays,
    working_days,
)

EASTER_SUNDAYS = """
2020-04-12 2021-04-04 2022-04-17 2023-04-09 2024-03-31 2025-04-20 2026-04-05 2027-03-28
2028-04-16 2029-04-01 2030-04-21 2031-04-13 2032-03-28 2033-04-17 2034-04-09 2035-03-25
"""

HOLIDAYS_OF_2026 = """
2026-01-01 2026-04-06 2026-05-01 2026-05-08 2026-05-14 2026-05-25
2026-07-14 2026-08-15 2026-11-01 2026-11-11 2026-12-25
"""

some_day = st.dates(date(2020, 1, 1), date(2040, 12, 31))
some_working_day = some_day.filter(is_working_day)
a_few = st.integers(-80, 80)


def dates(text: str) -> list[date]:
    return [date.fromisoformat(word) for word in text.split()]


@pytest.mark.parametrize("sunday", dates(EASTER_SUNDAYS), ids=str)
def test_easter(sunday: date) -> None:
    assert easter(sunday.year) == sunday


def test_the_earliest_and_latest_easters() -> None:
    assert easter(1818) == date(1818, 3, 22)
    assert easter(2038) == date(2038, 4, 25)


def test_public_holidays() -> None:
    assert public_holidays(2026) == set(dates(HOLIDAYS_OF_2026))


def test_two_holidays_on_one_day_are_one_day_off() -> None:
    assert date(2008, 5, 1) == easter(2008) + timedelta(days=39)  # Ascension on Labour Day
    assert len(public_holidays(2008)) == 10


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2024-04-30", 1, "2024-05-02"),  # over 1 May
        ("2024-05-07", 1, "2024-05-10"),  # over 8 May, then Ascension
        ("2024-05-07", 2, "2024-05-13"),  # and the week-end after them
        ("2024-05-13", -2, "2024-05-07"),
        ("2026-05-07", 1, "2026-05-11"),  # 8 May is a Friday
        ("2026-05-13", 1, "2026-05-15"),  # Ascension
        ("2026-12-24", 1, "2026-12-28"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2026-11-21", 1, "2026-11-23"),  # from a Saturday
        ("2026-11-21", 0, "2026-11-21"),
        ("2026-11-24", 30, "2027-01-07"),
    ],
)
def test_adding_working_days(day: str, count: int, expected: str) -> None:
    assert add_working_days(date.fromisoformat(day), count) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-11-30", 1, "2026-12-30"),
        ("2026-11-24", 0, "2026-11-24"),
        ("2026-05-31", 6, "2026-11-30"),
    ],
)
def test_adding_months(day: str, count: int, expected: str) -> None:
    assert add_months(date.fromisoformat(day), count) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("delay", "end", "ten_before_the_end", "words"),
    [
        (days(60), "2026-06-29", "2026-06-19", "60 jours"),
        (working_days(10), "2026-05-19", "2026-04-30", "10 jours ouvrés"),
        (months(2), "2026-06-30", "2026-06-20", "2 mois"),
    ],
    ids=str,
)
def test_a_delay_in_each_unit(delay: Delay, end: str, ten_before_the_end: str, words: str) -> None:
    due_on = delay.after(date(2026, 4, 30))
    assert due_on.isoformat() == end
    assert delay.shift(due_on, -10).isoformat() == ten_before_the_end
    assert str(delay) == words


@given(some_working_day, a_few)
def test_going_and_coming_back(day: date, count: int) -> None:
    assert add_working_days(add_working_days(day, count), -count) == day


@given(some_day, some_day, a_few)
def test_a_later_start_never_ends_earlier(day: date, other: date, count: int) -> None:
    first, second = sorted((day, other))
    assert add_working_days(first, count) <= add_working_days(second, count)
    assert add_months(first, count) <= add_months(second, count)


@given(some_day, st.integers(1, 80))
def test_exactly_so_many_working_days_go_by(day: date, count: int) -> None:
    end = add_working_days(day, count)
    passed = [day + timedelta(days=number) for number in range(1, (end - day).days + 1)]
    assert sum(is_working_day(one) for one in passed) == count
    assert is_working_day(end)


@given(some_day, st.integers(-60, 60))
def test_months_keep_the_day_or_end_the_month(day: date, count: int) -> None:
    moved = add_months(day, count)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == count
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)
